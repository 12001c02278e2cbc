"""The whole life of an invitation through the services: sent, noted, opened again, changed, cancelled, answered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.body_parts import body_parts
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import MessageError, StoreError
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.changes import Weight
from sescomposer.core.invitation.event import Event, event_of, new_calendar, with_event
from sescomposer.core.invitation.guests import guest_copies
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.lifecycle import invited
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of, layout_of, place, with_calendar
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.services.invitation_ports import Invitation
from sescomposer.services.ports import SubmissionRecord

ZONE = "America/New_York"


@pytest.fixture(autouse=True)
def closed(services: Services) -> Iterator[None]:
    yield
    services.close()


def zoned(month: int, day: int, hour: int, minute: int = 0) -> Moment:
    return Moment.zoned(datetime(2027, month, day, hour, minute), ZONE)


def first_event(services: Services, **fields: Any) -> Calendar:
    given: dict[str, Any] = {
        "uid": "1@events.example.com",
        "summary": "Office hours",
        "start": zoned(3, 1, 9, 30),
        "end": zoned(3, 1, 10),
        "rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        "organizer": Person("events@example.com"),
        "attendees": (Attendee("guest@example.net", "Guest"), Attendee("o@bücher.example")),
        **fields,
    }
    event = invited(Event(**given), services.clock.now())
    return new_calendar(event, services.ids, services.clock.now())


def invitation_message(services: Services, calendar: Calendar | None = None) -> Message:
    calendar = calendar or first_event(services)
    to = ", ".join(guest.mailbox for guest in event_of(calendar).attendees) or "guest@example.net"
    message = compose(
        "events@example.com", to, "Invitation: Office hours", text="Come.", html="<body><p>Come.", ids=services.ids
    )
    return message.edited(lambda root: place(root, calendar, Layout.RECOMMENDED, services.ids))


def send(services: Services, message: Message) -> SubmissionRecord:
    way = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, way), way)
    assert record.state.value == "accepted", record
    assert not record.unlisted
    services.clock.advance(minutes=1)  # type: ignore[attr-defined]
    return record


def sent(services: Services, message: Message) -> Invitation:
    record = send(services, message)
    uid = event_of(held(message)).uid
    invitation = services.invitations.find(uid)
    assert invitation.sent[-1].intent.submission == record.intent.submission
    return invitation


def held(message: Message) -> Calendar:
    calendar = calendar_of(message.root)
    assert calendar is not None
    return calendar


def answer(partstat: str, who: str = "guest@example.net", sequence: int = 0, **lines: str) -> Calendar:
    method = lines.pop("method", "REPLY")
    further = "".join(f"{name.replace('_', '-').upper()}:{value}\r\n" for name, value in lines.items())
    return read_calendar(
        f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:1@events.example.com\r\n"
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{who}\r\nSEQUENCE:{sequence}\r\n{further}"
        "END:VEVENT\r\nEND:VCALENDAR\r\n".encode()
    )


def test_what_is_sent_is_noted_with_its_octets(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    last = invitation.last
    assert (last.method, last.sequence, last.summary, last.organizer) == (
        "REQUEST",
        0,
        "Office hours",
        "events@example.com",
    )
    assert [state.guest.mailbox for state in invitation.guests] == ["guest@example.net", "o@bücher.example"]
    assert all(state.has is last for state in invitation.guests)
    assert bytes(services.content.open(last.calendar)) == first_event_octets(services, last.intent.sha256)
    assert services.invitations.all() == (invitation,)
    assert services.invitations.find("1@ev") is invitation
    with pytest.raises(StoreError, match="No invitation"):
        services.invitations.find("2")


def first_event_octets(services: Services, sha256: str) -> bytes:
    message = message_from_bytes(bytes(services.content.open(sha256)), policy=policy.default)
    (octets,) = {
        part.get_payload(decode=True)
        for part in message.walk()
        if part.get_content_type() in ("text/calendar", "application/ics")
    }
    assert isinstance(octets, bytes)
    return octets


def test_messages_without_an_event_and_answers_are_not_noted(services: Services) -> None:
    send(services, compose("a@example.com", "b@example.com", "Hi", text="x", ids=services.ids))
    reply = compose("a@example.com", "b@example.com", "Hi", text="x", ids=services.ids)
    send(services, reply.edited(lambda root: place(root, answer("ACCEPTED"), Layout.LEAN, services.ids)))
    assert services.invitations.all() == ()


def test_an_update_goes_to_all_with_what_changed(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    services.invitations.take(answer("ACCEPTED"))
    calendar = services.invitations.calendar(invitation)
    after = replace(event_of(calendar), start=zoned(3, 1, 11), end=zoned(3, 1, 12))
    (standing,) = services.invitations.standings(with_event(calendar, after))
    assert set(standing.guests) == {"guest@example.net", "o@bücher.example"}
    assert [(change.name, change.weight) for change in standing.changes] == [
        ("DTSTART", Weight.MUST),
        ("DTEND", Weight.MUST),
    ]
    message = services.invitations.update(invitation, after)
    event = event_of(held(message))
    assert (event.uid, event.sequence, event.method) == (invitation.uid, 1, "REQUEST")
    assert {guest.partstat for guest in event.attendees} == {"NEEDS-ACTION"}
    assert message.root.subject == "Updated invitation: Office hours"
    assert layout_of(message.root) is Layout.RECOMMENDED
    assert not message.root.header.all("Message-ID")
    again = sent(services, message)
    assert (again.sequence, len(again.sent)) == (1, 2)
    assert {state.has.sequence for state in again.guests if state.has} == {1}
    assert (again.guests[0].is_outdated, again.guests[0].guest.partstat) == (True, "NEEDS-ACTION")


def test_an_edited_event_is_revised_before_it_is_sent(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    message = services.invitations.update(invitation)
    same = services.invitations.revised(held(message))
    assert same is not None
    assert (same.is_raised, same.changes) == (False, ())
    edited = with_event(held(message), replace(event_of(held(message)), location="Room 2"))
    found = services.invitations.revised(edited)
    assert found is not None
    assert (found.is_raised, found.event.sequence, "place" in found.reason) == (True, 1, True)
    assert services.invitations.revised(first_event(services, uid="2")) is None


def test_cancelling_says_so_everywhere(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    message = services.invitations.cancel(invitation)
    event = event_of(held(message))
    assert (event.method, event.sequence, event.status) == ("CANCEL", 1, "CANCELLED")
    assert message.root.subject == "Cancelled: Office hours"
    parts = body_parts(message.root)
    assert parts.text is not None
    assert parts.html is not None
    assert parts.text.text() == "This event was cancelled.\n\nCome."
    assert parts.html.text().startswith("<body><p>This event was cancelled.</p>")
    assert b"method=CANCEL" in bytes(message.root.octets)
    again = sent(services, message)
    assert again.is_cancelled
    revived = event_of(held(services.invitations.update(again)))
    assert (revived.status, revived.sequence, revived.method) == ("CONFIRMED", 2, "REQUEST")


def test_a_guest_is_taken_off_alone_and_can_be_asked_again(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    message = services.invitations.withdraw(invitation, "guest@example.net")
    assert message.root.header.get("To").strip() == "Guest <guest@example.net>"
    assert b"xn--bcher" not in bytes(message.root.octets) + held(message).octets
    assert message.root.subject == "Invitation withdrawn: Office hours"
    again = sent(services, message)
    assert [state.is_off for state in again.guests] == [True, False]
    assert not again.is_cancelled
    calendar = services.invitations.calendar(again)
    assert [guest.mailbox for guest in event_of(calendar).attendees] == ["o@bücher.example"]
    assert event_of(held(services.invitations.cancel(again))).attendees[0].mailbox == "o@bücher.example"
    back = replace(event_of(calendar), attendees=(*event_of(calendar).attendees, Attendee("guest@example.net")))
    event = event_of(held(services.invitations.update(again, back)))
    assert event.sequence == 1
    assert sent(services, services.invitations.update(again, back)).guests[0].is_off is False


def test_single_dates_are_cancelled_and_moved_and_stay_so(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    gone = services.invitations.cancel_occurrence(invitation, zoned(3, 8, 9, 30))
    assert "was cancelled. All other dates" in str(body_parts(gone.root).text and body_parts(gone.root).text.text())  # type: ignore[union-attr]
    invitation = sent(services, gone)
    assert not invitation.is_cancelled
    moved = services.invitations.move_occurrence(invitation, zoned(3, 15, 9, 30), zoned(3, 16, 11), None)
    assert event_of(held(moved)).sequence == 1
    invitation = sent(services, moved)
    twice = services.invitations.move_occurrence(invitation, zoned(3, 15, 9, 30), zoned(3, 17, 11), None)
    assert event_of(held(twice)).sequence == 2
    update = event_of(held(services.invitations.update(invitation)))
    assert (update.exdates, update.rule, update.sequence) == (
        (zoned(3, 8, 9, 30),),
        "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        1,
    )
    assert event_of(held(services.invitations.cancel(invitation))).sequence == 2


def test_one_message_for_each_guest_is_one_invitation(services: Services) -> None:
    root = invitation_message(services).root
    for copy in guest_copies(root):
        send(services, Message(copy.root))
    (invitation,) = services.invitations.all()
    assert [state.guest.mailbox for state in invitation.guests] == ["guest@example.net", "o@bücher.example"]
    calendar = services.invitations.calendar(invitation)
    assert len(event_of(calendar).attendees) == 2
    (standing,) = services.invitations.standings(calendar)
    assert (len(standing.guests), standing.changes) == (2, ())
    message = services.invitations.resend(invitation, ("GUEST@example.net",))
    assert [guest.mailbox for guest in event_of(held(message)).attendees] == ["guest@example.net"]
    assert event_of(held(message)).sequence == 0


def test_new_and_left_out_guests_stand_apart(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    calendar = services.invitations.calendar(invitation)
    event = event_of(calendar)
    after = replace(event, attendees=(event.attendees[0], Attendee("new@example.net")))
    found = {standing.guests: standing for standing in services.invitations.standings(with_event(calendar, after))}
    assert found[("new@example.net",)].has is None
    assert found[("o@bücher.example",)].is_left_out
    assert not found[("guest@example.net",)].is_left_out


def test_answers_show_in_the_list_of_guests(services: Services) -> None:
    sent(services, invitation_message(services))
    (taken,) = services.invitations.take(answer("ACCEPTED", comment="With cake"))
    assert taken.problem == ""
    assert taken.invitation is not None
    assert [state.guest.partstat for state in taken.invitation.guests] == ["ACCEPTED", "NEEDS-ACTION"]
    assert taken.invitation.guests[0].answer is not None
    assert taken.invitation.guests[0].answer.comment == "With cake"
    again = services.invitations.take(answer("ACCEPTED", comment="With cake"))
    assert again[0].invitation is not None
    assert len(again[0].invitation.answers) == 1
    (stranger,) = services.invitations.take(answer("DECLINED", "who@example.net"))
    assert "was not invited" in stranger.problem
    (unknown,) = services.invitations.take(read_calendar(answer("ACCEPTED").octets.replace(b"1@events", b"2@events")))
    assert (unknown.invitation, "UID" in unknown.problem) == (None, True)
    with pytest.raises(MessageError, match="no answer"):
        services.invitations.take(parse(b"\r\nHello"))


def test_an_answer_to_an_earlier_state_is_outdated(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    services.invitations.take(answer("ACCEPTED"))
    after = replace(event_of(services.invitations.calendar(invitation)), end=zoned(3, 1, 12))
    invitation = sent(services, services.invitations.update(invitation, after))
    assert (invitation.guests[0].is_outdated, invitation.guests[0].guest.partstat) == (True, "NEEDS-ACTION")
    (late,) = services.invitations.take(answer("DECLINED", stamp="20270101T000000Z"))
    assert "earlier state" in late.problem
    (good,) = services.invitations.take(answer("DECLINED", sequence=1))
    assert good.invitation is not None
    assert good.invitation.guests[0].guest.partstat == "DECLINED"


def test_a_proposal_becomes_an_update(services: Services) -> None:
    sent(services, invitation_message(services, first_event(services, rule="")))
    counter = answer(
        "TENTATIVE", method="COUNTER", dtstart="20270301T163000Z", dtend="20270301T170000Z", location="Room 9"
    )
    (taken,) = services.invitations.take(counter)
    assert taken.invitation is not None
    assert "proposal" in taken.problem
    (proposed,) = taken.invitation.proposals
    wanted = services.invitations.proposal(proposed)
    assert wanted is not None
    assert wanted.start == Moment.utc(datetime(2027, 3, 1, 16, 30))
    event = event_of(held(services.invitations.accept(taken.invitation, proposed)))
    assert (event.start, event.location, event.sequence, event.summary) == (wanted.start, "Room 9", 1, "Office hours")


def test_what_the_ledger_names_outlives_the_sweep(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    services.history.index.forget(services.clock.now() + timedelta(days=1))
    services.submissions.forget({invitation.last.intent.submission}, services.clock.now())
    services.inbox.clear()
    services.clock.advance(days=100)  # type: ignore[attr-defined]
    services.sweep()
    other = make_services(services.folders)
    other.clock = services.clock
    again = other.invitations.find(invitation.uid)
    assert event_of(held(other.invitations.cancel(again))).status == "CANCELLED"
    other.invitations.forget(invitation.uid)
    assert services.invitations.all() == ()
    other.close()


def test_what_was_accepted_and_missed_is_caught_up(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    (services.folders.invitations / "ledger").unlink()
    assert services.invitations.catch_up() == 1
    assert services.invitations.catch_up() == 0
    assert services.invitations.find(invitation.uid).last.sequence == 0


def test_an_edit_of_the_message_keeps_its_event(services: Services) -> None:
    message = invitation_message(services)
    moved = with_event(held(message), replace(event_of(held(message)), summary="Other"))
    invitation = sent(services, message.edited(lambda root: with_calendar(root, moved)))
    assert invitation.summary == "Other"


def codes(services: Services, message: Message) -> set[str]:
    way = services.local_transport(Road.SES_V2)
    return {finding.code.partition("-")[0] for finding in services.sending.review(message, way).findings}


def test_the_sheet_holds_a_message_against_what_was_sent(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    (before,) = services.invitations.sent_before(services.invitations.cancel(invitation).root)
    assert before.recipients == {"guest@example.net", "o@bücher.example"}
    assert not {"l02", "l03", "l04", "t09"} & codes(services, services.invitations.cancel(invitation))
    calendar = services.invitations.calendar(invitation)
    stale = with_event(
        calendar, replace(event_of(calendar), start=zoned(3, 1, 8), attendees=(Attendee("n@e.example"),))
    )
    message = Message(place(invitation_message(services).root, stale, Layout.RECOMMENDED, services.ids))
    assert "l02" in codes(services, message)
    assert services.invitations.sent_before(parse(b"\r\nHello")) == ()


def test_zones_come_with_what_is_made(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    octets = held(services.invitations.update(invitation)).octets
    assert b"BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n" in octets


def test_thousands_of_copies_are_one_sending_and_cost_little(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    one = invitation.last
    many = Invitation(
        one.uid,
        tuple(
            replace(
                one,
                guests=(Attendee(f"g{number}@example.net"),),
                intent=replace(one.intent, envelope=Envelope("e@example.com", (f"g{number}@example.net",))),
            )
            for number in range(3000)
        ),
    )
    ((last, recipients),) = many.sendings
    assert (last.sequence, len(recipients), len(many.guests)) == (0, 3000, 3000)
    services.invitations._read = (services.invitations.version(), {one.uid: many})
    message = invitation_message(services, first_event(services, attendees=(Attendee("g7@example.net"),)))
    (before,) = services.invitations.sent_before(message.root)
    assert "g7@example.net" in before.recipients
    assert len(before.recipients) <= 2
    assert len(many.named_content) == 2


# --- declining and forgetting -------------------------------------------------------------------------------------


def countered(services: Services, **lines: str) -> Invitation:
    """Let a guest propose another time."""
    given: dict[str, Any] = {
        "dtstart": "20270302T150000Z",
        "summary": "Office hours",
        "dtstamp": "20270105T000000Z",
        **lines,
    }
    (taken,) = services.invitations.take(answer("TENTATIVE", method="COUNTER", **given))
    assert taken.invitation is not None
    return taken.invitation


def test_a_proposal_is_declined_to_who_made_it_and_the_event_stays(services: Services) -> None:
    calendar = first_event(services, alarms_minutes=(10,))
    invitation = sent(services, invitation_message(services, calendar))
    invitation = countered(services)
    (proposal,) = invitation.proposals
    message = services.invitations.decline(invitation, proposal)
    assert message.root.subject == "Proposal declined: Office hours"
    assert message.root.header.get("To").strip() == "guest@example.net"
    assert layout_of(message.root) is Layout.LEAN
    read = message_from_bytes(bytes(message.root.octets), policy=policy.default)
    (part,) = [part for part in read.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
    assert part.get_param("method") == "DECLINECOUNTER"
    found: Any = icalendar.Calendar.from_ical(held(message).octets)
    assert part.get_payload(decode=True) == held(message).octets
    (event,) = found.walk("VEVENT")
    assert found["METHOD"] == "DECLINECOUNTER"
    assert (event["UID"], event["SEQUENCE"]) == ("1@events.example.com", proposal.sequence)
    assert (event["ORGANIZER"], event["ATTENDEE"]) == ("mailto:events@example.com", "mailto:guest@example.net")
    assert event["DTSTART"].dt == datetime(2027, 3, 1, 9, 30, tzinfo=ZoneInfo(ZONE))
    assert "DTSTAMP" in event
    assert not event.walk("VALARM")
    text = read.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("The time that you proposed was not taken up.")
    review = services.sending.review(message, services.local_transport(Road.SES_V2))
    assert not review.errors, review.errors


def test_what_was_declined_is_no_proposal_any_more_and_the_event_is_as_it_was(services: Services) -> None:
    sent(services, invitation_message(services))
    invitation = countered(services)
    before = (invitation.last, invitation.sequence)
    record = send(services, services.invitations.decline(invitation, invitation.proposals[0]))
    after = services.invitations.find(invitation.uid)
    assert after.proposals == ()
    assert (after.last, after.sequence) == before
    assert not services.invitations.note(record), "it is noted once"
    services.clock.advance(minutes=5)  # type: ignore[attr-defined]
    again = countered(services, dtstamp="20270107T000000Z", dtstart="20270303T150000Z")
    assert len(again.proposals) == 1


def test_a_proposal_for_one_date_is_declined_for_that_date(services: Services) -> None:
    sent(services, invitation_message(services))
    lines = answer("TENTATIVE", method="COUNTER", dtstart="20270309T150000Z", summary="x").octets
    line = b"RECURRENCE-ID;TZID=America/New_York:20270308T093000\r\n"
    services.invitations.take(read_calendar(lines.replace(b"END:VEVENT", line + b"END:VEVENT")))
    invitation = services.invitations.find("1@")
    event = event_of(held(services.invitations.decline(invitation, invitation.proposals[0])))
    assert event.recurrence_id == zoned(3, 8, 9, 30)
    assert (event.start, event.rule) == (zoned(3, 8, 9, 30), "")


def test_a_forgotten_event_does_not_come_back(services: Services) -> None:
    invitation = sent(services, invitation_message(services))
    other = sent(services, invitation_message(services, first_event(services, uid="2@events.example.com")))
    update = services.invitations.update(invitation)
    services.invitations.forget(invitation.uid)
    assert services.invitations.catch_up() == 0
    assert services.invitations.all() == (other,)
    services.invitations.forget(other.uid)
    assert services.invitations.catch_up() == 0
    assert services.invitations.all() == ()
    assert sent(services, update).uid == invitation.uid, "what is sent anew is known again"
