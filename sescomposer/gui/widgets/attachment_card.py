"""Draws one attachment as a card: icon, name, words, the mark of its findings, and a cross that removes it."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sescomposer.gui.icons import pixmap
from sescomposer.gui.models.attachment_model import CARD, Card
from sescomposer.gui.theme import Theme, theme_of

WIDTH = 224
"""Least width of a card; the row is divided evenly."""
_PAD = 8
_ICON = 24
_SIGN = 16
_CROSS = 12
_RADIUS = 6.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class CardDelegate(QStyledItemDelegate):
    """Draws the cards of an `AttachmentModel`.

    Signals:
        remove_wanted(int): the cross of that row was clicked.
    """

    remove_wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.width = WIDTH

    def height(self) -> int:
        """Height of a card: two lines of text, on the grid of 8 pixels."""
        lines = 2 * self._parent.fontMetrics().height() + 2 * _PAD
        return -(-lines // 8) * 8

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As wide as the view's grid."""
        return QSize(self.width, self.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a card; the focus has a ring, not only a colour."""
        card: Card | None = index.data(CARD)
        if card is None:
            return
        theme, outer = theme_of(self._parent), option.rect
        state, direction = option.state, option.direction
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, outer, theme, state)
        inner = outer.adjusted(_PAD + 2, 2, -_PAD - 2, -2)
        self._paint_inside(painter, inner, card, theme, direction)
        painter.restore()

    def _paint_ground(self, painter: QPainter, outer: QRect, theme: Theme, state: QStyle.StateFlag) -> None:
        palette = self._parent.palette()
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        is_under_mouse = bool(state & QStyle.StateFlag.State_MouseOver)
        ground = theme.tint["chip_selected"] if is_selected else theme.tint["chip"]
        edge = theme.text["mark"] if is_under_mouse else ground
        if is_selected or has_focus:
            edge = palette.color(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(edge, 2 if has_focus else 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(outer).adjusted(2, 2, -2, -2), _RADIUS, _RADIUS)

    def _paint_inside(
        self, painter: QPainter, inner: QRect, card: Card, theme: Theme, direction: Qt.LayoutDirection
    ) -> None:
        """Draw icon, words, mark and cross, mirrored where the language runs from right to left."""

        def placed(rect: QRect) -> QRect:
            return QStyle.visualRect(direction, inner, rect)

        scale = self._parent.devicePixelRatioF()
        middle = inner.center().y()
        icon = placed(QRect(inner.left(), middle - _ICON // 2 + 1, _ICON, _ICON))
        painter.drawPixmap(icon.topLeft(), pixmap(card.icon, icon.size(), theme.text[card.role], scale))
        cross = cross_rect(inner, direction)
        painter.drawPixmap(cross.topLeft(), pixmap("close", cross.size(), theme.text["mark"], scale))
        right = inner.right() - _CROSS - _PAD
        if card.mark:
            sign = placed(QRect(right - _SIGN, middle - _SIGN // 2 + 1, _SIGN, _SIGN))
            painter.drawPixmap(sign.topLeft(), pixmap(card.mark, sign.size(), theme.text[card.mark], scale))
            right -= _SIGN + _PAD
        left = inner.left() + _ICON + _PAD
        self._paint_words(painter, placed(QRect(left, inner.top(), right - left, inner.height())), card, direction)

    def _paint_words(self, painter: QPainter, area: QRect, card: Card, direction: Qt.LayoutDirection) -> None:
        palette, metrics = self._parent.palette(), self._parent.fontMetrics()
        side = QStyle.visualAlignment(direction, _LEFT) | Qt.AlignmentFlag.AlignAbsolute
        middle = area.center().y() + 1
        name = QRect(area.left(), middle - metrics.height(), area.width(), metrics.height())
        words = QRect(area.left(), middle, area.width(), metrics.height())
        painter.setFont(self._parent.font())
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(name, side, metrics.elidedText(card.name, Qt.TextElideMode.ElideMiddle, name.width()))
        painter.setPen(theme_of(self._parent).text["chip_address"])
        painter.drawText(words, side, metrics.elidedText(card.words, Qt.TextElideMode.ElideRight, words.width()))

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Remove when the cross was clicked."""
        if isinstance(event, QMouseEvent) and event.button() is Qt.MouseButton.LeftButton:
            is_release = event.type() is QEvent.Type.MouseButtonRelease
            if is_release and self.is_on_cross(option.rect, option.direction, event.position().toPoint()):
                self.remove_wanted.emit(index.row())
                return True
        return super().editorEvent(event, model, option, index)

    @staticmethod
    def is_on_cross(outer: QRect, direction: Qt.LayoutDirection, point: QPoint) -> bool:
        """Whether a point lies on the cross of the card in `outer`, or close by."""
        inner = outer.adjusted(_PAD + 2, 2, -_PAD - 2, -2)
        return cross_rect(inner, direction).adjusted(-6, -8, 8, 8).contains(point)


def cross_rect(inner: QRect, direction: Qt.LayoutDirection) -> QRect:
    """Give where the cross stands in a card's inner rectangle."""
    place = QRect(inner.right() - _CROSS + 1, inner.center().y() - _CROSS // 2 + 1, _CROSS, _CROSS)
    return QStyle.visualRect(direction, inner, place)
