"""A layout that fills rows like words in a text, from the side where the language begins."""

from collections.abc import Iterator

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget


class FlowLayout(QLayout):
    """Rows of widgets, each as wide as it wishes and at most as wide as the row; an expanding one takes the rest."""

    def __init__(self, parent: QWidget, spacing: int) -> None:
        super().__init__(parent)
        self.setSpacing(spacing)
        self.setContentsMargins(QMargins())
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        """Put an item at the end."""
        self._items.append(item)

    def place(self, widgets: list[QWidget]) -> None:
        """Show exactly these widgets, in this order; widgets that are in the layout already are not made anew."""
        held = {item.widget(): item for item in self._items}
        for widget in widgets:
            if widget not in held:
                self.addWidget(widget)
                held[widget] = self._items[-1]
        self._items = [held[widget] for widget in widgets]
        self.invalidate()

    def count(self) -> int:
        """Number of widgets."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Give an item, or None past the end, as Qt wants it."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out, or None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It needs no more room than its rows."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all rows in a width."""
        return max((rect.bottom() + 1 for _, rect in self._rects(width)), default=0)

    def sizeHint(self) -> QSize:
        """The least size; rows take whatever width there is."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Room for the lowest widget."""
        return QSize(0, max((item.sizeHint().height() for item in self._items), default=0))

    def setGeometry(self, rect: QRect) -> None:
        """Place every widget; mirrored where the language runs from right to left."""
        super().setGeometry(rect)
        parent = self.parentWidget()
        from_left = parent is None or parent.layoutDirection() == Qt.LayoutDirection.LeftToRight
        for item, place in self._rects(rect.width()):
            if not from_left:
                place.moveLeft(rect.width() - place.right() - 1)
            item.setGeometry(place.translated(rect.topLeft()))

    def _rects(self, width: int) -> Iterator[tuple[QLayoutItem, QRect]]:
        at, row_height = QPoint(0, 0), 0
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(max(width, 1), 1 << 20))
            if at.x() > 0 and at.x() + size.width() > width:
                at, row_height = QPoint(0, at.y() + row_height + self.spacing()), 0
            widget = item.widget()
            if widget is not None and widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Expanding:
                size.setWidth(max(size.width(), width - at.x()))
            yield item, QRect(at, size)
            at.setX(at.x() + size.width() + self.spacing())
            row_height = max(row_height, size.height())
