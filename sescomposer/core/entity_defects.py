"""What is wrong with the entities of a message, derived when asked for and never on opening.

Offsets of a defect are relative to the first octet of its entity; `location.offset_of` gives that of the entity.
"""

from collections.abc import Iterator

from sescomposer.core.content_defects import content_defects
from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity
from sescomposer.core.header_defects import header_defects
from sescomposer.core.line_end_defects import line_end_defects
from sescomposer.core.multipart_defects import multipart_defects
from sescomposer.core.notes import Note
from sescomposer.core.places import body_start

_NOTES = {
    Note.TOO_DEEP: ("too-deep", "The part is nested too deep; it is kept as it stands, unopened.", "limit"),
    Note.TOO_MANY_PARTS: ("too-many-parts", "There are too many parts; from here on none is opened.", "limit"),
    Note.NO_BOUNDARY: ("boundary-missing", "A multipart has no boundary parameter.", "RFC 2046 5.1.1"),
    Note.BOUNDARY_IN_USE: (
        "boundary-reused",
        "The boundary is that of a part around this one, which every delimiter belongs to.",
        "RFC 2046 5.1.2",
    ),
    Note.ENCODED_MESSAGE: (
        "message-encoded",
        "A message inside a message must not have a transfer encoding; it is kept unopened.",
        "RFC 2046 5.2.1",
    ),
    Note.START_MISSING: ("start-boundary-missing", "No delimiter starts a part of this multipart.", "RFC 2046 5.1.1"),
    Note.NO_PARTS: ("parts-missing", "Nothing follows the delimiter of this multipart.", "RFC 2046 5.1.1"),
}


def defects(root: Entity) -> tuple[tuple[Entity, Defect], ...]:
    r"""Give everything wrong in a message, in the order of the entities.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n")
    >>> [(entity.media_type, defect.code) for entity, defect in defects(root)]
    [('multipart/mixed', 'close-delimiter-missing')]
    """
    return tuple((entity, defect) for entity in root.walk() for defect in entity_defects(entity, root.header.line_end))


def entity_defects(entity: Entity, line_end: bytes | None = None) -> tuple[Defect, ...]:
    """Give what is wrong with one entity itself, what is inside its parts left out.

    Args:
        entity: The entity.
        line_end: The line end of the message; that of the entity's header section if it is not given.
    """
    found: list[Defect] = []
    found += header_defects(entity)
    found += _note_defects(entity)
    found += multipart_defects(entity)
    found += line_end_defects(entity, line_end or entity.header.line_end)
    found += content_defects(entity)
    return tuple(found)


def _note_defects(entity: Entity) -> Iterator[Defect]:
    if entity.note in _NOTES:
        code, message, standard = _NOTES[Note(entity.note)]
        yield Defect(code, message, body_start(entity), len(entity.octets), standard)
