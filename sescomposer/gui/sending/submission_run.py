"""One submission on a worker: the states of its items come to the window's thread, and people can steer it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from sescomposer.core.progress import Progress
from sescomposer.gui.sending.way import Ready
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.services.ports import SubmissionRecord
from sescomposer.services.send_control import SendControl
from sescomposer.services.submitting import Report, Step

Submit = Callable[[Ready, Progress, Report, SendControl], tuple[SubmissionRecord, ...]]
"""Submits through what is ready; on a worker."""


class SubmissionRun(QObject):
    """Runs once.

    Attributes:
        control: To pause, stop and hurry it.

    Signals:
        told(object): a `Step`.
        progressed(object, object): octets done and all.
        succeeded(object): tuple of `SubmissionRecord`.
        failed(object): a `SesComposerError`; nothing was submitted.
        crashed(object): a fault of ours; what was submitted cannot be told.
        cancelled(): it was cancelled before it began.
    """

    told = Signal(object)
    progressed = Signal(object, object)
    succeeded = Signal(object)
    failed = Signal(object)
    crashed = Signal(object)
    cancelled = Signal()
    _stepped = Signal(object)

    def __init__(self, runner: TaskRunner, submit: Submit, ready: Ready, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.control = SendControl()
        # A queued signal: states come from several threads, and the records behind the last of them.
        self._stepped.connect(self.told, Qt.ConnectionType.QueuedConnection)
        self._begin(runner, submit, ready, self._stepped.emit)

    def _begin(self, runner: TaskRunner, submit: Submit, ready: Ready, tell: Callable[[Step], None]) -> None:
        """Start the worker; it is given no Qt object but what signals."""
        control = self.control

        def operation(context: Context) -> tuple[SubmissionRecord, ...]:
            return submit(ready, context, tell, control)

        self._task = runner.start(operation, quiet=True)
        self._task.progressed.connect(self.progressed)
        self._task.succeeded.connect(self.succeeded)
        self._task.failed.connect(self.failed)
        self._task.crashed.connect(self.crashed)
        self._task.cancelled.connect(self.cancelled)

    def cancel(self) -> None:
        """Stop the octets that are on their way, too; what has left completely is not called back."""
        self._task.cancel()


__all__ = ["SubmissionRun", "Submit"]
