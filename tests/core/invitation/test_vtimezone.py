"""The time zones that we write say what the database says, to us, to ical.js and to the icalendar package."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import icalendar
import pytest

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.observances import ZoneClock, read_offset, zone_of
from sescomposer.core.invitation.vtimezone import LISTED, MONTH_DAYS, VTimezone, vtimezone
from sescomposer.core.invitation.zone_data import footer, zone_info, zone_names

NODE = Path(__file__).resolve().parents[2] / "node"
FIRST, LAST = datetime(2027, 1, 1), datetime(2036, 12, 31, 23)
HOUR = timedelta(hours=1)
IMPOSSIBLE = {"Africa/Cairo", "Egypt", "Asia/Gaza", "Asia/Hebron", "America/Havana", "Cuba"}
"""Those whose clock no rule describes in these ten years."""

needs_ical_js = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules" / "ical.js").is_dir(), reason="ical.js is not here"
)


@cache
def _written(name: str) -> VTimezone:
    return vtimezone(name, FIRST, LAST)


def _calendar(written: VTimezone) -> bytes:
    head = b"BEGIN:VCALENDAR\r\nPRODID:-//test//EN\r\nVERSION:2.0\r\n"
    return head + written.octets + b"END:VCALENDAR\r\n"


def _clock(octets: bytes) -> ZoneClock:
    return zone_of(read_calendar(octets).root.components("VTIMEZONE")[0])


@cache
def _readings(name: str) -> tuple[datetime, ...]:
    """Give every hour around each change of the clock, and a few of each year."""
    zone = zone_info(name)
    found: list[datetime] = []
    week = FIRST
    while week < LAST:
        days = [week + timedelta(days=number) for number in range(8)]
        if days[0].replace(tzinfo=zone).utcoffset() != days[-1].replace(tzinfo=zone).utcoffset():
            offsets = [day.replace(tzinfo=zone).utcoffset() for day in days]
            changed = [day for day, before, after in zip(days, offsets, offsets[1:], strict=False) if before != after]
            found += [day + HOUR * number for day in changed for number in range(-26, 51)]
        week = days[-1]
    found += [datetime(year, month, 15, 12) for year in range(FIRST.year, LAST.year + 1) for month in (1, 7)]
    return tuple(found)


def _offset(name: str, reading: datetime, fold: int = 0) -> timedelta:
    offset = reading.replace(tzinfo=zone_info(name), fold=fold).utcoffset()
    assert offset is not None
    return offset


def test_only_the_known_zones_need_more_than_rules() -> None:
    assert {name for name in zone_names() if LISTED in _written(name).notes} == IMPOSSIBLE
    by_month_days = {name for name in zone_names() if MONTH_DAYS in _written(name).notes}
    assert {footer(name).partition(",")[2] for name in by_month_days} == {
        "M3.4.4/26,M10.5.0",
        "M3.5.0/-1,M10.5.0/0",
        "M9.1.6/24,M4.1.6/24",
    }


def test_every_zone_read_back_has_the_offsets_of_the_database() -> None:
    for name in zone_names():
        clock = _clock(_calendar(_written(name)))
        assert clock == _written(name).clock
        wrong = [reading for reading in _readings(name) if clock.offset_at(reading) != _offset(name, reading)]
        assert not wrong, name


@needs_ical_js
def test_ical_js_finds_the_offsets_of_the_database_in_every_zone() -> None:
    names = zone_names()
    wishes = [
        {
            "calendar": _calendar(_written(name)).decode(),
            "readings": [int(reading.replace(tzinfo=UTC).timestamp()) * 1000 for reading in _readings(name)],
        }
        for name in names
    ]
    done = subprocess.run(
        ["node", "read_zones.mjs"], cwd=NODE, input=json.dumps(wishes), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wrong = {
        name: [
            (reading, offset)
            for reading, offset in zip(_readings(name), offsets, strict=True)
            # It takes a reading that is skipped or comes twice with the offset after the change.
            if offset != _offset(name, reading, fold=1).total_seconds()
        ]
        for name, offsets in zip(names, json.loads(done.stdout), strict=True)
    }
    assert {name: readings[:2] for name, readings in wrong.items() if readings} == {}


def test_the_icalendar_package_reads_every_zone() -> None:
    for name in zone_names():
        calendar: Any = icalendar.Calendar.from_ical(_calendar(_written(name)))
        (zone,) = calendar.timezones
        assert zone["TZID"] == name
        assert not zone.errors
        assert zone.to_tz() is not None


def test_rules_come_without_lists_and_only_where_the_clock_is_changed() -> None:
    for name in zone_names():
        written = _written(name)
        assert b"RDATE" not in written.octets
        if name in IMPOSSIBLE:
            continue
        parts = [observance.is_daylight for observance in written.clock.observances]
        assert parts == ([False, True] if "," in footer(name) else [False])
        assert (b"RRULE" in written.octets) is ("," in footer(name))


def test_no_line_is_long_and_all_end_with_crlf() -> None:
    for name in zone_names():
        lines = _written(name).octets.split(b"\r\n")
        assert lines[-1] == b""
        assert max(map(len, lines)) <= 75
        assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_new_york_changes_at_the_hour_before_the_jump() -> None:
    octets = vtimezone("America/New_York", datetime(2027, 3, 1), datetime(2027, 6, 28)).octets
    assert b"DTSTART:19701101T020000" in octets
    assert b"DTSTART:19700308T020000" in octets


def test_winter_in_dublin_is_standard_time() -> None:
    standard, daylight = _written("Europe/Dublin").clock.observances
    assert (standard.is_daylight, standard.offset_to, standard.name) == (False, timedelta(), "GMT")
    assert (daylight.is_daylight, daylight.offset_to, daylight.name) == (True, HOUR, "IST")
    assert daylight.start == datetime(1970, 3, 29, 1)


@pytest.mark.parametrize(
    "name, year, until, notes",
    [
        ("Africa/Cairo", 2027, 2029, ()),
        ("Africa/Cairo", 2029, 2030, (LISTED,)),
        ("Africa/Cairo", 2030, 2030, ()),
        ("Asia/Jerusalem", 2027, 2027, ()),
        ("Asia/Jerusalem", 2029, 2030, (MONTH_DAYS,)),
        ("America/Havana", 2027, 2027, (LISTED,)),
        ("America/Havana", 2028, 2036, ()),
        ("America/New_York", 2006, 2007, (LISTED,)),
    ],
)
def test_the_years_of_the_event_decide(name: str, year: int, until: int, notes: tuple[str, ...]) -> None:
    written = vtimezone(name, datetime(year, 1, 1, 9), datetime(until, 12, 31, 9))
    assert written.notes == notes
    assert written.is_exact is (not notes)
    moment = datetime(year, 1, 1)
    while moment.year <= until:
        assert written.clock.offset_at(moment) == _offset(name, moment)
        moment += 6 * HOUR


def test_an_alias_and_a_windows_name_keep_their_spelling() -> None:
    for tzid in ("US/Eastern", "Eastern Standard Time"):
        written = vtimezone(tzid, FIRST, LAST)
        assert f"TZID:{tzid}\r\n".encode() in written.octets
        assert written.clock.observances == _written("America/New_York").clock.observances


def test_an_unknown_zone_is_refused_with_a_sentence() -> None:
    with pytest.raises(MessageError, match="'Mars/Base' is no time zone"):
        vtimezone("Mars/Base", FIRST, LAST)


def test_ends_may_be_aware_and_in_any_order() -> None:
    later, sooner = datetime(2027, 7, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert vtimezone("Europe/Berlin", later, sooner).octets == _written("Europe/Berlin").octets
    assert vtimezone("Europe/Berlin", datetime.min, datetime.max).notes == (LISTED,)


OUTLOOK = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
END:VCALENDAR
"""


