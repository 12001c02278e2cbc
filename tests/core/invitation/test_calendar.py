"""Calendar objects: any octets are kept, edits touch what they concern alone, and other readers agree."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import icalendar
import pytest
from hypothesis import example, given

from sescomposer.core.errors import EditError
from sescomposer.core.invitation.calendar import DEEPEST, Calendar, make_calendar, read_calendar
from sescomposer.core.invitation.component import make_component
from sescomposer.core.invitation.event import event_of
from sescomposer.core.invitation.lines import make_line

VECTORS = Path(__file__).parents[2] / "data" / "invitation"
READ = sorted((VECTORS / "read").glob("*.ics"))
LINES = st.sampled_from(
    [
        *(b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VALARM\n"),
        *(
            b"END:VALARM\r\n",
            b"begin:vevent\n",
            b"BEG\r\n IN:VEVENT\r\n",
            b"END;X=1:VEVENT\r\n",
            b"BEGIN:\r\n",
            b"\r\n",
        ),
        *(b"SUMMARY:a\r\n", b"METHOD:REQUEST\r\n", b"DTSTART:2027\xff\r\n", b" folded\r\n", b"<html>", b"\xef\xbb\xbf"),
    ]
)
DOCUMENTS = st.lists(LINES, max_size=40).map(b"".join) | st.binary(max_size=200)


@given(DOCUMENTS)
@example(b"BEGIN:VCALENDAR\r\n" * 50)
@example(b"END:VCALENDAR\r\n" * 3)
def test_any_octets_are_read_without_loss(octets: bytes) -> None:
    calendar = read_calendar(octets)
    assert b"".join(line.octets for line in calendar.walk()) == octets == calendar.octets
    assert calendar.is_calendar or calendar.root.octets == b""
    assert all(0 <= defect.start <= defect.stop <= len(octets) for defect in calendar.defects)
    event_of(calendar)


def lines_of(calendar: Calendar) -> list[bytes]:
    return [line.octets.removesuffix(b"\n").removesuffix(b"\r") for line in calendar.walk() if line.octets]


@given(DOCUMENTS)
def test_a_line_added_and_taken_away_leaves_all_other_lines(octets: bytes) -> None:
    calendar = read_calendar(octets)
    line = make_line("X-NEW", "1")
    if not calendar.is_calendar and octets.strip():
        with pytest.raises(EditError):
            calendar.with_root(calendar.root.with_line(line))
        return
    changed = calendar.with_root(calendar.root.with_line(line))
    assert changed.root.first("X-NEW") == line
    if calendar.is_calendar:
        assert [line for line in lines_of(changed) if line != b"X-NEW:1"] == lines_of(calendar)
        again = changed.with_root(changed.root.without("X-NEW"))
        assert again.octets.rstrip(b"\r\n") == octets.rstrip(b"\r\n")


def test_nesting_without_end_is_kept_as_lines() -> None:
    octets = b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 20_000 + b"END:X\r\n" * 20_000 + b"END:VCALENDAR\r\n"
    calendar = read_calendar(octets)
    assert calendar.octets == b"".join(line.octets for line in calendar.walk()) == octets
    assert calendar.root.end.octets == b"END:VCALENDAR\r\n"
    depth, component = 1, calendar.root
    while component.components():
        depth, component = depth + 1, component.components()[0]
    assert depth == DEEPEST
    assert {defect.code for defect in calendar.defects} == {"too-deep", "stray-end"}


def test_an_edit_gives_lines_their_new_places() -> None:
    calendar = make_calendar([make_line("VERSION", "2.0"), make_component("VEVENT", [make_line("UID", "1")])])
    (event,) = calendar.events
    changed = calendar.with_component(event, event.with_line(make_line("SUMMARY", "x" * 200)))
    for line in changed.walk():
        assert changed.octets[line.offset :].startswith(line.octets)
    assert [line.number for line in changed.walk()] == [1, 2, 3, 4, 5, 8, 9]


def test_a_line_is_meant_by_identity() -> None:
    event = make_component("VEVENT", [make_line("COMMENT", "a"), make_line("X", "1"), make_line("COMMENT", "a")])
    second = event.all("COMMENT")[1]
    assert [line.name for line in event.without(second).lines] == ["COMMENT", "X"]
    assert [line.name for line in event.replaced(second, make_line("Y", "2")).lines] == ["COMMENT", "X", "Y"]


def test_the_method_stands_before_every_component() -> None:
    calendar = make_calendar([make_line("VERSION", "2.0"), make_component("VEVENT")])
    root = calendar.root.with_line(make_line("X-LAST", "1")).with_line(make_line("METHOD", "CANCEL"))
    names = [line.name for line in calendar.with_root(root).walk()]
    assert names == ["BEGIN", "VERSION", "METHOD", "X-LAST", "BEGIN", "END", "END"]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_vectors_are_read_as_their_files_say(path: Path) -> None:
    wanted = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    calendar = read_calendar(path.read_bytes())
    event = event_of(calendar)
    found: dict[str, object] = {
        "defects": sorted({defect.code for defect in calendar.defects}),
        "events": len(calendar.events),
        "method": calendar.method,
        "uid": event.uid,
        "summary": event.summary,
        "start": event.start.value if event.start else "",
        "finish": event.finish.value if event.finish else "",
        "zone": event.zone,
        "organizer": event.organizer.mailbox if event.organizer else "",
        "attendees": [guest.mailbox for guest in event.attendees],
        "alarms_minutes": list(event.alarms_minutes),
    }
    assert {key: found[key] for key in wanted} == wanted, json.dumps(found, ensure_ascii=False)


def test_there_are_vectors_to_read() -> None:
    assert len(READ) >= 8


def large() -> bytes:
    event = (VECTORS / "read" / "request.ics").read_bytes().partition(b"BEGIN:VEVENT")[2].partition(b"END:VCALENDAR")[0]
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + (b"BEGIN:VEVENT" + event) * 5_000 + b"END:VCALENDAR\r\n"


def test_five_megabytes_take_at_most_twice_what_another_reader_takes_for_a_fifth(
    costs_at_most: Callable[[float, Callable[[], object], Callable[[], object]], None],
) -> None:
    octets = large()
    assert len(octets) > 5_000_000
    fifth = octets[: octets.index(b"END:VEVENT", len(octets) // 5)] + b"END:VEVENT\r\nEND:VCALENDAR\r\n"

    def read_and_shown() -> Calendar:
        calendar = read_calendar(octets)
        assert event_of(calendar).summary
        return calendar

    costs_at_most(2, read_and_shown, lambda: icalendar.Calendar.from_ical(fifth))
