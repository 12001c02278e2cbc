"""The recipients as a table: who, the wire form, why, and who reads the address."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFont

from sescomposer.gui.icons import icon
from sescomposer.gui.models.envelope_words import EnvelopeRow
from sescomposer.gui.models.rows_model import Index, RowsModel

COLUMNS = ("Recipient", "On the wire", "Why", "Read by")
_WIRE = 1


class RecipientsModel(RowsModel[EnvelopeRow]):
    """One row for each address of header and envelope."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: text, icon, and a struck font for who gets no copy."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cells(row)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return f"{row.shown}\nOn the wire: {row.wire}\n{row.why}; the address is read by {row.seen}."
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return f"{row.shown}, {row.why}, read by {row.seen}"
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return icon("envelope" if row.is_in else "remove", "ok" if row.is_in else "mark")
            case Qt.ItemDataRole.FontRole if not row.is_in and index.column() <= _WIRE:
                font = QFont()
                font.setStrikeOut(True)
                return font
        return None


def _cells(row: EnvelopeRow) -> tuple[str, str, str, str]:
    """Give the texts of a row.

    >>> _cells(EnvelopeRow("a@b.example", "A <a@b.example>", "Bcc", True, False))
    ('A <a@b.example>', 'a@b.example', 'in Bcc', 'nobody else')
    """
    return row.shown, row.wire if row.is_in else "", row.why, row.seen
