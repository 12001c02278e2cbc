"""Asked when a sheet is closed while something is on its way; it goes on meanwhile."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

_ONE = "The message is on its way. If it has not left completely, nothing is sent."


class StopQuestion(QObject):
    """Whether to stop sending, asked in one box at a time.

    Signals:
        stop_wanted(): the user wants it to stop.
    """

    stop_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._box: QMessageBox | None = None

    def ask(self, items: tuple[int, int] | None) -> None:
        """Ask.

        Args:
            items: Of a batch how many items have ended, and how many there are.
        """
        if self._box is not None:
            self._box.raise_()
            return
        box = QMessageBox(QMessageBox.Icon.Question, "SES Composer", "Stop sending?", parent=self._parent)
        box.setInformativeText(_ONE if items is None else _batch_words(*items))
        stop = box.addButton("&Stop sending", QMessageBox.ButtonRole.DestructiveRole)
        go_on = box.addButton("&Go on", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(go_on)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        stop.clicked.connect(self.stop_wanted)
        box.finished.connect(self._on_finished)
        self._box = box
        box.open()

    def close(self) -> None:
        """Take the question back: there is nothing left to stop."""
        if self._box is not None:
            self._box.close()

    @Slot()
    def _on_finished(self) -> None:
        self._box = None


def _batch_words(done: int, total: int) -> str:
    return (
        f"{total - done:,} of {total:,} messages have no answer yet. What is on its way goes on; the others are not "
        "sent. This window stays until the last answer is there."
    )
