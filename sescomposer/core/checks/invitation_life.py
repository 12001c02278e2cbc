"""A calendar object against what was sent of its event before (RFC 5546 sections 2.1.4 and 2.1.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sescomposer.core.checks.invitation_meaning import moment_of
from sescomposer.core.checks.invitation_repetition import instance_of
from sescomposer.core.checks.invitation_rules import Fault, Mend, at_line, of_whole, replacing
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine, make_line, rewritten
from sescomposer.core.invitation.moments import Form
from sescomposer.core.invitation.people import key_of, mailbox_of

_RESCHEDULES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "STATUS")


@dataclass(frozen=True)
class Sent:
    """What was sent of an event before.

    Attributes:
        calendar: The calendar object.
        recipients: Addresses that got it, in any form; empty if nobody knows.
    """

    calendar: Calendar
    recipients: frozenset[str] = field(default=frozenset())


def life(calendar: Calendar, sent: Sequence[Sent]) -> Iterator[Fault]:
    """Check what must stay, and what must rise; `sent` is in the order of sending."""
    if not sent or calendar.method not in ("REQUEST", "CANCEL"):
        return
    for event in calendar.events:
        before = _before(event, sent)
        if before is None:
            line = event.first("UID")
            if line is not None and not _shares_uid(calendar, sent):
                message = "The UID is not the one that was sent, so the event appears a second time."
                yield at_line("l01", line, message, "Write the UID that was sent", _with_uid(line, sent))
            continue
        yield from _sequence(event, before, calendar.method)
        yield from _organizer(event, before)
        yield from _stamp(event, before)
    yield from _instances(calendar, sent)
    if calendar.method == "CANCEL":
        yield from _of_all(calendar, sent)


def recipients_unknown(calendar: Calendar, sent: Sequence[Sent], recipients: Sequence[str]) -> Iterator[Fault]:
    """Tell of recipients of an update or cancellation who never got the event."""
    known = {key_of(address) for item in sent for address in item.recipients}
    is_update = calendar.method == "CANCEL" or any(_number(event) > 0 for event in calendar.events)
    if not known or not is_update:
        return
    for address in recipients:
        if key_of(address) not in known:
            what = "a cancellation" if calendar.method == "CANCEL" else "an update"
            yield of_whole("l04", f"{address[:80]} never got the event and gets {what} of it now.")


def _shares_uid(calendar: Calendar, sent: Sequence[Sent]) -> bool:
    known = {event.text("UID") for item in sent for event in item.calendar.events}
    return any(event.text("UID") in known for event in calendar.events)


def _with_uid(line: ContentLine, sent: Sequence[Sent]) -> Mend | None:
    uids = {event.value("UID") for item in sent for event in item.calendar.events}
    if len(uids) != 1:
        return None
    return replacing([(line, rewritten(line, uids.pop(), {}).octets)])


def _key(event: Component) -> tuple[str, str]:
    return event.text("UID"), event.value("RECURRENCE-ID")


def _before(event: Component, sent: Sequence[Sent]) -> Component | None:
    """Give what was last sent of the same event or occurrence; of one never sent alone, the whole event."""
    found = [other for item in sent for other in item.calendar.events if _key(other) == _key(event)]
    whole = [other for item in sent for other in item.calendar.events if _key(other) == (event.text("UID"), "")]
    return next(iter((found or whole)[::-1]), None)


def _number(event: Component) -> int:
    value = event.value("SEQUENCE").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def _sequence(event: Component, before: Component, method: str) -> Iterator[Fault]:
    now, then = _number(event), _number(before)
    line = event.first("SEQUENCE")
    if _key(event) != _key(before):
        must_rise, why = True, "one occurrence is changed"
    else:
        changed = [name for name in _RESCHEDULES if _said(event, name) != _said(before, name)]
        must_rise, why = bool(changed), f"{', '.join(changed)} changed"
    label, mend = f"Write SEQUENCE {then + 1}", _with_sequence(event, then + 1)
    if method == "CANCEL":
        if now <= then:
            message = f"SEQUENCE is {now}; a cancellation must have more than the {then} that was sent."
            yield at_line("t09", line or event.begin, message, label, mend)
    elif now < then or (must_rise and now == then):
        said = why if now == then else "less than before"
        message = f"SEQUENCE is {now} after {then} ({said}), so calendars pass over the update."
        yield at_line("l02", line or event.begin, message, label, mend)


def _with_sequence(event: Component, number: int) -> Mend:
    line = event.first("SEQUENCE")
    if line is not None:
        return replacing([(line, rewritten(line, str(number), {}).octets)])
    return replacing([(event.begin, event.begin.octets + make_line("SEQUENCE", str(number)).octets)])


def _said(event: Component, name: str) -> list[tuple[str, str]]:
    default = [("CONFIRMED", "")] if name == "STATUS" else []
    return sorted((line.value.strip().upper(), line.parameter("TZID")) for line in event.all(name)) or default


def _organizer(event: Component, before: Component) -> Iterator[Fault]:
    line, other = event.first("ORGANIZER"), before.first("ORGANIZER")
    if line is None or other is None or key_of(mailbox_of(line.value)) == key_of(mailbox_of(other.value)):
        return
    message = f"The organiser was {mailbox_of(other.value)[:60]}; calendars refuse an update from another one."
    yield at_line("l03", line, message, "Write the organiser that was sent", replacing([(line, other.octets)]))


def _stamp(event: Component, before: Component) -> Iterator[Fault]:
    line = event.first("DTSTAMP")
    now, then = moment_of(line), moment_of(before.first("DTSTAMP"))
    both_utc = now is not None and then is not None and now.form is then.form is Form.UTC
    if line is not None and both_utc and now is not None and then is not None and now.clock < then.clock:
        yield at_line("t12", line, "DTSTAMP is older than that of what was sent, so calendars pass over the update.")


def _instances(calendar: Calendar, sent: Sequence[Sent]) -> Iterator[Fault]:
    """An occurrence sent alone is looked up in the event that was sent."""
    masters = [e for item in sent for e in item.calendar.events if e.first("RECURRENCE-ID") is None]
    has_own = {event.text("UID") for event in calendar.events if event.first("RECURRENCE-ID") is None}
    for event in calendar.events:
        line, uid = event.first("RECURRENCE-ID"), event.text("UID")
        master = next((other for other in reversed(masters) if other.text("UID") == uid), None)
        if line is not None and master is not None and uid not in has_own:
            yield from instance_of(line, master)


def _of_all(calendar: Calendar, sent: Sequence[Sent]) -> Iterator[Fault]:
    """Without STATUS a cancellation withdraws single guests; where it names all of them, it must say more."""
    for event in calendar.events:
        before = _before(event, sent)
        if before is None or event.first("STATUS") is not None:
            continue
        invited, named = _guests(before), _guests(event)
        if len(invited) > 1 and invited <= named:
            message = "The cancellation names all guests and has no STATUS, so the event stays in calendars."
            mend = replacing([(event.begin, event.begin.octets + make_line("STATUS", "CANCELLED").octets)])
            yield at_line("t09", event.begin, message, "Write CANCELLED", mend)


def _guests(event: Component) -> set[str]:
    return {key_of(mailbox_of(line.value)) for line in event.all("ATTENDEE")}


__all__ = ["Sent", "life", "recipients_unknown"]
