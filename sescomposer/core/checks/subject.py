"""What every check is given, and the small tools they share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, TypeVar

from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Where
from sescomposer.core.header import HeaderField
from sescomposer.core.message import Message, Road

if TYPE_CHECKING:
    from sescomposer.core.checks.invitation_life import Sent
    from sescomposer.core.protection.preflight import ProtectionFacts

MOST = 1000
"""Our own: findings of one family that are listed; nobody reads more."""

_LONGEST_MAPPED = 65_536
"""Our own: octets of a field in which the place of one word is told; in longer ones it is the whole field."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A message to check, the road it is to go, and what the user wants to be told.

    Attributes:
        message, road: See their types.
        forgotten_attachment: Whether to look for words that promise an attachment.
        more_attachment_words: Looked for beside ours.
        now: The time, aware, for what is said of the dates of an invitation and of a signature; None to say nothing.
        sent_before: What was sent of the event in the message, in the order of sending.
        is_aligned: Whether DKIM or SPF proves the domain of From; None if nobody knows.
        protection: How it will be signed and encrypted; None to say nothing of that.
    """

    message: Message
    road: Road
    forgotten_attachment: bool = True
    more_attachment_words: tuple[str, ...] = ()
    now: datetime | None = None
    sent_before: tuple["Sent", ...] = ()
    is_aligned: bool | None = None
    protection: "ProtectionFacts | None" = None

    @property
    def root(self) -> Entity:
        """The message's tree."""
        return self.message.root


Check = Callable[[Subject], Iterable[Finding]]
T = TypeVar("T")


def kept(entity: Entity, compute: Callable[[Entity], T]) -> T:
    """Compute something of one entity once: entities never change, so it is kept on it.

    A race computes twice and stores equal values.
    """
    return _kept_on(entity, compute, lambda: compute(entity))


def kept_in_header(entity: Entity, compute: Callable[[Entity], T]) -> T:
    """Compute something of the header section of an entity once, also where its body becomes another.

    `compute` is given the entity for its key and reads nothing but the header section.
    """
    return _kept_on(entity.header, (compute, entity.key), lambda: compute(entity))


def kept_in_body(entity: Entity, compute: Callable[[Entity], T]) -> T:
    """Compute something of the encoded body of an entity once, also where its header section becomes another."""
    return _kept_on(entity.body, compute, lambda: compute(entity))


def _kept_on(owner: object, key: object, compute: Callable[[], T]) -> T:
    values: dict[Any, T] = owner.__dict__.setdefault("_kept", {})
    if key not in values:
        values[key] = compute()
    return values[key]


def most(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give so many findings that it shows where there are more than are listed."""
    return tuple(islice(findings, MOST + 1))


def at_field(entity: Entity, index: int, header_field: HeaderField) -> Where:
    """Give the place of a header field: its octets in the entity."""
    start = kept_in_header(entity, _field_starts)[index]
    return Where(entity.key, header_field.name, index, start, start + len(header_field.octets))


def at_words(entity: Entity, index: int, header_field: HeaderField, start: int, stop: int) -> Where:
    """Give the place of the characters `[start, stop)` of a field's unfolded body; the whole field if it is long."""
    where = at_field(entity, index, header_field)
    octets, body = header_field.octets, header_field.body
    if len(octets) > _LONGEST_MAPPED:
        return where
    charset = "utf-8" if _is_utf8(octets) else "latin-1"
    colon = len(octets) - len(header_field.raw_body)
    unfolded = [at for at in range(colon, len(octets)) if octets[at] not in b"\r\n"]
    blanks = next((n for n, at in enumerate(unfolded) if octets[at] not in b" \t"), len(unfolded))
    first = blanks + len(body[:start].encode(charset))
    last = blanks + len(body[: max(stop, start + 1)].encode(charset)) - 1
    if first >= len(unfolded):
        return where
    base = where.start
    return Where(
        entity.key, where.field, index, base + unfolded[first], base + unfolded[min(last, len(unfolded) - 1)] + 1
    )


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
    if not any(entity.header.first(name) for name in names):
        return []
    known = kept_in_header(entity, _by_name)
    found = sorted(index for name in {name.lower() for name in names} for index in known.get(name, ()))
    return [(index, entity.header.fields[index]) for index in found]


def _by_name(entity: Entity) -> dict[str, list[int]]:
    """Give the indices of the fields by their lower-case names."""
    known: dict[str, list[int]] = {}
    for index, header_field in enumerate(entity.header.fields):
        known.setdefault(header_field.name.lower(), []).append(index)
    return known


def count_by_name(entity: Entity) -> dict[str, list[int]]:
    """Give the indices of the fields by their lower-case names, "" for what is no field."""
    return kept_in_header(entity, _by_name)
