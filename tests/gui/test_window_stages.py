"""The first window of a start: painted before it has panes, complete soon after, and nothing typed is lost."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.message import Message
from sescomposer.gui import file_actions
from sescomposer.gui.dialogs.keep_draft import Keep
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.panes.header_form import HeaderForm
from sescomposer.services.sample import sample_message
from sescomposer.store.folders import Folders

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def make_window(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWindow]:
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.DISCARD)
    made: list[MainWindow] = []

    def make(message: Callable[[], Message] | None = None) -> MainWindow:
        window = MainWindow(services, message, staged=True)
        made.append(window)
        return window

    yield make
    for window in filter(isValid, made):
        window.complete()
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.waitUntil(partial(is_idle, window))
        window.close()
        window.deleteLater()


def is_idle(window: MainWindow) -> bool:
    return window.runner.running == 0


def panes(window: MainWindow) -> list[HeaderForm]:
    return window.findChildren(HeaderForm)


def test_panes_follow_the_paint(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    assert not panes(window)
    assert window.windowTitle() == "New message[*]"
    window.show()
    qtbot.waitUntil(lambda: bool(panes(window)) and panes(window)[0].isVisible())
    qtbot.waitUntil(lambda: window.focusWidget() is not None)
    assert window.is_untouched


def test_the_message_is_made_with_the_panes(make_window: MakeWindow, services: Services, qtbot: QtBot) -> None:
    message = sample_message(services.ids)
    window = make_window(lambda: message)
    window.show()
    window.complete()
    assert window.composer.message is message
    assert not window.is_untouched
    assert message.root.subject in window.windowTitle()


def test_what_is_typed_too_early_goes_where_the_focus_goes(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.show()
    QTest.keyClicks(window, "ada@example.org")
    assert not panes(window)
    window.complete()
    field = window.header_form.main["From"]
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert "ada@example.org" in (window.composer.root.header.get("From") or ""), field


def test_an_action_chosen_too_early_waits_for_nothing(make_window: MakeWindow) -> None:
    window = make_window()
    window.show()
    window.trigger("field")
    assert panes(window)
    assert window.header_form.rows


def test_a_window_can_be_closed_before_it_has_panes(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.show()
    with qtbot.waitSignal(window.closed):
        window.close()
