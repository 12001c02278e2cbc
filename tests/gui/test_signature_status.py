"""The status bar tells of the signature that an opened message came with, and leads to its facts."""

from collections.abc import Callable

import pytest
from authority import Authority
from protected_mail import ProtectedMail
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot
from still_clock import StillClock

from sescomposer.bootstrap import Services
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.gui.layers.reader import ReadingState
from sescomposer.gui.layers.words import verdict
from sescomposer.gui.main_window import MainWindow
from sescomposer.services.protection.protection_ports import nobody_asks

UNKNOWN = (
    b'Content-Type: multipart/signed; protocol="application/x-moon"; boundary=s\r\n\r\n'
    b"--s\r\n\r\nHi\r\n--s\r\nContent-Type: application/x-moon\r\n\r\nx\r\n--s--\r\n"
)


@pytest.fixture
def services(services: Services, authority: Authority) -> Services:
    services.clock = StillClock(authority.now)
    services.roots.add(authority.root)
    return services


def words(window: MainWindow) -> str:
    return window.status.protection.text()


def filled(window: MainWindow) -> QMenu:
    window.protection.menu.aboutToShow.emit()
    return window.protection.menu


@pytest.mark.parametrize(
    "made, said, level",
    [
        (ProtectedMail.ours, "signed already", ""),
        (ProtectedMail.tampered, "signed, not verified", "error"),
        (ProtectedMail.expired, "signed, not verified", "error"),
        (ProtectedMail.with_footer, "signature not all of it verified", "warning"),
        (lambda mail: UNKNOWN, "signed, not verified", "warning"),
    ],
    ids=["good", "tampered", "expired", "footer", "unknown"],
)
def test_a_signature_that_is_not_verified_is_not_told_as_one(
    made: Callable[[ProtectedMail], bytes],
    said: str,
    level: str,
    make_window: Callable[..., MainWindow],
    authority: Authority,
    qtbot: QtBot,
) -> None:
    window = make_window(Message(parse(made(ProtectedMail(authority)))))
    qtbot.waitUntil(lambda: window.composer.reader.state is ReadingState.READ)
    qtbot.waitUntil(lambda: words(window) == said)
    field = window.status.protection
    assert field.level == level
    menu = filled(window)
    opened = window.composer.reader.opened
    assert opened is not None
    assert (verdict(opened).sentence in field.accessibleDescription()) is bool(level)
    assert (verdict(opened).sentence in menu.actions()[0].text()) is bool(level)
    with qtbot.waitSignal(window.action["view_signature"].triggered):
        next(each for each in menu.actions() if each.text().startswith("Show si")).trigger()


def test_what_was_not_checked_is_told_and_what_is_chosen_comes_first(
    make_window: Callable[..., MainWindow], authority: Authority, qtbot: QtBot
) -> None:
    window = make_window(Message(parse(ProtectedMail(authority).tampered())))
    qtbot.waitUntil(lambda: words(window) == "signed, not verified")
    window.composer.reader.decrypt(nobody_asks)
    window.composer.reader.stop()
    assert words(window) == "signed, not checked"
    assert window.status.protection.level == "warning"
    window.action["sign"].trigger()
    qtbot.waitUntil(lambda: words(window) == "to be signed")
