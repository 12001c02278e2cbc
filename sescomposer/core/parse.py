"""Octets -> tree, losslessly: joining the pieces of the tree gives the octets again, whatever they were.

Parsing never fails. What is wrong is derived later (`entity_defects`); why a body stayed unopened stands in
`Entity.note` as a `Note`. Only headers are looked into; bodies are searched for delimiter lines and never copied.
"""

import mmap
from collections.abc import Callable

from sescomposer.core.entity import Body, Entity, Given, Key, Multipart, Nested, new_key
from sescomposer.core.header import HeaderSection
from sescomposer.core.notes import Note
from sescomposer.core.octets import Octets
from sescomposer.core.scanner import Frame, Kind, scan

__all__ = ["Note", "parse"]

Make = Callable[[Frame, tuple[Entity, ...]], Entity]


def parse(octets: bytes | bytearray | memoryview | mmap.mmap | Octets) -> Entity:
    r"""Read a message in one pass, without recursion; every octet is kept where it stands.

    Args:
        octets: The message with any line ends. A mapped file is kept alive and never closed.

    Returns:
        The message. Bodies are `Given`, `Multipart` or `Nested` (RFC 2045, RFC 2046). Beyond 100 levels and 10,000
        parts the rest stays one opaque piece.

    >>> root = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b--\r\n")
    >>> [entity.media_type for entity in root.walk()], bytes(root.children[0].body.octets)
    (['multipart/mixed', 'text/plain'], b'Hi')
    """
    whole = Octets.of(octets)
    return build(scan(whole), lambda frame, children: make_entity(frame, whole, children))


def build(root: Frame, make: Make) -> Entity:
    """Make entities of frames, children first.

    Args:
        root: What `scan` found.
        make: Makes the entity of a frame; called with the entities made of its children.
    """
    made: dict[int, Entity] = {}
    for frame in reversed(_in_order(root)):
        children = tuple(made.pop(id(child)) for child in frame.children)
        made[id(frame)] = make(frame, children)
    return made[id(root)]


def _in_order(root: Frame) -> list[Frame]:
    frames = [root]
    open_frames = [root]
    while open_frames:
        children = open_frames.pop().children
        frames.extend(children)
        open_frames.extend(children)
    return frames


def make_entity(frame: Frame, octets: Octets, children: tuple[Entity, ...], key: Key | None = None) -> Entity:
    """Make one entity; its own rope and that of its body are known already: windows of `octets`."""
    header = HeaderSection.of_octets(octets[frame.start : frame.header_stop], frame.line_end)
    separator = octets.read(frame.header_stop, frame.body_start)
    body = _body(frame, octets, children)
    entity = Entity(header, separator, body, frame.note, new_key() if key is None else key)
    entity.__dict__["octets"] = octets[frame.start : frame.stop]
    return entity


def _body(frame: Frame, octets: Octets, children: tuple[Entity, ...]) -> Body:
    whole = octets[frame.body_start : frame.stop]
    body: Body
    match frame.kind:
        case Kind.LEAF:
            return Given(whole)
        case Kind.NESTED:
            body = Nested(children[0])
        case Kind.MULTIPART:
            body = _multipart(frame, octets, children)
    body.__dict__["octets"] = whole
    return body


def _multipart(frame: Frame, octets: Octets, children: tuple[Entity, ...]) -> Multipart:
    last = frame.children[-1].stop
    close_start, close_stop = frame.close or (last, last)
    return Multipart(
        boundary=frame.boundary,
        preamble=octets[frame.body_start : frame.delimiters[0][0]],
        delimiters=tuple(octets.read(start, stop) for start, stop in frame.delimiters),
        children=children,
        close=octets.read(close_start, close_stop),
        epilogue=octets[close_stop : frame.stop],
    )
