"""Two submissions side by side: what differs in their trees, and in their octets."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTabWidget, QVBoxLayout, QWidget

from sescomposer.gui.history.history_words import subject_of, time_of
from sescomposer.gui.widgets.diff_view import DiffView
from sescomposer.services.comparison import Comparison
from sescomposer.services.ports import SubmissionRecord


class CompareWindow(QDialog):
    """Not modal; goes with its parent."""

    def __init__(
        self, one: SubmissionRecord, other: SubmissionRecord, found: Comparison, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Two submissions compared")
        self.head = QLabel(f"−  {_words(one)}\n+  {_words(other)}", self)
        self.head.setTextFormat(Qt.TextFormat.PlainText)
        self.head.setWordWrap(True)
        self.head.setAccessibleName("What is compared")
        self.tree, self.octets = DiffView(self), DiffView(self)
        self.tree.setAccessibleName("Difference of the trees")
        self.octets.setAccessibleName("Difference of the octets")
        self.tree.show_difference(found.tree, "The trees are equal, and so are the contents of all parts.")
        self.octets.show_difference(found.octets, "The octets are equal.")
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Views of the difference")
        self.tabs.addTab(self.octets, "&Octets")
        self.tabs.addTab(self.tree, "&Tree")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self.tabs, 1)
        column.addWidget(buttons)

    def sizeHint(self) -> QSize:
        """Room for a line of base64."""
        return QSize(860, 600)


def _words(record: SubmissionRecord) -> str:
    return f"{time_of(record)}  {subject_of(record)}"
