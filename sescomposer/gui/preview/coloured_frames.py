"""Colour behind several paragraphs in one piece: Qt's rich text paints it for each, with stripes in between."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextBlock, QTextCursor, QTextDocument, QTextFrameFormat

MOST_BLOCKS = 2000
"""Blocks looked at: it happens on the window's own thread, in about 20 ms."""
_MOST_RUNS = 30
"""Frames made at most."""

_PADDING = 8.0


@dataclass(frozen=True, slots=True)
class _Run:
    colour: QColor
    first: int
    last: int
    """Number of its last block."""


def join_coloured_blocks(document: QTextDocument) -> None:
    """Put neighbouring blocks of one background, and what stands between them, in a frame of that background."""
    whole = QTextCursor(document)
    # One layout at the end instead of one for each change.
    whole.beginEditBlock()
    # From the last one on, because a frame adds blocks behind itself.
    for run in reversed(tuple(islice(_runs(document), _MOST_RUNS))):
        _frame(document, run)
    whole.endEditBlock()


def _runs(document: QTextDocument) -> Iterator[_Run]:
    """Give the runs of two and more; tables and blank blocks without a colour may stand within."""
    run: _Run | None = None
    for number, block in enumerate(_blocks(document)):
        colour = _colour(block)
        if run is not None and colour == run.colour:
            run = replace(run, last=number)
        elif colour is not None or (_is_outermost(document, block) and block.text().strip()):
            if run is not None and run.last > run.first:
                yield run
            run = None if colour is None or not _is_outermost(document, block) else _Run(colour, number, number)
    if run is not None and run.last > run.first:
        yield run


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid() and block.blockNumber() < MOST_BLOCKS:
        yield block
        block = block.next()


def _colour(block: QTextBlock) -> QColor | None:
    background = block.blockFormat().background()
    return background.color() if background.style() == Qt.BrushStyle.SolidPattern else None


def _is_outermost(document: QTextDocument, block: QTextBlock) -> bool:
    return QTextCursor(block).currentFrame() == document.rootFrame()


def _frame(document: QTextDocument, run: _Run) -> None:
    """Move the blocks into a frame; its first block begins anew and gets its format again."""
    cursor = QTextCursor(document.findBlockByNumber(run.first))
    for number in range(run.first, run.last + 1):
        block = document.findBlockByNumber(number)
        if _colour(block) == run.colour:
            form = block.blockFormat()
            form.clearBackground()
            QTextCursor(block).setBlockFormat(form)
    form = cursor.blockFormat()
    last = document.findBlockByNumber(run.last)
    cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    frame = QTextFrameFormat()
    frame.setBackground(run.colour)
    frame.setPadding(_PADDING)
    QTextCursor(cursor.insertFrame(frame).firstCursorPosition()).setBlockFormat(form)
