"""What windows of entries are made of: a list above what is selected in it, or a page that says why there is none."""

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QWidget,
)

from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.selection_colours import SelectionColours

_LEAST_HEIGHT = 96


def entry_list(
    model: QAbstractItemModel, name: str, parent: QWidget, *, fitting: Iterable[int], stretching: Iterable[int]
) -> QTreeView:
    """Make a list of entries in rows.

    Args:
        model: What it shows.
        name: For those who do not see it.
        parent: Above it.
        fitting: Columns as wide as what they hold.
        stretching: Columns that share the rest.
    """
    view = QTreeView(parent)
    view.setModel(model)
    view.setAccessibleName(name)
    SelectionColours(view)
    view.setRootIsDecorated(False)
    view.setUniformRowHeights(True)
    view.setAlternatingRowColors(True)
    view.setAllColumnsShowFocus(True)
    view.setTextElideMode(Qt.TextElideMode.ElideRight)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setMinimumHeight(_LEAST_HEIGHT)
    header = view.header()
    header.setStretchLastSection(False)
    for column in fitting:
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    for column in stretching:
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    return view


def told_button(icon_name: str, words: str, tip: str, parent: QWidget) -> QPushButton:
    """Make a button that says what it does, to those who hover and to those who listen; "" is no icon."""
    button = QPushButton(words, parent)
    if icon_name:
        button.setIcon(icon(icon_name))
    button.setToolTip(tip)
    button.setAccessibleDescription(tip)
    return button


def storeys_of(entries: QWidget, detail: QWidget, heights: tuple[int, int], parent: QWidget) -> QSplitter:
    """Put the list above what is selected in it; the detail takes what room is added."""
    storeys = QSplitter(Qt.Orientation.Vertical, parent)
    storeys.addWidget(entries)
    storeys.addWidget(detail)
    storeys.setChildrenCollapsible(False)
    storeys.setHandleWidth(8)
    storeys.setStretchFactor(1, 1)
    storeys.setSizes(list(heights))
    return storeys


def pages_of(empty: QWidget, full: QWidget, parent: QWidget) -> QStackedWidget:
    """Put two pages in one place; the empty one is shown first."""
    pages = QStackedWidget(parent)
    pages.addWidget(empty)
    pages.addWidget(full)
    return pages
