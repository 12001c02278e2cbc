"""What differs between two states of an event, for people, and how much it weighs (RFC 5546 section 2.1.4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.people import Attendee, Person, key_of


class Weight(StrEnum):
    """What a change does to the answers of the guests."""

    MUST = "must"
    """Every answer is void: SEQUENCE must be raised."""
    SHOULD = "should"
    """It may alter an answer: the organiser decides."""
    FREE = "free"
    """No answer depends on it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        name: Name of the property, such as DTSTART.
        label: What people call it, in lower case.
        before, after: Both values for people, "" for none.
        weight: See its type.
    """

    name: str
    label: str
    before: str
    after: str
    weight: Weight


def shown_moment(moment: Moment | None) -> str:
    """Write a moment for people, with its zone.

    >>> from datetime import datetime
    >>> shown_moment(Moment.zoned(datetime(2027, 3, 1, 9, 30), "Europe/Berlin"))
    '2027-03-01 09:30 Europe/Berlin'
    """
    if moment is None:
        return ""
    if moment.is_date:
        return f"{moment.day:%Y-%m-%d}"
    seconds = f":{moment.clock.second:02}" if moment.clock.second else ""
    zone = {Form.UTC: " UTC", Form.ZONED: f" {moment.zone}"}.get(moment.form, "")
    return f"{moment.clock:%Y-%m-%d %H:%M}{seconds}{zone}"


def _shown_moments(moments: Iterable[Moment]) -> str:
    return ", ".join(shown_moment(moment) for moment in _sorted(moments))


def _sorted(moments: Iterable[Moment]) -> list[Moment]:
    return sorted(set(moments), key=lambda moment: (moment.clock, moment.form.value, moment.zone))


def _shown_person(person: Person | Attendee | None) -> str:
    if person is None:
        return ""
    return f"{person.name} <{person.mailbox}>" if person.name else person.mailbox


def _shown_guests(event: Event) -> str:
    return ", ".join(map(_shown_person, event.attendees))


def _guests(event: Event) -> frozenset[tuple[str, str, str]]:
    """Who is called, and as what: names and answers are no difference of the event."""
    return frozenset((key_of(guest.mailbox), guest.role, guest.type) for guest in event.attendees)


_Read = Callable[[Event], object]
_Show = Callable[[Event], str]


def _finish(event: Event) -> Moment | None:
    try:
        return event.finish
    except MessageError:
        return None  # a duration that leaves the years with four digits; the checks tell of it


_PARTS: tuple[tuple[str, str, Weight, _Read, _Show], ...] = (
    ("DTSTART", "start", Weight.MUST, lambda event: event.start, lambda event: shown_moment(event.start)),
    ("DTEND", "end", Weight.MUST, _finish, lambda event: shown_moment(_finish(event))),
    ("RRULE", "repetition", Weight.MUST, lambda event: event.rule.upper(), lambda event: event.rule),
    (
        "EXDATE",
        "left-out dates",
        Weight.MUST,
        lambda event: frozenset(event.exdates),
        lambda event: _shown_moments(event.exdates),
    ),
    (
        "RDATE",
        "added dates",
        Weight.MUST,
        lambda event: frozenset(event.rdates),
        lambda event: _shown_moments(event.rdates),
    ),
    ("STATUS", "status", Weight.MUST, lambda event: event.status or "CONFIRMED", lambda event: event.status),
    ("LOCATION", "place", Weight.SHOULD, lambda event: event.location, lambda event: event.location),
    ("CONFERENCE", "conference link", Weight.SHOULD, lambda event: event.conference, lambda event: event.conference),
    (
        "ORGANIZER",
        "organiser",
        Weight.SHOULD,
        lambda event: event.organizer and key_of(event.organizer.mailbox),
        lambda event: _shown_person(event.organizer),
    ),
    ("SUMMARY", "title", Weight.FREE, lambda event: event.summary, lambda event: event.summary),
    ("DESCRIPTION", "description", Weight.FREE, lambda event: event.description, lambda event: event.description),
    (
        "X-ALT-DESC",
        "description as HTML",
        Weight.FREE,
        lambda event: event.html_description,
        lambda event: event.html_description,
    ),
    ("ATTENDEE", "guests", Weight.FREE, _guests, _shown_guests),
    ("URL", "web page", Weight.FREE, lambda event: event.url, lambda event: event.url),
    ("COMMENT", "comment", Weight.FREE, lambda event: event.comment, lambda event: event.comment),
    ("CLASS", "privacy", Weight.FREE, lambda event: event.class_ or "PUBLIC", lambda event: event.class_),
    (
        "TRANSP",
        "free or busy",
        Weight.FREE,
        lambda event: event.transparency or "OPAQUE",
        lambda event: event.transparency,
    ),
    (
        "PRIORITY",
        "priority",
        Weight.FREE,
        lambda event: event.priority or 0,
        lambda event: "" if event.priority is None else str(event.priority),
    ),
    (
        "CATEGORIES",
        "categories",
        Weight.FREE,
        lambda event: event.categories,
        lambda event: ", ".join(event.categories),
    ),
    (
        "ATTACH",
        "attachments",
        Weight.FREE,
        lambda event: event.attachments,
        lambda event: ", ".join(item.uri for item in event.attachments),
    ),
    (
        "VALARM",
        "reminders",
        Weight.FREE,
        lambda event: frozenset(event.alarms_minutes),
        lambda event: ", ".join(f"{minutes} minutes before" for minutes in event.alarms_minutes),
    ),
)


def changes(before: Event, after: Event) -> tuple[Change, ...]:
    """Tell what differs, the weightiest first; equal values written otherwise are no change.

    >>> [(change.label, change.before, change.after) for change in changes(Event(summary="A"), Event(summary="B"))]
    [('title', 'A', 'B')]
    """
    return tuple(
        Change(name, label, show(before), show(after), weight)
        for name, label, weight, read, show in _PARTS
        if read(before) != read(after)
    )


__all__ = ["Change", "Weight", "changes", "shown_moment"]
