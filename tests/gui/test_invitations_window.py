"""The window of the invitations that were sent: what it lists and shows, and the message that each step opens."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDate, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.event import Event, event_of, new_calendar
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.lifecycle import invited
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of, place
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.gui.invitations import invitations_window
from sescomposer.gui.invitations.date_dialog import DateDialog
from sescomposer.gui.invitations.forget_question import ask_forget
from sescomposer.gui.invitations.invitations_centre import BUTTONS
from sescomposer.gui.invitations.invitations_model import ANSWER, ANSWERED, STATE, TITLE, WHEN
from sescomposer.gui.invitations.invitations_window import InvitationsWindow
from sescomposer.services.invitation_ports import Invitation

ZONE = "Europe/Berlin"
UID = "1@events.example.com"


def invitation(services: Services, **fields: Any) -> Message:
    """Make the first invitation to a weekly event of three guests."""
    start = services.clock.now().replace(tzinfo=None, hour=9, minute=30, second=0, microsecond=0) + timedelta(days=7)
    given: dict[str, Any] = {
        "uid": UID,
        "summary": "Office hours",
        "location": "Room 3",
        "start": Moment.zoned(start, ZONE),
        "end": Moment.zoned(start + timedelta(minutes=30), ZONE),
        "rule": "FREQ=WEEKLY;COUNT=5",
        "organizer": Person("events@example.com", "Events"),
        "attendees": (Attendee("kai@example.org", "Kai"), Attendee("bob@example.net"), Attendee("o@bücher.example")),
        **fields,
    }
    event = invited(Event(**given), services.clock.now())
    calendar = new_calendar(event, services.ids, services.clock.now())
    to = ", ".join(guest.mailbox for guest in event.attendees)
    message = compose("events@example.com", to, f"Invitation: {event.summary}", text="Come.", ids=services.ids)
    return message.edited(lambda root: place(root, calendar, Layout.RECOMMENDED, services.ids))


def send(services: Services, message: Message) -> Invitation:
    """Send to the local inbox."""
    way = services.local_transport(Road.SES_V2)
    services.sending.submit(services.sending.review(message, way), way)
    calendar = calendar_of(message.root)
    assert calendar is not None
    return services.invitations.find(event_of(calendar).uid)


def answer(
    known: Invitation, who: str, partstat: str, *, method: str = "REPLY", start: str = "", comment: str = ""
) -> bytes:
    """Write the answer of a guest as a message."""
    lines = [
        f"From: {who}\r\nTo: events@example.com\r\nSubject: Re\r\nMIME-Version: 1.0",
        f"Content-Type: text/calendar; method={method}; charset=utf-8\r\n",
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{known.uid}",
        f"DTSTAMP:20270102T000000Z\r\nSEQUENCE:{known.last.sequence}",
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{who}",
        *([f"DTSTART:{start}"] if start else []),
        *([f"COMMENT:{comment}"] if comment else []),
        "END:VEVENT\r\nEND:VCALENDAR\r\n",
    ]
    return "\r\n".join(lines).encode()


def event_in(message: Message) -> Event:
    calendar = calendar_of(message.root)
    assert calendar is not None
    return event_of(calendar)


class Opener(QMainWindow):
    """Stands for a composer window."""

    window_wanted = Signal(object)
    closed = Signal(object)


@pytest.fixture
def opener(qtbot: QtBot) -> Opener:
    made = Opener()
    qtbot.addWidget(made)
    return made


Show = Callable[..., InvitationsWindow]


@pytest.fixture
def show(qtbot: QtBot, services: Services, opener: Opener) -> Iterator[Show]:
    """Show the window and wait until it has read the ledger and, if there is one, an event."""

    def show_it(uid: str = "") -> InvitationsWindow:
        window = InvitationsWindow.show_for(services, opener, uid)
        qtbot.waitUntil(lambda: window.is_read and (not window.centre.model.rows or window.loaded is not None))
        return window

    yield show_it
    window = InvitationsWindow.shown()
    if window is not None:
        qtbot.waitUntil(lambda: window.runner.running == 0)
        window.close()


def made_by(qtbot: QtBot, opener: Opener, act: Callable[[], object]) -> Message:
    """Do something and give the message that it opens."""
    with qtbot.waitSignal(opener.window_wanted) as blocker:
        act()
    assert blocker.args is not None
    message, path = blocker.args[0]
    assert path is None
    assert isinstance(message, Message)
    return message


def test_an_empty_ledger_teaches(show: Show) -> None:
    window = show()
    assert window.centre.pages.currentWidget() is window.centre.empty
    assert "Ctrl+Shift+E" in window.centre.empty.words.text()
    assert window.centre.count.text() == "0 events"
    assert not any(window.centre.can_do(name) for name in BUTTONS)


def test_events_are_listed_with_state_and_counts(show: Show, services: Services) -> None:
    known = send(services, invitation(services))
    services.invitations.take(parse(answer(known, "kai@example.org", "ACCEPTED")))
    send(services, invitation(services, uid="2", summary="Dinner", rule="", attendees=(Attendee("a@b.example"),)))
    window = show()
    model = window.centre.model
    assert [model.index(row, TITLE).data() for row in (0, 1)] == ["Dinner", "Office hours"]
    assert str(model.index(1, WHEN).data()).startswith("Repeats from ")
    assert model.index(1, STATE).data() == "Sent"
    assert model.index(1, ANSWERED).data() == "1 accepted, 2 no answer"
    assert "Office hours" in str(model.index(1, 0).data(role=11)), "AccessibleTextRole tells the whole row"


def test_all_words_are_searched_for(qtbot: QtBot, show: Show, services: Services) -> None:
    send(services, invitation(services))
    send(services, invitation(services, uid="2", summary="Dinner"))
    window = show()
    QTest.keyClicks(window.centre.search, "kai office")
    qtbot.waitUntil(lambda: [row.invitation.uid for row in window.centre.model.rows] == [UID])
    assert window.centre.count.text() == "1 of 2"
    window.centre.search.setText("nobody")
    qtbot.waitUntil(lambda: window.centre.pages.currentWidget() is window.centre.empty)
    assert window.centre.empty.title.text() == "Nothing found"


def test_guests_show_their_answers_and_what_each_got(show: Show, services: Services) -> None:
    known = send(services, invitation(services))
    services.invitations.take(parse(answer(known, "bob@example.net", "DECLINED", comment="I am away")))
    window = show(UID)
    model = window.centre.guests.model
    assert [model.index(row, 0).data() for row in range(3)] == [
        "Kai <kai@example.org>",
        "bob@example.net",
        "o@bücher.example",
    ]
    assert [model.index(row, ANSWER).data() for row in range(3)] == ["No answer", "Declined", "No answer"]
    assert str(model.index(0, 3).data()).startswith("Invitation, SEQUENCE 0, ")
    window.centre.guests.list.setCurrentIndex(model.index(1, 0))
    assert window.centre.guests.comment.words == "bob@example.net: I am away"


def test_answers_for_single_dates_stand_below_the_guests(show: Show, services: Services) -> None:
    known = send(services, invitation(services))
    octets = answer(known, "kai@example.org", "DECLINED").replace(
        b"\r\nDTSTAMP", b"\r\nRECURRENCE-ID;TZID=Europe/Berlin:20270308T093000\r\nDTSTAMP"
    )
    services.invitations.take(parse(octets))
    guests = show().centre.guests
    assert guests.model.index(0, ANSWER).data() == "No answer"
    assert guests.comment.words == "For 20270308T093000 alone: Declined"


def test_the_exact_octets_are_shown(show: Show, services: Services) -> None:
    known = send(services, invitation(services))
    window = show()
    shown = bytes(window.centre.sendings.inspector.raw.view.octets)
    assert shown == bytes(services.content.open(known.last.intent.sha256))


def test_what_is_sent_meanwhile_appears(qtbot: QtBot, show: Show, services: Services) -> None:
    window = show()
    send(services, invitation(services))
    qtbot.waitUntil(lambda: window.loaded is not None)
    assert window.centre.count.text() == "1 event"


def test_an_update_opens_what_guests_have(qtbot: QtBot, show: Show, services: Services, opener: Opener) -> None:
    send(services, invitation(services))
    window = show()
    message = made_by(qtbot, opener, window.centre.buttons["update"].click)
    event = event_in(message)
    assert (event.uid, event.method, event.summary) == (UID, "REQUEST", "Office hours")
    assert len(services.invitations.find(UID).sent) == 1, "nothing is sent by itself"


def test_cancelling_opens_the_cancellation(qtbot: QtBot, show: Show, services: Services, opener: Opener) -> None:
    send(services, invitation(services))
    window = show()
    message = made_by(qtbot, opener, window.centre.buttons["cancel"].click)
    event = event_in(message)
    assert (event.method, event.sequence, event.status) == ("CANCEL", 1, "CANCELLED")
    send(services, message)
    qtbot.waitUntil(lambda: window.loaded is not None and window.loaded.invitation.is_cancelled)
    assert window.centre.model.index(0, STATE).data() == "Cancelled"
    assert not window.centre.can_do("cancel")
    assert window.centre.can_do("update")


def test_one_guest_is_withdrawn(qtbot: QtBot, show: Show, services: Services, opener: Opener) -> None:
    send(services, invitation(services))
    window = show()
    guests = window.centre.guests
    guests.list.setCurrentIndex(guests.model.index(1, 0))
    message = made_by(qtbot, opener, window.centre.buttons["withdraw"].click)
    event = event_in(message)
    assert [guest.mailbox for guest in event.attendees] == ["bob@example.net"]
    send(services, message)
    qtbot.waitUntil(lambda: guests.model.index(1, ANSWER).data() == "Taken off")
    guests.list.setCurrentIndex(guests.model.index(1, 0))
    assert not window.centre.can_do("withdraw")


def test_the_same_is_sent_again(qtbot: QtBot, show: Show, services: Services, opener: Opener) -> None:
    send(services, invitation(services))
    message = made_by(qtbot, opener, show().centre.buttons["resend"].click)
    assert event_in(message).sequence == 0


def dialog_of(window: QWidget) -> DateDialog:
    (dialog,) = window.findChildren(DateDialog)
    return dialog


def test_one_date_is_cancelled(qtbot: QtBot, show: Show, services: Services, opener: Opener) -> None:
    send(services, invitation(services))
    window = show()
    window.centre.buttons["cancel date"].click()
    dialog = dialog_of(window)
    assert dialog.list.count() == 5
    assert not dialog.start.isVisible()
    dialog.list.setCurrentRow(2)
    original = dialog.original
    message = made_by(qtbot, opener, dialog.accept_button.click)
    event = event_in(message)
    assert (event.method, event.recurrence_id, event.rule) == ("CANCEL", original, "")
    send(services, message)
    qtbot.waitUntil(lambda: window.loaded is not None and len(window.loaded.invitation.sent) == 2)
    qtbot.waitUntil(lambda: not window.findChildren(DateDialog))
    window.centre.buttons["cancel date"].click()
    assert dialog_of(window).list.count() == 4
    dialog_of(window).reject()


def test_one_date_is_moved(qtbot: QtBot, show: Show, services: Services, opener: Opener) -> None:
    send(services, invitation(services))
    window = show()
    window.centre.buttons["move date"].click()
    dialog = dialog_of(window)
    assert not dialog.accept_button.isEnabled()
    assert dialog.trouble.text() == "Choose another time."
    before = dialog.original
    assert before is not None
    day = before.day + timedelta(days=1)
    dialog.start.date.setDate(QDate(day.year, day.month, day.day))
    message = made_by(qtbot, opener, dialog.accept_button.click)
    event = event_in(message)
    assert (event.method, event.recurrence_id, event.sequence) == ("REQUEST", before, 1)
    assert (event.start, event.end) == (before.moved(timedelta(days=1)), before.moved(timedelta(days=1, minutes=30)))


def test_what_does_not_repeat_has_no_single_date(show: Show, services: Services) -> None:
    send(services, invitation(services, rule=""))
    window = show()
    assert not window.centre.can_do("cancel date")
    assert not window.centre.can_do("move date")
    assert window.centre.buttons["move date"].toolTip() == "The event does not repeat"


def test_a_proposal_stands_beside_the_time_and_makes_an_update(
    qtbot: QtBot, show: Show, services: Services, opener: Opener
) -> None:
    known = send(services, invitation(services, rule=""))
    services.invitations.take(
        parse(answer(known, "kai@example.org", "TENTATIVE", method="COUNTER", start="20300301T100000Z"))
    )
    window = show()
    (line,) = window.centre.guests.proposals
    assert "Fri 1 Mar 2030, 10:00 UTC" in line.sentence
    assert "Now it is" in line.sentence
    yes, no = line.findChildren(QPushButton)
    message = made_by(qtbot, opener, yes.click)
    event = event_in(message)
    assert event.start == Moment.utc(datetime.fromisoformat("2030-03-01T10:00:00+00:00"))
    assert event.sequence == 1
    assert no.isVisible()


def test_a_proposal_is_declined_and_stands_there_no_more(
    qtbot: QtBot, show: Show, services: Services, opener: Opener
) -> None:
    known = send(services, invitation(services, rule=""))
    services.invitations.take(
        parse(answer(known, "kai@example.org", "TENTATIVE", method="COUNTER", start="20300301T100000Z"))
    )
    window = show()
    (line,) = window.centre.guests.proposals
    message = made_by(qtbot, opener, line.findChildren(QPushButton)[1].click)
    event = event_in(message)
    assert (event.method, [guest.mailbox for guest in event.attendees]) == ("DECLINECOUNTER", ["kai@example.org"])
    assert message.root.subject == "Proposal declined: Office hours"
    way = services.local_transport(Road.SES_V2)
    services.sending.submit(services.sending.review(message, way), way)
    qtbot.waitUntil(lambda: not window.centre.guests.proposals)


def test_a_step_is_made_from_what_the_ledger_has_now(
    qtbot: QtBot, show: Show, services: Services, opener: Opener
) -> None:
    first = send(services, invitation(services, rule=""))
    window = show()
    event = event_of(services.invitations.calendar(first))
    send(services, services.invitations.update(first, replace(event, location="Hall")))
    assert event_in(made_by(qtbot, opener, lambda: window.next.cancel(first))).sequence == 2


@pytest.mark.parametrize("is_wanted", [False, True])
def test_an_event_is_forgotten_once_that_is_confirmed(
    qtbot: QtBot, show: Show, services: Services, monkeypatch: pytest.MonkeyPatch, is_wanted: bool
) -> None:
    send(services, invitation(services))
    window = show()
    asked: list[str] = []

    def ask(parent: QWidget, title: str) -> bool:
        asked.append(title)
        return is_wanted

    monkeypatch.setattr(invitations_window, "ask_forget", ask)
    window.centre.buttons["forget"].click()
    assert asked == ["Office hours"]
    if not is_wanted:
        assert services.invitations.known(UID) is not None
        return
    qtbot.waitUntil(lambda: window.centre.pages.currentWidget() is window.centre.empty)
    assert services.invitations.all() == ()
    assert not any(window.centre.can_do(name) for name in BUTTONS)


def test_the_question_before_forgetting_keeps_by_itself(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    seen: list[QMessageBox] = []

    def run(box: QMessageBox) -> int:
        seen.append(box)
        button = box.defaultButton()
        assert button is not None
        button.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", run)
    assert not ask_forget(parent, "<b>Tea</b>")
    assert seen[0].text() == "Forget “<b>Tea</b>”?"
    assert "cannot be undone" in seen[0].informativeText()


def test_the_event_is_exported(
    qtbot: QtBot, show: Show, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(services, invitation(services))
    path = tmp_path / "out.ics"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window = show()
    window.centre.buttons["export"].click()
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: window.runner.running == 0)
    assert event_of(read_calendar(path.read_bytes())).uid == UID


def test_lost_octets_are_told_and_nothing_can_be_made(show: Show, services: Services) -> None:
    known = send(services, invitation(services))
    for path in services.folders.content.rglob(f"*{known.last.calendar[2:]}*"):
        path.unlink()
    window = show()
    assert "not there any more" in window.centre.gone.sentence
    assert [name for name in BUTTONS if window.centre.can_do(name)] == ["forget"]


def test_everything_has_a_name_for_those_who_listen(show: Show, services: Services) -> None:
    send(services, invitation(services))
    centre = show().centre
    for widget in (centre.search, centre.list, centre.tabs, centre.guests.list, centre.sendings.list, centre.count):
        assert widget.accessibleName()
    for button in centre.buttons.values():
        assert button.text()
        assert button.accessibleDescription()


def test_access_keys_are_unique(show: Show, services: Services) -> None:
    send(services, invitation(services))
    centre = show().centre
    titles = [centre.tabs.tabText(index) for index in range(centre.tabs.count())]
    words = [*titles, *(button.text() for button in centre.buttons.values()), "Make an update with this &time"]
    keys = [text[text.index("&") + 1].lower() for text in words]
    assert len(set(keys)) == len(keys)


def test_it_goes_with_the_last_composer(qtbot: QtBot, show: Show, opener: Opener) -> None:
    window = show()
    with qtbot.waitSignal(window.destroyed):
        opener.closed.emit(opener)
