"""Saving the content of one part: asks for a file, writes on a worker, shows progress when it takes long."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from sescomposer.core.entity import Entity
from sescomposer.gui.composer import Composer
from sescomposer.gui.part_kinds import file_name_for
from sescomposer.gui.tasks import Context

_SHOW_PROGRESS_AFTER_MS = 500


def save_part(composer: Composer, entity: Entity, parent: QWidget) -> None:
    """Ask for a file and write the decoded content there; failures are shown by the window."""
    folder = composer.path.parent if composer.path else Path.home()
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save part", str(folder / file_name_for(entity)))
    if chosen:
        write_part(composer, entity, Path(chosen), parent)


def write_part(composer: Composer, entity: Entity, path: Path, parent: QWidget) -> None:
    """Write the decoded content of a part on a worker."""
    documents = composer.services.documents

    def operation(context: Context) -> None:
        documents.save_part(entity, path, context)

    task = composer.runner.start(operation)
    progress = QProgressDialog(f"Saving {path.name}", "Cancel", 0, 0, parent)
    progress.setWindowModality(Qt.WindowModality.WindowModal)
    progress.setMinimumDuration(_SHOW_PROGRESS_AFTER_MS)
    progress.canceled.connect(task.cancel)
    task.finished.connect(progress.reset)
    task.finished.connect(progress.deleteLater)
