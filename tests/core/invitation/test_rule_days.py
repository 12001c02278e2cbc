"""What a rule names agrees with python-dateutil on ten thousand random rules, and with plain enumeration of days."""

import datetime as datetime_module
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice
from types import ModuleType
from typing import Any

import pytest
from dateutil import rrule

from sescomposer.core.invitation.rule_days import clock_readings
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import Frequency, Rule, Weekday, rule_faults

_FIRST = 8
_FOR_MINUTES = ("by_minute", "by_second")
"""The parts beside BYDAY that rules by minute and second get; with others dateutil walks through hours of them."""


def _some(random_: random.Random, smallest: int, largest: int, *, most: int = 3) -> tuple[int, ...]:
    values = [value for value in range(smallest, largest + 1) if value or smallest == 0]
    return tuple(random_.sample(values, random_.randint(1, most)))


def _weekdays(random_: random.Random, frequency: Frequency, *, with_weeks: bool) -> tuple[Weekday, ...]:
    days = random_.sample(range(7), random_.randint(1, 4))
    # dateutil takes 1MO,TU for days that are both; the standard takes it for days that are either.
    if frequency > Frequency.MONTHLY or with_weeks or random_.random() < 0.5:
        return tuple(Weekday(day) for day in days)
    return tuple(Weekday(day, random_.choice((1, 2, 3, 4, 5, -1, -2))) for day in days)


def _random_rule(random_: random.Random) -> Rule:
    """Make a rule without faults, and without weeks at the ends of a year, where dateutil errs."""
    frequency = random_.choice([*Frequency, Frequency.YEARLY, Frequency.MONTHLY, Frequency.MONTHLY, Frequency.WEEKLY])
    parts: dict[str, Any] = {}
    for name, smallest, largest, share in (
        ("by_month", 1, 12, 0.3),
        ("by_month_day", -31, 31, 0.25),
        ("by_year_day", -366, 366, 0.1),
        ("by_week", -50, 51, 0.1),
        ("by_hour", 0, 23, 0.1),
        ("by_minute", 0, 59, 0.1),
        ("by_second", 0, 59, 0.05),
        ("by_set_position", -8, 8, 0.2),
    ):
        is_slow = frequency >= Frequency.MINUTELY and name not in _FOR_MINUTES
        if random_.random() < share and not is_slow:
            parts[name] = _some(random_, smallest, largest)
    by_day: tuple[Weekday, ...] = ()
    if random_.random() < 0.5:
        by_day = _weekdays(random_, frequency, with_weeks="by_week" in parts)
    interval = random_.choice((1, 1, 1, 2, 3, 4, 7, 12))
    rule = Rule(frequency, interval, by_day=by_day, week_start=random_.choice((0, 0, 6, 3)), **parts)
    return rule if not rule_faults(rule) else _random_rule(random_)


def _random_start(random_: random.Random) -> datetime:
    start = datetime(random_.randint(1995, 2030), 1, 1) + timedelta(days=random_.randrange(366))
    return start + timedelta(minutes=15 * random_.randrange(96))


def _of_dateutil(rule: Rule, start: datetime) -> Iterator[datetime]:
    weekdays = [rrule.weekday(day.day, day.nth or None) for day in rule.by_day]
    return iter(
        rrule.rrule(
            int(rule.frequency),
            dtstart=start,
            interval=rule.interval,
            wkst=rule.week_start,
            bymonth=rule.by_month or None,
            bymonthday=rule.by_month_day or None,
            byyearday=rule.by_year_day or None,
            byweekno=rule.by_week or None,
            byweekday=weekdays or None,
            byhour=rule.by_hour or None,
            byminute=rule.by_minute or None,
            bysecond=rule.by_second or None,
            bysetpos=rule.by_set_position or None,
        )
    )


def _on_week_start(rule: Rule, start: datetime) -> datetime:
    """Give a start at which dateutil counts the first week whole: it counts positions from the start, not the week."""
    if rule.frequency is Frequency.WEEKLY and rule.by_set_position:
        return start - timedelta(days=(start.weekday() - rule.week_start) % 7)
    return start


