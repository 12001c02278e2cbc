"""Checks of invitations as a whole: places in encoded parts, fixes in all copies, files, hostile octets, and cost."""

import tomllib
from base64 import encodebytes
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from quopri import decodestring, encodestring

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.checks import check, invitation
from sescomposer.core.checks.invitation import check_calendar, file_message
from sescomposer.core.checks.invitation_rules import RULES
from sescomposer.core.errors import EditError
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.event import Event, new_calendar
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import place
from sescomposer.core.invitation.vtimezone import vtimezone
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.serialize import serialize
from sescomposer.core.structure import splice

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]

DATA = Path(__file__).parents[2] / "data" / "checks"
BASES = {
    name: text.replace("\n", "\r\n").encode()
    for name, text in tomllib.loads((DATA / "bases" / "invitation.toml").read_text("utf-8")).items()
}
WEEKLY = BASES["weekly"][BASES["weekly"].index(b"BEGIN:VCALENDAR") : BASES["weekly"].index(b"\r\n--a--")]
HEAD = b"From: events@example.com\r\nTo: guest@example.net\r\nSubject: Invitation\r\nMIME-Version: 1.0\r\n"
TYPE = b"Content-Type: text/calendar; charset=UTF-8; method=REQUEST\r\n"


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found]


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_the_place_in_an_encoded_part_is_that_of_the_decoded_octets(encoding: str) -> None:
    octets = WEEKLY.replace(b"SUMMARY:Office hours", "SUMMARY:Büro\\".encode()).replace(b"BYDAY=MO", b"BYDAY=TU")
    written = encodebytes(octets) if encoding == "base64" else encodestring(octets.replace(b"\r\n", b"\n"))
    body = written.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    head = HEAD + TYPE + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    root = parse(head + body)
    found = {finding.code: finding for finding in check(Message(root))}
    first = found[RULES["r04"].code].where
    start = octets.index(b"DTSTART;TZID")
    named = octets[start : octets.index(b"\r\n", start)]
    inside = root.octets.read(first.start, first.stop)
    if encoding == "base64":
        lines = len(head) + len(encodebytes(octets[:start])) // 77
        assert first.start >= lines
        lead = body[: first.start - len(head)].replace(b"\r\n", b"")
        assert len(lead) == start * 8 // 6
    else:
        assert decodestring(inside) == named
    escape = found[RULES["s06"].code].where
    assert escape.stop - escape.start <= 2


def test_a_fix_changes_all_copies_and_they_stay_the_same() -> None:
    octets = BASES["full"].replace(b"SUMMARY:Office hours", b"SUMMARY:Tea, cake")
    message = Message(parse(octets))
    finding = next(found for found in check(message) if found.code == RULES["s06"].code)
    assert finding.fix is not None
    fixed = serialize(finding.fix.edit(message, SeededIdentifiers()).root)
    assert fixed == octets.replace(b"Tea, cake", b"Tea\\, cake")
    parts = [part.get_payload(decode=True) for part in message_from_bytes(fixed, policy=policy.SMTP).walk()]
    assert sum(b"SUMMARY:Tea\\, cake" in part for part in parts if isinstance(part, bytes)) == 2


def test_a_fix_in_a_message_with_lf_leaves_all_else() -> None:
    octets = BASES["full"].replace(b"SUMMARY:Office hours", b"SUMMARY:Tea, cake").replace(b"\r\n", b"\n")
    message = Message(parse(octets))
    found = check(message)
    assert set(codes(found)) == {"bare-lf", RULES["s06"].code}
    finding = next(found for found in found if found.code == RULES["s06"].code)
    assert finding.fix is not None
    fixed = serialize(finding.fix.edit(message, SeededIdentifiers()).root)
    assert fixed == octets.replace(b"Tea, cake", b"Tea\\, cake")


def test_a_fix_shown_late_finds_its_line_again_or_says_that_it_is_gone() -> None:
    octets = WEEKLY.replace(b"SUMMARY:Office hours", b"SUMMARY:Tea, cake")
    finding = next(found for found in check_calendar(octets) if found.code == RULES["s06"].code)
    assert finding.fix is not None
    later = octets.replace(b"SEQUENCE:0", b"SEQUENCE:10")
    fixed = finding.fix.edit(file_message(later), SeededIdentifiers())
    assert serialize(fixed.root) == later.replace(b"Tea, cake", b"Tea\\, cake")
    with pytest.raises(EditError):
        finding.fix.edit(file_message(WEEKLY), SeededIdentifiers())


def test_a_file_has_places_of_its_own_and_line_ends_are_a_matter_of_the_file() -> None:
    octets = WEEKLY.replace(b"\r\n", b"\n").replace(b"STATUS:CONFIRMED", b"STATUS:FOO")
    found = {finding.code: finding for finding in check_calendar(octets)}
    where = found[RULES["t17"].code].where
    assert octets[where.start : where.stop] == b"STATUS:FOO"
    assert set(found) == {RULES["t17"].code, RULES["s02"].code}
    assert check_calendar(WEEKLY) == ()


