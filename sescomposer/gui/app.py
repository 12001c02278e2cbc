"""Starts the window: crash hooks before anything else, one process for many windows, the rest after the first paint."""

import os
import signal
import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from sescomposer.core.errors import ExitCode, StoreError
from sescomposer.gui.crash import CrashReporter
from sescomposer.gui.garbage import GarbageCollector
from sescomposer.gui.socket_place import may_have_listener, socket_name
from sescomposer.gui.start_log import StartLog

_URL_SCHEMES = ("mailto:", "file:", "draft:")
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def main(arguments: list[str]) -> int:
    """Open a window for each argument, or hand the arguments to the process that is running already.

    Args:
        arguments: Words behind the program's name: message files, `file:` and `mailto:` URLs, options of Qt.

    Returns:
        The exit status, once the last window is closed.
    """
    log = StartLog(_begin_log)
    reporter = CrashReporter(log.fault)
    reporter.install()
    try:
        return _run(arguments, reporter, log)
    except Exception as error:
        # From a desktop nobody sees the terminal that the traceback goes to.
        _show_last(error, reporter, log)
        raise
    finally:
        reporter.uninstall()
        log.stop()


def _show_last(error: Exception, reporter: CrashReporter, log: StartLog) -> None:
    from sescomposer.gui.fault import fault_of

    fault = fault_of(error, "the start")
    log.fault(fault.report)
    if QApplication.instance() is not None:
        from sescomposer.gui.dialogs.crash_window import CrashWindow

        CrashWindow.show_fault(fault, reporter.log_folder).exec()


def absolute(argument: str) -> str:
    """Make an argument mean the same in a process with another working folder.

    >>> absolute("mailto:ada@example.org")
    'mailto:ada@example.org'
    >>> absolute("a.eml") == os.path.abspath("a.eml")
    True
    """
    return argument if argument.lower().startswith(_URL_SCHEMES) else os.path.abspath(argument)


def _run(arguments: list[str], reporter: CrashReporter, log: StartLog) -> int:
    if sys.platform.startswith("linux") and not any(map(os.environ.get, _DISPLAYS)) and "-platform" not in arguments:
        print("sescomposer: there is no display; `sescomposer --help` lists what works without.", file=sys.stderr)
        return ExitCode.NOTHING_DONE.value
    from sescomposer.bootstrap import make_services

    services = make_services()
    reporter.log_folder = services.folders.log
    app = make_application(arguments)
    wanted = [absolute(argument) for argument in app.arguments()[1:]]
    place = socket_name(services.folders.runtime, services.folders.data)
    if _handed_over(place, wanted):
        return ExitCode.FINE.value
    from sescomposer.gui.windows import Windows

    collector = GarbageCollector()
    windows = Windows(services, place, log)
    windows.open_first(wanted)
    status = app.exec()
    try:
        windows.close()
    except StoreError as error:
        # No window is left to say it in; what the journal held before can be recovered all the same.
        print(f"sescomposer: {error.sentence} {error.hint}".rstrip(), file=sys.stderr)
        status = error.exit_code.value
    collector.stop()
    return status


def make_application(arguments: list[str]) -> QApplication:
    """Make the application with its names; Ctrl+C in the terminal ends it (the journal keeps the drafts)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    app = QApplication(["sescomposer", *arguments])
    app.setApplicationName("sescomposer")
    app.setApplicationDisplayName("SES Composer")
    app.setDesktopFileName("sescomposer")
    return app


def _handed_over(place: str, arguments: list[str]) -> bool:
    if not may_have_listener(place):
        return False
    from sescomposer.gui.single import hand_over

    return hand_over(place, arguments)


def _begin_log() -> Callable[[], None]:
    from sescomposer.bootstrap import start_log

    return start_log()
