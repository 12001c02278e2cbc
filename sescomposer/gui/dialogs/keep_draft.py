"""The question at closing a window whose draft is not saved."""

from enum import Enum, auto

from PySide6.QtWidgets import QMessageBox, QWidget


class Keep(Enum):
    """What to do with the draft."""

    SAVE = auto()
    DISCARD = auto()
    CANCEL = auto()


def ask_keep(parent: QWidget, name: str) -> Keep:
    """Ask what to do with an unsaved draft; Esc cancels."""
    buttons = QMessageBox.StandardButton
    box = QMessageBox(QMessageBox.Icon.Question, "SES Composer", f"Save the draft \u201c{name}\u201d?", parent=parent)
    box.setInformativeText("It was changed since it was opened or saved. What is discarded cannot be brought back.")
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = box.exec()
    box.deleteLater()
    return {int(buttons.Save): Keep.SAVE, int(buttons.Discard): Keep.DISCARD}.get(int(answer), Keep.CANCEL)
