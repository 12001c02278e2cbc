"""What a screen reader is told of a raw view: the rows in view as one text, the caret and the selection in it.

Qt asks for the whole text to find a line around the caret, so the text is what is in view, as in a terminal: the caret
is always brought into view before its move is told.
"""

from typing import Any
from weakref import ref

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleTextCursorEvent,
    QAccessibleTextInterface,
    QAccessibleTextSelectionEvent,
)
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import VoidPtr, getCppPointer

from sescomposer.gui.panes.raw_page import Row
from sescomposer.gui.panes.raw_view import RawView


class RawAccessible(QAccessibleWidget):
    """The accessible interface of a `RawView`."""

    def __init__(self, view: RawView) -> None:
        super().__init__(view, QAccessible.Role.EditableText, "Raw source")
        # An object of its own: of one class with two C++ bases Qt would get the address of the wrong one.
        self.words = RawWords(view)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        """Say that this is a text; Qt takes an address, and None crashes it."""
        if kind == QAccessible.InterfaceType.TextInterface:
            return VoidPtr(getCppPointer(self.words)[0])
        return super().interface_cast(kind) or VoidPtr(0)

    def state(self) -> QAccessible.State:
        """Say that it is read-only, of many lines and can be selected."""
        state = super().state()
        state.readOnly = state.multiLine = state.selectableText = 1
        return state


class RawWords(QAccessibleTextInterface):
    """The text of a raw view; positions are UTF-16 code units of the rows in view."""

    def __init__(self, view: RawView) -> None:
        super().__init__()
        self._seen = ref(view)  # what Qt keeps must not keep the view

    @property
    def _view(self) -> RawView:
        view = self._seen()
        if view is None:
            raise ReferenceError("the raw view has gone before what makes it accessible")
        return view

    def text(self, start: int, stop: int) -> str:
        """Give a range of the text."""
        return _cut(self._units(), start, stop)

    def characterCount(self) -> int:
        """Length of the text."""
        return len(self._units()) // 2

    def cursorPosition(self) -> int:
        """Place of the caret in the text; its end nearest to the caret if that is not in view."""
        return self.position_of(self._view.caret)

    def setCursorPosition(self, position: int) -> None:
        """Move the caret."""
        self._view.move_caret(self._offset_of(position))

    def selectionCount(self) -> int:
        """There is one selection or none; where it is, Qt for Python cannot be told, so none is promised."""
        return 0

    def addSelection(self, start: int, stop: int) -> None:
        """Select a range."""
        self._view.select_span(self._offset_of(start), self._offset_of(stop))

    def setSelection(self, index: int, start: int, stop: int) -> None:
        """Select a range."""
        self.addSelection(start, stop)

    def removeSelection(self, index: int) -> None:
        """Select nothing."""
        self._view.place_caret(self._view.caret)

    def scrollToSubstring(self, start: int, stop: int) -> None:
        """Bring a range into view."""
        self._view.reveal(self._offset_of(start))

    def characterRect(self, position: int) -> QRect:
        """Where a character is on the screen."""
        view = self._view
        offset = self._offset_of(position)
        row = view.page.row_of(offset)
        corner = QPoint(round(view.text_left() + row.x_of(offset)), (row.number - view.top) * view.page.height)
        return QRect(view.viewport().mapToGlobal(corner), view.viewport().mapToGlobal(corner)).adjusted(
            0, 0, round(view.page.advance) - 1, view.page.height - 1
        )

    def offsetAtPoint(self, point: QPoint) -> int:
        """The position nearest to a place on the screen."""
        return self.position_of(self._view.offset_at(self._view.viewport().mapFromGlobal(point)))

    def position_of(self, offset: int) -> int:
        """Give the position of an offset of the rope in the text."""
        position = 0
        for row in self._view.visible_rows():
            if offset < row.start:
                return position
            if offset <= row.stop:
                return position + row.run.position_of(offset - row.first)
            position += _length(row) + 1
        return max(position - 1, 0)

    def _offset_of(self, position: int) -> int:
        offset = 0
        for row in self._view.visible_rows():
            if position <= _length(row):
                return row.first + row.run.offset_of(position)
            position -= _length(row) + 1
            offset = row.stop
        return offset

    def _units(self) -> bytes:
        return "\n".join(row.run.text for row in self._view.visible_rows()).encode("utf-16-le", "surrogatepass")


def _length(row: Row) -> int:
    return row.run.position_of(row.run.length)


def _cut(units: bytes, start: int, stop: int) -> str:
    stop = len(units) // 2 if stop < 0 else stop
    return units[2 * max(start, 0) : 2 * stop].decode("utf-16-le", "replace")


_kept: dict[int, RawAccessible] = {}
"""By Qt's number. Qt owns the C++ half as long as the view lives; the Python half may not go before it."""


def make_accessible(view: RawView) -> None:
    """Tell Qt how a view is made accessible.

    No factory is installed: Qt asks each factory about every object that gets the focus, and what is inside a web view
    cannot be handed to Python, it would end the process.
    """
    made = view.accessible = RawAccessible(view)
    number = QAccessible.registerAccessibleInterface(made)
    _kept[number] = made
    view.destroyed.connect(lambda: _kept.pop(number, None))


def tell_caret(view: RawView) -> None:
    """Tell a screen reader, if there is one, that the caret or the selection of a view moved."""
    if not QAccessible.isActive() or not isinstance(view.accessible, RawAccessible):
        return
    told = view.accessible.words
    start, stop = view.selection
    if start != stop:
        selected = QAccessibleTextSelectionEvent(view, told.position_of(start), told.position_of(stop))
        QAccessible.updateAccessibility(selected)
    QAccessible.updateAccessibility(QAccessibleTextCursorEvent(view, told.cursorPosition()))
