"""The send sheet in each of its stages: sealing, review, holding, on the way, and every answer."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMessageBox
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.errors import RefusedError, StoreError, SubmissionError, UnknownOutcomeError
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.gui.composer import Composer
from sescomposer.gui.inbox_window import InboxWindow
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.stages import STAGES, Stage
from sescomposer.gui.sending.way import way_over
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.ports import Outcome, Receipt, SubmissionState, Transport
from sescomposer.services.review import Review
from sescomposer.services.sending import Sending
from sescomposer.services.settings import EDITOR_FONT_SIZE, HOLD_SECONDS
from sescomposer.store.folders import Folders

TWICE = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: a\r\nSubject: b\r\n\r\nx\r\n"


class LateClock:
    """The system's time, and more if a test says so."""

    def __init__(self) -> None:
        self.later = timedelta()

    def now(self) -> datetime:
        """Give it."""
        return datetime.now().astimezone() + self.later


class Remote:
    """A transport elsewhere that waits at a gate, then does what the test says."""

    account = "work"
    road = Road.SES_V2
    region = "eu-west-1"
    is_local = False

    def __init__(self, answer: Receipt | Exception | None = None) -> None:
        self.answer = answer or Receipt("0102-abc", "Ok 0102-abc")
        self.gate = threading.Event()
        self.gate.set()
        self.half = threading.Event()
        self.count = 0

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Upload half, wait, upload the rest, answer."""
        octets = sealed.octets
        self.count += 1
        progress.step(len(octets) // 2, len(octets))
        self.half.set()
        assert self.gate.wait(10)
        progress.step(len(octets), len(octets))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def services(tmp_path: Path) -> Services:
    made = make_services(Folders.below(tmp_path))
    made.clock = LateClock()
    made.settings.set(HOLD_SECONDS, 0)
    return made


Open = Callable[..., SendSheet]


@pytest.fixture
def open_sheet(qtbot: QtBot, services: Services) -> Iterator[Open]:
    """Open sheets over a window; all is closed at the end."""
    window = QMainWindow()
    qtbot.addWidget(window)
    runner = TaskRunner(window)

    def open_one(message: Message | None = None, transport: Transport | None = None) -> SendSheet:
        made = message or compose("Ada <ada@a.example>", "b@b.example", "Hi", text="Hello", ids=services.ids)
        composer = Composer(services, runner, made, parent=window)
        sheet = SendSheet(composer, way_over(transport or services.local_transport(Road.SES_V2)), window)
        sheet.open()
        return sheet

    yield open_one
    runner.close()
    services.close()


def reach(qtbot: QtBot, sheet: SendSheet, stage: Stage) -> None:
    """Wait until the sheet shows a stage."""
    qtbot.waitUntil(lambda: sheet.stage is stage)


def shows(sheet: SendSheet, stage: Stage) -> bool:
    """Whether the sheet shows a stage."""
    return sheet.stage is stage


def visible(sheet: SendSheet) -> set[str]:
    """Names of the buttons in view."""
    return {name for name, button in sheet.buttons.items() if not button.isHidden()}


def test_seals_on_a_worker_then_shows_what_will_be_sent(qtbot: QtBot, open_sheet: Open) -> None:
    sheet = open_sheet()
    assert shows(sheet, Stage.SEALING)
    assert visible(sheet) == {"cancel"}
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.review is not None
    (sealed,) = sheet.review.sealed
    facts = {name: text.words for name, text in sheet.page.facts.items()}
    assert "b@b.example" in facts["Recipients"]
    assert facts["MAIL FROM"].startswith("ada@a.example")
    assert facts["Goes to"] == "Local inbox: nothing leaves this machine."
    assert facts["SHA-256"] == sealed.sha256
    assert f"{len(sealed.octets):,} octets" in facts["Size"]
    assert "Message-ID: replaced" in facts["SES will change"]
    assert "Added: Date, Message-ID" in facts["Sealing"]
    assert bytes(sheet.page.inspector.raw.view.octets) == bytes(sealed.octets)
    marked = [bytes(sealed.octets)[tint.start : tint.stop] for tint in sheet.page.inspector.raw.view.tints]
    assert [octets.split(b":")[0] for octets in marked] == [b"Date", b"Message-ID"]
    assert sheet.buttons["confirm"].isDefault()
    sheet.reject()


def test_accepted_by_the_local_inbox(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    sheet = open_sheet()
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert shows(sheet, Stage.ACCEPTED)
    (entry,) = services.inbox.entries()
    assert sheet.records[0].outcome is not None
    assert sheet.records[0].outcome.reference == entry.entry
    assert entry.entry in sheet.banner.answer.words
    window = sheet.parentWidget()
    assert isinstance(window, QMainWindow)
    assert window.statusBar().currentMessage().startswith("Accepted at ")
    sheet.buttons["inbox"].click()
    inbox = InboxWindow.show_for(services)
    qtbot.waitUntil(lambda: inbox.current is not None and inbox.current.entry == entry.entry)
    inbox.close()


def test_ctrl_enter_confirms_and_only_a_review(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    services.settings.set(HOLD_SECONDS, 30)
    sheet = open_sheet()
    QTest.keyClick(sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    reach(qtbot, sheet, Stage.REVIEWING)
    QTest.keyClick(sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert shows(sheet, Stage.HOLDING)
    QTest.keyClick(sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert shows(sheet, Stage.HOLDING)
    sheet.reject()
    assert services.submissions.all() == ()


def test_undo_takes_back_and_send_now_does_not_wait(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    services.settings.set(HOLD_SECONDS, 30)
    sheet = open_sheet()
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    assert shows(sheet, Stage.HOLDING)
    assert sheet.banner.title.text() == "Sending in 30 seconds"
    assert visible(sheet) == {"undo", "now"}
    sheet.buttons["undo"].click()
    assert shows(sheet, Stage.REVIEWING)
    assert sheet.banner.sentence.words.startswith("Taken back; nothing was sent.")
    assert services.submissions.all() == ()
    sheet.confirm()
    with qtbot.waitSignal(sheet.submitted):
        sheet.buttons["now"].click()
    assert len(services.inbox.entries()) == 1
    sheet.reject()


def test_held_octets_go_when_the_time_is_over(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    services.settings.set(HOLD_SECONDS, 1)
    sheet = open_sheet()
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
        assert shows(sheet, Stage.HOLDING)
    assert shows(sheet, Stage.ACCEPTED)
    sheet.reject()


def test_escape_while_holding_cancels(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    services.settings.set(HOLD_SECONDS, 30)
    sheet = open_sheet()
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    with qtbot.waitSignal(sheet.finished):
        QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert services.submissions.all() == ()


def test_refused_shows_the_words_and_delivers_anyway(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    sheet = open_sheet(Message(parse(TWICE)))
    reach(qtbot, sheet, Stage.REVIEWING)
    assert "There are errors" in sheet.banner.sentence.words
    assert sheet.buttons["confirm"].isEnabled()
    sheet.confirm()
    reach(qtbot, sheet, Stage.REFUSED)
    assert sheet.banner.answer.words == "BadRequestException: Duplicate header 'Subject'."
    assert sheet.banner.explanation.words == "Subject stands more than once."
    assert visible(sheet) == {"copy", "goto", "anyway", "close"}
    sheet.buttons["copy"].click()
    assert "Duplicate header 'Subject'." in QGuiApplication.clipboard().text()
    sheet.buttons["anyway"].click()
    reach(qtbot, sheet, Stage.ACCEPTED)
    (entry,) = services.inbox.entries()
    assert entry.refusal == "BadRequestException: Duplicate header 'Subject'."
    sheet.reject()


def test_errors_need_a_typed_reason_elsewhere(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    remote = Remote()
    sheet = open_sheet(Message(parse(TWICE)), remote)
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.banner.title.text() == "Not ready to send"
    assert sheet.banner.sentence.words.startswith("Each error needs to be mended")
    assert not sheet.buttons["confirm"].isEnabled()
    QTest.keyClick(sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert shows(sheet, Stage.REVIEWING)
    reason = sheet.page.findings.first_open
    assert reason is not None
    QTest.keyClicks(reason, "a test of filters")
    assert sheet.buttons["confirm"].isEnabled()
    assert sheet.banner.sentence.words.endswith("Each error has its reason.")
    assert sheet.banner.title.text() == "Ready to send"
    QTest.keyClick(reason, Qt.Key.Key_Return)
    assert shows(sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert sheet.records[0].intent.overrides == (("field-repeated", "a test of filters"),)
    assert remote.count == 1
    sheet.reject()


def test_error_that_no_reason_overrides(qtbot: QtBot, open_sheet: Open) -> None:
    sheet = open_sheet(Message(parse(b"From: a@a.example\r\nSubject: s\r\n\r\nx\r\n")), Remote())
    reach(qtbot, sheet, Stage.REVIEWING)
    assert not sheet.buttons["confirm"].isEnabled()
    assert sheet.page.findings.first_open is None
    sheet.reject()


ANSWERS = [
    (RefusedError("MessageRejected: no.", hint="Mend it."), Stage.REFUSED, {"copy", "close"}, SubmissionState.REFUSED),
    (UnknownOutcomeError("No answer."), Stage.UNKNOWN, {"copy", "close"}, SubmissionState.UNKNOWN),
    (SubmissionError("Offline."), Stage.NOT_SENT, {"copy", "close", "seal"}, SubmissionState.NOT_SENT),
]


@pytest.mark.parametrize("error,stage,buttons,state", ANSWERS)
def test_answers_from_elsewhere(
    qtbot: QtBot,
    open_sheet: Open,
    services: Services,
    error: SubmissionError,
    stage: Stage,
    buttons: set[str],
    state: SubmissionState,
) -> None:
    sheet = open_sheet(transport=Remote(error))
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    reach(qtbot, sheet, stage)
    assert sheet.banner.answer.words == error.sentence
    assert visible(sheet) == buttons
    assert sheet.banner.title.text() in sheet.banner.accessibleName()
    assert [record.state for record in services.submissions.all()] == [state]
    sheet.reject()


def test_closing_while_uploading_asks_and_stopping_sends_nothing(qtbot: QtBot, open_sheet: Open) -> None:
    remote = Remote()
    remote.gate.clear()
    sheet = open_sheet(transport=remote)
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    qtbot.waitUntil(lambda: remote.half.is_set() and sheet.banner.bar.value() > 0)
    assert shows(sheet, Stage.UPLOADING)
    sheet.close()
    assert sheet.isVisible()
    (box,) = sheet.findChildren(QMessageBox)
    stop = next(button for button in box.buttons() if "Stop" in button.text())
    stop.click()
    remote.answer = UnknownOutcomeError("The line broke.")
    remote.gate.set()
    reach(qtbot, sheet, Stage.UNKNOWN)
    sheet.reject()


def test_escape_while_sealing_closes_though_the_sealing_was_quicker(
    qtbot: QtBot, open_sheet: Open, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed, gate, review_all = threading.Event(), threading.Event(), Sending.review_all

    def review(*given: Any) -> Review:
        found = review_all(*given)
        sealed.set()
        assert gate.wait(10)
        return found

    monkeypatch.setattr(Sending, "review_all", review)
    sheet = open_sheet()
    assert sealed.wait(10)
    sheet.reject()
    assert sheet.isVisible(), "it waits for what it stops"
    with qtbot.waitSignal(sheet.finished):
        gate.set()
    assert services.submissions.all() == ()


def test_acceptance_that_came_in_spite_of_cancelling_is_shown(qtbot: QtBot, open_sheet: Open) -> None:
    remote = Remote()
    remote.gate.clear()
    sheet = open_sheet(transport=remote)
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    qtbot.waitUntil(remote.half.is_set)
    sheet.buttons["cancel"].click()
    remote.gate.set()
    reach(qtbot, sheet, Stage.ACCEPTED)
    sheet.reject()


def test_no_closing_while_the_answer_is_awaited(qtbot: QtBot, open_sheet: Open) -> None:
    class Silent(Remote):
        def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
            progress.step(len(sealed.octets), len(sealed.octets))
            assert self.gate.wait(10)
            return Receipt("1", "Ok 1")

    remote = Silent()
    remote.gate.clear()
    sheet = open_sheet(transport=remote)
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    reach(qtbot, sheet, Stage.AWAITING)
    assert visible(sheet) == set()
    sheet.close()
    assert sheet.isVisible()
    assert "stays until the answer is there" in sheet.banner.sentence.words
    remote.gate.set()
    reach(qtbot, sheet, Stage.ACCEPTED)
    sheet.reject()


def test_outcome_that_cannot_be_recorded_is_told(
    qtbot: QtBot, open_sheet: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(log: object, outcome: Outcome) -> None:
        raise StoreError("Could not write: no space left.")

    monkeypatch.setattr("sescomposer.store.submissions.SubmissionLog.record_outcome", full)
    sheet = open_sheet()
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    reach(qtbot, sheet, Stage.ACCEPTED)
    assert "do not send again because of that" in sheet.banner.explanation.words
    sheet.reject()


def test_sealing_that_fails_can_be_tried_again(qtbot: QtBot, open_sheet: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(store: object) -> None:
        raise StoreError("Could not keep content: no space left.", hint="Make room.")

    with monkeypatch.context() as patch:
        patch.setattr("sescomposer.store.content.DiskContentStore.new", full)
        sheet = open_sheet()
        reach(qtbot, sheet, Stage.FAILED)
    assert "no space left" in sheet.banner.sentence.words
    assert sheet.banner.explanation.words == "Make room."
    sheet.buttons["seal"].click()
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.reject()


def test_old_octets_are_sealed_again_and_shown(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    sheet = open_sheet()
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.review is not None
    first = sheet.review.sealed[0].sha256
    assert isinstance(services.clock, LateClock)
    services.clock.later = timedelta(minutes=46)
    sheet.confirm()
    assert shows(sheet, Stage.SEALING)
    reach(qtbot, sheet, Stage.REVIEWING)
    assert "sealed anew: look again" in sheet.banner.sentence.words
    assert sheet.review.sealed[0].sha256 != first
    assert services.submissions.all() == ()
    sheet.reject()


def directions(words: str) -> set[Qt.LayoutDirection]:
    """Give the sides at which the lines begin."""
    document = QTextDocument()
    document.setPlainText(words)
    return {document.findBlockByNumber(number).textDirection() for number in range(document.blockCount())}


def test_fifty_long_recipients_of_every_script_fit(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    to = ", ".join(f"{'W' * 90} דוד {number} <{'l' * 60}{number}@example.org>" for number in range(30))
    bcc = ", ".join(f"z{number}@example.org" for number in range(20))
    sheet = open_sheet(compose("a@a.example", to, "שלום " + "W" * 300, text="x", bcc=bcc, ids=services.ids))
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.resize(960, 620)
    words = sheet.page.facts["Recipients"].words
    assert words.startswith("50 of 50 recipients.")
    assert "Bcc, hidden from the others:" in words
    assert directions(words.replace("W" * 90, "")) == {Qt.LayoutDirection.LeftToRight}
    assert sheet.width() == 960
    assert sheet.minimumSizeHint().width() <= 960
    sheet.reject()


def test_return_stops_nothing_that_is_under_way(qtbot: QtBot, open_sheet: Open) -> None:
    sheet = open_sheet()
    assert shows(sheet, Stage.SEALING)
    assert not any(button.isDefault() or button.hasFocus() for button in sheet.buttons.values())
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    QTest.keyClick(sheet.focusWidget() or sheet, Qt.Key.Key_Return)
    assert sheet.buttons["cancel"].isEnabled()
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.buttons["confirm"].isDefault()
    sheet.reject()
    assert [stage for stage, info in STAGES.items() if info.default == "cancel"] == []


def test_octets_are_shown_in_the_font_of_the_settings(qtbot: QtBot, open_sheet: Open, services: Services) -> None:
    services.settings.set(EDITOR_FONT_SIZE, 17)
    sheet = open_sheet()
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.page.inspector.raw.view.page.font.pointSize() == 17
    sheet.reject()
