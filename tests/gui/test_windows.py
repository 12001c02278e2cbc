"""Windows of the process: arguments, later starts, recovery; with a window that only notes what it was asked."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStatusBar, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.errors import OperationCancelledError, SesComposerError
from sescomposer.core.message import Message
from sescomposer.core.progress import NO_PROGRESS
from sescomposer.core.protection.certificates.pair_octets import read_pair
from sescomposer.gui import theme
from sescomposer.gui.socket_place import socket_name
from sescomposer.gui.start_log import StartLog
from sescomposer.gui.windows import Windows, _put_beside
from sescomposer.services.settings import APPEARANCE, FIRST_START_DONE, Appearance
from sescomposer.store.folders import Folders


class FakeFiles:
    def __init__(self) -> None:
        self.opened: list[Path] = []

    def open_path(self, path: Path) -> None:
        self.opened.append(path)


class FakeWindow(QWidget):
    window_wanted = Signal(object)
    closed = Signal(object)

    def __init__(self, services: Services, message: Message | None = None, **keywords: Any) -> None:
        super().__init__()
        self.message = message
        self.keywords = keywords
        self.files = FakeFiles()
        self.errors: list[SesComposerError] = []
        self.told: list[tuple[str, str]] = []
        self.is_untouched = False
        self.bar = QStatusBar(self)

    def statusBar(self) -> QStatusBar:
        return self.bar

    def tell(self, sentence: str, kind: str = "note") -> None:
        self.told.append((sentence, kind))

    def show_error(self, error: SesComposerError) -> None:
        self.errors.append(error)


FRAME = 60


class FramedWindow(QWidget):
    """A window whose frame adds to its height below the screen's edge."""

    def frameGeometry(self) -> QRect:
        return self.geometry().adjusted(0, -FRAME, 0, 0)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return make_services(Folders.below(tmp_path))


@pytest.fixture
def windows(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Windows]:
    fake = ModuleType("sescomposer.gui.main_window")
    fake.MainWindow = FakeWindow  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sescomposer.gui.main_window", fake)
    place = socket_name(services.folders.runtime, services.folders.data)
    ended: list[int] = []
    made = Windows(services, place, StartLog(lambda: lambda: ended.append(1)))
    monkeypatch.setattr(made._log, "start", lambda: None)
    yield made
    for window in made.open_windows:
        window.close()
        window.deleteLater()
    qtbot.waitUntil(lambda: made._runner.running == 0)
    made.close()
    made.deleteLater()


def opened(windows: Windows) -> list[Any]:
    return list(windows.open_windows)


def test_keys_are_worked_on_beside_the_window(windows: Windows, services: Services) -> None:
    assert windows
    assert services.aside is services.child_processes
    services.stop_aside()
    with pytest.raises(OperationCancelledError):
        services.aside(NO_PROGRESS, read_pair, b"", None)


def test_first_start_shows_the_sample_and_the_next_an_empty_message(windows: Windows, services: Services) -> None:
    windows.open_first([])
    assert opened(windows)[0].message is not None
    windows._tell_settings()
    assert services.settings.get(FIRST_START_DONE)
    windows.open_first([])
    assert opened(windows)[1].message is None


def test_arguments_open_a_window_each(windows: Windows) -> None:
    windows.open_first(["/a/b.eml", "file:///c%20d.eml", "mailto:ada@example.org?subject=Hi&bcc=spy@example.org"])
    first, second, third = opened(windows)
    assert first.files.opened == [Path("/a/b.eml")]
    assert second.files.opened == [Path("/c d.eml")]
    assert third.message.root.header.get("Subject") == "Hi"
    assert "bcc" in third.told[0][0]


def test_bad_link_is_told(windows: Windows) -> None:
    windows.open_arguments(["mailto:a@example.org?subject=%00"])
    window = opened(windows)[0]
    assert window.errors or window.message is not None


def test_windows_ask_for_windows_and_close(windows: Windows, services: Services, qtbot: QtBot) -> None:
    windows.open_arguments([])
    first = opened(windows)[0]
    message = services.documents.new()
    first.window_wanted.emit(None)
    first.window_wanted.emit(message)
    first.window_wanted.emit((message, Path("/x.eml")))
    assert [window.message for window in opened(windows)] == [None, None, message, message]
    assert opened(windows)[3].keywords == {"path": Path("/x.eml")}
    first.closed.emit(first)
    assert first not in opened(windows)
    qtbot.addWidget(first)


def test_draft_of_a_crash_comes_back(windows: Windows, monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    from sescomposer.services.ports import RecoveredDraft

    message = services.documents.new()
    draft = RecoveredDraft("d1", services.clock.now(), message, Path("/x.eml"))
    windows._on_recovered((draft,))
    window = opened(windows)[0]
    assert window.message is message
    assert window.keywords == {"path": Path("/x.eml"), "draft": "d1", "saved": False}
    assert "was open when the program ended" in window.told[0][0]
    assert window.told[0][1] == "note"


def test_appearance_follows_the_setting(windows: Windows, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(theme, "set_scheme", seen.append)
    services.settings.set(APPEARANCE, Appearance.DARK)
    services.settings.set(FIRST_START_DONE, True)
    services.settings.set(APPEARANCE, Appearance.SYSTEM)
    assert seen == ["dark", "system"]


def test_the_next_window_stays_on_the_screen_with_its_frame(windows: Windows, qtbot: QtBot) -> None:
    """Behind a window low on the screen, and as high as the screen."""
    screen = QGuiApplication.primaryScreen().availableGeometry()
    before, after = FramedWindow(), FakeWindow(windows._services)
    qtbot.addWidget(before)
    qtbot.addWidget(after)
    before.setGeometry(40, FRAME + 30, 400, screen.height() - 100)
    after.resize(400, screen.height() - 100)
    _put_beside(after, before)  # type: ignore[arg-type]
    assert after.pos() == screen.topLeft()
    assert after.height() == screen.height() - 100
    after.resize(400, screen.height() - 10)
    _put_beside(after, before)  # type: ignore[arg-type]
    assert after.height() + FRAME <= screen.height()
    after.resize(300, 200)
    _put_beside(after, before)  # type: ignore[arg-type]
    assert after.pos() == before.frameGeometry().topLeft() + QPoint(32, 32)


def test_a_file_that_is_open_is_not_opened_again(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sescomposer.gui.open_files.window_with", lambda path: opened(windows)[0] if opened(windows) else None
    )
    windows.open_arguments(["/a/b.eml"])
    windows.open_arguments(["/a/b.eml"])
    (window,) = opened(windows)
    assert "open here" in window.statusBar().currentMessage()
