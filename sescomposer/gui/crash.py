"""Faults of ours, shown once each: hooks for every thread, and a window with a report to copy.

A hook may run on any thread, so it only describes the fault, logs it, and emits a signal; the window is opened on the
thread of the application.
"""

import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from sescomposer.gui.fault import Fault


class CrashReporter(QObject):
    """Takes over Python's hooks for uncaught exceptions, logs each fault and shows each kind of fault once.

    Args:
        log: Called with the redacted report of every fault, on the thread where it surfaced.
        log_folder: Where the log lies, for the window's button.

    Signals:
        faulted(object): a `Fault`, on the thread where it surfaced.
    """

    faulted = Signal(object)

    def __init__(self, log: Callable[[str], None], log_folder: Path | None = None) -> None:
        super().__init__()
        self._log = log
        self.log_folder = log_folder
        self._seen: dict[str, int] = {}
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self.faulted.connect(self._on_faulted)

    def install(self) -> None:
        """Take over the hooks; `report` of this module goes here from now on."""
        global _installed
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        _installed = self

    def uninstall(self) -> None:
        """Give the hooks back."""
        global _installed
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks
        _installed = None

    def report(self, error: BaseException, origin: str = "a task") -> None:
        """Log a fault and have it shown; may be called on any thread."""
        from sescomposer.gui.fault import fault_of

        fault = fault_of(error, origin)
        self._log(fault.report)
        self.faulted.emit(fault)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        self.report(error.with_traceback(trace), "the window")

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
            name = arguments.thread.name if arguments.thread else "unknown"
            self.report(arguments.exc_value, f"thread {name}")

    def _on_unraisable(self, arguments: "sys.UnraisableHookArgs") -> None:
        if arguments.exc_value is not None:
            self.report(arguments.exc_value, arguments.err_msg or "an object that was being removed")

    @Slot(object)
    def _on_faulted(self, fault: "Fault") -> None:
        times = self._seen[fault.place] = self._seen.get(fault.place, 0) + 1
        if times == 1 and QCoreApplication.instance() is not None:
            # Not from within what went wrong. (A queued connection says the same, but its name loads every name of Qt.)
            QTimer.singleShot(0, partial(self._show, fault))

    def _show(self, fault: "Fault") -> None:
        from sescomposer.gui.dialogs.crash_window import CrashWindow

        CrashWindow.show_fault(fault, self.log_folder)


_installed: CrashReporter | None = None


def report(error: BaseException) -> None:
    """Log and show a fault that a task ended with; without a reporter it goes to `sys.excepthook`."""
    if _installed is not None:
        _installed.report(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)
