"""Spans of time in words, such as "1 h 30 min": written for people, and read as people type them."""

import re
from datetime import timedelta

from sescomposer.core.errors import MessageError

_UNITS = {"w": 10080, "d": 1440, "h": 60, "m": 1}
_PART = re.compile(r"(\d{1,7}(?:[.,]\d+)?)\s*([^\W\d_]*)", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):(\d{2})", re.ASCII)
_NAMES = {
    **dict.fromkeys(("w", "wk", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("", "m", "min", "mins", "minute", "minutes"), "m"),
}
_MOST_MINUTES = 5_259_600
"""Ten years."""


def minutes_of(text: str) -> int:
    """Read a span in minutes; a number alone counts minutes.

    Raises:
        MessageError: it is none.

    >>> minutes_of("1 h 30 min"), minutes_of("90"), minutes_of("1:30"), minutes_of("2 days")
    (90, 90, 90, 2880)
    """
    words = text.strip().lower()
    clock = _CLOCK.fullmatch(words)
    if clock is not None:
        return int(clock[1]) * 60 + int(clock[2])
    parts = _PART.findall(words)
    known = all(unit in _NAMES for _, unit in parts)
    if not parts or not known or _PART.sub("", words).strip(" ,"):
        raise MessageError(
            f"{text.strip()[:60]!r} is no span of time.", hint="Write it as 90, 1 h 30 min or 2 days.", value=text
        )
    minutes = sum(float(count.replace(",", ".")) * _UNITS[_NAMES[unit]] for count, unit in parts)
    if minutes > _MOST_MINUTES:
        raise MessageError(
            f"{text.strip()[:60]!r} is longer than ten years.", hint="Choose a shorter span.", value=text
        )
    return round(minutes)


def words_of(minutes: int) -> str:
    """Write a span.

    >>> words_of(90), words_of(2880), words_of(0), words_of(1500)
    ('1 h 30 min', '2 days', '0 min', '1 day 1 h')
    """
    days, rest = divmod(abs(minutes), 1440)
    hours, left = divmod(rest, 60)
    parts = [
        f"{days} day{'s' if days != 1 else ''}" if days else "",
        f"{hours} h" if hours else "",
        f"{left} min" if left or not (days or hours) else "",
    ]
    return ("-" if minutes < 0 else "") + " ".join(part for part in parts if part)


def length_words(length: timedelta) -> str:
    """Write a length of time in whole minutes; see `words_of`."""
    return words_of(round(length / timedelta(minutes=1)))


def list_of_minutes(text: str) -> tuple[int, ...]:
    """Read spans with commas between; blank text gives none.

    Raises:
        MessageError: one of them is none.

    >>> list_of_minutes("15 min, 1 day"), list_of_minutes(" ")
    ((15, 1440), ())
    """
    return tuple(minutes_of(part) for part in text.split(",") if part.strip())
