"""The table of immutable rows, held to the rules of Qt's own tester."""

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sescomposer.gui.models.rows_model import RowsModel


class Squares(RowsModel[int]):
    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return str(self.rows[index.row()] ** (index.column() + 1)) if role == Qt.ItemDataRole.DisplayRole else None


@pytest.fixture
def model() -> Squares:
    return Squares(("Number", "Square"))


def test_it_is_a_table_as_qt_wants_it(model: Squares, qtmodeltester: ModelTester) -> None:
    model.show_rows((1, 2, 3))
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    assert (model.rowCount(), model.columnCount(), model.rowCount(model.index(0, 0))) == (3, 2, 0)
    assert model.index(2, 1).data() == "9"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Square"
    assert model.headerData(1, Qt.Orientation.Vertical) is None


def test_equal_rows_change_nothing(model: Squares, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.modelReset):
        assert model.show_rows((1,))
    with qtbot.assertNotEmitted(model.modelReset):
        assert not model.show_rows((1,))
