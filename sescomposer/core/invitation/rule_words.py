"""Rules of repetition in words, for people."""

from collections.abc import Iterable

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.rule_value import Frequency, Rule, Weekday
from sescomposer.core.invitation.zones import in_zone

_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SETS = {frozenset(range(7)): "day", frozenset(range(5)): "working day", frozenset((5, 6)): "weekend day"}


def in_words(rule: Rule, start: Moment) -> str:
    """Say a rule in words, without a full stop.

    Args:
        rule: One without faults.
        start: Start of the event, which says what the rule leaves open.

    >>> from datetime import datetime
    >>> from sescomposer.core.invitation.rule_text import read_rule
    >>> start = Moment.zoned(datetime(2027, 3, 2, 9, 30), "Europe/Berlin")
    >>> in_words(read_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270630T073000Z"), start)
    'Every second Tuesday until 30 June 2027'
    >>> in_words(read_rule("FREQ=MONTHLY;BYDAY=-1FR;COUNT=12"), start)
    'Every month on the last Friday, 12 times'
    >>> in_words(read_rule("FREQ=YEARLY"), start)
    'Every year on 2 March'
    """
    return _repetition(rule, start) + _times(rule) + _others(rule) + _end(rule, start)


def _repetition(rule: Rule, start: Moment) -> str:
    match rule.frequency:
        case Frequency.WEEKLY if not rule.by_set_position:
            return _weekly(rule, start)
        case Frequency.MONTHLY | Frequency.YEARLY if _is_simple(rule):
            return f"{_every(rule)} on {_month_day(rule, start)}"
    clauses = [clause for clause in _clauses(rule) if clause]
    return " ".join([_every(rule), *clauses])


def _every(rule: Rule, unit: str = "") -> str:
    unit = unit or _UNITS[rule.frequency]
    if rule.interval == 1:
        return f"Every {unit}"
    return f"Every {ordinal(rule.interval)} {unit}"


def ordinal(number: int) -> str:
    """Give the word for a place in an order; negative numbers count from the end.

    >>> ordinal(2), ordinal(12), ordinal(22), ordinal(-1), ordinal(-2)
    ('second', '12th', '22nd', 'last', 'second to last')
    """
    if number < 0:
        return "last" if number == -1 else f"{ordinal(-number)} to last"
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _weekly(rule: Rule, start: Moment) -> str:
    days = sorted({day.day for day in rule.by_day}) or [start.day.weekday()]
    in_months = f" in {_month_names(rule)}" if rule.by_month else ""
    if len(days) == 1:
        return _every(rule, _DAYS[days[0]]) + in_months
    names = "working days" if days == [0, 1, 2, 3, 4] else _listed(_DAYS[day] for day in days)
    if days == list(range(7)):
        names = "all days"
    if rule.interval > 1:
        return f"{_every(rule)} on {names}{in_months}"
    single = {"working days": "working day", "all days": "day"}.get(names, names)
    return f"Every {single}{in_months}"


def _is_simple(rule: Rule) -> bool:
    """Whether the rule names days of months, and nothing else."""
    if rule.by_week or rule.by_year_day or (rule.by_day and rule.by_month_day):
        return False
    if rule.frequency is Frequency.MONTHLY and rule.by_month:
        return False
    if rule.frequency is Frequency.YEARLY and not rule.by_month and (rule.by_day or rule.by_month_day):
        return False
    if rule.by_set_position:
        return bool(rule.by_day) and not any(day.nth for day in rule.by_day) and not rule.by_month_day
    return not rule.by_day or all(day.nth for day in rule.by_day)


def _month_day(rule: Rule, start: Moment) -> str:
    is_yearly = rule.frequency is Frequency.YEARLY
    months = _month_names(rule) or _MONTHS[start.day.month]
    if rule.by_day:
        return _weekday_of_month(rule) + (f" in {months}" if is_yearly else "")
    numbers = rule.by_month_day or (start.day.day,)
    if is_yearly and min(numbers) > 0:
        return f"{_listed(map(str, numbers))} {months}"
    return _month_day_words(numbers) + (f" of {months}" if is_yearly else "")


