"""Shows what an edit would change before it is made."""

from collections.abc import Iterable
from dataclasses import fields

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from sescomposer.core.line_difference import Change, DiffLine, octets_difference, text_difference
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
        """Show the difference of the octets of two messages, and of what stands beside; whether the user wants it."""
        octets = octets_difference(before.root.octets, after.root.octets)
        return cls._run(parent, label, (*beside_difference(before, after), *octets), label)

    @classmethod
    def _run(cls, parent: QWidget, title: str, lines: Iterable[DiffLine], label: str) -> bool:
        dialog = cls(title, lines, label, parent)
        wanted = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return wanted


def beside_difference(before: Message, after: Message) -> tuple[DiffLine, ...]:
    """Compare what no octet of two messages says: options of the service, signing and encrypting.

    >>> from dataclasses import replace
    >>> from sescomposer.core.message import Protection
    >>> from sescomposer.core.parse import parse
    >>> message = Message(parse(b""))
    >>> found = beside_difference(message, replace(message, protection=Protection(sign=True)))
    >>> [f"{line.change}{line.text}" for line in found]
    ['-sign: not chosen', '+sign: yes']
    """
    lines: list[DiffLine] = []
    for old, new in ((before.options, after.options), (before.protection, after.protection)):
        for field in fields(old):
            was, becomes = getattr(old, field.name), getattr(new, field.name)
            if was != becomes:
                name = field.name.replace("_", " ")
                lines.append(DiffLine(Change.REMOVED, f"{name}: {_shown(was)}"))
                lines.append(DiffLine(Change.ADDED, f"{name}: {_shown(becomes)}"))
    return tuple(lines)


def _shown(value: object) -> str:
    """Give a value for people."""
    match value:
        case None:
            return "not chosen"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join("=".join(pair) if isinstance(pair, tuple) else str(pair) for pair in value) or "(none)"
        case _:
            return str(value) or "(none)"
