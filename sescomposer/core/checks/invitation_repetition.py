"""Rules of repetition, their exceptions, and what Outlook makes of them (RFC 5545 sections 3.3.10, 3.8.5)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sescomposer.core.checks.invitation_meaning import moment_of
from sescomposer.core.checks.invitation_rules import Fault, Mend, at_line, replacing
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.lines import ContentLine, rewritten
from sescomposer.core.invitation.moments import Form, Moment, read_moments
from sescomposer.core.invitation.occurrences import each_occurrence, emptiness, is_instance
from sescomposer.core.invitation.outlook_rules import fits_outlook
from sescomposer.core.invitation.rule_days import clock_readings
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import Frequency, Rule, rule_faults, with_end
from sescomposer.core.invitation.zones import instant

MOST_DATES = 1000
"""Our own, after the advice of CalConnect: more dates than this a receiver may take for an attack."""

_LOOKED_AT = 5000
_SHORTEST = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days that each month has in every year."""


def repetition(calendar: Calendar) -> Iterator[Fault]:
    """Check the repetition of every event."""
    for event in calendar.events:
        start = moment_of(event.first("DTSTART"))
        rules = event.all("RRULE")
        for line in rules[:1]:
            yield from _rule(event, line, start)
        yield from _dates(event, start, has_rule=bool(rules))
        yield from _instance(calendar, event)


def rule_of(event: Component) -> Rule | None:
    """Read the rule of an event; None if there is none, or none that can be read."""
    line = event.first("RRULE")
    try:
        return read_rule(line.value) if line is not None else None
    except MessageError:
        return None  # told as a fault of its line


def dates_in(event: Component, name: str) -> list[tuple[ContentLine, tuple[Moment, ...]]]:
    """Read the lines EXDATE or RDATE; those that cannot be read are left out."""
    found = []
    for line in event.all(name):
        try:
            found.append((line, read_moments(line.value, line.parameter("TZID"))))
        except MessageError:
            continue  # a period, or told as a bad date
    return found


def _rule(event: Component, line: ContentLine, start: Moment | None) -> Iterator[Fault]:
    try:
        rule = read_rule(line.value)
    except MessageError as error:
        yield at_line("r01", line, str(error))
        return
    faults = rule_faults(rule, start)
    for fault in faults:
        number = fault.code.lower()
        mend = _with_until(line, rule, start) if number == "r02" else None
        yield at_line(number, line, fault.sentence, "Write UNTIL so", mend)
    if rule.is_endless:
        yield at_line("r05", line, "The repetition has no end; in mail to many an end by count or date is better.")
    if start is not None and (skipped := _skipped(rule, start)):
        yield at_line("r09", line, skipped)
    why_not = fits_outlook(rule)
    if why_not:
        yield at_line("c01", line, f"{why_not} It shows a file instead of the invitation.")
    if start is not None and not faults:
        yield from _set(event, line, rule, start)


def _skipped(rule: Rule, start: Moment) -> str:
    """Say which months or years the event passes over because they lack its day, "" for none."""
    if rule.by_day or rule.by_year_day or rule.by_week or rule.frequency > Frequency.MONTHLY:
        return ""
    days = rule.by_month_day or (start.day.day,)
    months = rule.by_month or ((start.day.month,) if rule.frequency is Frequency.YEARLY else range(1, 13))
    lacking = [day for day in days if any(abs(day) > _SHORTEST[month - 1] for month in months)]
    if not lacking:
        return ""
    named = ", ".join(map(str, lacking))
    return f"Months without a day {named} are passed over: the event does not move to another day then."


def _with_until(line: ContentLine, rule: Rule, start: Moment | None) -> Mend | None:
    """Write UNTIL in the form that the start wants, with the same last instance."""
    if start is None or rule.until is None:
        return None
    clock = rule.until.clock
    if rule.until.is_date and not start.is_date:
        clock = datetime.combine(clock.date(), start.clock.time())
    try:
        new = start.at(clock) if start.form is not Form.ZONED else Moment.utc(instant(start.at(clock)))
    except MessageError:
        return None  # the zone is unknown
    return replacing([(line, rewritten(line, str(with_end(rule, until=new)), {}).octets)])


