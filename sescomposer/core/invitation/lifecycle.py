"""The life of an event: update, cancel, withdraw, move one occurrence, publish, ask again, decline a proposal.

Events in, events out (RFC 5546 sections 2.1, 3.2); the time is an argument. Receivers order the copies of one UID by
SEQUENCE, then by DTSTAMP: so SEQUENCE rises with every change that can alter an answer, and DTSTAMP with every copy
that is made. `as_sent` writes such an event into the calendar object and takes out what its method forbids.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.changes import Change, Weight, changes
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.event import Event, principal, with_event
from sescomposer.core.invitation.guests import for_guest, without_schedule_parameters
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.people import Attendee, key_of
from sescomposer.core.invitation.zones_in_step import ZoneOctets

_SECOND = timedelta(seconds=1)
_WITHOUT_ALARM = ("CANCEL", "DECLINECOUNTER")
_OCCURRENCE_ONLY = ("RRULE", "RDATE", "EXDATE", "EXRULE")


@dataclass(frozen=True, slots=True)
class Revision:
    """An update and what it is for.

    Attributes:
        event: To be sent.
        changes: What differs from what was sent before.
        is_raised: Whether SEQUENCE was raised, so that every guest is asked anew.
        reason: Why it was, or was not, in a sentence.
    """

    event: Event
    changes: tuple[Change, ...]
    is_raised: bool
    reason: str


def invited(event: Event, now: datetime) -> Event:
    """Give the first invitation: every guest is asked, nobody has answered.

    >>> from datetime import UTC
    >>> event = Event(uid="1", attendees=(Attendee("a@example.com", partstat="ACCEPTED", rsvp=False),))
    >>> asked = invited(event, datetime(2027, 1, 4, 10, 15, tzinfo=UTC))
    >>> asked.method, asked.stamp.value, asked.attendees[0].partstat, asked.attendees[0].rsvp
    ('REQUEST', '20270104T101500Z', 'NEEDS-ACTION', True)
    """
    return replace(event, method="REQUEST", stamp=_stamp(event, now), attendees=_asked(event))


def revision(before: Event, after: Event, now: datetime, *, ask_again: bool | None = None) -> Revision:
    """Give the update from what guests have to what shall be.

    Args:
        before: As it was sent last.
        after: As it is wanted; its UID is that of `before` whatever it says.
        now: The time of this copy.
        ask_again: Whether to raise SEQUENCE where the standard leaves it to the organiser; None for our choice,
            which is to raise it for a change of place, link or organiser.
    """
    found = changes(before, after)
    must = [change for change in found if change.weight is Weight.MUST]
    should = [change for change in found if change.weight is Weight.SHOULD]
    is_raised = bool(must) or (bool(should) if ask_again is None else ask_again)
    sequence = max(before.sequence + is_raised, after.sequence)
    is_raised = sequence > before.sequence
    event = replace(after, uid=before.uid, method="REQUEST", sequence=sequence, stamp=_stamp(before, now))
    event = replace(event, attendees=_asked(event)) if is_raised else event
    return Revision(event, found, is_raised, _reason(must, should, found, is_raised))


def _reason(must: list[Change], should: list[Change], found: tuple[Change, ...], is_raised: bool) -> str:
    if must:
        return f"Every guest is asked anew with a higher SEQUENCE, for this changed: {_named(must)} (RFC 5546 2.1.4)."
    if is_raised:
        words = f", for this may alter an answer: {_named(should)}" if should else ""
        return f"Every guest is asked anew with a higher SEQUENCE{words}."
    if not found:
        return "Nothing changed; the same invitation is sent once more."
    return f"SEQUENCE and the answers stay; only this changed: {_named(found)}."


def _named(found: Iterable[Change]) -> str:
    return ", ".join(change.label for change in found)


def updated(before: Event, after: Event, now: datetime) -> Event:
    """Give the event of `revision`."""
    return revision(before, after, now).event


def resent(event: Event, now: datetime) -> Event:
    """Give the same invitation to send again, which asks those who have not answered (RFC 5546 section 3.2.2.7)."""
    asked = tuple(
        replace(guest, rsvp=True) if guest.partstat == "NEEDS-ACTION" and _can_answer(event, guest) else guest
        for guest in event.attendees
    )
    return replace(event, method="REQUEST", stamp=_stamp(event, now), attendees=asked)


def cancelled(event: Event, now: datetime) -> Event:
    """Give the cancellation of the whole event, for all its guests."""
    return replace(_ended(event, now), status="CANCELLED", recurrence_id=None)


def cancelled_instance(event: Event, original: Moment, now: datetime) -> Event:
    """Give the cancellation of one occurrence of a repeating event.

    Args:
        event: The event with its rule, as it was sent last.
        original: The start that the rule gives the occurrence, in the form and zone of the event's start.
        now: The time of this copy.

    Raises:
        MessageError: the event does not repeat, or `original` is of another form or zone.
    """
    occurrence = _occurrence(event, original)
    return replace(_ended(occurrence, now), status="CANCELLED")


def withdrawn(event: Event, guest: str, now: datetime) -> Event:
    """Give the message that takes one guest off: no STATUS, for the event takes place (RFC 5546 section 3.2.5).

    Raises:
        MessageError: nobody of that address is a guest.
    """
    gone = tuple(attendee for attendee in event.attendees if key_of(attendee.mailbox) == key_of(guest))
    if not gone:
        raise MessageError(f"{guest[:80]!r} is not among the guests.", hint="Choose one of them.", value=guest)
    return replace(_ended(event, now), status="", attendees=gone)


def without_guest(event: Event, guest: str) -> Event:
    """Give the event without a guest, for the others."""
    rest = tuple(attendee for attendee in event.attendees if key_of(attendee.mailbox) != key_of(guest))
    return replace(event, attendees=rest)


def moved_instance(event: Event, original: Moment, start: Moment, end: Moment | None, now: datetime) -> Event:
    """Give the update that moves one occurrence; it is sent as a message of its own.

    Args:
        event: The event with its rule, as it was sent last.
        original: See `cancelled_instance`.
        start: When it begins now.
        end: When it ends now; None for the length that it has.
        now: The time of this copy.

    Raises:
        MessageError: see `cancelled_instance`; or there is no end and the new start is of another form.
    """
    occurrence = _occurrence(event, original)
    length = None if event.duration is not None or event.start is None or event.end is None else _length(event)
    if end is None and length is not None:
        end = start.moved(length)
    status = "CONFIRMED" if event.status == "CANCELLED" else event.status
    moved = replace(occurrence, method="REQUEST", status=status, start=start, end=end, sequence=event.sequence + 1)
    moved = replace(moved, duration=event.duration if end is None else None, stamp=_stamp(event, now))
    return replace(moved, attendees=_asked(moved))


def declined(event: Event, guest: Attendee, sequence: int, original: Moment | None, now: datetime) -> Event:
    """Give the organiser's no to a proposal, for who made it: the event stays as it is (RFC 5546 section 3.2.8).

    Args:
        event: As it was sent last.
        guest: Who made the proposal.
        sequence: SEQUENCE of the proposal.
        original: See `cancelled_instance`; None where the proposal is about all of the event.
        now: The time of this copy.

    Raises:
        MessageError: see `cancelled_instance`.
    """
    about = event if original is None else _occurrence(event, original)
    status = about.status if about.status in ("TENTATIVE", "CONFIRMED") else ""
    told = replace(about, method="DECLINECOUNTER", sequence=sequence, status=status, alarms_minutes=())
    return replace(told, stamp=_stamp(event, now), attendees=(guest,))


def without_instance(event: Event, original: Moment) -> Event:
    """Give the event whose rule leaves an occurrence out: what the next update of it all must say."""
    return event if original in event.exdates else replace(event, exdates=(*event.exdates, original))


def published(event: Event, now: datetime) -> Event:
    """Give the event to publish: without guests, so nobody is asked to answer (RFC 5546 section 3.2.1)."""
    return replace(event, method="PUBLISH", attendees=(), stamp=_stamp(event, now))


def _ended(event: Event, now: datetime) -> Event:
    return replace(event, method="CANCEL", sequence=event.sequence + 1, stamp=_stamp(event, now), alarms_minutes=())


def _occurrence(event: Event, original: Moment) -> Event:
    """One occurrence as it is, without what makes the event repeat."""
    if event.start is None or not (event.rule or event.rdates):
        raise MessageError("The event does not repeat, so it has no single occurrence.", hint="Change all of it.")
    if not original.is_like(event.start):
        raise MessageError(
            f"The occurrence {original.value!r} must be given in the form and zone of the event's start.",
            hint=f"Give it as {event.start.value!r} is given.",
            value=original.value,
        )
    end = original.moved(_length(event)) if event.end is not None else None
    return replace(event, recurrence_id=original, start=original, end=end, rule="", exdates=(), rdates=())


def _length(event: Event) -> timedelta:
    """How long it lasts by the clocks of its start and end."""
    if event.start is None or event.end is None:
        return timedelta()
    if not event.start.is_like(event.end):
        raise MessageError(
            "The event starts in one zone and ends in another, so the end of one occurrence must be given.",
            hint="Give its end too.",
        )
    return event.end.clock - event.start.clock


def _stamp(before: Event, now: datetime) -> Moment:
    """The time of a new copy, later than that of the copy before whatever the clock says."""
    stamp, last = Moment.utc(now), before.stamp
    if last is not None and last.form is Form.UTC and last.clock >= stamp.clock:
        return last.moved(_SECOND)
    return stamp


def _asked(event: Event) -> tuple[Attendee, ...]:
    """The guests asked anew; who calls the meeting, and who need not come, keep what they said."""
    return tuple(
        replace(guest, partstat="NEEDS-ACTION", rsvp=True) if _can_answer(event, guest) else guest
        for guest in event.attendees
    )


def _can_answer(event: Event, guest: Attendee) -> bool:
    host = key_of(event.organizer.mailbox) if event.organizer is not None else ""
    return key_of(guest.mailbox) != host and guest.role != "NON-PARTICIPANT"


def as_sent(calendar: Calendar, event: Event, zone_octets: ZoneOctets | None = None) -> Calendar:
    """Write an event of this module into the calendar object, and take out what must not stand there with its method.

    Alarms and REQUEST-STATUS go from a cancellation, guests from what is published, rule and exceptions from a single
    occurrence; parameters that are for calendar servers alone go from all. Of an occurrence and of a cancellation the
    object holds one VEVENT: Outlook reads no other.

    Args:
        calendar: The object sent last, or written now.
        event: What to send.
        zone_octets: See `event.with_event`.

    Raises:
        AddressError, MessageError: see `event.with_event`.
    """
    calendar = with_event(calendar, event, zone_octets)
    main = principal(calendar)
    assert main is not None
    root = calendar.root
    if event.method in _WITHOUT_ALARM or event.recurrence_id is not None:
        root = root.without(*(other for other in calendar.events if other is not main))
    for component in root.components("VEVENT"):
        root = root.replaced(component, _fit(component, event))
    return calendar.with_root(root) if root != calendar.root else calendar


def _fit(component: Component, event: Event) -> Component:
    fit = without_schedule_parameters(component)
    if event.method in ("REQUEST", "CANCEL", "PUBLISH"):
        fit = fit.without("REQUEST-STATUS")
    if event.method == "PUBLISH":
        fit = fit.without("ATTENDEE")
    if event.method in _WITHOUT_ALARM:
        fit = fit.without(*fit.components("VALARM"))
    return fit.without(*_OCCURRENCE_ONLY) if event.recurrence_id is not None else fit


__all__ = [
    "Change",
    "Revision",
    "Weight",
    "as_sent",
    "cancelled",
    "cancelled_instance",
    "changes",
    "declined",
    "for_guest",
    "invited",
    "moved_instance",
    "published",
    "resent",
    "revision",
    "updated",
    "withdrawn",
    "without_guest",
    "without_instance",
]
