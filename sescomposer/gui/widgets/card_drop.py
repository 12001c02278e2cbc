"""The place where dragged cards would land in their view: follows the mouse, scrolls at the edges, draws the mark."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QTimer, Slot
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QListView

_TICK_MS = 30
_EDGE = 16
_SLOWEST, _FASTEST = 2, 40
_SERIF = 4
MayLand = Callable[[int], bool]


class CardDrop(QObject):
    """Tells the gap between cards that a drag is over.

    Attributes:
        gap: Number of the card that what is dropped would stand before; -1 where nothing may land.
    """

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._may_land: MayLand | None = None
        self._place = QPoint()
        self._known: dict[int, bool] = {}
        self._mark: tuple[int, bool] = (-1, False)
        self._speed = 0
        self.gap = -1
        self._scroller = QTimer(self, interval=_TICK_MS)
        self._scroller.timeout.connect(self._on_tick)

    @property
    def is_active(self) -> bool:
        """Whether cards are being dragged over the view."""
        return self._may_land is not None

    def begin(self, may_land: MayLand) -> None:
        """A drag of cards came in; `may_land` says of a gap whether they may go there."""
        self._may_land = may_land
        self._known.clear()

    def move(self, place: QPoint) -> bool:
        """Follow the mouse to a place of the viewport; whether cards may land there."""
        self._place = place
        self._look()
        if not self._push():
            self._scroller.stop()
        elif not self._scroller.isActive():
            self._speed = _SLOWEST
            self._scroller.start()
        return self.gap >= 0

    def end(self) -> None:
        """The drag left, was dropped, or was given up."""
        self._may_land = None
        self._scroller.stop()
        self.gap = -1
        self._view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Draw a bar where the cards would land."""
        if self.gap < 0:
            return
        rect, at_end = self._view.visualRect(self._view.model().index(self._mark[0], 0)), self._mark[1]
        is_right = at_end is not self._view.isRightToLeft()
        x = min(max(rect.right() if is_right else rect.left(), 2), self._view.viewport().width() - 3)
        painter.setPen(QPen(self._view.palette().color(QPalette.ColorRole.Highlight), 3))
        top, bottom = rect.top() + 2, rect.bottom() - 2
        painter.drawLine(x, top, x, bottom)
        for y in (top, bottom):
            painter.drawLine(x - _SERIF, y, x + _SERIF, y)

    def _look(self) -> None:
        """Find the gap nearest to the mouse."""
        row, is_behind = self._card_at(self._place)
        gap = row + is_behind
        if gap not in self._known:
            self._known[gap] = self._may_land is not None and row >= 0 and self._may_land(gap)
        self.gap, self._mark = (gap if self._known[gap] else -1), (row, is_behind)
        self._view.viewport().update()

    def _card_at(self, place: QPoint) -> tuple[int, bool]:
        """Give the card nearest to a place, and whether its far half is."""
        view = self._view
        count, grid = view.model().rowCount(), view.gridSize()
        if not count or grid.isEmpty():
            return -1, False
        columns = max(1, view.viewport().width() // grid.width())
        x = view.viewport().width() - 1 - place.x() if view.isRightToLeft() else place.x()
        line = max(place.y() + view.verticalScrollBar().value(), 0) // grid.height()
        column = min(max(x, 0) // grid.width(), columns - 1)
        row = line * columns + column
        if row >= count:
            return count - 1, True
        return row, x - column * grid.width() > grid.width() // 2

    def _push(self) -> int:
        """Which way the edge that the mouse is near scrolls: -1, 0 or 1."""
        room = self._view.viewport().rect()
        if self._place.y() < room.top() + _EDGE:
            return -1
        return 1 if self._place.y() > room.bottom() - _EDGE else 0

    @Slot()
    def _on_tick(self) -> None:
        """Scroll, the longer the faster; the gap under the mouse is another one then."""
        bar = self._view.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + self._push() * self._speed)
        self._speed = min(self._speed + 1, _FASTEST)
        if bar.value() != before:
            self._look()
