"""The question before an event is forgotten: it cannot be undone."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

_MEANS = (
    "What is known here of who was invited, what they have and what they answered is removed. Guests are not told "
    "and keep the event. It cannot be changed or cancelled from here any more, and this cannot be undone.\n\n"
    "The messages that were sent stay in Sent and tried."
)


def ask_forget(parent: QWidget, title: str) -> bool:
    """Ask whether an event shall be forgotten; what is asked first is to keep it."""
    box = QMessageBox(QMessageBox.Icon.Warning, "SES Composer", f"Forget “{title}”?", parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(_MEANS)
    forget = box.addButton("&Forget", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("&Keep", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    is_wanted = box.clickedButton() is forget
    box.deleteLater()
    return is_wanted


__all__ = ["ask_forget"]
