"""Where each entity of a tree hangs: its parent, and the lengths of what stands between siblings."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate, count, repeat
from operator import attrgetter
from typing import NamedTuple

from sescomposer.core.entity import Entity, Key, Multipart
from sescomposer.core.errors import MessageError
from sescomposer.core.header import HeaderSection

_KEY = attrgetter("key")


class Place(NamedTuple):
    """The entity around another one, and the position among its children."""

    parent: Entity
    position: int


def places(root: Entity) -> Mapping[Key, Place]:
    """Give the place of every entity of the tree but the root; made once for a root, in one walk.

    >>> from sescomposer.core.parse import parse
    >>> places(parse(b"Subject: Hi"))
    {}
    """
    known: dict[Key, Place] | None = root.__dict__.get("_places")
    if known is None:
        known = {}
        containers = [root]
        while containers:
            parent = containers.pop()
            children = parent.children
            known.update(zip(map(_KEY, children), map(Place, repeat(parent), count()), strict=False))
            containers += [child for child in children if child.children]
        root.__dict__["_places"] = known
    return known


def climb(root: Entity, key: Key) -> tuple[Place, ...]:
    """Give the places from that of the entity with `key` up to the root; empty for the root itself.

    Raises:
        MessageError: the entity is not in this tree.
    """
    known = places(root)
    trail: list[Place] = []
    while key != root.key:
        place = known.get(key)
        if place is None:
            raise MessageError(f"The message has no entity with key {key}.", hint="Select a part again.", value=key)
        trail.append(place)
        key = place.parent.key
    return tuple(trail)


def body_start(entity: Entity) -> int:
    """Give the offset of the body in the entity."""
    return len(entity.header.octets) + len(entity.separator)


def multipart_ends(body: Multipart) -> tuple[int, ...]:
    """Give the ends, relative to the body, of: preamble, then delimiter and child in turn, close, epilogue."""
    known: tuple[int, ...] | None = body.__dict__.get("_ends")
    if known is None:
        lengths = [len(body.preamble)]
        for delimiter, child in zip(body.delimiters, body.children, strict=True):
            lengths += (len(delimiter), len(child.octets))
        lengths += (len(body.close), len(body.epilogue))
        known = tuple(accumulate(lengths))
        body.__dict__["_ends"] = known
    return known


def child_start(entity: Entity, index: int) -> int:
    """Give the offset of a child in its parent."""
    if isinstance(entity.body, Multipart):
        return body_start(entity) + multipart_ends(entity.body)[2 * index + 1]
    return body_start(entity)


def field_ends(header: HeaderSection) -> tuple[int, ...]:
    """Give where each header field ends, relative to the header section."""
    known: tuple[int, ...] | None = header.__dict__.get("_ends")
    if known is None:
        known = tuple(accumulate(len(field.octets) for field in header.fields))
        header.__dict__["_ends"] = known
    return known


def index_at(ends: tuple[int, ...], offset: int) -> int:
    """Give which of the runs that end at `ends` holds `offset`; empty runs hold nothing."""
    return bisect_right(ends, offset)
