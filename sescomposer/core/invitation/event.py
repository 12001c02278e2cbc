"""An event as people see it: a projection of a VEVENT (RFC 5545 section 3.6.1), and edits through it.

What cannot be read shows as absent and stays in the octets until somebody sets it: an edit rewrites the lines of those
attributes alone that differ from what the calendar object shows.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sescomposer import __version__
from sescomposer.core.errors import MessageError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation import event_lists as lists
from sescomposer.core.invitation.calendar import Calendar, make_calendar
from sescomposer.core.invitation.component import Component, make_component
from sescomposer.core.invitation.durations import read_duration, written_duration
from sescomposer.core.invitation.event_lists import Attachment
from sescomposer.core.invitation.lines import make_line, rewritten
from sescomposer.core.invitation.moments import Form, Moment, read_moment
from sescomposer.core.invitation.parameters import Parameter
from sescomposer.core.invitation.people import Attendee, Person, person_line, read_person
from sescomposer.core.invitation.text_value import escaped, unescaped
from sescomposer.core.invitation.zones_in_step import ZoneOctets, with_zones

PRODID = f"-//SES Composer//SES Composer {__version__}//EN"
"""Who made the object; one that somebody else made keeps its own."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One event, or one occurrence of it where `recurrence_id` is set. Texts are decoded, with LF line ends.

    Attributes:
        uid, sequence, stamp: Identity, revision, and when this copy was made.
        method: METHOD of the calendar object, in capitals, "" for none.
        start, end: As written; the end is exclusive. None where it is absent or cannot be read.
        duration: Length that stands in the place of an end.
        rule: RRULE as it is written, "" for none.
        exdates, rdates: Starts left out of the rule and added to it.
        html_description: Text of X-ALT-DESC, which Outlook shows.
        alarms_minutes: Minutes before the start; alarms that are set otherwise are not shown, and stay.
        status, class_, transparency: Values of the standard in capitals, "" where absent.
        priority: 0 to 9, None where absent.
        recurrence_id: Original start of the occurrence meant.
    """

    uid: str = ""
    sequence: int = 0
    stamp: Moment | None = None
    method: str = "REQUEST"
    summary: str = ""
    start: Moment | None = None
    end: Moment | None = None
    duration: timedelta | None = None
    rule: str = ""
    exdates: tuple[Moment, ...] = ()
    rdates: tuple[Moment, ...] = ()
    location: str = ""
    conference: str = ""
    description: str = ""
    html_description: str = ""
    organizer: Person | None = None
    attendees: tuple[Attendee, ...] = ()
    alarms_minutes: tuple[int, ...] = ()
    class_: str = ""
    transparency: str = "OPAQUE"
    priority: int | None = None
    categories: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    status: str = "CONFIRMED"
    url: str = ""
    comment: str = ""
    recurrence_id: Moment | None = None

    @property
    def zone(self) -> str:
        """TZID of the start, "UTC" for one in UTC, "" for a date or a time that floats."""
        if self.start is None:
            return ""
        return "UTC" if self.start.form is Form.UTC else self.start.zone

    @property
    def all_day(self) -> bool:
        """Whether it starts on a date without a time."""
        return self.start is not None and self.start.is_date

    @property
    def finish(self) -> Moment | None:
        """When it ends: its end, else start and duration on the same clock, else the standard's default."""
        if self.end is not None or self.start is None:
            return self.end
        return self.start.moved(self.duration or (_DAY if self.all_day else timedelta()))


def principal(calendar: Calendar) -> Component | None:
    """Give the VEVENT that stands for the whole: the first without RECURRENCE-ID, else the first; None for none."""
    events = calendar.events
    return next((event for event in events if event.first("RECURRENCE-ID") is None), next(iter(events), None))


def event_of(calendar: Calendar) -> Event:
    r"""Read the event of a calendar object; one without a VEVENT shows as an event without anything. Never raises.

    >>> from sescomposer.core.invitation.calendar import read_calendar
    >>> octets = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Tea\\, cake\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    >>> event_of(read_calendar(octets)).summary
    'Tea, cake'
    """
    return event_from(principal(calendar) or make_component("VEVENT"), calendar.method)


