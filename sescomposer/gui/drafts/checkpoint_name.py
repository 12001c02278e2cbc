"""Asks for the name of a checkpoint."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

LONGEST = 80


class CheckpointName(QDialog):
    """One line and two buttons; opens without waiting for the answer.

    Signals:
        named(str): the name, "Checkpoint" where none was typed.
    """

    named = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keep a checkpoint")
        words = QLabel("&Name, such as “before the new layout”:", self)
        self.name = QLineEdit(self)
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName("Name of the checkpoint")
        words.setBuddy(self.name)
        told = QLabel("The message stays as it is. Drafts (Ctrl+Shift+D) compares and restores checkpoints.", self)
        told.setWordWrap(True)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Cancel, self)
        self.keep_button = self.buttons.addButton("&Keep", QDialogButtonBox.ButtonRole.AcceptRole)
        self.keep_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for widget in (words, self.name, told, self.buttons):
            column.addWidget(widget)
        self.setMinimumWidth(420)

    def accept(self) -> None:
        """Tell the name."""
        self.named.emit(" ".join(self.name.text().split()) or "Checkpoint")
        super().accept()
