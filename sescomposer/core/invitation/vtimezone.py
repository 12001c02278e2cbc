"""Writing VTIMEZONE components that are right for the years of an event and that other programs read.

Outlook takes one STANDARD and at most one DAYLIGHT with a yearly rule on a numbered weekday; other readers know only
the first of several onsets in one RDATE. So a zone is written by rules, from the POSIX rule of the database, wherever
these tell what the clock does in the years concerned; where they do not, each change is an observance of its own.
"""

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.observances import Change, Observance, ZoneClock, offset_value
from sescomposer.core.invitation.posix_rule import PosixRule, YearlyChange, read_posix_rule
from sescomposer.core.invitation.rule_days import clock_readings
from sescomposer.core.invitation.rule_value import Frequency, Rule, Weekday
from sescomposer.core.invitation.zone_data import footer, known_name, zone_info
from sescomposer.core.invitation.zones import canonical_zone

_EPOCH = datetime(1970, 1, 1)
_DAY = timedelta(days=1)
_STEP = timedelta(days=7)
_SECOND = timedelta(seconds=1)
_NUMBERS = (1, 2, 3, 4, -1)
_LAST_WEEK = 5

LISTED = "Z06"
"""Note: no rule tells what the clock does in these years, so each change is listed; several readers err there."""

MONTH_DAYS = "C08"
"""Note: a change is written as a weekday within days of a month, which Outlook may not import."""


@dataclass(frozen=True)
class VTimezone:
    """A VTIMEZONE that was written.

    Attributes:
        clock: What it says.
        octets: The component, with CRLF.
        notes: `LISTED`, `MONTH_DAYS` or nothing.
    """

    clock: ZoneClock
    octets: bytes
    notes: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether rules that every reader follows say what the clock does in all the years asked for."""
        return not self.notes


def vtimezone(tzid: str, first: datetime, last: datetime) -> VTimezone:
    r"""Write the VTIMEZONE of a zone for an event.

    Args:
        tzid: A name of the database, an alias or a Windows name; it is written as it is.
        first, last: Start of the first and end of the last instance, by the zone's clock or with zones of their own.

    Raises:
        MessageError: no zone is called so.

    >>> written = vtimezone("Europe/Berlin", datetime(2027, 3, 1), datetime(2027, 6, 28))
    >>> written.octets.split(b"\r\n")[3:5]
    [b'DTSTART:19701025T030000', b'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10']
    >>> vtimezone("Asia/Jerusalem", datetime(2029, 1, 1), datetime(2030, 12, 31)).notes
    ('C08',)
    """
    name = known_name(tzid) or canonical_zone(tzid) or tzid
    zone = zone_info(name)
    begin, end = _span(zone, first, last)
    changes = _changes(zone, begin, end)
    rule = read_posix_rule(footer(name))
    for notes in ((), (MONTH_DAYS,)):
        observances = _ruled(rule, begin, end, by_month_days=bool(notes))
        clock = ZoneClock(tzid, observances)
        if observances and _agrees(clock, zone, begin, end, changes):
            return VTimezone(clock, _written(clock), notes)
    clock = ZoneClock(tzid, _listed(zone, begin, changes))
    return VTimezone(clock, _written(clock), (LISTED,))


def _span(zone: ZoneInfo, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Give the time to be described in UTC without a zone: a day more at both ends."""
    ends = []
    for moment in (first, last):
        local = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        clipped = local.replace(year=min(max(local.year, 2), MAXYEAR - 2))
        ends.append(clipped.astimezone(UTC).replace(tzinfo=None))
    return min(ends) - _DAY, max(ends) + _DAY


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    """Give the offset at a point in time in UTC without a zone."""
    offset = moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> tuple[Change, ...]:
    return _cached_changes(zone.key, begin, end)


@lru_cache(maxsize=256)
def _cached_changes(name: str, begin: datetime, end: datetime) -> tuple[Change, ...]:
    """Give the changes of the clock in a span, from the zone itself and not from its rule."""
    zone = zone_info(name)
    found = []
    low, before = begin, _offset(zone, begin)
    while low < end:
        high = min(low + _STEP, end)
        after = _offset(zone, high)
        if after != before:
            found.append(Change(_bisected(zone, low, high, before), before, after))
        low, before = high, after
    return tuple(found)


