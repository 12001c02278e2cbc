"""Which account a window uses: button, menu, status bar, notices; one step of undo for each choice."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.errors import StoreError
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.gui.main_window import MainWindow
from sescomposer.services.account import Account, WayIn
from sescomposer.services.knowledge import Known
from sescomposer.services.settings import LOCAL_INBOX_NOTICE, ROAD

LETTER = b"From: ada@example.org\r\nTo: bo@example.org\r\nSubject: Plan\r\n\r\nHi\r\n"
WORK = Account("work", WayIn.ENVIRONMENT, "eu-west-1")
OLD = Account("old & slow", WayIn.ENVIRONMENT, "us-east-1", Road.SES_V1, mailboxes=("Ada <ada@example.org>",))
NOTICE = "Send goes to the local inbox: nothing leaves this machine."
SANDBOX = Known("work", "eu-west-1", datetime(2026, 1, 1, tzinfo=UTC), is_sandbox=True)
Make = Callable[..., MainWindow]


@pytest.fixture
def make(services: Services, keep_window: Callable[[MainWindow], MainWindow]) -> Make:
    return lambda **keywords: keep_window(MainWindow(services, Message(parse(LETTER)), **keywords))


def is_idle(window: MainWindow) -> bool:
    return window.runner.running == 0


def road(window: MainWindow) -> Road:
    return window.composer.road


def chosen(window: MainWindow) -> str | None:
    return window.composer.message.account


def menu(window: MainWindow) -> list[QAction]:
    window._account.button.menu().aboutToShow.emit()
    return [action for action in window._account.button.menu().actions() if not action.isSeparator()]


def test_without_an_account_the_button_names_the_local_inbox(make: Make) -> None:
    window = make()
    assert window._account.button.words == "To local inbox"
    assert window.status.region.text() == "local inbox"
    assert window.status.road.isEnabled()
    assert [action.text() for action in menu(window)] == [
        "Local inbox",
        "Why this one: no account was chosen.",
        "A&bout the account...",
        "&Accounts...",
    ]


def test_the_button_stands_before_the_local_inbox(make: Make) -> None:
    window = make()
    buttons = [window.toolbar.widgetForAction(action) for action in window.toolbar.actions()]
    after = window.toolbar.widgetForAction(window.action["inbox"])
    assert buttons[buttons.index(after) - 1] is window._account.button


def test_choosing_is_one_step_of_undo(make: Make, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(WORK)
    services.accounts.add(Account("other", WayIn.ENVIRONMENT, "us-east-1", Road.SES_V1))
    window = make()
    entry = next(action for action in menu(window) if action.data() == "other")
    assert entry.text() == "other: us-east-1, SES API v1"
    entry.trigger()
    assert chosen(window) == "other"
    assert window._account.button.words == "other, us-east-1"
    assert road(window) is Road.SES_V1
    assert (window.status.region.text(), window.status.road.isEnabled()) == ("us-east-1", False)
    assert "SES API v1" in window.status.road.toolTip()
    assert next(action for action in menu(window) if action.data() == "other").isChecked()
    window.trigger("undo")
    assert chosen(window) is None
    assert road(window) is Road.SES_V2
    assert window.status.road.isEnabled()


def test_a_sandbox_is_shown(make: Make, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(WORK)
    window = make()
    window.account_choice.choose("work")
    qtbot.waitUntil(partial(is_idle, window))
    window.account_choice.show_known(SANDBOX)
    button = window._account.button
    assert button.words == "work, eu-west-1, sandbox"
    assert "sandbox" in button.accessibleName()
    assert "verified addresses" in button.toolTip()


def test_the_account_of_a_from_address_is_used_and_says_why(make: Make, services: Services) -> None:
    services.accounts.add(OLD)
    window = make()
    assert window.account_choice.account == OLD
    assert window._account.button.words == "old & slow, us-east-1"
    assert window._account.button.text() == "old && slow, us-east-1"
    assert any("ada@example.org" in action.text() for action in menu(window))


def test_the_notice_of_the_local_inbox_goes_with_the_choice(make: Make, services: Services) -> None:
    services.accounts.add(WORK)
    window = make()
    assert NOTICE in window.info.sentences
    window.account_choice.choose("work")
    assert NOTICE not in window.info.sentences
    window.account_choice.choose("")
    assert NOTICE in window.info.sentences
    services.settings.set(LOCAL_INBOX_NOTICE, False)
    assert NOTICE not in window.info.sentences


def test_an_account_that_is_gone_is_told(make: Make, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(WORK)
    window = make()
    window.account_choice.choose("work")
    qtbot.waitUntil(partial(is_idle, window))
    services.accounts.remove("work")
    qtbot.waitUntil(lambda: window._account.button.words == "No account")
    assert any("no account 'work'" in sentence for sentence in window.info.sentences)
    window.account_choice.choose("")
    assert window._account.button.words == "To local inbox"
    assert not any("no account" in sentence for sentence in window.info.sentences)


def test_an_account_that_goes_while_the_menu_is_open_is_refused(make: Make, services: Services) -> None:
    services.accounts.add(WORK)
    window = make()
    entry = next(action for action in menu(window) if action.data() == "work")
    services.accounts.remove("work")
    refused: list[object] = []
    window._account.button.refused.disconnect()
    window._account.button.refused.connect(refused.append)
    entry.trigger()
    assert len(refused) + (window.composer.message.account == "work") == 1


def test_the_road_of_the_account_outlasts_the_setting(make: Make, services: Services) -> None:
    services.accounts.add(Account("v1", WayIn.ENVIRONMENT, "us-east-1", Road.SES_V1))
    window = make()
    window.account_choice.choose("v1")
    services.settings.set(ROAD, Road.SMTP)
    assert road(window) is Road.SES_V1
    window.account_choice.choose("")
    assert road(window) is Road.SMTP


def test_a_long_name_is_elided_and_whole_in_the_tip(make: Make, services: Services) -> None:
    name = "a very long name of an account that nobody needs to read in whole"
    services.accounts.add(Account(name, WayIn.ENVIRONMENT, "eu-west-1"))
    window = make()
    window.resize(1024, 700)
    window.account_choice.choose(name)
    button = window._account.button
    assert button.sizeHint().width() <= 288
    assert name in button.toolTip()
    assert button._elided(200).endswith(", eu-west-1")
    assert button._elided(10_000) in ("", "\N{HORIZONTAL ELLIPSIS}")
    assert not button.grab().isNull()


def test_the_accounts_are_opened_from_menu_and_status_bar(
    make: Make, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sescomposer.gui.accounts.accounts_window import AccountsWindow

    services.accounts.add(WORK)
    window = make()
    window.account_choice.choose("work")
    shown: list[tuple[object, ...]] = []
    opened = AccountsWindow(services)

    def show_for(*arguments: object) -> AccountsWindow:
        shown.append(arguments)
        return opened

    monkeypatch.setattr(AccountsWindow, "show_for", show_for)
    window.trigger("accounts")
    window.status.region.click()
    assert shown == [(services, window, "work")] * 2
    opened.close()


# --- what else the window learnt -----------------------------------------------------------------------------------


def test_a_right_to_left_subject_is_set_apart_in_the_title(make: Make, qtbot: QtBot) -> None:
    window = make()
    subject = "\u05e9\u05dc\u05d5\u05dd"
    window.open_message(Message(parse(f"Subject: {subject}\r\n\r\n".encode())), Path("/x/a.eml"))
    assert window.windowTitle() == f"\u2068{subject}\u2069 \N{EM DASH} a.eml[*]"


def test_an_error_in_the_status_bar_goes_when_the_work_goes_on(make: Make) -> None:
    window = make()
    window.show_error(StoreError("One file was not attached."))
    assert window.statusBar().currentMessage() == "One file was not attached."
    window.composer.edit_root(lambda root: parse(LETTER + b"more"), "edit text")
    assert window.statusBar().currentMessage() == ""


def test_a_window_that_could_not_be_made_tells_one_fault_and_closes(
    services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MainWindow, "_show_panes", lambda self, path: 1 / 0)
    window = MainWindow(services, staged=True)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    with pytest.raises(ZeroDivisionError):
        window.complete()
    window.complete()
    window.tell("A sentence")
    assert not window.is_untouched
    window.trigger("help")
    with qtbot.waitSignal(window.closed, raising=False, timeout=1):
        window.close()
    assert not window.isVisible()
    window.deleteLater()
