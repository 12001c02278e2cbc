"""Rules of repetition (RECUR, RFC 5545 section 3.3.10) as values: written, and checked for what contradicts.

`rules` names the whole: reading is done in `rule_text`, the days that a rule names are found in `occurrences`.
"""

from dataclasses import dataclass, field, replace
from enum import IntEnum

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.moments import Form, Moment

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""Codes of weekdays in the order of `datetime.weekday()`."""


class Frequency(IntEnum):
    """How often, from rare to often, so that they can be compared."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


@dataclass(frozen=True, slots=True)
class Weekday:
    """One value of BYDAY.

    Attributes:
        day: 0 for Monday to 6 for Sunday.
        nth: Which of the month or year: 1 the first, -1 the last; 0 for every one.

    >>> str(Weekday(4, -1))
    '-1FR'
    """

    day: int
    nth: int = 0

    def __str__(self) -> str:
        return f"{self.nth or ''}{WEEKDAYS[self.day]}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of repetition.

    Attributes:
        frequency: FREQ.
        interval: INTERVAL, at least 1.
        count: How often in all; 0 for no such limit.
        until: The last moment that may be an instance; None for no such limit.
        by_second to by_set_position: The parts whose names start with BY, as written.
        week_start: WKST, 0 for Monday, which is the default.
        others: Further parts, such as RSCALE, as pairs of name and value; they are kept and not understood.

    >>> str(Rule(Frequency.WEEKLY, by_day=(Weekday(0),), count=3))
    'FREQ=WEEKLY;COUNT=3;BYDAY=MO'
    """

    frequency: Frequency
    interval: int = 1
    count: int = 0
    until: Moment | None = None
    by_second: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_day: tuple[Weekday, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_week: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()
    week_start: int = 0
    others: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_endless(self) -> bool:
        """Whether neither COUNT nor UNTIL ends it."""
        return not self.count and self.until is None

    @property
    def numbers(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and values of the BY parts that are lists of numbers, in the order in which they are written."""
        return tuple((name, getattr(self, attribute)) for name, (attribute, _, _) in NUMBERS.items())

    def __str__(self) -> str:
        parts = [f"FREQ={self.frequency.name}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until.value}")
        for name, values in self.numbers:
            if name == "BYMONTHDAY" and self.by_day:
                parts.append("BYDAY=" + ",".join(map(str, self.by_day)))
            if values:
                parts.append(f"{name}=" + ",".join(map(str, values)))
        if self.week_start:
            parts.append(f"WKST={WEEKDAYS[self.week_start]}")
        return ";".join([*parts, *(f"{name}={value}" for name, value in self.others)])


NUMBERS: dict[str, tuple[str, int, int]] = {
    "BYSECOND": ("by_second", 0, 60),
    "BYMINUTE": ("by_minute", 0, 59),
    "BYHOUR": ("by_hour", 0, 23),
    "BYMONTHDAY": ("by_month_day", -31, 31),
    "BYYEARDAY": ("by_year_day", -366, 366),
    "BYWEEKNO": ("by_week", -53, 53),
    "BYMONTH": ("by_month", 1, 12),
    "BYSETPOS": ("by_set_position", -366, 366),
}
"""Attribute of `Rule`, smallest and largest value of the parts that are lists of numbers; 0 counts nothing if negative
values do."""


@dataclass(frozen=True, slots=True)
class RuleFault:
    """What is wrong with a rule.

    Attributes:
        code: R01 for grammar and combinations, R02 for the type of UNTIL, R03 for COUNT beside UNTIL.
        sentence: For people.
    """

    code: str
    sentence: str


def rule_faults(rule: Rule, start: Moment | None = None) -> tuple[RuleFault, ...]:
    """Give what contradicts in a rule, and between it and the start of its event if that is given.

    >>> from datetime import date
    >>> start = Moment.on(date(2027, 3, 1))
    >>> [fault.code for fault in rule_faults(Rule(Frequency.WEEKLY, count=2, until=start), start)]
    ['R03']
    """
    sentences = [sentence for is_wrong, sentence in _combinations(rule, start) if is_wrong]
    faults = [RuleFault("R01", sentence) for sentence in sentences]
    if start is not None and (sentence := _until_fault(rule, start)):
        faults.append(RuleFault("R02", sentence))
    if rule.count and rule.until is not None:
        faults.append(RuleFault("R03", "The rule has both COUNT and UNTIL; only one of them may end it."))
    return tuple(faults)


def _combinations(rule: Rule, start: Moment | None) -> tuple[tuple[bool, str], ...]:
    frequency = rule.frequency
    is_numbered = any(day.nth for day in rule.by_day)
    has_time = bool(rule.by_hour or rule.by_minute or rule.by_second)
    by_any = bool(rule.by_day) or any(values for name, values in rule.numbers if name != "BYSETPOS")
    within = (Frequency.WEEKLY, Frequency.MONTHLY, Frequency.DAILY)
    return (
        (rule.interval < 1, "INTERVAL must be at least 1."),
        (
            is_numbered and frequency not in (Frequency.MONTHLY, Frequency.YEARLY),
            f"A numbered weekday in BYDAY goes only with FREQ=MONTHLY or YEARLY, not {frequency.name}.",
        ),
        (is_numbered and bool(rule.by_week), "A numbered weekday in BYDAY does not go with BYWEEKNO."),
        (bool(rule.by_month_day) and frequency is Frequency.WEEKLY, "BYMONTHDAY does not go with FREQ=WEEKLY."),
        (bool(rule.by_year_day) and frequency in within, f"BYYEARDAY does not go with FREQ={frequency.name}."),
        (bool(rule.by_week) and frequency is not Frequency.YEARLY, "BYWEEKNO goes only with FREQ=YEARLY."),
        (bool(rule.by_set_position) and not by_any, "BYSETPOS needs another part whose name starts with BY."),
        (
            start is not None and start.is_date and (has_time or frequency >= Frequency.HOURLY),
            "An event of whole days cannot repeat by hour, minute or second.",
        ),
    )


def _until_fault(rule: Rule, start: Moment) -> str:
    if rule.until is None or rule.until.form is _until_form(start):
        return ""
    wanted = {
        Form.DATE: "be a date such as 20270301, because the event starts on a date",
        Form.FLOATING: "have no Z at its end, because the start has no time zone",
        Form.UTC: "be a date and time in UTC such as 20270301T143000Z",
    }
    return f"UNTIL={rule.until.value} must {wanted[_until_form(start)]}."


def _until_form(start: Moment) -> Form:
    return Form.UTC if start.form is Form.ZONED else start.form


def checked(rule: Rule, start: Moment | None = None) -> Rule:
    """Give the rule if nothing in it contradicts.

    Raises:
        MessageError: the sentence of the first fault.
    """
    for fault in rule_faults(rule, start):
        raise MessageError(fault.sentence, hint="Change the repetition of the event.", value=str(rule))
    return rule


def with_end(rule: Rule, *, count: int = 0, until: Moment | None = None) -> Rule:
    """Give the rule with another end, or none.

    >>> from datetime import date
    >>> str(with_end(Rule(Frequency.DAILY, count=5), until=Moment.on(date(2027, 3, 1))))
    'FREQ=DAILY;UNTIL=20270301'
    """
    return replace(rule, count=count, until=until)
