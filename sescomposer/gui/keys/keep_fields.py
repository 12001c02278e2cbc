"""How a key that comes in is opened later: by the keyring, or by a passphrase that is asked for each time."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from sescomposer.gui.keys.intake import Lock
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.note_line import NoteLine
from sescomposer.gui.widgets.secret_line import SecretLine
from sescomposer.services.account import Secret

_KEPT = "Else the keyring of the system keeps a passphrase, and nobody types any."
_NEW = "The key is kept encrypted with this passphrase. Without it nobody opens the key again."


class KeepFields(QWidget):
    """Passphrase, and whether it is asked for each time.

    Args:
        form: The rows come here.
        lock: Whether what comes in has a passphrase already.
        is_lasting: Whether a keyring keeps passphrases.
        trouble: Why it does not.

    Signals:
        edited(): something was typed or chosen.
    """

    edited = Signal()

    def __init__(self, form: QFormLayout, lock: Lock, is_lasting: bool, trouble: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._form, self._lock, self._is_lasting = form, lock, is_lasting
        self.passphrase = self._line("Passphrase")
        self.again = self._line("Passphrase again")
        self.asks_always = QCheckBox("Ask for a passphrase &each time the key is used", parent)
        self.about = Faint(_KEPT, parent)
        self.trouble = NoteLine(parent)
        if trouble:
            self.trouble.say(trouble, role="note")
        form.addRow("Pass&phrase", self.passphrase)
        form.addRow("A&gain", self.again)
        form.addRow("", self.asks_always)
        form.addRow("", self.about)
        form.addRow(self.trouble)
        for line in (self.passphrase, self.again):
            line.textChanged.connect(self._on_edited)
        self.asks_always.toggled.connect(self._on_edited)
        self.asks_always.setVisible(is_lasting)
        self._on_edited()

    @property
    def is_new(self) -> bool:
        """Whether the passphrase is chosen now."""
        return self._lock is Lock.NONE and (self.asks_always.isChecked() or not self._is_lasting)

    @property
    def is_ready(self) -> bool:
        """Whether what is needed was typed."""
        typed = self.passphrase.text()
        if self.is_new:
            return bool(typed) and typed == self.again.text()
        needs_one = self._lock is Lock.NEEDED or self.asks_always.isChecked() or not self._is_lasting
        return bool(typed) or not needs_one or self._lock is Lock.NONE

    @property
    def secret(self) -> Secret | None:
        """What was typed, None for nothing."""
        typed = self.passphrase.text() if self.is_new or self._lock is not Lock.NONE else ""
        return Secret(typed) if typed else None

    def forget(self) -> None:
        """Forget what was typed."""
        for line in (self.passphrase, self.again):
            line.setText("")

    def try_again(self) -> None:
        """Let another passphrase be typed over the one that was wrong."""
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        self.passphrase.selectAll()

    @Slot()
    def _on_edited(self) -> None:
        self._form.setRowVisible(self.passphrase, self.is_new or self._lock is not Lock.NONE)
        self._form.setRowVisible(self.again, self.is_new)
        self.about.setText(_NEW if self.is_new else _KEPT if self._is_lasting else "")
        self._form.setRowVisible(self.about, bool(self.about.text()))
        self.edited.emit()

    def _line(self, name: str) -> SecretLine:
        line = SecretLine(name, self.parentWidget())
        if self._lock is Lock.UNKNOWN:
            line.setPlaceholderText("If the file has one")
        return line
