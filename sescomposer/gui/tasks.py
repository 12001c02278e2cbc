"""Work off the window's thread: a task is one callable on a pool thread, its outcome a signal on the window's thread.

Workers get immutable values, never a widget. They see only a `Context`; a `Task` never leaves the window's thread.
"""

import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from sescomposer.core.errors import OperationCancelledError, SesComposerError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

TURN_SECONDS = 0.001
"""How long a worker may go on when the window's thread wants to run Python. By default it is 5 ms, and the window waits
that long several times in one turn of its event loop."""


class CancelToken:
    """Says once, to any thread, that an operation is no longer wanted.

    Attributes:
        is_unattended: Whether nobody asked for the operation, so that it may ask nobody anything.

    >>> token = CancelToken()
    >>> token.cancel()
    >>> token.is_cancelled
    True
    """

    def __init__(self, *, is_unattended: bool = False) -> None:
        self._event = threading.Event()
        self.is_unattended = is_unattended

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask the operation to stop at its next step."""
        self._event.set()

    def check(self) -> None:
        """Stop here if cancelled.

        Raises:
            OperationCancelledError: `cancel` was called.
        """
        if self.is_cancelled:
            raise OperationCancelledError


class Context:
    """What an operation on a pool thread may use: a `core.progress.Progress` that can be cancelled."""

    def __init__(self, token: CancelToken, report: Callable[[int, int], None]) -> None:
        self.token = token
        self._report = report

    def step(self, done: int, total: int) -> None:
        """Report progress (octets or items; total 0 if unknown).

        Raises:
            OperationCancelledError: the user cancelled.
        """
        self.token.check()
        self._report(done, total)


class Task(QObject):
    """One started operation. All signals are emitted on the thread of the runner, `finished` last and always.

    Signals:
        succeeded(object): the operation's return value.
        failed(object): a `SesComposerError` to show with its hint.
        crashed(object): any other exception, a fault of ours.
        cancelled(): the operation was cancelled.
        progressed(object, object): done and total, as the operation reported them.
        finished(): after one of the outcomes.
    """

    succeeded = Signal(object)
    failed = Signal(object)
    crashed = Signal(object)
    cancelled = Signal()
    progressed = Signal(object, object)
    finished = Signal()

    def __init__(self, token: CancelToken) -> None:
        super().__init__()
        self._token = token

    def cancel(self) -> None:
        """Ask the operation to stop; `cancelled` follows, or a result that was quicker: none is hidden."""
        self._token.cancel()

    def deliver(self, future: "Future[object]") -> None:
        """Tell the outcome of a future that is done; called by the runner alone."""
        match _error_of(future):
            case None:
                self.succeeded.emit(future.result())
            case OperationCancelledError():
                self.cancelled.emit()
            case SesComposerError() as error:
                self.failed.emit(error)
            case error:
                self.crashed.emit(error)
        self.finished.emit()


class TaskRunner(QObject):
    """Starts tasks on a small pool and brings their outcomes back to the thread it was made on.

    Signals:
        failed(object): the `SesComposerError` of a task that was started with `quiet=False`, for a default message.
        crashed(object): the exception of any task that ended by a fault of ours.
        busy_changed(int): number of tasks under way.
    """

    failed = Signal(object)
    crashed = Signal(object)
    busy_changed = Signal(int)
    _ended = Signal(object, object)
    _stepped = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None, workers: int = 0) -> None:
        super().__init__(parent)
        self._workers = workers or max(2, min(4, os.cpu_count() or 2))
        self._pool: ThreadPoolExecutor | None = None
        self._running: dict[int, Task] = {}
        self._last_number = 0
        self._is_closed = False

    @property
    def running(self) -> int:
        """Number of tasks whose outcome was not delivered yet."""
        return len(self._running)

    def start(self, operation: Callable[[Context], object], *, quiet: bool = False) -> Task:
        """Run an operation on a pool thread.

        Args:
            operation: Gets a `Context`; touches no Qt object. Its steps should come at least every 50 ms. After
                `close` it is not run: the task is cancelled.
            quiet: The caller shows failures itself; otherwise the runner's `failed` tells them too.

        Returns:
            The task; connect its outcomes before returning to the event loop, to bound methods of QObjects.
        """
        self._last_number = number = self._last_number + 1
        token = CancelToken()
        task = Task(token)
        if not quiet:
            task.failed.connect(self.failed)
        task.crashed.connect(self.crashed)
        self._running[number] = task
        future = self._submit(operation, Context(token, partial(self._stepped.emit, number)))
        future.add_done_callback(partial(self._ended.emit, number))
        self.busy_changed.emit(self.running)
        return task

    def cancel_all(self) -> None:
        """Ask every task under way to stop."""
        for task in self._running.values():
            task.cancel()

    def close(self) -> None:
        """Cancel every task, wait for the threads to leave their steps, and end the pool."""
        self._is_closed = True
        self.cancel_all()
        self._threads().shutdown(wait=True, cancel_futures=True)

    def _submit(self, operation: Callable[[Context], object], context: Context) -> "Future[object]":
        """Hand an operation to the pool; once that has ended, as in the slot of a late outcome, it is cancelled."""
        if not self._is_closed:
            return self._threads().submit(run_here, operation, context)
        from concurrent.futures import Future

        future: Future[object] = Future()
        future.cancel()
        return future

    def _threads(self) -> "ThreadPoolExecutor":
        """Give the pool, made when the first task starts: the first window need not wait for its library."""
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            from PySide6.QtCore import Qt

            self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
            self._stepped.connect(self._on_stepped, Qt.ConnectionType.QueuedConnection)
            self._pool = ThreadPoolExecutor(self._workers, "task")
            sys.setswitchinterval(TURN_SECONDS)
        return self._pool

    @Slot(object, object)
    def _on_ended(self, number: int, future: "Future[object]") -> None:
        task = self._running.pop(number)
        task.deliver(future)
        self.busy_changed.emit(self.running)

    @Slot(object, object, object)
    def _on_stepped(self, number: int, done: int, total: int) -> None:
        if number in self._running:
            self._running[number].progressed.emit(done, total)


_current = threading.local()


def current_token() -> CancelToken | None:
    """Give the token of the task that runs on this thread, for what is called deep inside and has to wait."""
    token: CancelToken | None = getattr(_current, "token", None)
    return token


def run_here(operation: Callable[[Context], object], context: Context) -> object:
    """Run an operation on this thread as a task does; `current_token` gives its token meanwhile."""
    context.token.check()
    _current.token = context.token
    try:
        return operation(context)
    finally:
        _current.token = None


def _error_of(future: "Future[object]") -> BaseException | None:
    return OperationCancelledError() if future.cancelled() else future.exception()
