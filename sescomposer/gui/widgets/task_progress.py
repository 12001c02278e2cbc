"""Progress of one task in the window's way, with a button that cancels it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressDialog, QWidget

from sescomposer.gui.tasks import Task

_SHOWN_AFTER_MS = 500


def show_progress(task: Task, words: str, parent: QWidget) -> None:
    """Show, once a task takes long, that it runs; it can be cancelled, and all goes with its end."""
    progress = QProgressDialog(words, "Cancel", 0, 0, parent)
    progress.setWindowModality(Qt.WindowModality.WindowModal)
    progress.setMinimumDuration(_SHOWN_AFTER_MS)
    progress.canceled.connect(task.cancel)
    task.finished.connect(progress.reset)
    task.finished.connect(progress.deleteLater)
