"""Keeps checkpoints of the draft of one window by itself, so that nothing is replaced by something emptier.

What a checkpoint is being written of stays in the journal as it was until that is done: a crash in between loses
neither.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal, Slot

from sescomposer.core.message import Message
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.services.fullness import Fullness, fullness

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services

_AFTERWARDS_MS = 40
"""Until the turns in which a message is replaced and painted are over."""

EMPTIER = "before more than half was taken away"


class Safekeeping(QObject):
    """Watches how much the message of a window holds.

    Signals:
        written(): nothing is being written any more.
        troubled(object): the `StoreError` of a checkpoint that could not be kept.
    """

    written = Signal()
    troubled = Signal(object)

    def __init__(self, services: "Services", runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._waiting: list[tuple[str, Message, Path | None, str]] = []
        self._is_running = False
        self._fullest = Fullness()
        self._message: Message | None = None

    @property
    def is_writing(self) -> bool:
        """Whether a checkpoint is on its way to the disk."""
        return self._is_running

    def begin(self, message: Message) -> None:
        """Watch another message from here on."""
        self._message, self._fullest = message, fullness(message)

    def follow(self, draft: str, message: Message, path: Path | None) -> None:
        """Take up an edit; where clearly less is left than there was, keep what held the most."""
        held, fullest = fullness(message), self._message
        if self._fullest.is_lost_in(held) and fullest is not None:
            self.safeguard(draft, fullest, path, EMPTIER)
            self.begin(message)
        elif fullest is None or self._fullest.joined(held) == held:
            self._message, self._fullest = message, held

    def safeguard(self, draft: str, message: Message, path: Path | None, reason: str) -> None:
        """Keep an automatic checkpoint on a worker, behind those that wait already."""
        self._waiting.append((draft, message, path, reason))
        if not self._is_running:
            self._start_next()

    def wait(self) -> None:
        """Wait until nothing is being written, while the window goes on."""
        if self.is_writing:
            waiting = QEventLoop(self)
            self.written.connect(waiting.quit)
            waiting.exec()

    def _start_next(self) -> None:
        """Keep the one that waits longest; two at once could be numbered in another order."""
        services, (draft, message, path, reason) = self._services, self._waiting.pop(0)

        def operation(context: Context) -> None:
            services.drafts.safeguard(draft, message, path, reason)

        self._is_running = True
        # Not while the message is replaced: the first time modules are loaded for it, which holds the window up.
        QTimer.singleShot(_AFTERWARDS_MS, self, partial(self._start, operation))

    def _start(self, operation: Callable[[Context], None]) -> None:
        task = self._runner.start(operation, quiet=True)
        task.failed.connect(self.troubled)
        task.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        self._is_running = False
        if self._waiting:
            self._start_next()
        else:
            self.written.emit()
