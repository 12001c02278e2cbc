"""One recipient as a small button with name and address."""

from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from sescomposer.gui.directions import direction_of
from sescomposer.gui.icons import pixmap
from sescomposer.gui.theme import theme_of
from sescomposer.gui.widgets.recipient import Recipient

MIME_TYPE = "application/x-sescomposer-recipient"
_PAD = 8
_GAP = 6
_ICON = 14
_CLOSE = 16
_HEIGHT_PAD = 3


class Chip(QAbstractButton):
    """Shows a recipient; everything it is asked to do it only announces.

    Signals:
        edit_wanted(object), remove_wanted(object): the chip itself.
        stepped(object, int): the chip and the visual direction of an arrow key, -1 left, 1 right; 2 is Home or End.
        moved_away(object): it was dragged to another row.
        typed(object, str): a character was typed on it.
    """

    edit_wanted = Signal(object)
    remove_wanted = Signal(object)
    stepped = Signal(object, int)
    moved_away = Signal(object)
    typed = Signal(object, str)

    def __init__(self, recipient: Recipient, parent: QWidget) -> None:
        super().__init__(parent)
        self.recipient = recipient
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(recipient.spoken)
        self.setAccessibleDescription(recipient.fault or "Recipient; F2 edits, Delete removes.")
        self.setToolTip(self._tip())
        self._pressed_at: QPoint | None = None

    def sizeHint(self) -> QSize:
        """Room for name, address, sign and cross."""
        return QSize(sum(self._widths()) + 2 * _PAD + _CLOSE, self.fontMetrics().height() + 2 * _HEIGHT_PAD)

    def minimumSizeHint(self) -> QSize:
        """A few letters of the address."""
        return QSize(64, self.sizeHint().height())

    def _tip(self) -> str:
        return f"{self.recipient.text}\n{self.recipient.fault}".strip()

    def _widths(self) -> tuple[int, int, int]:
        """Widths of sign, name and address, each with the gap behind it."""
        metrics = self.fontMetrics()
        sign = _ICON + _GAP if self.recipient.fault else 0
        name = metrics.horizontalAdvance(self.recipient.name) + 2 + _GAP if self.recipient.name else 0
        return sign, name, metrics.horizontalAdvance(self.recipient.address) + 2

    def _mirrored(self, rect: QRect) -> QRect:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            rect.moveLeft(self.width() - rect.right() - 1)
        return rect

    def _cross_rect(self) -> QRect:
        return self._mirrored(QRect(self.width() - _CLOSE - 4, 0, _CLOSE, self.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chip; what is wrong has a sign and a wavy line, not only a colour."""
        theme, palette = theme_of(self), self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "chip_selected" if self.hasFocus() else "chip_invalid" if self.recipient.fault else "chip"
        edge = palette.color(QPalette.ColorRole.Highlight) if self.hasFocus() else theme.tint[ground].darker(115)
        if self.recipient.fault and not self.hasFocus():
            edge = theme.text["chip_invalid"]
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.setBrush(theme.tint[ground])
        radius = self.height() / 2 - 1
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
        self._paint_words(painter)
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        theme, metrics = theme_of(self), self.fontMetrics()
        sign, name, address_width = self._widths()
        room = self.width() - 2 * _PAD - _CLOSE
        scale = self.devicePixelRatioF()
        side = QSize(_ICON, _ICON)
        top = (self.height() - _ICON) // 2
        if sign:
            where = self._mirrored(QRect(_PAD, top, _ICON, _ICON))
            painter.drawPixmap(where.topLeft(), pixmap("warning", side, theme.text["chip_invalid"], scale))
        name = min(name, max(room - sign - address_width, room // 2))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        flags |= (
            Qt.AlignmentFlag.AlignRight if self.layoutDirection().name == "RightToLeft" else Qt.AlignmentFlag.AlignLeft
        )
        elide = Qt.TextElideMode.ElideMiddle
        if name:
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            rect = self._mirrored(QRect(_PAD + sign, 0, name - _GAP, self.height()))
            # By its own first letter, not by the window's direction: else the words of a mixed name change places.
            painter.setLayoutDirection(direction_of(self.recipient.name))
            painter.drawText(rect, flags, metrics.elidedText(self.recipient.name, elide, rect.width()))
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        plain = self.hasFocus() or not name or self.recipient.fault
        painter.setPen(self.palette().color(QPalette.ColorRole.Text) if plain else theme.text["chip_address"])
        rect = self._mirrored(QRect(_PAD + sign + name, 0, room - sign - name, self.height()))
        address = metrics.elidedText(self.recipient.address, elide, rect.width())
        painter.drawText(rect, flags, address)
        if self.recipient.fault:
            self._paint_wave(painter, rect, min(metrics.horizontalAdvance(address), rect.width()))
        cross = self._cross_rect()
        place = QPoint(cross.center().x() - 5, (self.height() - 12) // 2)
        painter.drawPixmap(place, pixmap("close", QSize(12, 12), theme.text["mark"], scale))

    def _paint_wave(self, painter: QPainter, rect: QRect, width: int) -> None:
        left = rect.right() - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else rect.left()
        foot = self.height() - _HEIGHT_PAD - 1.5
        painter.setPen(QPen(theme_of(self).text["chip_invalid"], 1))
        painter.drawPolyline([QPointF(left + x, foot + (x // 2 % 2) * 2 - 1) for x in range(0, width, 2)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step, Delete and Backspace remove, F2 and Enter edit, letters begin a new recipient."""
        match event.key():
            case Qt.Key.Key_Left:
                self.stepped.emit(self, -1)
            case Qt.Key.Key_Right:
                self.stepped.emit(self, 1)
            case Qt.Key.Key_Home:
                self.stepped.emit(self, -2)
            case Qt.Key.Key_End | Qt.Key.Key_Escape:
                self.stepped.emit(self, 2)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.remove_wanted.emit(self)
            case Qt.Key.Key_F2 | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.edit_wanted.emit(self)
            case _ if event.text().isprintable() and event.text().strip():
                self.typed.emit(self, event.text())
            case _:
                event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin; the cross removes on release."""
        self._pressed_at = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Remove when the cross was clicked."""
        at, self._pressed_at = self._pressed_at, None
        cross = self._cross_rect()
        if at is not None and cross.contains(at) and cross.contains(event.position().toPoint()):
            self.remove_wanted.emit(self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin a drag once the mouse went far enough."""
        if self._pressed_at is None:
            return
        way = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if way >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edit in place."""
        self.edit_wanted.emit(self)

    def focusInEvent(self, event: Any) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def mime_data(self) -> QMimeData:
        """Give what a drag or a copy carries: the text as it stands in the field."""
        carried = QMimeData()
        carried.setText(self.recipient.text)
        carried.setData(MIME_TYPE, self.recipient.text.encode("utf-8", "surrogatepass"))
        return carried

    def _drag(self) -> None:
        drag = QDrag(self)
        drag.setMimeData(self.mime_data())
        drag.setPixmap(self.grab())
        drag.setHotSpot(QPoint(8, self.height() // 2))
        if (
            drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction).name
            == "MoveAction"
        ):
            self.moved_away.emit(self)
