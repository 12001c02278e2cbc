"""The rows of a rope as they lie on a page: made when they come into view, measured, and drawn.

A row holds at most `CLIP` octets of its line. Where the line is longer, a mark says how many octets stand before and
behind; `turn_to` slides the window of one long line to an offset, so that every octet can be reached.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QRegion, QTextLayout, QTextOption

from sescomposer.core.octets import EMPTY, Line, Octets
from sescomposer.gui.panes.raw_text import Shown, shown, whole

CLIP = 4096
_TAB_COLUMNS = 8
_KEPT_ROWS = 400
_WIDEST = 1e7
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


class Row:
    """One line on the page. All x are pixels from the start of the row, all offsets those of the rope.

    Attributes:
        number: Line from 0.
        start, stop: The line without its line end.
        end: Behind the line end.
        first, last: What is shown of it.
    """

    def __init__(self, line: Line, first: int, run: Shown, page: "Page") -> None:
        self.number = line.number
        self.start = line.start
        self.stop = line.start + line.length
        self.end = self.stop + len(line.ending)
        self.first = first
        self.last = first + run.length
        self.run = run
        self.before = f"\u2026 {first - line.start:,} octets before  " if first > line.start else ""
        self.after = f"  \u2026 {self.stop - self.last:,} octets more" if self.stop > self.last else ""
        self._page = page
        self._layout = None if run.is_plain else page.laid_out(run.text)
        self._runs_both_ways = not run.is_plain and _RIGHT_TO_LEFT.search(run.text) is not None
        self.left = page.metrics.horizontalAdvance(self.before) if self.before else 0.0
        if self._layout is None:
            self.text_width = run.length * page.advance
        else:
            self.text_width = self._layout.lineAt(0).naturalTextWidth()
        self.width = self.left + self.text_width
        self.width += page.metrics.horizontalAdvance(self.after) if self.after else page.advance

    def x_of(self, offset: int) -> float:
        """Where the character at an offset begins; offsets outside of what is shown are at its ends."""
        inside = min(max(offset, self.first), self.last) - self.first
        if self._layout is None:
            return self.left + inside * self._page.advance
        return self.left + _x(self._layout, self.run.position_of(inside))

    def offset_at(self, x: float) -> int:
        """The offset of the gap between characters that is nearest to an x; a mark gives the octet behind it."""
        if x < self.left and self.before:
            return self.first - 1
        if self.after and x > self.left + self.text_width + self._page.advance:
            return self.last + 1
        if self._layout is None:
            return self.first + min(max(round((x - self.left) / self._page.advance), 0), self.run.length)
        return self.first + self.run.offset_of(int(self._layout.lineAt(0).xToCursor(x - self.left)))

    def stepped(self, offset: int, forward: bool) -> int:
        """The next offset where a caret may stand, inside of what is shown."""
        inside = offset - self.first
        if self._layout is None:
            return offset + (1 if forward else -1)
        position = self.run.position_of(inside)
        while (moved := self._step(position, forward)) != position:
            position = moved
            if self.run.offset_of(position) != inside:
                break
        # Back to the first unit of a character that is shown by several.
        return self.first + self.run.offset_of(position)

    def _step(self, position: int, forward: bool) -> int:
        assert self._layout is not None
        if forward:
            return int(self._layout.nextCursorPosition(position))
        return int(self._layout.previousCursorPosition(position))

    def spans(self, start: int, stop: int) -> list[tuple[float, float]]:
        """Rectangles (left, right) of a range of offsets; several where text runs both ways."""
        start, stop = max(start, self.first), min(stop, self.last)
        if start >= stop:
            return []
        if self._layout is None:
            return [(self.x_of(start), self.x_of(stop))]
        first, last = self.run.position_of(start - self.first), self.run.position_of(stop - self.first)
        return [(self.left + left, self.left + right) for left, right in self._extents(first, last)]

    def draw(self, painter: QPainter, at: QPointF, text: QColor, mark: QColor, ground: QColor) -> None:
        """Draw the text; `at` is the top left corner, `mark` and `ground` colour marks and disguised octets."""
        baseline = at.y() + self._page.ascent
        if self._layout is None:
            painter.setPen(text)
            painter.drawText(QPointF(at.x() + self.left, baseline), self.run.text)
        else:
            painter.setPen(text)
            place = QPointF(at.x() + self.left, at.y())
            self._layout.draw(painter, place)
            self._draw_marks(painter, place, mark, ground)
        painter.setPen(mark)
        if self.before:
            painter.drawText(QPointF(at.x(), baseline), self.before)
        if self.after:
            painter.drawText(QPointF(at.x() + self.left + self.text_width, baseline), self.after)

    def _draw_marks(self, painter: QPainter, place: QPointF, mark: QColor, ground: QColor) -> None:
        """Draw what stands for octets in disguise once more, all at once: Qt goes over the line for each format."""
        assert self._layout is not None
        first, last = self._in_view(painter.clipBoundingRect().translated(-place))
        rooms = QRegion()
        for start, stop in _joined(self.run.marks, first, last):
            for left, right in self._extents(start, stop):
                edge = round(place.x() + left)
                rooms |= QRect(edge, round(place.y()), round(place.x() + right) - edge, self._page.height)
        if rooms.isEmpty():
            return
        painter.save()
        painter.setClipRegion(rooms, Qt.ClipOperation.IntersectClip)
        painter.fillRect(rooms.boundingRect(), ground)
        painter.setPen(mark)
        self._layout.draw(painter, place)
        painter.restore()

    def _in_view(self, room: QRectF) -> tuple[int, int]:
        """The run of text in some room; all of it where nothing is clipped, or where runs stand in another order."""
        assert self._layout is not None
        if room.isEmpty() or self._runs_both_ways:
            return 0, len(self.run.text)
        line = self._layout.lineAt(0)
        return int(line.xToCursor(room.left())) - 1, int(line.xToCursor(room.right())) + 1

    def _extents(self, first: int, last: int) -> list[tuple[float, float]]:
        """Where a run of text stands (left, right) in the layout; in several places where it runs both ways."""
        assert self._layout is not None
        if self._runs_both_ways:
            rects = [run.boundingRect() for run in self._layout.lineAt(0).glyphRuns(first, last - first)]
            if rects:
                return [(rect.left(), rect.right()) for rect in rects]
        ends = sorted((_x(self._layout, first), _x(self._layout, last)))
        return [(ends[0], ends[1])]


class Page:
    """Rows of one rope in one font."""

    def __init__(self, font: QFont) -> None:
        self.octets: Octets = EMPTY
        self._rows: dict[int, Row] = {}
        self._turned = (-1, 0)
        self.set_font(font)

    def set_font(self, font: QFont) -> None:
        """Measure anew in another font."""
        self.font = font
        self.metrics = QFontMetricsF(font)
        self.advance = self.metrics.horizontalAdvance("0" * 64) / 64
        self.height = round(self.metrics.height() + 2)
        self.ascent = self.metrics.ascent() + 1
        self._rows.clear()

    def show(self, octets: Octets) -> None:
        """Take another rope; rows are made when they are asked for."""
        self.octets = octets
        self._rows.clear()

    @property
    def count(self) -> int:
        """Number of rows; behind a last line end there is an empty one."""
        return self.octets.newlines + 1

    def rows(self, first: int, count: int) -> list[Row]:
        """Give the rows from a line on, at most `count`."""
        wanted = range(max(first, 0), min(first + count, self.count))
        if any(number not in self._rows for number in wanted):
            self._make(wanted)
        return [self._rows[number] for number in wanted]

    def row(self, number: int) -> Row:
        """Give one row."""
        return self.rows(number, 1)[0]

    def row_of(self, offset: int) -> Row:
        """Give the row of the line that holds an offset."""
        return self.row(self.octets.line_of(offset))

    def turn_to(self, offset: int) -> bool:
        """Slide the window of a long line so that an offset is shown; whether that changed the page."""
        row = self.row_of(offset)
        if row.first <= offset <= row.last:
            return False
        first = max(min(offset - CLIP // 2, row.stop - CLIP), row.start)
        self._rows.pop(self.octets.line_of(max(self._turned[0], 0)), None)
        self._rows.pop(row.number, None)
        self._turned = (row.start, first)
        return True

    def laid_out(self, text: str) -> QTextLayout:
        """Lay out text that is not plain on one line, from left to right as octets run."""
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTabStopDistance(_TAB_COLUMNS * self.advance)
        layout = QTextLayout(text, self.font)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(_WIDEST)
        line.setPosition(QPointF(0, self.ascent - line.ascent()))
        layout.endLayout()
        return layout

    def _make(self, wanted: range) -> None:
        if len(self._rows) > _KEPT_ROWS:
            self._rows.clear()
        for line in self.octets.lines(wanted.start, len(wanted), CLIP + 4):
            self._rows[line.number] = self._row(line)
        last = self.count - 1
        if last in wanted and last not in self._rows:
            size = len(self.octets)
            self._rows[last] = Row(Line(last, size, 0, b"", b""), size, shown(b""), self)

    def _row(self, line: Line) -> Row:
        first, octets = line.start, line.octets
        if line.length > CLIP:
            if self._turned[0] == line.start:
                first = min(self._turned[1], line.start + line.length)
            octets = self.octets.read(first, min(first + CLIP, line.start + line.length))
            is_end = first + len(octets) >= line.start + line.length
            skip, drop = whole(octets, at_start=first > line.start, at_stop=not is_end)
            first, octets = first + skip, octets[skip : len(octets) - drop]
        return Row(line, first, shown(octets), self)


def _joined(marks: Sequence[tuple[int, int]], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Give the marks between two positions, neighbours as one: to look up where each stands takes time."""
    at = max(bisect_left(marks, (first, first)) - 1, 0)
    open_start = open_stop = -1
    for start, stop in marks[at : bisect_left(marks, (last, last))]:
        if start != open_stop:
            if open_start >= 0:
                yield open_start, open_stop
            open_start = start
        open_stop = stop
    if open_start >= 0:
        yield open_start, open_stop


def _x(layout: QTextLayout, position: int) -> float:
    # The stub promises a float, Qt gives the pair of x and the position it took.
    answer: object = layout.lineAt(0).cursorToX(position)
    return float(answer[0]) if isinstance(answer, tuple) else float(answer)  # type: ignore[arg-type]
