"""Editing a message as octets: the tree of the new octets, with every entity kept whose octets were not touched.

A kept entity is the same object, so its key, its caches and what is selected in it survive. An entity that the change
lies in is made anew; it keeps its key where one of the same form starts at the same octet, on the same level.
"""

from collections.abc import Iterator
from operator import is_

from sescomposer.core.entity import Entity, Key, Multipart, Nested
from sescomposer.core.octets import Octets
from sescomposer.core.parse import build, make_entity
from sescomposer.core.places import child_start
from sescomposer.core.scanner import Frame, Kind, scan


def reparse(root: Entity, octets: Octets, start: int, removed: int, added: int) -> Entity:
    r"""Read the octets of an edited message.

    Args:
        root: The message before the edit.
        octets: All octets after it; pieces shared with `root` are not copied.
        start: Where the edit is.
        removed: How many octets of `root` it took away there.
        added: How many octets it put there.

    Raises:
        ValueError: the numbers do not fit the lengths.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\n\nHo\n--b--\n")
    >>> octets = Octets.join((root.octets[:48], b"Hello", root.octets[50:]))
    >>> after = reparse(root, octets, 48, 2, 5)
    >>> after.key == root.key, after.children[0] is root.children[0], after.children[1] is root.children[1]
    (True, False, True)
    """
    if not (0 <= start <= start + removed <= len(root.octets)) or len(octets) != len(root.octets) + added - removed:
        raise ValueError("the edit does not lead from the old octets to the new ones")
    old = _OldEntities(root, start, removed, added)
    return build(scan(octets), lambda frame, children: old.kept(frame, children) or old.made(frame, octets, children))


_Spot = tuple[int, int, Kind]
"""Where an entity stands after the edit, and of which form it is; no two of a tree are equal."""


class _OldEntities:
    """The entities before the edit, by where they would stand after it."""

    def __init__(self, root: Entity, start: int, removed: int, added: int) -> None:
        self._root = root
        self._untouched: dict[_Spot, Entity] = {}
        self._touched: dict[_Spot, Key] = {}
        self._used: set[Key] = {root.key}
        shift = added - removed
        for entity, first, last in _with_offsets(root):
            kind = _kind(entity)
            if entity is not root and last <= start:
                self._untouched[first, last, kind] = entity
            elif entity is not root and first >= start + removed:
                self._untouched[first + shift, last + shift, kind] = entity
            if first <= start and last >= start + removed:
                self._touched[first, last + shift, kind] = entity.key

    def kept(self, frame: Frame, children: tuple[Entity, ...]) -> Entity | None:
        """Give the old entity with the same octets, form and children, if there is one."""
        entity = self._untouched.get((frame.start, frame.stop, frame.kind))
        if entity is None or entity.key in self._used or not _is_same(entity, frame, children):
            return None
        self._used.add(entity.key)
        return entity

    def made(self, frame: Frame, octets: Octets, children: tuple[Entity, ...]) -> Entity:
        """Make an entity anew, with its old key where there is one."""
        if frame.start == 0:  # Only the root: whatever has children has a header before them.
            return make_entity(frame, octets, children, self._root.key)
        key = self._touched.get((frame.start, frame.stop, frame.kind))
        if key in self._used:
            key = None
        if key is not None:
            self._used.add(key)
        return make_entity(frame, octets, children, key)


def _with_offsets(root: Entity) -> Iterator[tuple[Entity, int, int]]:
    open_entities = [(root, 0)]
    while open_entities:
        entity, start = open_entities.pop()
        yield entity, start, start + len(entity.octets)
        open_entities.extend((child, start + child_start(entity, index)) for index, child in enumerate(entity.children))


def _kind(entity: Entity) -> Kind:
    match entity.body:
        case Multipart():
            return Kind.MULTIPART
        case Nested():
            return Kind.NESTED
        case _:
            return Kind.LEAF


def _is_same(entity: Entity, frame: Frame, children: tuple[Entity, ...]) -> bool:
    """Whether the entity, whose octets are those of the frame, is also divided like it."""
    return (
        entity.note == frame.note
        and len(entity.header.octets) == frame.header_stop - frame.start
        and len(entity.separator) == frame.body_start - frame.header_stop
        and entity.header.line_end == frame.line_end
        and len(entity.children) == len(children)
        and all(map(is_, entity.children, children))
        and (not isinstance(entity.body, Multipart) or _is_same_multipart(entity.body, frame))
    )


def _is_same_multipart(body: Multipart, frame: Frame) -> bool:
    close_start, close_stop = frame.close or (0, 0)
    return (
        body.boundary == frame.boundary
        and len(body.preamble) == frame.delimiters[0][0] - frame.body_start
        and list(map(len, body.delimiters)) == [stop - start for start, stop in frame.delimiters]
        and len(body.close) == close_stop - close_start
    )
