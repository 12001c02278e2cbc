"""Drafts as a table, newest first; and the words that lists of drafts use."""

from PySide6.QtCore import QObject, Qt

from sescomposer.gui.directions import isolated
from sescomposer.gui.icons import icon
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.gui.sizes import human_size
from sescomposer.services.draft_ports import Checkpoint
from sescomposer.services.drafts import Draft, DraftState

COLUMNS = ("Last change", "Subject", "Recipients", "Size", "State")
AT, SUBJECT, RECIPIENTS, SIZE, STATE = range(5)

STATE_WORDS = {
    DraftState.OPEN: "Open in a window",
    DraftState.WAITING: "Left by a crash",
    DraftState.KEPT: "Kept as draft",
    DraftState.SAVED: "Saved; checkpoints",
    DraftState.REMOVED: "Removed",
}


class DraftsModel(RowsModel[Draft]):
    """One row for each draft found."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self.shown: frozenset[str] = frozenset()
        self.to_restore: frozenset[str] = frozenset()

    def row_of(self, draft: str) -> int:
        """Give the row of a draft by its id, -1 if it is not shown."""
        return next((row for row, known in enumerate(self.rows) if known.draft == draft), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: text, and a sign where something cannot be read."""
        draft = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.cells(draft)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(self._tip(draft))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join((*self.cells(draft), draft.damaged)).rstrip(", ")
            case Qt.ItemDataRole.DecorationRole if index.column() == SUBJECT and draft.damaged:
                return icon("warning", "warning")
        return None

    def cells(self, draft: Draft) -> tuple[str, ...]:
        """Give the words of a row."""
        is_open = draft.draft in self.shown and draft.state is not DraftState.REMOVED
        state = DraftState.OPEN if is_open else draft.state
        if state is DraftState.OPEN and draft.draft in self.to_restore:
            # This process has it, but no window shows it yet.
            state = DraftState.WAITING
        return (
            f"{draft.at.astimezone():%Y-%m-%d %H:%M:%S}",
            subject_of(draft.subject),
            isolated(", ".join(draft.recipients)) if draft.recipients else "(nobody)",
            human_size(draft.length),
            STATE_WORDS[state],
        )

    def _tip(self, draft: Draft) -> list[str]:
        lines = [f"Id: {draft.draft}", f"File: {draft.path or 'none'}"]
        if draft.removed is not None:
            lines.append(f"Removed: {draft.removed.astimezone():%Y-%m-%d %H:%M}")
        return [*lines, draft.damaged] if draft.damaged else lines


def subject_of(subject: str) -> str:
    """Give the words that stand for a subject."""
    return isolated(subject) if subject else "(no subject)"


def words_of(checkpoint: Checkpoint) -> str:
    """Name a checkpoint: its time, its name, and who kept it."""
    kind = "automatic, " if checkpoint.is_automatic else ""
    return f"{checkpoint.at.astimezone():%Y-%m-%d %H:%M:%S}  {kind}{isolated(checkpoint.name)}"
