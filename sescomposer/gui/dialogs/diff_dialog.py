"""Shows what an edit would change before it is made."""

from collections.abc import Iterable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from sescomposer.core.line_difference import DiffLine, octets_difference, text_difference
from sescomposer.core.message import Message
from sescomposer.gui.widgets.diff_view import DiffView


class DiffDialog(QDialog):
    """A difference and two buttons: do it, or leave it."""

    def __init__(self, title: str, lines: Iterable[DiffLine], label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.view = DiffView(self)
        self.view.show_difference(lines)
        words = QLabel("Lines that go begin with “-”, lines that come with “+”.", self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.accept_button = self.buttons.addButton(label, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(words)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.buttons)

    def sizeHint(self) -> QSize:
        """Wide enough for an encoded line."""
        return QSize(820, 520)

    @classmethod
    def ask(cls, parent: QWidget, title: str, before: str, after: str, label: str) -> bool:
        """Show the difference of two texts; whether the user wants it."""
        return cls._run(parent, title, text_difference(before, after), label)

    @classmethod
    def ask_messages(cls, parent: QWidget, label: str, before: Message, after: Message) -> bool:
        """Show the difference of the octets of two messages; whether the user wants it."""
        return cls._run(parent, label, octets_difference(before.root.octets, after.root.octets), label)

    @classmethod
    def _run(cls, parent: QWidget, title: str, lines: Iterable[DiffLine], label: str) -> bool:
        dialog = cls(title, lines, label, parent)
        wanted = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return wanted