def _set(event: Component, line: ContentLine, rule: Rule, start: Moment) -> Iterator[Fault]:
    if not is_instance(start, rule):
        message = "The first date of the event is none that its repetition names; clients show other dates then."
        yield at_line(
            "r04", event.first("DTSTART") or line, message, "Start on the first date", _moved(event, rule, start)
        )
    gone = [moment for _, moments in dates_in(event, "EXDATE") for moment in moments]
    more = [moment for _, moments in dates_in(event, "RDATE") for moment in moments]
    try:
        why = emptiness(start, rule, gone, more)
        many = 0 if why or rule.is_endless else sum(1 for _ in islice(each_occurrence(start, rule), MOST_DATES + 1))
    except MessageError:
        return  # a zone is unknown, which the checks of zones tell
    if why:
        yield at_line("r08", line, why)
    elif many > MOST_DATES:
        yield at_line("r08", line, f"The event repeats more than {MOST_DATES:,} times; some calendars refuse that.")


def _moved(event: Component, rule: Rule, start: Moment) -> Mend | None:
    """Move start and end to the first date that the rule names."""
    first = next(clock_readings(rule, start.clock), None)
    line = event.first("DTSTART")
    if first is None or line is None:
        return None
    changes = [(line, rewritten(line, start.at(first).value, {}).octets)]
    end_line, end = event.first("DTEND"), moment_of(event.first("DTEND"))
    if end_line is not None and end is not None:
        changes.append((end_line, rewritten(end_line, end.moved(first - start.clock).value, {}).octets))
    return replacing(changes)


def _dates(event: Component, start: Moment | None, *, has_rule: bool) -> Iterator[Fault]:
    for line in event.all("RDATE"):
        if line.parameter("VALUE").upper() == "PERIOD":
            yield at_line("c03", line, "RDATE names periods, which Outlook never writes and may not read.")
        elif not has_rule:
            yield at_line("c02", line, "The dates are given one by one without a rule, which Outlook cannot take.")
    if start is not None:
        yield from _exceptions(event, start)


def _exceptions(event: Component, start: Moment) -> Iterator[Fault]:
    lines = dates_in(event, "EXDATE")
    if not lines:
        return
    rule = rule_of(event)
    more = [moment for _, moments in dates_in(event, "RDATE") for moment in moments]
    for line, moments in lines:
        if any(not moment.is_like(start) for moment in moments):
            yield at_line("r06", line, "The exception is written in another form or zone than the start.")
        elif rule is None or not rule_faults(rule, start):
            missed = [moment for moment in moments if _hits(moment, start, rule, more) is False]
            if missed:
                yield at_line(
                    "r06", line, f"The exception {missed[0].value} is no date of the event, so it removes nothing."
                )


def _hits(wanted: Moment, start: Moment, rule: Rule | None, more: Sequence[Moment]) -> bool | None:
    """Tell whether an event takes place then; None where that is too far away to know, or in an unknown zone."""
    try:
        point = instant(wanted)
        for found in islice(each_occurrence(start, rule, (), more), _LOOKED_AT):
            here = instant(found)
            if here >= point:
                return here == point
    except MessageError:
        return None
    return False if rule is None or not rule.is_endless else None


def _instance(calendar: Calendar, event: Component) -> Iterator[Fault]:
    line = event.first("RECURRENCE-ID")
    if line is None:
        return
    if line.parameter("RANGE").upper() in ("THISANDFUTURE", "THISANDPRIOR"):
        message = "RANGE asks for a change of several occurrences at once, which few clients understand."
        yield at_line("c04", line, message)
    uid = event.text("UID").strip()
    masters = (other for other in calendar.events if other.first("RECURRENCE-ID") is None)
    master = next((other for other in masters if other.text("UID").strip() == uid), None)
    if master is not None:
        yield from instance_of(line, master)


def instance_of(line: ContentLine, master: Component) -> Iterator[Fault]:
    """Check that a RECURRENCE-ID names an occurrence of an event."""
    wanted, start = moment_of(line), moment_of(master.first("DTSTART"))
    if wanted is None or start is None:
        return
    if not wanted.is_like(start):
        message = "RECURRENCE-ID is written in another form or zone than the start of the event."
        yield at_line("r07", line, message)
        return
    rule = rule_of(master)
    more = [moment for _, moments in dates_in(master, "RDATE") for moment in moments]
    if (rule is None or not rule_faults(rule, start)) and _hits(wanted, start, rule, more) is False:
        yield at_line("r07", line, "RECURRENCE-ID is no date of the event, so the change stands beside it.")


__all__ = ["MOST_DATES", "dates_in", "instance_of", "repetition", "rule_of"]