def _month_day_words(numbers: tuple[int, ...]) -> str:
    ahead = [str(number) for number in numbers if number > 0]
    back = [f"the {ordinal(number)} day" for number in numbers if number < 0]
    named = [f"day{'s' * (len(ahead) > 1)} {_listed(ahead)}"] if ahead else []
    return _listed([*named, *back])


def _weekday_of_month(rule: Rule) -> str:
    if rule.by_set_position:
        days = frozenset(day.day for day in rule.by_day)
        kind = _SETS.get(days) or " or ".join(_DAYS[day] for day in sorted(days))
        return f"the {_listed(map(ordinal, rule.by_set_position))} {kind}"
    return "the " + _listed(_numbered(day) for day in rule.by_day)


def _numbered(day: Weekday) -> str:
    return f"{ordinal(day.nth)} {_DAYS[day.day]}" if day.nth else f"every {_DAYS[day.day]}"


def _month_names(rule: Rule) -> str:
    return _listed(_MONTHS[month] for month in sorted(set(rule.by_month))) if rule.by_month else ""


def _clauses(rule: Rule) -> Iterable[str]:
    """Give every part in words of its own, for rules that are no everyday ones."""
    if rule.by_month:
        yield f"in {_month_names(rule)}"
    if rule.by_week:
        yield f"in week{'s' * (len(rule.by_week) > 1)} {_listed(map(str, rule.by_week))}"
    if rule.by_year_day:
        yield f"on day{'s' * (len(rule.by_year_day) > 1)} {_listed(map(str, rule.by_year_day))} of the year"
    if rule.by_month_day:
        yield f"on {_month_day_words(rule.by_month_day)} of the month"
    if rule.by_day:
        where = " if it is " if rule.by_month_day or rule.by_year_day else " on "
        yield where.strip() + " " + _weekday_words(rule.by_day)
    if rule.by_set_position:
        yield f"(only the {_listed(map(ordinal, rule.by_set_position))} of these)"


def _weekday_words(days: tuple[Weekday, ...]) -> str:
    return _listed(f"the {ordinal(day.nth)} {_DAYS[day.day]}" if day.nth else _DAYS[day.day] for day in days)


def _times(rule: Rule) -> str:
    if rule.frequency >= Frequency.HOURLY:
        parts = (("hour", rule.by_hour), ("minute", rule.by_minute), ("second", rule.by_second))
        words = [f"{name}{'s' * (len(values) > 1)} {_listed(map(str, values))}" for name, values in parts if values]
        return f" in {', '.join(words)}" if words else ""
    if not rule.by_hour:
        words = [f"{_listed(f'{minute:02}' for minute in rule.by_minute)} past the hour"] if rule.by_minute else []
    else:
        minutes = sorted(set(rule.by_minute)) or [-1]
        words = [
            f"{hour:02}:{minute:02}" if minute >= 0 else f"{hour} o'clock"
            for hour in sorted(set(rule.by_hour))
            for minute in minutes
        ]
    seconds = f" and {_listed(map(str, rule.by_second))} seconds" if rule.by_second else ""
    return (f" at {_listed(words)}" if words else "") + seconds


def _others(rule: Rule) -> str:
    return "".join(f", with {name}={value}, which is not understood here" for name, value in rule.others)


def _end(rule: Rule, start: Moment) -> str:
    if rule.count:
        return ", once" if rule.count == 1 else f", {rule.count} times"
    if rule.until is None:
        return ""
    day = _local(rule.until, start).day
    return f" until {day.day} {_MONTHS[day.month]} {day.year}"


def _local(until: Moment, start: Moment) -> Moment:
    if until.form is not Form.UTC or start.form is not Form.ZONED:
        return until
    try:
        return in_zone(until, start.zone)
    except MessageError:
        return until  # a zone that only the calendar object knows: the day may be the one before or after
