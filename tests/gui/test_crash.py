"""Faults: caught on every thread, logged and shown once, without secrets."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from sescomposer.gui import crash
from sescomposer.gui.crash import CrashReporter
from sescomposer.gui.dialogs.crash_window import CrashWindow
from sescomposer.gui.fault import fault_of

SECRET = "hunter2"


def failing() -> None:
    raise ValueError(f"password={SECRET} of ada@example.org")


def raised() -> BaseException:
    try:
        failing()
    except ValueError as error:
        return error
    raise AssertionError


@pytest.fixture
def logged() -> list[str]:
    return []


@pytest.fixture
def reporter(qtbot: QtBot, logged: list[str]) -> Iterator[CrashReporter]:
    made = CrashReporter(logged.append)
    made.install()
    yield made
    made.uninstall()
    for window in list(CrashWindow.open_windows):
        window.close()


def test_report_names_place_and_versions_and_hides_secrets() -> None:
    fault = fault_of(raised(), "the window")
    assert "in failing" in fault.report
    assert "SES Composer" in fault.report
    assert "Qt" in fault.report
    assert SECRET not in fault.report + fault.sentence
    assert "ada@example.org" not in fault.report + fault.sentence
    assert fault.sentence == "ValueError: password=[hidden] of [address]"


def test_hooks_are_given_back(qtbot: QtBot) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    logged: list[str] = []
    reporter = CrashReporter(logged.append)
    reporter.install()
    assert sys.excepthook != before[0]
    reporter.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_same_fault_is_logged_each_time_and_shown_once(
    qtbot: QtBot, reporter: CrashReporter, logged: list[str]
) -> None:
    for _ in range(3):
        error = raised()
        sys.excepthook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: len(CrashWindow.open_windows) == 1)
    assert len(logged) == 3
    crash.report(ZeroDivisionError("another"))
    qtbot.waitUntil(lambda: len(CrashWindow.open_windows) == 2)


def test_fault_of_a_thread_is_shown(qtbot: QtBot, reporter: CrashReporter, logged: list[str]) -> None:
    thread = threading.Thread(target=failing, name="worker-7")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(CrashWindow.open_windows) == 1)
    assert "thread worker-7" in logged[0]


def test_unraisable_fault_is_shown(qtbot: QtBot, reporter: CrashReporter, logged: list[str]) -> None:
    class Bad:
        def __del__(self) -> None:
            failing()

    bad = Bad()
    del bad
    qtbot.waitUntil(lambda: len(CrashWindow.open_windows) == 1)
    assert len(logged) == 1


def test_interrupt_is_no_fault(qtbot: QtBot, reporter: CrashReporter, logged: list[str]) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert logged == []


def test_report_can_be_copied(qtbot: QtBot) -> None:
    window = CrashWindow.show_fault(fault_of(raised(), "the window"))
    with qtbot.waitExposed(window):
        pass
    window.copy_button.click()
    assert "in failing" in QGuiApplication.clipboard().text()
    assert SECRET not in window.report.toPlainText()
    window.close()
    assert window not in CrashWindow.open_windows


def test_report_without_a_reporter_goes_to_the_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    error = raised()
    crash.report(error)
    assert seen == [error]
