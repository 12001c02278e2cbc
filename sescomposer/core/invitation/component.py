"""Components (RFC 5545 section 3.6): content lines between BEGIN and END, nested; edits give new components.

Lines that an edit does not concern keep their octets. A line or component is meant by identity, not by equality: an
object may hold the same line twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sescomposer.core.invitation.lines import ContentLine, make_line
from sescomposer.core.invitation.text_value import unescaped

NO_LINE = ContentLine(b"")
"""Stands for a BEGIN or END that is missing."""

ORDER = (
    *("PRODID", "VERSION", "CALSCALE", "METHOD"),
    *("UID", "DTSTAMP", "SEQUENCE", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
    *("SUMMARY", "DESCRIPTION", "LOCATION", "URL", "CONFERENCE", "ORGANIZER", "ATTENDEE", "STATUS", "TRANSP", "CLASS"),
    *("PRIORITY", "CATEGORIES", "ATTACH", "COMMENT", "X-ALT-DESC"),
)
"""Where lines that we add go among others; the standard leaves the order open, readers want METHOD early."""

_RANKS = {name: rank for rank, name in enumerate(ORDER)}


@dataclass(frozen=True)
class Component:
    r"""One component.

    Attributes:
        name: In capitals, such as "VEVENT".
        items: Its lines and components, in order, without BEGIN and END.
        begin, end: Those two lines; `NO_LINE` where one is missing.

    >>> event = make_component("VEVENT", [make_line("UID", "1"), make_line("SUMMARY", "A")])
    >>> event.replaced(event.first("SUMMARY"), make_line("SUMMARY", "B")).octets
    b'BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:B\r\nEND:VEVENT\r\n'
    """

    name: str
    items: "tuple[Item, ...]"
    begin: ContentLine
    end: ContentLine

    @property
    def octets(self) -> bytes:
        """All of it as it is written."""
        return b"".join(line.octets for line in self.walk())

    @property
    def lines(self) -> tuple[ContentLine, ...]:
        """Its own lines, without BEGIN, END and those of its components."""
        return tuple(item for item in self.items if isinstance(item, ContentLine))

    def walk(self) -> Iterator[ContentLine]:
        """Give every line from BEGIN to END, those of its components in their places."""
        yield self.begin
        for item in self.items:
            if isinstance(item, Component):
                yield from item.walk()
            else:
                yield item
        yield self.end

    def first(self, name: str) -> ContentLine | None:
        """Give its first line of that name, None if there is none."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> tuple[ContentLine, ...]:
        """Give its lines of that name."""
        wanted = name.upper()
        return tuple(line for line in self.lines if line.name == wanted)

    def value(self, name: str) -> str:
        """Give the value of its first line of that name as it is written, "" if there is none."""
        line = self.first(name)
        return line.value if line is not None else ""

    def text(self, name: str) -> str:
        """Give the text that the first line of that name holds as TEXT, "" if there is none."""
        return unescaped(self.value(name))

    def components(self, name: str = "") -> "tuple[Component, ...]":
        """Give its components, all or those of that name."""
        found = (item for item in self.items if isinstance(item, Component))
        return tuple(item for item in found if not name or item.name == name.upper())

    def replaced(self, old: "Item", *new: "Item") -> "Component":
        """Give it with other items, or none, in the place of one."""
        items: list[Item] = []
        for item in self.items:
            items.extend(new if item is old else (item,))
        return replace(self, items=tuple(items))

    def without(self, *gone: "Item | str") -> "Component":
        """Give it without those items, and without all lines of a name."""
        names = {item.upper() for item in gone if isinstance(item, str)}
        known = {id(item) for item in gone}
        return replace(self, items=tuple(item for item in self.items if not _is_gone(item, known, names)))

    def with_line(self, line: ContentLine) -> "Component":
        """Give it with one more line: after the last of its name, else where `ORDER` has it."""
        return self.with_items_at(self._place_of(line.name), line)

    def with_items_at(self, place: int, *new: "Item") -> "Component":
        """Give it with further items before the one at `place`."""
        return replace(self, items=(*self.items[:place], *new, *self.items[place:]))

    def with_component(self, component: "Component", before: str = "") -> "Component":
        """Give it with one more component: before its first one called `before`, else after all items."""
        for place, item in enumerate(self.items):
            if before and isinstance(item, Component) and item.name == before.upper():
                return self.with_items_at(place, component)
        return self.with_items_at(len(self.items), component)

    def with_lines(self, old: Sequence[ContentLine], new: Sequence[ContentLine]) -> "Component":
        """Give it with the lines `new`, all of one name, where the lines `old` of its stand; see `with_items`."""
        if new and not old:
            return self.with_items_at(self._place_of(new[0].name), *new)
        return self.with_items(old, new)

    def with_items(self, old: "Sequence[Item]", new: "Sequence[Item]") -> "Component":
        """Give it with the items `new` where `old` of its stand, after all others if there are none.

        They take the places of `old` in order; more of them follow the last, places left over close. What is in
        both keeps its octets.
        """
        if not old:
            return self.with_items_at(len(self.items), *new)
        places = {id(item): new[index : index + 1] for index, item in enumerate(old)}
        places[id(old[-1])] = new[len(old) - 1 :]
        items = (places.get(id(item), (item,)) for item in self.items)
        return replace(self, items=tuple(item for group in items for item in group))

    def _place_of(self, name: str) -> int:
        """Where a new line of that name goes: after its like, else where `ORDER` has it, else before components."""
        named = [place for place, item in enumerate(self.items) if isinstance(item, ContentLine) and item.name == name]
        if named:
            return named[-1] + 1
        stop = next((place for place, item in enumerate(self.items) if isinstance(item, Component)), len(self.items))
        if name not in _RANKS:
            return stop
        rank = _RANKS[name]
        lower = [place for place, item in enumerate(self.items[:stop]) if _RANKS.get(_name_of(item), rank) < rank]
        return lower[-1] + 1 if lower else 0


Item = ContentLine | Component


def _name_of(item: Item) -> str:
    return item.name if isinstance(item, ContentLine) else ""


def _is_gone(item: Item, known: set[int], names: set[str]) -> bool:
    return id(item) in known or (bool(names) and isinstance(item, ContentLine) and item.name in names)


def make_component(name: str, items: Iterable[Item] = ()) -> Component:
    """Make a component with BEGIN and END.

    Raises:
        MessageError: no component can be called so.
    """
    return Component(name.upper(), tuple(items), make_line("BEGIN", name.upper()), make_line("END", name.upper()))