class _Years(ModuleType):
    """Stands for `datetime` in dateutil: it looks for the dates of an empty rule up to the year 9999, for minutes."""

    MAXYEAR = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime_module, name)


def _last_year(rule: Rule, start: datetime) -> int:
    return start.year + (4 if rule.frequency < Frequency.HOURLY else 0)


@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_random_rules_agree_with_dateutil(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random_ = random.Random(seed)
    years = _Years("datetime")
    monkeypatch.setattr(rrule, "datetime", years)
    for _ in range(1000):
        rule = _random_rule(random_)
        start = _on_week_start(rule, _random_start(random_))
        years.MAXYEAR = _last_year(rule, start)
        # Theirs refuses what an interval never reaches; ours names nothing then.
        theirs: list[datetime] = []
        with suppress(ValueError):
            theirs = [day for day in islice(_of_dateutil(rule, start), _FIRST) if day.year <= years.MAXYEAR]
        ours = list(islice(clock_readings(rule, start, years.MAXYEAR), _FIRST))
        assert ours == theirs, (str(rule), start)


def _brute(rule: Rule, start: datetime, until: date) -> Iterator[datetime]:
    """Give what simple rules name by trying every day."""
    day = start.date()
    while day <= until:
        weeks = (day.toordinal() - start.date().toordinal() + start.weekday()) // 7
        months = (day.year - start.year) * 12 + day.month - start.month
        apart = {"YEARLY": day.year - start.year, "MONTHLY": months, "WEEKLY": weeks}[rule.frequency.name]
        weekdays = {item.day for item in rule.by_day if not item.nth}
        numbered = {(item.day, item.nth) for item in rule.by_day if item.nth}
        is_last = (day + timedelta(days=7)).month != day.month
        nth = {(day.weekday(), (day.day - 1) // 7 + 1), (day.weekday(), -1 if is_last else 0)}
        is_named = day.weekday() in weekdays or bool(numbered & nth) or day.day in rule.by_month_day
        if apart % rule.interval == 0 and is_named and (not rule.by_month or day.month in rule.by_month):
            yield datetime.combine(day, start.time())
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "FREQ=MONTHLY;BYDAY=1MO,TU",
        "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
        "FREQ=YEARLY;INTERVAL=3;BYMONTHDAY=1,15",
    ],
)
def test_rules_name_the_days_that_trying_every_day_finds(text: str) -> None:
    rule, start = read_rule(text), datetime(2027, 1, 1, 9, 30)
    assert list(clock_readings(rule, start, 2040)) == list(_brute(rule, start, date(2040, 12, 31)))


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYYEARDAY=100",
        "FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=2",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=2;BYHOUR=10",
        "FREQ=SECONDLY;BYSETPOS=2;BYDAY=MO",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_rules_that_name_nothing_end(text: str) -> None:
    assert list(clock_readings(read_rule(text), datetime(2027, 2, 1, 9))) == []


def test_an_endless_rule_is_followed_only_as_far_as_asked() -> None:
    readings = clock_readings(read_rule("FREQ=SECONDLY"), datetime(2027, 2, 28, 23, 59, 58))
    assert [f"{reading:%d %H:%M:%S}" for reading in islice(readings, 3)] == [
        "28 23:59:58",
        "28 23:59:59",
        "01 00:00:00",
    ]


def test_readings_end_with_the_calendar() -> None:
    readings = list(clock_readings(read_rule("FREQ=YEARLY"), datetime(9997, 12, 31)))
    assert [reading.year for reading in readings] == [9997, 9998, 9999]


def test_positions_count_from_the_start_of_the_week() -> None:
    readings = clock_readings(read_rule("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1"), datetime(2027, 3, 3))
    assert next(readings) == datetime(2027, 3, 8)


@pytest.mark.parametrize("week", [1, 2, 51, 52, 53])
def test_weeks_are_those_of_the_standard_library(week: int) -> None:
    start, until = datetime(2020, 1, 1), date(2060, 12, 31)
    days = (start + timedelta(days=number) for number in range((until - start.date()).days + 1))
    theirs = [day for day in days if day.isocalendar().week == week]
    assert list(clock_readings(read_rule(f"FREQ=YEARLY;BYWEEKNO={week}"), start, 2060)) == theirs
