"""The question at closing a window whose draft is not saved."""

import textwrap
from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

_LONGEST = 80


class Keep(Enum):
    """What to do with the draft."""

    SAVE = auto()
    DISCARD = auto()
    CANCEL = auto()


def question(name: str) -> str:
    """Word the question; a subject of any length and direction leaves room for the buttons and ends in its marks.

    >>> question("Plan")
    'Save the draft “\u2068Plan\u2069”?'
    """
    words = textwrap.shorten(name, _LONGEST, placeholder=" …")
    short = words if words != "…" else f"{name[:_LONGEST]}…"
    return f"Save the draft “\u2068{short}\u2069”?"


def ask_keep(parent: QWidget, name: str) -> Keep:
    """Ask what to do with an unsaved draft; Esc cancels."""
    buttons = QMessageBox.StandardButton
    box = QMessageBox(QMessageBox.Icon.Question, "SES Composer", question(name), parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText("It was changed since it was opened or saved. What is discarded cannot be brought back.")
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = box.exec()
    box.deleteLater()
    return {int(buttons.Save): Keep.SAVE, int(buttons.Discard): Keep.DISCARD}.get(int(answer), Keep.CANCEL)
