"""Reads protected messages for a window: on a worker, anew when the message changed, asking only when the user wants.

Nothing of protection is imported before a message looks protected.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sescomposer.bootstrap import Services
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import SesComposerError
from sescomposer.gui.layers.looking import looks_protected
from sescomposer.gui.models.layer_rows import NO_LAYERS, LayerRows
from sescomposer.gui.tasks import Context, Task, TaskRunner

if TYPE_CHECKING:
    from sescomposer.gui.layers.opened import Opened, Space
    from sescomposer.gui.layers.words import Lacking
    from sescomposer.services.protection.protection_ports import AskPassphrase

PAUSE_MS = 150


class ReadingState(StrEnum):
    """How far reading is."""

    NOTHING = "nothing"
    """Nothing in the message looks protected."""

    READING = "reading"
    READ = "read"
    FAILED = "failed"
    STOPPED = "stopped"


class MessageReader(QObject):
    """Opens every layer of one message after another and checks every signature.

    Attributes:
        state: How far it is.
        opened: The last message that was read; while another is being read it shows what it has in layers, and no
            verdict of it holds.
        trouble: Why reading failed; "" if it did not.

    Signals:
        changed(): any of these is another.
    """

    changed = Signal()

    def __init__(self, services: Services, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._root: Entity | None = None
        self._task: Task | None = None
        self._number = 0
        self.state = ReadingState.NOTHING
        self.opened: Opened | None = None
        self.trouble = ""
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.read)

    # What is known

    @property
    def root(self) -> Entity | None:
        """The message that is to be read."""
        return self._root

    @property
    def is_current(self) -> bool:
        """Whether `opened` is the message as it is now."""
        return self.state is ReadingState.READ

    @property
    def rows(self) -> LayerRows:
        """What the tree shows."""
        if self.opened is None:
            return NO_LAYERS
        from sescomposer.gui.layers.words import rows_of

        return rows_of(self.opened, is_current=self.is_current)

    @property
    def lacking(self) -> "Lacking | None":
        """What the signatures of the message as it is now lack of being verified; None for nothing that is known."""
        if self.state in (ReadingState.FAILED, ReadingState.STOPPED):
            from sescomposer.gui.layers.words import Lacking

            return Lacking("warning", "not checked", f"Not checked. {self.trouble or 'Reading was stopped.'}")
        if self.opened is None or not self.is_current:
            return None
        from sescomposer.gui.layers.words import lacking

        return lacking(self.opened)

    @property
    def readable(self) -> Entity | None:
        """The message with the layers around it taken off; None where they are in the open, or closed."""
        return self.opened.readable if self.opened is not None and self.is_current else None

    def space_of(self, key: Key) -> "Space | None":
        """Give the space of octets that an entity stands in, None for those of the message."""
        return self.opened.space_of(key) if self.opened is not None else None

    # What is wanted

    def show(self, root: Entity) -> None:
        """Read another message, at once."""
        self._drop()
        self._root = root
        self.opened = None
        self.read()

    def follow(self, root: Entity) -> None:
        """Read the same message as it is now, after a pause."""
        if root is self._root:
            return
        self._root = root
        self._drop()
        if self.state is not ReadingState.NOTHING:
            self._tell(ReadingState.READING)
        self._pause.start()

    @Slot()
    def read(self) -> None:
        """Read without asking anybody: with keys that are open, or whose passphrase is kept."""
        self._start(None)

    def decrypt(self, ask: "AskPassphrase") -> None:
        """Read, and ask for passphrases."""
        self._start(ask)

    @Slot()
    def stop(self) -> None:
        """Stop reading; nothing is known of the message then."""
        if self._task is not None or self._pause.isActive():
            self._drop()
            self._tell(ReadingState.STOPPED)

    @Slot()
    def close(self) -> None:
        """Let nothing happen by itself any more."""
        self._drop()

    # How it goes

    def _drop(self) -> None:
        """Let answers that are under way be of no use."""
        self._pause.stop()
        self._number += 1
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _start(self, ask: "AskPassphrase | None") -> None:
        self._drop()
        root = self._root
        if root is None or not looks_protected(root):
            self.opened = None
            if self.state is not ReadingState.NOTHING:
                self._tell(ReadingState.NOTHING)
            return
        services, number, before = self._services, self._number, self.opened

        def operation(context: Context) -> "tuple[int, Opened]":
            from sescomposer.gui.layers.opened import opened

            return number, opened(root, services.protecting, services.people, ask, before)

        self._task = task = self._runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_read)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(self._on_cancelled)
        self._tell(ReadingState.READING)

    @Slot(object)
    def _on_read(self, answer: "tuple[int, Opened]") -> None:
        number, opened = answer
        if number == self._number:
            self._task = None
            self.opened = opened
            self._tell(ReadingState.READ)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        if self.sender() is self._task:
            self._task = None
            self.trouble = f"{error.sentence} {error.hint}".strip()
            self._tell(ReadingState.FAILED)

    @Slot()
    def _on_cancelled(self) -> None:
        if self.sender() is self._task:
            self._task = None
            self._tell(ReadingState.STOPPED)

    def _tell(self, state: ReadingState) -> None:
        self.state = state
        if state is not ReadingState.FAILED:
            self.trouble = ""
        self.changed.emit()
