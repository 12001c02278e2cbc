"""The events that were sent as a table, the one sent last first; and the guests of one."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt

from sescomposer.gui.icons import icon
from sescomposer.gui.invitations.invitation_words import (
    ANSWERS,
    SIGNS,
    answer_of,
    answered_words,
    counts_words,
    has_words,
    person_words,
    state_of,
    time_words,
    title_of,
)
from sescomposer.gui.invitations.loading import KnownEvent
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.services.invitation_ports import GuestState

COLUMNS = ("Title", "When", "State", "Answers", "Sent last")
TITLE, WHEN, STATE, ANSWERED, LAST = range(5)

GUEST_COLUMNS = ("Guest", "Answer", "Answered", "Got last")
GUEST, ANSWER, AT, HAS = range(4)

_TEXTS = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)


class InvitationsModel(RowsModel[KnownEvent]):
    """One row for each event."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def row_of(self, uid: str) -> int:
        """Give the row of an event, -1 if it is not shown."""
        return next((row for row, known in enumerate(self.rows) if known.invitation.uid == uid), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the words or the sign of a cell."""
        row = self.rows[index.row()]
        if role in _TEXTS:
            return _CELLS[index.column()](row)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == STATE:
            return icon(*SIGNS[state_of(row.invitation)])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            # The first cell tells the whole row.
            return _CELLS[index.column()](row) if index.column() else ". ".join(cell(row) for cell in _CELLS)
        return None


_CELLS: tuple[Callable[[KnownEvent], str], ...] = (
    lambda row: title_of(row.invitation),
    lambda row: row.when,
    lambda row: state_of(row.invitation),
    lambda row: counts_words(row.invitation),
    lambda row: time_words(row.invitation.sent[-1].at),
)


class GuestStatesModel(RowsModel[GuestState]):
    """One row for each guest."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(GUEST_COLUMNS, parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the words or the sign of a cell."""
        state = self.rows[index.row()]
        if role in _TEXTS:
            return _guest_cells(state)[index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == ANSWER:
            _, sign, colour = ANSWERS[answer_of(state)]
            return icon("remove", "note") if state.is_off else icon(sign, colour)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            cells = _guest_cells(state)
            return cells[index.column()] if index.column() else ". ".join(filter(None, cells))
        return None


def _guest_cells(state: GuestState) -> tuple[str, ...]:
    answer = "Taken off" if state.is_off else ANSWERS[answer_of(state)][0]
    return (person_words(state.guest), answer, answered_words(state), has_words(state.has))
