"""The field of a secret: it can be typed, replaced and removed, and is never shown again.

What is typed stands in a line with bullets, which can be neither copied nor undone, and is gone from there as soon as
it was handed on.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sescomposer.gui.widgets.secret_line import SecretLine
from sescomposer.services.account import Secret


@dataclass(frozen=True, slots=True)
class SecretState:
    """What is known of the secret of one account.

    Attributes:
        is_kept: Whether there is one; None as long as nobody could say.
        is_lasting: Whether it outlives the program.
        trouble: Why the keyring cannot say, or why the secret does not outlive the program; "" for neither.
    """

    is_kept: bool | None = None
    is_lasting: bool = True
    trouble: str = ""

    @property
    def words(self) -> str:
        """Say it.

        >>> SecretState(True).words, SecretState(True, False).words
        ('kept in the keyring', 'kept until the program ends')
        >>> SecretState(False).words, SecretState(None, trouble="It is locked.").words
        ('missing', 'keyring does not answer')
        """
        match self.is_kept:
            case None:
                return "keyring does not answer" if self.trouble else "asking the keyring"
            case False:
                return "missing"
            case _:
                return "kept in the keyring" if self.is_lasting else "kept until the program ends"


class SecretField(QWidget):
    """Says whether there is a secret, and takes another.

    Signals:
        edited(): something was typed, or what was typed is not wanted.
        remove_wanted(): the button to remove it was pressed.
    """

    edited = Signal()
    remove_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = SecretState()
        self._is_replacing = False
        self.state_label = QLabel(self)
        self.state_label.setTextFormat(Qt.TextFormat.PlainText)
        self.line = SecretLine("Secret", self)
        self.line.textEdited.connect(self.edited)
        self.replace_button = self._button("R&eplace...", "Type another secret")
        self.keep_button = self._button("&Keep the old one", "Forget what was typed; the secret stays as it is")
        self.remove_button = self._button("Re&move", "Remove the secret from the keyring; the account stays")
        self.replace_button.clicked.connect(self._on_replace)
        self.keep_button.clicked.connect(self._on_keep)
        self.remove_button.clicked.connect(self.remove_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.state_label)
        row.addWidget(self.line, 1)
        for button in (self.replace_button, self.keep_button, self.remove_button):
            row.addWidget(button)
        row.addStretch(0)
        self.setFocusProxy(self.line)
        self._show()

    @property
    def is_kept(self) -> bool:
        """Whether there is a secret already, and it is not being replaced."""
        return bool(self._state.is_kept) and not self._is_replacing

    @property
    def is_missing(self) -> bool:
        """Whether there is none and none was typed."""
        return self._state.is_kept is False and not self.has_typed

    @property
    def has_typed(self) -> bool:
        """Whether something was typed."""
        return bool(self.line.text())

    def secret(self) -> Secret | None:
        """Give what was typed, None for nothing. Blanks and line ends at its ends came with a paste and are no part."""
        typed = self.line.text().strip()
        return Secret(typed) if typed else None

    def show_state(self, state: SecretState) -> None:
        """Show what is known; what is being typed stays."""
        self._state = state
        self._show()

    def forget(self) -> None:
        """Forget what was typed."""
        # Not `clear`, which keeps what it clears for an undo.
        self.line.setText("")
        self._is_replacing = False
        self._show()

    def setAccessibleName(self, name: str) -> None:
        """Name the line, which is what is read."""
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:
        """Describe the line, which is what is read."""
        super().setAccessibleDescription(description)
        self.line.setAccessibleDescription(description)

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        return button

    def _show(self) -> None:
        is_kept, asks = self.is_kept, self._state.is_kept is None and not self.has_typed and not self._is_replacing
        words = self._state.words
        self.state_label.setText(f"{words[:1].upper()}{words[1:]}")
        self.state_label.setVisible(is_kept or asks)
        self.line.setVisible(not is_kept and not asks)
        self.replace_button.setVisible(is_kept or asks)
        self.remove_button.setVisible(is_kept)
        self.keep_button.setVisible(self._is_replacing and self._state.is_kept is not False)
        self.line.setPlaceholderText("" if self._state.is_kept is False else "Another secret")
        self.setFocusProxy(self.replace_button if is_kept or asks else self.line)

    @Slot()
    def _on_replace(self) -> None:
        self._is_replacing = True
        self._show()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_keep(self) -> None:
        self.forget()
        self.replace_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()
