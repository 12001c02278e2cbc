"""The thread behind the journal: writes soon after something was noted, never more often than the interval."""

import threading
import time
from collections.abc import Callable

INTERVAL_SECONDS = 0.5
"""Least time between two writes; with the time of a write itself this stays below the second that may be lost."""

RETRY_SECONDS = 2.0
"""Time until a write that failed is tried again if nothing further is noted."""


class JournalWorker:
    """Calls `write` on a thread of its own.

    Args:
        write: Writes what was noted; gives whether nothing is left to write. Raises nothing.
    """

    def __init__(self, write: Callable[[], bool]) -> None:
        self._write = write
        self._changed = threading.Condition()
        self._noted = False
        self._closing = False
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        """Say that something was noted; starts the thread where none runs. Cheap."""
        with self._changed:
            self._noted = True
            if self._thread is None or not self._thread.is_alive():
                self._closing = False
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
            self._changed.notify()

    def stop(self) -> None:
        """Let the thread end and wait for it; what was noted and is not written stays so."""
        with self._changed:
            self._closing = True
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        wait: float | None = None
        while self._wait_for_note(wait):
            began = time.monotonic()
            wait = None if self._write() else RETRY_SECONDS
            if not self._wait_until(began + INTERVAL_SECONDS):
                return

    def _wait_for_note(self, seconds: float | None) -> bool:
        """Wait until something is noted, or so long; gives False when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._noted or self._closing, seconds)
            self._noted = False
            return not self._closing

    def _wait_until(self, moment: float) -> bool:
        """Wait until a moment of the monotonic clock; gives False when it is time to end."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._closing, max(0.0, moment - time.monotonic()))
