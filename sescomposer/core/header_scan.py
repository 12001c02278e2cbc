"""Where a header section ends, and the two fields that decide how its body is read (RFC 5322 2.1, RFC 2045 5 and 6).

A line is a field if it starts with a name (printable ASCII without blank and colon), blanks if any, and a colon; it
continues one if it starts with a blank. The section ends at an empty line, at a line that is neither, or with the
octets. An mbox "From " line at the start of a message and a byte order mark count as header.
"""

import re
from dataclasses import dataclass

from sescomposer.core.header import BYTE_ORDER_MARK, HeaderSection
from sescomposer.core.limits import LINE_OCTETS, PARAMETERS_CHARACTERS
from sescomposer.core.octets import Octets
from sescomposer.core.parameter import parse_parameters
from sescomposer.core.scan_buffer import ScanBuffer
from sescomposer.core.transfer_encoding import TransferEncoding, named

# Possessive, so that a line of ten million octets without a colon is passed over once.
FIELD_NAME = rb"[!-9;-~]++[ \t]*+:"
_FIELD = re.compile(FIELD_NAME)
_UNDECIDED = re.compile(rb"[!-9;-~]++[ \t]*+\Z")
_SECTION_END = {newline: re.compile(newline + rb"(?![ \t]|" + FIELD_NAME + rb")") for newline in (b"\n", b"\r")}
_CONTENT_FIELDS = {
    newline: re.compile(
        newline + rb"content-(type|transfer-encoding)[ \t]*:([^%b]*(?:%b[ \t][^%b]*)*)" % (newline, newline, newline),
        re.IGNORECASE,
    )
    for newline in (b"\n", b"\r")
}
_PLAIN_TYPE = re.compile(r"[!#$&-+.^\w-]+/[!#$&-+.^\w-]+", re.ASCII)
_TOKEN = r"[!#$%&'+.0-9A-Z^_`a-z{|}~-]++"
_PLAIN_BOUNDARY = re.compile(
    rf"""[^;()]*+(?:;\s*+(?!boundary\b){_TOKEN}\s*+=\s*+(?:{_TOKEN}|"[^"\\]*+")\s*+|(?!))*+"""
    rf""";\s*+boundary\s*+=\s*+(?:({_TOKEN})|"([^"\\]*+)")\s*+(?:;|\Z)""",
    re.IGNORECASE,
)
"""A boundary that needs no reading of comments, quoted pairs or RFC 2231: so are nearly all."""

_SMALL_HEADER = 65536


@dataclass(frozen=True, slots=True)
class HeaderSpan:
    """A header section and its blank line: `[start, stop)` and `[stop, body_start)`."""

    start: int
    stop: int
    body_start: int


def find_header(buffer: ScanBuffer, start: int, stop: int, newline: bytes, *, is_message: bool) -> HeaderSpan | None:
    """Find where the header section that starts at `start` ends; None if that cannot be told before `stop`.

    Args:
        buffer: Octets to read.
        start: A line start.
        stop: Where to stop looking; at the end of the buffer the section ends at the latest.
        newline: The last octet of a line end.
        is_message: Whether an mbox "From " line may come first.
    """
    first = start + 3 if start == 0 and buffer.read(0, 3) == BYTE_ORDER_MARK else start
    if is_message and buffer.read(first, first + 6).startswith((b"From ", b">From ")):
        line_end = buffer.find(newline, first, buffer.length)
        first = buffer.length if line_end < 0 else line_end + 1
    if not _starts_field(buffer, first):
        return HeaderSpan(start, first, _behind_blank_line(buffer, first, newline))
    line_end = buffer.search_line_ends(_SECTION_END[newline], first, stop, newline)
    if stop < buffer.length and (line_end < 0 or buffer.find(newline, line_end + 1, stop) < 0):
        return None
    section_stop = buffer.length if line_end < 0 else line_end + 1
    return HeaderSpan(start, section_stop, _behind_blank_line(buffer, section_stop, newline))


def _starts_field(buffer: ScanBuffer, position: int) -> bool:
    size = 256
    while True:
        line = buffer.read(position, position + size)
        if _FIELD.match(line):
            return True
        if len(line) < size or not _UNDECIDED.match(line):
            return False
        size *= 8


def _behind_blank_line(buffer: ScanBuffer, position: int, newline: bytes) -> int:
    head = buffer.read(position, position + 2)
    if head.startswith(newline):
        return position + 1
    return position + 2 if newline == b"\n" and head == b"\r\n" else position


@dataclass(frozen=True, slots=True)
class BodyKind:
    """How the body of an entity is to be read.

    Attributes:
        media_type: Lower case; the default where there is no usable Content-Type.
        boundary: The boundary of a multipart, without trailing blanks; empty where there is none.
        encoding: The transfer encoding.
    """

    media_type: str
    boundary: bytes
    encoding: TransferEncoding


def body_kind(octets: Octets, newline: bytes, default_type: str) -> BodyKind:
    """Read Content-Type and Content-Transfer-Encoding out of a header section; the first of each counts.

    Args:
        octets: The header section.
        newline: The last octet of a line end.
        default_type: Media type where there is no Content-Type.

    >>> body_kind(Octets.of(b"Content-Type: MULTIPART/Mixed; boundary=a\\r\\n"), b"\\n", "text/plain").boundary
    b'a'
    """
    fields = _small_fields(octets, newline) if len(octets) <= _SMALL_HEADER else _large_fields(octets, newline)
    value = fields.get(b"type")
    media_type, boundary = (default_type, b"") if value is None else _type_and_boundary(value)
    encoding = fields.get(b"transfer-encoding", "")[:LINE_OCTETS].strip()
    return BodyKind(media_type, boundary, named(encoding) if encoding else TransferEncoding.SEVEN_BIT)


def _small_fields(octets: Octets, newline: bytes) -> dict[bytes, str]:
    fields: dict[bytes, str] = {}
    for name, body in _CONTENT_FIELDS[newline].findall(newline + bytes(octets).removeprefix(BYTE_ORDER_MARK)):
        fields.setdefault(name.lower(), body.replace(b"\r\n", b"").replace(newline, b"").decode("latin-1"))
    return fields


def _large_fields(octets: Octets, newline: bytes) -> dict[bytes, str]:
    section = HeaderSection.of_octets(octets, newline)
    found = {name: section.first(f"content-{name.decode()}") for name in (b"type", b"transfer-encoding")}
    return {name: field.raw_body.replace(newline, b"").decode("latin-1") for name, field in found.items() if field}


def _type_and_boundary(value: str) -> tuple[str, bytes]:
    media_type = value.partition(";")[0].strip().lower()
    if _PLAIN_TYPE.fullmatch(media_type):
        if not media_type.startswith("multipart/"):
            return media_type, b""
        if plain := _PLAIN_BOUNDARY.match(value):
            return media_type, _boundary_octets(plain[1] or plain[2] or "")
    parsed = parse_parameters(value.strip()[:PARAMETERS_CHARACTERS])
    kind, slash, subtype = parsed.value.strip().lower().partition("/")
    if not (slash and kind and subtype):
        return "text/plain", b""
    return f"{kind}/{subtype}", _boundary_octets(parsed.get("boundary"))


def _boundary_octets(boundary: str) -> bytes:
    """Give back the octets of a boundary that was read as Latin-1, or was named in another charset by RFC 2231."""
    try:
        octets = boundary.encode("latin-1")
    except UnicodeEncodeError:
        octets = boundary.encode("utf-8", "replace")
    return octets.rstrip(b" \t\r\n")
