"""A calendar object: any octets read as components, without loss, and edits of it that give new octets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sescomposer.core.defects import Defect
from sescomposer.core.errors import EditError
from sescomposer.core.invitation.component import NO_LINE, Component, Item, make_component
from sescomposer.core.invitation.lines import ContentLine, read_lines
from sescomposer.core.invitation.parameters import is_name

DEEPEST = 20
"""Components within components that are read as such; the standard has two, and nesting without end is an attack."""

_CALENDAR = "VCALENDAR"
_MARKS = frozenset(b"bBeE \t\xef")
"""What a line with BEGIN or END can start with; only such lines need be divided to find the components."""

_STRUCTURE = {
    "no-calendar": "There is no VCALENDAR, so this is no calendar object.",
    "no-end": "A component has no END.",
    "stray-end": "An END stands where no component of that name is open.",
    "too-deep": f"Components are nested deeper than {DEEPEST} times; the inner ones are not read.",
    "outside": "A line stands outside the calendar object.",
    "two-calendars": "There is more than one VCALENDAR; only the first is read.",
    "empty-line": "A line of the calendar object is empty.",
}


@dataclass(frozen=True)
class Calendar:
    r"""A document that holds a calendar object, or whatever else the octets are.

    Attributes:
        octets: The whole document.
        items: What stands at the top: components and lines outside of any. Joined, they are the octets.

    >>> calendar = read_calendar(b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n")
    >>> calendar.method, calendar.events, calendar.defects
    ('REQUEST', (), ())
    """

    octets: bytes
    items: tuple[Item, ...] = field(compare=False, repr=False)

    @cached_property
    def root(self) -> Component:
        """The first VCALENDAR; one without lines, which the octets do not hold, if there is none."""
        return next(iter(self._calendars), Component(_CALENDAR, (), NO_LINE, NO_LINE))

    @property
    def _calendars(self) -> tuple[Component, ...]:
        return tuple(item for item in self.items if isinstance(item, Component) and item.name == _CALENDAR)

    @property
    def is_calendar(self) -> bool:
        """Whether there is a VCALENDAR at all."""
        return bool(self._calendars)

    @property
    def events(self) -> tuple[Component, ...]:
        """The VEVENT components of the root."""
        return self.root.components("VEVENT")

    @property
    def method(self) -> str:
        """METHOD in capitals, "" if there is none."""
        return self.root.text("METHOD").strip().upper()

    def walk(self) -> Iterator[ContentLine]:
        """Give every line of the document in order."""
        for item in self.items:
            if isinstance(item, Component):
                yield from item.walk()
            else:
                yield item

    @cached_property
    def defects(self) -> tuple[Defect, ...]:
        """What breaks the grammar of lines or the nesting of components, by position."""
        found = [defect for line in self.walk() for defect in line.defects]
        return tuple(sorted((*found, *self.structure_defects), key=lambda defect: defect.start))

    @cached_property
    def structure_defects(self) -> tuple[Defect, ...]:
        """What breaks the nesting of components, in no order."""
        return tuple(_structure_defects(self))

    def with_root(self, root: Component) -> "Calendar":
        """Give the document with another VCALENDAR in the place of its own; an empty document gets its first.

        Raises:
            EditError: there is something, and none of it is a VCALENDAR.
        """
        if self.is_calendar:
            return _joined(root if item is self.root else item for item in self.items)
        if self.octets.strip():
            raise EditError(
                "The text holds no calendar object: nothing in it starts with BEGIN:VCALENDAR.",
                hint="Make a new invitation, or put the text of a calendar object in its place.",
                value=self.octets[:80].decode("utf-8", "replace"),
            )
        return _joined((root if root.begin.octets else make_component(root.name, root.items),))

    def with_component(self, old: Component, new: Component) -> "Calendar":
        """Give the document with another component in the place of one that stands in the VCALENDAR."""
        return self.with_root(self.root.replaced(old, new))


def _joined(items: Iterable[Item]) -> Calendar:
    """Read the items anew, so that lines know their places; a line that ended the document gets its line end."""
    lines = [line for item in items for line in (item.walk() if isinstance(item, Component) else (item,))]
    octets = [line.octets for line in lines if line.octets]
    octets[:-1] = [line if line.endswith(b"\n") else line + b"\r\n" for line in octets[:-1]]
    return read_calendar(b"".join(octets))


class _Open:
    """A component whose END was not read yet."""

    def __init__(self, name: str, begin: ContentLine) -> None:
        self.name = name
        self.begin = begin
        self.items: list[Item] = []

    def closed(self, end: ContentLine) -> Component:
        return Component(self.name, tuple(self.items), self.begin, end)


def read_calendar(octets: bytes) -> Calendar:
    r"""Read any octets as a calendar object; the lines of the result, joined, are the octets. Never raises.

    An END closes the innermost open component of its name and all within it; one that closes none is a plain line.

    >>> calendar = read_calendar(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VCALENDAR\r\n")
    >>> calendar.events[0].text("UID"), [defect.code for defect in calendar.defects]
    ('1', ['no-end'])
    """
    top = _Open("", NO_LINE)
    path = [top]
    too_deep = 0
    for line in read_lines(octets):
        kind, name = _mark(line)
        if kind == "BEGIN" and len(path) <= DEEPEST:
            path.append(_Open(name, line))
            continue
        if kind == "END" and not too_deep and any(part.name == name for part in path[1:]):
            while len(path) > 1:
                done = path.pop()
                path[-1].items.append(done.closed(line if done.name == name else NO_LINE))
                if done.name == name:
                    break
            continue
        too_deep = max(0, too_deep + {"BEGIN": 1, "END": -1}.get(kind, 0))
        path[-1].items.append(line)
    while len(path) > 1:
        done = path.pop()
        path[-1].items.append(done.closed(NO_LINE))
    return Calendar(octets, tuple(top.items))


def _mark(line: ContentLine) -> tuple[str, str]:
    """Give BEGIN or END and the name of the component; two empty texts for any other line."""
    if line.octets[0] not in _MARKS or line.name not in ("BEGIN", "END"):
        return "", ""
    name = line.value.strip().upper()
    return (line.name, name) if is_name(name) else ("", "")


def _structure_defects(calendar: Calendar) -> Iterator[Defect]:
    calendars = calendar._calendars
    if not calendars:
        yield _defect("no-calendar", ContentLine(calendar.octets))
    for further in calendars[1:]:
        yield _defect("two-calendars", further.begin)
    for item in calendar.items:
        if isinstance(item, Component):
            yield from _component_defects(item)
        elif calendars and item.unfolded.strip("\ufeff\r\n\t "):
            yield _defect("outside", item)


def _component_defects(component: Component) -> Iterator[Defect]:
    if not component.end.octets:
        yield _defect("no-end", component.begin)
    for item in component.items:
        if isinstance(item, Component):
            yield from _component_defects(item)
        elif item.name in ("BEGIN", "END"):
            yield _defect("too-deep" if item.name == "BEGIN" else "stray-end", item)
        elif not item.unfolded:
            yield _defect("empty-line", item)


def _defect(code: str, line: ContentLine) -> Defect:
    return Defect(code, _STRUCTURE[code], line.offset, line.offset + len(line.octets), "RFC 5545 3.4, 3.6")


def make_calendar(items: Iterable[Item]) -> Calendar:
    r"""Make a document that holds one VCALENDAR with those items.

    >>> from sescomposer.core.invitation.lines import make_line
    >>> make_calendar([make_line("VERSION", "2.0")]).octets
    b'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n'
    """
    return _joined((make_component(_CALENDAR, items),))
