"""Work in steps, one in each turn of the event loop, so that a window answers while it is being built."""

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Slot

Step = Callable[[], object]


class Steps(QObject):
    """Does each step once, in order: one a turn after `begin`, or all that are left at once by `finish`.

    A step that fails takes those behind it along: each would only fail again, over what is missing.

    >>> done = []
    >>> steps = Steps([lambda: done.append("one"), lambda: done.append("two")])
    >>> steps.finish()
    >>> done, steps.is_done
    (['one', 'two'], True)
    """

    def __init__(self, steps: Iterable[Step], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left = deque(steps)
        self._is_running = False
        self.has_failed = False
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._on_turn)

    @property
    def is_done(self) -> bool:
        """Whether no step is left; the last one may still be running."""
        return not self._left

    @Slot()
    def begin(self) -> None:
        """Do one step in each turn from now on; again, when they are begun, is the same."""
        if self._left:
            self._turn.start()

    def finish(self) -> None:
        """Do all that is left now; nothing while a step is running, which is no place to wait for the others."""
        while self._left and not self._is_running:
            self._do_next()

    @Slot()
    def _on_turn(self) -> None:
        # A step may open the event loop again, and the steps may have been finished meanwhile.
        if self._left and not self._is_running:
            self._do_next()
            self.begin()

    def _do_next(self) -> None:
        self._is_running = True
        try:
            self._left.popleft()()
        except BaseException:
            self.has_failed = True
            self._left.clear()
            raise
        finally:
            self._is_running = False
