"""Asking for the code of a second factor: worker threads ask and wait, the window asks the user and never waits."""

import threading
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from sescomposer.core.errors import AccountError
from sescomposer.gui.asking import Question
from sescomposer.gui.tasks import current_token
from sescomposer.services.account import Secret
from sescomposer.services.sign_in import Prompts

_CODE_LENGTH = 6


@dataclass(slots=True, eq=False)
class _Question(Question):
    """One question under way.

    Attributes:
        words: As the SDK asks.
    """

    words: str


class CodePrompts(QObject):
    """Asks one question after another; made on the window's thread.

    Attributes:
        dialog: The one that is open, None if there is none.
    """

    _wanted = Signal(object)
    _dropped = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dialog: CodeDialog | None = None
        self._waiting: list[_Question] = []
        self._wanted.connect(self._on_wanted, Qt.ConnectionType.QueuedConnection)
        self._dropped.connect(self._on_dropped, Qt.ConnectionType.QueuedConnection)

    @property
    def prompts(self) -> Prompts:
        """What the services ask through."""
        return Prompts(self.ask)

    def ask(self, words: str) -> Secret:
        """Ask and wait; called on a worker thread, which may be cancelled meanwhile.

        Raises:
            AccountError: the user would not, or nobody could be asked.
            OperationCancelledError: the task of this thread was cancelled.
        """
        if threading.current_thread() is threading.main_thread():
            raise AccountError("A second factor cannot be asked for from here.", hint="Try again from the window.")
        token = current_token()
        if token is not None and token.is_unattended:
            raise AccountError("The code of a second factor is needed.", hint="Refresh by hand to be asked for it.")
        question = _Question(words)
        self._wanted.emit(question)
        code = question.wait(partial(self._dropped.emit, question))
        if code is None:
            raise AccountError(
                "No code of the second factor was given, so nothing was done.", hint="Try again with the code at hand."
            )
        return code

    @Slot(object)
    def _on_wanted(self, question: _Question) -> None:
        question.is_taken = True
        self._waiting.append(question)
        self._show_next()

    @Slot(object)
    def _on_dropped(self, question: _Question) -> None:
        if self.dialog is not None and self.dialog.question is question:
            self.dialog.close()
        elif question in self._waiting:
            self._waiting.remove(question)

    def _show_next(self) -> None:
        self._waiting = [question for question in self._waiting if not question.is_dropped]
        if self.dialog is not None or not self._waiting:
            return
        question = self._waiting.pop(0)
        self.dialog = CodeDialog(question, QApplication.activeWindow())
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot()
    def _on_finished(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.answer()
            dialog.deleteLater()
        self._show_next()


class CodeDialog(QDialog):
    """Asks for one code."""

    def __init__(self, question: _Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        self.setWindowTitle("Second factor")
        self.words = QLabel(question_words(question.words), self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.line = QLineEdit(self)
        self.line.setAccessibleName("Code of the second factor")
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.line.setPlaceholderText("The six digits that the device shows now")
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        for widget in (self.words, self.line, self.buttons):
            column.addWidget(widget)
        self.setMinimumWidth(420)
        self.line.textChanged.connect(self._on_typed)
        self._on_typed()

    def answer(self) -> None:
        """Give the answer to the thread that waits, and forget it here."""
        code = "".join(self.line.text().split())
        if self.result() == QDialog.DialogCode.Accepted and code:
            self.question.answer = Secret(code)
        self.line.setText("")
        self.question.done.set()

    @Slot()
    def _on_typed(self) -> None:
        code = "".join(self.line.text().split())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(len(code) >= _CODE_LENGTH)


def question_words(words: str) -> str:
    """Say for which device a code is wanted; the SDK asks as it would on a terminal.

    >>> question_words("Enter MFA code for arn:aws:iam::1:mfa/ada: ")
    'AWS asks for the code of the second factor arn:aws:iam::1:mfa/ada.'
    """
    serial = words.partition(" for ")[2].strip().rstrip(":").strip()
    return f"AWS asks for the code of the second factor {serial}." if serial else words
