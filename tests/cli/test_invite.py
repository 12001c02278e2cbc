"""The verb `invite`: an invitation made, sent, updated, cancelled and listed, and all that is refused."""

import email
import email.policy
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import pytest

from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks import check
from sescomposer.core.errors import ExitCode
from sescomposer.core.findings import Severity
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.placement import calendar_of, layout_of
from sescomposer.core.invitation.toml_event import KEYS
from sescomposer.core.message import Message
from sescomposer.core.parse import parse

Run = Callable[..., Any]
ReadAll = Callable[[Sequence[bytes]], list[Any]]

DESCRIPTION = """
summary = "Tea <b> & cake"
start = 2027-03-01T09:30:00
end = 2027-03-01T10:00:00
time_zone = "America/New_York"
rrule = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270628T133000Z"
location = "Room, 1"
organizer = "Events <events@example.com>"
attendees = ["Gü <guest@example.net>", "other@bücher.example"]
alarm_minutes = 10
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.eml"


@pytest.fixture
def described(tmp_path: Path) -> Callable[..., str]:
    """Write a description; keys given replace or, as None, take out those of the usual one."""

    def writing(octets: str | bytes = "", **changes: str | None) -> str:
        path = tmp_path / "event.toml"
        lines = [line for line in DESCRIPTION.splitlines() if line.partition(" = ")[0] not in changes]
        lines += [f"{name} = {value}" for name, value in changes.items() if value is not None]
        whole = octets or "\n".join(lines)
        path.write_bytes(whole.encode() if isinstance(whole, str) else whole)
        return str(path)

    return writing


def calendar_in(path: Path) -> Calendar:
    found = calendar_of(parse(path.read_bytes()))
    assert found is not None
    return found


def event_in(path: Path) -> Event:
    return event_of(calendar_in(path))


def independent(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def errors_of(path: Path) -> set[str]:
    return {found.code for found in check(Message(parse(path.read_bytes()))) if found.severity is Severity.ERROR}


def sent(run: Run, path: Path) -> None:
    answer = run("send", str(path))
    assert answer.status == ExitCode.FINE, answer
    assert "unrecorded" not in answer.err


def listed(run: Run) -> list[dict[str, Any]]:
    answer = run("invite", "list", "--json")
    assert answer.status == ExitCode.FINE
    found = json.loads(answer.out)
    assert found["schema"] == 1
    invitations: list[dict[str, Any]] = found["invitations"]
    return invitations


def invited(run: Run, described: Callable[..., str], out: Path, **changes: str | None) -> str:
    """Make and send an invitation; gives its UID."""
    answer = run("invite", described(**changes), "-o", str(out))
    assert answer.status == ExitCode.FINE, answer.err
    sent(run, out)
    return event_in(out).uid


# --- the whole life ----------------------------------------------------------------------------------------------


def test_the_life_of_an_invitation(
    run: Run, described: Callable[..., str], out: Path, tmp_path: Path, ical_js: ReadAll
) -> None:
    uid = invited(run, described, out)
    update, again, cancel = (tmp_path / f"{name}.eml" for name in ("update", "again", "cancel"))
    answer = run("invite", "update", uid[:8], "location=Hall", "start=2027-03-01T09:00", "-o", str(update))
    assert answer.status == ExitCode.FINE, answer.err
    assert f"REQUEST, sequence 1, UID {uid}" in answer.err
    sent(run, update)
    assert run("invite", "update", uid, "-o", str(again)).status == ExitCode.FINE
    sent(run, again)
    assert run("invite", "cancel", uid, "-o", str(cancel)).status == ExitCode.FINE
    sent(run, cancel)
    paths = (out, update, again, cancel)
    calendars = [calendar_in(path) for path in paths]
    found = [icalendar.Calendar.from_ical(calendar.octets) for calendar in calendars]
    assert [str(calendar["METHOD"]) for calendar in found] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    components: list[Any] = [calendar.walk("VEVENT")[0] for calendar in found]
    assert {str(component["UID"]) for component in components} == {uid}
    assert [int(component["SEQUENCE"]) for component in components] == [0, 1, 1, 2]
    assert [str(component["LOCATION"]) for component in components] == ["Room, 1", "Hall", "Hall", "Hall"]
    stamps = [component["DTSTAMP"].dt for component in components]
    assert stamps == sorted(set(stamps))
    assert components[1]["DTEND"].dt - components[1]["DTSTART"].dt == timedelta(hours=1)
    assert str(components[3]["STATUS"]) == "CANCELLED"
    assert [len(component.walk("VALARM")) for component in components] == [1, 1, 1, 0]
    for jcal in ical_js([calendar.octets for calendar in calendars]):
        assert isinstance(jcal, list), jcal
        assert [item[0] for item in jcal[2]] == ["vtimezone", "vevent"]
    for path in paths:
        assert errors_of(path) == set()
        assert layout_of(parse(path.read_bytes())) is Layout.RECOMMENDED
    subjects = [str(independent(path)["Subject"]) for path in paths]
    title = "Tea <b> & cake"
    again_ = f"Updated invitation: {title}"
    assert subjects == [f"Invitation: {title}", again_, again_, f"Cancelled: {title}"]
    (row,) = listed(run)
    assert (row["uid"], row["sequence"], row["cancelled"], row["summary"]) == (uid, 2, True, title)
    assert [guest["mailbox"] for guest in row["guests"]] == ["guest@example.net", "other@bücher.example"]
    text = run("invite", "list").text
    assert f"{uid}  " in text
    assert "cancelled 2  Tea <b> & cake" in text
    assert "    guest@example.net: needs-action" in text


def test_words_follow_the_event(run: Run, described: Callable[..., str], out: Path, tmp_path: Path) -> None:
    uid = invited(run, described, out, description='"One <i>\\nand two"')
    parts = body_parts(parse(out.read_bytes()))
    assert parts.text is not None
    assert parts.html is not None
    text, html = parts.text.text(), parts.html.text()
    assert "Monday, 1 March 2027, 09:30 to 10:00 (America/New_York, UTC-05:00)" in text
    assert "Monday, 1 March 2027, 14:30 to 15:00 (UTC)" in text
    assert "Every Monday until 28 June 2027" in text
    assert "Events <events@example.com>" in text
    assert "guest@example.net" not in text + html
    assert "Tea &lt;b&gt; &amp; cake" in html
    assert "One &lt;i&gt;<br>\nand two" in html
    assert "<b>" not in html
    answer = run("invite", "update", uid, "location=Hall 2", "-o", str(tmp_path / "u.eml"))
    assert "last message" not in answer.err
    parts = body_parts(parse((tmp_path / "u.eml").read_bytes()))
    assert parts.text is not None
    assert parts.html is not None
    assert "Hall 2" in parts.text.text()
    assert "Hall 2" in parts.html.text()
    assert "Room, 1" not in parts.text.text() + parts.html.text()


def test_a_body_of_ones_own_stays_and_that_is_said(
    run: Run, described: Callable[..., str], out: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("Come & eat.\n\nSoon.")
    answer = run("invite", described(), "--text", str(tmp_path / "a.txt"), "-o", str(out))
    assert answer.status == ExitCode.FINE
    body = independent(out).get_body(("html",))
    assert body is not None
    assert "<p>Come &amp; eat.</p>\n<p>Soon.</p>" in body.get_content().replace("\r\n", "\n")
    sent(run, out)
    uid = event_in(out).uid
    answer = run("invite", "update", uid, "location=Hall", "-o", str(out))
    assert "read whether they still fit" in answer.err
    (tmp_path / "a.html").write_text("<p>Come to the <b>hall</b>.</p>")
    answer = run("invite", "update", uid, "location=Hall", "--html", str(tmp_path / "a.html"), "-o", str(out))
    assert "still fit" not in answer.err
    text = independent(out).get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "Come to the hall."


def test_one_date_is_cancelled_or_moved(run: Run, described: Callable[..., str], out: Path) -> None:
    uid = invited(run, described, out)
    assert run("invite", "cancel", uid, "--instance", "2027-04-05", "-o", str(out)).status == ExitCode.FINE
    event = event_in(out)
    assert event.recurrence_id is not None
    assert (event.method, event.status, event.recurrence_id.value, event.recurrence_id.zone, event.rule) == (
        "CANCEL",
        "CANCELLED",
        "20270405T093000",
        "America/New_York",
        "",
    )
    assert errors_of(out) == set()
    sent(run, out)
    moving = ("--instance", "2027-04-12T09:30", "start=2027-04-13T11:00")
    assert run("invite", "update", uid, *moving, "-o", str(out)).status == ExitCode.FINE
    event = event_in(out)
    assert event.recurrence_id is not None
    assert event.start is not None
    assert event.finish is not None
    assert (event.recurrence_id.value, event.start.value, event.finish.value, event.rule) == (
        "20270412T093000",
        "20270413T110000",
        "20270413T113000",
        "",
    )
    assert "moved" in str(independent(out).get_body(("plain",)))
    assert errors_of(out) == set()


def test_a_guest_is_taken_off(run: Run, described: Callable[..., str], out: Path) -> None:
    uid = invited(run, described, out)
    assert run("invite", "cancel", uid, "--guest", "Gü <GUEST@example.net>", "-o", str(out)).status == ExitCode.FINE
    event = event_in(out)
    assert (event.method, event.status, [guest.mailbox for guest in event.attendees]) == (
        "CANCEL",
        "",
        ["guest@example.net"],
    )
    assert str(independent(out)["To"]).endswith("<guest@example.net>")
    assert "other@" not in str(independent(out)["To"])
    sent(run, out)
    assert [guest["withdrawn"] for guest in listed(run)[0]["guests"]] == [True, False]
    assert "guest@example.net: withdrawn" in run("invite", "list").text
    assert run("invite", "update", uid, "priority=1", "-o", str(out)).status == ExitCode.FINE
    assert [guest.mailbox for guest in event_in(out).attendees] == ["other@bücher.example"]


def test_an_update_by_a_whole_description(run: Run, described: Callable[..., str], out: Path) -> None:
    uid = invited(run, described, out)
    file = described(rrule=None, location='"Elsewhere"', organizer=None)
    assert run("invite", "update", uid, file, "-o", str(out)).status == ExitCode.FINE
    event = event_in(out)
    assert (event.uid, event.sequence, event.rule, event.location) == (uid, 1, "", "Elsewhere")
    assert event.organizer is not None
    assert event.organizer.mailbox == "events@example.com"


# --- making ------------------------------------------------------------------------------------------------------


def test_from_and_to_stand_for_organizer_and_guests(run: Run, described: Callable[..., str], out: Path) -> None:
    file = described(organizer=None, attendees=None)
    people = ("--from", "Zoë <zoe@example.com>", "--to", "a@example.net, B <b@example.net>", "--to", "c@example.net")
    # Options may come before the description too.
    assert run("invite", *people, file, "-o", str(out)).status == ExitCode.FINE
    event = event_in(out)
    assert event.organizer is not None
    assert (event.organizer.mailbox, event.organizer.name) == ("zoe@example.com", "Zoë")
    assert [guest.mailbox for guest in event.attendees] == ["a@example.net", "b@example.net", "c@example.net"]
    assert str(independent(out)["From"]) == "Zoë <zoe@example.com>"
    assert str(independent(out)["To"]) == "a@example.net, B <b@example.net>, c@example.net"


def test_it_may_be_sent_to_one_of_the_guests(run: Run, described: Callable[..., str], out: Path) -> None:
    assert run("invite", described(), "--to", "guest@example.net", "-o", str(out)).status == ExitCode.FINE
    assert str(independent(out)["To"]) == "guest@example.net"
    assert len(event_in(out).attendees) == 2
    assert errors_of(out) == set()


@pytest.mark.parametrize("layout", [layout for layout in Layout if layout is not Layout.PUBLISH_FILE])
def test_every_layout_for_a_request(run: Run, described: Callable[..., str], out: Path, layout: Layout) -> None:
    assert run("invite", described(), "--layout", layout.value, "-o", str(out)).status == ExitCode.FINE
    assert layout_of(parse(out.read_bytes())) is layout


def test_each_guest_may_get_a_message_of_their_own(run: Run, described: Callable[..., str], tmp_path: Path) -> None:
    folder = tmp_path / "each"
    answer = run("invite", described(), "--each", "-o", str(folder))
    assert answer.status == ExitCode.FINE
    assert "nobody reads who else is invited" in answer.err
    first, second = sorted(folder.iterdir())
    for path, own, other in ((first, "guest@example.net", b"other@"), (second, "other@bücher.example", b"guest@")):
        assert [guest.mailbox for guest in event_in(path).attendees] == [own]
        assert other not in path.read_bytes() + calendar_in(path).octets
        assert errors_of(path) == set()
    assert run("send", str(first), str(second)).status == ExitCode.FINE
    (row,) = listed(run)
    assert {guest["mailbox"] for guest in row["guests"]} == {"guest@example.net", "other@bücher.example"}
    assert run("invite", "cancel", row["uid"], "--each", "-o", str(folder)).status == ExitCode.FINE
    assert {event_in(path).method for path in folder.iterdir()} == {"CANCEL"}
    assert run("invite", described(), "--each").status == ExitCode.USAGE
    answer = run("invite", described(), "--each", "-o", str(first))
    assert answer.status == ExitCode.NOTHING_DONE
    assert "cannot be written" in answer.err


def test_what_one_message_for_all_means_is_said(run: Run, described: Callable[..., str], out: Path) -> None:
    assert "reads the names and addresses of all the others" in run("invite", described(), "-o", str(out)).err


def test_what_was_cancelled_may_take_place_after_all(run: Run, described: Callable[..., str], out: Path) -> None:
    uid = invited(run, described, out)
    run("invite", "cancel", uid, "-o", str(out))
    assert "This event was cancelled." in str(independent(out).get_body(("plain",)))
    sent(run, out)
    for changes in ((), ("location=Hall",)):
        assert run("invite", "update", uid, *changes, "-o", str(out)).status == ExitCode.FINE
        event = event_in(out)
        assert (event.method, event.status, event.sequence) == ("REQUEST", "CONFIRMED", 2)
    assert "cancelled" not in str(independent(out).get_body(("plain",)))
    assert "cancelled" not in str(independent(out).get_body(("html",)))


def test_publishing_asks_nobody(run: Run, described: Callable[..., str], out: Path) -> None:
    file = described(method='"PUBLISH"', attendees=None)
    assert run("invite", file, "--to", "list@example.net", "-o", str(out)).status == ExitCode.FINE
    event = event_in(out)
    assert (event.method, event.attendees) == ("PUBLISH", ())
    assert layout_of(parse(out.read_bytes())) is Layout.PUBLISH_FILE
    assert str(independent(out)["To"]) == "list@example.net"
    assert errors_of(out) == set()
    sent(run, out)
    answer = run("invite", "update", event.uid, "location=x", "-o", str(out))
    assert answer.status == ExitCode.USAGE
    assert "without guests" in answer.err


def test_standard_input_and_output(run_child: Run, tmp_path: Path) -> None:
    (tmp_path / "in").write_text(DESCRIPTION)
    with (tmp_path / "in").open("rb") as file:
        answer = run_child("invite", "-", stdin=file)
    assert answer.status == ExitCode.FINE
    assert calendar_of(parse(answer.out)) is not None
    assert answer.err == ""


def test_what_is_unusual_is_said(run: Run, described: Callable[..., str], out: Path) -> None:
    file = described(rrule='"FREQ=WEEKLY;BYDAY=TU;COUNT=3"')
    answer = run("invite", file, "-o", str(out))
    assert answer.status == ExitCode.FINE
    assert "none of its dates" in answer.err


def test_a_file_called_like_a_command_is_opened_by_its_path(
    run: Run, described: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list").write_bytes(Path(described()).read_bytes())
    assert "No invitation was sent yet" in run("invite", "list").err
    assert run("invite", "./list", "-o", "out.eml").status == ExitCode.FINE
    assert run("invite", "make", "list", "-o", "out.eml").status == ExitCode.FINE
    assert event_in(tmp_path / "out.eml").summary == "Tea <b> & cake"


@pytest.mark.parametrize("words", [("invite", "--help"), ("invite", "make", "--help")])
def test_help_lists_every_key(run: Run, words: tuple[str, ...]) -> None:
    answer = run(*words)
    text = answer.text
    assert answer.status == ExitCode.FINE
    assert all(f"\n  {key.name} " in text for key in KEYS)
    assert max(map(len, text[text.index("Keys of") :].splitlines())) <= 78


def test_without_anything_the_description_is_missed(run: Run) -> None:
    answer = run("invite")
    assert (answer.status, answer.out) == (ExitCode.USAGE, b"")
    assert "Missing argument 'EVENT.toml'" in answer.err


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, status, words",
    [
        ({"start": "2027-03-14T02:30:00"}, ExitCode.USAGE, "the clock skips 02:30"),
        ({"end": "2027-03-01T09:00:00"}, ExitCode.USAGE, "not after start"),
        ({"time_zone": '"Mars/Base"'}, ExitCode.USAGE, "'Mars/Base'"),
        ({"attendees": '["Guest One"]'}, ExitCode.USAGE, "attendees[1] = 'Guest One'"),
        ({"attendees": '["events@example.com"]'}, ExitCode.USAGE, "organizer cannot be a guest"),
        ({"rrule": '"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"'}, ExitCode.USAGE, "names no date that exists"),
        ({"summary": '"a\\nBcc: x@y.example"'}, ExitCode.USAGE, "line end"),
        ({"organizer": '"a@b.example\\nBcc: x@y.example"'}, ExitCode.USAGE, "line end"),
        ({"octets": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}, ExitCode.UNREADABLE, ".ics"),
        ({"octets": "<html><p>Sign in</html>"}, ExitCode.UNREADABLE, "HTML"),
        ({"octets": "#" * 5_000_000}, ExitCode.UNREADABLE, "5000000 octets"),
        ({"octets": b"\xff\xfe\x00"}, ExitCode.UNREADABLE, "UTF-8"),
        ({"start": "2027-03-01T09:30"}, ExitCode.UNREADABLE, "with seconds"),
    ],
)
def test_bad_descriptions_get_a_sentence_and_nothing_is_written(
    run: Run, described: Callable[..., str], out: Path, changes: dict[str, Any], status: ExitCode, words: str
) -> None:
    out.write_bytes(b"before")
    answer = run("invite", described(**changes), "-o", str(out))
    assert (answer.status, answer.out) == (status, b"")
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert "fault of ours" not in answer.err
    assert out.read_bytes() == b"before"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--from", "a@b.example\r\nBcc: x"), "--from holds a carriage return"),
        (("--to", "a@b.example\nBcc: x"), "--to holds a line feed"),
        (("--to", "nobody"), ""),
        (("--from", "nobody"), ""),
        (("--layout", "publish-file"), "not for REQUEST"),
        (("--layout", "upside-down"), ""),
        (("--to", "events@example.com"), "organizer cannot be a guest"),
    ],
)
def test_bad_options(
    run: Run, described: Callable[..., str], out: Path, arguments: tuple[str, ...], words: str
) -> None:
    answer = run("invite", described(), *arguments, "-o", str(out))
    assert answer.status == ExitCode.USAGE
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert not out.exists()


def test_files_that_are_not_there(run: Run, described: Callable[..., str], out: Path, tmp_path: Path) -> None:
    assert run("invite", str(tmp_path / "none.toml"), "-o", str(out)).status == ExitCode.UNREADABLE
    assert run("invite", described(), "--text", str(tmp_path / "none"), "-o", str(out)).status == ExitCode.UNREADABLE
    (tmp_path / "a.txt").write_text("x")
    single = ("--layout", "single", "--text", str(tmp_path / "a.txt"))
    answer = run("invite", described(), *single, "-o", str(out))
    assert answer.status == ExitCode.USAGE
    assert "room for neither" in answer.err
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments, status, words",
    [
        (("update", "nothing", "location=x"), ExitCode.NOTHING_DONE, "No invitation"),
        (("cancel", "nothing"), ExitCode.NOTHING_DONE, "No invitation"),
        (("cancel", "UID\nx"), ExitCode.USAGE, "line feed"),
        (("update", "UID", "location=a\nb"), ExitCode.USAGE, "line feed"),
        (("update", "UID", "uid=2"), ExitCode.USAGE, "uid cannot be changed"),
        (("update", "UID", "location"), ExitCode.UNREADABLE, "location"),
        (("update", "UID", "a.toml", "location=x"), ExitCode.USAGE, "one EVENT.toml"),
        (("update", "UID", "end=2027-02-01T10:00"), ExitCode.USAGE, "not after start"),
        (("update", "UID", "--instance", "2027-04-12"), ExitCode.USAGE, "nothing is changed"),
        (("update", "UID", "--instance", "2027-04-12", "location=x"), ExitCode.USAGE, "location cannot be changed"),
        (("cancel", "UID", "--instance", "someday"), ExitCode.USAGE, "no date"),
        (("cancel", "UID", "--instance", "2027-04-06"), ExitCode.USAGE, "does not take place"),
        (("cancel", "UID", "--instance", "2027-04-05T10:00"), ExitCode.USAGE, "first dates are 2027-03-01T09:30"),
        (("cancel", "UID", "--guest", "nobody@example.net"), ExitCode.USAGE, "not among the guests"),
        (("cancel", "UID", "--guest", "nobody"), ExitCode.USAGE, ""),
        (("cancel", "UID", "--guest", "a@b.example", "--instance", "2027-04-05"), ExitCode.USAGE, "Give one"),
    ],
)
def test_bad_steps(
    run: Run,
    described: Callable[..., str],
    out: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    status: ExitCode,
    words: str,
) -> None:
    uid = invited(run, described, out)
    wanted = tmp_path / "step.eml"
    answer = run("invite", *(word.replace("UID", uid) for word in arguments), "-o", str(wanted))
    assert answer.status == status, answer.err
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert not wanted.exists()
    (row,) = listed(run)
    assert row["sequence"] == 0


def test_the_clock_of_a_stamp_is_now(run: Run, described: Callable[..., str], out: Path) -> None:
    before = datetime.now().astimezone()
    assert run("invite", described(), "-o", str(out)).status == ExitCode.FINE
    component: Any = icalendar.Calendar.from_ical(calendar_in(out).octets).walk("VEVENT")[0]
    stamp: datetime = component["DTSTAMP"].dt
    assert before - timedelta(seconds=2) <= stamp <= datetime.now().astimezone()
