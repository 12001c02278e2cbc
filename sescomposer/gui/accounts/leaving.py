"""The questions of the window of the accounts: what becomes of what was typed, and whether an account is to go."""

from enum import Enum, auto

from PySide6.QtWidgets import QMessageBox, QWidget

from sescomposer.gui.directions import isolated
from sescomposer.services.account import Account


class Leave(Enum):
    """What becomes of what was typed."""

    SAVE = auto()
    DISCARD = auto()
    STAY = auto()


def ask_leave(parent: QWidget, name: str) -> Leave:
    """Ask; waits for the answer. `name` is "" for a new account."""
    what = f"the changes of “{isolated(name)}”" if name else "the new account"
    box = QMessageBox(QMessageBox.Icon.Question, "SES Composer", f"Save {what}?", parent=parent)
    box.setInformativeText("What was typed as a secret is forgotten if it is not saved.")
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = {buttons.Save.value: Leave.SAVE, buttons.Discard.value: Leave.DISCARD}.get(box.exec(), Leave.STAY)
    box.deleteLater()
    return answer


def ask_remove(parent: QWidget, account: Account) -> bool:
    """Ask whether an account is to go; waits for the answer."""
    box = QMessageBox(
        QMessageBox.Icon.Warning, "SES Composer", f"Remove the account “{isolated(account.name)}”?", parent=parent
    )
    secret = "Its secret goes from the keyring too. " if account.needs_secret else ""
    box.setInformativeText(f"{secret}Messages that were to go through it go nowhere until another is chosen.")
    remove = box.addButton("&Remove", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    is_wanted = box.clickedButton() is remove
    box.deleteLater()
    return is_wanted
