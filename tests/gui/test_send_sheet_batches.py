"""The send sheet with several messages: a state for each, steering, and what is sealed again afterwards."""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.core.service_answers import error_of
from sescomposer.gui.sending.batch_model import ANSWER, EXPECTED, RECIPIENTS, STATE, SUBJECT, UNTIL
from sescomposer.gui.sending.parcel import Parcel, simulator_parcel
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.stages import Stage
from sescomposer.gui.sending.way import way_over
from sescomposer.services.ports import Receipt, SubmissionState
from sescomposer.services.simulator import SCENARIOS

Open = Callable[..., SendSheet]

REFUSED = error_of(ServiceAnswer(Road.SES_V2, "MessageRejected", "Email address is not verified.", 400, "req-1"))
OFFLINE = error_of(ServiceAnswer(Road.SES_V2, "EndpointConnectionError", "No route."), content_left=False)
THROTTLED = error_of(ServiceAnswer(Road.SES_V2, "TooManyRequestsException", "Maximum sending rate exceeded.", 429))
ACCEPTED = Receipt("0102-abc", "Ok 0102-abc", "request-1")


def messages(services: Services, count: int) -> tuple[Message, ...]:
    """Small messages with a recipient each."""
    return tuple(
        compose("ada@a.example", f"r{number}@b.example", f"No. {number}", text="x", ids=services.ids)
        for number in range(count)
    )


def reach(qtbot: QtBot, sheet: SendSheet, stage: Stage) -> None:
    """Wait until the sheet shows a stage."""
    qtbot.waitUntil(lambda: sheet.stage is stage)


def visible(sheet: SendSheet) -> set[str]:
    """Names of the buttons in view."""
    return {name for name, button in sheet.buttons.items() if not button.isHidden()}


def cell(sheet: SendSheet, row: int, column: int) -> object:
    """Text of a cell of the list."""
    return sheet.batch.model.data(sheet.batch.model.index(row, column))


def send(qtbot: QtBot, sheet: SendSheet) -> None:
    """Confirm and wait for the records."""
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()


