"""A read-only viewport over a rope: it reads, lays out and paints only the lines in view, however long the rope is."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu, QWidget

from sescomposer.core.octets import Octets
from sescomposer.gui.panes.raw_caret import Carry, Move, carried, moved, word_at
from sescomposer.gui.panes.raw_page import Page, Row
from sescomposer.gui.panes.raw_painter import paint_rows
from sescomposer.gui.panes.raw_text import copied

MAXIMUM_COPY = 8 * 1024 * 1024
_AUTO_SCROLL_MS = 40
_GUTTER_DIGITS = 3

_KEYS = QKeySequence.StandardKey
_MOVES = (
    (_KEYS.MoveToNextChar, _KEYS.SelectNextChar, Move.RIGHT),
    (_KEYS.MoveToPreviousChar, _KEYS.SelectPreviousChar, Move.LEFT),
    (_KEYS.MoveToNextWord, _KEYS.SelectNextWord, Move.WORD_RIGHT),
    (_KEYS.MoveToPreviousWord, _KEYS.SelectPreviousWord, Move.WORD_LEFT),
    (_KEYS.MoveToNextLine, _KEYS.SelectNextLine, Move.DOWN),
    (_KEYS.MoveToPreviousLine, _KEYS.SelectPreviousLine, Move.UP),
    (_KEYS.MoveToNextPage, _KEYS.SelectNextPage, Move.PAGE_DOWN),
    (_KEYS.MoveToPreviousPage, _KEYS.SelectPreviousPage, Move.PAGE_UP),
    (_KEYS.MoveToStartOfLine, _KEYS.SelectStartOfLine, Move.ROW_START),
    (_KEYS.MoveToEndOfLine, _KEYS.SelectEndOfLine, Move.ROW_END),
    (_KEYS.MoveToStartOfDocument, _KEYS.SelectStartOfDocument, Move.START),
    (_KEYS.MoveToEndOfDocument, _KEYS.SelectEndOfDocument, Move.END),
)


@dataclass(frozen=True, slots=True)
class Tint:
    """A range of octets laid under a tint of the theme."""

    start: int
    stop: int
    role: str


class RawView(QAbstractScrollArea):
    """Shows octets with line numbers, a caret, a selection and tinted ranges.

    Signals:
        caret_moved(object): the caret's offset (int), after the user moved it.
        selection_changed(): the caret or the selection changed, by whomever.
        told(str): a sentence for the status bar, such as that a copy is too long.
    """

    caret_moved = Signal(object)
    selection_changed = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.revision = -1
        self.accessible: object = None
        self.caret = 0
        self.anchor = 0
        self.tints: tuple[Tint, ...] = ()
        self.page = Page(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._wanted_x = 0.0
        self._caret_shown = False
        self._drag_at: QPoint | None = None
        self._triple_until = QTimer(self, singleShot=True)
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._on_blink)
        self._scroller = QTimer(self, interval=_AUTO_SCROLL_MS)
        self._scroller.timeout.connect(self._on_auto_scroll)
        # Octets run from left to right, whatever the language of the window.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Raw source")
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().setSingleStep(1)

    # What is shown

    @property
    def octets(self) -> Octets:
        """The rope that is shown."""
        return self.page.octets

    def show_octets(self, octets: Octets, revision: int, carry: Carry | None = None) -> None:
        """Show a rope; the place of the view, the caret and the selection stay as far as they exist.

        Args:
            octets: The rope.
            revision: The revision of the message it belongs to.
            carry: Says of an offset in the rope shown before where its octet is now; so what is selected stays so.
        """
        self.revision = revision
        top = self._top_carried(carry) if carry is not None else None
        if carry is not None:
            self.anchor, self.caret = carried(carry, self.anchor, self.caret)
        self.page.show(octets)
        self.caret = min(self.caret, len(octets))
        self.anchor = min(self.anchor, len(octets))
        self._fit_bars()
        if top is not None:
            offset, rows_above = top
            self.verticalScrollBar().setValue(octets.line_of(min(offset, len(octets))) - rows_above)
        self.viewport().update()

    def _top_carried(self, carry: Carry) -> tuple[int, int] | None:
        """Give an offset in the rope to come and how many rows stand above it; None to leave the view where it is.

        Who is here keeps the caret under the eyes. Else the first line stays the first, the very first of all whatever
        comes before it.
        """
        above = self.octets.line_of(self.caret) - self.top
        if self.hasFocus() and 0 <= above < self.screen_rows:
            return carry(self.caret), above
        return (carry(self.octets.line_start(self.top)), 0) if 0 < self.top < self.page.count else None

    def set_text_font(self, font: QFont) -> None:
        """Use another fixed-width font."""
        self.page.set_font(font)
        self._fit_bars()
        self.viewport().update()

    def set_tints(self, tints: tuple[Tint, ...]) -> None:
        """Lay ranges under tints; later ones lie above earlier ones."""
        self.tints = tints
        self.viewport().update()

    def select_span(self, start: int, stop: int) -> None:
        """Select a range of octets and bring it into view; `caret_moved` is not emitted."""
        size = len(self.octets)
        self.anchor, self.caret = min(max(start, 0), size), min(max(stop, 0), size)
        self.reveal(self.caret)
        self.reveal(self.anchor)
        self._after_move()

    def place_caret(self, offset: int) -> None:
        """Put the caret somewhere without a selection and bring it into view; `caret_moved` is not emitted."""
        self.select_span(offset, offset)

    @property
    def selection(self) -> tuple[int, int]:
        """The selected range of offsets; empty at the caret if nothing is selected."""
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    # Geometry

    @property
    def gutter_width(self) -> int:
        """Pixels of the line numbers."""
        digits = max(len(f"{self.page.count:d}"), _GUTTER_DIGITS)
        return round(digits * self.page.advance) + 20

    @property
    def screen_rows(self) -> int:
        """Whole rows in view."""
        return max(self.viewport().height() // self.page.height, 1)

    @property
    def top(self) -> int:
        """The first line in view."""
        return self.verticalScrollBar().value()

    def visible_rows(self) -> list[Row]:
        """The rows in view, the last one possibly in part."""
        return self.page.rows(self.top, self.screen_rows + 1)

    def text_left(self) -> float:
        """Where rows begin in the viewport."""
        return self.gutter_width + 6 - self.horizontalScrollBar().value()

    def offset_at(self, place: QPoint) -> int:
        """The offset nearest to a place in the viewport; in a mark of a long line, one beyond what is shown."""
        number = self.top + place.y() // self.page.height
        if place.y() < 0 or number < 0:
            return self.page.row(max(self.top + place.y() // self.page.height, 0)).first
        if number >= self.page.count:
            return len(self.octets)
        row = self.page.row(number)
        return min(max(row.offset_at(place.x() - self.text_left()), row.start), row.stop)

    def reveal(self, offset: int) -> None:
        """Scroll as little as possible so that an offset is in view; far jumps leave some rows above."""
        self.page.turn_to(offset)
        number = self.octets.line_of(offset)
        bar, rows = self.verticalScrollBar(), self.screen_rows
        self._fit_bars()
        if number < bar.value() - rows or number > bar.value() + 2 * rows:
            bar.setValue(max(number - rows // 4, 0))
        elif number < bar.value():
            bar.setValue(number)
        elif number >= bar.value() + rows:
            bar.setValue(number - rows + 1)
        self._fit_bars()
        x = self.page.row_of(offset).x_of(offset)
        across, room = self.horizontalScrollBar(), self.viewport().width() - self.gutter_width - 24
        if x < across.value() or x > across.value() + room:
            across.setMaximum(max(across.maximum(), round(x)))
            across.setValue(max(round(x - room * (0.1 if x < across.value() else 0.9)), 0) if x > room else 0)

    def _fit_bars(self) -> None:
        rows = self.screen_rows
        bar = self.verticalScrollBar()
        bar.setPageStep(rows)
        bar.setRange(0, max(self.page.count - rows, 0))
        across = self.horizontalScrollBar()
        room = self.viewport().width() - self.gutter_width - 12
        # Measured over the whole height: were it that of the viewport, a wide row that the bar itself covers would
        # make the bar come and go for ever.
        whole = self.page.rows(self.top, self.height() // self.page.height + 1)
        widest = max((row.width for row in whole), default=0.0)
        # The range never shrinks below where the user is: rows that scroll by must not push the view sideways.
        across.setRange(0, max(round(widest) - room, across.value(), 0))
        across.setPageStep(max(room, 1))
        across.setSingleStep(round(4 * self.page.advance))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the scroll bars."""
        super().resizeEvent(event)
        self._fit_bars()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Paint anew: rows are cheap, and the gutter stays where it is."""
        if dy:
            self._fit_bars()
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows in view."""
        painter = QPainter(self.viewport())
        paint_rows(self, painter, event.rect())
        painter.end()

    @property
    def caret_is_shown(self) -> bool:
        """Whether the caret is to be painted now."""
        return self._caret_shown

    def changeEvent(self, event: QEvent) -> None:
        """Paint in the colours of a new palette."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the caret."""
        super().focusInEvent(event)
        self._restart_blink()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the caret."""
        super().focusOutEvent(event)
        self._stop_timers()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing runs while nothing is seen."""
        super().hideEvent(event)
        self._stop_timers()

    def _stop_timers(self) -> None:
        self._blink.stop()
        self._scroller.stop()
        self._caret_shown = False
        self.viewport().update()

    def _restart_blink(self) -> None:
        self._caret_shown = self.hasFocus()
        flash = QApplication.cursorFlashTime()
        if flash > 0 and self.hasFocus():
            self._blink.start(flash // 2)
        self.viewport().update()

    @Slot()
    def _on_blink(self) -> None:
        self._caret_shown = not self._caret_shown
        self.viewport().update()

    # The keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, select, copy."""
        for plain, selecting, move in _MOVES:
            if event.matches(plain) or event.matches(selecting):
                self._move(move, keep_anchor=event.matches(selecting))
                return
        if event.matches(_KEYS.SelectAll):
            self.anchor, self.caret = 0, len(self.octets)
            self._after_move()
        elif event.matches(_KEYS.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def _move(self, move: Move, *, keep_anchor: bool) -> None:
        start, stop = self.selection
        if start != stop and not keep_anchor and move in (Move.LEFT, Move.RIGHT):
            target = start if move is Move.LEFT else stop
        else:
            target = moved(self.page, self.caret, move, self._wanted_x, self.screen_rows)
        wanted_x = self._wanted_x
        self.move_caret(target, keep_anchor=keep_anchor)
        if move in (Move.UP, Move.DOWN, Move.PAGE_UP, Move.PAGE_DOWN):
            self._wanted_x = wanted_x

    def move_caret(self, offset: int, *, keep_anchor: bool = False) -> None:
        """Move the caret as the user does: it is brought into view and told."""
        self.caret = min(max(offset, 0), len(self.octets))
        if not keep_anchor:
            self.anchor = self.caret
        self.reveal(self.caret)
        self._after_move()
        self.caret_moved.emit(self.caret)

    def _after_move(self) -> None:
        self._wanted_x = self.page.row_of(self.caret).x_of(self.caret)
        self._restart_blink()
        self.selection_changed.emit()

    @Slot()
    def copy(self) -> None:
        """Copy the selection as text, up to 8 MiB."""
        start, stop = self.selection
        if stop - start > MAXIMUM_COPY:
            self.told.emit(f"{stop - start:,} octets are too many to copy; save the part or the message instead.")
        elif start < stop:
            QGuiApplication.clipboard().setText(copied(self.octets.read(start, stop)))

    @Slot()
    def select_all(self) -> None:
        """Select everything."""
        self.anchor, self.caret = 0, len(self.octets)
        self._after_move()

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set the caret, or extend with Shift; a third click selects the line."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = event.position().toPoint()
        self._drag_at = place
        if self._triple_until.isActive() or place.x() < self.gutter_width:
            row = self.page.row_of(self.offset_at(place))
            self.anchor = row.start
            self.move_caret(row.end, keep_anchor=True)
            return
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.move_caret(self.offset_at(place), keep_anchor=extend)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the word."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.anchor, stop = word_at(self.octets, self.offset_at(event.position().toPoint()))
            self.move_caret(stop, keep_anchor=True)
            self._triple_until.start(QApplication.doubleClickInterval())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection; outside of the viewport it scrolls."""
        if self._drag_at is None:
            return
        place = event.position().toPoint()
        if self._drag_at == place:
            return
        self._drag_at = place
        if self.viewport().rect().contains(place):
            self._scroller.stop()
            self._drag_to(place)
        elif not self._scroller.isActive():
            self._scroller.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a selection; it goes to the primary selection where there is one."""
        self._drag_at = None
        self._scroller.stop()
        clipboard = QGuiApplication.clipboard()
        start, stop = self.selection
        if clipboard.supportsSelection() and 0 < stop - start <= MAXIMUM_COPY:
            clipboard.setText(copied(self.octets.read(start, stop)), clipboard.Mode.Selection)

    @Slot()
    def _on_auto_scroll(self) -> None:
        if self._drag_at is None:
            return
        room = self.viewport().rect()
        up = min(self._drag_at.y(), 0) + max(self._drag_at.y() - room.height(), 0)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + round(up / self.page.height))
        self._drag_to(QPoint(self._drag_at.x(), min(max(self._drag_at.y(), 0), room.height() - 1)))

    def _drag_to(self, place: QPoint) -> None:
        row = self.page.row_of(self.offset_at(place))
        self.move_caret(min(max(self.offset_at(place), row.first), row.last), keep_anchor=True)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy and Select all."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction("&Copy", self.copy)
        copy.setShortcut(_KEYS.Copy)
        copy.setEnabled(self.anchor != self.caret)
        menu.addAction("Select &All", self.select_all).setShortcut(_KEYS.SelectAll)
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        menu.popup(self.viewport().mapToGlobal(self.caret_place().toPoint()) if by_key else event.globalPos())

    def caret_place(self) -> QPointF:
        """The top of the caret in the viewport."""
        row = self.page.row_of(self.caret)
        return QPointF(self.text_left() + row.x_of(self.caret), (row.number - self.top) * self.page.height)