def test_the_zone_of_outlook_is_evaluated() -> None:
    clock = _clock(OUTLOOK.encode())
    assert all(clock.offset_at(reading) == _offset("Europe/Berlin", reading) for reading in _readings("Europe/Berlin"))
    assert clock.has_daylight


def test_lists_of_onsets_and_rules_with_an_end_are_evaluated() -> None:
    text = OUTLOOK.replace("BYMONTH=3", "BYMONTH=3;UNTIL=20280326T010000Z").replace(
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "RDATE:20271031T030000,20281029T030000"
    )
    clock = _clock(text.encode())
    assert clock.offset_at(datetime(2028, 7, 1)) == 2 * HOUR
    assert clock.offset_at(datetime(2029, 7, 1)) == HOUR


@pytest.mark.parametrize("gone", ["DTSTART:16010101T030000\n", "TZOFFSETTO:+0100\n", "TZOFFSETFROM:+0200\n"])
def test_an_observance_without_what_it_needs_is_refused(gone: str) -> None:
    with pytest.raises(MessageError, match=f"has no {gone.partition(':')[0]}"):
        _clock(OUTLOOK.replace(gone, "").encode())


def test_a_zone_without_observances_is_refused() -> None:
    with pytest.raises(MessageError, match="neither STANDARD nor DAYLIGHT"):
        _clock(b"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nEND:VTIMEZONE\nEND:VCALENDAR\n")
    with pytest.raises(MessageError, match="no offset"):
        read_offset("01:00")
