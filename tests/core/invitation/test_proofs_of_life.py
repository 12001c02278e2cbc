"""The proofs of an invitation's life: update, cancel, withdraw, move, its octets in a message, one copy for each guest.

Two readers that are not ours, icalendar and ical.js, must find in every object what was meant, and our checks nothing.
"""

import email
import email.policy
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import icalendar
import pytest

from sescomposer.core.checks import check
from sescomposer.core.checks.invitation_life import Sent
from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Severity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import Event, event_of, new_calendar
from sescomposer.core.invitation.guests import guest_copies
from sescomposer.core.invitation.layouts import Layout, layout_for
from sescomposer.core.invitation.lifecycle import (
    as_sent,
    cancelled,
    cancelled_instance,
    invited,
    moved_instance,
    published,
    resent,
    updated,
    withdrawn,
)
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of, copies, layout_of, place
from sescomposer.core.invitation.vtimezone import vtimezone
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure import Attachment, attach, embed, with_header_field

NOW = datetime(2027, 1, 4, 10, 15, tzinfo=UTC)
IDS = SeededIdentifiers("proofs")
GUEST, OTHER = "guest@example.net", "other@example.org"
ReadAll = Callable[[Sequence[bytes]], list[Any]]


def zoned(month: int, day: int, hour: int, minute: int = 0) -> Moment:
    return Moment.zoned(datetime(2027, month, day, hour, minute), "America/New_York")


def zone_octets(name: str, first: datetime, last: datetime) -> bytes:
    return vtimezone(name, first, last).octets


