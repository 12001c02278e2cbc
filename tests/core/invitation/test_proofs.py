"""The proofs of a calendar object: a minimal request, folding, escaping, repetition, all zones, whole days.

Two readers that are not ours, icalendar and ical.js, must find in every object what was meant. The proofs of its life
and of its message are in `test_proofs_of_life`.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import icalendar
import pytest

from sescomposer.core.checks.invitation import check_calendar
from sescomposer.core.findings import Severity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import Event, event_of, new_calendar
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.rules import occurrences, read_rule
from sescomposer.core.invitation.vtimezone import LISTED, MONTH_DAYS, vtimezone
from sescomposer.core.invitation.zone_data import zone_info, zone_names
from sescomposer.core.invitation.zones import instant

NODE = Path(__file__).parents[2] / "node"
NOW = datetime(2027, 1, 4, 10, 15, tzinfo=UTC)
IDS = SeededIdentifiers("proofs of objects")
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
ReadAll = Callable[[Sequence[bytes]], list[Any]]

needs_ical_js = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules" / "ical.js").is_dir(),
    reason="node and its packages are not installed: `python3 packaging/bootstrap.py test` does it",
)


def zone_octets(name: str, first: datetime, last: datetime) -> bytes:
    return vtimezone(name, first, last).octets


def made(**fields: Any) -> Calendar:
    given: dict[str, Any] = {
        "summary": "Office hours",
        "start": Moment.utc(datetime(2027, 6, 1, 15)),
        "end": Moment.utc(datetime(2027, 6, 1, 16)),
        "organizer": Person("events@example.com", "Events"),
        "attendees": (Attendee("guest@example.net"),),
        **fields,
    }
    return new_calendar(Event(**given), IDS, NOW, zone_octets)


def errors(calendar: Calendar) -> set[str]:
    return {found.code for found in check_calendar(calendar.octets, NOW) if found.severity is Severity.ERROR}


def lines(calendar: Calendar) -> list[bytes]:
    assert calendar.octets.endswith(b"\r\n")
    found = calendar.octets[:-2].split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in found)
    return found


def unfolded(calendar: Calendar) -> list[str]:
    return calendar.octets.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def jcal_event(jcal: Any) -> dict[str, Any]:
    assert isinstance(jcal, list), jcal
    (component,) = (item for item in jcal[2] if item[0] == "vevent")
    return {item[0]: item for item in component[1]}


def vevent(calendar: Calendar) -> Any:
    (found,) = icalendar.Calendar.from_ical(calendar.octets).walk("VEVENT")
    return found


def test_1_a_minimal_request_has_each_line_it_needs_once(ical_js: ReadAll) -> None:
    calendar = made()
    written = unfolded(calendar)
    names = [line.partition(":")[0].partition(";")[0] for line in written]
    once = ("PRODID", "VERSION", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY", "SEQUENCE")
    assert [names.count(name) for name in (*once, "ATTENDEE")] == [1] * 11
    head = written[: written.index("BEGIN:VEVENT")]
    assert {"VERSION:2.0", "METHOD:REQUEST"} < set(head)
    assert {"SEQUENCE:0", "DTSTAMP:20270104T101500Z", "DTSTART:20270601T150000Z", "DTEND:20270601T160000Z"} < set(
        written
    )
    (guest,) = (line for line in written if line.startswith("ATTENDEE"))
    assert "RSVP=TRUE" in guest
    assert "PARTSTAT=NEEDS-ACTION" in guest
    assert not {"REQUEST-STATUS", "TZID"} & set(names)
    assert "BEGIN:VTIMEZONE" not in written
    assert vevent(calendar)["DTEND"].dt == datetime(2027, 6, 1, 16, tzinfo=UTC)
    event = jcal_event(ical_js([calendar.octets])[0])
    assert (event["dtstart"][3], event["attendee"][3]) == ("2027-06-01T15:00:00Z", "mailto:guest@example.net")
    assert errors(calendar) == set()


def test_2_lines_are_folded_by_octets_and_never_inside_a_character(ical_js: ReadAll) -> None:
    summary, name = "日" * 60, "é" * 100
    description = "👩‍👩‍👧‍👦🎉🏳️‍🌈" * 40
    calendar = made(summary=summary, description=description, attendees=(Attendee("guest@example.net", name),))
    for line in lines(calendar):
        assert len(line) <= 75
        assert line.decode()
    written = lines(calendar)
    first = next(index for index, line in enumerate(written) if line.startswith(b"SUMMARY"))
    assert [len(line) for line in written[first : first + 3]] == [74, 73, 43]
    assert f"SUMMARY:{summary}" in unfolded(calendar)
    event = event_of(calendar)
    assert (event.summary, event.description, event.attendees[0].name) == (summary, description, name)
    found = vevent(calendar)
    assert (str(found["SUMMARY"]), str(found["DESCRIPTION"])) == (summary, description)
    assert found["ATTENDEE"].params["CN"] == name
    read = jcal_event(ical_js([calendar.octets])[0])
    assert (read["summary"][3], read["description"][3], read["attendee"][1]["cn"]) == (summary, description, name)


def test_3_text_is_escaped_and_lets_no_line_in(ical_js: ReadAll) -> None:
    summary = "a,b;c\\d\r\nATTENDEE:mailto:evil@x"
    name, url, description = 'Smith, "Jo": X', "https://example.com/a,b;c?d=e", "ends in \\"
    calendar = made(summary=summary, url=url, description=description, attendees=(Attendee("guest@example.net", name),))
    written = unfolded(calendar)
    assert "SUMMARY:a\\,b\\;c\\\\d\\nATTENDEE:mailto:evil@x" in written
    assert sum(line.startswith("ATTENDEE") for line in written) == 1
    assert any("CN=\"Smith, ^'Jo^': X\"" in line for line in written)
    assert f"URL:{url}" in written
    event = event_of(calendar)
    typed = summary.replace("\r\n", "\n")
    assert (event.summary, event.url, event.description, event.attendees[0].name) == (typed, url, description, name)
    found = vevent(calendar)
    assert (str(found["SUMMARY"]), str(found["DESCRIPTION"]), str(found["URL"])) == (typed, description, url)
    read = jcal_event(ical_js([calendar.octets])[0])
    assert (read["summary"][3], read["description"][3], read["url"][3]) == (typed, description, url)
    assert read["attendee"][1]["cn"] == name


def two_zones() -> Calendar:
    starts = (Moment.zoned(datetime(2027, month, day, 9, 30), NEW_YORK) for month, day in ((4, 5), (5, 31)))
    return made(
        start=Moment.zoned(datetime(2027, 3, 1, 9, 30), NEW_YORK),
        end=Moment.zoned(datetime(2027, 3, 1, 16), BERLIN),
        rule="FREQ=WEEKLY;UNTIL=20270628T133000Z;BYDAY=MO",
        exdates=tuple(starts),
    )


def test_4_a_series_keeps_its_hour_when_clocks_are_changed_in_two_zones() -> None:
    calendar = two_zones()
    zones = {zone.text("TZID"): zone for zone in calendar.root.components("VTIMEZONE")}
    onsets = {
        name: {part.name: part.value("DTSTART")[8:] for part in zone.components()} for name, zone in zones.items()
    }
    assert onsets == {
        NEW_YORK: {"STANDARD": "T020000", "DAYLIGHT": "T020000"},
        BERLIN: {"STANDARD": "T030000", "DAYLIGHT": "T020000"},
    }
    assert all(len(zone.components()) == 2 for zone in zones.values())
    assert all(len(part.all("RRULE")) == 1 for zone in zones.values() for part in zone.components())
    event = event_of(calendar)
    assert event.start is not None
    found = [instant(moment) for moment in occurrences(event.start, read_rule(event.rule), event.exdates, (), 50)]
    assert len(found) == 16
    assert {f"{moment:%H:%M}" for moment in found if moment < datetime(2027, 3, 14, tzinfo=UTC)} == {"14:30"}
    assert {f"{moment:%H:%M}" for moment in found if moment > datetime(2027, 3, 14, tzinfo=UTC)} == {"13:30"}
    assert errors(calendar) == set()


@needs_ical_js
def test_4_ical_js_follows_the_series_to_the_same_points_in_time(tmp_path: Path) -> None:
    event = event_of(two_zones())
    assert event.start is not None
    ours = [instant(moment) for moment in occurrences(event.start, read_rule(event.rule), event.exdates, (), 50)]
    (tmp_path / "series.ics").write_bytes(two_zones().octets)
    done = subprocess.run(
        ["node", "read_occurrences.mjs", str(tmp_path)], cwd=NODE, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    read = [[datetime.fromisoformat(time) for time in pair] for pair in json.loads(done.stdout)["series.ics"]]
    assert [start for start, _ in read] == ours
    assert {end - start for start, end in read} == {timedelta(minutes=30)}


@cache
def weekly(name: str) -> Calendar:
    """A series of three years at nine in the morning."""
    return made(
        start=Moment.zoned(datetime(2027, 1, 4, 9), name),
        end=Moment.zoned(datetime(2027, 1, 4, 10), name),
        rule="FREQ=WEEKLY;COUNT=156",
    )


def test_5_every_zone_is_written_by_rules_or_told() -> None:
    told = {"Africa/Cairo", "Egypt", "Asia/Gaza", "Asia/Hebron", "America/Havana", "Cuba"}
    for name in zone_names():
        (zone,) = weekly(name).root.components("VTIMEZONE")
        assert b"RDATE" not in zone.octets
        names = [part.name for part in zone.components()]
        if names == ["STANDARD"]:
            assert b"RRULE" not in zone.octets
        elif name not in told:
            assert names == ["STANDARD", "DAYLIGHT"], name
        codes = {finding.code[:3] for finding in check_calendar(weekly(name).octets, NOW)}
        notes = vtimezone(name, datetime(2027, 1, 4, 9), datetime(2029, 12, 24, 10)).notes
        assert ("z06" in codes) >= (LISTED in notes), name
        assert ("c08" in codes) >= (MONTH_DAYS in notes), name
        assert not codes - {"z06", "c08"} or not errors(weekly(name)), name
    (dublin,) = weekly("Europe/Dublin").root.components("VTIMEZONE")
    winter, summer = (part.value("TZOFFSETTO") for part in dublin.components())
    assert (winter, summer) == ("+0000", "+0100")


@needs_ical_js
def test_5_ical_js_finds_nine_in_the_morning_in_every_zone() -> None:
    readings = [datetime(2027, 1, 4, 9) + timedelta(weeks=week) for week in range(156)]
    clocks = [int(reading.replace(tzinfo=UTC).timestamp()) * 1000 for reading in readings]
    wishes = [{"calendar": weekly(name).octets.decode(), "readings": clocks} for name in zone_names()]
    done = subprocess.run(
        ["node", "read_zones.mjs"], cwd=NODE, input=json.dumps(wishes).encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    for name, offsets in zip(zone_names(), json.loads(done.stdout), strict=True):
        wanted = [reading.replace(tzinfo=zone_info(name)).utcoffset() for reading in readings]
        assert [timedelta(seconds=offset) for offset in offsets] == wanted, name


def test_6_whole_days_are_dates_and_the_29th_of_february_is_told(ical_js: ReadAll) -> None:
    days = made(start=Moment.on(date(2027, 6, 1)), end=Moment.on(date(2027, 6, 4)))
    leap = made(start=Moment.on(date(2028, 2, 29)), end=Moment.on(date(2028, 3, 1)), rule="FREQ=YEARLY;UNTIL=20400229")
    written = unfolded(days)
    assert {"DTSTART;VALUE=DATE:20270601", "DTEND;VALUE=DATE:20270604", "TRANSP:OPAQUE"} < set(written)
    assert "TZID" not in days.octets.decode()
    assert "RRULE:FREQ=YEARLY;UNTIL=20400229" in unfolded(leap)
    assert "r09" in {finding.code[:3] for finding in check_calendar(leap.octets, NOW)}
    assert not errors(days) | errors(leap)
    assert (vevent(days)["DTSTART"].dt, vevent(days)["DTEND"].dt) == (date(2027, 6, 1), date(2027, 6, 4))
    first, second = map(jcal_event, ical_js([days.octets, leap.octets]))
    assert (first["dtstart"][2:], first["dtend"][2:]) == (["date", "2027-06-01"], ["date", "2027-06-04"])
    assert second["rrule"][3]["until"] == "2040-02-29"
