"""The send sheet after an answer: kept to the letter, explained, and with a way to the place where it can be mended."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import SubmissionError
from sescomposer.core.explanation import TargetKind
from sescomposer.core.message import Road
from sescomposer.core.service_answers import ANSWERS, error_of
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.panes.options_pane import OptionsPane
from sescomposer.gui.sending.go_to import go_to
from sescomposer.gui.sending.goals import OF_ACCOUNT, Goal, goal_of
from sescomposer.gui.sending.outcome_words import ways_to_find_out
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.stages import Stage
from sescomposer.services.ports import Intent, Outcome, SubmissionRecord, SubmissionState
from sescomposer.services.sample import sample_message

Open = Callable[..., SendSheet]

REFUSED = ServiceAnswer(Road.SES_V2, "BadRequestException", "Duplicate header 'Subject'.", 400, "req-7", "SendEmail")
THROTTLED = ServiceAnswer(
    Road.SES_V2, "TooManyRequestsException", "Maximum sending rate exceeded.", 429, "req-8", "SendEmail"
)
FAILED = ServiceAnswer(Road.SES_V2, "InternalServerErrorException", "Try later.", 500, "req-9", "SendEmail")


def reach(qtbot: QtBot, sheet: SendSheet, stage: Stage) -> None:
    """Wait until the sheet shows a stage."""
    qtbot.waitUntil(lambda: sheet.stage is stage)


def send(qtbot: QtBot, sheet: SendSheet) -> None:
    """Confirm and wait for the records."""
    reach(qtbot, sheet, Stage.REVIEWING)
    with qtbot.waitSignal(sheet.submitted):
        sheet.confirm()


def visible(sheet: SendSheet) -> set[str]:
    """Names of the buttons in view."""
    return {name for name, button in sheet.buttons.items() if not button.isHidden()}


def test_answer_is_kept_to_the_letter_with_code_and_request_id(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    sheet = open_send_sheet(scripted(error_of(REFUSED)))
    send(qtbot, sheet)
    assert sheet.stage is Stage.REFUSED
    assert sheet.banner.answer.words == "BadRequestException: Duplicate header 'Subject'."
    assert sheet.banner.ids.words == "Code: BadRequestException\nRequest id: req-7"
    assert sheet.banner.explanation.words
    assert sheet.buttons["goto"].text() == "&Go to Subject"
    sheet.buttons["copy"].click()
    report = QGuiApplication.clipboard().text()
    for words in ("Request id: req-7", "Duplicate header 'Subject'.", "eu-west-1", "Trace: sescomposer-id="):
        assert words in report
    sheet.reject()


def test_accepted_elsewhere_is_not_called_delivered(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    sheet = open_send_sheet(scripted())
    send(qtbot, sheet)
    assert sheet.stage is Stage.ACCEPTED
    assert sheet.banner.sentence.words == "work took the message. That is not delivery yet."
    assert sheet.banner.ids.words == "Message id: 0102-abc\nRequest id: request-1"
    assert visible(sheet) == {"copy", "close"}
    assert "elivered" not in sheet.banner.accessibleName()
    sheet.reject()


def test_unknown_says_how_to_find_out_and_repeats_nothing(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    transport = scripted(error_of(FAILED))
    sheet = open_send_sheet(transport)
    send(qtbot, sheet)
    assert sheet.stage is Stage.UNKNOWN
    trace = sheet.records[0].intent.trace
    assert f"sescomposer-id={trace}" in sheet.banner.explanation.words
    assert "Send it again only when you know that it did not arrive." in sheet.banner.explanation.words
    assert sheet.banner.explanation.words.lower().count("ask a recipient") == 1
    assert visible(sheet) == {"copy", "close"}
    assert transport.count == 1
    sheet.reject()


def test_unknown_with_an_id_names_the_question_to_ask(services: Services) -> None:
    message = compose("a@a.example", "b@b.example", "Hi", text="x", ids=services.ids)
    transport = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, transport), transport)
    assert record.outcome is not None
    assert ways_to_find_out(record) == ["Look into the local inbox: what it holds was accepted."]
    remote = SubmissionRecord(_with_account(record, "work"), record.outcome)
    words = " ".join(ways_to_find_out(remote, has_history=True))
    assert f"{record.outcome.reference} (GetMessageInsights)" in words
    assert words.endswith("The history keeps it.")


def _with_account(record: SubmissionRecord, account: str) -> Intent:
    return replace(record.intent, account=account)


def test_throttled_waits_visibly_and_goes_when_it_is_hurried(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    from sescomposer.services.ports import Receipt

    transport = scripted(*[error_of(THROTTLED)] * 3, Receipt("0102-x", "Ok"))
    sheet = open_send_sheet(transport)
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    reach(qtbot, sheet, Stage.WAITING)
    qtbot.waitUntil(lambda: "Maximum sending rate exceeded" in sheet.banner.sentence.words)
    assert "Not accepted yet; tried again at " in sheet.banner.sentence.words
    assert visible(sheet) == {"hurry", "stop"}
    assert not any(button.isDefault() for button in sheet.buttons.values())

    def hurried() -> bool:
        sheet.buttons["hurry"].click()
        return sheet.stage is Stage.ACCEPTED

    qtbot.waitUntil(hurried)
    assert transport.count == 4
    sheet.reject()


def test_throttled_that_is_stopped_keeps_the_answer(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any]
) -> None:
    sheet = open_send_sheet(scripted(error_of(THROTTLED)))
    reach(qtbot, sheet, Stage.REVIEWING)
    sheet.confirm()
    reach(qtbot, sheet, Stage.WAITING)
    sheet.buttons["stop"].click()
    reach(qtbot, sheet, Stage.REFUSED)
    assert "Maximum sending rate exceeded" in sheet.banner.answer.words
    assert "not tried again" in sheet.banner.explanation.words
    sheet.reject()


def test_what_could_not_be_listed_is_told(
    qtbot: QtBot, open_send_sheet: Open, scripted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sescomposer.services.sending import Sending

    monkeypatch.setattr(Sending, "tell", lambda sending, record: replace(record, unlisted="The disk is full."))
    sheet = open_send_sheet(scripted())
    send(qtbot, sheet)
    assert "could not be taken up into the history. The disk is full." in sheet.banner.explanation.words
    assert "Not in the history: The disk is full." in report_of_clipboard(sheet)
    sheet.reject()


def report_of_clipboard(sheet: SendSheet) -> str:
    """What the sheet copies."""
    sheet.buttons["copy"].click()
    return QGuiApplication.clipboard().text()


@pytest.mark.parametrize("code", [answer.code for answer in ANSWERS])
@pytest.mark.parametrize("road", list(Road))
def test_every_known_answer_leads_to_a_place_or_says_where(services: Services, code: str, road: Road) -> None:
    known = next(answer for answer in ANSWERS if answer.code == code)
    if road not in known.wires:
        pytest.skip("this road has no such answer")
    answer = known.example(road)
    error = error_of(answer)
    record = _record(services, error, road)
    goal = goal_of(record, (), answer)
    if record.state is SubmissionState.UNKNOWN:
        assert goal is None
    elif goal is None:
        assert known.meaning.target in (TargetKind.NONE, TargetKind.NETWORK, TargetKind.CLOCK)
    else:
        assert goal.target.kind is known.meaning.target
        assert goal.words.startswith(("&Go to", "Open the"))
        assert (goal_of(record, (), answer, is_of_window=False) is not None) == (goal.target.kind in OF_ACCOUNT)


def _record(services: Services, error: SubmissionError, road: Road) -> SubmissionRecord:
    """The record that such an error leaves."""
    from sescomposer.core.errors import RefusedError

    message = compose("a@a.example", "b@b.example", "Hi", text="x", ids=services.ids)
    transport = services.local_transport(road)
    (record,) = services.sending.submit(services.sending.review(message, transport), transport)
    state = SubmissionState.UNKNOWN if error.outcome_unknown else SubmissionState.NOT_SENT
    state = SubmissionState.REFUSED if isinstance(error, RefusedError) else state
    assert error.answer is not None
    now = services.clock.now()
    outcome = Outcome("s", state, now, "", error.sentence, error.hint, error.answer.request_id, error.answer.code)
    return SubmissionRecord(replace(record.intent, account="work"), outcome)


GOALS = [
    (TargetKind.FIELD, "Subject"),
    (TargetKind.FIELD, "X-Other"),
    (TargetKind.RECIPIENTS, ""),
    (TargetKind.PART, "text/plain"),
    (TargetKind.PART, "no such part"),
    (TargetKind.SIZE, ""),
    (TargetKind.CONFIGURATION_SET, "news"),
    (TargetKind.TAGS, "a b"),
    (TargetKind.OPTIONS, "tenant"),
]


@pytest.mark.parametrize("kind,value", GOALS)
def test_each_goal_is_a_place_in_the_window(qtbot: QtBot, services: Services, kind: TargetKind, value: str) -> None:
    from sescomposer.core.explanation import Target

    window = MainWindow(services, sample_message(services.ids))
    with qtbot.waitExposed(window):
        window.show()
    go_to(window, Goal("&Go", Target(kind, value)))
    match kind:
        case TargetKind.FIELD if value == "Subject":
            qtbot.waitUntil(lambda: window.header_form.main["Subject"].isAncestorOf(window.focusWidget()))
        case TargetKind.FIELD:
            assert any(row.name == "X-Other" or value in _texts(row) for row in window.header_form.rows)
        case TargetKind.RECIPIENTS:
            qtbot.waitUntil(lambda: window.header_form.main["To"].isAncestorOf(window.focusWidget()))
        case TargetKind.PART:
            assert window.views.first.current == "source"
            found = window.composer.root.find(window.composer.selection.key)
            assert found is not None
            assert (found.media_type == "text/plain") == (value == "text/plain")
        case TargetKind.SIZE:
            qtbot.waitUntil(lambda: window.strip.isAncestorOf(window.focusWidget()))
        case _:
            assert isinstance(window.views.show_view("options"), OptionsPane)
            name = {TargetKind.CONFIGURATION_SET: "configuration_set", TargetKind.TAGS: "tags"}.get(kind, value)
            pane = window.views.show_view("options")
            assert isinstance(pane, OptionsPane)
            qtbot.waitUntil(lambda: pane.lines[name].control.hasFocus())
    qtbot.waitUntil(lambda: window.runner.running == 0)
    window.close()


def _texts(row: object) -> str:
    edit = getattr(row, "name_edit", None)
    return edit.text() if edit is not None else ""
