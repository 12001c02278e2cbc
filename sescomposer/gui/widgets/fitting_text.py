"""Text for reading that is as high as its words need: long words break anywhere, everything can be selected."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontDatabase, QPalette, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget


class FittingText(QTextEdit):
    """A read-only text without frame that fits its height to its width.

    Args:
        name: Name for screen readers.
        fixed: Whether the font has a fixed width, for octets and hashes.
        lines: Most lines that are shown at once; with more of them it scrolls.
    """

    def __init__(self, name: str, parent: QWidget | None = None, *, fixed: bool = False, lines: int = 12) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(0)
        if fixed:
            self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._clear_background()
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    def say(self, text: str) -> None:
        """Show a text; it is hidden while there is none."""
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.setVisible(bool(text))
        self._fit()

    @property
    def words(self) -> str:
        """What is shown."""
        return self.toPlainText()

    def sizeHint(self) -> QSize:
        """The height of the text at this width."""
        return QSize(240, self._height())

    def minimumSizeHint(self) -> QSize:
        """Narrow is fine, a line is not cut."""
        return QSize(80, min(self._height(), self.fontMetrics().lineSpacing() + 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to another width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow palette and font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        height = self._height()
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _height(self) -> int:
        text = round(self.document().size().height() + 0.5)
        return max(min(text, self.fontMetrics().lineSpacing() * self._lines), self.fontMetrics().lineSpacing()) + 2

    def _clear_background(self) -> None:
        """Show what lies below instead of the base colour."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)
        self.viewport().setAutoFillBackground(False)
