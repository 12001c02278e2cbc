"""Answers of guests, as Google, Outlook and others write them."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.replies import Answer, Kind, answers_of, reply_of
from sescomposer.core.parse import parse

DATA = Path(__file__).parents[2] / "data" / "invitation"


def answer(method: str, *lines: str, header: str = "") -> Answer:
    body = "\r\n".join(
        ("BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT", "END:VCALENDAR", "")
    )
    if not header:
        return reply_of(read_calendar(body.encode()))
    return reply_of(parse(f"{header}\r\nContent-Type: text/calendar; method={method}\r\n\r\n{body}".encode()))


def test_a_reply_in_a_message() -> None:
    found = reply_of(parse((DATA / "reply_accepted.eml").read_bytes()))
    assert (found.kind, found.uid, found.who, found.name) == (Kind.REPLY, "1@example.com", "guest@example.net", "Guest")
    assert (found.partstat, found.sequence, found.comment) == ("ACCEPTED", 2, "Glad to come, with cake.")
    assert found.stamp == Moment.utc(datetime(2027, 1, 5, 8, 0))
    assert found.proposal is None


def test_a_counter_without_organiser_proposes_a_time() -> None:
    found = reply_of(parse((DATA / "counter_without_organizer.eml").read_bytes()))
    assert (found.kind, found.who, found.partstat) == (Kind.COUNTER, "guest@example.net", "TENTATIVE")
    assert found.proposal is not None
    assert found.proposal.start == Moment.utc(datetime(2027, 3, 1, 16, 30))
    assert found.occurrence == Moment.utc(datetime(2027, 3, 1, 14, 30))


def test_who_answers_is_told_by_the_only_guest_the_sender_or_the_only_decision() -> None:
    two = ("ATTENDEE:mailto:a@example.net", "ATTENDEE;PARTSTAT=DECLINED:mailto:b@example.net")
    assert answer("REPLY", two[1]).who == "b@example.net"
    assert answer("REPLY", *two).who == "b@example.net"
    assert answer("COUNTER", *two, header="From: A <A@example.net>").who == "a@example.net"
    assert answer("REPLY", header="From: c@example.net").who == "c@example.net"
    assert answer("REPLY").who == ""
    assert answer("REPLY", two[1], two[1].replace("b@", "c@")).who == ""


def test_a_delegate_is_named() -> None:
    line = 'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:d@example.net":mailto:a@example.net'
    other = 'ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:a@example.net":mailto:d@example.net'
    found = answer("REPLY", line, other)
    assert (found.who, found.partstat, found.delegates) == ("a@example.net", "DELEGATED", ("d@example.net",))


def test_other_kinds_have_names_and_unknown_answers_are_none() -> None:
    assert answer("REFRESH", "ATTENDEE:mailto:a@example.net").kind is Kind.REFRESH
    assert answer("DECLINECOUNTER", "ATTENDEE:mailto:a@example.net").kind is Kind.DECLINECOUNTER
    assert answer("REPLY", "ATTENDEE;PARTSTAT=YES:mailto:a@example.net").partstat == "NEEDS-ACTION"
    assert all(kind.sentence for kind in Kind)


def test_the_method_parameter_helps_where_the_property_is_missing() -> None:
    octets = (DATA / "reply_accepted.eml").read_bytes().replace(b"METHOD:REPLY\r\n", b"")
    assert reply_of(parse(octets)).partstat == "ACCEPTED"


@pytest.mark.parametrize(
    "octets, words",
    [
        (b"<html>", "no calendar object"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no METHOD"),
        (b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", "is a REQUEST"),
        (b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "is a REPLY"),
    ],
)
def test_what_is_no_answer_is_said(octets: bytes, words: str) -> None:
    with pytest.raises(MessageError, match=words):
        reply_of(read_calendar(octets))


def test_later_answers_sort_behind_earlier_ones() -> None:
    first = answer("REPLY", "SEQUENCE:1", "DTSTAMP:20270101T000000Z", "ATTENDEE:mailto:a@example.net")
    second = answer("REPLY", "SEQUENCE:1", "DTSTAMP:20270101T000001Z", "ATTENDEE:mailto:a@example.net")
    third = answer("REPLY", "SEQUENCE:2", "ATTENDEE:mailto:a@example.net")
    assert sorted([third, second, first], key=lambda item: item.order) == [first, second, third]


@given(st.binary(max_size=300))
def test_any_octets_are_read(octets: bytes) -> None:
    head = b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    assert all(found.uid for found in answers_of(read_calendar(head + octets)))
    answers_of(parse(b"Content-Type: text/calendar\r\n\r\n" + octets))
