"""Time zones as people name them, and what a clock in one does; the rules are those of the bundled database.

Offsets count east of Greenwich. A clock reading that the clock skips is taken with the offset before the change, one
that it shows twice as the first of both (RFC 5545 section 3.3.5).
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache

from sescomposer import resources
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.zone_data import aliases, known_name, zone_info


class Clock(Enum):
    """What a clock does at a reading."""

    PLAIN = "plain"
    SKIPPED = "skipped"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a clock reading in a zone.

    Attributes:
        clock: Whether the clock skips it or shows it twice.
        offset: The one it is taken with.
        other: The one after the change; the same as `offset` for a plain reading.
        sentence: What to tell people, "" for a plain reading.
    """

    clock: Clock
    offset: timedelta
    other: timedelta
    sentence: str


@cache
def windows_zones() -> dict[str, str]:
    """Give the zone of each Windows name, such as Outlook writes into TZID.

    >>> windows_zones()["W. Europe Standard Time"]
    'Europe/Berlin'
    """
    table: dict[str, str] = tomllib.loads(resources.read_text("data/windows_zones.toml"))["zones"]
    return table


@cache
def _folded_windows() -> dict[str, str]:
    return {name.casefold(): zone for name, zone in windows_zones().items()}


def canonical_zone(name: str) -> str:
    """Give the name to write for a zone: the one of the place for an alias, ours for a Windows name; "" if unknown.

    The prefix of TZIDs such as /freeassociation.sourceforge.net/Europe/Berlin is passed over.

    >>> canonical_zone("US/Eastern"), canonical_zone("Eastern Standard Time"), canonical_zone("Mars/Base")
    ('America/New_York', 'America/New_York', '')
    >>> canonical_zone("/example.org/20260101/europe/berlin")
    'Europe/Berlin'
    """
    parts = name.strip().strip('"').split("/")
    tails = ("/".join(parts[start:]) for start in range(len(parts) if name.strip().startswith("/") else 1))
    known = next((found for tail in tails if (found := known_name(tail))), "")
    return aliases().get(known, known) or _folded_windows().get(name.strip().casefold(), "")


def is_canonical(name: str) -> bool:
    """Tell whether a TZID is written as it should be: a name of the database, so spelt, and no alias.

    >>> is_canonical("Europe/Berlin"), is_canonical("europe/berlin"), is_canonical("US/Eastern")
    (True, False, False)
    """
    return bool(name) and canonical_zone(name) == name


def offset_at(name: str, moment: datetime) -> timedelta:
    """Give the offset at a moment: one with a zone of its own, or a reading of the clock in this zone.

    Raises:
        MessageError: no zone is called so.

    >>> str(offset_at("America/New_York", datetime(2027, 7, 1, 12)))
    '-1 day, 20:00:00'
    """
    zone = zone_info(name)
    local = moment.replace(tzinfo=zone, fold=0) if moment.tzinfo is None else moment.astimezone(zone)
    offset = local.utcoffset()
    assert offset is not None
    return offset


def abbreviation_at(name: str, moment: datetime) -> str:
    """Give what the zone's time is called at a moment (see `offset_at`), such as CEST, or +04 where it has no name.

    Raises:
        MessageError: no zone is called so.

    >>> abbreviation_at("Europe/Berlin", datetime(2027, 7, 1, 12))
    'CEST'
    """
    zone = zone_info(name)
    local = moment.replace(tzinfo=zone, fold=0) if moment.tzinfo is None else moment.astimezone(zone)
    return local.tzname() or ""


def offset_text(offset: timedelta) -> str:
    """Write an offset for people.

    >>> offset_text(timedelta(hours=-3, minutes=-30)), offset_text(timedelta())
    ('UTC-03:30', 'UTC+00:00')
    """
    minutes = abs(offset) // timedelta(minutes=1)
    return f"UTC{'-' if offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def reading(name: str, local: datetime) -> Reading:
    """Tell what a clock in a zone does at a reading.

    Raises:
        MessageError: no zone is called so.

    >>> reading("Europe/Berlin", datetime(2027, 3, 28, 2, 30)).clock
    <Clock.SKIPPED: 'skipped'>
    >>> reading("Europe/Berlin", datetime(2027, 10, 31, 2, 30)).sentence
    'In Europe/Berlin the clock shows 02:30 twice on 2027-10-31; the first is meant, at UTC+02:00.'
    """
    zone = zone_info(name)
    first = local.replace(tzinfo=zone, fold=0).utcoffset()
    second = local.replace(tzinfo=zone, fold=1).utcoffset()
    assert first is not None
    assert second is not None
    if first == second:
        return Reading(Clock.PLAIN, first, first, "")
    time, day = f"{local:%H:%M}", f"{local:%Y-%m-%d}"
    if first < second:
        later = _shown(local - first + second)
        sentence = f"In {name} the clock skips {time} on {day}; it shows {later} instead."
        return Reading(Clock.SKIPPED, first, second, sentence)
    sentence = f"In {name} the clock shows {time} twice on {day}; the first is meant, at {offset_text(first)}."
    return Reading(Clock.TWICE, first, second, sentence)


def _shown(local: datetime) -> str:
    return f"{local:%H:%M}"


def instant(moment: Moment, floating_zone: str = "UTC") -> datetime:
    """Give the point in time of a moment, in UTC.

    Args:
        moment: Its zone may be an alias or a Windows name.
        floating_zone: Where floating readings and the midnights of dates are taken.

    Raises:
        MessageError: the zone is unknown, or the years 1 to 9999 are left.

    >>> instant(Moment.zoned(datetime(2027, 3, 1, 9, 30), "Eastern Standard Time")).isoformat()
    '2027-03-01T14:30:00+00:00'
    """
    if moment.form is Form.UTC:
        return moment.clock.replace(tzinfo=UTC)
    name = moment.zone if moment.form is Form.ZONED else floating_zone
    offset = offset_at(canonical_zone(name) or name, moment.clock)
    try:
        return (moment.clock - offset).replace(tzinfo=UTC)
    except OverflowError as error:
        raise MessageError(
            f"{moment.value!r} in {name} lies outside the years 1 to 9999.", value=moment.value
        ) from error


def in_zone(moment: Moment, name: str, floating_zone: str = "UTC") -> Moment:
    """Give what a clock in a zone shows at a moment; a date stays as it is.

    Raises:
        MessageError: a zone is unknown, or the years 1 to 9999 are left.

    >>> in_zone(Moment.utc(datetime(2027, 7, 1, 12)), "Europe/Berlin").value
    '20270701T140000'
    """
    if moment.is_date:
        return moment
    try:
        return Moment.zoned(instant(moment, floating_zone).astimezone(zone_info(name)), name)
    except OverflowError as error:
        raise MessageError(
            f"{moment.value!r} in {name} lies outside the years 1 to 9999.", value=moment.value
        ) from error
