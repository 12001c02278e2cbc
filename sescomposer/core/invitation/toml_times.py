"""Times in the TOML description of an event: read together, for each needs the zone, and held against each other.

Nothing is guessed: a time without a zone, one that the clock skips, an end before the start and an exception that
names no date of the event are each refused in a sentence.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from itertools import islice
from typing import Any

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.rules import Rule, checked, each_occurrence, emptiness, is_instance, read_rule
from sescomposer.core.invitation.toml_values import duration, list_of, one_line, refuse, shown
from sescomposer.core.invitation.zone_data import zone_names
from sescomposer.core.invitation.zones import Clock, canonical_zone, instant, reading

UTC_NAME = "UTC"
FLOATING_NAME = "floating"
TIMES = ("start", "end", "duration", "time_zone", "end_time_zone", "rrule", "exdates", "rdates")
"""Keys that are read here, together."""

_FORM = "a date such as 2027-03-01, or a date and time such as 2027-03-01T09:30:00, both without quotes"
_ZONE = 'the name of a time zone such as "Europe/Berlin", "UTC", or "floating" for the same hour wherever it is read'
_MOST_FOLLOWED = 50_000
_DAY = timedelta(days=1)


def times(table: Mapping[str, object], before: Event | None = None, *, are_changed: bool = False) -> dict[str, Any]:
    """Read the times.

    Args:
        table: The whole description, or changes alone.
        before: What the changes are made to; None for a description.
        are_changed: Whether `before` has lost times, so that what is left must be looked at too.

    Returns:
        Attributes of the event.

    Raises:
        MessageError: a value cannot be used, or two of them contradict.
    """
    if before is not None and not are_changed and not any(key in table for key in TIMES):
        return {}
    zone = _zone(table, "time_zone", before.start if before is not None else None)
    start = _start(table, zone, before)
    end, length = _end(table, zone, start, before)
    rule = _rule(table, start, before)
    exdates, rdates = (_dates(table, key, zone, start, before) for key in ("exdates", "rdates"))
    _check_repetition(start, rule, exdates, rdates)
    rule_text = str(rule) if "rrule" in table else (before.rule if before is not None else "")
    return {
        "start": start,
        "end": end,
        "duration": length,
        "rule": rule_text,
        "exdates": exdates,
        "rdates": rdates,
    }


def notes(event: Event) -> tuple[str, ...]:
    """Say what is unusual about the times and allowed: a clock reading that comes twice, a start outside its rule.

    Raises:
        MessageError: the zone is unknown or the rule cannot be read.
    """
    twice = [
        f"{key}: {found.sentence}"
        for key, moment in (("start", event.start), ("end", event.end))
        if moment is not None and moment.form is Form.ZONED
        for found in [reading(canonical_zone(moment.zone) or moment.zone, moment.clock)]
        if found.clock is Clock.TWICE
    ]
    if event.rule and event.start is not None and not is_instance(event.start, read_rule(event.rule)):
        twice.append("rrule: the start is none of its dates; calendars differ in whether the event takes place then.")
    return tuple(twice)


def _zone(table: Mapping[str, object], key: str, moment: Moment | None) -> str:
    """Give the zone to read times in, "" where none is said; the one of `moment` by default."""
    if key not in table:
        return _zone_of(moment)
    name = one_line(key, table[key])
    if name.casefold() in (UTC_NAME.casefold(), FLOATING_NAME):
        return UTC_NAME if name.casefold() == UTC_NAME.casefold() else FLOATING_NAME
    found = canonical_zone(name)
    if not found:
        near = get_close_matches(name, zone_names(), 3, 0.6)
        hint = f"Is it {' or '.join(near)}? " if near else ""
        raise MessageError(
            f"{key} = {shown(name)} is no time zone that is known.", hint=f"{hint}Allowed is {_ZONE}.", value=name
        )
    return UTC_NAME if found in ("Etc/UTC", UTC_NAME) else found


def _zone_of(moment: Moment | None) -> str:
    if moment is None or moment.is_date:
        return ""
    return {Form.UTC: UTC_NAME, Form.FLOATING: FLOATING_NAME}.get(moment.form, moment.zone)


def _start(table: Mapping[str, object], zone: str, before: Event | None) -> Moment:
    if "start" in table:
        start = _moment("start", table["start"], zone)
    elif before is not None and before.start is not None:
        start = _rezoned("start", before.start, zone) if "time_zone" in table else before.start
    else:
        raise MessageError("start is missing: the event needs a start.", hint=f"Give {_FORM}.")
    if start.is_date and "time_zone" in table:
        refuse("time_zone", table["time_zone"], "a zone beside times alone", "an event on whole days has no time zone")
    return start


def _moment(key: str, value: object, zone: str) -> Moment:
    """Read a date, or a reading of the clock in a zone."""
    if isinstance(value, datetime):
        if value.microsecond:
            refuse(key, value, "a time in whole seconds")
        if value.tzinfo is not None:
            return _with_offset(key, value, zone)
        return _placed(key, value, zone)
    if not isinstance(value, date):
        refuse(key, value, _FORM)
    return Moment.on(value)


def _with_offset(key: str, value: datetime, zone: str) -> Moment:
    if value.utcoffset():
        refuse(key, value, "a time without an offset, and time_zone", "an offset tells no time zone")
    if zone not in ("", UTC_NAME):
        refuse(key, value, "Z at the end of a time, or a time zone", f"it is in UTC, and the zone is {zone}")
    return Moment.utc(value)


def _placed(key: str, clock: datetime, zone: str) -> Moment:
    if not zone:
        raise MessageError(
            f"{key} = {shown(clock)} has no time zone: time_zone is missing.", hint=f"Give {_ZONE}.", value=clock
        )
    if zone in (UTC_NAME, FLOATING_NAME):
        return Moment.utc(clock) if zone == UTC_NAME else Moment.floating(clock)
    found = reading(canonical_zone(zone) or zone, clock)
    if found.clock is Clock.SKIPPED:
        refuse(key, clock, "a time that the clock of the zone shows", found.sentence.removesuffix("."))
    return Moment.zoned(clock, zone)


def _rezoned(key: str, moment: Moment, zone: str) -> Moment:
    return moment if moment.is_date else _placed(key, moment.clock, zone)


def _end(
    table: Mapping[str, object], zone: str, start: Moment, before: Event | None
) -> tuple[Moment | None, timedelta | None]:
    """Give the end, or how long it lasts; of a description on whole days without either, one day."""
    if "end" in table and "duration" in table:
        refuse("duration", table["duration"], "end or duration, not both", "there is an end too")
    end = before.end if before is not None else None
    length = before.duration if before is not None else None
    own = _zone(table, "end_time_zone", None) or (
        zone if "time_zone" in table or end is None else _zone_of(end) or zone
    )
    if "end" in table:
        end, length = _moment("end", table["end"], own), None
    elif "duration" in table:
        end, length = None, duration("duration", table["duration"])
    elif end is not None and ("time_zone" in table or "end_time_zone" in table):
        end = _rezoned("end", end, own)
    elif end is None and length is None and start.is_date:
        end = start.moved(_DAY)
    elif end is None and length is None and before is None:
        raise MessageError("end is missing: the event needs an end or a duration.", hint=f"Give {_FORM}.")
    if "end_time_zone" in table and (end is None or end.is_date):
        refuse("end_time_zone", table["end_time_zone"], "a zone beside an end with a time", "there is none")
    _check_end(start, end, length)
    return end, length


def _check_end(start: Moment, end: Moment | None, length: timedelta | None) -> None:
    if start.is_date and length is not None and length % _DAY:
        raise MessageError("duration: an event on whole days lasts whole days.", hint='Write "P2D" for two days.')
    if end is None:
        start.moved(length or timedelta())
        return
    if start.is_date is not end.is_date or (start.form is Form.FLOATING) is not (end.form is Form.FLOATING):
        raise MessageError(
            f"start is {start.value} and end is {end.value}: one of them is of another kind.",
            hint="Give two dates, or two times with a time zone.",
            value=end.value,
        )
    if instant(end) > instant(start):
        return
    if start.is_date:
        sentence = f"end = {end.day} is not after start = {start.day}."
        raise MessageError(
            sentence, hint="The end of an event on whole days is the day after its last one.", value=end.value
        )
    raise MessageError(
        f"end = {shown(end.clock)} is not after start = {shown(start.clock)}.",
        hint="Give an end that comes later than the start.",
        value=end.value,
    )


def _rule(table: Mapping[str, object], start: Moment, before: Event | None) -> Rule | None:
    text = one_line("rrule", table["rrule"]) if "rrule" in table else (before.rule if before is not None else "")
    if not text:
        return None
    try:
        return checked(read_rule(text), start)
    except MessageError as error:
        raise MessageError(
            f"rrule = {shown(text)} cannot be used: {error.sentence}",
            hint='Allowed is a rule as RFC 5545 has it, such as "FREQ=WEEKLY;BYDAY=MO;COUNT=10".',
            value=text,
        ) from error


def _dates(table: Mapping[str, object], key: str, zone: str, start: Moment, before: Event | None) -> tuple[Moment, ...]:
    if key not in table:
        found: tuple[Moment, ...] = getattr(before, key) if before is not None else ()
        return tuple(_rezoned(key, moment, zone) for moment in found) if "time_zone" in table else found
    read = list_of(lambda item, value: _moment(item, value, zone), "dates or times")
    moments: tuple[Moment, ...] = read(key, table[key])
    for place, moment in enumerate(moments, 1):
        if not moment.is_like(start):
            wanted = "a date" if start.is_date else "a date and time"
            refuse(f"{key}[{place}]", moment.day if moment.is_date else moment.clock, f"{wanted}, as the start is")
    return moments


def _check_repetition(start: Moment, rule: Rule | None, exdates: Sequence[Moment], rdates: Sequence[Moment]) -> None:
    """Refuse an event that never takes place, and exceptions to no date of it."""
    if rule is None and not rdates:
        if exdates:
            raise MessageError("exdates: the event does not repeat, so no date can be left out.", hint="Give rrule.")
        return
    empty = emptiness(start, rule, exdates, rdates)
    if empty:
        raise MessageError(f"rrule: {empty}", hint="Change rrule, exdates or start.", value=str(rule or ""))
    wrong = _no_instances(start, rule, exdates, rdates)
    if wrong:
        named = ", ".join(shown(moment.day if moment.is_date else moment.clock) for moment in wrong)
        raise MessageError(
            f"exdates: {named} is no start of the event, so nothing is left out.",
            hint="Write each exactly as the repetition has it.",
            value=named,
        )


def _no_instances(
    start: Moment, rule: Rule | None, exdates: Sequence[Moment], rdates: Sequence[Moment]
) -> tuple[Moment, ...]:
    """Give the exceptions that name no date; those too far away to look are let be."""
    waiting = {instant(moment): moment for moment in exdates}
    last = max(waiting, default=None)
    looked_at = 0
    for moment in islice(each_occurrence(start, rule, (), rdates), _MOST_FOLLOWED) if waiting else ():
        looked_at += 1
        here = instant(moment)
        waiting.pop(here, None)
        if not waiting or (last is not None and here > last):
            return tuple(waiting.values())
    return tuple(waiting.values()) if looked_at < _MOST_FOLLOWED else ()
