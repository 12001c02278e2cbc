"""What windows of entries are made of: a list above what is selected in it, or a page that says why there is none."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.rows import in_rows

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
    in_rows(view, name)
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


def on_delete(entries: QAbstractItemView, slot: Callable[[], object]) -> None:
    """Let Del act while the keys are on a list."""
    shortcut = QShortcut(QKeySequence("Del"), entries, context=Qt.ShortcutContext.WidgetShortcut)
    shortcut.activated.connect(slot)


def below_one_another(parent: QWidget, rows: Iterable[QWidget | QLayout], filling: QWidget) -> None:
    """Put rows into a window from above, and below them what takes the room."""
    column = QVBoxLayout(parent)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(8)
    for row in rows:
        if isinstance(row, QWidget):
            column.addWidget(row)
        else:
            column.addLayout(row)
    column.addWidget(filling, 1)


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


def turned_to(pages: QStackedWidget, page: QWidget) -> bool:
    """Show a page; tells whether it is another than before."""
    is_other = pages.currentWidget() is not page
    if is_other:
        pages.setCurrentWidget(page)
    return is_other


def count_words(found: int, total: int, noun: str) -> str:
    """Say how many entries are listed.

    >>> count_words(1, 1, "draft"), count_words(0, 0, "draft"), count_words(3, 1200, "draft")
    ('1 draft', '0 drafts', '3 of 1,200')
    """
    return f"{found:,} of {total:,}" if found != total else f"{total:,} {noun}{'' if total == 1 else 's'}"
