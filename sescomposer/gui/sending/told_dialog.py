"""What is told at the start about submissions a crash cut short: a warning, a list, and what can wait until later."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from sescomposer.gui.sending.stage_banner import StageBanner
from sescomposer.gui.widgets.steady_scroll import SteadyScroll


class ToldDialog(QDialog):
    """Lists widgets below a warning; not modal, gone when it is closed.

    Attributes:
        content: Parent of what is listed.
        buttons: Where further buttons go.
        later_button: Closes it, so that it is told again at the next start.
    """

    def __init__(self, name: str, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(name)
        banner = StageBanner(self)
        banner.bar.hide()
        banner.say("warning", title, words)
        self.content = QWidget(self)
        self._rows = QVBoxLayout(self.content)
        self._rows.setContentsMargins(0, 0, 8, 0)
        self._rows.setSpacing(24)
        later = QLabel("With “Later” this is told again at the next start.", self)
        later.setWordWrap(True)
        self.buttons = QDialogButtonBox(self)
        self.later_button = self.buttons.addButton("&Later", QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(banner)
        column.addWidget(SteadyScroll(self.content, self), 1)
        column.addWidget(later)
        column.addWidget(self.buttons)

    def list_rows(self, widgets: Sequence[QWidget]) -> None:
        """Put widgets below one another, and take the size that fits; called once."""
        for widget in widgets:
            self._rows.addWidget(widget)
        self._rows.addStretch(1)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Room for two or three."""
        return QSize(680, 440)
