"""The question at closing a window whose draft is not saved."""

import textwrap
from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

_LONGEST = 80


class Keep(Enum):
    """What to do with the draft."""

    SAVE = auto()
    KEEP = auto()
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
    buttons, roles = QMessageBox.StandardButton, QMessageBox.ButtonRole
    box = QMessageBox(QMessageBox.Icon.Question, "SES Composer", question(name), parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(
        "It was changed since it was opened or saved. A draft that is kept stays in the list of drafts; one that is "
        "discarded can be brought back from there for a while."
    )
    save = box.addButton("&Save as file", roles.AcceptRole)
    keep = box.addButton("&Keep as draft", roles.YesRole)
    discard = box.addButton("&Discard", roles.DestructiveRole)
    box.setEscapeButton(box.addButton(buttons.Cancel))
    box.setDefaultButton(save)
    box.exec()
    answers = {save: Keep.SAVE, keep: Keep.KEEP, discard: Keep.DISCARD}
    clicked = box.clickedButton()
    answer = next((answer for button, answer in answers.items() if button is clicked), Keep.CANCEL)
    box.deleteLater()
    return answer


def ask_discard(parent: QWidget, sentence: str) -> bool:
    """Ask whether to discard a draft though no copy of it could be kept; `sentence` says why it could not."""
    buttons = QMessageBox.StandardButton
    box = QMessageBox(QMessageBox.Icon.Warning, "SES Composer", "Discard the draft without a copy?", parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(f"{sentence} What is discarded now cannot be brought back.")
    box.setStandardButtons(buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Cancel)
    answer = box.exec()
    box.deleteLater()
    return int(answer) == int(buttons.Discard)
