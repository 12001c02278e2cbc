"""Files and pasted images become snapshots on a worker, for the pane that asked.

One file that cannot be read does not lose the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Signal, Slot
from PySide6.QtGui import QImage, QImageWriter

from sescomposer.core.errors import AttachmentError, OperationCancelledError, SesComposerError
from sescomposer.core.structure import Attachment
from sescomposer.gui.composer import Composer
from sescomposer.gui.tasks import Context, Task
from sescomposer.services.documents import Documents

_SHARE = 1000
"""Steps of progress for each file."""
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of the files.

    Attributes:
        attachments: Snapshots, in the order of the files.
        refused: One sentence for each file that could not be taken.
        wish: Whatever the pane gave with them.
    """

    attachments: tuple[Attachment, ...]
    refused: tuple[str, ...]
    wish: object = None

    def error(self) -> AttachmentError | None:
        """Give one error that names every file that could not be taken; None if there is none."""
        count = len(self.refused)
        if not count:
            return None
        more = f"\n... and {count - _NAMED} more." if count > _NAMED else ""
        what = "One file was" if count == 1 else f"{count} files were"
        return AttachmentError(f"{what} not attached.", hint="\n".join(self.refused[:_NAMED]) + more)


class FileIntake(QObject):
    """Takes files for one pane.

    Signals:
        started(object, str): the `Task`, and words for its progress.
        taken(object): an `Intake`; comes for each start that was not cancelled.
    """

    started = Signal(object, str)
    taken = Signal(object)

    def __init__(self, composer: Composer, parent: QObject) -> None:
        super().__init__(parent)
        self._composer = composer
        # Wishes stay on this thread: what a text cursor belongs to must not be let go of on another.
        self._wishes: dict[Task, object] = {}

    def take_files(self, paths: Sequence[Path], wish: object = None) -> None:
        """Take snapshots of files."""
        services = self._composer.services
        what = paths[0].name if len(paths) == 1 else f"{len(paths)} files"

        def operation(context: Context) -> Intake:
            intake = _taken(services.documents, paths, context)
            _ = services.journal  # What is taken becomes an edit, and here nobody waits until there is a journal.
            return intake

        self._start(self._composer.runner.start(operation), f"Attaching {what}", wish)

    def take_image(self, image: QImage, wish: object = None) -> None:
        """Take an image of the clipboard, as PNG."""
        services = self._composer.services
        mine = QImage(image)

        def operation(context: Context) -> Intake:
            return Intake((services.documents.pasted(_png(mine), "image.png"),), ())

        self._start(self._composer.runner.start(operation), "Attaching the image", wish)

    def _start(self, task: Task, words: str, wish: object) -> None:
        self._wishes[task] = wish
        task.succeeded.connect(self._on_succeeded)
        task.finished.connect(self._on_finished)
        self.started.emit(task, words)

    @Slot(object)
    def _on_succeeded(self, intake: Intake) -> None:
        """Give the pane what was taken, and say what was not."""
        self.taken.emit(replace(intake, wish=self._wishes[cast(Task, self.sender())]))
        error = intake.error()
        if error is not None:
            self._composer.refused.emit(error)

    @Slot()
    def _on_finished(self) -> None:
        self._wishes.pop(cast(Task, self.sender()), None)


class _Part:
    """Progress of one file among several."""

    def __init__(self, context: Context, index: int, count: int) -> None:
        self._context, self._index, self._count = context, index, count

    def step(self, done: int, total: int) -> None:
        """Report to the whole."""
        within = _SHARE * done // total if total else 0
        self._context.step(self._index * _SHARE + within, self._count * _SHARE)


def _taken(documents: Documents, paths: Sequence[Path], context: Context) -> Intake:
    """Take each file; only a cancel stops the row."""
    attachments, refused = [], []
    for index, path in enumerate(paths):
        progress = _Part(context, index, len(paths))
        progress.step(0, 1)
        try:
            attachments.append(documents.attached(path, progress))
        except OperationCancelledError:
            raise
        except SesComposerError as error:
            refused.append(f"{error.sentence} {error.hint}".strip())
    return Intake(tuple(attachments), tuple(refused))


def _png(image: QImage) -> bytes:
    """Write an image as PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
