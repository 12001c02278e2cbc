"""Holds back what was confirmed, for as long as the setting says, so that it can be taken back."""

from PySide6.QtCore import QDeadlineTimer, QObject, QTimer, Signal, Slot

_TICK_MS = 100


class HoldBack(QObject):
    """Counts down once at a time.

    Signals:
        ticked(int, int): milliseconds that have passed, and all.
        over(): the time is over.
    """

    ticked = Signal(int, int)
    over = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all_ms = 0
        self._deadline = QDeadlineTimer()
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def begin(self, seconds: int) -> None:
        """Begin to count; the first tick comes before this returns."""
        self._all_ms = seconds * 1000
        self._deadline = QDeadlineTimer(self._all_ms)
        self._timer.start()
        self._on_tick()

    def stop(self) -> None:
        """Count no longer; nothing is told."""
        self._timer.stop()

    @Slot()
    def _on_tick(self) -> None:
        left_ms = self._deadline.remainingTime()
        if left_ms > 0:
            self.ticked.emit(self._all_ms - left_ms, self._all_ms)
        else:
            self.stop()
            self.over.emit()


def title_of(passed_ms: int, all_ms: int) -> str:
    """Say when it goes.

    >>> title_of(100, 30000), title_of(29500, 30000)
    ('Sending in 30 seconds', 'Sending in 1 second')
    """
    seconds = -(-(all_ms - passed_ms) // 1000)
    return f"Sending in {seconds} second{'s' if seconds != 1 else ''}"
