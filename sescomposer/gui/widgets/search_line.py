"""The line of a list to search it with."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLineEdit, QWidget


class SearchLine(QLineEdit):
    """Takes the words that are searched for.

    Args:
        placeholder: What is searched, shown while it is empty.
        name: For those who do not see it.
        parent: Above it.
    """

    def __init__(self, placeholder: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, clearButtonEnabled=True)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)

    @Slot()
    def take_focus(self) -> None:
        """Let words be typed in place of those that stand there."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
