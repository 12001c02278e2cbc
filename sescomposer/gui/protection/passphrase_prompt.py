"""Asking for the passphrase or PIN of a key: worker threads ask and wait, the window asks the user and never waits."""

import threading
import time
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from sescomposer.core.errors import PassphraseError
from sescomposer.gui.directions import isolated
from sescomposer.gui.tasks import current_token
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.account import Secret
from sescomposer.services.protection_ports import KeyEntry, KeyKind

_LOOK_SECONDS = 0.1
_KEPT = "It is kept in the keyring, or until the program ends where there is none."
_SHOWN_SECONDS = 30.0
"""A question that nobody could be shown by then comes from a window that is going away."""


@dataclass(slots=True)
class _Question:
    """One question under way; written by the window's thread until `done` is set.

    Attributes:
        entry: The key.
        why: Why it is asked again, "" the first time.
        done: Set when there is an answer, or none will come.
        is_shown: Whether the user sees it.
        is_dropped: Whether the one who asked does not wait any more.
        answer: What was typed, None if the user would not.
    """

    entry: KeyEntry
    why: str
    done: threading.Event = field(default_factory=threading.Event)
    is_shown: bool = False
    is_dropped: bool = False
    answer: Secret | None = None


class PassphrasePrompts(QObject):
    """Asks one question after another, over one window; made on the window's thread.

    Attributes:
        dialog: The one that is open, None if there is none.
    """

    _wanted = Signal(object)
    _dropped = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: PassphraseDialog | None = None
        self._waiting: list[_Question] = []
        self._wanted.connect(self._on_wanted, Qt.ConnectionType.QueuedConnection)
        self._dropped.connect(self._on_dropped, Qt.ConnectionType.QueuedConnection)

    def ask(self, entry: KeyEntry, why: str) -> Secret | None:
        """Ask and wait; called on a worker thread, which may be cancelled meanwhile. See `AskPassphrase`.

        Returns:
            What was typed, None if the user would not.

        Raises:
            PassphraseError: nobody can be asked from this thread.
            OperationCancelledError: the task of this thread was cancelled.
        """
        if threading.current_thread() is threading.main_thread():
            raise PassphraseError("A passphrase cannot be asked for from here.", hint="Try again from the window.")
        question, token = _Question(entry, why), current_token()
        if token is not None and token.is_unattended:
            return None
        self._wanted.emit(question)
        begun = time.monotonic()
        while not question.done.wait(_LOOK_SECONDS):
            is_late = not question.is_shown and time.monotonic() - begun > _SHOWN_SECONDS and not self._waiting
            if is_late or (token is not None and token.is_cancelled):
                question.is_dropped = True
                self._dropped.emit(question)
                if token is not None:
                    token.check()
                break
        return question.answer

    @Slot(object)
    def _on_wanted(self, question: _Question) -> None:
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
        question.is_shown = True
        self.dialog = PassphraseDialog(question, self._window)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot()
    def _on_finished(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.answer()
            dialog.deleteLater()
        self._show_next()


class PassphraseDialog(QDialog):
    """Asks for one passphrase."""

    def __init__(self, question: _Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        entry = question.entry
        thing = thing_of(entry)
        self.setWindowTitle(f"{thing} of a key")
        self.words = QLabel(question_words(entry), self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.why = Notice("Why it is asked again", self)
        self.why.say(question.why, "warning")
        self.line = QLineEdit(self)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.line.setAccessibleName(f"{thing} of {entry.label}")
        self.line.setPlaceholderText(thing)
        self.shown = QCheckBox(f"&Show the {thing if thing == 'PIN' else thing.lower()}", self)
        self.shown.toggled.connect(self._on_shown)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self.buttons.button(buttons.Ok).setText("&Open the key")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (self.words, self.why, self.line, self.shown, self.buttons):
            column.addWidget(widget)
        self.setMinimumWidth(440)
        self.line.textChanged.connect(self._on_typed)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_typed()

    def answer(self) -> None:
        """Give the answer to the thread that waits, and forget it here."""
        if self.result() == QDialog.DialogCode.Accepted and self.line.text():
            self.question.answer = Secret(self.line.text())
        # Not `clear`, which keeps what it clears for an undo.
        self.line.setText("")
        self.question.done.set()

    @Slot(bool)
    def _on_shown(self, is_shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)

    @Slot()
    def _on_typed(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.line.text()))


def thing_of(entry: KeyEntry) -> str:
    """Name what opens a key.

    >>> thing_of(KeyEntry("1", KeyKind.CARD, "Ann", (), "1"))
    'PIN'
    """
    return "PIN" if entry.kind is KeyKind.CARD else "Passphrase"


def question_words(entry: KeyEntry) -> str:
    """Say which key is to be opened, and what becomes of what is typed."""
    owner = isolated(entry.label or "(no name)")
    named = f"{owner} <{entry.addresses[0]}>" if entry.addresses else owner
    if entry.kind is KeyKind.CARD:
        token = entry.details.get("token", "")
        place = f" on the card {isolated(token)}" if token else " on the card"
        return f"The key of {named}{place} is needed. After a few wrong PINs a card locks itself."
    kept = "It is not kept." if entry.asks_always else _KEPT
    return f"The key of {named} is needed, and it is encrypted with a passphrase of yours. {kept}"


__all__ = ["PassphraseDialog", "PassphrasePrompts", "question_words", "thing_of"]
