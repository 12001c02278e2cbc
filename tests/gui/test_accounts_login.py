"""What the window of the accounts tells of a login: words, statements, signing in again, cancelling."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from account_form import HUSH, KEYS, PROFILE, press, settle, type_in
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import DeniedError, LoginNeededError, SesComposerError
from sescomposer.core.road import Road
from sescomposer.gui.accounts.accounts_window import AccountsWindow
from sescomposer.services.account import Account, Secret, WayIn
from sescomposer.services.knowledge import Denied, Known, Quota

Open = Callable[[], AccountsWindow]


# --- testing -------------------------------------------------------------------------------------------------------

KNOWN = Known(
    "work",
    "eu-west-1",
    datetime(2026, 1, 1, tzinfo=UTC),
    caller="arn:aws:iam::1:user/ada",
    is_sandbox=True,
    quota=Quota(200, 1, 50),
    denied=(Denied("GetAccount", "ses:GetAccount", '{"Action": "ses:GetAccount"}', "no"),),
)


def log_in_as(services: Services, monkeypatch: pytest.MonkeyPatch, outcome: Known | str | SesComposerError) -> None:
    def log_in(account: Account) -> Known | str:
        assert threading.current_thread() is not threading.main_thread()
        if isinstance(outcome, SesComposerError):
            raise outcome
        return outcome

    monkeypatch.setattr(services, "log_in", log_in)


def test_a_login_is_told_in_words_with_what_is_denied(
    open_window: Open, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.accounts.add(KEYS, Secret(HUSH))
    log_in_as(services, monkeypatch, KNOWN)
    window = open_window()
    press(window, "test", qtbot)
    words = "\n".join(window.pane.outcome.sentences)
    assert "Logged in as arn:aws:iam::1:user/ada." in words
    assert "Sandbox" in words
    assert "150 of 200" in words
    buttons = [button for button in window.pane.outcome.findChildren(QPushButton) if "Copy" in button.text()]
    buttons[0].click()
    assert QGuiApplication.clipboard().text() == '{"Action": "ses:GetAccount"}'


def test_what_was_changed_is_saved_before_it_is_tested(
    open_window: Open, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in_as(services, monkeypatch, "email-smtp.us-east-1.amazonaws.com")
    window = open_window()
    window.pane.first_button.click()
    type_in(window, Account("smtp", WayIn.SMTP, "us-east-1", Road.SMTP, user="AKIAIOSFODNN7EXAMPLE"), HUSH)
    assert window.pane.buttons["test"].text() == "Save and &test"
    window.pane.buttons["test"].click()
    qtbot.waitUntil(lambda: bool(window.pane.outcome.sentences))
    assert "email-smtp.us-east-1.amazonaws.com" in window.pane.outcome.sentences[0]
    assert [account.name for account in services.accounts.all()] == ["smtp"]


def test_a_denied_call_shows_the_statement(
    open_window: Open, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.accounts.add(PROFILE)
    answer = ServiceAnswer(Road.SES_V2, "AccessDeniedException", "You shall not", 403)
    log_in_as(services, monkeypatch, DeniedError("It may not ask.", statement='{"x": 1}', answer=answer))
    window = open_window()
    press(window, "test", qtbot)
    assert window.pane.outcome.sentences == (
        "It may not ask.",
        "The service says: AccessDeniedException: You shall not",
        '{"x": 1}',
    )


def test_an_expired_sign_in_offers_to_sign_in_again(
    open_window: Open, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.accounts.add(PROFILE)
    log_in_as(services, monkeypatch, LoginNeededError("The sign-in has expired.", value="sso"))
    signed: list[str] = []
    monkeypatch.setattr(services, "sign_in", lambda profile, tell, progress: signed.append(profile))
    window = open_window()
    press(window, "test", qtbot)
    (button,) = [each for each in window.pane.outcome.findChildren(QPushButton) if "ign in" in each.text()]
    button.click()
    qtbot.waitUntil(lambda: signed == ["sso"])
    settle(window, qtbot)
    assert window.pane.outcome.sentences == ()


def test_a_login_that_takes_long_can_be_cancelled(
    open_window: Open, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.accounts.add(PROFILE)
    go_on = threading.Event()

    def log_in(account: Account) -> str:
        go_on.wait()
        return "late"

    monkeypatch.setattr(services, "log_in", log_in)
    window = open_window()
    window.pane.buttons["test"].click()
    assert not window.pane.form.isEnabled()
    assert not window.pane.buttons["save"].isEnabled()
    window.pane.progress.cancel_button.click()
    go_on.set()
    settle(window, qtbot)
    assert window.pane.outcome.sentences == ()
    assert window.pane.form.isEnabled()