def later(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


FIRST = invited(
    Event(
        uid="5f0c1a52-7f0e-4a1d-9d0b-2c4b3f6f9e11",
        summary="Product office hours",
        description="2027-03-01 09:30",
        start=zoned(3, 1, 9, 30),
        end=zoned(3, 1, 10),
        rule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20270628T133000Z",
        organizer=Person("events@example.com", "Events"),
        attendees=(Attendee(GUEST, "Guest"), Attendee(OTHER)),
    ),
    NOW,
)
FIRST_CALENDAR = new_calendar(FIRST, IDS, NOW, zone_octets)


def carried(calendar: Calendar, to: str = "", layout: Layout | None = None) -> Message:
    """A message with the calendar object, as it would be sent."""
    event = event_of(calendar)
    guests = to or ", ".join(guest.mailbox for guest in event.attendees) or GUEST
    words = "Product office hours, 2027-03-01 09:30 in America/New_York"
    subject = {"CANCEL": "Cancelled: "}.get(event.method, "Invitation: ") + event.summary
    message = compose("events@example.com", guests, subject, text=words, html=f"<p>{words}", ids=IDS)
    return message.edited(lambda root: place(root, calendar, layout or layout_for(event.method), IDS))


def errors(message: Message, *sent: Calendar) -> set[str]:
    before = tuple(Sent(calendar, frozenset({GUEST, OTHER})) for calendar in sent)
    found = check(message, now=later(24), sent_before=before)
    return {finding.code for finding in found if finding.severity is Severity.ERROR}


def jcal_events(jcal: Any) -> list[dict[str, Any]]:
    assert isinstance(jcal, list), jcal
    return [{item[0]: item for item in component[1]} for component in jcal[2] if component[0] == "vevent"]


def test_7_updates(ical_js: ReadAll) -> None:
    typo = updated(FIRST, replace(FIRST, description="Better words"), later(1))
    moved = updated(typo, replace(typo, start=zoned(3, 1, 10, 30), end=zoned(3, 1, 11)), later(2))
    again = resent(moved, later(3))
    calendars = [FIRST_CALENDAR]
    for event in (typo, moved, again):
        calendars.append(as_sent(calendars[-1], event, zone_octets))
    found = [icalendar.Calendar.from_ical(calendar.octets).walk("VEVENT")[0] for calendar in calendars]
    assert {str(event["UID"]) for event in found} == {FIRST.uid}
    assert [int(str(event["SEQUENCE"])) for event in found] == [0, 0, 1, 1]
    read = [jcal_events(jcal)[0] for jcal in ical_js([calendar.octets for calendar in calendars])]
    stamps = [event["dtstamp"][3] for event in read]
    assert stamps == sorted(set(stamps))
    assert [event["sequence"][3] for event in read] == [0, 0, 1, 1]
    for before, calendar in pairwise(calendars):
        assert b"BEGIN:VTIMEZONE" in calendar.octets
        assert errors(carried(calendar), before) == set()
    assert {(guest.partstat, guest.rsvp) for guest in moved.attendees} == {("NEEDS-ACTION", True)}


def test_8_cancelling_all(ical_js: ReadAll) -> None:
    calendar = as_sent(FIRST_CALENDAR, cancelled(replace(FIRST, alarms_minutes=(15,)), later(1)), zone_octets)
    message = carried(calendar)
    assert b"method=CANCEL" in bytes(message.root.octets)
    (event,) = jcal_events(ical_js([calendar.octets])[0])
    assert (event["status"][3], event["sequence"][3], event["uid"][3]) == ("CANCELLED", 1, FIRST.uid)
    assert not {"recurrence-id", "request-status"} & set(event)
    assert not any(word in calendar.octets for word in (b"VALARM", b"METHOD:REQUEST"))
    assert event["organizer"][3] == "mailto:events@example.com"
    assert errors(message, FIRST_CALENDAR) == set()


def test_9_a_guest_and_an_occurrence(ical_js: ReadAll) -> None:
    off = as_sent(FIRST_CALENDAR, withdrawn(FIRST, GUEST, later(1)), zone_octets)
    gone = as_sent(FIRST_CALENDAR, cancelled_instance(FIRST, zoned(4, 5, 9, 30), later(1)), zone_octets)
    first, second = (jcal_events(jcal)[0] for jcal in ical_js([off.octets, gone.octets]))
    assert ("status" in first, off.octets.count(b"ATTENDEE"), first["attendee"][3]) == (False, 1, f"mailto:{GUEST}")
    assert second["recurrence-id"] == [
        "recurrence-id",
        {"tzid": "America/New_York"},
        "date-time",
        "2027-04-05T09:30:00",
    ]
    assert second["status"][3] == "CANCELLED"
    assert errors(carried(off), FIRST_CALENDAR) == set()
    assert errors(carried(gone), FIRST_CALENDAR) == set()


def test_10_moving_an_occurrence(ical_js: ReadAll) -> None:
    event = moved_instance(FIRST, zoned(4, 12, 9, 30), zoned(4, 13, 11), None, later(1))
    calendar = as_sent(FIRST_CALENDAR, event, zone_octets)
    (found,) = jcal_events(ical_js([calendar.octets])[0])
    assert (found["recurrence-id"][3], found["dtstart"][3]) == ("2027-04-12T09:30:00", "2027-04-13T11:00:00")
    assert ("rrule" in found, found["uid"][3], found["sequence"][3]) == (False, FIRST.uid, 1)
    assert errors(carried(calendar), FIRST_CALENDAR) == set()


def test_11_the_octets_of_a_message(ical_js: ReadAll) -> None:
    calendar = as_sent(FIRST_CALENDAR, replace(FIRST, summary="Sprechstunde für Ñandús 日本 🎉"), zone_octets)
    message = compose(
        "events@example.com", f"{GUEST}, {OTHER}", "Einladung", text="Grüße", html="<p>Grüße <img src=cid:a@b>", ids=IDS
    )
    root, _ = embed(message.root, Attachment(Octets.of(b"png"), "a.png", "image/png", content_id="a@b.example"), IDS)
    root = attach(root, Attachment(Octets.of(b"%PDF" * 500), "a.pdf", "application/pdf"), IDS)
    root = place(root, calendar, Layout.RECOMMENDED, IDS)
    octets = bytes(root.octets)
    assert octets.isascii()
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in octets.split(b"\r\n"))
    assert bytes(parse(octets).octets) == octets
    outside = email.message_from_bytes(octets, policy=email.policy.SMTP)
    first, *files = outside.iter_parts()
    assert first.get_content_type() == "multipart/alternative"
    main = list(first.iter_parts())[-1]
    assert main.get_content_type() == "text/calendar"
    assert (main.get_param("method"), main.get_content_charset(), main.get_content_disposition()) == (
        calendar.method,
        "utf-8",
        None,
    )
    assert main.get_payload(decode=True) == calendar.octets == files[-1].get_payload(decode=True)
    assert [file.get_content_type() for file in files] == ["application/pdf", "application/ics"]
    assert len(ical_js([calendar.octets])) == 1
    file = as_sent(calendar, published(event_of(calendar), later(1)), zone_octets)
    made = carried(file, GUEST)
    assert layout_of(made.root) is Layout.PUBLISH_FILE
    assert not any("alternative" in kind and "calendar" in kind for kind in _homes(made.root))


