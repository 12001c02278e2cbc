"""Workers ask for passphrases on a window; nobody is left waiting."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.core.errors import PassphraseError
from sescomposer.gui.keys import passphrase_prompt
from sescomposer.gui.keys.passphrase_dialog import PassphraseDialog, PassphraseWords
from sescomposer.gui.keys.passphrase_prompt import ask_on_window, question_words
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

ANN = KeyEntry("a1", KeyKind.FILE, "Ann Example", ("ann@example.org",), "a1")
CARD = KeyEntry("c1", KeyKind.CARD, "Ann Example", (), "c1", details={"token": "Blue card"})


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


@pytest.fixture
def shown_window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.show()
    return window


def ask(parent: QWidget, runner: TaskRunner, into: list[object], why: str = "") -> Any:
    asks = ask_on_window(parent)
    task = runner.start(lambda context: asks(ANN, why), quiet=True)
    task.succeeded.connect(into.append)
    task.failed.connect(into.append)
    task.cancelled.connect(lambda: into.append("cancelled"))
    return task


def has(answers: list[object], count: int) -> bool:
    return len(answers) == count


def open_dialog(qtbot: QtBot) -> PassphraseDialog:
    desk = passphrase_prompt._desk()
    qtbot.waitUntil(lambda: desk.dialog is not None)
    assert desk.dialog is not None
    return desk.dialog


def no_dialog() -> bool:
    return passphrase_prompt._desk().dialog is None


def test_a_worker_gets_what_was_typed(shown_window: QMainWindow, runner: TaskRunner, qtbot: QtBot) -> None:
    answers: list[object] = []
    ask(shown_window, runner, answers)
    dialog = open_dialog(qtbot)
    assert dialog.parent() is shown_window
    assert "Ann Example, ann@example.org" in dialog.words.text()
    assert not dialog.ok_button.isEnabled()
    QTest.keyClicks(dialog.line, " two words ")
    dialog.ok_button.click()
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [Secret(" two words ")]
    assert no_dialog()


def test_it_says_that_the_last_one_was_wrong(shown_window: QMainWindow, runner: TaskRunner, qtbot: QtBot) -> None:
    answers: list[object] = []
    ask(shown_window, runner, answers, "That passphrase is wrong.")
    dialog = open_dialog(qtbot)
    assert dialog.note.sentence == "That passphrase is wrong."
    dialog.reject()
    qtbot.waitUntil(lambda: answers == [None])


def test_questions_of_two_windows_come_one_after_another(
    shown_window: QMainWindow, runner: TaskRunner, qtbot: QtBot
) -> None:
    other = QMainWindow()
    qtbot.addWidget(other)
    other.show()
    answers: list[object] = []
    ask(shown_window, runner, answers)
    ask(other, runner, answers)
    for number in (1, 2):
        dialog = open_dialog(qtbot)
        dialog.line.setText("secret")
        dialog.accept()
        qtbot.waitUntil(partial(has, answers, number))
    assert no_dialog()


def test_a_cancelled_task_takes_its_question_along(shown_window: QMainWindow, runner: TaskRunner, qtbot: QtBot) -> None:
    answers: list[object] = []
    task = ask(shown_window, runner, answers)
    open_dialog(qtbot)
    task.cancel()
    qtbot.waitUntil(lambda: answers == ["cancelled"])
    qtbot.waitUntil(no_dialog)


def _close(window: QMainWindow) -> None:
    window.close()


def _hide(window: QMainWindow) -> None:
    window.hide()


def _delete(window: QMainWindow) -> None:
    window.deleteLater()


@pytest.mark.parametrize("go", [_close, _hide, _delete])
def test_a_window_that_goes_leaves_nobody_waiting(
    go: Callable[[QMainWindow], None], runner: TaskRunner, qtbot: QtBot
) -> None:
    window = QMainWindow()
    window.show()
    inner = QLineEdit(window)
    answers: list[object] = []
    ask(inner, runner, answers)
    ask(inner, runner, answers)
    open_dialog(qtbot)
    go(window)
    qtbot.waitUntil(lambda: answers == [None, None])
    qtbot.waitUntil(no_dialog)
    if go is not _delete:
        window.deleteLater()


def test_a_window_that_is_not_shown_asks_nobody(runner: TaskRunner, qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    answers: list[object] = []
    ask(window, runner, answers)
    qtbot.waitUntil(lambda: answers == [None])


def test_closing_the_runner_does_not_wait_for_a_user(shown_window: QMainWindow, qtbot: QtBot) -> None:
    runner = TaskRunner()
    answers: list[object] = []
    ask(shown_window, runner, answers)
    open_dialog(qtbot)
    runner.close()
    qtbot.waitUntil(lambda: answers == ["cancelled"])
    qtbot.waitUntil(no_dialog)


def test_the_thread_of_the_window_is_never_made_to_wait(shown_window: QMainWindow) -> None:
    with pytest.raises(PassphraseError, match="cannot be asked"):
        ask_on_window(shown_window)(ANN, "")


def test_a_card_asks_for_its_pin() -> None:
    words = question_words(CARD, "")
    assert (words.title, words.name) == ("PIN of a card", "PIN")
    assert "on the card Blue card" in words.words


def test_a_new_passphrase_is_typed_twice(qtbot: QtBot) -> None:
    dialog = PassphraseDialog(PassphraseWords("New", "Choose.", is_new=True, ok="&Save"))
    qtbot.addWidget(dialog)
    dialog.line.setText("short")
    assert "short" in dialog.note.sentence
    assert not dialog.ok_button.isEnabled()
    dialog.line.setText("correct horse battery")
    dialog.again.setText("correct mouse")
    assert dialog.note.sentence == "The two differ."
    dialog.again.setText("correct horse battery")
    assert not dialog.note.sentence
    dialog.accept()
    assert dialog.take() == Secret("correct horse battery")
    assert dialog.line.text() == dialog.again.text() == ""


def test_what_is_typed_is_shown_by_choice_only(qtbot: QtBot) -> None:
    dialog = PassphraseDialog(PassphraseWords("Key", "Type."))
    qtbot.addWidget(dialog)
    assert dialog.line.echoMode() is QLineEdit.EchoMode.Password
    dialog.shown.setChecked(True)
    assert dialog.line.echoMode() is QLineEdit.EchoMode.Normal


def test_it_is_said_how_long_the_passphrase_serves() -> None:
    assert "keyring of the system keeps it" in question_words(ANN, "").words
    assert "15 minutes" in question_words(replace(ANN, asks_always=True), "").words
    assert "15 minutes" in question_words(CARD, "").words
