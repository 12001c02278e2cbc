"""Asks for the name of a checkpoint."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

LONGEST = 80


class CheckpointName(QDialog):
    """One line and two buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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


def ask_name(parent: QWidget) -> str | None:
    """Ask for a name; "Checkpoint" where none was typed, None if cancelled."""
    dialog = CheckpointName(parent)
    wanted = dialog.exec() == QDialog.DialogCode.Accepted
    name = " ".join(dialog.name.text().split()) or "Checkpoint"
    dialog.deleteLater()
    return name if wanted else None
