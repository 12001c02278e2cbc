"""Paints the rows of a raw view: tints, selection, text, line numbers, caret, in this order."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette

from sescomposer.gui.panes.raw_page import Row
from sescomposer.gui.theme import Theme, theme_of

if TYPE_CHECKING:
    from sescomposer.gui.panes.raw_view import RawView

_CARET_WIDTH = 2


class _Brush:
    """The colours and measures of one painting."""

    def __init__(self, view: "RawView", painter: QPainter) -> None:
        palette = view.palette()
        active = QPalette.ColorGroup.Active if view.hasFocus() else QPalette.ColorGroup.Inactive
        self.view = view
        self.painter = painter
        self.theme: Theme = theme_of(view)
        self.text = palette.color(QPalette.ColorRole.Text)
        self.highlight = palette.color(active, QPalette.ColorRole.Highlight)
        self.highlighted = palette.color(active, QPalette.ColorRole.HighlightedText)
        self.left = view.text_left()
        self.right = float(view.viewport().width())
        self.height = view.page.height


def paint_rows(view: "RawView", painter: QPainter, area: QRect) -> None:
    """Paint what is in view."""
    brush = _Brush(view, painter)
    painter.setFont(view.page.font)
    gutter = view.gutter_width
    room = QRect(gutter, area.top(), view.viewport().width() - gutter, area.height())
    painter.setClipRect(room)
    caret_line = view.octets.line_of(view.caret)
    rows = [(row, (row.number - view.top) * brush.height) for row in view.visible_rows()]
    for row, top in rows:
        if row.number == caret_line:
            painter.fillRect(QRectF(gutter, top, brush.right, brush.height), brush.theme.tint["current_line"])
        _paint_ground(brush, row, top)
        _paint_text(brush, row, top)
    if view.caret_is_shown:
        place = view.caret_place()
        painter.fillRect(QRectF(place.x(), place.y(), _CARET_WIDTH, brush.height), brush.text)
    painter.setClipping(False)
    _paint_gutter(brush, rows, caret_line)


def _paint_ground(brush: _Brush, row: Row, top: float) -> None:
    for tint in brush.view.tints:
        if tint.start <= row.start and row.end <= tint.stop and tint.start < tint.stop:
            left = max(brush.left, 0.0)
            brush.painter.fillRect(QRectF(left, top, brush.right, brush.height), brush.theme.tint[tint.role])
        elif tint.start < row.end and tint.stop > row.start:
            _fill(brush, row, top, tint.start, tint.stop, brush.theme.tint[tint.role])


def _fill(brush: _Brush, row: Row, top: float, start: int, stop: int, colour: QColor) -> None:
    for left, right in row.spans(start, stop):
        brush.painter.fillRect(QRectF(brush.left + left, top, max(right - left, 1), brush.height), colour)


def _paint_text(brush: _Brush, row: Row, top: float) -> None:
    at = QPointF(brush.left, top)
    row.draw(brush.painter, at, brush.text, brush.theme.text["warning"], brush.theme.tint["warning"])
    start, stop = brush.view.selection
    if start < row.end and stop > row.start:
        _paint_selection(brush, row, top)
    if row.after and brush.left + row.left + row.text_width > brush.right:
        _paint_more(brush, row, top)


def _paint_selection(brush: _Brush, row: Row, top: float) -> None:
    """Paint over the text, so that nothing of its first colour shines through at the edges of letters."""
    painter, (start, stop) = brush.painter, brush.view.selection
    for left, right in row.spans(start, stop):
        place = QRectF(brush.left + left, top, max(right - left, 1), brush.height)
        painter.save()
        painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
        painter.fillRect(place, brush.highlight)
        row.draw(painter, QPointF(brush.left, top), brush.highlighted, brush.highlighted, brush.highlight)
        painter.restore()
    if start <= row.stop < stop and row.stop == row.last:
        # The line end is selected too: half a blank of it is shown.
        at = brush.left + row.x_of(row.stop)
        painter.fillRect(QRectF(at, top, brush.view.page.advance / 2, brush.height), brush.highlight)


def _paint_more(brush: _Brush, row: Row, top: float) -> None:
    """Say at the edge of the view that the line goes on far beyond what can be scrolled to."""
    words = f" {row.after.strip()} "
    width = brush.view.page.metrics.horizontalAdvance(words)
    place = QRectF(brush.right - width, top, width, brush.height)
    brush.painter.fillRect(place, brush.theme.tint["chip"])
    brush.painter.setPen(brush.theme.text["chip_address"])
    brush.painter.drawText(QPointF(place.left(), top + brush.view.page.ascent), words)


def _paint_gutter(brush: _Brush, rows: list[tuple[Row, int]], caret_line: int) -> None:
    painter, width = brush.painter, brush.view.gutter_width
    height = brush.view.viewport().height()
    painter.fillRect(0, 0, width, height, brush.view.palette().color(QPalette.ColorRole.AlternateBase))
    for row, top in rows:
        painter.setPen(brush.text if row.number == caret_line else brush.theme.text["line_number"])
        number = f"{row.number + 1}"
        x = width - 10 - len(number) * brush.view.page.advance
        painter.drawText(QPointF(x, top + brush.view.page.ascent), number)
