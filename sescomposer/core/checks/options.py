"""Message tags, as parameters and as control field (SES: answers of the live service, and its documentation)."""

import re
from collections.abc import Iterator

from sescomposer.core import limits
from sescomposer.core.checks.subject import Subject, at_field, fields_named
from sescomposer.core.findings import Finding, Severity, Where

_NAME = re.compile(r"[A-Za-z0-9_-]*\Z")
_VALUE = re.compile(r"[A-Za-z0-9_\-.@]*\Z")
_VALUE_DOCUMENTED = re.compile(r"[A-Za-z0-9_-]*\Z")
_SPECIAL_NAMES = ("ses:feedback-id-a", "ses:feedback-id-b")
_SOURCE = "SES message tags"


def tags(subject: Subject) -> Iterator[Finding]:
    """Check the tags of the sending options and of X-SES-MESSAGE-TAGS."""
    for name, value in subject.message.options.tags:
        yield from tag(name, value, Where(field="tags"))
    for index, header_field in fields_named(subject.root, "X-SES-MESSAGE-TAGS"):
        where = at_field(subject.root, index, header_field)
        for pair in header_field.body.split(","):
            name, _, value = pair.partition("=")
            yield from tag(name.strip(), value.strip(), where)


def tag(name: str, value: str, where: Where) -> Iterator[Finding]:
    """Check one tag."""
    for kind, text in (("name", name), ("value", value)):
        if not text:
            yield _refused(f"A message tag has no {kind}.", where, f"The tag {kind} must be specified.")
        elif len(text) > limits.TAG_CHARACTERS:
            yield _refused(
                f"The {kind} of a message tag has {len(text)} characters; SES takes {limits.TAG_CHARACTERS}.",
                where,
                f"Tag {kind} cannot exceed {limits.TAG_CHARACTERS} characters.",
            )
    if not _NAME.match(name) and name not in _SPECIAL_NAMES:
        yield _refused(
            f"The tag name {name!r} holds other characters than letters, digits, '_' and '-'.",
            where,
            f"Invalid tag name <{name}>: only alphanumeric ASCII characters, '_',  '-' are allowed.",
        )
    if not _VALUE.match(value):
        yield _refused(
            f"The tag value {value!r} holds other characters than letters, digits, '_', '-', '.' and '@'.",
            where,
            f"Invalid tag value <{value}>: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed.",
        )
    elif not _VALUE_DOCUMENTED.match(value):
        message = f"The tag value {value!r} holds '.' or '@': SES takes them, its documentation does not say so."
        yield Finding("tag-undocumented", Severity.NOTE, message, where, _SOURCE)


def _refused(message: str, where: Where, answer: str) -> Finding:
    """Make the error for a tag that SES refuses."""
    return Finding("bad-tag", Severity.ERROR, message, where, _SOURCE, refused=True, answer=answer)
