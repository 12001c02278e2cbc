"""Importing a key from a file: its passphrase, and how it is opened later."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from sescomposer.bootstrap import Services
from sescomposer.gui.directions import isolated
from sescomposer.gui.keys.intake import Intake, Lock, import_key
from sescomposer.gui.keys.keep_fields import KeepFields
from sescomposer.gui.keys.work_dialog import WorkDialog
from sescomposer.gui.tasks import Context, TaskRunner

_LOCKED = {
    Lock.NEEDED: "Type the passphrase that the file was exported with.",
    Lock.UNKNOWN: "Type its passphrase if it has one.",
    Lock.NONE: "The file has no passphrase. What is kept here is encrypted all the same; delete the file afterwards.",
}


class ImportDialog(WorkDialog):
    """Takes one file; gives the `KeyEntry`."""

    def __init__(self, services: Services, intake: Intake, runner: TaskRunner, parent: QWidget | None = None) -> None:
        words = f"The file {isolated(intake.name)} holds a key of yours. {_LOCKED[intake.lock]}"
        super().__init__("Import a key", words, "&Import", runner, parent)
        self._services = services
        self._intake = intake
        self.keep = KeepFields(self.form, intake.lock, intake.is_lasting, intake.trouble, self)
        self.keep.edited.connect(self._on_edited)
        self._on_edited()

    @property
    def is_ready(self) -> bool:
        """Whether a passphrase was typed where one is needed."""
        return self.keep.is_ready

    def operation(self) -> Callable[[Context], object]:
        """Give what imports it."""
        services, intake = self._services, self._intake
        secret, asks_always = self.keep.secret, self.keep.asks_always.isChecked()
        return lambda context: import_key(services, intake, secret, asks_always=asks_always)

    def focus_again(self) -> None:
        """Go to the passphrase."""
        self.keep.try_again()

    def done(self, result: int) -> None:
        """Forget what was typed."""
        super().done(result)
        self.keep.forget()

    @Slot()
    def _on_edited(self) -> None:
        self._show_state()
