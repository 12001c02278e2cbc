"""The form of an account, filled in as a user does."""

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sescomposer.gui.accounts.accounts_window import AccountsWindow
from sescomposer.services.account import Account, WayIn

HUSH = "hush+/hush+hush"
KEYS = Account("work", WayIn.KEYS, "eu-west-1", user="AKIAIOSFODNN7EXAMPLE")
PROFILE = Account("home", WayIn.PROFILE, "eu-central-2", profile="sso")


def settle(window: AccountsWindow, qtbot: QtBot) -> None:
    """Wait until nothing runs any more."""
    qtbot.waitUntil(lambda: window.runner.running == 0)


def press(window: AccountsWindow, name: str, qtbot: QtBot) -> None:
    """Click a button, and wait for what it does."""
    window.pane.buttons[name].click()
    settle(window, qtbot)


def type_in(window: AccountsWindow, account: Account, secret: str = "") -> None:
    """Fill in the form as a user does."""
    form = window.pane.form
    form.way.ways[account.way_in].click()
    QTest.keyClicks(form.name_line, account.name)
    QTest.keyClicks(form.way.user_line, account.user)
    if account.profile:
        form.way.profile_box.setCurrentIndex(form.way.profile_box.findData(account.profile))
        form.way.profile_box.activated.emit(form.way.profile_box.currentIndex())
    QTest.keyClicks(form.way.secret_field.line, secret)
    form.place.region_box.choose(account.region)
    form.place.region_box.edited.emit()
    form.place.roads[account.road].click()
