"""What every check is given, and the small tools they share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Where
from sescomposer.core.header import HeaderField
from sescomposer.core.message import Message, Road


@dataclass(frozen=True, slots=True)
class Subject:
    """A message to check and the road it is to go."""

    message: Message
    road: Road

    @property
    def root(self) -> Entity:
        """The message's tree."""
        return self.message.root


Check = Callable[[Subject], Iterable[Finding]]
T = TypeVar("T")
EntityCheck = Callable[[Entity], tuple[Finding, ...]]


def kept(entity: Entity, compute: Callable[[Entity], T]) -> T:
    """Compute something of one entity once: entities never change, so it is kept on it.

    A race computes twice and stores equal values.
    """
    values: dict[Callable[[Entity], T], T] = entity.__dict__.setdefault("_kept", {})
    if compute not in values:
        values[compute] = compute(entity)
    return values[compute]


def every_entity(root: Entity, check: EntityCheck) -> Iterable[Finding]:
    """Run a check over all entities of a tree, in order."""
    for entity in root.walk():
        yield from kept(entity, check)


def at_field(entity: Entity, index: int, header_field: HeaderField) -> Where:
    """Give the place of a header field: its octets in the entity."""
    start = kept(entity, _field_starts)[index]
    return Where(entity.key, header_field.name, index, start, start + len(header_field.octets))


def _field_starts(entity: Entity) -> tuple[int, ...]:
    """Give where each field starts, and where the last one ends."""
    return tuple(accumulate((len(item.octets) for item in entity.header.fields), initial=0))


def at_body(entity: Entity, start: int = 0, stop: int | None = None) -> Where:
    """Give a place in the body; offsets count from the start of the body."""
    first = len(entity.header.octets) + len(entity.separator)
    end = len(entity.body.octets) if stop is None else stop
    return Where(entity.key, start=first + start, stop=first + end)


def fields_named(entity: Entity, *names: str) -> list[tuple[int, HeaderField]]:
    """Give the fields of those names with their index, in order; names compare without case."""
    wanted = {name.lower() for name in names}
    if not any(entity.header.first(name) for name in wanted):
        return []
    return [(i, item) for i, item in enumerate(entity.header.fields) if item.name.lower() in wanted]
