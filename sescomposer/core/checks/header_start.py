"""What stands before the header section or ends it early: SES then finds no From."""

import re
from collections.abc import Iterator

from sescomposer.core.checks import fixes
from sescomposer.core.checks.subject import Subject
from sescomposer.core.findings import Finding, Severity, Where

_LOOKED_AT = 65_536
_BLANKS_BEFORE_FIELD = re.compile(rb"\s+(?=[!-9;-~]+[ \t]*:)")
_STANDARD = "RFC 5322 2.2"


def header_start(subject: Subject) -> Iterator[Finding]:
    """Check that the first octet is that of a field name, and that lines of the header section end with one CR."""
    root = subject.root
    head = root.octets.read(0, _LOOKED_AT)
    blanks = _BLANKS_BEFORE_FIELD.match(head)
    if blanks and not len(root.header.octets):
        yield Finding(
            "header-ended-early",
            Severity.ERROR,
            "Blanks or empty lines stand before the first header field; they end the header section.",
            Where(root.key, start=0, stop=blanks.end()),
            _STANDARD,
            fixes.remove_octets(0, blanks.end()),
            refused=True,
            answer="Empty header names are illegal.",
        )
    at = head.find(b"\r\r\n", 0, len(root.header.octets) + 3)
    if at >= 0 and len(root.header.octets):
        yield Finding(
            "cr-cr-lf",
            Severity.ERROR,
            "Lines of the header section end with CR CR LF; SES takes the first for its end.",
            Where(root.key, start=at, stop=at + 3),
            _STANDARD,
            fixes.replace_throughout(b"\r\r\n", b"\r\n", "Write CRLF for CR CR LF"),
            refused=True,
            answer="Missing required header 'From'.",
        )
