"""A table of anything that is known: searched and sorted, fast also with ten thousand rows."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, Qt

from sescomposer.gui.icons import icon
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.gui.tips import tip

Row = TypeVar("Row")
Sign = tuple[int, str]


class FactsModel(RowsModel[Row]):
    """Rows that a search leaves, in the order of a column.

    Args:
        titles: Of the columns.
        cells: Gives the texts of a row.
        sign: Gives a column and the sign that stands in it, None for no sign.
    """

    def __init__(
        self,
        titles: tuple[str, ...],
        cells: Callable[[Row], tuple[str, ...]],
        sign: Callable[[Row], Sign | None] = lambda row: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(titles, parent)
        self._cells = cells
        self._sign = sign
        self._all: tuple[Row, ...] = ()
        self._searched: tuple[str, ...] | None = None
        self._needle = ""
        self._order: tuple[int, bool] | None = None

    @property
    def total(self) -> int:
        """How many rows there are, found or not."""
        return len(self._all)

    def show_all(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        if tuple(rows) != self._all:
            self._all = tuple(rows)
            self._searched = None
            self._filter()

    def search(self, needle: str) -> None:
        """Show the rows that hold a text in any cell; case does not count."""
        self._needle = needle.strip().casefold()
        self._filter()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; below 0 as they came."""
        self._order = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self._filter()

    def _filter(self) -> None:
        rows: Sequence[Row] = self._all
        if self._needle:
            if self._searched is None:
                self._searched = tuple("\n".join(self._cells(row)).casefold() for row in self._all)
            rows = [row for row, text in zip(self._all, self._searched, strict=True) if self._needle in text]
        if self._order is not None:
            column, is_down = self._order
            rows = sorted(rows, key=lambda row: self._cells(row)[column].casefold(), reverse=is_down)
        self.show_rows(tuple(rows))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: its text, and the sign of its row where it stands."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._cells(row)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return tip(self._cells(row)[index.column()])
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return ", ".join(text for text in self._cells(row) if any(map(str.isalnum, text)))
            case Qt.ItemDataRole.DecorationRole:
                sign = self._sign(row)
                return icon(sign[1], sign[1]) if sign is not None and sign[0] == index.column() else None
        return None
