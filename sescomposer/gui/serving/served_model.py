"""The live log of the local servers as a table, the newest request first."""

from PySide6.QtCore import QObject, Qt

from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.services.serving import Served

TITLES = ("Time", "Road", "Outcome", "Octets", "From and to", "Answer")
TIME, ROAD, OUTCOME, OCTETS, WAY, ANSWER = range(6)
KEPT = 1000


class ServedModel(RowsModel[Served]):
    """What came; grows by `take`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(TITLES, parent)
        self.last = 0

    def take(self, lines: tuple[Served, ...]) -> None:
        """Put new lines on top; the oldest go."""
        if lines:
            self.last = lines[-1].number
            self.show_rows((*reversed(lines), *self.rows)[:KEPT])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell; the whole line is the tool tip, and what screen readers say."""
        line = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(line, index.column())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.line if role == Qt.ItemDataRole.ToolTipRole else _cell(line, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == OCTETS:
            return Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        return None


def _cell(line: Served, column: int) -> str:
    match column:
        case 0:
            return f"{line.at:%H:%M:%S}"
        case 1:
            return line.road.label
        case 2:
            return f"{line.came}, as told" if line.told else str(line.came)
        case 3:
            return f"{line.octets:,}" if line.octets else ""
        case 4:
            to = ", ".join(line.rcpt_to)
            return f"{line.mail_from or '<>'} to {to}" if to else line.mail_from
        case _:
            return line.answer
