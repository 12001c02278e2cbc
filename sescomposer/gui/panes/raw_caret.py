"""Where a caret goes: moves over a page, by character, word, row, screen and document."""

from collections.abc import Callable
from enum import Enum, auto

from sescomposer.core.octets import Octets
from sescomposer.gui.panes.raw_page import Page

_WORD_WINDOW = 1024
Carry = Callable[[int], int]
"""Says of an offset in one rope where its octet is in another."""


class Move(Enum):
    """A move of the caret."""

    LEFT = auto()
    RIGHT = auto()
    WORD_LEFT = auto()
    WORD_RIGHT = auto()
    UP = auto()
    DOWN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    ROW_START = auto()
    ROW_END = auto()
    START = auto()
    END = auto()


def moved(page: Page, offset: int, move: Move, wanted_x: float, screen: int) -> int:
    """Give the offset after a move.

    Args:
        wanted_x: The x that moves between rows try to keep.
        screen: Rows of one screen.
    """
    row = page.row_of(offset)
    match move:
        case Move.LEFT:
            return _left(page, offset)
        case Move.RIGHT:
            return _right(page, offset)
        case Move.WORD_LEFT:
            return word_start(page.octets, offset - 1) if offset else 0
        case Move.WORD_RIGHT:
            return _next_word(page.octets, offset)
        case Move.ROW_START:
            return row.start
        case Move.ROW_END:
            return row.stop
        case Move.START:
            return 0
        case Move.END:
            return len(page.octets)
        case Move.UP | Move.DOWN | Move.PAGE_UP | Move.PAGE_DOWN:
            return _by_rows(page, row.number, move, wanted_x, screen)


def carried(carry: Carry, anchor: int, caret: int) -> tuple[int, int]:
    """Carry a selection along: it ends with the last octet that is selected, whatever comes in behind it.

    >>> carried(lambda offset: offset + 10 * (offset >= 7), 4, 7)
    (4, 7)
    """
    if anchor == caret:
        return (carry(caret),) * 2
    start, last = carry(min(anchor, caret)), carry(max(anchor, caret) - 1)
    stop = max(start, last + 1)
    return (start, stop) if anchor < caret else (stop, start)


def _by_rows(page: Page, number: int, move: Move, wanted_x: float, screen: int) -> int:
    step = {Move.UP: -1, Move.DOWN: 1, Move.PAGE_UP: -screen, Move.PAGE_DOWN: screen}[move]
    if number + step < 0 and number == 0:
        return 0
    if number + step >= page.count and number == page.count - 1:
        return len(page.octets)
    row = page.row(min(max(number + step, 0), page.count - 1))
    return min(max(row.offset_at(wanted_x), row.first), row.last)


def _left(page: Page, offset: int) -> int:
    row = page.row_of(offset)
    if offset <= row.start:
        return page.row(row.number - 1).stop if row.number else 0
    if offset > row.stop:
        return row.stop
    page.turn_to(offset - 1)
    row = page.row_of(offset)
    return row.stepped(offset, forward=False)


def _right(page: Page, offset: int) -> int:
    row = page.row_of(offset)
    if offset >= row.stop:
        return row.end
    page.turn_to(offset + 1)
    row = page.row_of(offset)
    return row.stepped(offset, forward=True)


def _is_word(octet: int) -> bool:
    return octet >= 0x80 or octet == 0x5F or chr(octet).isalnum()


def word_start(octets: Octets, offset: int) -> int:
    """Give where the word (or the gap between words) that holds an offset starts, looking back 1 KiB at most.

    >>> word_start(Octets.of(b"one two"), 5)
    4
    """
    low = max(offset - _WORD_WINDOW, 0)
    window = octets.read(low, offset + 1)
    at = len(window) - 1
    while at > 0 and not _is_word(window[at]) and window[at] != 0x0A:
        at -= 1
    while at > 0 and _is_word(window[at]) and _is_word(window[at - 1]):
        at -= 1
    return low + max(at, 0)


def word_at(octets: Octets, offset: int) -> tuple[int, int]:
    """Give the word around an offset, or the octet there if it belongs to no word.

    >>> word_at(Octets.of(b"one two, three"), 5)
    (4, 7)
    """
    low = max(offset - _WORD_WINDOW, 0)
    window = octets.read(low, offset + _WORD_WINDOW)
    at = offset - low
    if at >= len(window) or not _is_word(window[at]):
        if not at or not _is_word(window[at - 1]):
            return offset, min(offset + 1, len(octets))
        at -= 1
    start, stop = at, at + 1
    while start > 0 and _is_word(window[start - 1]):
        start -= 1
    while stop < len(window) and _is_word(window[stop]):
        stop += 1
    return low + start, low + stop


def _next_word(octets: Octets, offset: int) -> int:
    window = octets.read(offset, offset + _WORD_WINDOW)
    at = 0
    while at < len(window) and _is_word(window[at]):
        at += 1
    while at < len(window) and not _is_word(window[at]):
        at += 1
        if window[at - 1] == 0x0A:
            break
    return offset + at
