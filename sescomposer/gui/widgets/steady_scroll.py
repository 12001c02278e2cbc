"""A scroll area whose content keeps its width, whether there is something to scroll or not.

Texts that fit their height to their width would else grow and shrink with the bar that their height brings and takes:
at some widths for ever, within one call of Qt, until the stack is full.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QWidget


class _QuietBar(QScrollBar):
    """A bar that takes its room always and is seen only where there is something to scroll."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show nothing where nothing can be scrolled."""
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class SteadyScroll(QScrollArea):
    """Scrolls its content up and down only; the content takes the whole width beside the bar.

    Args:
        content: What it holds.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(_QuietBar(Qt.Orientation.Vertical, self))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
