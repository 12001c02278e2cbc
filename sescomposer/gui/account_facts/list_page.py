"""A searchable list of something that is known, or why there is nothing to list."""

from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from sescomposer.gui.account_facts.fact_words import why_empty
from sescomposer.gui.account_facts.facts_model import FactsModel
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.rows import in_rows
from sescomposer.gui.widgets.search_line import SearchLine
from sescomposer.services.knowledge import Known

Row = TypeVar("Row")
_NOT_FOUND = ("Nothing found", "None of them holds what you search for.")
_WIDTH = 150
_FIRST_WIDTH = 280


class ListPage(QWidget, Generic[Row]):
    """Search above, list below.

    Args:
        name: What is listed, in the plural.
        sign: Icon of the empty list.
        operation: Name of the question that fills it.
        nothing: Title and words where the account has none.
        model: The rows; it becomes the page's.
    """

    def __init__(
        self,
        name: str,
        sign: str,
        operation: str,
        nothing: tuple[str, str],
        model: FactsModel[Row],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._operation = operation
        self._nothing = nothing
        self._known: Known | None = None
        self.model = model
        model.setParent(self)
        self.search = SearchLine(f"Search {name} (Ctrl+F)", f"Search {name}", self)
        self.search.textChanged.connect(self._on_search)
        self.count = QLabel(self)
        self.list = self._make_list(name)
        self.empty = EmptyState(sign, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.empty)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.search, 1)
        head.addWidget(self.count)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(8, 8, 8, 8)
        self.column.setSpacing(8)
        self.column.addLayout(head)
        self.column.addWidget(self.pages, 1)

    @property
    def current(self) -> Row | None:
        """The selected row."""
        row = self.list.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def show_rows(self, known: Known | None, rows: tuple[Row, ...]) -> None:
        """Show the rows of what is known; the selected place stays."""
        self._known = known
        place = self.list.verticalScrollBar().value()
        self.model.show_all(rows)
        self.list.verticalScrollBar().setValue(place)
        self._show_state()

    def _make_list(self, name: str) -> QTreeView:
        rows = QTreeView(self)
        rows.setModel(self.model)
        in_rows(rows, f"List of {name}")
        rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = rows.header()
        header.setDefaultSectionSize(_WIDTH)
        # Widths are told, not measured: that would ask every row.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, _FIRST_WIDTH)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        rows.setSortingEnabled(True)
        return rows

    @Slot(str)
    def _on_search(self, needle: str) -> None:
        self.model.search(needle)
        self._show_state()

    def _show_state(self) -> None:
        """Say how many there are, or why there is none."""
        found, total = len(self.model.rows), self.model.total
        self.search.setEnabled(total > 0)
        self.count.setText(f"{found:,} of {total:,}" if found != total else f"{total:,}" if total else "")
        if not found:
            self.empty.say(*(_NOT_FOUND if total else why_empty(self._known, self._operation, self._nothing)))
        self.pages.setCurrentWidget(self.list if found else self.empty)
