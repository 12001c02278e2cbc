"""The window that tells of a fault of ours, with a report to copy."""

from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from sescomposer.gui.fault import Fault
from sescomposer.gui.icons import icon

_ICON_SIDE = 32


class CrashWindow(QDialog):
    """Shows one fault; it is not modal, so that the draft can be saved while it stands."""

    open_windows: "ClassVar[set[CrashWindow]]" = set()

    def __init__(self, fault: Fault, log_folder: Path | None = None) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("A fault in SES Composer")
        self._log_folder = log_folder
        self.report = QPlainTextEdit(fault.report, readOnly=True)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report.setAccessibleName("Fault report")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(self._build_head(fault))
        layout.addWidget(self.report, 1)
        layout.addWidget(self._build_buttons())

    @classmethod
    def show_fault(cls, fault: Fault, log_folder: Path | None = None) -> "CrashWindow":
        """Open the window for a fault; it removes itself when it is closed."""
        window = cls(fault, log_folder)
        cls.open_windows.add(window)
        window.finished.connect(window._on_finished)
        window.show()
        return window

    def sizeHint(self) -> QSize:
        """Room for a traceback."""
        return QSize(760, 480)

    def _build_head(self, fault: Fault) -> QHBoxLayout:
        sign = QLabel()
        sign.setPixmap(icon("error", "error").pixmap(QSize(_ICON_SIDE, _ICON_SIDE), self.devicePixelRatioF()))
        words = QLabel(
            "Something went wrong inside SES Composer. Your draft is kept, and you can go on "
            "writing. If this happens again, please report it with the text below; secrets and mail addresses were "
            "taken out."
        )
        words.setWordWrap(True)
        sentence = QLabel(fault.sentence)
        sentence.setWordWrap(True)
        sentence.setTextFormat(Qt.TextFormat.PlainText)
        sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = sentence.font()
        font.setBold(True)
        sentence.setFont(font)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(sentence)
        column.addWidget(words)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(column, 1)
        return head

    def _build_buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.reject)
        box.button(QDialogButtonBox.StandardButton.Close).setIcon(icon("close"))
        self.copy_button = QPushButton(icon("copy"), "&Copy report")
        self.copy_button.clicked.connect(self._on_copy)
        box.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        if self._log_folder is not None:
            folder = QPushButton(icon("open"), "&Open log folder")
            folder.clicked.connect(self._on_open_folder)
            box.addButton(folder, QDialogButtonBox.ButtonRole.ActionRole)
        return box

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())

    @Slot()
    def _on_open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_folder)))

    @Slot()
    def _on_finished(self) -> None:
        self.open_windows.discard(self)
