"""Somebody's calendar object as the start of one's own, and one copy of a message for each guest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sescomposer.core.errors import MessageError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.event import event_of
from sescomposer.core.invitation.guests import guest_copies
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.people import Person
from sescomposer.core.invitation.placement import calendar_of, place
from sescomposer.core.invitation.template import Template, as_template
from sescomposer.core.parse import parse
from sescomposer.core.structure import blank_message

DATA = Path(__file__).parents[2] / "data" / "invitation"
NOW = datetime(2027, 1, 4, 10, 15, tzinfo=UTC)


def test_a_foreign_event_loses_what_names_it_and_keeps_the_rest() -> None:
    foreign = read_calendar((DATA / "foreign_invitation.ics").read_bytes())
    template = as_template_of(foreign.octets)
    octets = template.calendar.octets
    for gone in (b"google.com", b"ATTENDEE", b"SCHEDULE-", b"X-GOOGLE", b"X-MOZ", b"X-MICROSOFT-CDO-OWNER", b"X-WR-"):
        assert gone not in octets
    event, old = event_of(template.calendar), event_of(foreign)
    assert event.uid not in ("", old.uid)
    assert (event.sequence, event.method, event.organizer) == (0, "REQUEST", Person("events@example.com"))
    assert (event.summary, event.start, event.rule) == (old.summary, old.start, old.rule)
    assert b"X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n" in octets
    assert len(template.calendar.events) == 1
    assert "ORGANIZER" in template.removed
    assert "ATTENDEE" in template.removed


def as_template_of(octets: bytes) -> Template:
    return as_template(read_calendar(octets), SeededIdentifiers(2), NOW, Person("events@example.com"))


def test_what_is_no_calendar_gives_nothing() -> None:
    assert as_template_of(b"<html>").calendar.octets == b"<html>"


def test_each_guest_gets_a_message_of_their_own() -> None:
    foreign = read_calendar((DATA / "foreign_invitation.ics").read_bytes())
    root = parse(b"From: events@example.com\r\nTo: all@example.org\r\nCc: boss@example.org\r\nSubject: Hi\r\n\r\n")
    root = place(root, foreign, Layout.RECOMMENDED, SeededIdentifiers(3))
    made = guest_copies(root)
    assert len(made) == len(event_of(foreign).attendees) == 3
    for copy in made:
        others = [other.guest.mailbox.encode() for other in made if other is not copy]
        calendar = calendar_of(copy.root)
        assert calendar is not None
        assert [guest.mailbox for guest in event_of(calendar).attendees] == [copy.guest.mailbox]
        assert event_of(calendar).uid == event_of(foreign).uid
        whole = bytes(copy.root.octets) + calendar.octets
        assert not any(other in whole for other in (*others, b"boss@", b"all@"))
        assert len(copy.root.header.all("To")) == 1
        assert copy.guest.mailbox.encode() in bytes(copy.root.header.octets)
        assert [field.name for field in copy.root.header.fields][:3] == ["From", "To", "Subject"]


def test_nobody_invited_is_said() -> None:
    with pytest.raises(MessageError, match="Nobody is invited"):
        guest_copies(blank_message())