def events_of(calendar: Calendar) -> tuple[Event, ...]:
    """Read every VEVENT, in order: the event and its occurrences that differ."""
    return tuple(event_from(component, calendar.method) for component in calendar.events)


def event_from(component: Component, method: str) -> Event:
    """Read one VEVENT; `method` is that of its calendar object. Never raises."""
    organizer = component.first("ORGANIZER")
    single: dict[str, Any] = {
        **{name: component.text(property_name) for name, property_name in _TEXTS.items()},
        **{name: component.text(property_name).strip().upper() for name, property_name in _ENUMERATIONS.items()},
        **{name: component.value(property_name).strip() for name, property_name in _PLAIN.items()},
        **{name: _moment(component, property_name) for name, property_name in _MOMENTS.items()},
    }
    return Event(
        **single,
        method=method,
        sequence=_number(component, "SEQUENCE") or 0,
        priority=_number(component, "PRIORITY"),
        duration=_duration(component),
        exdates=lists.dates_of(component, "EXDATE"),
        rdates=lists.dates_of(component, "RDATE"),
        html_description=_html(component),
        organizer=read_person(organizer) if organizer is not None else None,
        attendees=lists.attendees_of(component),
        alarms_minutes=lists.alarms_of(component),
        categories=lists.categories_of(component),
        attachments=lists.attachments_of(component),
    )


_TEXTS = {
    "uid": "UID",
    "summary": "SUMMARY",
    "location": "LOCATION",
    "description": "DESCRIPTION",
    "comment": "COMMENT",
}
_ENUMERATIONS = {"status": "STATUS", "class_": "CLASS", "transparency": "TRANSP"}
_PLAIN = {"url": "URL", "conference": "CONFERENCE", "rule": "RRULE"}
_MOMENTS = {"stamp": "DTSTAMP", "start": "DTSTART", "end": "DTEND", "recurrence_id": "RECURRENCE-ID"}
_NUMBERS = {"sequence": "SEQUENCE", "priority": "PRIORITY"}
_MOST_DIGITS = 9


def _number(component: Component, name: str) -> int | None:
    text = component.value(name).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _moment(component: Component, name: str) -> Moment | None:
    line = component.first(name)
    try:
        return read_moment(line.value, line.parameter("TZID")) if line is not None else None
    except MessageError:
        return None  # the checks tell of it; the line stays until somebody sets another value


def _duration(component: Component) -> timedelta | None:
    try:
        return read_duration(component.value("DURATION"))
    except MessageError:
        return None  # as above; an absent one is none either


def _html(component: Component) -> str:
    line = next(iter(lists.html_lines(component)), None)
    return unescaped(line.value) if line is not None else ""


def with_event(calendar: Calendar, event: Event, zone_octets: ZoneOctets | None = None) -> Calendar:
    """Give the calendar object that shows `event`; only lines whose value changes are written anew.

    Args:
        calendar: What there is; without a VEVENT it gets one.
        event: What shall be.
        zone_octets: Writes the VTIMEZONE of a zone for a span of years. With it, the VTIMEZONEs keep in step with the
            zones that the lines name; without it, they stay as they are.

    Raises:
        AddressError: a guest or the organiser has no address.
        EditError: the octets hold something that is no calendar object.
        MessageError: a value that no line can hold (see `lines.make_line`), or a zone that nobody knows.
    """
    before = event_of(calendar)
    found = principal(calendar)
    component = found if found is not None else make_component("VEVENT")
    for item in fields(Event):
        if item.name in _WRITERS and getattr(before, item.name) != getattr(event, item.name):
            component = _WRITERS[item.name](component, event)
    if event.summary != before.summary:
        component = lists.with_alarm_title(component, before.summary, event.summary)
    root = calendar.root
    if event.method != before.method:
        root = _with_value(root, "METHOD", escaped(event.method.upper()))
    if found is None:
        root = root.with_component(component)
    elif component is not found:
        root = root.replaced(found, component)
    if zone_octets is not None:
        root = with_zones(calendar.root, root, zone_octets)
    return calendar.with_root(root) if root is not calendar.root else calendar


