"""Collects cyclic garbage on the window's thread alone.

Python collects on whatever thread happens to allocate. A widget that only a cycle holds would then be destroyed by a
worker while it is painted, which ends the process.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 1000


class GarbageCollector(QObject):
    """Switches Python's own collecting off as long as it lives, and collects by the same thresholds once a second."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_INTERVAL_MS)

    @Slot()
    def collect(self) -> int:
        """Collect the oldest generation that is due; gives its number, -1 if none is."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [generation for generation in range(3) if counts[generation] > thresholds[generation] > 0]
        if not due:
            return -1
        gc.collect(due[-1])
        return due[-1]

    def stop(self) -> None:
        """Give collecting back to Python."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
