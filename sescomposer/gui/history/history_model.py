"""Submissions as a table, newest first, as many as were looked at: more come when somebody scrolls there."""

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal

from sescomposer.gui.history.history_words import STATES, recipients_in_short, subject_of, time_of
from sescomposer.gui.icons import icon
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.services.history_ports import HistoryEntry
from sescomposer.services.ports import SubmissionRecord

COLUMNS = ("Time", "State", "Subject", "Recipients", "Account")
TIME, STATE, SUBJECT, RECIPIENTS, ACCOUNT = range(5)
_ROOT = QModelIndex()


class HistoryModel(RowsModel[HistoryEntry]):
    """One row for each submission.

    Signals:
        more_wanted(): the last row is in view, and there are more.
    """

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._has_more = False

    def show_page(self, rows: tuple[HistoryEntry, ...], *, has_more: bool) -> None:
        """Show the first page of another answer."""
        self._has_more = has_more
        self.show_rows(rows)

    def with_first_page(self, page: tuple[HistoryEntry, ...]) -> tuple[HistoryEntry, ...]:
        """Give a page that was read again with what is shown behind it."""
        behind = self.row_of(page[-1].record.intent.submission) if page else -1
        return page + self.rows[behind + 1 :] if behind >= 0 else page

    def append_page(self, rows: tuple[HistoryEntry, ...], *, has_more: bool) -> None:
        """Show a further page behind what is shown."""
        self._has_more = has_more
        if rows:
            self.beginInsertRows(_ROOT, len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()

    def row_of(self, submission: str) -> int:
        """Give the row of a submission by its id, -1 if it is not shown."""
        return next((row for row, known in enumerate(self.rows) if known.record.intent.submission == submission), -1)

    def canFetchMore(self, parent: Index = _ROOT) -> bool:
        """Whether there are more."""
        return not parent.isValid() and self._has_more

    def fetchMore(self, parent: Index = _ROOT) -> None:
        """Ask for more, once until they come."""
        if self._has_more:
            self._has_more = False
            self.more_wanted.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: text, and the sign of the state beside its words."""
        record = self.rows[index.row()].record
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cells(record)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                answer = record.outcome.sentence if record.outcome else "No answer was recorded."
                return f"{cells(record)[index.column()]}\n{answer}".strip()
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(cells(record)) if index.column() == TIME else cells(record)[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == STATE:
                _, sign, colour = STATES[record.state]
                return icon(sign, colour)
        return None


def cells(record: SubmissionRecord) -> tuple[str, str, str, str, str]:
    """Give the words of a row."""
    intent = record.intent
    return time_of(record), STATES[record.state][0], subject_of(record), recipients_in_short(intent), intent.account
