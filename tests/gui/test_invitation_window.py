"""Events in a whole window: files opened and dropped, the clipboard, export, the view, the arrangement, and sending."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.invitation.event import Event, event_of
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of, calendar_part
from sescomposer.core.invitation.verdicts import Outcome
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.structure import with_text
from sescomposer.gui.drops import DropHint, elsewhere
from sescomposer.gui.invitation.card import EventCard
from sescomposer.gui.invitation.invitation_view import InvitationView
from sescomposer.gui.invitation.verdict_table import WORDS
from sescomposer.gui.main_window import MainWindow
from sescomposer.services.settings import ARRANGEMENT, Arrangement

EVENT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\n"
    b"DTSTAMP:20270101T000000Z\r\nDTSTART:20990302T090000Z\r\nDTEND:20990302T100000Z\r\nSUMMARY:Theirs: tea\r\n"
    b"X-ODD:stays\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
LETTER = b"From: jane@example.com\r\nTo: a@example.net\r\nSubject: Tea\r\nMIME-Version: 1.0\r\n\r\nHi\r\n"
MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def make_window(services: Services, qtbot: QtBot) -> Iterator[MakeWindow]:
    made: list[MainWindow] = []

    def make(message: Message | None = None) -> MainWindow:
        window = MainWindow(services, message)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        made.append(window)
        window.resize(1024, 700)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in made:
        qtbot.waitUntil(partial(_is_idle, window))
        window.composer.open_message(window.composer.message)
        window.close()
        window.deleteLater()


def _is_idle(window: MainWindow) -> bool:
    return window.runner.running == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tea.ics"
    path.write_bytes(EVENT)
    return path


def event_in(window: MainWindow) -> Event:
    calendar = calendar_of(window.composer.root)
    assert calendar is not None
    return event_of(calendar)


def has_event(window: MainWindow) -> bool:
    return calendar_part(window.composer.root) is not None


def drop(window: MainWindow, path: Path) -> str:
    """Drop a file, and give the words that were beside the mouse."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), copy, data, left, none))
    hint = window.findChild(DropHint)
    assert hint is not None
    words = hint.text()
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, none))
    return words


def test_a_calendar_file_opens_in_an_untouched_window(make_window: MakeWindow, file: Path, qtbot: QtBot) -> None:
    window = make_window()
    window.files.open_path(file)
    qtbot.waitUntil(lambda: has_event(window))
    event = event_in(window)
    assert (event.summary, event.method) == ("Theirs: tea", "REQUEST")
    assert window.editors.tabs.currentWidget() is window.editors.invitation
    assert window.composer.undo_list.undo_label == "put event"


def test_a_calendar_file_opens_beside_a_message_that_is_written(
    make_window: MakeWindow, file: Path, qtbot: QtBot
) -> None:
    window = make_window()
    wanted: list[Message] = []
    window.window_wanted.connect(wanted.append)
    window.composer.edit_root(lambda root: with_text(root, "Hi", window.composer.ids), "edit text")
    window.files.open_path(file)
    qtbot.waitUntil(lambda: bool(wanted))
    assert not has_event(window)
    calendar = calendar_of(wanted[0].root)
    assert calendar is not None
    assert b"X-ODD:stays\r\n" in calendar.octets


def test_a_dropped_calendar_file_is_put_into_the_message_as_was_said(
    make_window: MakeWindow, file: Path, qtbot: QtBot
) -> None:
    window = make_window(Message(parse(LETTER)))
    assert drop(window, file) == "Put the event of tea.ics into this message"
    qtbot.waitUntil(lambda: has_event(window))
    assert event_in(window).summary == "Theirs: tea"
    assert window.composer.root.subject == "Tea"


def test_of_several_calendar_files_the_first_counts() -> None:
    found = elsewhere([Path("a.eml"), Path("b.ICS"), Path("c.ics"), Path("d.pdf")])
    assert found.words() == ("Open a.eml in a new window, put the event of b.ICS into this message, attach 2 files")


@pytest.mark.parametrize("octets", [b"", b"<html><body>Sign in</body></html>", b"\x00\xff" * 40])
def test_a_calendar_file_that_holds_no_event_is_refused(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot, octets: bytes
) -> None:
    window = make_window()
    path = tmp_path / "page.ics"
    path.write_bytes(octets)
    window.files.open_path(path)
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)))
    assert window.findChildren(QMessageBox)[0].text() == "page.ics holds no event."
    assert not has_event(window)


def test_the_event_of_the_clipboard_is_taken(make_window: MakeWindow) -> None:
    window = make_window(Message(parse(LETTER)))
    window.trigger("invitation")
    QGuiApplication.clipboard().setText(EVENT.decode().replace("\r\n", "\n"))
    window.editors.invitation.pages.empty.paste_button.click()
    assert event_in(window).summary == "Theirs: tea"
    part = calendar_part(window.composer.root)
    assert part is not None
    assert b"X-ODD:stays\r\n" in bytes(part.content)


def test_a_clipboard_without_an_event_changes_nothing(make_window: MakeWindow) -> None:
    window = make_window(Message(parse(LETTER)))
    window.trigger("invitation")
    QGuiApplication.clipboard().setText("Dear all")
    window.editors.invitation.pages.empty.paste_button.click()
    assert not has_event(window)
    assert window.findChildren(QMessageBox)


