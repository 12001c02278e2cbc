"""Runs searches for a raw view: what is near is found at once, the rest on a worker that a newer search cancels."""

from PySide6.QtCore import QObject, Signal, Slot

from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.gui.panes import raw_search
from sescomposer.gui.tasks import Context, Task, TaskRunner

NEAR_OCTETS = 1024 * 1024


class Finder(QObject):
    """One search at a time.

    Signals:
        found(object, object, bool): start and stop (int) of what was found, and whether the search went round the end.
        missed(): there is none.
        searching(): a worker goes on; `found` or `missed` follow unless it is cancelled.
    """

    found = Signal(object, object, bool)
    missed = Signal()
    searching = Signal()

    def __init__(self, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._task: Task | None = None
        self._length = 0
        self._start = 0
        self._forward = True

    @property
    def is_searching(self) -> bool:
        """Whether a worker is searching."""
        return self._task is not None

    def search(self, octets: Octets, needle: bytes, start: int, *, forward: bool, fold_case: bool) -> None:
        """Search from an offset on, forward or backward, and round the end; an earlier search is cancelled."""
        self.cancel()
        self._length, self._start, self._forward = len(needle), start, forward
        if not needle:
            return
        size = len(octets)
        near_stop = min(start + NEAR_OCTETS, size) if forward else start
        near_start = start if forward else max(start - NEAR_OCTETS, 0)
        find = raw_search.find if forward else raw_search.find_last
        near = find(octets, needle, near_start, near_stop, fold_case=fold_case)
        if near >= 0:
            self._tell(near)
        elif size <= NEAR_OCTETS:
            self._tell(_search(octets, needle, start, forward, fold_case, NO_PROGRESS))
        else:
            self._go_on(octets, needle, start, forward, fold_case)

    def cancel(self) -> None:
        """Forget the search that is under way."""
        if self._task is not None:
            self._task.succeeded.disconnect(self._on_succeeded)
            self._task.cancel()
            self._task = None

    def _go_on(self, octets: Octets, needle: bytes, start: int, forward: bool, fold_case: bool) -> None:
        def operation(context: Context) -> int:
            return _search(octets, needle, start, forward, fold_case, context)

        self._task = self._runner.start(operation)
        self._task.succeeded.connect(self._on_succeeded)
        self.searching.emit()

    @Slot(object)
    def _on_succeeded(self, at: int) -> None:
        self._task = None
        self._tell(at)

    def _tell(self, at: int) -> None:
        if at < 0:
            self.missed.emit()
            return
        round_the_end = at < self._start if self._forward else at >= self._start
        self.found.emit(at, at + self._length, round_the_end)


def _search(octets: Octets, needle: bytes, start: int, forward: bool, fold_case: bool, progress: Progress) -> int:
    """Search from `start` to the end (or the beginning), then the rest; the two overlap by less than the needle."""
    size, more = len(octets), len(needle) - 1
    find = raw_search.find if forward else raw_search.find_last
    first, second = ((start, size), (0, start + more)) if forward else ((0, start), (max(start - more, 0), size))
    for low, high in (first, second):
        at = find(octets, needle, low, min(high, size), fold_case=fold_case, progress=progress)
        if at >= 0:
            return at
    return -1