def new_calendar(event: Event, ids: Identifiers, now: datetime, zone_octets: ZoneOctets | None = None) -> Calendar:
    """Make a calendar object that holds this one event; made now, with a UID of random digits if it has none.

    Raises:
        AddressError, MessageError: as `with_event`.
    """
    uid = event.uid or str(uuid.UUID(hex=ids.token(), version=4))
    head = [make_line("PRODID", PRODID), make_line("VERSION", "2.0"), make_line("CALSCALE", "GREGORIAN")]
    empty = make_component("VEVENT", [make_line("SEQUENCE", "0"), make_line("SUMMARY", "")])
    whole = replace(event, uid=uid, stamp=Moment.utc(now))
    return with_event(make_calendar([*head, empty]), whole, zone_octets)


def _with_value(
    component: Component, name: str, value: str, parameters: tuple[Parameter, ...] = (), *gone: str
) -> Component:
    """Set the first line of that name, whose other parameters stay but those that are `gone`; "" takes all away."""
    if not value:
        return component.without(name)
    old = component.first(name)
    if old is None:
        return component.with_line(make_line(name, value, parameters))
    changes = dict.fromkeys(gone, "") | {item.name: item.values[0] for item in parameters}
    return component.replaced(old, rewritten(old, value, changes))


def _text_writer(name: str, property_name: str) -> "_Writer":
    def write(component: Component, event: Event) -> Component:
        value = escaped(getattr(event, name), f"The text of {property_name}")
        if not value and property_name == "SUMMARY":
            # A request has a title, if only one without characters (RFC 5546 section 3.2.2).
            old = component.first("SUMMARY")
            return component if old is None else component.replaced(old, rewritten(old, "", {}))
        return _with_value(component, property_name, value, (), "ALTREP")

    return write


def _enumeration_writer(name: str, property_name: str) -> "_Writer":
    return lambda component, event: _with_value(
        component, property_name, escaped(getattr(event, name).strip().upper(), f"The value of {property_name}")
    )


def _plain_writer(name: str, property_name: str) -> "_Writer":
    parameters = (Parameter("VALUE", ("URI",)),) if property_name == "CONFERENCE" else ()
    return lambda component, event: _with_value(component, property_name, getattr(event, name).strip(), parameters)


def _moment_writer(name: str, property_name: str) -> "_Writer":
    def write(component: Component, event: Event) -> Component:
        moment: Moment | None = getattr(event, name)
        if moment is None:
            return component.without(property_name)
        return _with_value(component, property_name, moment.value, moment.parameters, "VALUE", "TZID")

    return write


def _number_writer(name: str, property_name: str) -> "_Writer":
    def write(component: Component, event: Event) -> Component:
        number: int | None = getattr(event, name)
        return _with_value(component, property_name, "" if number is None else str(number))

    return write


def _write_duration(component: Component, event: Event) -> Component:
    value = "" if event.duration is None else written_duration(event.duration)
    return _with_value(component, "DURATION", value)


def _write_html(component: Component, event: Event) -> Component:
    return lists.with_html(component, event.html_description)


def _write_organizer(component: Component, event: Event) -> Component:
    old = component.first("ORGANIZER")
    if event.organizer is None:
        return component.without("ORGANIZER")
    line = person_line(event.organizer, old)
    return component.replaced(old, line) if old is not None else component.with_line(line)


_Writer = Callable[[Component, Event], Component]

_WRITERS: dict[str, _Writer] = {
    **{name: _text_writer(name, property_name) for name, property_name in _TEXTS.items()},
    **{name: _enumeration_writer(name, property_name) for name, property_name in _ENUMERATIONS.items()},
    **{name: _plain_writer(name, property_name) for name, property_name in _PLAIN.items()},
    **{name: _moment_writer(name, property_name) for name, property_name in _MOMENTS.items()},
    **{name: _number_writer(name, property_name) for name, property_name in _NUMBERS.items()},
    "duration": _write_duration,
    "html_description": _write_html,
    "organizer": _write_organizer,
    "exdates": lambda component, event: lists.with_dates(component, "EXDATE", event.exdates),
    "rdates": lambda component, event: lists.with_dates(component, "RDATE", event.rdates),
    "attendees": lambda component, event: lists.with_attendees(component, event.attendees),
    "alarms_minutes": lambda component, event: lists.with_alarms(component, event.alarms_minutes),
    "categories": lambda component, event: lists.with_categories(component, event.categories),
    "attachments": lambda component, event: lists.with_attachments(component, event.attachments),
}
