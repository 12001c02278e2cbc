"""Durations (RFC 5545 section 3.3.6): spans of time as a value, such as how long before the start an alarm sounds."""

import re
from datetime import timedelta

from sescomposer.core.errors import MessageError

_WRITTEN = re.compile(
    r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII | re.IGNORECASE
)
_LONGEST_DIGITS = 12


def read_duration(value: str) -> timedelta:
    """Read a DURATION; a day is 24 hours in the result.

    Raises:
        MessageError: it is none, or longer than 999999999 days.

    >>> read_duration("PT1H30M"), read_duration("-P1W")
    (datetime.timedelta(seconds=5400), datetime.timedelta(days=-7))
    """
    text = value.strip(" \t")
    match = _WRITTEN.fullmatch(text)
    if match is None or not text[-1:].isalpha() or text[-1:] in "PpTt" or len(text) > _LONGEST_DIGITS * 4:
        raise _unreadable(value)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    try:
        span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as error:
        raise _unreadable(value) from error
    return -span if match[1] == "-" else span


def _unreadable(value: str) -> MessageError:
    return MessageError(
        f"{value[:80]!r} is no duration.",
        hint="Write P, then weeks or days such as 1W or 2D, or T and hours and minutes, such as PT1H30M.",
        value=value,
    )


def written_duration(span: timedelta) -> str:
    """Write a duration in days, hours, minutes and whole seconds.

    >>> written_duration(timedelta(minutes=90)), written_duration(timedelta(days=-1)), written_duration(timedelta())
    ('PT1H30M', '-P1D', 'PT0S')
    """
    sign = "-" if span < timedelta() else ""
    whole = abs(span)
    minutes, seconds = divmod(whole.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    day = f"{whole.days}D" if whole.days else ""
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    time = "".join(f"{count}{unit}" for count, unit in parts if count)
    if not day and not time:
        return "PT0S"
    return f"{sign}P{day}{'T' if time else ''}{time}"
