"""Rows of the raw pane whose octets are in disguise: drawn as far as they are in view, and quickly."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter
from pytestqt.qtbot import QtBot

from sescomposer.core.octets import Octets
from sescomposer.gui.panes.raw_page import CLIP, Page, Row, _joined

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]
ROOM = QRect(0, 0, 300, 24)


def row_of(octets: bytes) -> Row:
    page = Page(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    page.show(Octets.of(octets))
    return page.row(0)


def picture(row: Row, left: float, *, is_clipped: bool) -> QImage:
    image = QImage(ROOM.size(), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    if is_clipped:
        painter.setClipRect(ROOM)
    row.draw(painter, QPointF(-left, 0), QColor("black"), QColor("red"), QColor("yellow"))
    painter.end()
    return image


@pytest.mark.parametrize(
    "octets",
    [
        b"\r" * 400,
        b"ab\r\x00c" * 90,
        b"\xffabc\x01" * 90,
        "a\u202eשלום\x01 abc ".encode() * 30,
        "漢字\x02".encode() * 60,
    ],
)
def test_a_row_looks_the_same_when_only_what_is_in_view_is_marked(octets: bytes, qtbot: QtBot) -> None:
    del qtbot
    row = row_of(octets)
    for left in (0.0, 3.0, 117.0, row.text_width - 100, row.text_width + 500):
        assert picture(row, left, is_clipped=True) == picture(row, left, is_clipped=False)


@pytest.mark.parametrize("octets", [b"\r" * CLIP, b"\ra" * (CLIP // 2)])
def test_octets_in_disguise_are_drawn_about_as_fast_as_they_are_laid_out(
    octets: bytes, costs_at_most: CostsAtMost, qtbot: QtBot
) -> None:
    del qtbot
    row = row_of(octets)
    costs_at_most(5, lambda: picture(row, 0, is_clipped=True), lambda: row_of(octets))


@given(st.sets(st.integers(0, 40)), st.integers(-3, 45), st.integers(-3, 45))
def test_neighbouring_marks_are_one(marked: set[int], first: int, last: int) -> None:
    marks = [(at, at + 1) for at in sorted(marked)]
    found = list(_joined(marks, first, last))
    covered = {at for start, stop in found for at in range(start, stop)}
    assert covered <= marked
    assert {at for at in marked if first <= at < last} <= covered
    assert all(before[1] < after[0] for before, after in itertools.pairwise(found))
