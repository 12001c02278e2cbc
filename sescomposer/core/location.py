"""Octet offset -> entity and region, and back. The regions of a message tile it: each octet is in exactly one.

All look-ups descend the tree once and find their way among siblings by bisection; the sums they need are kept on the
containers and header sections, which edited trees share.
"""

from dataclasses import dataclass
from enum import StrEnum

from sescomposer.core.entity import Entity, Key, Multipart, Nested
from sescomposer.core.errors import MessageError
from sescomposer.core.limits import HEADER_FIELDS
from sescomposer.core.places import body_start, child_start, climb, field_ends, index_at, multipart_ends


class Region(StrEnum):
    """What a run of octets is for its entity."""

    FIELD = "field"
    HEADER = "header"
    SEPARATOR = "separator"
    PREAMBLE = "preamble"
    DELIMITER = "delimiter"
    CLOSE = "close"
    BODY = "body"
    EPILOGUE = "epilogue"


@dataclass(frozen=True, slots=True)
class Location:
    """A region of an entity.

    Attributes:
        entity: Whose region it is.
        region: Which one. HEADER stands for all fields only where there are too many to be told apart.
        index: Number of the field, or of the child that the delimiter stands before; 0 otherwise.
        start, stop: Its octets, as offsets in the root.
    """

    entity: Entity
    region: Region
    index: int
    start: int
    stop: int


def locate(root: Entity, offset: int) -> Location:
    r"""Find the region that holds an octet; the end of the message belongs to the last region.

    Args:
        root: The message.
        offset: From 0 to the length of the message.

    Raises:
        MessageError: the offset is not in the message.

    >>> from sescomposer.core.parse import parse
    >>> found = locate(parse(b"To: a@b.example\r\nSubject: Hi\r\n\r\nHello"), 20)
    >>> found.region, found.index, found.start, found.stop
    (<Region.FIELD: 'field'>, 1, 17, 30)
    """
    length = len(root.octets)
    if not 0 <= offset <= length:
        raise MessageError(
            f"The message has no octet {offset}.",
            hint=f"Offsets go from 0 to {length}.",
            value=offset,
        )
    return _descend(root, min(offset, max(length - 1, 0)))


def _descend(root: Entity, offset: int) -> Location:
    entity, base = root, 0
    while True:
        start = base + body_start(entity)
        body = entity.body
        if offset < start:
            return _in_header(entity, base, offset)
        if isinstance(body, Multipart):
            ends = multipart_ends(body)
            index = index_at(ends, offset - start)
            if index == 0 or index % 2 or index == len(ends) - 1:
                region = _multipart_region(index, len(ends))
                number = index // 2 if region is Region.DELIMITER else 0
                return Location(entity, region, number, start + (ends[index - 1] if index else 0), start + ends[index])
            entity, base = body.children[index // 2 - 1], start + ends[index - 1]
        elif isinstance(body, Nested):
            entity, base = body.entity, start
        else:
            return Location(entity, Region.BODY, 0, start, start + len(body.octets))


def _multipart_region(index: int, count: int) -> Region:
    """Name a run of a multipart: preamble, (delimiter, child) in turn, close, epilogue."""
    if index == 0:
        return Region.PREAMBLE
    return {count - 1: Region.EPILOGUE, count - 2: Region.CLOSE}.get(index, Region.DELIMITER)


def _in_header(entity: Entity, base: int, offset: int) -> Location:
    stop = len(entity.header.octets)
    if offset - base >= stop:
        return Location(entity, Region.SEPARATOR, 0, base + stop, base + stop + len(entity.separator))
    if not has_countable_fields(entity):
        return Location(entity, Region.HEADER, 0, base, base + stop)
    ends = field_ends(entity.header)
    index = index_at(ends, offset - base)
    return Location(entity, Region.FIELD, index, base + (ends[index - 1] if index else 0), base + ends[index])


def has_countable_fields(entity: Entity) -> bool:
    """Whether the header section has few enough lines to be told apart field by field."""
    octets = entity.header.octets
    if len(octets) <= HEADER_FIELDS:
        return True
    if entity.header.line_end == b"\r":
        return bytes(octets).count(b"\r") <= HEADER_FIELDS
    return octets.newlines <= HEADER_FIELDS


def span(root: Entity, entity: Entity, region: Region, index: int = 0) -> tuple[int, int]:
    r"""Give the octets `[start, stop)` of a region, as offsets in `root`.

    Args:
        root: The message.
        entity: An entity of it; one of another root with the same key will do.
        region: HEADER gives the whole header section, and BODY the whole body of a container, too.
        index: Number of the field or delimiter.

    Raises:
        MessageError: the entity is not in the tree, or it has no such region.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Subject: Hi\r\n\r\nHello")
    >>> span(root, root, Region.BODY)
    (15, 20)
    """
    trail = climb(root, entity.key)
    entity = trail[0].parent.children[trail[0].position] if trail else root
    base = sum(child_start(place.parent, place.position) for place in trail)
    start, stop = _span_in(entity, region, index)
    return base + start, base + stop


def _span_in(entity: Entity, region: Region, index: int) -> tuple[int, int]:
    header, body = len(entity.header.octets), body_start(entity)
    match region:
        case Region.HEADER:
            return 0, header
        case Region.SEPARATOR:
            return header, body
        case Region.BODY:
            return body, len(entity.octets)
        case Region.FIELD:
            return _run(field_ends(entity.header), index, entity, region)
        case _:
            start, stop = _span_in_multipart(entity, region, index)
            return body + start, body + stop


def _span_in_multipart(entity: Entity, region: Region, index: int) -> tuple[int, int]:
    body = entity.body
    if not isinstance(body, Multipart) or (region is Region.DELIMITER and index >= len(body.children)):
        raise _no_region(entity, region, index)
    ends = multipart_ends(body)
    places = {Region.PREAMBLE: 0, Region.CLOSE: len(ends) - 2, Region.EPILOGUE: len(ends) - 1}
    return _run(ends, places.get(region, 2 * index + 1), entity, region)


def _run(ends: tuple[int, ...], index: int, entity: Entity, region: Region) -> tuple[int, int]:
    if not 0 <= index < len(ends):
        raise _no_region(entity, region, index)
    return (ends[index - 1] if index else 0), ends[index]


def _no_region(entity: Entity, region: Region, index: int) -> MessageError:
    return MessageError(
        f"The part of type {entity.media_type!r} has no {region} {index}.",
        hint="Select a part again.",
        value=index,
    )


def offset_of(root: Entity, key: Key) -> int:
    """Give where the entity with that key starts in `root`.

    Raises:
        MessageError: the entity is not in this tree.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: message/rfc822\\n\\nSubject: Hi\\n")
    >>> offset_of(root, root.children[0].key)
    30
    """
    return sum(child_start(place.parent, place.position) for place in climb(root, key))
