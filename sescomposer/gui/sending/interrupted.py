"""What becomes of the batches that a crash cut short: looked for on a worker, offered, and done as the user says."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox

from sescomposer.core.message import Message
from sescomposer.gui.tasks import Context, Task, TaskRunner

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.sending.parcel import Parcel
    from sescomposer.gui.sending.resume_dialog import Interrupted, ResumeDialog
    from sescomposer.services.batch import Batch


class InterruptedBatches(QObject):
    """Offers them over one window.

    Signals:
        troubled(object): a `SesComposerError`; what could not be done stays as it was.
    """

    troubled = Signal(object)

    def __init__(self, services: "Services", runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._window: MainWindow | None = None
        self.dialog: ResumeDialog | None = None

    def look(self, window: "MainWindow") -> None:
        """Look for them, and offer what there is over that window."""
        self._window = window
        window.destroyed.connect(self._on_window_gone)
        services = self._services

        def operation(context: Context) -> "tuple[Interrupted, ...]":
            if not services.submissions.plans():
                # So it is at most starts, which then need not import what sends.
                return ()
            from sescomposer.gui.sending.resume_dialog import Interrupted

            sending = services.sending
            return tuple(Interrupted(batch, sending.is_too_old(batch)) for batch in sending.resumable())

        self._start(operation).succeeded.connect(self._on_found)

    def _start(self, operation: Callable[[Context], object]) -> Task:
        task = self._runner.start(operation, quiet=True)
        task.failed.connect(self.troubled)
        return task

    @Slot()
    def _on_window_gone(self) -> None:
        self._window = None

    @Slot(object)
    def _on_found(self, found: "tuple[Interrupted, ...]") -> None:
        if not found or self._window is None:
            return
        from sescomposer.gui.sending.resume_dialog import ResumeDialog

        self.dialog = dialog = ResumeDialog(found, self._window)
        dialog.chosen.connect(self._on_chosen)
        dialog.finished.connect(self._on_finished)
        dialog.show()

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None

    @Slot(str, object)
    def _on_chosen(self, name: str, batch: "Batch") -> None:
        deeds = {"resume": self._resume, "reseal": self._reseal, "drafts": self._open_drafts, "discard": self._discard}
        deeds[name](batch)

    def _resume(self, batch: "Batch") -> None:
        """Go on with a batch as it was sealed, through the account it was sealed for."""
        from sescomposer.gui.sending.parcel import resumed_parcel

        self._show_sheet(batch, resumed_parcel(batch))

    def _reseal(self, batch: "Batch") -> None:
        """Review what is left, sealed anew; only when that is sent, the batch is given up."""
        from sescomposer.gui.sending.parcel import resealed_parcel

        self._show_sheet(batch, resealed_parcel(self._services, batch))

    def _show_sheet(self, batch: "Batch", parcel: "Parcel") -> None:
        from sescomposer.gui.sending.send_sheet import SendSheet
        from sescomposer.gui.sending.way import way_again

        if self._window is not None:
            self._window.complete()
            SendSheet.show_for(
                self._window.composer, way_again(self._services, batch.plan.items[0]), self._window, parcel
            )
            self._settle(batch)

    def _open_drafts(self, batch: "Batch") -> None:
        """Open what is left as messages to write on; the batch itself stays until it is discarded."""
        from sescomposer.gui.sending.parcel import drafts_of

        services = self._services

        def operation(context: Context) -> tuple[Message, ...]:
            return drafts_of(services, batch)

        self._start(operation).succeeded.connect(self._on_drafts)

    @Slot(object)
    def _on_drafts(self, messages: tuple[Message, ...]) -> None:
        if self._window is not None:
            for message in messages:
                self._window.window_wanted.emit(message)

    def _discard(self, batch: "Batch") -> None:
        """Ask, then send nothing further of a batch."""
        left = len(batch.left)
        box = QMessageBox(QMessageBox.Icon.Question, "SES Composer", "Discard this batch?", parent=self.dialog)
        box.setInformativeText(f"{left:,} of its messages were not sent, and will not be offered again.")
        discard = box.addButton("&Discard", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton("&Keep", QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        discard.clicked.connect(lambda: self.discard(batch))
        box.open()

    def discard(self, batch: "Batch") -> None:
        """Send nothing further of a batch."""
        sending = self._services.sending

        def operation(context: Context) -> "Batch":
            sending.discard(batch)
            return batch

        self._start(operation).succeeded.connect(self._settle)

    @Slot(object)
    def _settle(self, batch: "Batch") -> None:
        if self.dialog is not None:
            self.dialog.settle(batch)
