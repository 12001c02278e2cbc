"""The clock readings that a rule of repetition names (RFC 5545 section 3.3.10), without an end and without zones.

A rule is followed period by period: its years, months, weeks or days. The calendar repeats after 400 years, so a rule
that names nothing for as long as that, or as long as it takes until its interval meets that cycle again, never does.
"""

import calendar
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from math import gcd, lcm

from sescomposer.core.invitation.rule_value import Frequency, Rule

_YEARS, _MONTHS, _WEEKS, _DAYS = 400, 4800, 20871, 146097
_LAST_YEAR = 9999
_LAST_DAY = date.max.toordinal()
_UNITS = {Frequency.HOURLY: 24, Frequency.MINUTELY: 24 * 60, Frequency.SECONDLY: 24 * 60 * 60}


def clock_readings(rule: Rule, start: datetime, last_year: int = _LAST_YEAR) -> Iterator[datetime]:
    """Give what the rule names from its start on, in order; COUNT and UNTIL are passed over.

    The start is among them only if the rule names it. Ends when nothing more can come.

    Args:
        rule: One without faults; with a part that contradicts, what comes is what all its parts allow.
        start: Without a zone and in whole seconds.
        last_year: Nothing after this year is asked for.

    >>> from itertools import islice
    >>> from sescomposer.core.invitation.rule_text import read_rule
    >>> rule = read_rule("FREQ=MONTHLY;BYDAY=-1FR")
    >>> [f"{day:%d %b}" for day in islice(clock_readings(rule, datetime(2027, 1, 1)), 3)]
    ['29 Jan', '26 Feb', '26 Mar']
    >>> list(clock_readings(read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), datetime(2027, 1, 1)))
    []
    """
    days = _DayFilter(rule, start)
    last_year = min(last_year, _LAST_YEAR)
    if rule.frequency >= Frequency.HOURLY:
        periods: Iterator[Iterable[datetime]] = _short_periods(rule, start, days, last_year)
        most = _DAYS
    else:
        times = _times(rule, start)
        found, most = _long_periods(rule, start, days, last_year)
        periods = (_chosen(rule, dates, times) for dates in found)
    idle = 0
    for readings in periods:
        idle += 1
        for reading in readings:
            if reading.year > last_year:
                return
            if reading >= start:
                idle = 0
                yield reading
        if idle > most:
            return


