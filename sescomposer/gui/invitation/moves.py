"""What moves with what when an event gets another time: its end, its exceptions, and the end of its repetition."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import with_end as rule_with_end
from sescomposer.core.invitation.zones import in_zone, instant

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MORNING = time(9)


def with_start(event: Event, start: Moment) -> Event:
    """Give the event with another start: it stays as long as it is, and what is left out stays left out.

    >>> event = Event(start=Moment.floating(datetime(2027, 3, 1, 9)), end=Moment.floating(datetime(2027, 3, 1, 10)))
    >>> with_start(event, Moment.floating(datetime(2027, 3, 1, 14))).end.value
    '20270301T150000'
    """
    before = event.start
    if before is None:
        return replace(event, start=start)
    end = event.end
    if end is not None and end.is_date is start.is_date:
        same_zone = end.is_like(before)
        end = replace(end, form=start.form, zone=start.zone) if same_zone else end
        end = end.moved(start.clock - before.clock)
    return replace(_timed(event, start), start=start, end=end)


def _timed(event: Event, start: Moment) -> Event:
    """Give the event with exceptions and the end of the rule at the time of day of another start."""
    before = event.start
    assert before is not None
    return replace(
        event,
        exdates=_at_time(event.exdates, before, start),
        rdates=_at_time(event.rdates, before, start),
        rule=_rule_until(event.rule, before, start),
    )


def _at_time(moments: Iterable[Moment], before: Moment, start: Moment) -> tuple[Moment, ...]:
    """Move those that stand at the old time of day to the new one."""

    def moved(moment: Moment) -> Moment:
        is_same = moment.is_like(before) and moment.clock.time() == before.clock.time()
        return start.at(datetime.combine(moment.day, start.clock.time())) if is_same else moment

    return tuple(map(moved, moments))


def _rule_until(text: str, before: Moment, start: Moment) -> str:
    """Give the rule with an UNTIL on the same day that fits another start."""
    try:
        rule = read_rule(text)
    except MessageError:
        return text  # none, or one that the checks tell of
    if rule.until is None:
        return text
    until = until_on(last_day(rule.until, before), start)
    return text if until == rule.until else str(rule_with_end(rule, until=until))


def last_day(until: Moment, start: Moment) -> datetime:
    """Give the day of an UNTIL by the clock of the event, as midnight."""
    local = in_zone(until, start.zone) if until.form is Form.UTC and start.form is Form.ZONED else until
    return datetime.combine(local.day, time())


def until_on(day: datetime, start: Moment) -> Moment:
    """Give the UNTIL that lets an event take place up to and on a day, in the form that its start wants.

    >>> until_on(datetime(2027, 3, 31), Moment.zoned(datetime(2027, 3, 1, 9), "Europe/Berlin")).value
    '20270331T070000Z'
    """
    last = start.at(datetime.combine(day, start.clock.time()))
    return Moment.utc(instant(last).astimezone(UTC)) if start.form is Form.ZONED else last


def with_zone(event: Event, zone: str) -> Event:
    """Give the event at the same clock readings in another zone, "UTC" too; "" makes them float."""
    if event.start is None or event.all_day:
        return event
    clock = event.start.clock
    return with_start(event, Moment.utc(clock) if zone == "UTC" else Moment.zoned(clock, zone))


def with_end(event: Event, clock: datetime, zone: str | None = None) -> Event:
    """Give the event with another end; `zone` is another one for it, None for what it has."""
    assert event.start is not None
    like = event.end if event.end is not None else event.start
    if zone is None:
        return replace(event, end=like.at(clock), duration=None)
    end = Moment.utc(clock) if zone == "UTC" else Moment.zoned(clock, zone)
    return replace(event, end=end, duration=None)


def with_length(event: Event, minutes: int) -> Event:
    """Give the event with another length; whole days for one of whole days.

    >>> with_length(Event(start=Moment.utc(datetime(2027, 3, 1, 9))), 90).end.value
    '20270301T103000Z'
    """
    start, end = event.start, event.end
    assert start is not None
    if start.is_date:
        return replace(event, end=start.moved(max(1, round(minutes / 1440)) * _DAY), duration=None)
    if start.form is not Form.ZONED and (end is None or end.form is not Form.ZONED):
        return replace(event, end=start.moved(timedelta(minutes=minutes)), duration=None)
    after = Moment.utc(instant(start) + timedelta(minutes=minutes))
    like = end if end is not None else start
    return replace(event, end=after if like.form is Form.UTC else in_zone(after, like.zone), duration=None)


def length_of(event: Event) -> timedelta | None:
    """Give how long it takes; None where start or end are missing or in unknown zones, or of two kinds."""
    try:
        start, end = event.start, event.finish
        if start is None or end is None or start.is_date is not end.is_date:
            return None
        if start.is_like(end) and start.form is not Form.ZONED:
            return end.clock - start.clock
        return instant(end) - instant(start)
    except MessageError:
        return None


def as_all_day(event: Event) -> Event:
    """Give the event as one of whole days: those that it touches."""
    start, finish = event.start, event.finish
    assert start is not None
    last = max(finish.clock if finish is not None else start.clock, start.clock)
    is_midnight = last.time() == time() and last > start.clock
    end = Moment.on(last if is_midnight else last + _DAY)
    first = Moment.on(start.clock)
    return replace(_timed(event, first), start=first, end=end, duration=None)


def as_timed(event: Event, zone: str) -> Event:
    """Give an event of whole days as one that starts at nine in the morning of its first day, for an hour."""
    assert event.start is not None
    start = Moment.zoned(datetime.combine(event.start.day, _MORNING), "" if zone == "UTC" else zone)
    start = Moment.utc(start.clock) if zone == "UTC" else start
    last = event.finish.clock - _DAY if event.finish is not None else event.start.clock
    end = start.at(datetime.combine(max(last, event.start.clock), _MORNING)).moved(_HOUR)
    return replace(_timed(event, start), start=start, end=end, duration=None)
