"""What a login led to: who the account is, what it may do, what it is denied and what would allow it."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from sescomposer.core.errors import DeniedError, LoginNeededError, ServiceCallError, SesComposerError, SubmissionError
from sescomposer.gui.accounts.account_words import outcome_lines
from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.services.knowledge import Known

_SIGN = QSize(16, 16)
_STATEMENT = "IAM statement that would allow it"


class OutcomePanel(QWidget):
    """A column of lines, hidden while there is nothing to say.

    Signals:
        sign_in_wanted(str): the button to sign in again to that AWS profile was pressed.
    """

    sign_in_wanted = Signal(str)

    def __init__(self, parent: QWidget, title: str = "What the login found") -> None:
        super().__init__(parent)
        self._lines: list[QWidget] = []
        self.title = QLabel(title, self)
        close = QToolButton(self, autoRaise=True)
        close.setIcon(icon("close"))
        close.setToolTip("Hide this")
        close.setAccessibleName(f"Hide: {title}")
        close.clicked.connect(self.clear)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(close)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(head)
        self.hide()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said, from the top."""
        found = (text.words for line in self._lines for text in line.findChildren(FittingText))
        return tuple(words for words in found if words)

    def clear(self) -> None:
        """Say nothing."""
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        self.hide()

    def show_outcome(self, outcome: Known | str) -> None:
        """Say what a login found."""
        self.clear()
        for kind, sentence in outcome_lines(outcome):
            self._add(kind, sentence)
        for denied in () if isinstance(outcome, str) else outcome.denied:
            self._add_statement(denied.statement)
        self.show()

    def show_error(self, error: SesComposerError) -> None:
        """Say why a login failed, in our words and in the service's, and what can be done."""
        self.clear()
        line = self._add("error", f"{error.sentence} {error.hint}".strip())
        answer = error.answer if isinstance(error, ServiceCallError | SubmissionError) else None
        if answer is not None and answer.wire and answer.wire not in error.sentence:
            self._add("note", f"The service says: {answer.wire}")
        if isinstance(error, DeniedError):
            self._add_statement(error.statement)
        if isinstance(error, LoginNeededError):
            button = self._button("S&ign in...", "Sign in again on the page of the single sign-on", line)
            button.clicked.connect(partial(self._want_sign_in, str(error.value or "")))
        self.show()

    def _add(self, kind: str, sentence: str, *, fixed: bool = False) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        sign = QLabel(line)
        sign.setFixedSize(_SIGN)
        if kind:
            sign.setPixmap(icon(kind, kind).pixmap(_SIGN))
        text = FittingText(_STATEMENT if fixed else self.title.text(), line, fixed=fixed, lines=8)
        text.say(sentence)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        self._lines.append(line)
        self._column.addWidget(line)
        return line

    def _add_statement(self, statement: str) -> None:
        line = self._add("", statement, fixed=True)
        button = self._button("&Copy", "Copy the IAM statement, to be put into the policy of the user or role", line)
        button.setAccessibleName("Copy the IAM statement")
        button.clicked.connect(partial(_copy, statement))

    def _button(self, words: str, tip: str, line: QWidget) -> QPushButton:
        button = QPushButton(words, line)
        button.setAutoDefault(False)
        button.setToolTip(tip)
        layout = line.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return button

    def _want_sign_in(self, profile: str, checked: bool = False) -> None:
        self.sign_in_wanted.emit(profile)


def _copy(text: str, checked: bool = False) -> None:
    QGuiApplication.clipboard().setText(text)
