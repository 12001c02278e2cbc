"""Keys, certificates or roots as a table; the last column tells the state with a sign and words."""

from PySide6.QtCore import QObject, Qt

from sescomposer.gui.icons import icon
from sescomposer.gui.keys.shown import Shown
from sescomposer.gui.models.rows_model import Index, RowsModel


class ShownModel(RowsModel[Shown]):
    """One row for each.

    Args:
        columns: Their titles; the last is that of the state.
    """

    def __init__(self, columns: tuple[str, ...], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self._state = len(columns) - 1

    def row_of(self, id_: str) -> int:
        """Give the row by its id, -1 if there is none."""
        return next((row for row, shown in enumerate(self.rows) if shown.id == id_), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give words, and the sign of the state."""
        shown = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return shown.cells[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == self._state:
                return icon(shown.sign, shown.sign)
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == self._state:
                return f"{shown.sign}: {shown.cells[index.column()]}"
            case _:
                return None
