"""Draws a push button in a cell that has words, so that a thousand rows need no thousand widgets."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QWidget,
)

_MARGIN = 2


class ButtonDelegate(QStyledItemDelegate):
    """Cells without words stay empty; what a click does is the view's matter."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the row's background, and the button on it."""
        widget = option.widget
        style = _style_of(widget)
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        words = str(index.data() or "")
        if words:
            style.drawControl(QStyle.ControlElement.CE_PushButton, _button(option, words), painter, widget)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As large as a small button with the words."""
        words = str(index.data() or "")
        metrics = option.fontMetrics
        return QSize(metrics.horizontalAdvance(words) + 32 if words else 8, metrics.height() + 10)


def _button(option: QStyleOptionViewItem, words: str) -> QStyleOptionButton:
    button = QStyleOptionButton()
    rect: QRect = option.rect
    button.rect = rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    button.text = words
    button.palette = option.palette
    button.fontMetrics = option.fontMetrics
    hovered = option.state & QStyle.StateFlag.State_MouseOver
    button.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Raised | hovered
    return button


def _style_of(widget: QWidget | None) -> QStyle:
    return widget.style() if widget is not None else QApplication.style()
