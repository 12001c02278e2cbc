"""Times, status and the rest of what an event says (RFC 5545 section 3.8, RFC 5546 section 3.2)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sescomposer.core.checks.invitation_rules import Fault, at_line, removing, replacing
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.durations import read_duration
from sescomposer.core.invitation.lines import ContentLine, rewritten
from sescomposer.core.invitation.moments import Form, Moment, read_moment
from sescomposer.core.invitation.zones import instant

_STATUS = ("TENTATIVE", "CONFIRMED", "CANCELLED")
_ENUMERATIONS = {
    "STATUS": _STATUS,
    "TRANSP": ("OPAQUE", "TRANSPARENT"),
    "CLASS": ("PUBLIC", "PRIVATE", "CONFIDENTIAL"),
}
_DAY = timedelta(days=1)
_FAR = timedelta(days=731)
_CLOCK_DRIFT = timedelta(minutes=5)
_FOREIGN = ("X-MOZ-", "X-GOOGLE-", "X-MS-OLK-", "X-MICROSOFT-CDO-OWNER", "X-MICROSOFT-CDO-APPT")


def moment_of(line: ContentLine | None) -> Moment | None:
    """Read a line that holds one date or time; None if it cannot be read."""
    try:
        return read_moment(line.value, line.parameter("TZID")) if line is not None else None
    except MessageError:
        return None  # another rule tells of it


def point_of(moment: Moment) -> datetime | None:
    """Give the point in time of a moment; None in a zone that the database does not know."""
    try:
        return instant(moment)
    except MessageError:
        return None


def meaning(calendar: Calendar, now: datetime | None) -> Iterator[Fault]:
    """Check what the events say.

    Args:
        calendar: The calendar object.
        now: The time, aware; None if nothing is to be said of past and future.
    """
    method = calendar.method
    for event in calendar.events:
        yield from _stamp(event, now, is_needed=bool(method))
        yield from _end(event)
        yield from _unusual(event, now)
        yield from _status(event, method)
        yield from _copied(event)
        if method == "CANCEL":
            yield from _cancel(event)
        elif method in ("REQUEST", "PUBLISH"):
            for alarm in event.components("VALARM"):
                message = "The event sets an alarm; Gmail passes over it, and from a stranger it annoys."
                yield at_line("t19", alarm.begin, message)


def _stamp(event: Component, now: datetime | None, *, is_needed: bool) -> Iterator[Fault]:
    line = event.first("DTSTAMP")
    if line is None:
        if is_needed:
            yield at_line("t12", event.begin, "There is no DTSTAMP, which says when this copy was made.")
        return
    stamp = moment_of(line)
    if stamp is not None and stamp.form is not Form.UTC:
        yield at_line("t12", line, "DTSTAMP is not in UTC; it must end with Z.")
    elif stamp is not None and now is not None and instant(stamp) > now + _CLOCK_DRIFT:
        yield at_line("t12", line, "DTSTAMP lies in the future, so that updates look older than this copy.")


def _end(event: Component) -> Iterator[Fault]:
    start, end = moment_of(event.first("DTSTART")), moment_of(event.first("DTEND"))
    line, duration = event.first("DTEND"), event.first("DURATION")
    if line is not None and duration is not None:
        mend = removing(duration)
        yield at_line("t13", duration, "The event has both DTEND and DURATION.", "Remove DURATION", mend)
    if duration is not None:
        yield from _duration(duration, start)
    if start is None or end is None or line is None:
        return
    if start.is_date is not end.is_date:
        yield at_line("t13", line, "DTSTART and DTEND are not of one kind: one is a date, the other a time.")
    elif start.is_date:
        yield from _last_day(line, start, end)
    elif _is_late(start, end):
        yield at_line("t13", line, "The event ends before it starts, or when it starts.")


def _duration(line: ContentLine, start: Moment | None) -> Iterator[Fault]:
    try:
        length = read_duration(line.value)
    except MessageError as error:
        yield at_line("t13", line, f"DURATION cannot be read: {error}")
        return
    if length <= timedelta():
        yield at_line("t13", line, "The event lasts no time at all, or less.")
    elif start is not None and start.is_date and length % _DAY:
        yield at_line("t13", line, "An event of whole days cannot last hours or minutes.")


def _last_day(line: ContentLine, start: Moment, end: Moment) -> Iterator[Fault]:
    if end.clock < start.clock:
        yield at_line("t13", line, "The event ends before it starts.")
    elif end.clock == start.clock:
        new = rewritten(line, start.moved(_DAY).value, {})
        message = "DTEND is the day after the last one; as written the event has no day at all."
        yield at_line("t14", line, message, "Write the day after", replacing([(line, new.octets)]))


def _is_late(start: Moment, end: Moment) -> bool:
    """Whether the end is not behind the start; where one floats, nobody can tell."""
    if start.is_like(end):
        return end.clock <= start.clock
    if Form.FLOATING in (start.form, end.form):
        return False
    first, last = point_of(start), point_of(end)
    return first is not None and last is not None and last <= first


def _unusual(event: Component, now: datetime | None) -> Iterator[Fault]:
    line = event.first("DTSTART")
    start, end = moment_of(line), moment_of(event.first("DTEND"))
    if start is None or line is None:
        return
    if end is not None and start.is_like(end) and not start.is_date and end.clock - start.clock > _DAY:
        yield at_line("t15", line, "The event lasts more than 24 hours; is it one of whole days?")
    point = point_of(start)
    if now is None or point is None:
        return
    if point < now - _DAY and event.first("RRULE") is None and event.first("RDATE") is None:
        yield at_line("t15", line, "The event lies in the past.")
    elif point > now + _FAR:
        yield at_line("t15", line, "The event is more than two years ahead; is the year right?")


def _status(event: Component, method: str) -> Iterator[Fault]:
    for name, known in _ENUMERATIONS.items():
        for line in event.all(name):
            value = line.value.strip().upper()
            if value not in known and not (name == "CLASS" and value.startswith("X-")):
                yield at_line("t17", line, f"{name} is {value[:40]!r}; it can be {', '.join(known)}.")
            elif name == "STATUS" and method == "REQUEST" and value == "CANCELLED":
                message = "An invitation with the status CANCELLED shows as cancelled; send CANCEL, or CONFIRMED."
                yield at_line("t16", line, message)


def _copied(event: Component) -> Iterator[Fault]:
    for line in event.lines:
        names = [item.name for item in line.parameters if item.name.startswith("SCHEDULE-")]
        if names:
            new = rewritten(line, line.value, dict.fromkeys(names, ""))
            message = f"{names[0]} is for calendar servers among themselves and must not leave them."
            yield at_line("t18", line, message, "Remove it", replacing([(line, new.octets)]))
        elif line.name.startswith(_FOREIGN):
            message = f"{line.name} belongs to another calendar; the event seems to be a copy. Is its UID new?"
            yield at_line("t18", line, message, "Remove it", removing(line))


def _cancel(event: Component) -> Iterator[Fault]:
    sequence, status = event.first("SEQUENCE"), event.first("STATUS")
    if sequence is None:
        yield at_line("t09", event.begin, "A cancellation must have a SEQUENCE above that of the invitation.")
    elif not sequence.value.strip().isdigit() or not int(sequence.value[:18]):
        yield at_line("t09", sequence, "The SEQUENCE of a cancellation must be above that of the invitation.")
    if status is not None and status.value.strip().upper() in _STATUS[:2]:
        new = rewritten(status, "CANCELLED", {})
        message = f"STATUS is {status.value[:40]} in a cancellation, so the event stays in calendars."
        yield at_line("t09", status, message, "Write CANCELLED", replacing([(status, new.octets)]))
    for alarm in event.components("VALARM"):
        mend = removing(*(line for line in alarm.walk() if line.octets))
        yield at_line("t09", alarm.begin, "A cancellation must not set an alarm.", "Remove the alarm", mend)


__all__ = ["meaning", "moment_of", "point_of"]
