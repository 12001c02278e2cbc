"""Finding time zones by what people type: cities, countries, offsets, abbreviations, aliases and Windows names."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sescomposer import resources
from sescomposer.core.invitation.zone_data import aliases, zone_countries, zone_names
from sescomposer.core.invitation.zones import abbreviation_at, offset_at, offset_text, windows_zones

_WORD = re.compile(r"[^\W_]+")
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\u2212-])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_EXACT, _FAR = -1, 9


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone to choose.

    Attributes:
        name: Its name in the database.
        city: The place it is named after, for people.
        country: In English, "" for a zone of none.
        offset: At the moment that was asked about.
        abbreviation: What its time is called then.
        found_by: The alias, Windows name or place that was looked for, "" if it was found by its own name.
    """

    name: str
    city: str
    country: str
    offset: timedelta
    abbreviation: str
    found_by: str = ""

    @property
    def label(self) -> str:
        """One line for people.

        >>> choice("Europe/Berlin", datetime(2027, 7, 1)).label
        'Berlin, Germany (UTC+02:00, CEST)'
        """
        place = f"{self.city}, {self.country}" if self.country else self.city
        known = f", {self.abbreviation}" if self.abbreviation[:1].isalpha() else ""
        return f"{place} ({offset_text(self.offset)}{known})"


def choice(name: str, moment: datetime, found_by: str = "") -> ZoneChoice:
    """Give a zone as a choice, with its offset at a moment (see `zones.offset_at`).

    Raises:
        MessageError: no zone is called so.
    """
    country = zone_countries().get(aliases().get(name, name))
    return ZoneChoice(
        name,
        name.rpartition("/")[2].replace("_", " "),
        country.name if country is not None else "",
        offset_at(name, moment),
        abbreviation_at(name, moment),
        found_by,
    )


def search_zones(text: str, moment: datetime, limit: int = 50) -> tuple[ZoneChoice, ...]:
    """Give the zones that fit what was typed, the best first; all zones but aliases for an empty text.

    Args:
        text: Beginnings of words in any order, in any case and without regard to accents; or an offset such as
            +2, UTC+05:30 or GMT-3.
        moment: When offsets and abbreviations shall hold.
        limit: How many at most.

    >>> [found.name for found in search_zones("munich", datetime(2027, 7, 1))]
    ['Europe/Berlin']
    >>> search_zones("us/eastern", datetime(2027, 7, 1))[0].found_by
    'US/Eastern'
    """
    wanted = _OFFSET.fullmatch(text.strip())
    if wanted is not None:
        span = timedelta(hours=int(wanted[2]), minutes=int(wanted[3] or 0))
        span = span if wanted[1] == "+" else -span
        names = (name for name in _canonical_names() if offset_at(name, moment) == span)
        return tuple(choice(name, moment) for name in names)[:limit]
    words = _words(text)
    ranked = sorted(_ranked(words, moment))
    return tuple(choice(name, moment, found_by) for _, name, found_by in ranked[:limit])


def _ranked(words: tuple[str, ...], moment: datetime) -> list[tuple[int, str, str]]:
    found = []
    for name in _canonical_names():
        fitting = ((rank, shown) for rank, shown, known in _entries(name) if _fits(words, known))
        hits = [(_EXACT if shown and _words(shown) == words else rank, shown) for rank, shown in fitting]
        if not hits and words == (abbreviation_at(name, moment).casefold(),):
            hits = [(_FAR, "")]
        if hits:
            rank, shown = min(hits)
            found.append((rank, name, shown))
    return found


@cache
def _canonical_names() -> tuple[str, ...]:
    """Zones of places first, then those without one, such as Etc/UTC."""
    names = [name for name in zone_names() if name not in aliases()]
    return tuple(sorted(names, key=lambda name: (name not in zone_countries(), name)))


@cache
def _entries(name: str) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    """Give what a zone can be found by: rank, what to show for it, and its words."""
    country = zone_countries().get(name)
    country_words = _words(f"{country.name} {country.code}") if country is not None else ()
    city = name.rpartition("/")[2]
    entries = [(0, "", _words(city)), (2, "", (*_words(name), *country_words))]
    entries += [(1, place, (*_words(place), *country_words)) for place in _places().get(name, ())]
    entries += [(3, alias, _words(alias)) for alias, target in aliases().items() if target == name]
    entries += [(4, windows, _words(windows)) for windows, target in windows_zones().items() if target == name]
    return tuple(entries)


@cache
def _places() -> dict[str, list[str]]:
    places: dict[str, list[str]] = tomllib.loads(resources.read_text("data/zone_places.toml"))["places"]
    return places


def _words(text: str) -> tuple[str, ...]:
    """Give the words of a text in lower case and without accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return tuple(_WORD.findall(plain.casefold()))


def _fits(words: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return all(any(candidate.startswith(word) for candidate in known) for word in words)
