"""The window of what was sent and tried: what it lists, finds, shows of a submission, and what can be done with it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.errors import StoreError
from sescomposer.core.message import Message, Road
from sescomposer.core.progress import Progress
from sescomposer.gui.history.compare_window import CompareWindow
from sescomposer.gui.history.history_detail import EVENTS, MESSAGE
from sescomposer.gui.history.history_model import RECIPIENTS, STATE, HistoryModel
from sescomposer.gui.history.history_window import PAGE, HistoryWindow
from sescomposer.gui.history.history_words import DETAILS, STATES, details_of
from sescomposer.services.history_ports import HistoryEntry, HistoryQuery
from sescomposer.services.knowledge import EventKind, MessageEvent
from sescomposer.services.ports import SubmissionRecord, SubmissionState

S = SubmissionState
FLAGS = QItemSelectionModel.SelectionFlag


def letter(services: Services, subject: str = "Hi", **fields: str) -> Message:
    """Compose something."""
    given = {"to": "b@b.example", "text": "The quarterly figures", "bcc": "", **fields}
    return compose("Ada <ada@a.example>", given["to"], subject, ids=services.ids, text=given["text"], bcc=given["bcc"])


def send(services: Services, message: Message) -> HistoryEntry:
    """Send to the local inbox."""
    transport = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, transport), transport)
    return services.history.get(record.intent.submission)


def elsewhere(entry: HistoryEntry, number: int, state: SubmissionState = S.ACCEPTED) -> SubmissionRecord:
    """Make a record as of another account from one of the local inbox."""
    intent, outcome = entry.record.intent, entry.record.outcome
    assert outcome is not None
    at = intent.at + timedelta(seconds=number + 1)
    changed = replace(intent, submission=f"{number:06d}-work", account="work", at=at, subject=f"No. {number}")
    return SubmissionRecord(changed, replace(outcome, submission=changed.submission, state=state, at=at))


class Opener(QMainWindow):
    """Stands for a composer window."""

    window_wanted = Signal(object)
    closed = Signal(object)


Show = Callable[..., HistoryWindow]


@pytest.fixture
def show(qtbot: QtBot, services: Services) -> Iterator[Show]:
    """Show the window and wait until it has read the history."""

    def show_it(opener: QWidget | None = None) -> HistoryWindow:
        window = HistoryWindow.show_for(services, opener)
        qtbot.waitUntil(lambda: window.version is not None)
        return window

    yield show_it
    shown = HistoryWindow.shown()
    if shown is not None:
        shown.close()


def loaded(qtbot: QtBot, window: HistoryWindow, submission: str) -> None:
    """Wait until a submission is shown."""

    def is_shown() -> bool:
        shown = window.detail.loaded
        return shown is not None and shown.submission == submission and window.copy_button.isEnabled()

    qtbot.waitUntil(is_shown)


def subjects(window: HistoryWindow) -> list[str]:
    return [entry.record.intent.subject for entry in window.model.rows]


def test_an_empty_history_teaches(show: Show) -> None:
    window = show()
    assert window.pages.currentWidget() is window.empty
    assert "Ctrl+Enter" in window.empty.words.text()
    assert window.filters.count.text() == "0 submissions"
    for button in (window.new_button, window.compare_button, window.export_button, window.copy_button):
        assert not button.isEnabled()


def test_one_window_for_the_process_that_goes_with_the_composers(qtbot: QtBot, show: Show) -> None:
    opener = Opener()
    qtbot.addWidget(opener)
    window = show(opener)
    assert show(opener) is window
    with qtbot.waitSignal(window.destroyed):
        opener.closed.emit(opener)


def test_newest_comes_first_and_is_shown_with_its_octets(qtbot: QtBot, show: Show, services: Services) -> None:
    send(services, letter(services, "first"))
    entry = send(services, letter(services, "second", to="b@bücher.example", bcc="c@c.example"))
    window = show()
    loaded(qtbot, window, entry.record.intent.submission)
    assert subjects(window) == ["second", "first"]
    assert bytes(window.detail.inspector.raw.view.octets) == bytes(services.history.octets(entry))
    values = window.detail.details.values
    assert values["State"].text() == "Accepted"
    assert values["SHA-256"].text() == entry.record.intent.sha256
    assert values["Recipients"].text() == "b@bücher.example\nc@c.example"
    assert entry.record.outcome is not None
    assert values["Message id"].text() == entry.record.outcome.reference
    assert (values["Error code"].text(), values["Error code"].isHidden()) == ("", True)
    assert "local inbox" in window.detail.events.state.words
    assert not window.detail.events.read_button.isEnabled()
    assert "local inbox" in window.detail.events.read_button.toolTip()


def test_state_is_told_by_sign_and_word(services: Services) -> None:
    entry = send(services, letter(services))
    model = HistoryModel()
    model.show_page(tuple(HistoryEntry(elsewhere(entry, 1, state)) for state in STATES), has_more=False)
    for row, (words, _, _) in enumerate(STATES.values()):
        assert model.index(row, STATE).data() == words
        assert not model.index(row, STATE).data(Qt.ItemDataRole.DecorationRole).isNull()
        assert words in str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert str(model.index(0, RECIPIENTS).data()) == "b@b.example"
    assert all(set(details_of(row.record)) <= set(DETAILS) for row in model.rows)


def test_words_state_and_account_filter(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, letter(services, "Garden party"))
    services.history.take_up(elsewhere(entry, 1))
    services.history.take_up(elsewhere(entry, 2, S.REFUSED))
    window = show()
    qtbot.waitUntil(lambda: len(window.model.rows) == 3)
    window.filters.search.setText("quarterly 000002-w")
    qtbot.waitUntil(lambda: subjects(window) == ["No. 2"])
    window.filters.clear()
    window.filters.states.setCurrentIndex(window.filters.states.findText("Refused"))
    qtbot.waitUntil(lambda: subjects(window) == ["No. 2"])
    window.filters.states.setCurrentIndex(0)
    window.filters.accounts.setCurrentIndex(window.filters.accounts.findText("work"))
    qtbot.waitUntil(lambda: subjects(window) == ["No. 2", "No. 1"])
    window.filters.search.setText('"*(')
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.empty)
    assert window.empty.title.text() == "Nothing found"
    window.filters.clear()
    qtbot.waitUntil(lambda: len(window.model.rows) == 3)


def test_more_come_when_somebody_scrolls(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, letter(services))
    services.history.index.put_all(elsewhere(entry, number) for number in range(2 * PAGE))
    window = show()
    # A view that is not laid out yet may ask for the second page at once.
    qtbot.waitUntil(lambda: len(window.model.rows) >= PAGE)
    assert window.filters.count.text() == f"{2 * PAGE + 1} submissions"
    window.list.scrollToBottom()
    qtbot.waitUntil(lambda: window.runner.running == 0)
    while window.model.canFetchMore():
        count = len(window.model.rows)
        window.model.fetchMore()
        qtbot.waitUntil(lambda count=count: len(window.model.rows) > count or not window.runner.running)  # type: ignore[misc]
    assert len(window.model.rows) == len(set(subjects(window))) == 2 * PAGE + 1
    last = window.model.rows[-1]
    window.list.setCurrentIndex(window.model.index(2 * PAGE, 0))
    services.history.take_up(elsewhere(entry, 5000))
    qtbot.waitUntil(lambda: subjects(window)[0] == "No. 5000")
    assert window.selected == (last,)
    assert len(window.model.rows) == 2 * PAGE + 2


def test_what_is_sent_meanwhile_appears_and_the_selection_stays(qtbot: QtBot, show: Show, services: Services) -> None:
    first = send(services, letter(services, "first"))
    window = show()
    loaded(qtbot, window, first.record.intent.submission)
    other = make_services(services.folders)
    send(other, letter(other, "second"))
    other.close()
    qtbot.waitUntil(lambda: subjects(window) == ["second", "first"])
    assert window.selected == (first,)


def test_open_as_new_hands_a_message_to_the_composer(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, letter(services, bcc="secret@c.example"))
    opener = Opener()
    qtbot.addWidget(opener)
    window = show(opener)
    loaded(qtbot, window, entry.record.intent.submission)
    with qtbot.waitSignal(opener.window_wanted) as blocker:
        window.new_button.click()
    assert blocker.args is not None
    message, path = blocker.args[0]
    assert path is None
    assert message.root.header.get("Bcc").strip() == "secret@c.example"
    assert message.root.header.first("Date") is None


def test_two_are_compared(qtbot: QtBot, show: Show, services: Services) -> None:
    send(services, letter(services, "One"))
    send(services, letter(services, "Other", text="Else"))
    window = show()
    qtbot.waitUntil(lambda: len(window.model.rows) == 2)
    assert not window.compare_button.isEnabled()
    QTest.keyClick(window.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert window.compare_button.isEnabled()
    assert not window.new_button.isEnabled()
    window.compare_button.click()
    qtbot.waitUntil(lambda: bool(window.findChildren(CompareWindow)))
    (compared,) = window.findChildren(CompareWindow)
    assert "- Subject: One" in compared.octets.toPlainText()
    assert "+ Subject: Other" in compared.octets.toPlainText()
    assert "text/plain" in compared.tree.toPlainText()


@pytest.mark.parametrize("kind", ["Message and receipt (*.eml)", "Message (*.eml)"])
def test_export_writes_octets_and_receipt(
    qtbot: QtBot, show: Show, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    entry = send(services, letter(services))
    window = show()
    loaded(qtbot, window, entry.record.intent.submission)
    path = tmp_path / "out.eml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(path), kind))
    window.export_button.click()
    qtbot.waitUntil(lambda: window.statusBar().currentMessage().startswith("Written: "))
    assert path.read_bytes() == bytes(services.history.octets(entry))
    assert path.with_name(f"{path.name}.receipt.json").exists() == ("receipt" in kind)


def test_receipt_is_copied(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, letter(services))
    window = show()
    loaded(qtbot, window, entry.record.intent.submission)
    window.copy_button.click()
    receipt = json.loads(QGuiApplication.clipboard().text())
    assert receipt["submission"]["submission"] == entry.record.intent.submission


def test_events_are_read_and_shown(qtbot: QtBot, show: Show, services: Services) -> None:
    record = elsewhere(send(services, letter(services)), 1)
    services.history.take_up(record)
    event = MessageEvent("b@b.example", record.intent.at, EventKind.BOUNCE, "Permanent General", "It is gone.", "Gmail")

    def insights(record: SubmissionRecord, progress: Progress) -> tuple[MessageEvent, ...]:
        return (event,)

    services.history = replace(services.history, insights=insights)
    window = show()
    loaded(qtbot, window, record.intent.submission)
    pane = window.detail.events
    assert "not delivered" in pane.state.words
    pane.read_button.click()
    qtbot.waitUntil(lambda: pane.table.topLevelItemCount() == 1)
    item = pane.table.topLevelItem(0)
    assert item is not None
    assert [item.text(column) for column in (1, 2, 3)] == ["Bounced", "b@b.example", "Gmail"]
    assert "It is gone." in pane.explanation.words
    assert window.detail.tabs.tabText(EVENTS) == "E&vents (1)"
    assert pane.read_button.isEnabled()


def test_what_the_service_refuses_is_told(qtbot: QtBot, show: Show, services: Services) -> None:
    record = elsewhere(send(services, letter(services)), 1)
    services.history.take_up(record)
    window = show()
    loaded(qtbot, window, record.intent.submission)
    window.detail.events.read_button.click()
    # There is no account of that name.
    qtbot.waitUntil(lambda: "work" in window.notice.sentence)
    qtbot.waitUntil(lambda: window.detail.events.read_button.isEnabled())


def test_octets_that_are_gone_are_told(qtbot: QtBot, show: Show, services: Services) -> None:
    entry = send(services, letter(services))
    gone = elsewhere(entry, 1)
    services.history.take_up(replace(gone, intent=replace(gone.intent, sha256="0" * 64)))
    window = show()
    loaded(qtbot, window, gone.intent.submission)
    assert "not there any more" in window.detail.notice.sentence
    assert not window.detail.tabs.isTabEnabled(MESSAGE)
    assert not window.new_button.isEnabled()


def test_trouble_of_the_store_is_told(
    qtbot: QtBot, show: Show, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = show()

    def broken(index: object, query: HistoryQuery) -> tuple[HistoryEntry, ...]:
        raise StoreError("The history is locked.", hint="Wait.")

    monkeypatch.setattr("sescomposer.store.history.HistoryIndex.find", broken)
    window.ask()
    qtbot.waitUntil(lambda: window.notice.sentence == "The history is locked. Wait.")


def test_every_control_has_a_name(qtbot: QtBot, show: Show, services: Services) -> None:
    send(services, letter(services))
    window = show()
    named = (window.filters.search, window.filters.states, window.filters.accounts, window.list, window.detail.tabs)
    assert all(widget.accessibleName() for widget in (*named, window.detail.events.table, window.detail.details))
