"""The log of the window's process: it begins after the first paint, or earlier if there is something to write."""

import sys
from collections.abc import Callable

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from sescomposer.core.errors import StoreError


class StartLog:
    """Begins the log file once, when it is first needed.

    Args:
        begin: Opens the log file and gives what ends it; raises `StoreError`.
    """

    def __init__(self, begin: Callable[[], Callable[[], None]]) -> None:
        self._begin = begin
        self._end: Callable[[], None] | None = None

    def start(self) -> None:
        """Open the log file and send Qt's own messages there; without a log folder, both go to standard error."""
        if self._end is not None:
            return
        try:
            self._end = self._begin()
        except StoreError as error:
            print(f"sescomposer: {error.sentence} {error.hint}", file=sys.stderr)
            self._end = _nothing
        qInstallMessageHandler(_on_qt_message)

    def fault(self, report: str) -> None:
        """Write a redacted fault report; may be called on any thread."""
        import logging

        self.start()
        logging.getLogger("sescomposer.fault").error("%s", report)

    def stop(self) -> None:
        """Close the log file and give Qt its messages back."""
        if self._end is not None:
            qInstallMessageHandler(None)
            self._end()
            self._end = None


def _nothing() -> None:
    """End a log that never began."""


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    import logging

    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    logging.getLogger(f"qt.{context.category or 'default'}").log(levels.get(kind, logging.ERROR), "%s", text)
