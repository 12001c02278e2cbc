"""The scroll bars of the raw view settle, also where a wide row lies just where the horizontal bar would be."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from sescomposer.core.octets import Octets
from sescomposer.gui.panes.raw_view import RawView


class ResizeCounter(QObject):
    """Counts how often a widget is given another size."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count and let pass."""
        self.count += event.type() == QEvent.Type.Resize
        return False


@pytest.mark.parametrize("behind", range(-2, 3))
def test_bars_settle(qtbot: QtBot, behind: int) -> None:
    view = RawView()
    qtbot.addWidget(view)
    view.resize(300, 400)
    view.show()
    lines = [b"short"] * 200
    lines[view.screen_rows + behind] = b"w" * 300
    counter = ResizeCounter()
    view.viewport().installEventFilter(counter)
    view.show_octets(Octets.of(b"\n".join(lines)), 1)
    for _ in range(50):
        QCoreApplication.processEvents()
    assert counter.count <= 4
