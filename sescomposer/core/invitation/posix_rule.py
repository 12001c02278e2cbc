"""The rule at the end of a TZif file (RFC 8536 section 3.3): POSIX TZ, with hours from -167 to 167."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sescomposer.core.errors import MessageError

_NAME = r"(<[A-Za-z0-9+-]+>|[A-Za-z]+)"
_HOURS = r"([+-]?\d{1,3}(?::\d{2}(?::\d{2})?)?)"
_CHANGE = rf",M(\d+)\.(\d)\.(\d)(?:/{_HOURS})?"
_FOOTER = re.compile(rf"{_NAME}{_HOURS}(?:{_NAME}{_HOURS}?{_CHANGE}{_CHANGE})?", re.ASCII)
_LAST = 5
_TWO_O_CLOCK = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class YearlyChange:
    """A change of the clock that comes every year, on a weekday of a month.

    Attributes:
        month: 1 to 12.
        week: 1 to 4, or 5 for the last such weekday of the month.
        weekday: 0 for Monday to 6 for Sunday.
        time: From the midnight before, by the clock before the change; may be negative, or a day or more.
    """

    month: int
    week: int
    weekday: int
    time: timedelta = _TWO_O_CLOCK

    def moment(self, year: int) -> datetime:
        """Give what the clock shows when it is changed in a year.

        >>> YearlyChange(3, 5, 6).moment(2027)
        datetime.datetime(2027, 3, 28, 2, 0)
        """
        first, days = calendar.monthrange(year, self.month)
        day = 1 + (self.weekday - first) % 7 + 7 * (self.week - 1)
        return datetime(year, self.month, day - 7 if day > days else day) + self.time


@dataclass(frozen=True, slots=True)
class PosixRule:
    """What a clock does for ever after.

    Attributes:
        name, offset: Abbreviation and offset east of Greenwich of standard time.
        summer_name, summer_offset: The same of the other time; "" and the same offset where the clock stands still.
        to_summer, to_standard: When the clock is changed, None where it is not.
    """

    name: str
    offset: timedelta
    summer_name: str = ""
    summer_offset: timedelta = timedelta()
    to_summer: YearlyChange | None = None
    to_standard: YearlyChange | None = None


def read_posix_rule(text: str) -> PosixRule:
    """Read the footer of a TZif file.

    Raises:
        MessageError: it is of another form; the database has none such.

    >>> rule = read_posix_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0")
    >>> rule.name, rule.offset == timedelta(hours=-2), rule.to_summer.moment(2027).isoformat()
    ('-02', True, '2027-03-27T23:00:00')
    """
    match = _FOOTER.fullmatch(text)
    if match is None:
        raise MessageError(f"{text[:80]!r} is no rule for a clock (RFC 8536 section 3.3).", value=text)
    name, offset = match[1].strip("<>"), -_span(match[2])
    if match[3] is None:
        return PosixRule(name, offset, "", offset)
    summer = -_span(match[4]) if match[4] else offset + timedelta(hours=1)
    return PosixRule(name, offset, match[3].strip("<>"), summer, _change(match, 5), _change(match, 9))


def _change(match: re.Match[str], group: int) -> YearlyChange:
    month, week, weekday = (int(match[place]) for place in range(group, group + 3))
    time = match[group + 3]
    # POSIX counts weekdays from Sunday, Python from Monday.
    return YearlyChange(month, week, (weekday - 1) % 7, _TWO_O_CLOCK if time is None else _span(time))


def _span(text: str) -> timedelta:
    hours, minutes, seconds = (*text.lstrip("+-").split(":"), "0", "0")[:3]
    span = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    return -span if text.startswith("-") else span
