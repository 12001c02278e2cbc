"""A selected row: strong with focus, pale without, in light and in dark."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QTreeView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.gui.icons import icon
from sescomposer.gui.theme import contrast, theme_for, theme_named
from sescomposer.gui.widgets.selection_colours import SelectionColours


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    model = QStandardItemModel(made)
    model.appendRow(QStandardItem(icon("error", "error"), "the selected row"))
    tree = QTreeView(made)
    tree.setModel(model)
    tree.setCurrentIndex(model.index(0, 0))
    SelectionColours(tree)
    layout = QVBoxLayout(made)
    layout.addWidget(tree)
    layout.addWidget(QLineEdit(made))
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def picture(window: QWidget) -> QImage:
    tree = window.findChildren(QTreeView)[0]
    return tree.viewport().grab(tree.visualRect(tree.model().index(0, 0))).toImage()


def test_focus_can_be_seen_on_the_selected_row(window: QWidget, qtbot: QtBot) -> None:
    tree, line = window.findChildren(QTreeView)[0], window.findChildren(QLineEdit)[0]
    tree.setFocus()
    qtbot.waitUntil(tree.hasFocus)
    with_focus = picture(window)
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    without = picture(window)
    corner = without.width() - 2, 2
    assert contrast(with_focus.pixelColor(*corner), without.pixelColor(*corner)) > 2
    pale = tree.palette().color(QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight)
    assert without.pixelColor(*corner) == pale


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_pale_row_follows_the_palette_and_can_be_read(window: QWidget, name: str) -> None:
    base = theme_named(name).base
    palette = QPalette(base["window"])
    palette.setColor(QPalette.ColorRole.Base, base["base"])
    palette.setColor(QPalette.ColorRole.Text, base["text"])
    window.setPalette(palette)
    tree = window.findChildren(QTreeView)[0]
    assert theme_for(tree.palette()).name == name
    pale, words = (
        tree.palette().color(QPalette.ColorGroup.Inactive, role)
        for role in (QPalette.ColorRole.Highlight, QPalette.ColorRole.HighlightedText)
    )
    assert contrast(pale, words) > 4.5
    assert pale != tree.palette().color(QPalette.ColorRole.Base)
    assert tree.focusPolicy() is Qt.FocusPolicy.StrongFocus


def test_signs_can_be_seen_on_the_pale_row(window: QWidget, qtbot: QtBot) -> None:
    line = window.findChildren(QLineEdit)[0]
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    seen = picture(window)
    red = theme_for(window.palette()).text["error"]
    pixels = [seen.pixelColor(x, y) for x in range(min(40, seen.width())) for y in range(seen.height())]
    assert red in pixels
