"""The life of an event: what rises when, who is asked anew, and what each message holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import MessageError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.event import Event, event_of, new_calendar, with_event
from sescomposer.core.invitation.lifecycle import (
    Weight,
    as_sent,
    cancelled,
    cancelled_instance,
    changes,
    for_guest,
    invited,
    moved_instance,
    published,
    resent,
    revision,
    updated,
    withdrawn,
    without_guest,
    without_instance,
)
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person

NOW = datetime(2027, 1, 4, 10, 15, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ZONE = "America/New_York"


def zoned(month: int, day: int, hour: int, minute: int = 0) -> Moment:
    return Moment.zoned(datetime(2027, month, day, hour, minute), ZONE)


FIRST = invited(
    Event(
        uid="1@example.com",
        summary="Office hours",
        start=zoned(3, 1, 9, 30),
        end=zoned(3, 1, 10),
        rule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20270628T133000Z",
        organizer=Person("events@example.com"),
        attendees=(Attendee("guest@example.net"), Attendee("other@example.org")),
        alarms_minutes=(15,),
    ),
    NOW,
)


def zone_octets(name: str, first: datetime, last: datetime) -> bytes:
    return f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\nEND:VTIMEZONE\r\n".encode()


def first_calendar() -> Calendar:
    return new_calendar(FIRST, SeededIdentifiers(1), NOW, zone_octets)


def sent(event: Event) -> icalendar.Calendar:
    """What another reader finds in the object that is sent."""
    octets = as_sent(first_calendar(), event, zone_octets).octets
    return icalendar.Calendar.from_ical(octets)


def vevent(event: Event) -> Any:
    (found,) = sent(event).walk("VEVENT")
    return found


def answered(event: Event) -> Event:
    return replace(event, attendees=tuple(replace(guest, partstat="ACCEPTED") for guest in event.attendees))


def test_a_typo_keeps_sequence_and_answers() -> None:
    before = answered(FIRST)
    found = revision(before, replace(before, description="Better words", uid="other"), LATER)
    assert (found.event.uid, found.event.sequence, found.is_raised) == ("1@example.com", 0, False)
    assert {guest.partstat for guest in found.event.attendees} == {"ACCEPTED"}
    assert found.event.stamp == Moment.utc(LATER)
    assert [(change.label, change.weight) for change in found.changes] == [("description", Weight.FREE)]
    assert found.reason == "SEQUENCE and the answers stay; only this changed: description."
    assert revision(before, replace(before, description="x"), LATER, ask_again=True).event.sequence == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"start": zoned(3, 1, 10, 30), "end": zoned(3, 1, 11)},
        {"end": zoned(3, 1, 11)},
        {"end": None, "duration": timedelta(hours=2)},
        {"rule": ""},
        {"exdates": (zoned(4, 5, 9, 30),)},
        {"rdates": (zoned(4, 6, 9, 30),)},
        {"status": "TENTATIVE"},
        {"location": "Room 2"},
    ],
)
def test_what_can_alter_an_answer_raises_sequence_and_asks_anew(changed: dict[str, object]) -> None:
    before = replace(answered(FIRST), sequence=4)
    after = updated(before, replace(before, **changed), LATER)  # type: ignore[arg-type]
    assert (after.sequence, after.method) == (5, "REQUEST")
    assert {(guest.partstat, guest.rsvp) for guest in after.attendees} == {("NEEDS-ACTION", True)}


def test_the_organiser_decides_about_the_place() -> None:
    found = revision(FIRST, replace(FIRST, location="Next door"), LATER, ask_again=False)
    assert (found.event.sequence, found.is_raised) == (0, False)
    must = revision(FIRST, replace(FIRST, end=zoned(3, 1, 11)), LATER, ask_again=False)
    assert must.event.sequence == 1


def test_the_same_length_said_otherwise_is_no_change() -> None:
    same = replace(FIRST, end=None, duration=timedelta(minutes=30))
    assert changes(FIRST, same) == ()
    assert revision(FIRST, same, LATER).reason == "Nothing changed; the same invitation is sent once more."


def test_the_host_and_rooms_keep_what_they_said() -> None:
    host = Attendee("Events@example.com", role="CHAIR", partstat="ACCEPTED", rsvp=False)
    room = Attendee("room@example.com", role="NON-PARTICIPANT", partstat="ACCEPTED", rsvp=False)
    before = replace(FIRST, attendees=(host, room, *FIRST.attendees))
    after = updated(before, replace(before, start=zoned(3, 1, 8)), LATER)
    assert after.attendees[:2] == (host, room)


def test_dtstamp_rises_even_when_the_clock_does_not() -> None:
    event = FIRST
    for _ in range(3):
        again = resent(event, NOW)
        assert again.stamp is not None
        assert event.stamp is not None
        assert event.stamp.is_before(again.stamp)
        event = again
    assert (event.sequence, event.attendees[0].rsvp) == (0, True)


def test_cancelling_the_whole() -> None:
    event = vevent(cancelled(FIRST, LATER))
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 1, "1@example.com")
    assert (len(event["ATTENDEE"]), event.subcomponents, "RECURRENCE-ID" in event) == (2, [], False)
    calendar = sent(cancelled(FIRST, LATER))
    assert calendar["METHOD"] == "CANCEL"
    assert len(calendar.walk("VTIMEZONE")) == 1


def test_withdrawing_a_guest_says_nothing_of_the_event() -> None:
    event = vevent(withdrawn(FIRST, "GUEST@example.net", LATER))
    assert (event["ATTENDEE"], event["SEQUENCE"], "STATUS" in event) == ("mailto:guest@example.net", 1, False)
    rest = without_guest(FIRST, "guest@example.net")
    assert [guest.mailbox for guest in rest.attendees] == ["other@example.org"]
    with pytest.raises(MessageError, match="not among the guests"):
        withdrawn(FIRST, "nobody@example.net", LATER)


def test_cancelling_one_occurrence() -> None:
    wanted = cancelled_instance(FIRST, zoned(4, 5, 9, 30), LATER)
    octets = as_sent(first_calendar(), wanted, zone_octets).octets
    assert b"RECURRENCE-ID;TZID=America/New_York:20270405T093000\r\n" in octets
    event = vevent(wanted)
    assert (event["STATUS"], "RRULE" in event, event["DTEND"].dt.hour) == ("CANCELLED", False, 10)
    assert without_instance(FIRST, zoned(4, 5, 9, 30)).exdates == (zoned(4, 5, 9, 30),)


def test_moving_one_occurrence() -> None:
    moved = moved_instance(answered(FIRST), zoned(4, 12, 9, 30), zoned(4, 13, 11), None, LATER)
    event = vevent(moved)
    assert event["RECURRENCE-ID"].dt.replace(tzinfo=None) == datetime(2027, 4, 12, 9, 30)
    assert event["DTSTART"].dt.replace(tzinfo=None) == datetime(2027, 4, 13, 11)
    assert event["DTEND"].dt.replace(tzinfo=None) == datetime(2027, 4, 13, 11, 30)
    assert ("RRULE" in event, event["SEQUENCE"], event["STATUS"]) == (False, 1, "CONFIRMED")
    assert {guest.params["PARTSTAT"] for guest in event["ATTENDEE"]} == {"NEEDS-ACTION"}


def test_occurrences_are_named_as_the_event_names_its_start() -> None:
    with pytest.raises(MessageError, match="form and zone"):
        cancelled_instance(FIRST, Moment.on(date(2027, 4, 5)), LATER)
    with pytest.raises(MessageError, match="does not repeat"):
        moved_instance(replace(FIRST, rule=""), zoned(3, 1, 9, 30), zoned(3, 2, 9), None, LATER)
    flight = replace(FIRST, end=Moment.zoned(datetime(2027, 3, 1, 16), "Europe/Berlin"))
    with pytest.raises(MessageError, match="one zone and ends in another"):
        moved_instance(flight, zoned(4, 12, 9, 30), zoned(4, 13, 11), None, LATER)


def test_what_is_published_names_nobody() -> None:
    calendar = as_sent(first_calendar(), published(FIRST, LATER), zone_octets)
    assert b"ATTENDEE" not in calendar.octets
    assert (calendar.method, event_of(calendar).organizer) == ("PUBLISH", FIRST.organizer)


def test_a_guest_reads_of_nobody_else() -> None:
    octets = first_calendar().octets.replace(
        b"BEGIN:VALARM\r\n", b"BEGIN:VALARM\r\nATTENDEE:mailto:other@example.org\r\n"
    )
    octets = octets.replace(b"ATTENDEE;", b'ATTENDEE;MEMBER="mailto:all@example.org";', 1)
    alone = for_guest(read_calendar(octets), "guest@example.net")
    assert b"example.org" not in alone.octets
    assert [guest.mailbox for guest in event_of(alone).attendees] == ["guest@example.net"]
    assert set(alone.octets.splitlines()) - set(octets.splitlines()) <= set(first_calendar().octets.splitlines())
    with pytest.raises(MessageError, match="not among"):
        for_guest(alone, "other@example.org")


def test_a_message_holds_one_event_and_nothing_its_method_forbids() -> None:
    octets = first_calendar().octets.replace(
        b"END:VEVENT\r\n",
        b"REQUEST-STATUS:2.0;Success\r\nORGANIZER;SCHEDULE-AGENT=SERVER:mailto:x@example.com\r\nEND:VEVENT\r\n"
        b"BEGIN:VEVENT\r\nUID:1@example.com\r\nRECURRENCE-ID:20270308T143000Z\r\nEND:VEVENT\r\n",
        1,
    )
    calendar = read_calendar(octets)
    gone = as_sent(calendar, cancelled(event_of(calendar), LATER))
    assert len(gone.events) == 1
    assert not any(word in gone.octets for word in (b"REQUEST-STATUS", b"SCHEDULE-AGENT", b"VALARM"))
    assert len(as_sent(calendar, resent(event_of(calendar), LATER)).events) == 2


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=30)


@given(summary=TEXTS, location=TEXTS, hours=st.integers(1, 30), raised=st.integers(0, 5))
def test_an_update_read_again_is_the_event_that_was_meant(summary: str, location: str, hours: int, raised: int) -> None:
    before = replace(FIRST, sequence=raised)
    after = replace(before, summary=summary, location=location, end=zoned(3, 2, 9).moved(timedelta(hours=hours)))
    event = updated(before, after, LATER)
    calendar = with_event(first_calendar(), before)
    found = event_of(as_sent(calendar, event, zone_octets))
    assert found == event
    assert found.sequence == raised + 1
    assert {change.name for change in changes(before, found)} <= {"SUMMARY", "LOCATION", "DTEND"}
