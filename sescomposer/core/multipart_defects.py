"""What is wrong with boundaries and delimiters (RFC 2046 section 5.1.1)."""

import re
from collections.abc import Iterator

from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity, Multipart
from sescomposer.core.limits import BOUNDARY_OCTETS
from sescomposer.core.places import body_start, multipart_ends
from sescomposer.core.transfer_encoding import TransferEncoding

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]*[0-9A-Za-z'()+_,\-./:=?]")
_STANDARD = "RFC 2046 5.1.1"


def multipart_defects(entity: Entity) -> Iterator[Defect]:
    """Give the defects of an opened multipart; offsets in the entity."""
    body = entity.body
    if not isinstance(body, Multipart):
        return
    yield from _boundary_defects(entity, body)
    yield from _delimiter_defects(entity, body)
    if entity.transfer_encoding in (
        TransferEncoding.BASE64,
        TransferEncoding.QUOTED_PRINTABLE,
        TransferEncoding.UNKNOWN,
    ):
        span = entity.header.span("Content-Transfer-Encoding") or (0, 0)
        yield Defect("multipart-encoded", "A multipart must not have a transfer encoding.", *span, "RFC 2045 6.4")


def _boundary_defects(entity: Entity, body: Multipart) -> Iterator[Defect]:
    span = entity.header.span("Content-Type") or (0, 0)
    boundary = entity.content_type.get("boundary")
    if len(body.boundary) > BOUNDARY_OCTETS:
        message = f"The boundary has {len(body.boundary)} octets; {BOUNDARY_OCTETS} are allowed."
        yield Defect("boundary-too-long", message, *span, _STANDARD)
    if not _BOUNDARY.fullmatch(body.boundary):
        yield Defect("boundary-characters", "The boundary has characters that are not allowed.", *span, _STANDARD)
    if boundary != boundary.rstrip():
        yield Defect("boundary-trailing-blank", "The boundary ends with a blank.", *span, _STANDARD)


def _delimiter_defects(entity: Entity, body: Multipart) -> Iterator[Defect]:
    ends = multipart_ends(body)
    base = body_start(entity)
    for index, delimiter in enumerate((*body.delimiters, body.close)):
        text = delimiter.strip(b"\r\n")
        if text != text.rstrip(b" \t"):
            start, stop = base + ends[2 * index], base + ends[2 * index + 1]
            yield Defect("delimiter-padding", "Blanks stand behind the delimiter.", start, stop, _STANDARD)
    if not body.close:
        at = base + ends[-2]
        yield Defect("close-delimiter-missing", "The close delimiter is missing.", at, at, _STANDARD)
