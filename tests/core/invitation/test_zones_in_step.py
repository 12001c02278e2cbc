"""VTIMEZONEs come, stay and go with the zones that lines name."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sescomposer.core.errors import MessageError
from sescomposer.core.identifiers import RandomIdentifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.event import Event, event_of, new_calendar, with_event
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.zones_in_step import span_of, zones_named

VECTORS = Path(__file__).parents[2] / "data" / "invitation" / "read"
NOW = datetime(2027, 1, 4, tzinfo=UTC)
IDS = RandomIdentifiers(bytes)


def zone_octets(name: str, first: datetime, last: datetime) -> bytes:
    """Say the years that were asked for; know zones of one region alone."""
    if not name.startswith("Europe/"):
        raise MessageError(f"There is no time zone {name!r}.", value=name)
    return f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\nX-YEARS:{first.year}-{last.year}\r\nEND:VTIMEZONE\r\n".encode()


def at(day: int, zone: str, year: int = 2027) -> Moment:
    return Moment.zoned(datetime(year, 3, day, 9), zone)


def zones(calendar: Calendar) -> dict[str, str]:
    return {zone.text("TZID"): zone.text("X-YEARS") for zone in calendar.root.components("VTIMEZONE")}


def test_each_zone_named_has_one_before_the_event() -> None:
    event = Event(start=at(1, "Europe/Berlin"), end=at(1, "Europe/Paris"), exdates=(at(8, "Europe/Berlin"),))
    calendar = new_calendar(event, IDS, NOW, zone_octets)
    assert zones(calendar) == {"Europe/Berlin": "2027-2027", "Europe/Paris": "2027-2027"}
    assert [item.name for item in calendar.root.components()] == ["VTIMEZONE", "VTIMEZONE", "VEVENT"]
    assert zones_named(calendar.root) == ("Europe/Berlin", "Europe/Paris")


@pytest.mark.parametrize(
    "rule, last",
    [
        ("", 2027),
        ("FREQ=WEEKLY", 2037),
        ("FREQ=WEEKLY;UNTIL=20290301T080000Z", 2029),
        ("FREQ=YEARLY;COUNT=5", 2032),
        ("FREQ=YEARLY;INTERVAL=999999;COUNT=999999", 2127),
        ("FREQ=DAILY;UNTIL=never", 2037),
        ("FREQ=DAILY;UNTIL=2029", 2027),
    ],
)
def test_a_rule_is_followed_to_its_end(rule: str, last: int) -> None:
    calendar = new_calendar(Event(start=at(1, "Europe/Berlin"), rule=rule), IDS, NOW)
    span = span_of(calendar.root)
    assert span is not None
    assert span[1].year == last


def test_a_zone_that_no_line_names_any_more_goes() -> None:
    calendar = new_calendar(Event(start=at(1, "Europe/Berlin")), IDS, NOW, zone_octets)
    moved = with_event(calendar, replace(event_of(calendar), start=at(1, "Europe/Paris")), zone_octets)
    assert set(zones(moved)) == {"Europe/Paris"}
    all_day = with_event(moved, replace(event_of(moved), start=Moment.on(date(2027, 3, 1))), zone_octets)
    assert zones(all_day) == {}


def test_ours_follows_the_years_and_a_foreign_one_stays() -> None:
    calendar = new_calendar(Event(start=at(1, "Europe/Berlin")), IDS, NOW, zone_octets)
    later = with_event(calendar, replace(event_of(calendar), start=at(1, "Europe/Berlin", 2030)), zone_octets)
    assert zones(later) == {"Europe/Berlin": "2030-2030"}
    foreign = read_calendar((VECTORS / "windows_zone.ics").read_bytes())
    event = event_of(foreign)
    assert event.start is not None
    assert event.end is not None
    moved = replace(event, start=at(1, event.zone, 2031), end=at(2, event.zone, 2031))
    after = with_event(foreign, moved, zone_octets)
    assert after.root.components("VTIMEZONE") == foreign.root.components("VTIMEZONE")


def test_an_unknown_zone_without_rules_is_refused() -> None:
    with pytest.raises(MessageError):
        new_calendar(Event(start=at(1, "Mars/Olympus")), IDS, NOW, zone_octets)


def test_without_a_writer_of_zones_they_stay_as_they_are() -> None:
    calendar = read_calendar((VECTORS / "request.ics").read_bytes())
    after = with_event(calendar, replace(event_of(calendar), start=at(1, "Europe/Paris")))
    assert after.root.components("VTIMEZONE") == calendar.root.components("VTIMEZONE")


def test_lines_that_hold_no_moment_make_no_span() -> None:
    assert span_of(read_calendar((VECTORS / "web_page.ics").read_bytes()).root) is None
