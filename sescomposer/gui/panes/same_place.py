"""Where a span of an entity stands in another version of it: the draft and what sealing makes of it. No Qt here.

Sealing stamps and takes out fields of the message and turns line ends into CRLF; lines and fields stay what they are.
"""

from sescomposer.core.entity import Entity
from sescomposer.core.errors import MessageError
from sescomposer.core.location import Region, locate
from sescomposer.core.places import body_start, field_ends

Span = tuple[int, int]


def same_span(before: Entity, after: Entity, span: Span) -> Span | None:
    r"""Give the span in `after`, an entity with the same key as `before`; None where it has no such place.

    Args:
        before, after: Two versions of an entity.
        span: Start and stop in octets from the start of `before`.

    >>> from sescomposer.core.parse import parse
    >>> before = parse(b"Bcc: a@b.example\nTo: c@d.example\n\nHi\nHo\n")
    >>> after = parse(b"To: c@d.example\r\nDate: x\r\n\r\nHi\r\nHo\r\n")
    >>> same_span(before, after, (17, 33)), same_span(before, after, (37, 39)), same_span(before, after, (0, 17))
    ((0, 17), (32, 34), None)
    """
    start, stop = span
    if before is after:
        return span
    head = body_start(before)
    if start >= head or head == 0:
        return _same_lines(before, after, start - head, stop - head)
    return _same_field(before, after, start)


def _same_lines(before: Entity, after: Entity, start: int, stop: int) -> Span:
    """Map offsets of the body by their lines; the place within a line is kept."""
    octets, others, head = before.body.octets, after.body.octets, body_start(after)

    def moved(offset: int) -> int:
        line = octets.line_of(min(max(offset, 0), len(octets)))
        if line > others.newlines:
            return head + len(others)
        return min(head + others.line_start(line) + offset - octets.line_start(line), len(after.octets))

    return moved(start), moved(stop)


def _same_field(before: Entity, after: Entity, start: int) -> Span | None:
    """Find the field of the same name, the same time it stands there."""
    found = locate(before, start)
    if found.region is not Region.FIELD or found.entity is not before:
        return (0, body_start(after)) if found.entity is before else None
    fields = before.header.fields
    name = fields[found.index].name.lower()
    time = sum(field.name.lower() == name for field in fields[: found.index])
    places = [index for index, field in enumerate(after.header.fields) if field.name.lower() == name]
    if time >= len(places):
        return None
    return field_span(after, places[time])


def field_span(entity: Entity, index: int) -> Span:
    """Give the octets of a header field, from the start of the entity.

    Raises:
        MessageError: there is no such field.
    """
    ends = field_ends(entity.header)
    if not 0 <= index < len(ends):
        raise MessageError(f"There is no header field {index}.", hint="Select a field again.", value=index)
    return (ends[index - 1] if index else 0), ends[index]


def field_spans(entity: Entity, names: tuple[str, ...]) -> tuple[Span, ...]:
    """Give the octets of all fields of those names (in any case), from the start of the entity.

    >>> from sescomposer.core.parse import parse
    >>> field_spans(parse(b"To: a@b.example\\nBcc: c@d.example\\n\\n"), ("bcc",))
    ((16, 33),)
    """
    if not any(entity.header.first(name) for name in names):
        return ()
    wanted = {name.lower() for name in names}
    fields = entity.header.fields
    return tuple(field_span(entity, index) for index, field in enumerate(fields) if field.name.lower() in wanted)
