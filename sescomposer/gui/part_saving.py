"""Saving the content of one part: asks for a file, writes on a worker, shows progress when it takes long."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from sescomposer.core.entity import Entity
from sescomposer.gui.composer import Composer
from sescomposer.gui.part_kinds import file_name_for
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.task_progress import show_progress


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
    show_progress(task, f"Saving {path.name}", parent)
