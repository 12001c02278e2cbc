"""One message for each guest: who gets one, and what it tells of the others."""

from datetime import UTC, datetime

import pytest

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.envelope import envelope_of
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.event import Event, new_calendar
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import place
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.gui.sending.guest_parcel import messages_for_guests

HOST = "host@example.com"


def message(services: Services, *guests: str) -> Message:
    now = services.clock.now()
    event = Event(
        summary="Tea",
        method="REQUEST",
        start=Moment.utc(datetime(2030, 3, 1, 9, tzinfo=UTC)),
        organizer=Person(HOST),
        attendees=tuple(map(Attendee, guests)),
    )
    calendar = new_calendar(event, services.ids, now)
    made = compose(HOST, ", ".join(guests), "Tea", text="Come.", bcc="c@example.com", ids=services.ids)
    return made.edited(lambda root: place(root, calendar, Layout.RECOMMENDED, services.ids))


def test_each_guest_gets_one_that_names_no_other(services: Services) -> None:
    whole = message(services, HOST, "a@example.org", "b@example.org")
    made = messages_for_guests(Message(whole.root, EnvelopeOverride(HOST, ("a@example.org", "c@example.com"))))
    assert [envelope_of(copy).rcpt_to for copy in made] == [("a@example.org",), ("b@example.org",)]
    for copy, other in zip(made, (b"b@example", b"a@example"), strict=True):
        octets = bytes(copy.root.octets)
        assert other not in octets
        assert b"c@example" not in octets
        assert all(other not in bytes(part.content) for part in copy.root.walk() if not part.is_multipart)


def test_a_host_who_invites_nobody_else_gets_the_only_one(services: Services) -> None:
    assert len(messages_for_guests(message(services, HOST))) == 1


def test_without_guests_it_is_refused(services: Services) -> None:
    plain = compose(HOST, "a@example.org", "Tea", text="Come.", ids=services.ids)
    with pytest.raises(MessageError, match="Nobody is invited"):
        messages_for_guests(plain)
