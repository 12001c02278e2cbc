"""Texts that fit their height, in an area that scrolls: at every size the area comes to rest."""

import pytest
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.steady_scroll import SteadyScroll

TEXT = "Some words of various lengths that wrap at one width and do not at another. " * 3


@pytest.fixture
def area(qtbot: QtBot) -> SteadyScroll:
    content = QWidget()
    column = QVBoxLayout(content)
    for number in range(6):
        text = FittingText(f"Text {number}", content, lines=12)
        text.say(TEXT)
        column.addWidget(text)
    column.addStretch(1)
    made = SteadyScroll(content)
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_content_keeps_its_width_with_and_without_a_bar(area: SteadyScroll) -> None:
    area.resize(400, 2000)
    assert area.verticalScrollBar().maximum() == 0
    width = area.viewport().width()
    area.resize(400, 100)
    assert area.verticalScrollBar().maximum() > 0
    assert area.viewport().width() == width
    assert isinstance(area, QScrollArea)


def test_every_size_comes_to_rest(area: SteadyScroll, qtbot: QtBot) -> None:
    area.resize(400, 2000)
    content = area.widget()
    assert content is not None
    # Just where the content fits, or does not.
    height = content.sizeHint().height()
    for width in range(240, 460, 7):
        for change in (-3, -1, 0, 1, 3):
            area.resize(width, height + change)
            height = content.sizeHint().height()
    heights = []
    for _ in range(5):
        qtbot.wait(1)
        heights.append(content.height())
    assert len(set(heights[1:])) == 1
