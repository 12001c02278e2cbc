"""Guests and organisers: addresses as URIs and back, and lines that keep what nobody set."""

import pytest

from sescomposer.core.errors import AddressError
from sescomposer.core.invitation.lines import ContentLine
from sescomposer.core.invitation.people import (
    Attendee,
    Person,
    as_mailbox,
    attendee_line,
    key_of,
    mailbox_of,
    person_line,
    read_attendee,
    read_person,
    uri_of,
)


@pytest.mark.parametrize(
    "mailbox, uri",
    [
        ("jane@example.com", "mailto:jane@example.com"),
        ("jane+tag@example.com", "mailto:jane+tag@example.com"),
        ("o'neil@example.com", "mailto:o'neil@example.com"),
        ("50%off@example.com", "mailto:50%25off@example.com"),
        ("a?b#c@example.com", "mailto:a%3Fb%23c@example.com"),
        ('"a b"@example.com', "mailto:%22a%20b%22@example.com"),
        ("zoë@bücher.example", "mailto:zo%C3%AB@xn--bcher-kva.example"),
        ("urn:uuid:f81d4fae", "urn:uuid:f81d4fae"),
    ],
)
def test_an_address_comes_back_from_its_uri(mailbox: str, uri: str) -> None:
    assert uri_of(mailbox) == uri
    assert mailbox_of(uri) == mailbox


def test_an_address_may_be_typed_as_a_uri() -> None:
    assert uri_of("MAILTO:jane@example.com") == "mailto:jane@example.com"


@pytest.mark.parametrize(
    "mailbox", ["", " ", "jane", "@a.example", "jane@", "a\r\nb@c.example", "a\0@b.example", "a@ä..b"]
)
def test_what_is_no_address_is_refused(mailbox: str) -> None:
    with pytest.raises(AddressError):
        uri_of(mailbox)


def test_two_ways_to_write_an_address_have_one_key() -> None:
    assert key_of(" Jane@BÜCHER.example") == key_of("jane@xn--bcher-kva.example") != key_of("june@bücher.example")


@pytest.mark.parametrize(
    "address", ['"a b"@example.com', r'"a\"b\\c"@example.com', '"a@b"@example.com', "a@example.com"]
)
def test_a_quoted_local_part_is_quoted_once(address: str) -> None:
    mailbox = as_mailbox(Person(address, "Jane"))
    assert mailbox.addr_spec == address
    assert key_of(address) == key_of(f"{mailbox.local_part}@example.com")


@pytest.mark.parametrize(
    "octets, mailbox",
    [
        (b"ATTENDEE:guest@example.net\r\n", "guest@example.net"),
        (b"ATTENDEE;EMAIL=g@example.net:urn:uuid:1\r\n", "g@example.net"),
        (b"ATTENDEE;EMAIL=other@example.net:mailto:g@example.net\r\n", "g@example.net"),
        (b"ATTENDEE:invalid:nomail\r\n", "invalid:nomail"),
        (b"ATTENDEE:\r\n", ""),
    ],
)
def test_addresses_are_read_from_lines_of_all_kinds(octets: bytes, mailbox: str) -> None:
    assert read_attendee(ContentLine(octets)).mailbox == mailbox


def test_a_line_that_says_nothing_asks_for_no_answer() -> None:
    assert read_attendee(ContentLine(b"ATTENDEE:mailto:a@b.example\r\n")) == Attendee("a@b.example", rsvp=False)


def test_what_nobody_set_stays_in_the_line() -> None:
    line = ContentLine(b'ATTENDEE;X-NUM-GUESTS=2;cn=A;DELEGATED-FROM="mailto:d@b.example":MAILTO:a@b.example\r\n')
    changed = attendee_line(Attendee("a@b.example", "B", rsvp=True), line)
    assert changed.unfolded == (
        'ATTENDEE;X-NUM-GUESTS=2;CN=B;DELEGATED-FROM="mailto:d@b.example";RSVP=TRUE:MAILTO:a@b.example'
    )
    moved = attendee_line(Attendee("c@b.example", "A", rsvp=False), line)
    assert moved.unfolded.endswith(":mailto:c@b.example")


def test_who_sends_for_the_organiser_is_quoted() -> None:
    line = person_line(Person("o@b.example", "", "s@b.example"))
    assert line.unfolded == 'ORGANIZER;SENT-BY="mailto:s@b.example":mailto:o@b.example'
    assert read_person(line) == Person("o@b.example", "", "s@b.example")
    assert person_line(Person("o@b.example"), line).unfolded == "ORGANIZER:mailto:o@b.example"
