"""Which parts of a message are calendar objects, told without reading one; most messages have none."""

from collections.abc import Iterator

from sescomposer.core.entity import Entity

CALENDAR_TYPES = ("text/calendar", "application/ics")


def calendar_parts(root: Entity) -> tuple[Entity, ...]:
    """Give all parts that are calendar objects by type or name, in order; none of a message inside.

    >>> from sescomposer.core.parse import parse
    >>> [part.media_type for part in calendar_parts(parse(b"Content-Type: text/calendar\\r\\n\\r\\n"))]
    ['text/calendar']
    """
    return tuple(leaf for leaf in _leaves(root) if _is_calendar(leaf))


def event_parts(root: Entity) -> tuple[Entity, ...]:
    r"""Give `calendar_parts`, or the message itself where what it holds lies inside an S/MIME signature.

    >>> from sescomposer.core.parse import parse
    >>> len(event_parts(parse(b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\n")))
    1
    """
    if root.media_type.endswith("pkcs7-mime"):
        return (root,)
    return calendar_parts(root)


def _leaves(root: Entity) -> Iterator[Entity]:
    waiting = [root]
    while waiting:
        entity = waiting.pop()
        if entity.is_multipart:
            waiting.extend(reversed(entity.children))
        elif not entity.children:
            yield entity


def _is_calendar(leaf: Entity) -> bool:
    return leaf.media_type in CALENDAR_TYPES or leaf.file_name.lower().endswith(".ics")
