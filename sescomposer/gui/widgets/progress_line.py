"""One line that shows the progress of a task and cancels it; it comes after half a second and goes with the task."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.tasks import Task

SHOWN_AFTER_MS = 500


class ProgressLine(QWidget):
    """Follows one task at a time; of several the one that was started last is shown, and all are cancelled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks: list[Task] = []
        self.words = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(120, 8)
        self.bar.setAccessibleName("Progress")
        self.cancel_button = QToolButton(self)
        self.cancel_button.setIcon(icon("close"))
        self.cancel_button.setAutoRaise(True)
        self.cancel_button.setToolTip("Cancel; nothing is attached")
        self.cancel_button.setAccessibleName("Cancel")
        self.cancel_button.clicked.connect(self._on_cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.words, self.bar, self.cancel_button):
            row.addWidget(widget)
        self._soon = QTimer(self, singleShot=True, interval=SHOWN_AFTER_MS)
        self._soon.timeout.connect(self.show)
        self.hide()

    @Slot(object, str)
    def follow(self, task: Task, words: str) -> None:
        """Show the progress of a task until it ends."""
        self._tasks.append(task)
        self.words.setText(words)
        self.bar.setRange(0, 0)
        task.progressed.connect(self._on_progressed)
        task.finished.connect(self._on_finished)
        if not self.isVisible():
            self._soon.start()

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        # The bar counts in 32 bits.
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(1000 * done // total if total else 0)

    @Slot()
    def _on_finished(self) -> None:
        task = self.sender()
        self._tasks = [known for known in self._tasks if known is not task]
        if not self._tasks:
            self._soon.stop()
            self.hide()

    @Slot()
    def _on_cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
