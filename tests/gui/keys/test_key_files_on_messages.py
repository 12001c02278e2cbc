"""Files of keys that are dropped on a message, and what is told of keys when the program starts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.gui.drops import elsewhere
from sescomposer.gui.keys.expiry_notice import expiry_notice
from sescomposer.gui.keys.key_files_box import KeyFilesBox
from sescomposer.gui.keys.keys_window import KeysWindow
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.tasks import CancelToken, Context
from sescomposer.gui.windows import Windows
from sescomposer.services.account import Secret

if TYPE_CHECKING:
    from authority import Authority


def box_over(window: MainWindow) -> KeyFilesBox:
    (box,) = window.findChildren(KeyFilesBox)
    return box


def test_what_becomes_of_them_is_said_beside_the_mouse() -> None:
    found = elsewhere([Path("ann.p12"), Path("a.pdf")])
    assert found.keys == (Path("ann.p12"),)
    assert found.words() == "Ask what ann.p12 is for, attach a.pdf"
    assert elsewhere([Path("a.pem"), Path("b.cer")]).words() == "Ask what 2 files of keys are for"


def test_they_are_attached_if_that_is_meant(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "public.asc"
    path.write_bytes(b"not read here")
    before = len(tuple(window.composer.root.walk()))
    window.take_dropped(elsewhere([path]))
    box_over(window).attach_button.click()
    qtbot.waitUntil(lambda: len(tuple(window.composer.root.walk())) > before)


def test_they_are_imported_if_that_is_meant(
    window: MainWindow, services: Services, authority: "Authority", keyring: object, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "bob.cer"
    path.write_bytes(authority.leaf("bob@example.com", kind="p256").certificate.der)
    window.take_dropped(elsewhere([path]))
    box_over(window).import_button.click()
    qtbot.waitUntil(lambda: len(services.people.all()) == 1)
    shown = KeysWindow.shown()
    assert shown is not None
    qtbot.waitUntil(lambda: shown.runner.running == 0)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    shown.close()
    shown.deleteLater()


def test_nothing_happens_if_it_is_given_up(window: MainWindow) -> None:
    root = window.composer.root
    window.take_dropped(elsewhere([Path("/nowhere/ann.p12")]))
    box_over(window).reject()
    assert window.composer.root is root
    assert KeysWindow.shown() is None


def test_the_action_opens_the_window(window: MainWindow, keyring: object, qtbot: QtBot) -> None:
    window.trigger("keys")
    shown = KeysWindow.shown()
    assert shown is not None
    qtbot.waitUntil(lambda: shown.runner.running == 0)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    shown.close()
    shown.deleteLater()


# --- at the start ---------------------------------------------------------------------------------------------------


@pytest.fixture
def notice(services: Services, keyring: object) -> Callable[[], tuple[str, str]]:
    """Give what is told at a start."""
    return lambda: expiry_notice(services, Context(CancelToken(), lambda done, total: None))


def test_without_keys_nothing_is_read_or_told(
    notice: Callable[[], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Services, "keys", property(lambda self: pytest.fail("was read")))
    assert notice() == ("", "")


@pytest.mark.parametrize(
    "days, words, kind",
    [(29, "ends in 29 days", "note"), (6, "ends in 6 days", "warning"), (-2, "has expired on", "warning")],
)
def test_a_key_that_ends_is_told(
    services: Services,
    authority: "Authority",
    notice: Callable[[], tuple[str, str]],
    days: int,
    words: str,
    kind: str,
) -> None:
    pair = authority.leaf(kind="p256", not_after=authority.now + timedelta(days=days, hours=1))
    services.keys.import_file(authority.p12(pair), Secret("secret"))
    sentence, told = notice()
    assert words in sentence
    assert "Ctrl+Shift+J" in sentence
    assert told == kind


@pytest.mark.parametrize("days", [31, -40])
def test_one_that_ends_late_or_ended_long_ago_is_not(
    services: Services, authority: "Authority", notice: Callable[[], tuple[str, str]], days: int
) -> None:
    pair = authority.leaf(kind="p256", not_after=authority.now + timedelta(days=days))
    services.keys.import_file(authority.p12(pair), Secret("secret"))
    assert notice() == ("", "")


def test_one_with_a_successor_is_not(
    services: Services, authority: "Authority", notice: Callable[[], tuple[str, str]]
) -> None:
    old = authority.leaf(kind="p256", not_after=authority.now + timedelta(days=3))
    for pair in (old, authority.leaf(kind="p256")):
        services.keys.import_file(authority.p12(pair), Secret("secret"))
    assert notice() == ("", "")


def test_many_are_told_in_short(
    services: Services, authority: "Authority", notice: Callable[[], tuple[str, str]]
) -> None:
    for number in range(5):
        until = authority.now + timedelta(days=3)
        pair = authority.leaf(f"user{number}@example.org", kind="p256", cn=f"User {number}", not_after=until)
        services.keys.import_file(authority.p12(pair), Secret("secret"))
    assert "So it is with 2 more." in notice()[0]


@pytest.fixture
def windows(services: Services, keyring: object, tmp_path: Path) -> Iterator[Windows]:
    """The windows of a process, without any."""
    made = Windows(services, str(tmp_path / "s"), None)  # type: ignore[arg-type]  # nothing is logged here
    yield made
    made._open.clear()
    made._runner.close()
    made._stop_listening()
    made.deleteLater()
    QApplication.processEvents()


def test_it_stands_above_the_message(
    windows: Windows,
    make_window: Callable[..., MainWindow],
    services: Services,
    authority: "Authority",
    qtbot: QtBot,
) -> None:
    pair = authority.leaf(kind="p256", not_after=authority.now + timedelta(days=6))
    services.keys.import_file(authority.p12(pair), Secret("secret"))
    window = make_window()
    windows._open.append(window)
    windows._look_for_expiring_keys()
    qtbot.waitUntil(lambda: any("Ann Example" in sentence for sentence in window.info.sentences))


def test_keys_that_nobody_uses_are_closed(windows: Windows, services: Services, authority: "Authority") -> None:
    windows._on_idle_keys()
    assert "keys" not in vars(services)
    entry = services.keys.import_file(authority.p12(authority.leaf(kind="p256")), Secret("secret"))
    services.keys.unlock(entry)
    clock = services.clock
    clock.time += timedelta(minutes=16)  # type: ignore[attr-defined]  # one that stands still
    windows._on_idle_keys()
    clock.time -= timedelta(minutes=16)  # type: ignore[attr-defined]
    assert not services.keys.is_open(entry)