def _bisected(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    """Give the second at which the offset is another one than before."""
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _agrees(clock: ZoneClock, zone: ZoneInfo, begin: datetime, end: datetime, changes: tuple[Change, ...]) -> bool:
    """Tell whether what was written does the same as the zone in the whole span."""
    ours = tuple(
        change
        for change in clock.changes(end.year + 1)
        if begin < change.instant <= end and change.offset_from != change.offset_to
    )
    return ours == changes and clock.offset_at_instant(begin) == _offset(zone, begin)


def _ruled(rule: PosixRule, begin: datetime, end: datetime, *, by_month_days: bool) -> tuple[Observance, ...]:
    """Give STANDARD and DAYLIGHT of a rule; nothing if one of its changes cannot be written that way."""
    if rule.to_summer is None or rule.to_standard is None:
        return () if by_month_days else (Observance(False, _EPOCH, rule.offset, rule.offset, rule.name),)
    observances = []
    for change, before, after, name in (
        (rule.to_standard, rule.summer_offset, rule.offset, rule.name),
        (rule.to_summer, rule.offset, rule.summer_offset, rule.summer_name),
    ):
        # The larger offset is the summer's also where the law calls winter the time that differs, as in Ireland.
        recurrence = _numbered(change, begin, end)
        if recurrence is None and by_month_days:
            recurrence = _month_days(change)
        if recurrence is None:
            return ()
        midnight = datetime(_EPOCH.year, 1, 1) + change.time % _DAY
        start = next(clock_readings(recurrence, midnight))
        observances.append(Observance(after > before, start, before, after, name, recurrence))
    return tuple(sorted(observances, key=lambda observance: observance.is_daylight))


def _numbered(change: YearlyChange, begin: datetime, end: datetime) -> Rule | None:
    """Give the change as the nth weekday of a month if that is right whenever it comes in a span."""
    moments = [change.moment(year) for year in range(begin.year, end.year + 1)]
    # A day more than the span on both sides: the change comes by the clock, the span is in UTC.
    days = [moment.date() for moment in moments if begin - _DAY <= moment <= end + _DAY] or [moments[0].date()]
    month, weekday = days[0].month, days[0].weekday()
    numbers = [change.week if change.week < _LAST_WEEK else -1] if not change.time // _DAY else _NUMBERS
    for number in numbers:
        same = YearlyChange(month, number if number > 0 else _LAST_WEEK, weekday, timedelta())
        if all(same.moment(day.year).date() == day for day in days):
            return Rule(Frequency.YEARLY, by_day=(Weekday(weekday, number),), by_month=(month,))
    return None


def _month_days(change: YearlyChange) -> Rule | None:
    """Give the change as a weekday within seven days of a month, None if it needs none or they cross its end."""
    shift = change.time // _DAY
    if not shift:
        return None
    length = calendar.monthrange(_EPOCH.year, change.month)[1]
    first = (length - 6 if change.week == _LAST_WEEK else 7 * change.week - 6) + shift
    if first < 1 or first + 6 > length:
        return None
    days = tuple(range(first, first + 7))
    weekday = Weekday((change.weekday + shift) % 7)
    return Rule(Frequency.YEARLY, by_day=(weekday,), by_month_day=days, by_month=(change.month,))


def _listed(zone: ZoneInfo, begin: datetime, changes: tuple[Change, ...]) -> tuple[Observance, ...]:
    """Give an observance for the time before the changes and one for each of them."""
    before = _offset(zone, begin)
    is_daylight = bool(changes) and changes[0].offset_to < changes[0].offset_from
    found = [Observance(is_daylight, _EPOCH, before, before, _name(zone, begin))]
    for change in changes:
        start = change.instant + change.offset_from
        name = _name(zone, change.instant)
        found.append(
            Observance(change.offset_to > change.offset_from, start, change.offset_from, change.offset_to, name)
        )
    return tuple(found)


def _name(zone: ZoneInfo, moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).astimezone(zone).tzname() or ""


def _written(clock: ZoneClock) -> bytes:
    lines = ["BEGIN:VTIMEZONE", f"TZID:{clock.tzid}"]
    for observance in clock.observances:
        kind = "DAYLIGHT" if observance.is_daylight else "STANDARD"
        lines += [f"BEGIN:{kind}", f"DTSTART:{Moment.floating(observance.start).value}"]
        if observance.rule is not None:
            lines.append(f"RRULE:{observance.rule}")
        lines.append(f"TZOFFSETFROM:{offset_value(observance.offset_from)}")
        lines.append(f"TZOFFSETTO:{offset_value(observance.offset_to)}")
        lines += [f"TZNAME:{observance.name}"] if observance.name else []
        lines.append(f"END:{kind}")
    return "".join(f"{line}\r\n" for line in [*lines, "END:VTIMEZONE"]).encode()
