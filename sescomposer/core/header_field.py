"""One header field (RFC 5322 section 2.2), kept as the octets it was written with."""

import re
from dataclasses import dataclass

from sescomposer.core.field_text import decode_body
from sescomposer.core.lazy import lazy

FIELD_START = re.compile(rb"([!-9;-~]+)[ \t]*:")
"""A name of printable ASCII without colon and blank; blanks before the colon are the obsolete form of section 4.5."""

_LINE_END = re.compile(rb"\r\n|\n|\r(?=[ \t]|\Z)")


@dataclass(frozen=True)
class HeaderField:
    """A header field, or whatever else stands between two line starts of a header section.

    Attributes:
        octets: Exactly as it stands, with folding and line end. Any octets are allowed: an mbox "From " line, a byte
            order mark and a line without colon are kept so, with an empty `name`.

        is_opaque: Whether it is all that stands behind the last field that is told apart; it has no name then.

    >>> field = HeaderField(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\\r\\n aus Bonn\\r\\n")
    >>> field.name, field.body, field.decoded
    ('Subject', '=?utf-8?q?Gr=C3=BC=C3=9Fe?= aus Bonn', 'Grüße aus Bonn')
    """

    octets: bytes
    is_opaque: bool = False

    @lazy
    def _colon(self) -> int:
        """Offset of the colon, -1 where this is no field."""
        found = None if self.is_opaque else FIELD_START.match(self.octets)
        return found.end() - 1 if found else -1

    @property
    def is_field(self) -> bool:
        """Whether it has a name and a colon."""
        return self._colon >= 0

    @lazy
    def name(self) -> str:
        """Name as it is written, ASCII; "" if this is no field."""
        found = None if self.is_opaque else FIELD_START.match(self.octets)
        return found[1].decode("ascii") if found else ""

    @lazy
    def raw_body(self) -> bytes:
        """Octets behind the colon, with folding and line end; all octets if this is no field."""
        return self.octets[self._colon + 1 :]

    @lazy
    def body(self) -> str:
        """Unfolded text on one line, encoded words as they stand, without blanks around it.

        Raw 8-bit octets are read as UTF-8 (RFC 6532), as ISO-8859-1 where that fails. A bare CR inside stays.
        """
        unfolded = _unfolded(self.raw_body).strip(b" \t")
        try:
            return unfolded.decode("utf-8")
        except UnicodeDecodeError:
            return unfolded.decode("latin-1")

    @lazy
    def decoded(self) -> str:
        """Text for people: encoded words (RFC 2047), parameters (RFC 2231) and A-labels (RFC 5890) decoded.

        What `make_field` was given comes back, but for blanks around it.
        """
        return decode_body(self.name, self.body)

    @lazy
    def line_end(self) -> bytes:
        """The line end it has: CRLF, LF, CR, or nothing."""
        for ending in (b"\r\n", b"\n", b"\r"):
            if self.octets.endswith(ending):
                return ending
        return b""


def _unfolded(raw: bytes) -> bytes:
    """Take the line ends out: a pattern only where a CR may be one by itself, because a body may have millions."""
    if raw.count(b"\r") == raw.count(b"\r\n"):
        return raw.replace(b"\r\n", b"").replace(b"\n", b"")
    return _LINE_END.sub(b"", raw)
