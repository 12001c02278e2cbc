"""Signing in again, and the code of a second factor: workers wait, the window never does."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.errors import AccountError, LoginNeededError, OperationCancelledError
from sescomposer.core.progress import Progress
from sescomposer.gui.accounts.code_prompt import CodePrompts
from sescomposer.gui.accounts.sign_in_dialog import SignInDialog
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.account import Secret
from sescomposer.services.sign_in import SignInPrompt

PROMPT = SignInPrompt("https://device.example/?user_code=ABCD-EFGH", "ABCD-EFGH", datetime(2026, 1, 1, tzinfo=UTC))
Show = Callable[[Callable[..., None]], SignInDialog]


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()
    qtbot.waitUntil(lambda: made.running == 0)


@pytest.fixture
def show(runner: TaskRunner, qtbot: QtBot) -> Show:
    def make(sign_in: Callable[..., None]) -> SignInDialog:
        services = cast(Services, SimpleNamespace(sign_in=sign_in))
        dialog = SignInDialog(services, "work", runner)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


class Page:
    """A sign-in page that its user opens when the test says so."""

    def __init__(self, prompt: SignInPrompt = PROMPT) -> None:
        self.prompt = prompt
        self.opened = threading.Event()
        self.was_cancelled = False

    def sign_in(self, profile: str, tell: Callable[[SignInPrompt], None], progress: Progress) -> None:
        tell(self.prompt)
        while not self.opened.wait(0.01):
            try:
                progress.step(0, 0)
            except OperationCancelledError:
                self.was_cancelled = True
                raise


def test_address_and_code_are_shown_and_can_be_copied(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page()
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url))
    dialog = show(page.sign_in)
    qtbot.waitUntil(lambda: dialog.code.text() == "ABCD-EFGH")
    assert dialog.address.text() == PROMPT.url
    dialog.copy_code_button.click()
    assert QGuiApplication.clipboard().text() == "ABCD-EFGH"
    dialog.copy_address_button.click()
    assert QGuiApplication.clipboard().text() == PROMPT.url
    dialog.open_button.click()
    assert opened == [QUrl(PROMPT.url)]
    with qtbot.waitSignal(dialog.signed_in) as signed:
        page.opened.set()
    assert signed.args == ["work"]
    assert "Repeat what you were doing" in dialog.words.text()


def test_an_address_that_is_no_web_page_is_not_opened(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(SignInPrompt("file:///etc/passwd", "A", PROMPT.expires))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: pytest.fail("opened"))
    dialog = show(page.sign_in)
    qtbot.waitUntil(lambda: dialog.code.text() == "A")
    dialog.open_button.click()
    assert "not opened" in dialog.notice.sentence
    page.opened.set()


def test_closing_cancels(show: Show, qtbot: QtBot) -> None:
    page = Page()
    dialog = show(page.sign_in)
    qtbot.waitUntil(lambda: dialog.code.text() != "")
    dialog.close()
    qtbot.waitUntil(lambda: page.was_cancelled)


def test_a_refusal_is_said_and_can_be_tried_again(show: Show, qtbot: QtBot) -> None:
    tries: list[str] = []

    def refuse(profile: str, tell: object, progress: object) -> None:
        tries.append(profile)
        raise LoginNeededError("The code was not used in time.", hint="Sign in again.")

    dialog = show(refuse)
    qtbot.waitUntil(lambda: "not used in time" in dialog.notice.sentence)
    assert dialog.again_button.isVisible()
    dialog.again_button.click()
    qtbot.waitUntil(lambda: len(tries) == 2)
    qtbot.waitUntil(lambda: "not used in time" in dialog.notice.sentence)


# --- second factor -------------------------------------------------------------------------------------------------

QUESTION = "Enter MFA code for arn:aws:iam::1:mfa/ada: "


def ask(prompts: CodePrompts, runner: TaskRunner, into: list[object]) -> Any:
    task = runner.start(lambda context: prompts.ask(QUESTION), quiet=True)
    task.succeeded.connect(into.append)
    task.failed.connect(into.append)
    task.cancelled.connect(lambda: into.append("cancelled"))
    return task


def has(answers: list[object], count: int) -> bool:
    return len(answers) == count


def open_dialog(prompts: CodePrompts, qtbot: QtBot) -> Any:
    qtbot.waitUntil(lambda: prompts.dialog is not None)
    return prompts.dialog


def test_a_worker_gets_the_code_that_was_typed(runner: TaskRunner, qtbot: QtBot) -> None:
    prompts = CodePrompts()
    answers: list[object] = []
    ask(prompts, runner, answers)
    dialog = open_dialog(prompts, qtbot)
    assert "arn:aws:iam::1:mfa/ada" in dialog.words.text()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    QTest.keyClicks(dialog.line, "123 456")
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [Secret("123456")]


def test_questions_come_one_after_another(runner: TaskRunner, qtbot: QtBot) -> None:
    prompts = CodePrompts()
    answers: list[object] = []
    for _ in range(2):
        ask(prompts, runner, answers)
    for number in (1, 2):
        dialog = open_dialog(prompts, qtbot)
        QTest.keyClicks(dialog.line, "123456")
        dialog.accept()
        qtbot.waitUntil(partial(has, answers, number))
    assert prompts.dialog is None


def test_who_would_not_type_a_code_gets_an_error(runner: TaskRunner, qtbot: QtBot) -> None:
    prompts = CodePrompts()
    answers: list[object] = []
    ask(prompts, runner, answers)
    open_dialog(prompts, qtbot).reject()
    qtbot.waitUntil(lambda: bool(answers))
    assert isinstance(answers[0], AccountError)


def test_a_cancelled_task_takes_its_question_along(runner: TaskRunner, qtbot: QtBot) -> None:
    prompts = CodePrompts()
    answers: list[object] = []
    task = ask(prompts, runner, answers)
    open_dialog(prompts, qtbot)
    task.cancel()
    qtbot.waitUntil(lambda: answers == ["cancelled"])
    qtbot.waitUntil(lambda: prompts.dialog is None)


def test_closing_the_runner_does_not_wait_for_a_user(qtbot: QtBot) -> None:
    prompts, runner = CodePrompts(), TaskRunner()
    answers: list[object] = []
    ask(prompts, runner, answers)
    open_dialog(prompts, qtbot)
    runner.close()
    qtbot.waitUntil(lambda: answers == ["cancelled"])
    qtbot.waitUntil(lambda: prompts.dialog is None)


def test_the_thread_of_the_window_is_never_made_to_wait(qtbot: QtBot) -> None:
    with pytest.raises(AccountError, match="cannot be asked"):
        CodePrompts().ask(QUESTION)
