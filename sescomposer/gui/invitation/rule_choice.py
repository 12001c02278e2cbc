"""The rules of repetition that the editor can show and make: those that a calendar program has words for."""

import calendar
from dataclasses import dataclass, fields, replace

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import Frequency, Rule, Weekday

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_MONTHS = tuple(calendar.month_name)
_EDITED = frozenset({"by_day", "by_month_day", "by_month", "by_set_position"})
_KEPT = frozenset({"frequency", "interval", "count", "until", "week_start"})
SHOWN = (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY)
UNITS = {
    Frequency.DAILY: "day",
    Frequency.WEEKLY: "week",
    Frequency.MONTHLY: "month",
    Frequency.YEARLY: "year",
}


@dataclass(frozen=True, slots=True)
class Days:
    """On which days of a month or year an event repeats, as the parts of a rule.

    Attributes:
        words: For people.
        by_month, by_month_day, by_day: The parts.
    """

    words: str
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[Weekday, ...] = ()

    def is_of(self, rule: Rule) -> bool:
        """Whether a rule names these days."""
        return (self.by_month, self.by_month_day, self.by_day) == (rule.by_month, rule.by_month_day, rule.by_day)


def rule_of(text: str) -> Rule | None:
    """Read a rule, None for none and for one that cannot be read."""
    try:
        return read_rule(text) if text else None
    except MessageError:
        return None


def simplified(rule: Rule) -> Rule:
    """Give a rule in the way the editor writes it: BYDAY=MO with BYSETPOS=2 is the second Monday.

    >>> str(simplified(read_rule("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2")))
    'FREQ=MONTHLY;BYDAY=2MO'
    """
    day, position = rule.by_day[:1], rule.by_set_position
    is_one = len(rule.by_day) == len(position) == 1 and not day[0].nth and rule.frequency is not Frequency.WEEKLY
    return replace(rule, by_day=(Weekday(day[0].day, position[0]),), by_set_position=()) if is_one else rule


def is_shown(rule: Rule) -> bool:
    """Tell whether the editor can show a rule.

    >>> is_shown(read_rule("FREQ=WEEKLY;BYDAY=MO,WE")), is_shown(read_rule("FREQ=DAILY;BYHOUR=9,17"))
    (True, False)
    """
    plain = simplified(rule)
    others = [item for item in fields(Rule) if item.name not in _EDITED | _KEPT]
    if plain.frequency not in SHOWN or any(getattr(plain, item.name) for item in others) or plain.by_set_position:
        return False
    match plain.frequency:
        case Frequency.DAILY:
            return not (plain.by_day or plain.by_month or plain.by_month_day)
        case Frequency.WEEKLY:
            return not (plain.by_month or plain.by_month_day or any(day.nth for day in plain.by_day))
        case Frequency.MONTHLY:
            return not plain.by_month and _is_one_day(plain)
        case _:
            return len(plain.by_month) <= 1 and _is_one_day(plain) and bool(plain.by_month or not plain.by_day)


def _is_one_day(rule: Rule) -> bool:
    if rule.by_day:
        return len(rule.by_day) == 1 and not rule.by_month_day and rule.by_day[0].nth in _NTH
    return len(rule.by_month_day) <= 1 and all(day > 0 for day in rule.by_month_day)


def fresh(frequency: Frequency, start: Moment, before: Rule | None) -> Rule:
    """Give the simplest rule of a frequency on the days of a start; how it ends stays.

    >>> from datetime import date
    >>> str(fresh(Frequency.WEEKLY, Moment.on(date(2027, 3, 1)), None))
    'FREQ=WEEKLY;BYDAY=MO'
    """
    rule = Rule(frequency)
    if before is not None:
        rule = replace(rule, count=before.count, until=before.until)
    if frequency is Frequency.WEEKLY:
        return replace(rule, by_day=(Weekday(start.day.weekday()),))
    return with_days(rule, days_for(rule, start)[0]) if frequency in (Frequency.MONTHLY, Frequency.YEARLY) else rule


def days_for(rule: Rule, start: Moment) -> tuple[Days, ...]:
    """Give the days on which a monthly or yearly event can repeat: those of its start, and those of the rule."""
    day = start.day
    month = (day.month,) if rule.frequency is Frequency.YEARLY else ()
    nth = (day.day - 1) // 7 + 1
    found = [_days(month, (day.day,), ())]
    if nth in _NTH:
        found.append(_days(month, (), (Weekday(day.weekday(), nth),)))
    if day.day + 7 > calendar.monthrange(day.year, day.month)[1]:
        found.append(_days(month, (), (Weekday(day.weekday(), -1),)))
    own = simplified(rule)
    if not any(days.is_of(own) for days in found):
        found.append(_days(own.by_month, own.by_month_day, own.by_day))
    return tuple(found)


def _days(month: tuple[int, ...], month_day: tuple[int, ...], weekday: tuple[Weekday, ...]) -> Days:
    of_month = f" {_MONTHS[month[0]]}" if month else ""
    if weekday:
        of = f" of{of_month}" if of_month else ""
        words = f"the {_NTH[weekday[0].nth]} {DAYS[weekday[0].day]}{of}"
    elif month_day:
        words = f"{month_day[0]}{of_month}" if of_month else f"day {month_day[0]}"
    else:
        words = f"the day of the start{' in' + of_month if of_month else ''}"
    return Days(words, month, month_day, weekday)


def with_days(rule: Rule, days: Days) -> Rule:
    """Give the rule on other days."""
    plain = simplified(rule)
    return replace(plain, by_month=days.by_month, by_month_day=days.by_month_day, by_day=days.by_day)