def test_one_row_for_each_message_and_each_is_shown(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    sheet = open_send_sheet(scripted(), *messages(services, 3))
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.batch.model.rowCount() == 3
    assert [cell(sheet, row, SUBJECT) for row in range(3)] == ["No. 0", "No. 1", "No. 2"]
    assert cell(sheet, 1, RECIPIENTS) == "r1@b.example"
    assert cell(sheet, 1, STATE) == "ready"
    assert sheet.batch.list.isColumnHidden(EXPECTED)
    assert sheet.batch.totals.text() == "3 messages to 3 recipients"
    assert "r0@b.example" in sheet.page.facts["Recipients"].words
    sheet.batch.list.setCurrentIndex(sheet.batch.model.index(2, 0))
    assert "r2@b.example" in sheet.page.facts["Recipients"].words
    assert sheet.review is not None
    assert sheet.page.facts["SHA-256"].words == sheet.review.sealed[2].sha256
    sheet.reject()


def test_errors_of_single_items_are_in_the_list_and_need_one_reason(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    twice = Message(parse(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: a\r\nSubject: b\r\n\r\nx\r\n"))
    transport = scripted()
    sheet = open_send_sheet(transport, *messages(services, 1), twice, twice)
    reach(qtbot, sheet, Stage.REVIEWING)
    assert cell(sheet, 0, STATE) == "ready"
    assert str(cell(sheet, 1, STATE)).startswith("1 error")
    assert not sheet.buttons["confirm"].isEnabled()
    assert sheet.page.findings.reasons == {}
    reason = sheet.page.findings.first_open
    assert reason is not None
    QTest.keyClicks(reason, "a test")
    assert sheet.buttons["confirm"].isEnabled()
    send(qtbot, sheet)
    assert [record.intent.overrides for record in sheet.records] == [
        (),
        (("field-repeated", "a test"),),
        (("field-repeated", "a test"),),
    ]
    sheet.reject()


def test_each_item_has_its_own_answer(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    sheet = open_send_sheet(scripted(ACCEPTED, REFUSED, ACCEPTED), *messages(services, 3))
    send(qtbot, sheet)
    assert sheet.stage is Stage.REFUSED
    assert sheet.banner.title.text() == "2 accepted, 1 refused"
    states = [row.state for row in sheet.batch.rows]
    refused = states.index(SubmissionState.REFUSED)
    assert sheet.batch.current == refused
    assert sheet.batch.answer.words == "MessageRejected: Email address is not verified."
    assert sheet.batch.ids.words == "Code: MessageRejected\nRequest id: req-1"
    assert cell(sheet, refused, ANSWER) == "MessageRejected: Email address is not verified."
    assert "goto" in visible(sheet)
    other = states.index(SubmissionState.ACCEPTED)
    sheet.batch.list.setCurrentIndex(sheet.batch.model.index(other, 0))
    assert sheet.batch.answer.words == "Ok 0102-abc"
    assert "goto" not in visible(sheet)
    assert sheet.batch.totals.text() == "3 messages to 3 recipients: 2 accepted, 1 refused"
    sheet.reject()


def test_only_what_was_not_sent_is_sealed_again(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    transport = scripted(ACCEPTED, OFFLINE, ACCEPTED)
    sheet = open_send_sheet(transport, *messages(services, 3))
    send(qtbot, sheet)
    assert sheet.stage is Stage.NOT_SENT
    assert sheet.banner.title.text() == "2 accepted, 1 not sent"
    unsent = next(record for record in sheet.records if record.state is SubmissionState.NOT_SENT)
    sheet.buttons["seal"].click()
    reach(qtbot, sheet, Stage.REVIEWING)
    assert sheet.review is not None
    assert [item.envelope.rcpt_to for item in sheet.review.sealed] == [unsent.intent.envelope.rcpt_to]
    send(qtbot, sheet)
    assert sheet.banner.title.text() == "Accepted"
    assert transport.count == 4
    sheet.reject()


def test_pause_goes_on_later_and_stop_leaves_the_rest_unsent(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    transport = scripted()
    transport.gate.clear()
    sheet = open_send_sheet(transport, *messages(services, 30))
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    qtbot.waitUntil(lambda: transport.count == 10)
    assert visible(sheet) == {"pause", "stop"}
    sheet.buttons["pause"].click()
    assert sheet.stage is Stage.PAUSED
    assert visible(sheet) == {"resume", "stop"}
    transport.gate.set()
    qtbot.waitUntil(lambda: sheet.batch.done()[0] == 10)
    assert transport.count == 10
    assert sheet.stage is Stage.PAUSED
    transport.gate.clear()
    sheet.buttons["resume"].click()
    qtbot.waitUntil(lambda: transport.count == 20)
    sheet.close()
    assert sheet.isVisible()
    (box,) = sheet.findChildren(QMessageBox)
    assert "20 of 30 messages have no answer yet" in box.informativeText()
    next(button for button in box.buttons() if "Stop" in button.text()).click()
    with qtbot.waitSignal(sheet.submitted):
        transport.gate.set()
    assert sheet.banner.title.text() == "20 accepted, 10 not sent"
    assert transport.count == 20
    assert services.sending.resumable() == ()
    sheet.reject()


def test_a_throttled_batch_says_until_when_it_waits(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    sheet = open_send_sheet(scripted(THROTTLED), *messages(services, 3))
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    reach(qtbot, sheet, Stage.WAITING)
    qtbot.waitUntil(lambda: "tried again at" in sheet.banner.sentence.words)
    assert visible(sheet) == {"hurry", "pause", "stop"}
    assert any(cell(sheet, row, UNTIL) for row in range(3))
    with qtbot.waitSignal(sheet.submitted):
        sheet.buttons["stop"].click()
    assert SubmissionState.ACCEPTED not in [record.state for record in sheet.records]
    sheet.reject()


def test_three_hundred_messages_are_listed_and_sent(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    transport = scripted()
    sheet = open_send_sheet(transport, *messages(services, 300))
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted, timeout=60_000):
        sheet.confirm()
    assert sheet.banner.title.text() == "300 accepted"
    assert transport.count == 300
    assert sheet.batch.done() == (300, 300)
    sheet.reject()


def test_simulator_copies_show_what_they_lead_to_and_what_happened(
    qtbot: QtBot, open_send_sheet: Open, services: Services
) -> None:
    from PySide6.QtCore import QObject

    from sescomposer.gui.composer import Composer
    from sescomposer.gui.tasks import TaskRunner

    owner = QObject()
    message = compose("ada@a.example", "b@b.example", "Hi", text="x", ids=services.ids)
    parcel = simulator_parcel(Composer(services, TaskRunner(owner), message, parent=owner))
    sheet = open_send_sheet(services.local_transport(Road.SES_V2), parcel=parcel)
    reach(qtbot, sheet, Stage.REVIEWING)
    assert not sheet.batch.list.isColumnHidden(EXPECTED)
    assert [cell(sheet, row, EXPECTED) for row in range(5)] == [scenario.explanation for scenario in SCENARIOS]
    send(qtbot, sheet)
    assert sheet.banner.title.text() == "5 accepted"
    qtbot.waitUntil(lambda: str(cell(sheet, 1, ANSWER)).startswith("bounced: The receiver refuses it"))
    sheet.batch.list.setCurrentIndex(sheet.batch.model.index(1, 0))
    assert sheet.batch.explanation.words.startswith("Should lead to: The receiver refuses it")
    assert "What happened: bounced" in sheet.batch.explanation.words
    assert len(services.inbox.entries()) == 5
    sheet.reject()


def test_a_single_copy_is_still_told_in_the_list(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    (message,) = messages(services, 1)
    parcel = Parcel("one", lambda: (message,), expected=("It bounces.",))
    sheet = open_send_sheet(way_over(scripted()), parcel=parcel)
    send(qtbot, sheet)
    assert sheet.batch.explanation.words == "Should lead to: It bounces."
    sheet.reject()


def test_rows_are_read_out_whole(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    sheet = open_send_sheet(scripted(), *messages(services, 2))
    reach(qtbot, sheet, Stage.REVIEWING)
    spoken = sheet.batch.model.data(sheet.batch.model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "r0@b.example, No. 0, ready"
    sheet.reject()


def test_no_thread_is_left_behind(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], services: Services
) -> None:
    before = threading.active_count()
    sheet = open_send_sheet(scripted(), *messages(services, 5))
    send(qtbot, sheet)
    # The pool of the window's tasks stays; that of the batch is gone.
    assert threading.active_count() <= before + 4
    sheet.reject()
