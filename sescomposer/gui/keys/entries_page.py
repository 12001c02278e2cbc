"""A page of the window of keys: buttons, a list, and below it everything about what is selected; empty, it teaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QItemSelectionModel, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.keys.shown import Shown
from sescomposer.gui.keys.shown_detail import ShownDetail
from sescomposer.gui.keys.shown_model import ShownModel
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.entries import below_one_another, entry_list, pages_of, storeys_of, told_button


@dataclass(frozen=True, slots=True)
class PageButton:
    """One button of a page.

    Attributes:
        name: What `wanted` tells.
        icon: "" for none.
        words, tip: What it says.
        on_selected: Whether it acts on what is selected.
        menu: Names and words of further ways; the button opens them.
    """

    name: str
    icon: str
    words: str
    tip: str
    on_selected: bool = False
    menu: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PageWords:
    """What a page is made of.

    Attributes:
        name: Of the list, for those who do not see it.
        columns: Titles of the list.
        stretching: Columns that share the room.
        buttons: Above the list.
        empty: Sign, title and words where there is nothing.
        first: Names of the buttons below those words.
    """

    name: str
    columns: tuple[str, ...]
    stretching: tuple[int, ...]
    buttons: tuple[PageButton, ...]
    empty: tuple[str, str, str]
    first: tuple[str, ...]


class EntriesPage(QWidget):
    """One page.

    Signals:
        wanted(str): a button, or an entry of its menu, was pressed; its name.
        copied(str): something lies on the clipboard now.
    """

    wanted = Signal(str)
    copied = Signal(str)

    def __init__(self, words: PageWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.model = ShownModel(words.columns, self)
        fitting = [column for column in range(len(words.columns)) if column not in words.stretching]
        self.list = entry_list(self.model, words.name, self, fitting=fitting, stretching=words.stretching)
        self.detail = ShownDetail(f"Details: {words.name}", self)
        self.detail.copied.connect(self.copied)
        self.buttons = {button.name: self._button(button) for button in words.buttons}
        self.empty = EmptyState(words.empty[0], self)
        self.empty.say(*words.empty[1:])
        self.storeys = storeys_of(self.list, self.detail, (240, 320), self)
        self.pages = pages_of(self._make_empty(), self.storeys, self)
        # As long as nothing was read, nobody is told that there is nothing.
        self.pages.setCurrentIndex(1)
        self.top = QHBoxLayout()
        self.top.setSpacing(8)
        for made in self.buttons.values():
            self.top.addWidget(made)
        self.top.addStretch(1)
        below_one_another(self, (self.top,), self.pages)
        self.list.selectionModel().selectionChanged.connect(self._on_selected)
        self._on_selected()

    @property
    def selected(self) -> Shown | None:
        """What is selected, None if nothing is."""
        rows = self.list.selectionModel().selectedRows()
        return self.model.rows[rows[0].row()] if rows else None

    def show_rows(self, rows: tuple[Shown, ...]) -> None:
        """Show other rows; the selection stays, else the first is selected."""
        before = self.selected
        place = self.list.verticalScrollBar().value()
        if self.model.show_rows(rows):
            row = self.model.row_of(before.id) if before is not None else -1
            self.select_row(row if row >= 0 else 0)
            self.list.verticalScrollBar().setValue(place)
        self.pages.setCurrentIndex(1 if rows else 0)
        for button in self.words.buttons:
            self.buttons[button.name].setVisible(bool(rows))
        self._on_selected()

    def select(self, id_: str) -> bool:
        """Select one by its id; tells whether it is there."""
        row = self.model.row_of(id_)
        if row >= 0:
            self.select_row(row)
        return row >= 0

    def select_row(self, row: int) -> None:
        """Select a row if there is one."""
        if row < len(self.model.rows):
            flags = QItemSelectionModel.SelectionFlag
            index = self.model.index(row, 0)
            self.list.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.list.scrollTo(index)

    def enable(self, names: Iterable[str], is_enabled: bool) -> None:
        """Let buttons be pressed, or not."""
        for name in names:
            self.buttons[name].setEnabled(is_enabled)

    @Slot()
    def _on_selected(self) -> None:
        selected = self.selected
        self.detail.show_one(selected)
        for button in self.words.buttons:
            if button.on_selected:
                self.buttons[button.name].setEnabled(selected is not None)

    def _make_empty(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self.empty)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.first = {}
        for button in self.words.buttons:
            if button.name in self.words.first:
                self.first[button.name] = self._button(button)
                row.addWidget(self.first[button.name])
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
        return page

    def _button(self, button: PageButton) -> QPushButton:
        made = told_button(button.icon, button.words, button.tip, self)
        if button.menu:
            menu = QMenu(made)
            for name, words in button.menu:
                menu.addAction(words, partial(self._on_wish, name))
            made.setMenu(menu)
        else:
            made.clicked.connect(partial(self._on_wish, button.name))
        made.setAutoDefault(False)
        return made

    def _on_wish(self, name: str, checked: bool = False) -> None:
        del checked
        self.wanted.emit(name)
