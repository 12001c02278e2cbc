"""What an empty pane shows: it can be read whole in wide and narrow panes."""

import pytest
from PySide6.QtWidgets import QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.gui.widgets.empty_state import EmptyState


@pytest.mark.parametrize("width", [240, 380, 900])
def test_words_take_the_room_that_is_there(qtbot: QtBot, width: int) -> None:
    pane = QWidget()
    qtbot.addWidget(pane)
    state = EmptyState("encrypt", pane)
    state.say("Nothing is signed or encrypted", "Open a signed or encrypted message, and see here who signed it. " * 3)
    assert state.minimumSizeHint().width() <= 240
    state.resize(width, 700)
    pane.resize(width, 700)
    pane.show()
    for label in (state.title, state.words):
        qtbot.waitUntil(lambda label=label: state.rect().contains(label.geometry()))  # type: ignore[misc]
        assert label.width() <= 480
        label.setMinimumHeight(0)
        assert label.height() >= label.heightForWidth(label.width())
    assert state.words.width() == min(480, width - 64)


def test_a_pane_that_was_never_shown_makes_no_window_higher(qtbot: QtBot) -> None:
    pane = QWidget()
    qtbot.addWidget(pane)
    state = EmptyState("encrypt", pane)
    pane.show()
    state.say("Title", "Words that wrap. " * 30)
    state.resize(240, 700)
    narrow = state.minimumSizeHint()
    high = state.words.height()
    state.resize(900, 700)
    assert state.words.height() < high
    assert state.minimumSizeHint() == narrow
    assert narrow.height() < 300
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    pages.addWidget(QWidget())
    pages.addWidget(state)
    assert not pages.hasHeightForWidth()
