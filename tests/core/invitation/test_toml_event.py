"""Events described in TOML: what is typed comes through, and each fault names key, value and what may be."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import ExitCode, MessageError, SesComposerError, UnreadableError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.event import Event, event_of, new_calendar
from sescomposer.core.invitation.event_lists import Attachment
from sescomposer.core.invitation.moments import Form, Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.toml_event import (
    KEYS,
    changed_event,
    event_from_table,
    notes,
    read_change,
    read_event,
    read_table,
    revised_event,
)
from sescomposer.core.invitation.vtimezone import vtimezone

NOW = datetime.fromisoformat("2027-01-04T10:15:00+00:00")
BERLIN = "Europe/Berlin"

WHOLE = b"""
summary = "Product office hours"
start = 2027-03-01T09:30:00
end = 2027-03-01T16:00:00
time_zone = "US/Eastern"
end_time_zone = "W. Europe Standard Time"
location = "Room 1, 2nd floor"
description = \"\"\"
Join us; bring questions.
Agenda\\\\notes\"\"\"
x-alt-desc = "<p>Join us.</p>"
organizer = { mailbox = '"Events, Inc." <events@example.com>', sent_by = "jane@example.com" }
attendees = [
    "Guest One <guest@example.net>",
    { mailbox = "b\xc3\xbccher@b\xc3\xbccher.example", role = "opt-participant", rsvp = false },
    { mailbox = "Room <room@example.net>", cutype = "ROOM", role = "NON-PARTICIPANT" },
]
rrule = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270628T133000Z"
exdates = [2027-04-05T09:30:00]
alarm_minutes = [10, 60]
conference = "https://meet.example/a?b=c"
uid = "5f0c1a52@events.example.com"
sequence = 3
method = "request"
status = "TENTATIVE"
class = "PRIVATE"
transp = "TRANSPARENT"
priority = 1
categories = ["Product", "Q&A, demo"]
attach = ["https://example.com/a.pdf", { uri = "https://example.com/b", fmttype = "text/plain", filename = "b.txt" }]
url = "https://example.com/"
comment = "See you"
"""


def table(**changes: Any) -> dict[str, Any]:
    """A description of an hour in Berlin with changes; None takes a key out."""
    given_: dict[str, Any] = {
        "summary": "Tea",
        "start": datetime(2027, 3, 1, 15),
        "end": datetime(2027, 3, 1, 16),
        "time_zone": BERLIN,
        "organizer": "events@example.com",
        "attendees": ["guest@example.net"],
        **changes,
    }
    return {
        name.replace("x_alt_desc", "x-alt-desc").rstrip("_"): item for name, item in given_.items() if item is not None
    }


def calendar_octets(event: Event) -> bytes:
    def zone_octets(name: str, first: datetime, last: datetime) -> bytes:
        return vtimezone(name, first, last).octets

    calendar = new_calendar(event, SeededIdentifiers(1), NOW, zone_octets)
    assert event_of(calendar).summary == event.summary
    return calendar.octets


def test_every_key_comes_through() -> None:
    event = read_event(WHOLE)
    start = Moment.zoned(datetime(2027, 3, 1, 9, 30), "America/New_York")
    assert event == Event(
        uid="5f0c1a52@events.example.com",
        sequence=3,
        method="REQUEST",
        summary="Product office hours",
        start=start,
        end=Moment.zoned(datetime(2027, 3, 1, 16), BERLIN),
        rule="FREQ=WEEKLY;UNTIL=20270628T133000Z;BYDAY=MO",
        exdates=(start.at(datetime(2027, 4, 5, 9, 30)),),
        location="Room 1, 2nd floor",
        conference="https://meet.example/a?b=c",
        description="Join us; bring questions.\nAgenda\\notes",
        html_description="<p>Join us.</p>",
        organizer=Person("events@example.com", "Events, Inc.", "jane@example.com"),
        attendees=(
            Attendee("guest@example.net", "Guest One"),
            Attendee("bücher@bücher.example", role="OPT-PARTICIPANT", rsvp=False),
            Attendee("room@example.net", "Room", role="NON-PARTICIPANT", type="ROOM"),
        ),
        alarms_minutes=(10, 60),
        class_="PRIVATE",
        transparency="TRANSPARENT",
        priority=1,
        categories=("Product", "Q&A, demo"),
        attachments=(
            Attachment("https://example.com/a.pdf"),
            Attachment("https://example.com/b", "text/plain", "b.txt"),
        ),
        status="TENTATIVE",
        url="https://example.com/",
        comment="See you",
    )
    assert notes(event) == ()
    given_ = set(read_table(WHOLE))
    assert {key.name for key in KEYS} - given_ == {"duration", "rdates"}
    assert b"BEGIN:VTIMEZONE" in calendar_octets(event)


@pytest.mark.parametrize(
    "changes, start, end",
    [
        ({"time_zone": "UTC"}, "20270301T150000Z", "20270301T160000Z"),
        ({"time_zone": "Etc/UTC"}, "20270301T150000Z", "20270301T160000Z"),
        ({"time_zone": "floating"}, "20270301T150000", "20270301T160000"),
        (
            {
                "start": datetime.fromisoformat("2027-03-01T15:00:00+00:00"),
                "end": datetime.fromisoformat("2027-03-01T16:00:00+00:00"),
                "time_zone": None,
            },
            "20270301T150000Z",
            "20270301T160000Z",
        ),
        ({"start": date(2027, 6, 1), "end": date(2027, 6, 4), "time_zone": None}, "20270601", "20270604"),
        ({"start": date(2027, 6, 1), "end": None, "time_zone": None}, "20270601", "20270602"),
        ({"start": date(2027, 6, 1), "end": None, "duration": "P3D", "time_zone": None}, "20270601", "20270604"),
        ({"end": None, "duration": "PT1H30M"}, "20270301T150000", "20270301T163000"),
        ({"end": datetime(2027, 3, 1, 14, 30), "end_time_zone": "Europe/London"}, "20270301T150000", "20270301T143000"),
    ],
)
def test_times_of_every_form(changes: dict[str, Any], start: str, end: str) -> None:
    event = event_from_table(table(**changes))
    assert event.start is not None
    assert event.finish is not None
    assert (event.start.value, event.finish.value) == (start, end)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"summary": None}, ["summary is missing"]),
        ({"summary": "a\nb"}, ["summary = 'a\\nb'", "line end", "one line"]),
        ({"summary": "a\rb"}, ["summary", "line end"]),
        ({"summary": 1}, ["summary = 1", "text in quotes"]),
        ({"summary": " "}, ["summary", "empty"]),
        ({"description": "a\x00b"}, ["description", "'\\x00'", "control characters"]),
        ({"start": None}, ["start is missing", "2027-03-01T09:30:00"]),
        ({"start": "2027-03-01T15:00:00"}, ["start = '2027-03-01T15:00:00'", "without quotes"]),
        ({"start": datetime(2027, 3, 1, 15, 0, 0, 5)}, ["start", "whole seconds"]),
        ({"start": datetime.fromisoformat("2027-03-01T15:00:00+01:00")}, ["start", "offset", "time_zone"]),
        ({"start": datetime.fromisoformat("2027-03-01T15:00:00+00:00")}, ["start", "Europe/Berlin"]),
        ({"start": datetime(2027, 3, 28, 2, 30)}, ["start = 2027-03-28T02:30:00", "skips 02:30", "03:30"]),
        ({"end": datetime(2027, 3, 28, 2, 30)}, ["end = 2027-03-28T02:30:00", "skips"]),
        ({"end": datetime(2027, 3, 1, 14)}, ["end = 2027-03-01T14:00:00", "not after start = 2027-03-01T15:00:00"]),
        ({"end": datetime(2027, 3, 1, 15)}, ["end", "not after"]),
        ({"end": datetime(2027, 3, 1, 15), "end_time_zone": "Asia/Tokyo"}, ["end", "not after"]),
        ({"end": date(2027, 3, 2)}, ["end is 20270302", "another kind"]),
        ({"end": None}, ["end is missing"]),
        ({"duration": "PT1H"}, ["duration", "not both"]),
        ({"end": None, "duration": "1 hour"}, ["duration = '1 hour'", "PT1H30M"]),
        ({"end": None, "duration": "-PT1H"}, ["duration", "above nothing"]),
        ({"end": None, "duration": 60}, ["duration = 60"]),
        ({"start": date(2027, 6, 1), "end": date(2027, 6, 1), "time_zone": None}, ["end", "day after its last"]),
        ({"start": date(2027, 6, 1), "end": date(2027, 6, 2)}, ["time_zone", "whole days"]),
        ({"start": date(2027, 6, 1), "end": None, "duration": "PT5H", "time_zone": None}, ["duration", "whole days"]),
        ({"time_zone": None}, ["time_zone is missing", "Europe/Berlin"]),
        ({"time_zone": "Europe/Berlim"}, ["time_zone = 'Europe/Berlim'", "Europe/Berlin"]),
        ({"time_zone": "Mars/Base"}, ["time_zone = 'Mars/Base'", "no time zone"]),
        ({"time_zone": 1}, ["time_zone = 1"]),
        ({"end": None, "duration": "PT1H", "end_time_zone": "UTC"}, ["end_time_zone"]),
        ({"organizer": None}, ["organizer is missing"]),
        ({"organizer": "Events"}, ["organizer = 'Events'", "no address", "jane@example.com"]),
        ({"organizer": "guest@example.net"}, ["attendees = 'guest@example.net'", "organizer"]),
        ({"organizer": "Guest@EXAMPLE.net"}, ["organizer cannot be a guest"]),
        ({"organizer": {"mailbox": "a@b.example", "role": "CHAIR"}}, ["organizer.role = 'CHAIR'", "sent_by"]),
        ({"attendees": None}, ["attendees is missing"]),
        ({"attendees": []}, ["attendees is missing"]),
        ({"attendees": "guest@example.net"}, ["attendees = 'guest@example.net'", "list"]),
        ({"attendees": ["a@b.example", "Guest One"]}, ["attendees[2] = 'Guest One'", "no address"]),
        ({"attendees": ["a@b.example\nX: y"]}, ["attendees[1]", "line end"]),
        ({"attendees": [1]}, ["attendees[1] = 1"]),
        ({"attendees": [{"name": "x"}]}, ["attendees[1].name"]),
        ({"attendees": [{"rsvp": True}]}, ["attendees[1]", "mailbox is missing"]),
        ({"attendees": [{"mailbox": "a@b.example", "role": "BOSS"}]}, ["attendees[1].role = 'BOSS'", "CHAIR"]),
        ({"attendees": [{"mailbox": "a@b.example", "rsvp": "yes"}]}, ["attendees[1].rsvp = 'yes'", "true or false"]),
        ({"attendees": ["a@b.example", "A@b.example"]}, ["attendees", "twice"]),
        ({"rrule": "every week"}, ["rrule = 'every week'", "FREQ=WEEKLY"]),
        ({"rrule": "FREQ=WEEKLY;COUNT=2;UNTIL=20270628T133000Z"}, ["rrule", "COUNT and UNTIL"]),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20270628"}, ["rrule", "UNTIL", "UTC"]),
        ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, ["rrule", "names no date that exists"]),
        ({"rrule": "FREQ=DAILY;UNTIL=20260101T000000Z"}, ["rrule", "never takes place"]),
        (
            {"rrule": "FREQ=DAILY;COUNT=1", "exdates": [datetime(2027, 3, 1, 15)]},
            ["taken out by an exception"],
        ),
        ({"exdates": [datetime(2027, 3, 1, 15)]}, ["exdates", "does not repeat"]),
        ({"rrule": "FREQ=DAILY", "exdates": [datetime(2027, 3, 2, 16)]}, ["exdates", "2027-03-02T16:00:00"]),
        ({"rrule": "FREQ=DAILY", "exdates": [date(2027, 3, 2)]}, ["exdates[1] = 2027-03-02", "date and time"]),
        ({"rrule": "FREQ=DAILY", "exdates": datetime(2027, 3, 2, 15)}, ["exdates", "list"]),
        ({"alarm_minutes": -5}, ["alarm_minutes = -5", "0 to"]),
        ({"alarm_minutes": [5, "x"]}, ["alarm_minutes[2] = 'x'"]),
        ({"alarm_minutes": True}, ["alarm_minutes = true"]),
        ({"conference": "meet.example"}, ["conference = 'meet.example'", "scheme"]),
        ({"url": "https://a b"}, ["url", "blanks"]),
        ({"attach": ["x"]}, ["attach[1] = 'x'"]),
        ({"categories": ["a", ""]}, ["categories[2]", "empty"]),
        ({"uid": "a b"}, ["uid = 'a b'", "without blanks"]),
        ({"uid": "é" * 128}, ["uid", "255 octets"]),
        ({"sequence": -1}, ["sequence = -1"]),
        ({"sequence": 1.5}, ["sequence = 1.5", "whole number"]),
        ({"method": "REPLY"}, ["method = 'REPLY'", '"REQUEST"']),
        ({"method": "PUBLISH"}, ["attendees", "PUBLISH"]),
        ({"method": "CANCEL"}, ["uid is missing", "cancel UID"]),
        ({"method": "CANCEL", "uid": "1"}, ["sequence is missing"]),
        ({"method": "CANCEL", "uid": "1", "sequence": 1, "alarm_minutes": 5}, ["alarm_minutes"]),
        ({"method": "CANCEL", "uid": "1", "sequence": 1, "status": "CONFIRMED"}, ["status", "CANCEL"]),
        ({"status": "CANCELLED"}, ["status = 'CANCELLED'", "REQUEST"]),
        ({"status": "MAYBE"}, ["status = 'MAYBE'", '"TENTATIVE"']),
        ({"class_": "SECRET"}, ["class = 'SECRET'", '"CONFIDENTIAL"']),
        ({"transp": "FREE"}, ["transp = 'FREE'", '"OPAQUE" or "TRANSPARENT"']),
        ({"priority": 10}, ["priority = 10", "0 to 9"]),
        ({"attendee": "a@b.example"}, ["'attendee'", "attendees meant", "a@b.example"]),
        ({"Summary": "x"}, ["'Summary'", "summary meant"]),
        ({"dtstart": 1}, ["'dtstart'", "There are: summary"]),
    ],
)
def test_faults_are_sentences(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(MessageError) as caught:
        event_from_table(table(**changes))
    told = f"{caught.value.sentence} {caught.value.hint}"
    assert all(word in told for word in words), told
    assert caught.value.hint
    assert caught.value.exit_code in (ExitCode.USAGE, ExitCode.UNREADABLE)


@pytest.mark.parametrize(
    "octets, words",
    [
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", ".ics"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "HTML"),
        (b'{"summary": "x"}', "JSON"),
        (b"x = " + b"[" * 100_000, "no TOML"),
        (b"summary = tea", "no TOML"),
        (b"start = 2027-02-30", "no TOML"),
        (b"start = 2027-03-01T09:30\nx=1", "no TOML"),
        (b'summary = "\xff"', "not UTF-8 at octet 11"),
        (b"#" * (5 * 1024 * 1024), "5242880 octets"),
        (b"\x00", "no TOML"),
    ],
)
def test_what_is_no_description_is_said(octets: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words) as caught:
        read_event(octets)
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.UNREADABLE


def test_who_calls_and_who_comes_may_be_given_beside() -> None:
    event = event_from_table(
        table(organizer=None, attendees=["a@b.example"]),
        Person("host@example.com"),
        (Attendee("A@b.example", "Same"), Attendee("c@d.example")),
    )
    assert event.organizer == Person("host@example.com")
    assert [guest.mailbox for guest in event.attendees] == ["a@b.example", "c@d.example"]
    with pytest.raises(MessageError, match="organizer cannot be a guest"):
        event_from_table(table(), None, (Attendee("events@example.com"),))


def test_cancel_and_publish() -> None:
    event = event_from_table(table(method="CANCEL", uid="1", sequence=2))
    assert (event.method, event.status, event.sequence) == ("CANCEL", "CANCELLED", 2)
    event = event_from_table(table(method="publish", attendees=None))
    assert (event.method, event.attendees) == ("PUBLISH", ())


def test_what_is_unusual_is_told() -> None:
    twice = event_from_table(table(start=datetime(2027, 10, 31, 2, 30), end=datetime(2027, 10, 31, 4)))
    assert ["twice" in note for note in notes(twice)] == [True]
    outside = event_from_table(table(rrule="FREQ=WEEKLY;BYDAY=TU"))
    assert ["none of its dates" in note for note in notes(outside)] == [True]


def test_a_rule_that_goes_on_by_the_second_is_not_followed_for_ever() -> None:
    far = {"rrule": "FREQ=SECONDLY", "exdates": [datetime(9000, 1, 1)]}
    assert event_from_table(table(**far)).exdates


# --- changes -----------------------------------------------------------------------------------------------------

BEFORE = event_from_table(
    table(uid="1", rrule="FREQ=WEEKLY", location="Here", exdates=[datetime(2027, 3, 8, 15)], priority=5)
)


@pytest.mark.parametrize(
    "changes, attribute, wanted",
    [
        (["summary=Cake, tea"], "summary", "Cake, tea"),
        (["location="], "location", ""),
        (["priority=1"], "priority", 1),
        (["priority="], "priority", None),
        (["transp=transparent"], "transparency", "TRANSPARENT"),
        (["organizer=Jane <j@example.com>"], "organizer", Person("j@example.com", "Jane")),
        (['organizer={mailbox="j@example.com"}'], "organizer", Person("j@example.com")),
        (['attendees=["x@y.example"]'], "attendees", (Attendee("x@y.example"),)),
        (["alarm_minutes=[5, 10]"], "alarms_minutes", (5, 10)),
        (["end=2027-03-01T17:00"], "end", Moment.zoned(datetime(2027, 3, 1, 17), BERLIN)),
        (["duration=PT2H"], "duration", timedelta(hours=2)),
        (["rrule=FREQ=WEEKLY;COUNT=3"], "rule", "FREQ=WEEKLY;COUNT=3"),
        (["rrule=", "exdates="], "rule", ""),
        (["time_zone=Asia/Tokyo"], "exdates", (Moment.zoned(datetime(2027, 3, 8, 15), "Asia/Tokyo"),)),
        (["end_time_zone=Europe/London"], "end", Moment.zoned(datetime(2027, 3, 1, 16), "Europe/London")),
    ],
)
def test_changes_set_what_they_name(changes: list[str], attribute: str, wanted: object) -> None:
    pairs = dict(map(read_change, changes))
    gone = [name for name, value in pairs.items() if value is None]
    after = changed_event(BEFORE, {name: value for name, value in pairs.items() if value is not None}, gone)
    assert getattr(after, attribute) == wanted
    assert after.uid == "1"
    if attribute != "summary":
        assert after.summary == "Tea"


@pytest.mark.parametrize(
    "changes, words",
    [
        (["summary"], "no equals sign"),
        (["colour=red"], "'colour' is no key"),
        (["uid=2"], "uid cannot be changed"),
        (["method=CANCEL"], "method cannot be changed"),
        (["summary="], "summary cannot be taken out"),
        (["priority=high"], "priority = 'high' cannot be read"),
        (["priority=1\nuid=2"], "cannot be read"),
        (["start=tomorrow"], "start = 'tomorrow' cannot be read"),
        (["start=2027-03-01T17:00"], "not after start"),
        (["start=2027-03-02T15:00", "end=2027-03-02T16:00"], "exdates: 2027-03-08T15:00:00"),
        (["rrule="], "does not repeat"),
        (["time_zone=Mars"], "time_zone = 'Mars'"),
        (["organizer=guest@example.net"], "organizer cannot be a guest"),
        (["attendees=[]"], "nobody is invited"),
        (["attendees=" + "[" * 9999], "cannot be read"),
    ],
)
def test_changes_that_cannot_be_are_said(changes: list[str], words: str) -> None:
    with pytest.raises(MessageError, match=words.replace("[", r"\[")):
        changes_made(changes)


def changes_made(changes: list[str]) -> Event:
    pairs = dict(map(read_change, changes))
    gone = [name for name, value in pairs.items() if value is None]
    return changed_event(BEFORE, {name: value for name, value in pairs.items() if value is not None}, gone)


def test_a_change_touches_nothing_else_even_in_a_zone_that_nobody_knows() -> None:
    start = Moment(datetime(2027, 3, 1, 9), Form.ZONED, "Custom zone")
    before = Event(uid="1", summary="A", start=start, end=start, attendees=(Attendee("a@b.example", partstat="X"),))
    after = changed_event(before, {"summary": "B"})
    assert after == Event(**{**fields_of(before), "summary": "B"})


def fields_of(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__dataclass_fields__}


def test_a_whole_description_stands_for_all_but_answers_and_people() -> None:
    before = changed_event(BEFORE, {})
    answered = Event(**{**fields_of(before), "attendees": (Attendee("guest@example.net", partstat="ACCEPTED"),)})
    after = revised_event(answered, table(organizer=None, attendees=None, location="There"))
    assert (after.location, after.rule, after.organizer) == ("There", "", answered.organizer)
    assert after.attendees == answered.attendees
    for wrong in ({"uid": "2"}, {"method": "CANCEL"}, {"status": "CANCELLED"}):
        with pytest.raises(MessageError, match=next(iter(wrong))):
            revised_event(answered, table(**wrong))


# --- any values --------------------------------------------------------------------------------------------------

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.datetimes(timezones=st.timezones()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
TYPED = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=80)


def fault_of(action: Callable[[], object]) -> SesComposerError | None:
    try:
        action()
    except SesComposerError as error:
        return error
    return None


@given(st.dictionaries(st.sampled_from([key.name for key in KEYS]), ANY, max_size=4))
def test_any_values_give_an_event_or_a_sentence(changes: Mapping[str, object]) -> None:
    whole = {**table(), **{name: value for name, value in changes.items() if value is not None}}
    error = fault_of(lambda: event_from_table(whole))
    assert error is None or (isinstance(error, MessageError) and error.sentence.endswith(".") and error.hint)


@given(st.binary(max_size=60) | TYPED.map(str.encode))
def test_any_octets_are_a_table_or_a_sentence(octets: bytes) -> None:
    error = fault_of(lambda: read_table(octets))
    assert error is None or (isinstance(error, UnreadableError) and error.hint)


@given(TYPED, TYPED, TYPED)
def test_texts_come_back_as_typed(location: str, description: str, html: str) -> None:
    texts = {"location": location, "description": description, "x-alt-desc": html}
    written = "".join(f"{name} = {json.dumps(text, ensure_ascii=False)}\n" for name, text in texts.items())
    base = b'summary="T"\nstart=2027-03-01\norganizer="a@b.example"\nattendees=["c@d.example"]\n'
    event = read_event(base + written.encode())
    read = event_of(new_calendar(event, SeededIdentifiers(1), NOW))
    assert (read.location, read.description, read.html_description) == (location, description, html)


@given(st.text(max_size=60) | st.tuples(st.sampled_from([key.name for key in KEYS]), st.text()).map("=".join))
def test_any_change_is_read_or_said(text: str) -> None:
    error = fault_of(lambda: read_change(text))
    assert error is None or (isinstance(error, MessageError) and error.hint)
