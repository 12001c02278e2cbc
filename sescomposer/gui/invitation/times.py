"""Times of an event in words, in any zone."""

from datetime import timedelta

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.zones import canonical_zone, in_zone, offset_at, offset_text

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = timedelta(days=1)


def day_words(moment: Moment) -> str:
    """Write a date.

    >>> from datetime import date
    >>> day_words(Moment.on(date(2027, 3, 1)))
    'Mon 1 Mar 2027'
    """
    day = moment.day
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def span_words(start: Moment, end: Moment | None) -> str:
    """Write start and end, the day once where it is the same.

    >>> from datetime import datetime
    >>> span_words(Moment.floating(datetime(2027, 3, 1, 9)), Moment.floating(datetime(2027, 3, 1, 10, 30)))
    'Mon 1 Mar 2027, 09:00 - 10:30'
    """
    if start.is_date:
        last = end.moved(-_DAY) if end is not None else start
        days = day_words(start)
        return f"{days}, all day" if last.day <= start.day else f"{days} - {day_words(last)}, all day"
    begin = f"{day_words(start)}, {start.clock:%H:%M}"
    if end is None or end.clock == start.clock:
        return begin
    return f"{begin} - {'' if end.day == start.day else f'{day_words(end)}, '}{end.clock:%H:%M}"


def in_words(event: Event, zone: str) -> str:
    """Write when an event takes place by the clock of a zone; what floats or is a date has none.

    >>> from datetime import datetime
    >>> start = Moment.zoned(datetime(2027, 3, 1, 9), "Europe/Berlin")
    >>> in_words(Event(start=start), "Asia/Tokyo")
    'Mon 1 Mar 2027, 17:00 (UTC+09:00)'
    """
    start, end = event.start, event.finish
    if start is None:
        return "The event has no start."
    if start.form in (Form.DATE, Form.FLOATING):
        return span_words(start, end)
    try:
        here = in_zone(start, zone)
        there = in_zone(end, zone) if end is not None and end.form is not Form.DATE else None
        return f"{span_words(here, there)} ({offset_text(offset_at(zone, here.clock))})"
    except MessageError as error:
        return error.sentence


def own_words(event: Event) -> str:
    """Write when an event takes place as it says itself, with its zone."""
    start = event.start
    if start is None:
        return "The event has no start."
    finish = event.finish if event.end is None or event.end.is_like(start) else None
    words = span_words(start, finish)
    if finish is None and event.end is not None:
        words += f" - {span_words(event.end, None)} {event.end.zone}".rstrip()
    if start.form is Form.UTC:
        return f"{words} UTC"
    known = canonical_zone(start.zone)
    offset = f", {offset_text(offset_at(known, start.clock))}" if known else ""
    return f"{words} ({start.zone}{offset})" if start.form is Form.ZONED else words
