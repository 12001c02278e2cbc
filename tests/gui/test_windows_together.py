"""Real windows together: the first start, several windows and quitting, drafts that a crash left, damaged settings."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_hands import type_text

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.gui import file_actions
from sescomposer.gui.dialogs.keep_draft import Keep
from sescomposer.gui.drafts.restore_picker import RestorePicker
from sescomposer.gui.socket_place import socket_name
from sescomposer.gui.start_log import StartLog
from sescomposer.gui.windows import Windows
from sescomposer.services.settings import FIRST_START_DONE
from sescomposer.store.folders import Folders
from sescomposer.store.records import frame

Start = Callable[..., Windows]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.below(tmp_path)


@pytest.fixture
def start(qtbot: QtBot, folders: Folders, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.DISCARD)
    started: list[Windows] = []

    def make(*arguments: str, services: Services | None = None) -> Windows:
        services = services or make_services(folders)
        place = socket_name(folders.runtime, folders.data)
        windows = Windows(services, place, StartLog(lambda: lambda: None))
        monkeypatch.setattr(windows._log, "start", lambda: None)
        started.append(windows)
        windows.open_first(arguments)
        qtbot.waitUntil(lambda: windows._sweep.isActive())
        qtbot.waitUntil(lambda: windows._runner.running == 0)
        return windows

    yield make
    for windows in started:
        for window in windows.open_windows:
            window.close()
        windows.close()
        windows.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def leave_draft(folders: Folders, draft: str, text: bytes) -> None:
    """Leave what a process that was killed leaves: a log without its lock held."""
    services = make_services(folders)
    services.journal.note(draft, Message(parse(b"Subject: left\r\n\r\n" + text)))
    services.journal.close()


def test_the_first_start_shows_the_sample_in_tree_and_raw(start: Start, folders: Folders) -> None:
    windows = start()
    (window,) = windows.open_windows
    assert "Garden party" in window.windowTitle()
    assert window.views.shown_views() == ("source",)
    assert window.info.sentences == ("Send goes to the local inbox: nothing leaves this machine.",)
    assert make_services(folders).settings.get(FIRST_START_DONE)


def test_later_starts_show_an_empty_message(start: Start, folders: Folders) -> None:
    make_services(folders).settings.set(FIRST_START_DONE, True)
    (window,) = start().open_windows
    assert window.windowTitle().startswith("New message")
    assert window.is_untouched


def test_quit_stops_at_a_draft_that_is_to_be_kept(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = start()
    windows.open_arguments([])
    first, second = windows.open_windows
    type_text(first, "one")
    type_text(second, "two")
    answers = [Keep.DISCARD, Keep.CANCEL]
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: answers.pop(0))
    second.trigger("quit")
    assert len(windows.open_windows) == 1
    assert not answers
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.DISCARD)
    QApplication.closeAllWindows()
    assert not windows.open_windows


def picker_of(windows: Windows) -> RestorePicker:
    assert len(windows.open_windows) == 1
    shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, RestorePicker) and each.isVisible()]
    (picker,) = shown
    return picker


def test_one_draft_of_a_crash_comes_back_with_a_line(start: Start, folders: Folders, qtbot: QtBot) -> None:
    make_services(folders).settings.set(FIRST_START_DONE, True)
    leave_draft(folders, "one", b"first")
    (window,) = start().open_windows
    assert bytes(window.composer.root.octets).endswith(b"first")
    assert any(sentence.startswith("Recovered as of ") for sentence in window.info.sentences)
    assert window.isWindowModified()
    window.close()
    qtbot.waitUntil(lambda: not list(folders.journal.glob("*.log")))


def test_several_drafts_of_a_crash_are_chosen_from(start: Start, folders: Folders, qtbot: QtBot) -> None:
    make_services(folders).settings.set(FIRST_START_DONE, True)
    leave_draft(folders, "one", b"first")
    leave_draft(folders, "two", b"second")
    windows = start()
    picker_of(windows).all_button.click()
    first, second = windows.open_windows
    assert {bytes(window.composer.root.octets)[-6:] for window in (first, second)} == {b"\nfirst", b"second"}
    for window in (first, second):
        assert any(sentence.startswith("Recovered as of ") for sentence in window.info.sentences)
        assert window.isWindowModified()
    first.close()
    qtbot.waitUntil(lambda: len(list(folders.journal.glob("*.log"))) == 1)


def test_a_damaged_journal_says_what_is_missing(start: Start, folders: Folders) -> None:
    make_services(folders).settings.set(FIRST_START_DONE, True)
    leave_draft(folders, "one", b"first")
    (log,) = folders.journal.glob("*.log")
    log.write_bytes(log.read_bytes() + b"cut in the mid")
    windows = start()
    picker = picker_of(windows)
    assert "could not be read" in picker.words.text()
    picker.all_button.click()
    (window,) = windows.open_windows
    assert any("could not be read" in sentence for sentence in window.info.sentences)
    assert bytes(window.composer.root.octets).endswith(b"first")


def test_a_journal_of_a_newer_version_is_left_alone_and_told(start: Start, folders: Folders) -> None:
    make_services(folders).settings.set(FIRST_START_DONE, True)
    leave_draft(folders, "one", b"first")
    (log,) = folders.journal.glob("*.log")
    log.write_bytes(frame({"format": "journal", "schema": 99, "draft": "one"}))
    (window,) = start().open_windows
    assert window.is_untouched
    assert any("newer" in sentence for sentence in window.info.sentences)
    assert log.exists()


def test_damaged_settings_are_told_and_left_as_they_are(start: Start, folders: Folders) -> None:
    folders.settings.parent.mkdir(parents=True)
    folders.settings.write_text("schema = 1\n[window\n", encoding="utf-8")
    windows = start()
    (window,) = windows.open_windows
    assert any(str(folders.settings) in sentence for sentence in window.info.sentences)
    window.close()
    assert folders.settings.read_text(encoding="utf-8") == "schema = 1\n[window\n"
