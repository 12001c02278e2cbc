"""A slim bar that measures against a limit; beyond it the bar is full, and of another colour and pattern."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QProgressBar, QWidget

from sescomposer.gui.theme import theme_of

_WIDTH, _HEIGHT = 96, 8
_SCALE = 1000


class Gauge(QProgressBar):
    """A progress bar for screen readers, painted slim. `level` is "note", "warning" or "error"."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setRange(0, _SCALE)
        self.setFixedSize(self.sizeHint())
        self.level = "note"

    def sizeHint(self) -> QSize:
        """Wide enough to tell 5 % from 10 %."""
        return QSize(_WIDTH, _HEIGHT)

    def measure(self, value: int, limit: int, level: str) -> None:
        """Show a value against its limit; a value beyond it fills the bar."""
        share = min(_SCALE, value * _SCALE // limit)
        # What is there at all can be seen.
        self.setValue(max(share, 1) if value else 0)
        if level != self.level:
            self.level = level
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint trough and bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        trough = self.palette().color(QPalette.ColorRole.WindowText)
        trough.setAlphaF(0.18)
        room = QRectF(self.rect())
        painter.setBrush(trough)
        painter.drawRoundedRect(room, _HEIGHT / 2, _HEIGHT / 2)
        length = max(room.width() * self.value() / _SCALE, _HEIGHT if self.value() else 0)
        left = room.right() - length if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else room.left()
        bar = QRectF(left, room.top(), length, room.height())
        colour = theme_of(self).text[self.level]
        painter.setBrush(colour)
        painter.drawRoundedRect(bar, _HEIGHT / 2, _HEIGHT / 2)
        if self.level == "error":
            painter.setBrush(QBrush(self.palette().color(QPalette.ColorRole.Window), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(bar, _HEIGHT / 2, _HEIGHT / 2)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Paint in the colours of a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