class _DayFilter:
    """Which days the parts of a rule allow; what a rule leaves open, its start says."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        is_open = not (rule.by_week or rule.by_year_day or rule.by_month_day or rule.by_day)
        frequency = rule.frequency
        self.months = frozenset(rule.by_month)
        self.month_days = frozenset(rule.by_month_day)
        if is_open and frequency <= Frequency.MONTHLY:
            self.month_days = frozenset((start.day,))
            if frequency is Frequency.YEARLY and not rule.by_month:
                self.months = frozenset((start.month,))
        self.weekdays = frozenset(day.day for day in rule.by_day if not day.nth)
        self.numbered = frozenset((day.day, day.nth) for day in rule.by_day if day.nth)
        if is_open and frequency is Frequency.WEEKLY:
            self.weekdays = frozenset((start.weekday(),))
        self.counts_in_year = frequency is Frequency.YEARLY and not rule.by_month
        self.year_days = frozenset(rule.by_year_day)
        self.weeks = frozenset(rule.by_week)
        self.week_start = rule.week_start

    def allows(self, day: date) -> bool:
        """Tell whether all parts allow a day."""
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or self._is_month_day(day))
            and (not (self.weekdays or self.numbered) or self._is_weekday(day))
            and (not self.year_days or self._is_year_day(day))
            and (not self.weeks or self._is_in_week(day))
        )

    def _is_month_day(self, day: date) -> bool:
        length = calendar.monthrange(day.year, day.month)[1]
        return day.day in self.month_days or day.day - length - 1 in self.month_days

    def _is_weekday(self, day: date) -> bool:
        weekday = day.weekday()
        if weekday in self.weekdays:
            return True
        if not self.numbered:
            return False
        if self.counts_in_year:
            number, length = _year_day(day), _year_length(day.year)
        else:
            number, length = day.day, calendar.monthrange(day.year, day.month)[1]
        first, last = (number - 1) // 7 + 1, -((length - number) // 7 + 1)
        return (weekday, first) in self.numbered or (weekday, last) in self.numbered

    def _is_year_day(self, day: date) -> bool:
        number = _year_day(day)
        return number in self.year_days or number - _year_length(day.year) - 1 in self.year_days

    def _is_in_week(self, day: date) -> bool:
        number = day.toordinal()
        year = next(year for year in (day.year + 1, day.year, day.year - 1) if number >= self._first_week(year))
        first, following = self._first_week(year), self._first_week(year + 1)
        week, weeks = (number - first) // 7 + 1, (following - first) // 7
        return week in self.weeks or week - weeks - 1 in self.weeks

    def _first_week(self, year: int) -> int:
        """Where week 1 starts: the first with four days or more in the year."""
        first = (year - 1) * 365 + (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400 + 1
        ahead = (self.week_start - (first - 1)) % 7
        return first + ahead - (7 if ahead >= 4 else 0)

    def in_month(self, year: int, month: int) -> list[date]:
        """Give the days allowed in a month."""
        if self.months and month not in self.months:
            return []
        first, length = calendar.monthrange(year, month)
        numbers: Iterable[int] = range(1, length + 1)
        if self.numbered and not (self.weekdays or self.counts_in_year):
            numbers = sorted({_numbered_day(first, length, weekday, nth) for weekday, nth in self.numbered})
        elif self.month_days:
            numbers = sorted({number if number > 0 else length + 1 + number for number in self.month_days})
        found = (date(year, month, number) for number in numbers if 1 <= number <= length)
        return [day for day in found if self.allows(day)]

    def in_year(self, year: int) -> list[date]:
        """Give the days allowed in a year."""
        if not self.year_days:
            return [day for month in range(1, 13) for day in self.in_month(year, month)]
        length, first = _year_length(year), date(year, 1, 1).toordinal()
        numbers = sorted({number if number > 0 else length + 1 + number for number in self.year_days})
        found = (date.fromordinal(first + number - 1) for number in numbers if 1 <= number <= length)
        return [day for day in found if self.allows(day)]


def _numbered_day(first: int, length: int, weekday: int, nth: int) -> int:
    """Give the day that is the nth of a weekday in a month; may lie outside of it."""
    if nth > 0:
        return 1 + (weekday - first) % 7 + 7 * (nth - 1)
    return length - (first + length - 1 - weekday) % 7 + 7 * (nth + 1)


def _last_day(year: int) -> int:
    return date(year, 12, 31).toordinal() if year > 0 else 0


def _year_day(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _year_length(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _times(rule: Rule, start: datetime) -> list[time]:
    # Few clocks know a 60th second; such an instance is taken for the 59th.
    seconds = {min(second, 59) for second in rule.by_second} or {start.second}
    hours, minutes = set(rule.by_hour) or {start.hour}, set(rule.by_minute) or {start.minute}
    return sorted(time(*parts) for parts in product(hours, minutes, seconds))


def _long_periods(rule: Rule, start: datetime, days: _DayFilter, last_year: int) -> tuple[Iterator[list[date]], int]:
    """Give the days of each period, and after how many periods without any there are none."""
    step = rule.interval
    first, last = start.toordinal(), _last_day(last_year)
    match rule.frequency:
        case Frequency.YEARLY:
            return (days.in_year(year) for year in range(start.year, last_year + 1, step)), lcm(_YEARS, step) // step
        case Frequency.MONTHLY:
            months = range(start.year * 12 + start.month - 1, (last_year + 1) * 12, step)
            return (days.in_month(month // 12, month % 12 + 1) for month in months), lcm(_MONTHS, step) // step
        case Frequency.WEEKLY:
            begin = first - (start.weekday() - rule.week_start) % 7
            weeks = range(begin, last + 1, 7 * step)
            return (_week(week, days) for week in weeks), lcm(_WEEKS, step) // step
    dates = (date.fromordinal(number) for number in range(first, last + 1, step))
    return ([day] if days.allows(day) else [] for day in dates), lcm(_DAYS, step) // step


def _week(begin: int, days: _DayFilter) -> list[date]:
    found = (date.fromordinal(number) for number in range(max(begin, 1), min(begin + 7, _LAST_DAY + 1)))
    return [day for day in found if days.allows(day)]


def _chosen(rule: Rule, dates: list[date], times: list[time]) -> list[datetime]:
    """Give the readings of a period, only those at the positions of BYSETPOS if there is one."""
    if not rule.by_set_position:
        return [datetime.combine(day, clock) for day in dates for clock in times]
    places = _places(rule, len(dates) * len(times))
    return [datetime.combine(dates[place // len(times)], times[place % len(times)]) for place in places]


def _places(rule: Rule, count: int) -> list[int]:
    places = {position - 1 if position > 0 else count + position for position in rule.by_set_position}
    return sorted(place for place in places if 0 <= place < count)


def _short_periods(rule: Rule, start: datetime, days: _DayFilter, last_year: int) -> Iterator[Iterable[datetime]]:
    """Give the readings of each day, for rules that repeat within a day."""
    units = _UNITS[rule.frequency]
    width = _UNITS[Frequency.SECONDLY] // units
    elapsed = start.hour * 3600 + start.minute * 60 + start.second
    origin = start.toordinal() * units + elapsed // width
    allowed = _allowed_units(rule, origin, units, width)
    within = _within_unit(rule, start)
    number, last = start.toordinal(), _last_day(last_year)
    while allowed and within and number <= last:
        day = date.fromordinal(number)
        if days.months and day.month not in days.months:
            yield iter(())
            number += calendar.monthrange(day.year, day.month)[1] - day.day + 1
            continue
        places = _day_units(allowed, origin - number * units, units, rule.interval) if days.allows(day) else ()
        yield _at(day, places, width, within)
        number += 1


def _at(day: date, places: Iterable[int], width: int, within: list[int]) -> Iterator[datetime]:
    midnight = datetime.combine(day, time())
    return (midnight + timedelta(seconds=place * width + second) for place in places for second in within)


def _allowed_units(rule: Rule, origin: int, units: int, width: int) -> Collection[int]:
    """Give the hours, minutes or seconds of a day that the rule allows and its interval can reach, in order."""
    shared = gcd(rule.interval, units)
    rest = origin % shared
    if not (rule.by_hour or rule.by_minute or rule.by_second):
        return range(rest, units, shared)
    hours = sorted(set(rule.by_hour)) or range(24)
    minutes = (sorted(set(rule.by_minute)) or range(60)) if width <= 60 else (0,)
    seconds = (sorted({min(second, 59) for second in rule.by_second}) or range(60)) if width == 1 else (0,)
    found = (
        (hour * 3600 + minute * 60 + second) // width for hour in hours for minute in minutes for second in seconds
    )
    return dict.fromkeys(unit for unit in found if unit % shared == rest)


def _within_unit(rule: Rule, start: datetime) -> list[int]:
    """Give the seconds within an hour, minute or second that the rule names."""
    minutes = {0}
    if rule.frequency is Frequency.HOURLY:
        minutes = set(rule.by_minute) or {start.minute}
    seconds = {0}
    if rule.frequency is not Frequency.SECONDLY:
        seconds = {min(second, 59) for second in rule.by_second} or {start.second}
    found = sorted(minute * 60 + second for minute in minutes for second in seconds)
    return [found[place] for place in _places(rule, len(found))] if rule.by_set_position else found


def _day_units(allowed: Collection[int], ahead: int, units: int, interval: int) -> Iterable[int]:
    """Give those of a day that lie whole intervals behind the start, by the shorter of two ways."""
    if units // interval <= len(allowed):
        return (unit for unit in range(max(ahead, ahead % interval), units, interval) if unit in allowed)
    return (unit for unit in allowed if unit >= ahead and (unit - ahead) % interval == 0)
