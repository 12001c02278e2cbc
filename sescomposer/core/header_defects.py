"""What is wrong with the form of a header section, and with the fields that say how the body is read."""

from collections.abc import Iterator

from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity
from sescomposer.core.header import BYTE_ORDER_MARK
from sescomposer.core.limits import HEADER_FIELDS, PARAMETERS_CHARACTERS
from sescomposer.core.location import has_countable_fields
from sescomposer.core.parameter import parameter_defects

_SINGLE_FIELDS = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID")


def header_defects(entity: Entity) -> Iterator[Defect]:
    """Give the defects of one header section; offsets in the entity."""
    if len(entity.header.octets):
        yield from _start_defects(entity)
    yield from _end_defects(entity)
    if len(entity.header.octets):
        yield from _field_defects(entity)


def _start_defects(entity: Entity) -> Iterator[Defect]:
    head = entity.header.octets.read(0, 9)
    start = 0
    if head.startswith(BYTE_ORDER_MARK):
        start = len(BYTE_ORDER_MARK)
        yield Defect("byte-order-mark", "A byte order mark stands before the header.", 0, start, "RFC 5322 2.2")
    if head[start:].startswith((b"From ", b">From ")):
        stop = entity.header.octets.find(entity.header.line_end[-1:], start)
        stop = stop + 1 if stop >= 0 else len(entity.header.octets)
        yield Defect("mbox-line", "A line of an mbox file stands before the header.", start, stop, "RFC 4155")


def _end_defects(entity: Entity) -> Iterator[Defect]:
    """The section ends with its last line end and an empty line, unless the entity ends with it."""
    header = entity.header.octets
    newline = entity.header.line_end[-1:]
    if len(header) and not header.endswith(newline):
        at = len(header)
        yield Defect("header-cut", "The header section ends in the middle of a line.", at, at, "RFC 5322 2.2")
    elif not entity.separator and len(entity.body.octets):
        start = len(header)
        found = entity.octets.find(newline, start)
        stop = found + 1 if found >= 0 else len(entity.octets)
        yield Defect(
            "header-line-without-colon",
            "This line is no header field, and no empty line stands before it; the body starts here.",
            start,
            stop,
            "RFC 5322 2.2",
        )


def _field_defects(entity: Entity) -> Iterator[Defect]:
    if not has_countable_fields(entity):
        message = f"The header section has more than {HEADER_FIELDS} lines; its fields are not told apart."
        yield Defect("too-many-fields", message, 0, len(entity.header.octets), "limit")
    for name in _SINGLE_FIELDS:
        first = entity.header.span(name)
        again = entity.header.span(name, first[1]) if first else None
        if again:
            yield Defect("field-repeated", f"{name} stands here again; the first counts.", *again, "RFC 5322 3.6")
        if first and name in ("Content-Type", "Content-Disposition"):
            yield from _parameter_defects(entity, name, first)


def _parameter_defects(entity: Entity, name: str, span: tuple[int, int]) -> Iterator[Defect]:
    """Defects of parameters stand at the whole field: they are found in its unfolded body."""
    for defect in parameter_defects(entity.header.get(name)[:PARAMETERS_CHARACTERS]):
        yield Defect(defect.code, defect.message, *span, defect.standard)
