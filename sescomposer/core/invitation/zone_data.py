"""What the bundled `tzdata` package holds: the names of zones, their rules, their aliases and countries.

Everything is read from that package, never from the machine, so that all machines agree. The package is part of the
program: reading it is reading a resource.
"""

import importlib.resources
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from zoneinfo import ZoneInfo

from sescomposer.core.errors import MessageError

_PACKAGE = "tzdata"

_RESPELLED = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}
"""Aliases whose place has a name of its own; the database links them to a neighbour that has the same clock."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country.

    Attributes:
        code: Two capital letters (ISO 3166).
        name: In English.
    """

    code: str
    name: str


def database_version() -> str:
    """Give the version of the time zone database, such as 2026f.

    >>> database_version() >= "2026f"
    True
    """
    return _database_text("tzdata.zi").partition("\n")[0].removeprefix("# version ")


@cache
def zone_names() -> tuple[str, ...]:
    """Give all names of zones in alphabetical order, aliases too.

    >>> len(zone_names()), "Europe/Berlin" in zone_names()
    (598, True)
    """
    return tuple(sorted(_package_text("zones").split()))


@cache
def _folded_names() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


def known_name(name: str) -> str:
    """Give the name as the database spells it, "" for one that it does not know; case does not matter.

    >>> known_name("europe/berlin"), known_name("Europe/Berlim")
    ('Europe/Berlin', '')
    """
    return _folded_names().get(name.strip().casefold(), "")


def zone_octets(name: str) -> bytes:
    """Give the zone's TZif file (RFC 8536).

    Raises:
        MessageError: no zone is called so.
    """
    known = known_name(name)
    if not known:
        raise MessageError(
            f"{name[:80]!r} is no time zone of the database.",
            hint="Choose a zone by its city, such as Europe/Berlin.",
            value=name,
        )
    return importlib.resources.files(_PACKAGE).joinpath("zoneinfo", *known.split("/")).read_bytes()


@cache
def zone_info(name: str) -> ZoneInfo:
    """Give the zone with the rules of the bundled database, whatever the machine has.

    Raises:
        MessageError: no zone is called so.

    >>> from datetime import datetime
    >>> datetime(2027, 7, 1, 12, tzinfo=zone_info("Europe/Berlin")).isoformat()
    '2027-07-01T12:00:00+02:00'
    """
    return ZoneInfo.from_file(BytesIO(zone_octets(name)), key=known_name(name))


@cache
def footer(name: str) -> str:
    """Give the rule that holds after the last change that the zone's file lists, as POSIX TZ.

    Raises:
        MessageError: no zone is called so.

    >>> footer("Europe/Berlin"), footer("Asia/Tokyo")
    ('CET-1CEST,M3.5.0,M10.5.0/3', 'JST-9')
    """
    return zone_octets(name).rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")


@cache
def aliases() -> dict[str, str]:
    """Give for each name that is only another name, such as US/Eastern, the one to write instead.

    Names of zones that today have the clock of a neighbour, such as Europe/Oslo, are no aliases.

    >>> aliases()["US/Eastern"], "Europe/Oslo" in aliases()
    ('America/New_York', False)
    """
    links = (line.split() for line in _database_text("tzdata.zi").splitlines() if line.startswith("L "))
    placed = set(zone_countries())
    return {name: _RESPELLED.get(name, target) for _, target, name in links if name not in placed}


@cache
def zone_countries() -> dict[str, Country]:
    """Give the country of each zone that has one.

    >>> zone_countries()["Europe/Vienna"]
    Country(code='AT', name='Austria')
    """
    names = dict(row[:2] for row in _table("iso3166.tab"))
    return {row[2]: Country(row[0], names[row[0]]) for row in _table("zone.tab")}


def _table(name: str) -> list[list[str]]:
    lines = _database_text(name).splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _database_text(name: str) -> str:
    return _package_text(f"zoneinfo/{name}")


def _package_text(name: str) -> str:
    return importlib.resources.files(_PACKAGE).joinpath(*name.split("/")).read_text(encoding="utf-8")
