"""Names of zones, what a clock in one does, and how people find one."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.posix_rule import read_posix_rule
from sescomposer.core.invitation.zone_data import aliases, database_version, footer, zone_info, zone_names
from sescomposer.core.invitation.zone_search import choice, search_zones
from sescomposer.core.invitation.zones import (
    Clock,
    canonical_zone,
    in_zone,
    instant,
    is_canonical,
    offset_at,
    offset_text,
    reading,
    windows_zones,
)

JULY = datetime(2027, 7, 1, 12)


def test_all_names_have_a_rule_and_an_offset() -> None:
    assert len(zone_names()) == 598
    for name in zone_names():
        assert read_posix_rule(footer(name))
        assert abs(offset_at(name, JULY)) < timedelta(hours=15)
    assert database_version().startswith("20")


def test_aliases_lead_to_zones_with_the_same_clock() -> None:
    for alias, target in aliases().items():
        assert is_canonical(target)
        assert not is_canonical(alias)
        assert footer(alias) == footer(target)


def test_windows_names_lead_to_the_zones_that_others_give() -> None:
    assert set(windows_zones()) == set(WINDOWS_TO_OLSON)
    for name, target in WINDOWS_TO_OLSON.items():
        assert windows_zones()[name] == canonical_zone(target)
        assert canonical_zone(name.upper()) == canonical_zone(target)


@pytest.mark.parametrize("name", ["", "/", "Mars/Base", "../../etc/passwd", "Europe", "Eastern Time (US & Canada)"])
def test_an_unknown_zone_has_no_name_and_no_clock(name: str) -> None:
    assert canonical_zone(name) == ""
    with pytest.raises(MessageError, match="is no time zone"):
        zone_info(name)


def test_the_machine_does_not_matter() -> None:
    assert offset_at("America/Vancouver", datetime(2027, 1, 15)) == timedelta(hours=-7)


@pytest.mark.parametrize(
    "local, clock, hours",
    [
        (datetime(2027, 3, 28, 1, 59), Clock.PLAIN, 1),
        (datetime(2027, 3, 28, 2, 0), Clock.SKIPPED, 1),
        (datetime(2027, 3, 28, 3, 0), Clock.PLAIN, 2),
        (datetime(2027, 10, 31, 2, 59), Clock.TWICE, 2),
        (datetime(2027, 10, 31, 3, 0), Clock.PLAIN, 1),
    ],
)
def test_what_a_clock_does_when_it_is_changed(local: datetime, clock: Clock, hours: int) -> None:
    found = reading("Europe/Berlin", local)
    assert (found.clock, found.offset) == (clock, timedelta(hours=hours))
    assert bool(found.sentence) is (clock is not Clock.PLAIN)


def test_a_skipped_reading_names_the_one_shown_instead() -> None:
    sentence = reading("Europe/Berlin", datetime(2027, 3, 28, 2, 30)).sentence
    assert sentence == "In Europe/Berlin the clock skips 02:30 on 2027-03-28; it shows 03:30 instead."


def test_moments_in_other_zones() -> None:
    start = Moment.zoned(datetime(2027, 3, 1, 9, 30), "Eastern Standard Time")
    assert instant(start) == datetime(2027, 3, 1, 14, 30, tzinfo=UTC)
    assert in_zone(start, "Asia/Tokyo").value == "20270301T233000"
    assert in_zone(Moment.on(JULY), "Asia/Tokyo") == Moment.on(JULY)
    assert instant(Moment.floating(JULY), "Europe/Berlin").hour == 10
    with pytest.raises(MessageError, match="years 1 to 9999"):
        instant(Moment.zoned(datetime.min, "Asia/Tokyo"))
    with pytest.raises(MessageError, match="years 1 to 9999"):
        in_zone(Moment.utc(datetime(9999, 12, 31, 23)), "Asia/Tokyo")


@pytest.mark.parametrize(
    "text, name",
    [
        ("berl", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("munchen", "Europe/Berlin"),
        ("frankfurt germany", "Europe/Berlin"),
        ("germany", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("york new", "America/New_York"),
        ("san francisco", "America/Los_Angeles"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("utc", "Etc/UTC"),
        ("ChST", "Pacific/Guam"),
        ("+05:45", "Asia/Kathmandu"),
        ("UTC+5:45", "Asia/Kathmandu"),
        ("gmt-3:30", ""),
        ("nowhere at all", ""),
    ],
)
def test_people_find_zones(text: str, name: str) -> None:
    found = search_zones(text, JULY)
    assert (found[0].name if found else "") == name


def test_offsets_are_those_of_the_moment() -> None:
    assert "Europe/Berlin" in {found.name for found in search_zones("+2", JULY, 500)}
    assert "Europe/Berlin" not in {found.name for found in search_zones("+2", datetime(2027, 1, 1), 500)}


def test_an_empty_search_gives_every_place_and_no_alias() -> None:
    names = [found.name for found in search_zones("", JULY, 999)]
    assert len(names) == len(set(names)) == 598 - len(aliases())
    assert len(search_zones("", JULY)) == 50


def test_choices_are_shown_with_place_and_offset() -> None:
    assert choice("Asia/Dubai", JULY).label == "Dubai, United Arab Emirates (UTC+04:00)"
    assert choice("Etc/UTC", JULY).label == "UTC (UTC+00:00, UTC)"
    assert offset_text(timedelta(hours=5, minutes=45)) == "UTC+05:45"


def test_a_footer_of_another_form_is_refused() -> None:
    with pytest.raises(MessageError, match="no rule for a clock"):
        read_posix_rule("EST5EDT,J60,J300")
