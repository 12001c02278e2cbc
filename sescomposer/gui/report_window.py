"""A message that came back to the sender, such as a bounce, shown with its tree and every octet."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity
from sescomposer.gui.icons import icon
from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.tasks import TaskRunner


class ReportWindow(QDialog):
    """Not modal; goes with its parent.

    Signals:
        save_wanted(object, object): octets and the `Path` they are to be written to.
    """

    save_wanted = Signal(object, object)

    def __init__(self, title: str, root: Entity, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._root = root
        self.inspector = MessageInspector(runner, self)
        self.inspector.show_message(root)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.save_button = self.buttons.addButton("Save &as...", QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.setIcon(icon("save"))
        self.save_button.clicked.connect(self._on_save)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self.inspector, 1)
        column.addWidget(self.buttons)
        self.inspector.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        """Room for a report."""
        return QSize(800, 600)

    @Slot()
    def _on_save(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Save report", str(Path.home() / "report.eml"))
        if chosen:
            self.save_wanted.emit(self._root.octets, Path(chosen))
