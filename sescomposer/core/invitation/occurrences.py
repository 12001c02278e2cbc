"""The dates on which a repeated event takes place: those of its rule and RDATE, without those of EXDATE.

Rules are followed by the clock of the event's zone, so that an event stays at its hour when the clock is changed. A
reading that the clock skips is kept as it is and means the offset before the change (`zones.instant`).
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import MAXYEAR, datetime
from heapq import merge
from itertools import islice

from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.rule_days import clock_readings
from sescomposer.core.invitation.rule_value import Rule
from sescomposer.core.invitation.zones import instant

Instant = Callable[[Moment], datetime]
"""Gives the point in time of a moment; `zones.instant`, or another for zones that only a calendar object defines."""


def occurrences(
    start: Moment,
    rule: Rule | None = None,
    exdates: Sequence[Moment] = (),
    rdates: Sequence[Moment] = (),
    limit: int = 20,
    instant_of: Instant = instant,
) -> tuple[Moment, ...]:
    """Give the first starts of an event, in order and each once.

    Args:
        start: DTSTART. Where there is a rule it is among them only if the rule names it.
        rule: One without faults.
        exdates: Taken away; one means the start at the same point in time, a date only a date.
        rdates: Added.
        limit: How many at most.
        instant_of: Called only where points in time must be compared.

    Raises:
        MessageError: a zone is unknown.

    >>> from sescomposer.core.invitation.rule_text import read_rule
    >>> start = Moment.zoned(datetime(2027, 3, 1, 9, 30), "Europe/Berlin")
    >>> [found.value for found in occurrences(start, read_rule("FREQ=WEEKLY;UNTIL=20270315T083000Z"))]
    ['20270301T093000', '20270308T093000', '20270315T093000']
    """
    return tuple(islice(each_occurrence(start, rule, exdates, rdates, instant_of), limit))


def each_occurrence(
    start: Moment,
    rule: Rule | None,
    exdates: Sequence[Moment] = (),
    rdates: Sequence[Moment] = (),
    instant_of: Instant = instant,
) -> Iterator[Moment]:
    """Give all starts of an event in order, see `occurrences`; there may be no end of them."""
    ruled = iter((start,)) if rule is None else _ruled(start, rule, instant_of)
    if not exdates and not rdates:
        yield from ruled
        return

    def point(moment: Moment) -> tuple[datetime, bool]:
        return instant_of(moment), moment.is_date

    gone = {point(moment) for moment in exdates}
    last = None
    for moment in merge(ruled, sorted(rdates, key=point), key=point):
        here = point(moment)
        if here != last and here not in gone:
            yield moment
        last = here


def _ruled(start: Moment, rule: Rule, instant_of: Instant) -> Iterator[Moment]:
    last_year = rule.until.clock.year + 1 if rule.until is not None else MAXYEAR
    readings = clock_readings(rule, start.clock, last_year)
    for reading in islice(readings, rule.count or None):
        moment = start.at(reading)
        if rule.until is not None and _is_past(moment, rule.until, instant_of):
            return
        yield moment


def _is_past(moment: Moment, until: Moment, instant_of: Instant) -> bool:
    """Tell whether a moment lies behind UNTIL; where the types differ, by what both clocks show."""
    if until.is_date or moment.is_date:
        return moment.day > until.day
    if until.form is Form.UTC and moment.form is Form.ZONED:
        return instant_of(moment) > instant_of(until)
    return moment.clock > until.clock


def is_instance(start: Moment, rule: Rule) -> bool:
    """Tell whether a rule names the start of its event, as it should.

    >>> from sescomposer.core.invitation.rule_text import read_rule
    >>> is_instance(Moment.floating(datetime(2027, 3, 2)), read_rule("FREQ=WEEKLY;BYDAY=MO"))
    False
    """
    return next(clock_readings(rule, start.clock), None) == start.clock


def has_occurrence(
    moment: Moment,
    start: Moment,
    rule: Rule | None,
    rdates: Sequence[Moment] = (),
    instant_of: Instant = instant,
) -> bool:
    """Tell whether an event takes place at a moment, as an EXDATE or RECURRENCE-ID says; the form must agree.

    >>> start = Moment.floating(datetime(2027, 3, 1, 9))
    >>> has_occurrence(start.at(datetime(2027, 3, 2, 9)), start, None)
    False
    """
    if moment.is_date is not start.is_date:
        return False
    wanted = instant_of(moment)
    for found in each_occurrence(start, rule, (), rdates, instant_of):
        here = instant_of(found)
        if here >= wanted:
            return here == wanted
    return False


def emptiness(
    start: Moment,
    rule: Rule | None = None,
    exdates: Sequence[Moment] = (),
    rdates: Sequence[Moment] = (),
    instant_of: Instant = instant,
) -> str:
    """Say why an event never takes place, "" if it does.

    >>> from sescomposer.core.invitation.rule_text import read_rule
    >>> emptiness(Moment.floating(datetime(2027, 3, 1)), read_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))
    'The repetition names no date that exists, so the event never takes place.'
    """
    if occurrences(start, rule, exdates, rdates, 1, instant_of):
        return ""
    if occurrences(start, rule, (), rdates, 1, instant_of):
        return "Every date of the event is taken out by an exception, so it never takes place."
    assert rule is not None
    if next(clock_readings(rule, start.clock), None) is None:
        return "The repetition names no date that exists, so the event never takes place."
    return "The repetition ends before its first date, so the event never takes place."
