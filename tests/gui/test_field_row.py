"""One row of the header form: what stands beside its value."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.gui.panes.field_row import MainRow
from sescomposer.gui.widgets.field_line import FieldLine


@pytest.fixture
def row(qtbot: QtBot) -> Iterator[MainRow]:
    window = QWidget()
    qtbot.addWidget(window)
    made = MainRow("Subject", FieldLine("Subject"), hint="", removable=False, parent=window)
    made.resize(500, made.sizeHint().height())
    with qtbot.waitExposed(window):
        window.show()
    yield made
    window.hide()


def test_the_button_for_the_octets_stands_beside_the_value(row: MainRow) -> None:
    gap = row.braces.x() - row.value.geometry().right()
    assert 0 < gap < row.braces.width()


def test_a_sign_that_comes_leaves_the_value_as_wide_as_it_was(row: MainRow, qtbot: QtBot) -> None:
    before = row.value.geometry()
    row.show_findings([Finding("one", Severity.ERROR, "The first.", Where(), "RFC 5322")])
    qtbot.waitUntil(row.sign.isVisible)
    assert row.value.geometry() == before
    assert row.sign.geometry().left() >= row.braces.geometry().right()
