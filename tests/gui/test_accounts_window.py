"""The window of the accounts: form, validation, secrets, what is done on workers, what a login found."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from account_form import HUSH, KEYS, PROFILE, press, settle, type_in
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.road import Road
from sescomposer.gui.accounts import account_editing
from sescomposer.gui.accounts.account_editing import AccountEditing
from sescomposer.gui.accounts.accounts_window import AccountsWindow
from sescomposer.gui.accounts.leaving import Leave
from sescomposer.services.account import Account, EndpointKind, Secret, WayIn
from sescomposer.store.accounts import AccountsFile

Open = Callable[[], AccountsWindow]


def pages(window: AccountsWindow) -> int:
    return window.pane.pages.currentIndex()


def told(window: AccountsWindow, field: str) -> str:
    return window.pane.form.fields[field].problem.sentence


# --- adding and changing -------------------------------------------------------------------------------------------


def test_without_accounts_the_window_says_what_one_is_for(open_window: Open) -> None:
    window = open_window()
    assert pages(window) == 0
    assert "keyring" in window.pane.empty.words.text()
    window.pane.first_button.click()
    assert pages(window) == 1
    assert window.pane.form.name_line.hasFocus() or not window.isActiveWindow()
    assert not any(field.problem.sentence for field in window.pane.form.fields.values())


@pytest.mark.parametrize(
    "account, secret",
    [
        (KEYS, HUSH),
        (PROFILE, ""),
        (Account("env", WayIn.ENVIRONMENT, "us-east-1", Road.SES_V1), ""),
        (Account("smtp", WayIn.SMTP, "us-east-1", Road.SMTP, user="AKIAIOSFODNN7EXAMPLE"), HUSH),
    ],
    ids=lambda value: str(value.way_in) if isinstance(value, Account) else "",
)
def test_an_account_that_was_typed_is_kept_with_its_secret(
    open_window: Open, services: Services, keyring: Any, qtbot: QtBot, account: Account, secret: str
) -> None:
    window = open_window()
    window.pane.first_button.click()
    type_in(window, account, secret)
    press(window, "save", qtbot)
    assert services.accounts.all() == (account,)
    assert keyring.kept == ({account.name: Secret(secret)} if secret else {})
    assert threading.main_thread() not in keyring.threads
    assert window.editing.shown == account.name
    assert not window.pane.form.is_changed
    assert window.pane.list.count() == 1


def test_what_is_wrong_is_said_at_its_field_at_once(open_window: Open) -> None:
    window = open_window()
    window.pane.first_button.click()
    form = window.pane.form
    QTest.keyClicks(form.way.user_line, "ASIAIOSFODNN7EXAMPLE")
    assert "temporary" in told(window, "user")
    assert told(window, "name") == ""
    form.place.region_box.setEditText("Not a region")
    form.place.region_box.edited.emit()
    assert "not the name of a region" in told(window, "region")
    assert "not the name of a region" in form.place.region_box.accessibleDescription()


def test_saving_what_is_wrong_says_everything_and_keeps_nothing(
    open_window: Open, services: Services, qtbot: QtBot
) -> None:
    window = open_window()
    window.pane.first_button.click()
    QTest.keyClicks(window.pane.form.name_line, "x")
    press(window, "save", qtbot)
    assert services.accounts.all() == ()
    assert told(window, "user")
    assert told(window, "secret")
    assert told(window, "region")


def test_an_account_can_be_renamed_and_keeps_its_secret(
    open_window: Open, services: Services, keyring: Any, qtbot: QtBot
) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    window.pane.form.name_line.setFocus()
    QTest.keyClicks(window.pane.form.name_line, "2")
    window.pane.form.name_line.setText("other")
    window.pane.form.name_line.textEdited.emit("other")
    assert window.windowTitle().endswith("Accounts")
    assert window.isWindowModified()
    press(window, "save", qtbot)
    assert [account.name for account in services.accounts.all()] == ["other"]
    assert keyring.kept == {"other": Secret(HUSH)}


def test_reverting_shows_what_is_kept(open_window: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(PROFILE)
    window = open_window()
    QTest.keyClicks(window.pane.form.name_line, "x")
    press(window, "revert", qtbot)
    assert window.pane.form.account == PROFILE
    assert not window.isWindowModified()


def test_a_copy_has_another_name_and_no_secret(open_window: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    press(window, "duplicate", qtbot)
    assert window.pane.form.account.name == "work copy"
    assert window.pane.form.account.user == KEYS.user
    press(window, "save", qtbot)
    assert told(window, "secret")
    assert [account.name for account in services.accounts.all()] == ["work"]


def test_a_removed_account_takes_its_secret_along(
    open_window: Open, services: Services, keyring: Any, qtbot: QtBot
) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    services.accounts.add(PROFILE)
    window = open_window()
    press(window, "remove", qtbot)
    assert services.accounts.all() == (PROFILE,)
    assert keyring.kept == {}
    assert window.editing.shown == "home"
    press(window, "remove", qtbot)
    assert not window.pane.is_form_shown


@pytest.mark.parametrize("answer, name", [(Leave.STAY, "work"), (Leave.DISCARD, "home")])
def test_leaving_what_was_typed_is_asked_about(
    open_window: Open, services: Services, monkeypatch: pytest.MonkeyPatch, answer: Leave, name: str
) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    services.accounts.add(PROFILE)
    window = open_window()
    QTest.keyClicks(window.pane.form.name_line, "x")
    monkeypatch.setattr(account_editing, "ask_leave", lambda parent, name: answer)
    window.pane.list.setCurrentRow(1)
    assert window.editing.shown == name
    assert window.pane.list.current_name == name
    monkeypatch.setattr(account_editing, "ask_leave", lambda parent, name: Leave.DISCARD)


def test_what_another_window_changed_is_shown(open_window: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(PROFILE)
    window = open_window()
    services.accounts.add(KEYS, Secret(HUSH))
    qtbot.waitUntil(lambda: window.pane.list.count() == 2)


# --- what is offered -----------------------------------------------------------------------------------------------


def test_only_what_region_and_way_in_allow_is_enabled(open_window: Open) -> None:
    window = open_window()
    window.pane.first_button.click()
    place = window.pane.form.place
    place.region_box.choose("eu-central-2")
    place.region_box.edited.emit()
    assert not place.roads[Road.SMTP].isEnabled()
    assert "no SMTP interface" in place.reasons[Road.SMTP].text()
    assert "no SMTP interface" in place.roads[Road.SMTP].accessibleDescription()
    place.region_box.choose("eu-west-1")
    place.region_box.edited.emit()
    assert place.roads[Road.SMTP].isEnabled()
    window.pane.form.way.ways[WayIn.SMTP].click()
    assert place.chosen_road is Road.SMTP
    assert not place.roads[Road.SES_V2].isEnabled()
    assert place.port.isVisible()
    fips = place.endpoint_box.findData(EndpointKind.FIPS)
    assert not place.endpoint_box.model().flags(place.endpoint_box.model().index(fips, 0)) & Qt.ItemFlag.ItemIsEnabled


@pytest.mark.parametrize(
    "typed, name", [("Ireland", "eu-west-1"), ("EU-WEST-1", "eu-west-1"), ("xx-moon-1", "xx-moon-1")]
)
def test_a_region_is_found_by_place_or_name(open_window: Open, typed: str, name: str) -> None:
    window = open_window()
    window.pane.first_button.click()
    place = window.pane.form.place
    place.region_box.setEditText(typed)
    place.region_box.settle()
    place.region_box.edited.emit()
    assert place.region_box.name == name
    assert ("Not in our list" in place.region.help.text()) == (name == "xx-moon-1")


def test_profiles_are_offered_with_what_they_are(open_window: Open) -> None:
    window = open_window()
    window.pane.first_button.click()
    type_in(window, PROFILE)
    way = window.pane.form.way
    assert [way.profile_box.itemData(row) for row in range(way.profile_box.count())] == ["sso", "role"]
    assert way.profile.help.text() == "Single sign-on, https://start.example, region eu-west-1"


def test_the_region_of_a_profile_is_taken_where_none_was_named(open_window: Open) -> None:
    window = open_window()
    window.pane.first_button.click()
    form = window.pane.form
    form.way.ways[WayIn.PROFILE].click()
    form.way.profile_box.setCurrentIndex(0)
    form.way.profile_box.activated.emit(0)
    assert form.account.region == "eu-west-1"
    assert not form.place.reasons[Road.SMTP].text().startswith("The region")


def test_a_profile_that_is_gone_stays_and_is_marked(open_window: Open, services: Services) -> None:
    services.accounts.add(Account("old", WayIn.PROFILE, "eu-west-1", profile="gone"))
    window = open_window()
    assert window.pane.form.way.profile_box.currentText() == "gone: not on this machine"
    assert not window.pane.form.is_changed


# --- secrets -------------------------------------------------------------------------------------------------------


def test_a_secret_is_never_shown(open_window: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    field = window.pane.form.way.secret_field
    assert field.state_label.text() == "Kept in the keyring"
    assert field.line.text() == ""
    field.replace_button.click()
    QTest.keyClicks(field.line, "other")
    spoken = QAccessible.queryAccessibleInterface(field.line)
    assert "other" not in spoken.text(QAccessible.Text.Value)
    field.line.selectAll()
    field.line.copy()
    assert "other" not in QGuiApplication.clipboard().text()
    assert "other" not in repr(window.pane.form.secret)
    press(window, "save", qtbot)
    assert field.line.text() == ""
    field.line.undo()
    assert field.line.text() == ""
    assert not any(HUSH in child.accessibleName() for child in window.findChildren(QWidget))


def test_a_replaced_secret_is_kept(open_window: Open, services: Services, keyring: Any, qtbot: QtBot) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    field = window.pane.form.way.secret_field
    field.replace_button.click()
    QTest.keyClicks(field.line, "  other ")
    press(window, "save", qtbot)
    assert keyring.kept == {"work": Secret("other")}


def test_a_removed_secret_is_missed(open_window: Open, services: Services, keyring: Any, qtbot: QtBot) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    window.pane.form.way.secret_field.remove_button.click()
    settle(window, qtbot)
    qtbot.waitUntil(lambda: told(window, "secret") != "")
    assert keyring.kept == {}
    assert services.accounts.all() == (KEYS,)


def test_that_there_is_no_keyring_is_said(open_window: Open, services: Services, keyring: Any) -> None:
    keyring.is_lasting, keyring.trouble = False, "There is no keyring: secrets are kept until the program ends."
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    assert window.pane.form.way.secret_field.state_label.text() == "Kept until the program ends"
    assert "no keyring" in window.pane.form.way.secret.help.text()


def test_a_locked_keyring_is_said_and_keeps_nothing(
    open_window: Open, services: Services, keyring: Any, qtbot: QtBot
) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    keyring.locked = "The keyring is locked."
    window = open_window()
    assert window.pane.notice.sentence == "The keyring is locked."
    window.pane.form.way.secret_field.replace_button.click()
    QTest.keyClicks(window.pane.form.way.secret_field.line, "other")
    press(window, "save", qtbot)
    assert "The keyring is locked." in window.pane.outcome.sentences[0]
    assert window.pane.form.is_changed
    keyring.locked = ""
    assert keyring.kept == {"work": Secret(HUSH)}


# --- the window ----------------------------------------------------------------------------------------------------


def test_every_control_has_a_name(open_window: Open, services: Services) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    form = window.pane.form
    controls: list[QWidget] = [form.name_line, form.way.user_line, form.way.secret_field.line, form.way.profile_box]
    controls += [form.place.region_box, form.place.port_box, form.place.endpoint_box, form.place.url_line]
    controls += [form.mailboxes_edit, form.set_line, form.bundle_line, window.pane.list]
    assert all(control.accessibleName() for control in controls)
    assert all(button.text() and button.toolTip() for button in window.pane.buttons.values())


def test_the_form_is_walked_with_the_tab_key_from_top_to_bottom(open_window: Open, services: Services) -> None:
    services.accounts.add(PROFILE)
    window = open_window()
    form = window.pane.form
    wanted = [form.name_line, form.way.profile_box, form.place.region_box, form.place.endpoint_box, form.mailboxes_edit]
    seen: list[QWidget] = []
    widget: QWidget = form.name_line
    while widget not in seen:
        seen.append(widget)
        widget = widget.nextInFocusChain() or form.name_line
    places = [seen.index(each) for each in wanted]
    assert places == sorted(places)


def test_names_of_any_length_and_direction_fit_a_small_screen(open_window: Open, services: Services) -> None:
    services.accounts.add(Account("\u05d3\u05d5\u05d0\u05e8 (work)", WayIn.ENVIRONMENT, "eu-west-1"))
    services.accounts.add(Account("long " * 19 + "long", WayIn.ENVIRONMENT, "eu-west-1"))
    window = open_window()
    window.resize(976, 640)
    assert window.width() == 976
    assert window.pane.list.item(0).text().startswith("\u2068")
    assert window.windowTitle().startswith("\u2068")


def test_there_is_one_window_a_process(services: Services, keyring: Any, qtbot: QtBot) -> None:
    services.accounts.add(PROFILE)
    services.accounts.add(KEYS, Secret(HUSH))
    window = AccountsWindow.show_for(services, None, "work")
    assert window.editing.shown == "work"
    assert AccountsWindow.show_for(services) is window
    assert isinstance(window.editing, AccountEditing)
    settle(window, qtbot)
    window.close()
    assert AccountsWindow.shown() is None


def test_what_is_to_be_typed_in_is_seen(open_window: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    settle(window, qtbot)
    window.resize(700, 420)
    form, view = window.pane.form, window.pane.scroller
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert form.name_line.visibleRegion().isEmpty()
    window.pane.buttons["add"].click()
    assert not form.name_line.visibleRegion().isEmpty()
    QTest.keyClicks(form.name_line, "home")
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    window.pane.buttons["save"].click()
    assert not form.way.user_line.visibleRegion().isEmpty()
    assert told(window, "region").startswith("The account needs a region.")


def test_what_another_program_adds_is_shown(open_window: Open, services: Services, qtbot: QtBot) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    window = open_window()
    settle(window, qtbot)
    services.secrets.set("other", Secret(HUSH))
    AccountsFile(services.folders.accounts).save((KEYS, replace(KEYS, name="other")))
    assert window.pane.list.count() == 1
    window.editing.look_again()
    settle(window, qtbot)
    assert window.pane.list.count() == 2
    assert "asking" not in window.pane.list.item(1).text()
    window.editing.look_again()
    assert window.runner.running == 0
