"""What a VTIMEZONE says of a clock (RFC 5545 section 3.6.5): its observances, read and evaluated.

An onset is written as the clock shows it just before the change. A clock reading that is skipped is taken with the
offset before the change, one that comes twice as the first.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta
from functools import cached_property
from itertools import takewhile

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.component import Component
from sescomposer.core.invitation.moments import Form, Moment, read_moment, read_moments
from sescomposer.core.invitation.rule_days import clock_readings
from sescomposer.core.invitation.rule_text import read_rule
from sescomposer.core.invitation.rule_value import Rule

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?", re.ASCII)
_YEARS_AT_ONCE = 20


@dataclass(frozen=True)
class Observance:
    """A STANDARD or DAYLIGHT component.

    Attributes:
        is_daylight: Whether it is DAYLIGHT.
        start: Its first onset, by the clock before it.
        offset_from, offset_to: Offsets east of Greenwich before and after the onset.
        name: TZNAME, "" if there is none.
        rule: RRULE.
        dates: RDATE, by the clock before the onset.
    """

    is_daylight: bool
    start: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str = ""
    rule: Rule | None = None
    dates: tuple[datetime, ...] = ()

    def onsets(self, last_year: int) -> Iterable[datetime]:
        """Give its onsets up to a year, by the clock before them."""
        yield self.start
        yield from (moment for moment in self.dates if moment.year <= last_year)
        if self.rule is None:
            return
        until = None if self.rule.until is None else self._until(self.rule.until)
        readings = clock_readings(self.rule, self.start, last_year)
        for number, reading in enumerate(takewhile(lambda reading: until is None or reading <= until, readings)):
            if self.rule.count and number >= self.rule.count:
                return
            yield reading

    def _until(self, until: Moment) -> datetime:
        return until.clock + self.offset_from if until.form is Form.UTC else until.clock


@dataclass(frozen=True, order=True)
class Change:
    """A change of the clock: the point in time in UTC (without a zone), and the offsets before and after."""

    instant: datetime
    offset_from: timedelta
    offset_to: timedelta

    @property
    def clear(self) -> datetime:
        """The first reading that can only be taken with the offset after the change."""
        return self.instant + max(self.offset_from, self.offset_to)


@dataclass(frozen=True)
class ZoneClock:
    """The clock that a VTIMEZONE describes.

    Attributes:
        tzid: Its name in the calendar object.
        observances: At least one.

    >>> clock = ZoneClock("X", (Observance(False, datetime(1970, 1, 1), timedelta(0), timedelta(hours=1)),))
    >>> str(clock.offset_at(datetime(2027, 3, 1)))
    '1:00:00'
    """

    tzid: str
    observances: tuple[Observance, ...]

    def offset_at(self, local: datetime) -> timedelta:
        """Give the offset at a reading of this clock."""
        changes = self.changes(local.year + 1)
        place = bisect_right(changes, local, key=lambda change: change.clear)
        return changes[place - 1].offset_to if place else changes[0].offset_from

    def offset_at_instant(self, moment: datetime) -> timedelta:
        """Give the offset at a point in time, in UTC and without a zone."""
        changes = self.changes(moment.year + 1)
        place = bisect_right(changes, moment, key=lambda change: change.instant)
        return changes[place - 1].offset_to if place else changes[0].offset_from

    def changes(self, year: int) -> tuple[Change, ...]:
        """Give the onsets of all observances from the first up to a year, in order."""
        # Asked for with every reading, so the last year is rounded up to one that was probably asked for before.
        last = min(-(-year // _YEARS_AT_ONCE) * _YEARS_AT_ONCE, MAXYEAR)
        if last not in self._known_changes:
            self._known_changes[last] = _changes(self.observances, last)
        return self._known_changes[last]

    @cached_property
    def _known_changes(self) -> dict[int, tuple[Change, ...]]:
        return {}

    @cached_property
    def has_daylight(self) -> bool:
        """Whether any observance is DAYLIGHT."""
        return any(observance.is_daylight for observance in self.observances)


def _changes(observances: Iterable[Observance], year: int) -> tuple[Change, ...]:
    found = set()
    for observance in observances:
        for onset in observance.onsets(year):
            try:
                instant = onset - observance.offset_from
            except OverflowError:
                continue
            found.add(Change(instant, observance.offset_from, observance.offset_to))
    return tuple(sorted(found))


def zone_of(component: Component) -> ZoneClock:
    r"""Read a VTIMEZONE, whoever wrote it.

    Raises:
        MessageError: it has no observance, or one without a start or an offset, or with one that cannot be read.

    >>> from sescomposer.core.invitation.calendar import read_calendar
    >>> text = (
    ...     b"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
    ...     b"TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR\n"
    ... )
    >>> str(zone_of(read_calendar(text).root.components("VTIMEZONE")[0]).offset_at(datetime(2027, 1, 1)))
    '1:00:00'
    """
    tzid = component.text("TZID")
    parts = [part for part in component.components() if part.name in ("STANDARD", "DAYLIGHT")]
    if not parts:
        raise MessageError(
            f"The time zone {tzid[:80]!r} has neither STANDARD nor DAYLIGHT, so it names no offset.",
            hint="Let the program write the time zone.",
            value=tzid,
        )
    return ZoneClock(tzid, tuple(_observance(part, tzid) for part in parts))


def _observance(component: Component, tzid: str) -> Observance:
    for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"):
        if component.first(name) is None:
            raise MessageError(
                f"{component.name} of the time zone {tzid[:80]!r} has no {name}.",
                hint="Let the program write the time zone.",
                value=tzid,
            )
    rule = component.value("RRULE")
    dates = [moment for line in component.all("RDATE") for moment in read_moments(line.value)]
    return Observance(
        component.name == "DAYLIGHT",
        read_moment(component.value("DTSTART")).clock,
        read_offset(component.value("TZOFFSETFROM")),
        read_offset(component.value("TZOFFSETTO")),
        component.text("TZNAME"),
        read_rule(rule) if rule else None,
        tuple(moment.clock for moment in dates),
    )


def read_offset(value: str) -> timedelta:
    """Read a UTC-OFFSET (RFC 5545 section 3.3.14).

    Raises:
        MessageError: it is none.

    >>> str(read_offset("+0545"))
    '5:45:00'
    """
    match = _OFFSET.fullmatch(value.strip())
    if match is None:
        raise MessageError(
            f"{value[:80]!r} is no offset from UTC.",
            hint="Write a sign, hours and minutes, such as +0100.",
            value=value,
        )
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -offset if match[1] == "-" else offset


def offset_value(offset: timedelta) -> str:
    """Write a UTC-OFFSET.

    >>> offset_value(timedelta(hours=-3, minutes=-30))
    '-0330'
    """
    seconds = abs(offset) // timedelta(seconds=1)
    rest = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{'-' if offset < timedelta() else '+'}{seconds // 3600:02}{seconds // 60 % 60:02}{rest}"
