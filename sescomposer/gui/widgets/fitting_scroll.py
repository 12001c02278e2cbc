"""A scroll area as high as what it holds, up to a share of the window."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

_SHARE = 0.42
_LEAST = 112


class FittingScroll(QScrollArea):
    """Scrolls up and down only, and only where there is no room for all.

    Args:
        content: What it holds; its layout tells its height.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        content.installEventFilter(self)

    def _wanted(self) -> int:
        layout = self._content.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(max(self.viewport().width(), 1))
        return self._content.sizeHint().height()

    def sizeHint(self) -> QSize:
        """As high as the content, at most a share of the window."""
        return QSize(480, min(self._wanted(), max(_LEAST, int(self.window().height() * _SHARE))))

    def minimumSizeHint(self) -> QSize:
        """Three rows or so."""
        return QSize(240, min(self._wanted(), _LEAST))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when the content's changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may mean another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
