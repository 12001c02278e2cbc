"""Events: what is typed comes back through our reader and two others, and an edit touches its lines alone."""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import icalendar
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sescomposer.core.errors import AddressError, EditError, MessageError
from sescomposer.core.identifiers import RandomIdentifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.event import Event, event_of, events_of, new_calendar, with_event
from sescomposer.core.invitation.event_lists import Attachment
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person

VECTORS = Path(__file__).parents[2] / "data" / "invitation" / "read"
NOW = datetime(2027, 1, 4, 10, 15, tzinfo=UTC)
IDS = RandomIdentifiers(lambda count: bytes(range(count)))
SPECIAL = st.sampled_from("\n\t,;:\\\"^n='%")
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | SPECIAL, max_size=90)
URIS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60).map("https://a.example/{}".format)
CLOCKS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1)).map(lambda clock: clock.replace(microsecond=0))
MOMENTS = st.one_of(
    CLOCKS.map(Moment.floating),
    CLOCKS.map(Moment.utc),
    CLOCKS.map(Moment.on),
    st.builds(Moment.zoned, CLOCKS, st.sampled_from(["Europe/Berlin", "W. Europe Standard Time", "(UTC+01:00) A, B"])),
)
FEW_MOMENTS = st.sampled_from([Moment.zoned(datetime(2027, 3, day, 9, 30), "America/New_York") for day in (8, 15)])
LOCAL_PARTS = st.text(st.sampled_from("abcXYZ09.!#$%&'*+/=?^_`{|}~-é日"), min_size=1, max_size=12)
MAILBOXES = st.builds("{}@{}".format, LOCAL_PARTS, st.sampled_from(["a.example", "bücher.example", "[192.0.2.1]"]))
ATTENDEES = st.builds(
    Attendee,
    mailbox=MAILBOXES,
    name=TEXTS,
    role=st.sampled_from(["REQ-PARTICIPANT", "OPT-PARTICIPANT", "CHAIR", "NON-PARTICIPANT"]),
    type=st.sampled_from(["INDIVIDUAL", "ROOM"]),
    partstat=st.sampled_from(["NEEDS-ACTION", "ACCEPTED", "DECLINED"]),
    rsvp=st.booleans(),
)
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, in which every step would start a process."""

EVENTS = st.builds(
    Event,
    uid=TEXTS.filter(bool),
    sequence=st.integers(0, 999),
    method=st.sampled_from(["", "REQUEST", "CANCEL"]),
    summary=TEXTS,
    start=st.none() | MOMENTS,
    end=st.none() | MOMENTS,
    duration=st.none() | st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    rule=st.sampled_from(["", "FREQ=DAILY;COUNT=3"]),
    exdates=st.lists(MOMENTS | FEW_MOMENTS, max_size=4).map(tuple),
    rdates=st.lists(MOMENTS, max_size=2).map(tuple),
    location=TEXTS,
    conference=st.just("") | URIS,
    description=TEXTS,
    html_description=TEXTS,
    organizer=st.none() | st.builds(Person, mailbox=MAILBOXES, name=TEXTS, sent_by=st.just("") | MAILBOXES),
    attendees=st.lists(ATTENDEES, max_size=3).map(tuple),
    alarms_minutes=st.lists(st.integers(-9999, 9999) | st.sampled_from([5, 15]), max_size=3).map(tuple),
    class_=st.sampled_from(["", "PRIVATE"]),
    transparency=st.sampled_from(["", "TRANSPARENT"]),
    priority=st.none() | st.integers(0, 9),
    categories=st.lists(TEXTS.filter(bool), max_size=3).map(tuple),
    attachments=st.lists(st.builds(Attachment, URIS, st.just("") | st.just("text/plain"), TEXTS), max_size=2).map(
        tuple
    ),
    status=st.sampled_from(["", "CONFIRMED", "TENTATIVE", "CANCELLED"]),
    url=st.just("") | URIS,
    comment=TEXTS,
    recurrence_id=st.none() | MOMENTS,
)


def made(event: Event) -> Calendar:
    return new_calendar(event, IDS, NOW)


def fields_of(name: str, value: Any) -> dict[str, Any]:
    return {name: value}


def request() -> Calendar:
    return read_calendar((VECTORS / "request.ics").read_bytes())


def changed_lines(before: bytes, after: bytes) -> list[str]:
    """Physical lines that differ, with their signs, unfolded names in front."""
    old, new = (re.sub(rb"\r\n[ \t]", b"", octets).decode().splitlines() for octets in (before, after))
    return [line for line in difflib.ndiff(old, new) if line[0] in "+-"]


@given(EVENTS)
def test_an_event_comes_back_as_typed_and_its_object_is_sound(event: Event) -> None:
    calendar = made(event)
    assert event_of(calendar) == replace(event, stamp=Moment.utc(NOW))
    assert calendar.defects == ()
    assert len(calendar.events) == 1
    assert with_event(calendar, event_of(calendar)) is calendar
    assert max(map(len, calendar.octets.split(b"\r\n"))) <= 75


@given(EVENTS, EVENTS)
def test_any_event_becomes_any_other_and_unknown_lines_stay(first: Event, second: Event) -> None:
    calendar = request()
    for event in (first, second, event_of(calendar)):
        changed = with_event(calendar, replace(event, stamp=Moment.utc(NOW)))
        assert event_of(changed) == replace(event, stamp=Moment.utc(NOW))
        kept = (
            b'X-UNKNOWN;X-PARAM="a;b":value, as; it is\r\n',
            b"BEGIN:X-COMPONENT\r\nX-INNER:kept\r\nEND:X-COMPONENT\r\n",
        )
        assert all(changed.octets.count(octets) == 1 for octets in kept)
        assert changed.octets.count(b"TRIGGER;RELATED=END:PT0S\r\n") == 1
        calendar = changed


@given(EVENTS)
def test_the_icalendar_package_reads_the_same(event: Event) -> None:
    component: Any
    (component,) = icalendar.Calendar.from_ical(made(event).octets).walk("VEVENT")
    texts = {"SUMMARY": event.summary, "LOCATION": event.location, "DESCRIPTION": event.description, "UID": event.uid}
    assert {name: str(component.get(name, "")) for name in texts} == texts
    assert str(component.get("COMMENT", "")) == event.comment
    assert str(component.get("URL", "")) == event.url
    attendees = component.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    for guest, typed in zip(attendees, event.attendees, strict=True):
        # The package takes a backslash to escape in parameters too, where the standard has none of it.
        assert "\\" in typed.name or guest.params.get("CN", "") == typed.name
    for name, moment in (("DTSTART", event.start), ("DTEND", event.end)):
        if moment is not None and moment.is_date:
            assert component[name].dt == moment.day
        elif moment is not None:
            assert component[name].dt.replace(tzinfo=None) == moment.clock


@settings(
    max_examples=4,
    phases=QUICK,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(events=st.lists(EVENTS, min_size=10, max_size=30))
def test_ical_js_reads_the_same(events: list[Event], ical_js: Callable[[Sequence[bytes]], list[Any]]) -> None:
    for event, read in zip(events, ical_js([made(event).octets for event in events]), strict=True):
        assert isinstance(read, list), read
        name, _, (component, *_) = read
        assert (name, component[0]) == ("vcalendar", "vevent")
        properties = component[1]
        found = {row[0]: row[3] for row in reversed(properties)}
        wanted = {"summary": event.summary, "location": event.location, "description": event.description}
        assert {name: found.get(name, "") for name in wanted} == wanted
        assert [row[1].get("cn", "") for row in properties if row[0] == "attendee"] == [
            guest.name for guest in event.attendees
        ]
        categories = [text for row in properties if row[0] == "categories" for text in row[3:]]
        for text, typed in zip(categories, event.categories, strict=True):
            # ical.js unescapes the texts of a list twice.
            assert "\\" in typed or text == typed
        assert found.get("url", "") == event.url
        assert [row[3] for row in properties if row[0] == "attach"] == [file.uri for file in event.attachments]


EVIL = "mild\r\nATTENDEE:mailto:evil@x.example\nMETHOD:CANCEL\rBEGIN:VEVENT\r\n X"
FIELDS: list[tuple[str, Any]] = [
    *((name, EVIL) for name in ("uid", "summary", "location", "description", "html_description", "comment")),
    *((name, EVIL) for name in ("method", "status", "class_", "transparency")),
    *((name, f"https://a.example/{EVIL}") for name in ("url", "conference")),
    ("rule", f"FREQ=DAILY{EVIL}"),
    ("start", Moment.zoned(datetime(2027, 1, 1), f"Europe/{EVIL}")),
    ("exdates", (Moment.zoned(datetime(2027, 1, 1), EVIL),)),
    ("organizer", Person(f"a{EVIL}@b.example")),
    ("organizer", Person("a@b.example", EVIL)),
    ("organizer", Person("a@b.example", "", f"{EVIL}@b.example")),
    ("attendees", (Attendee("a@b.example", EVIL),)),
    ("attendees", (Attendee(f"a@{EVIL}"),)),
    ("attendees", (Attendee(f"urn:{EVIL}"),)),
    ("attendees", (Attendee("a@b.example", role=EVIL, type=EVIL, partstat=EVIL),)),
    ("categories", (EVIL, "b")),
    ("attachments", (Attachment(f"https://a.example/{EVIL}"),)),
    ("attachments", (Attachment("https://a.example/", EVIL),)),
    ("attachments", (Attachment("https://a.example/", "", EVIL),)),
]


@pytest.mark.parametrize("field, value", FIELDS)
def test_no_field_lets_a_line_in(field: str, value: Any) -> None:
    plain = Event(summary="x", organizer=Person("o@b.example"), attendees=(Attendee("a@b.example"),))
    refused = None
    try:
        calendar = made(replace(plain, **fields_of(field, value)))
    except MessageError as error:
        refused = error
    if refused is not None:
        assert refused.sentence.endswith(".")
        assert refused.hint
        return
    names = [line.name for line in calendar.walk()]
    assert (names.count("ATTENDEE"), names.count("METHOD"), names.count("BEGIN")) == (1, 1, 2)
    assert calendar.defects == ()


@pytest.mark.parametrize("field", ["summary", "location", "description", "html_description", "comment", "uid"])
@pytest.mark.parametrize("misfit", ["\0", "\x0b", "\x7f", "\ud800"])
def test_a_text_with_a_control_character_is_refused(field: str, misfit: str) -> None:
    with pytest.raises(MessageError) as caught:
        made(replace(Event(), **fields_of(field, f"a{misfit}")))
    assert caught.value.position == 1


@pytest.mark.parametrize("mailbox", ["", "jane", "jane@", "@b.example"])
def test_a_guest_without_an_address_is_refused_in_a_sentence(mailbox: str) -> None:
    with pytest.raises(AddressError) as caught:
        made(Event(attendees=(Attendee(mailbox),)))
    assert "is no address" in caught.value.sentence


@pytest.mark.parametrize(
    "field, value, lines",
    [
        ("summary", "New", ["- SUMMARY:Product office hours\\, 製品の相談", "+ SUMMARY:New"]),
        ("location", "", ["- LOCATION:Online"]),
        ("sequence", 3, ["- SEQUENCE:2", "+ SEQUENCE:3"]),
        ("method", "CANCEL", ["- METHOD:REQUEST", "+ METHOD:CANCEL"]),
        ("end", None, ["- DTEND;TZID=America/New_York:20270301T100000"]),
        (
            "start",
            Moment.on(date(2027, 3, 1)),
            ["- DTSTART;TZID=America/New_York:20270301T093000", "+ DTSTART;VALUE=DATE:20270301"],
        ),
        (
            "alarms_minutes",
            (),
            ["- BEGIN:VALARM", "- ACTION:DISPLAY", "- DESCRIPTION:Soon", "- TRIGGER:-PT15M", "- END:VALARM"],
        ),
        (
            "url",
            "https://b.example/?a,b;c",
            ["- URL:https://events.example.com/oh?a=1,2;b=3", "+ URL:https://b.example/?a,b;c"],
        ),
        ("categories", ("a,b",), ["+ CATEGORIES:a\\,b"]),
    ],
)
def test_an_edit_touches_its_lines_alone(field: str, value: Any, lines: list[str]) -> None:
    before = request()
    after = with_event(before, replace(event_of(before), **fields_of(field, value)))
    found = [line for line in changed_lines(before.octets, after.octets) if not line.startswith("?")]
    assert sorted(found) == sorted(lines)


def test_an_answer_changes_one_parameter_of_one_line() -> None:
    before = request()
    event = event_of(before)
    guest = replace(event.attendees[0], partstat="ACCEPTED")
    after = with_event(before, replace(event, attendees=(guest, *event.attendees[1:])))
    (gone, come) = changed_lines(before.octets, after.octets)
    assert come[2:] == gone[2:].replace("NEEDS-ACTION", "ACCEPTED")


def test_a_guest_who_leaves_takes_only_their_line() -> None:
    before = request()
    event = event_of(before)
    after = with_event(before, replace(event, attendees=event.attendees[1:]))
    assert [line[:10] for line in changed_lines(before.octets, after.octets)] == ["- ATTENDEE"]
    assert event_of(after).attendees == event.attendees[1:]


def test_an_exception_more_leaves_the_list_of_the_others() -> None:
    before = request()
    event = event_of(before)
    more = Moment.zoned(datetime(2027, 3, 22, 9, 30), "America/New_York")
    after = with_event(before, replace(event, exdates=(*event.exdates, more)))
    assert changed_lines(before.octets, after.octets) == ["+ EXDATE;TZID=America/New_York:20270322T093000"]


def test_what_cannot_be_read_stays_until_it_is_set() -> None:
    before = read_calendar((VECTORS / "hand_made.ics").read_bytes())
    after = with_event(before, replace(event_of(before), summary="New"))
    assert b"DTSTART:2027-06-01 15:00\r\n" in after.octets
    assert b"PRIORITY:high\r\n" in after.octets
    set_now = with_event(after, replace(event_of(after), start=Moment.utc(datetime(2027, 6, 1, 15))))
    assert b"DTSTART:20270601T150000Z\r\n" in set_now.octets
    assert b"2027-06-01" not in set_now.octets


def test_what_is_no_calendar_object_is_not_written_over() -> None:
    page = read_calendar((VECTORS / "web_page.ics").read_bytes())
    with pytest.raises(EditError):
        with_event(page, Event(summary="x"))
    assert event_of(with_event(read_calendar(b"\r\n"), Event(summary="x"))).summary == "x"


def test_occurrences_are_events_of_their_own() -> None:
    calendar = read_calendar((VECTORS / "occurrences.ics").read_bytes())
    assert [event.summary for event in events_of(calendar)] == ["Moved", "Series"]
    after = with_event(calendar, replace(event_of(calendar), summary="Other"))
    assert [event.summary for event in events_of(after)] == ["Moved", "Other"]


def test_a_new_object_has_what_a_request_needs_once_and_in_order() -> None:
    start, end = Moment.utc(datetime(2027, 6, 1, 15)), Moment.utc(datetime(2027, 6, 1, 16))
    event = Event(
        summary="A", start=start, end=end, organizer=Person("o@b.example"), attendees=(Attendee("g@b.example"),)
    )
    names = [line.name for line in made(event).walk()]
    head = [
        "BEGIN",
        "PRODID",
        "VERSION",
        "CALSCALE",
        "METHOD",
        "BEGIN",
        "UID",
        "DTSTAMP",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
    ]
    assert names == [*head, "SUMMARY", "ORGANIZER", "ATTENDEE", "STATUS", "TRANSP", "END", "END"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", event_of(made(event)).uid)


@pytest.mark.parametrize(
    "start, duration, finish",
    [
        (Moment.on(date(2027, 6, 1)), None, "20270602"),
        (Moment.on(date(2027, 6, 1)), timedelta(days=3), "20270604"),
        (Moment.utc(datetime(2027, 6, 1, 15)), timedelta(minutes=90), "20270601T163000Z"),
        (Moment.floating(datetime(2027, 6, 1, 15)), None, "20270601T150000"),
    ],
)
def test_an_event_without_an_end_has_one_all_the_same(start: Moment, duration: timedelta | None, finish: str) -> None:
    found = Event(start=start, duration=duration).finish
    assert found is not None
    assert found.value == finish


def test_alarms_that_show_the_title_follow_it_and_others_stay() -> None:
    first = new_calendar(Event(summary="Tea; a, b", alarms_minutes=(15,)), IDS, NOW)
    own = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:Put the kettle on\r\nEND:VALARM\r\n"
    calendar = read_calendar(first.octets.replace(b"END:VEVENT\r\n", own + b"END:VEVENT\r\n"))
    changed = with_event(calendar, replace(event_of(calendar), summary="Cake"))
    assert changed.octets.count(b"DESCRIPTION:Cake\r\n") == 1
    assert own in changed.octets
    untitled = with_event(changed, replace(event_of(changed), summary=""))
    assert b"DESCRIPTION:Reminder\r\n" in untitled.octets
    again = with_event(untitled, replace(event_of(untitled), summary="Tea; a, b"))
    assert again.octets == calendar.octets
