"""Saving what was decrypted: the message without its encryption; what was signed inside keeps every octet."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from sescomposer.core.octets import Octets
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.gui.widgets.task_progress import show_progress

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.gui.layers.opened import Opened


def decrypted_octets(opened: "Opened") -> Octets | None:
    """Give the message without its encryption, or what an encrypted part holds; None if nothing was decrypted."""
    inside = opened.decrypted
    if inside is None:
        return None
    if inside not in opened.trail:
        return inside.octets
    from sescomposer.core.protection.decrypted import decrypted

    return decrypted(opened.root, inside, opened.trail[-1]).octets


def save_decrypted(services: "Services", runner: TaskRunner, opened: "Opened", parent: QWidget) -> None:
    """Ask for a file and write what was decrypted there; failures are shown by the window."""
    from sescomposer.gui.file_actions import file_stem

    name = f"{file_stem(opened.trail[-1].subject or opened.root.subject)}-decrypted.eml"
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save decrypted", str(Path.home() / name))
    if chosen:
        write_decrypted(services, runner, opened, Path(chosen), parent)


def write_decrypted(services: "Services", runner: TaskRunner, opened: "Opened", path: Path, parent: QWidget) -> None:
    """Write what was decrypted, on a worker."""
    documents = services.documents

    def operation(context: Context) -> None:
        octets = decrypted_octets(opened)
        if octets is not None:
            documents.save_octets(octets, path, context)

    task = runner.start(operation)
    show_progress(task, f"Saving {path.name}", parent)
