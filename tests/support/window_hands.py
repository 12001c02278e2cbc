"""What tests do with a composer window, and see in it."""

from PySide6.QtWidgets import QMessageBox

from sescomposer.core.structure import with_text
from sescomposer.gui.main_window import MainWindow


def boxes(window: MainWindow) -> list[QMessageBox]:
    """Give the questions that are open."""
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def type_text(window: MainWindow, text: str) -> None:
    """Put a text into the message, as one edit."""
    assert window.composer.edit_root(lambda root: with_text(root, text, window.composer.ids), "typing")