def test_a_page_in_place_of_a_calendar_gets_one_sentence() -> None:
    assert codes(check_calendar(b"<!DOCTYPE html><html><p>Not found</p></html>")) == [RULES["s01"].code]
    assert codes(check_calendar(b"")) == [RULES["s01"].code]


def test_the_past_and_the_future_are_told_only_where_the_time_is_known() -> None:
    octets = BASES["once"]
    for now, code in ((datetime(2028, 1, 1, tzinfo=UTC), "t15"), (datetime(2024, 1, 1, tzinfo=UTC), "t12")):
        found = codes(check(Message(parse(octets)), now=now))
        assert RULES[code].code in found
        assert RULES[code].code not in codes(check(Message(parse(octets))))


def test_a_plain_calendar_file_among_the_attachments_stops_nothing() -> None:
    octets = BASES["full"].replace(b"METHOD:REQUEST\r\n", b"")
    start, stop = octets.index(b"--a\r\nContent-Type: text/calendar"), octets.index(b"--a--")
    found = check(Message(parse(octets[:start] + octets[stop:])))
    assert [finding.severity for finding in found] == [Severity.WARNING]


@pytest.mark.parametrize("client", ["apple", "exchange", "google", "thunderbird"])
def test_invitations_in_the_form_of_great_clients_have_no_error(client: str) -> None:
    octets = (DATA.parent / "invitation" / "clients" / f"{client}.ics").read_bytes()
    found = check_calendar(octets, datetime(2027, 2, 1, tzinfo=UTC))
    assert not [str(finding) for finding in found if finding.severity is Severity.ERROR]
    assert set(codes(found)) <= {RULES[number].code for number in ("t18", "t19", "z04")}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Africa/Cairo"])
def test_what_we_make_ourselves_has_nothing_wrong(zone: str) -> None:
    ids = SeededIdentifiers()
    event = Event(
        summary='Tea, "cake"; and \\ 表',
        start=Moment.zoned(datetime(2027, 3, 1, 9, 30), zone),
        end=Moment.zoned(datetime(2027, 3, 1, 10, 0), zone),
        rule="FREQ=WEEKLY;COUNT=12;BYDAY=MO",
        location="Room 1, Main St.",
        description="Line one\nLine two, with comma",
        organizer=Person("events@example.com", "Events, Inc."),
        attendees=(Attendee("guest@example.net", "Zoë"),),
    )
    calendar = new_calendar(
        event, ids, datetime(2027, 1, 4, tzinfo=UTC), lambda name, first, last: vtimezone(name, first, last).octets
    )
    start, stop = BASES["once"].index(b"--a\r\nContent-Type: text/calendar"), BASES["once"].index(b"--a--")
    root = place(parse(BASES["once"][:start] + BASES["once"][stop:]), calendar, Layout.RECOMMENDED, ids)
    assert set(codes(check(Message(root)))) <= {RULES["m11"].code, RULES["c08"].code}
    assert set(codes(check_calendar(calendar.octets))) <= {RULES["c08"].code}


def test_a_key_in_the_text_does_not_check_the_event_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    original = invitation.faults_of

    def counting(*arguments: object) -> object:
        calls["faults"] += 1
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(invitation, "faults_of", counting)
    message = Message(parse(BASES["full"]))
    check(message)
    text = next(entity for entity in message.root.walk() if entity.media_type == "text/plain")
    after = message.edited(lambda root: splice(root, text.key, 0, 0, "!", SeededIdentifiers()))
    check(after)
    assert calls["faults"] == 1


def test_twice_as_many_events_take_no_more_than_their_time(costs_at_most: CostsAtMost) -> None:
    begin, end = WEEKLY.index(b"BEGIN:VEVENT"), WEEKLY.index(b"END:VCALENDAR")
    few = WEEKLY[:begin] + WEEKLY[begin:end] * 20 + WEEKLY[end:]
    many = WEEKLY[:begin] + WEEKLY[begin:end] * 40 + WEEKLY[end:]
    costs_at_most(3, lambda: check_calendar(few), lambda: check_calendar(many))


MUTATED = st.lists(
    st.tuples(
        st.integers(0, len(WEEKLY)),
        st.integers(0, 30),
        st.sampled_from([b"", b"\r", b"\n", b";", b",", b'"', b"\\", b"\xff", b"BEGIN:VEVENT\r\n", b"9", b":", b"Z"]),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(MUTATED)
def test_any_octets_have_findings_inside_them_and_fixes_that_work(changes: list[tuple[int, int, bytes]]) -> None:
    octets = WEEKLY
    for start, length, new in changes:
        octets = octets[:start] + new + octets[start + length :]
    for finding in check_calendar(octets, datetime(2027, 1, 1, tzinfo=UTC)):
        where = finding.where
        assert where.start == -1 or 0 <= where.start < where.stop <= len(octets)
        if finding.fix is not None:
            fixed = finding.fix.edit(file_message(octets), SeededIdentifiers())
            assert serialize(fixed.root) != octets
            read_calendar(serialize(fixed.root))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_octets_break_the_checks(octets: bytes) -> None:
    check_calendar(octets)
    check(Message(parse(HEAD + TYPE + b"\r\n" + octets)))
    check_calendar(b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n" + octets)
