"""Where a place of one root of a draft stands in another: the octet that stood there, wherever it went.

The place is found through the tree, so that it stays in its part although parts come, go and move before it; only
within a header field or a body that changed itself octets are compared.
"""

from sescomposer.core.entity import Entity, Key
from sescomposer.core.location import Location, Region, locate, offset_of, span
from sescomposer.core.octets import Octets
from sescomposer.core.places import body_start, field_ends, places
from sescomposer.core.rope_difference import Difference, difference


class OffsetCarry:
    r"""Carries offsets from one root to another; what it compared it compares once.

    >>> from sescomposer.core.parse import parse
    >>> before = parse(b"Subject: Hi\n\nDear Ann")
    >>> carry = OffsetCarry(before, parse(b"Subject: Hello\n\nDear Ann"))
    >>> carry(18), carry(0)
    (21, 0)
    """

    def __init__(self, before: Entity, after: Entity) -> None:
        self._before = before
        self._after = after
        self._found: dict[tuple[int, int], Difference] = {}

    def __call__(self, offset: int) -> int:
        """Give where the octet at an offset of the one root is in the other.

        What is gone is where its neighbours met; offsets beyond the end mean the end.
        """
        offset = min(max(offset, 0), len(self._before.octets))
        if self._before is self._after:
            return offset
        found = locate(self._before, offset)
        place = self._in_entity(found, offset - found.start)
        return self._within(self._before.octets, self._after.octets, offset) if place is None else place

    def _in_entity(self, found: Location, inside: int) -> int | None:
        """Find the region of the same entity, `inside` octets into it; None where it is gone."""
        entity = self._entity(found.entity.key)
        if entity is None:
            return None
        if entity is found.entity:
            start = offset_of(self._after, entity.key)
            return start + found.start - offset_of(self._before, entity.key) + inside
        match found.region:
            case Region.FIELD:
                return self._in_field(found, entity, inside)
            case Region.BODY:
                return self._in_body(found.entity, entity, inside)
            case Region.DELIMITER:
                return self._in_delimiter(found, entity, inside)
            case Region.HEADER | Region.SEPARATOR:
                return self._in_region(entity, found.region, inside)
            case _ if entity.is_multipart:
                return self._in_region(entity, found.region, inside)
        return None

    def _entity(self, key: Key) -> Entity | None:
        if key == self._after.key:
            return self._after
        place = places(self._after).get(key)
        return place.parent.children[place.position] if place is not None else None

    def _in_region(self, entity: Entity, region: Region, inside: int, index: int = 0) -> int:
        start, stop = span(self._after, entity, region, index)
        return min(start + inside, stop)

    def _in_field(self, found: Location, entity: Entity, inside: int) -> int:
        """Find the field: the same one, else the one of its name, as far as it is like it."""
        old, base = found.entity, offset_of(self._after, entity.key)
        field = old.header.fields[found.index]
        index = _field_index(old, entity, found.index)
        if index is None:
            head = found.start - offset_of(self._before, old.key) + inside
            return base + self._within(old.header.octets, entity.header.octets, head)
        ends = field_ends(entity.header)
        new = entity.header.fields[index]
        start = base + (ends[index - 1] if index else 0)
        if field.octets == new.octets:
            return start + inside
        return start + _mapped(difference(Octets.of(field.octets), Octets.of(new.octets)), inside)

    def _in_body(self, old: Entity, entity: Entity, inside: int) -> int | None:
        """Find the octet in a leaf; one that became a container has its content in a part now."""
        if not isinstance(entity.body, type(old.body)) and entity.children:
            moved = next((leaf for leaf in entity.walk() if not leaf.children and _is_same_body(old, leaf)), None)
            if moved is None:
                return None
            entity = moved
        start = offset_of(self._after, entity.key) + body_start(entity)
        return start + self._within(old.body.octets, entity.body.octets, inside)

    def _in_delimiter(self, found: Location, entity: Entity, inside: int) -> int | None:
        """Find the delimiter before the same child."""
        keys = [child.key for child in entity.children]
        child = found.entity.children[found.index].key
        return self._in_region(entity, Region.DELIMITER, inside, keys.index(child)) if child in keys else None

    def _within(self, old: Octets, new: Octets, offset: int) -> int:
        """Map an offset through the one splice that makes `new` of `old`."""
        if old is new:
            return offset
        names = id(old), id(new)
        if names not in self._found:
            # Both ropes live as long as the roots that are held here.
            self._found[names] = difference(old, new)
        return _mapped(self._found[names], offset)


def _mapped(splice: Difference, offset: int) -> int:
    """Give where an offset is behind a splice."""
    if offset < splice.start:
        return offset
    if offset >= splice.start + splice.removed:
        return offset + len(splice.inserted) - splice.removed
    return splice.start + min(offset - splice.start, len(splice.inserted))


def _field_index(old: Entity, new: Entity, index: int) -> int | None:
    """Give the number of a field in another version of its entity, None where there is none of its name."""
    fields = old.header.fields
    field, name = fields[index], fields[index].name.lower()
    same = [at for at, other in enumerate(new.header.fields) if other.octets == field.octets]
    if len(same) == 1:
        return same[0]
    time = sum(other.name.lower() == name for other in fields[:index])
    named = [at for at, other in enumerate(new.header.fields) if other.name.lower() == name]
    return named[time] if time < len(named) else None


def _is_same_body(old: Entity, leaf: Entity) -> bool:
    """Whether a leaf holds the content of another entity, octet by octet."""
    one, other = old.body.octets, leaf.body.octets
    if len(one) != len(other):
        return False
    found = difference(one, other)
    return not found.removed and not len(found.inserted)