def _homes(root: Entity) -> list[str]:
    return [f"{parent.media_type} {child.media_type}" for parent in root.walk() for child in parent.children]


def test_12_one_copy_for_each_guest() -> None:
    guests = (Attendee(GUEST, "Guest"), Attendee("zoë@bücher.example"), Attendee("third@example.org", "Third, C."))
    calendar = as_sent(FIRST_CALENDAR, replace(FIRST, attendees=guests), zone_octets)
    made = guest_copies(carried(calendar).root)
    assert len(made) == 3
    addresses = [b"guest@example.net", b"xn--bcher-kva.example", b"third@example.org"]
    for index, copy in enumerate(made):
        outside = email.message_from_bytes(bytes(copy.root.octets), policy=email.policy.default)
        (to,) = outside["To"].addresses
        held = calendar_of(copy.root)
        assert held is not None
        named = icalendar.Calendar.from_ical(held.octets).walk("VEVENT")[0]["ATTENDEE"]
        assert str(named).startswith("mailto:")
        assert to.domain.encode() in str(named).encode()
        whole = bytes(copy.root.octets) + b"".join(bytes(part.content) for part in copies(copy.root))
        others = addresses[:index] + addresses[index + 1 :]
        assert not any(address in whole for address in others)
        assert (event_of(held).uid, event_of(held).start) == (FIRST.uid, FIRST.start)
    assert errors(Message(made[0].root)) == set()


@pytest.mark.parametrize(
    "organizer, to, code",
    [
        (Person("somebody@elsewhere.example"), GUEST, "m15"),
        (Person("events@example.com"), "events@example.com", "m17"),
    ],
)
def test_12_what_is_doubtful_is_told(organizer: Person, to: str, code: str) -> None:
    calendar = as_sent(FIRST_CALENDAR, replace(FIRST, organizer=organizer, attendees=(Attendee(to),)), zone_octets)
    found = {finding.code.partition("-")[0] for finding in check(carried(calendar), now=later(24))}
    assert code in found


@pytest.mark.parametrize("address", ['"a b"@example.com', "a b@example.com"])
def test_12_an_organiser_with_a_quoted_local_part_is_the_sender(address: str) -> None:
    calendar = as_sent(FIRST_CALENDAR, replace(FIRST, organizer=Person(address)), zone_octets)
    message = carried(calendar)
    sent = replace(message, root=with_header_field(message.root, message.root.key, "From", '"a b"@example.com'))
    assert "m15" not in {finding.code.partition("-")[0] for finding in check(sent, now=later(24))}


def test_12_the_sender_for_the_organiser_is_quoted() -> None:
    organizer = Person("boss@example.org", sent_by="events@example.com")
    calendar = as_sent(FIRST_CALENDAR, replace(FIRST, organizer=organizer), zone_octets)
    assert b'SENT-BY="mailto:events@example.com"' in calendar.octets
    found = {finding.code.partition("-")[0] for finding in check(carried(calendar), now=later(24))}
    assert "m15" not in found