def test_the_event_is_exported_with_its_octets(
    make_window: MakeWindow, file: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    window.files.open_path(file)
    qtbot.waitUntil(lambda: has_event(window))
    offered: list[str] = []
    target = tmp_path / "out.ics"

    def ask(parent: object, title: str, name: str, filters: str) -> tuple[str, str]:
        offered.append(Path(name).name)
        return str(target), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    window.trigger("export_event")
    qtbot.waitUntil(target.exists)
    part = calendar_part(window.composer.root)
    assert part is not None
    assert target.read_bytes() == bytes(part.content)
    assert offered == ["Theirs- tea.ics"]


def test_the_arrangement_shows_the_form_and_the_view(make_window: MakeWindow, services: Services) -> None:
    window = make_window(Message(parse(LETTER)))
    window.trigger("arrange_invite")
    assert window.editors.tabs.currentWidget() is window.editors.invitation
    assert window.views.shown_views() == ("invitation",)
    assert services.settings.get(ARRANGEMENT) is Arrangement.INVITE


def shown(window: MainWindow) -> InvitationView:
    view = window.views.show_view("invitation")
    assert isinstance(view, InvitationView)
    return view


def test_the_view_shows_card_week_dates_and_verdicts(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(Message(parse(LETTER)))
    view = shown(window)
    assert not view.content.isVisible()
    window.trigger("invitation")
    pages = window.editors.invitation.pages
    pages.make()
    start = Moment.zoned(datetime(2099, 3, 2, 9), "Europe/Berlin")
    end = start.at(datetime(2099, 3, 2, 10, 30))
    pages.edits.change(
        lambda event: replace(event, start=start, end=end, location="Room 4", rule="FREQ=DAILY;COUNT=5"), "put event"
    )
    assert view.card.title.text() == "Tea"
    assert view.card.rows["where"][1].words == "Room 4"
    assert "a@example.net" in view.card.rows["guests"][1].words
    assert [button.isVisible() for button in view.card.buttons] == [True, True, True, False]
    assert not any(button.isEnabled() for button in view.card.buttons)
    assert view.zones.words.startswith("Berlin: Mon 2 Mar 2099, 09:00 - 10:30 (UTC+01:00)")
    assert "Tokyo: Mon 2 Mar 2099, 17:00 - 18:30 (UTC+09:00)" in view.zones.words
    assert view.week.spans[0] == (datetime(2099, 3, 2, 9), datetime(2099, 3, 2, 10, 30))
    assert len(view.week.spans) == 5
    assert len(view.dates.words.splitlines()) == 5
    qtbot.waitUntil(lambda: view.verdicts.rowCount() >= 5)
    rows = range(view.verdicts.rowCount())
    clients = [item.text() for row in rows if (item := view.verdicts.item(row, 0)) is not None]
    assert {"Gmail", "Outlook classic", "Apple Mail", "Thunderbird", "Yahoo"} <= set(clients)
    reason = view.verdicts.item(0, 2)
    assert reason is not None
    assert "Source: " in reason.text()
    assert set(WORDS) == set(Outcome)


def test_verdicts_follow_the_event(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(Message(parse(LETTER)))
    view = shown(window)
    window.trigger("invitation")
    window.editors.invitation.pages.make()
    qtbot.waitUntil(lambda: view.verdicts.rowCount() > 0)

    def words() -> str:
        item = view.verdicts.item(0, 1)
        return item.text() if item is not None else ""

    qtbot.waitUntil(lambda: words() == "Shows buttons")
    window.editors.invitation.pages.edits.change(lambda event: replace(event, method="PUBLISH"), "set method")
    qtbot.waitUntil(lambda: words() == "Offers to add it")


@pytest.mark.parametrize(
    "change, note",
    [
        ({"organizer": None}, "no organiser"),
        ({"attendees": ()}, "nobody is invited"),
        ({"method": "PUBLISH"}, "nobody is asked"),
    ],
)
def test_the_card_says_why_there_are_no_buttons(qtbot: QtBot, change: dict[str, object], note: str) -> None:
    event = Event(summary="Tea", organizer=Person("a@b.example"), attendees=(Attendee("c@d.example"),))
    made = EventCard(None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show_event(replace(event, start=Moment.utc(datetime(2027, 3, 1, tzinfo=UTC)), **change), "UTC")  # type: ignore[arg-type]
    assert note in made.note.text()
    assert made.buttons[0].isHidden()


def test_an_invitation_that_is_typed_is_what_would_be_sent(make_window: MakeWindow) -> None:
    window = make_window(Message(parse(LETTER)))
    window.trigger("invitation")
    pages = window.editors.invitation.pages
    pages.empty.make_button.click()
    title = pages.form.title.title
    title.selectAll()
    QTest.keyClicks(title, "Tea at five")
    octets = window.composer.sealed_root().octets
    calendar = calendar_of(parse(octets.read(0, len(octets))))
    assert calendar is not None
    assert event_of(calendar).summary == "Tea at five"
    assert calendar.defects == ()


def test_typing_without_an_event_never_looks_for_one(make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window = make_window(Message(parse(LETTER)))
    window.trigger("view_source")
    monkeypatch.setattr("sescomposer.gui.invitation.tab.InvitationTab._show", lambda self: pytest.fail("looked"))
    window.editors.tabs.setCurrentWidget(window.editors.text)
    QTest.keyClicks(window.editors.text.editor, "abc")
