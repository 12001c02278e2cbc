"""The dialog that takes a passphrase or a PIN; what is typed cannot be copied, and is gone once it is given."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from sescomposer.gui.keys.shown import breakable
from sescomposer.gui.widgets.note_line import NoteLine
from sescomposer.gui.widgets.secret_line import SecretLine
from sescomposer.services.account import Secret

_WIDTH = 440
_SAFE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class PassphraseWords:
    """What the dialog says.

    Attributes:
        title: Of the window.
        words: What is asked for, and of what.
        why: Why it is asked for again, "" the first time.
        name: Of the field.
        ok: Of the button.
        is_new: Whether it is chosen now, so that it is typed twice.
    """

    title: str
    words: str
    why: str = ""
    name: str = "Passphrase"
    ok: str = "&Open"
    is_new: bool = False


class PassphraseDialog(QDialog):
    """Takes one passphrase."""

    def __init__(self, words: PassphraseWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_new = words.is_new
        self.setWindowTitle(words.title)
        self.words = QLabel(breakable(words.words), self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.note = NoteLine(self)
        if words.why:
            self.note.say(words.why)
        self.line = SecretLine(words.name, self)
        self.again = SecretLine(f"{words.name} again", self)
        self.shown = QCheckBox("&Show what I type", self)
        self.shown.toggled.connect(self._on_shown)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self.ok_button = self.buttons.button(buttons.Ok)
        self.ok_button.setText(words.ok)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out(words.name)
        self.line.textChanged.connect(self._on_typed)
        self.again.textChanged.connect(self._on_typed)
        self._on_typed()

    def sizeHint(self) -> QSize:
        """As high as the words need at this width."""
        return QSize(_WIDTH, self._column.totalHeightForWidth(_WIDTH))

    def take(self) -> Secret | None:
        """Give what was typed and forget it here; None where it was cancelled."""
        typed = self.line.text() if self.result() == QDialog.DialogCode.Accepted else ""
        for line in (self.line, self.again):
            line.setText("")
        return Secret(typed) if typed else None

    def _lay_out(self, name: str) -> None:
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(f"&{name}", self.line)
        form.addRow("A&gain", self.again)
        form.setRowVisible(self.again, self.is_new)
        form.addRow("", self.shown)
        column.addWidget(self.words)
        column.addWidget(self.note)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)

    @Slot(bool)
    def _on_shown(self, is_shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        for line in (self.line, self.again):
            line.setEchoMode(mode)

    @Slot()
    def _on_typed(self) -> None:
        typed, again = self.line.text(), self.again.text()
        self.ok_button.setEnabled(bool(typed) and (not self.is_new or typed == again))
        if not self.is_new:
            return
        if again and not typed.startswith(again):
            self.note.say("The two differ.")
        elif typed and len(typed) < _SAFE_LENGTH:
            self.note.say(f"It is short: whoever gets the file can guess it. Take {_SAFE_LENGTH} or more.", role="note")
        else:
            self.note.clear()
        self._column.activate()
        self.resize(self.width(), max(self.height(), self._column.totalHeightForWidth(self.width())))
