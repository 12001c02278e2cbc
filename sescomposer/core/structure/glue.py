"""Delimiters and line ends between parts, put right wherever children come or go (RFC 2046 section 5.1.1)."""

from collections.abc import Sequence
from dataclasses import replace

from sescomposer.core.entity import Body, Entity, Multipart, Nested
from sescomposer.core.errors import EditError
from sescomposer.core.header import HeaderSection
from sescomposer.core.structure.paths import grafted

Slot = tuple[bytes | None, Entity]
"""A child and the delimiter before it; None for a new one."""

_LINE_ENDS = (b"\r\n", b"\n", b"\r")


def body_of(container: Entity) -> Multipart:
    """Give the body of an opened container.

    Raises:
        EditError: the entity holds no parts.
    """
    if not isinstance(container.body, Multipart):
        raise EditError("Only an opened multipart holds parts.", hint="Wrap it first.", value=container.media_type)
    return container.body


def slots(container: Entity) -> list[Slot]:
    """Give the children of a container with their delimiters."""
    body = body_of(container)
    return list(zip(body.delimiters, body.children, strict=True))


def with_slots(container: Entity, wanted: Sequence[Slot], line_end: bytes) -> Entity:
    """Give the container with other children; delimiters that stay keep their octets but for a leading line end.

    A delimiter starts with a line end of its own unless nothing stands before it in the body. A child that ended
    inside its header section gets its line end and blank line before something follows it.
    """
    body = body_of(container)
    was_last = body.children[-1] if body.children and not body.close else None
    delimiters: list[bytes] = []
    children: list[Entity] = []
    for index, (delimiter, child) in enumerate(wanted):
        is_bare = index == 0 and not len(body.preamble)
        delimiters.append(_glued(delimiter, body, index, is_bare, line_end))
        is_followed = index + 1 < len(wanted) or bool(body.close)
        is_loose = delimiter is None or child is was_last
        children.append(finished(child, line_end) if is_followed and is_loose else child)
    close = _led(body.close, line_end) if body.close else b""
    new = Multipart(body.boundary, body.preamble, tuple(delimiters), tuple(children), close, body.epilogue)
    return replace(container, body=new)


def _glued(delimiter: bytes | None, body: Multipart, index: int, is_bare: bool, line_end: bytes) -> bytes:
    """A delimiter fit for its place; one that stays where it was is not touched."""
    if delimiter is None:
        delimiter = b"--" + body.boundary + line_end
    elif is_bare and body.delimiters and delimiter is body.delimiters[0]:
        return delimiter
    return _bare(delimiter) if is_bare else _led(delimiter, line_end)


def _bare(delimiter: bytes) -> bytes:
    leading = next((end for end in _LINE_ENDS if delimiter.startswith(end)), b"")
    return delimiter[len(leading) :]


def _led(delimiter: bytes, line_end: bytes) -> bytes:
    return delimiter if delimiter.startswith(_LINE_ENDS) else line_end + delimiter


def finished(entity: Entity, line_end: bytes) -> Entity:
    """Give the entity with the header section of its very last part ended, so that something may follow it."""
    path = [entity]
    while True:
        match path[-1].body:
            case Multipart(children=children, close=b"", epilogue=epilogue) if children and not len(epilogue):
                path.append(children[-1])
            case Nested(entity=inner):
                path.append(inner)
            case _:
                break
    last = path[-1]
    if last.separator or len(last.body.octets):
        return entity
    header = HeaderSection.of_octets(ended(last.header, line_end).octets, last.header.line_end)
    return grafted(tuple(path), replace(last, header=header, separator=line_end))


def ended(header: HeaderSection, line_end: bytes) -> HeaderSection:
    """Give a header section whose last line has its line end."""
    octets = header.octets
    if not len(octets) or octets.read(len(octets) - 1, len(octets)) in (b"\n", b"\r"):
        return header
    return HeaderSection.of_octets(octets + line_end, header.line_end)


def with_body(entity: Entity, header: HeaderSection, body: Body, line_end: bytes) -> Entity:
    """Give the entity with another header section and body, and the blank line between them."""
    separator = entity.separator or line_end
    return replace(entity, header=ended(header, line_end), separator=separator, body=body, note="")
