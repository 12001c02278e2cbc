"""Batches that a crash cut short: offered, gone on with, sealed anew, opened as drafts, discarded."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from PySide6.QtWidgets import QMainWindow, QMessageBox
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.message import Message, Road
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.sending.interrupted import InterruptedBatches
from sescomposer.gui.sending.parcel import drafts_of
from sescomposer.gui.sending.resume_dialog import Interrupted, ResumeDialog, buttons_of, words_of
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.stages import Stage
from sescomposer.services.batch import Batch
from sescomposer.services.ports import Receipt, SubmissionState, Transport
from sescomposer.services.settings import HOLD_SECONDS


class KilledError(BaseException):
    """The process ends here."""


class Killed:
    """A local transport under which the process ends after so many messages."""

    def __init__(self, transport: Transport, after: int) -> None:
        self._transport = transport
        self._left = after
        self.account, self.road, self.region = transport.account, transport.road, transport.region
        self.is_local = True

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Take one, or end."""
        if not self._left:
            raise KilledError
        self._left -= 1
        return self._transport.submit(sealed, progress)


def interrupted(services: Services, count: int = 5, after: int = 2) -> Batch:
    """A batch of which some messages were accepted, one is unknown, and the rest was never begun."""
    transport = services.local_transport(Road.SES_V2)
    messages = [
        compose("a@a.example", "b@b.example", f"No. {n}", text="x", bcc=f"r{n}@c.example", ids=services.ids)
        for n in range(count)
    ]
    review = services.sending.review_all(messages, transport)
    with pytest.raises(KilledError):
        services.sending.submit(review, Killed(transport, after), in_flight=1)
    (batch,) = services.sending.resumable()
    return batch


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[MainWindow]:
    services.settings.set(HOLD_SECONDS, 0)
    made = MainWindow(services, compose("a@a.example", "b@b.example", "Other", text="x", ids=services.ids))
    with qtbot.waitExposed(made):
        made.show()
    yield made
    qtbot.waitUntil(lambda: made.runner.running == 0)
    made.close()


Offer = Callable[[], ResumeDialog]


@pytest.fixture
def offer(qtbot: QtBot, services: Services, window: MainWindow) -> Offer:
    """Look for batches as a start does."""
    offered = InterruptedBatches(services, window.runner, window)

    def look() -> ResumeDialog:
        offered.look(window)
        qtbot.waitUntil(lambda: offered.dialog is not None)
        assert offered.dialog is not None
        return offered.dialog

    return look


def sheet_of(qtbot: QtBot, window: QMainWindow) -> SendSheet:
    """The sheet that was opened."""
    qtbot.waitUntil(lambda: bool(window.findChildren(SendSheet)))
    return window.findChildren(SendSheet)[0]


def test_says_what_became_of_the_batch(services: Services) -> None:
    batch = interrupted(services)
    words = words_of(Interrupted(batch, is_stale=False))
    assert "No. 0" in words
    assert "and 4 other subjects" in words
    assert "5 messages, through local inbox" in words
    assert "2 accepted" in words
    assert "1 outcome unknown" in words
    assert "2 surely not sent yet" in words
    assert "45 minutes" not in words
    assert "45 minutes" in words_of(Interrupted(batch, is_stale=True))
    assert [name for name, _, _ in buttons_of(Interrupted(batch, is_stale=False))] == ["resume", "drafts", "discard"]
    assert [name for name, _, _ in buttons_of(Interrupted(batch, is_stale=True))] == ["reseal", "drafts", "discard"]


def test_resume_sends_what_was_surely_not_sent_and_nothing_twice(
    qtbot: QtBot, services: Services, window: MainWindow, offer: Offer
) -> None:
    interrupted(services)
    dialog = offer()
    with qtbot.waitSignal(dialog.finished):
        dialog.lines[0].buttons["resume"].click()
    sheet = sheet_of(qtbot, window)
    qtbot.waitUntil(lambda: bool(sheet.records))
    assert sheet.banner.title.text() == "4 accepted, 1 outcome unknown"
    assert sheet.batch.rows[2].state is SubmissionState.UNKNOWN
    assert len(services.inbox.entries()) == 4
    assert services.sending.resumable() == ()
    assert sheet.buttons["seal"].isHidden()
    sheet.reject()


def test_stale_batch_is_sealed_anew_reviewed_and_then_given_up(
    qtbot: QtBot, services: Services, window: MainWindow, offer: Offer
) -> None:
    batch = interrupted(services)
    clock = services.clock

    class Later:
        def now(self) -> datetime:
            return clock.now() + timedelta(hours=1)

    object.__setattr__(services.sending, "clock", Later())
    dialog = offer()
    dialog.lines[0].buttons["reseal"].click()
    sheet = sheet_of(qtbot, window)
    qtbot.waitUntil(lambda: sheet.stage is Stage.REVIEWING)
    assert sheet.review is not None
    assert [item.envelope.rcpt_to for item in sheet.review.sealed] == [
        batch.plan.items[index].envelope.rcpt_to for index in (3, 4)
    ]
    assert [item.trace for item in sheet.review.sealed] != [batch.plan.items[index].trace for index in (3, 4)]
    assert len(services.sending.resumable()) == 1
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()
    assert services.sending.resumable() == ()
    assert len(services.inbox.entries()) == 4
    sheet.reject()


def test_drafts_keep_envelope_and_lose_date(services: Services) -> None:
    batch = interrupted(services)
    drafts = drafts_of(services, batch)
    assert [draft.envelope.rcpt_to for draft in drafts] == [batch.plan.items[i].envelope.rcpt_to for i in (3, 4)]
    assert all(draft.root.header.first("Date") is None for draft in drafts)
    assert all("sescomposer-id" not in dict(draft.options.tags) for draft in drafts)
    assert drafts[0].account == ""


def test_open_as_drafts_opens_windows_and_keeps_the_batch(
    qtbot: QtBot, services: Services, window: MainWindow, offer: Offer
) -> None:
    interrupted(services)
    dialog = offer()
    wanted: list[Message] = []
    window.window_wanted.connect(wanted.append)
    dialog.lines[0].buttons["drafts"].click()
    qtbot.waitUntil(lambda: len(wanted) == 2)
    assert [message.root.subject for message in wanted] == ["No. 3", "No. 4"]
    assert len(services.sending.resumable()) == 1
    dialog.reject()


def test_discard_asks_first(qtbot: QtBot, services: Services, offer: Offer) -> None:
    interrupted(services)
    dialog = offer()
    dialog.lines[0].buttons["discard"].click()
    (box,) = dialog.findChildren(QMessageBox)
    assert len(services.sending.resumable()) == 1
    with qtbot.waitSignal(dialog.finished):
        next(button for button in box.buttons() if "Discard" in button.text()).click()
    assert services.sending.resumable() == ()
    # What is unknown stays to be told.
    assert len(services.sending.unfinished()) == 1


def test_later_changes_nothing(qtbot: QtBot, services: Services, offer: Offer) -> None:
    interrupted(services)
    dialog = offer()
    dialog.later_button.click()
    assert len(services.sending.resumable()) == 1
