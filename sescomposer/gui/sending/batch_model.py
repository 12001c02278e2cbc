"""The items of a batch as a table: who gets each, where it stands, until when it waits, what was answered."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt

from sescomposer.gui.icons import icon
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.services.batch import Batch
from sescomposer.services.ports import Intent, SubmissionRecord, SubmissionState
from sescomposer.services.review import Review
from sescomposer.services.submitting import Step

TITLES = ("Recipients", "Subject", "State", "Until", "Answer", "Should lead to")
RECIPIENTS, SUBJECT, STATE, UNTIL, ANSWER, EXPECTED = range(6)
_NAMED = 3
_SIGNS = {
    SubmissionState.ACCEPTED: "ok",
    SubmissionState.REFUSED: "error",
    SubmissionState.NOT_SENT: "warning",
    SubmissionState.UNKNOWN: "warning",
    SubmissionState.WAITING: "note",
}
_BUSY = (SubmissionState.UPLOADING, SubmissionState.AWAITING)


@dataclass(frozen=True)
class ItemRow:
    """One item.

    Attributes:
        recipients: Addresses of its envelope in wire form.
        subject: Its subject, decoded.
        problems: Counts of what was found, "" for nothing.
        is_error: Whether an error is among them.
        step: Where it stands, None before it begins.
        record: Its record, once there is one.
        expected: What it should lead to, "" where nothing is told.
        became: What became of its recipients, "" as long as that is not known.
    """

    recipients: tuple[str, ...]
    subject: str
    problems: str = ""
    is_error: bool = False
    step: Step | None = None
    record: SubmissionRecord | None = None
    expected: str = ""
    became: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing further will happen to it by itself."""
        return self.state is not None and self.state.is_final

    @property
    def state(self) -> SubmissionState | None:
        """Where it stands, None before it begins."""
        if self.step is not None:
            return self.step.state
        return None if self.record is None else self.record.state

    @property
    def state_words(self) -> str:
        """Where it stands, in a few words."""
        return self.problems or "ready" if self.state is None else self.state.value

    @property
    def sign(self) -> str:
        """Name of the sign of its state, "" for none."""
        if self.state is None:
            return ("error" if self.is_error else "warning") if self.problems else ""
        return _SIGNS.get(self.state, "")

    @property
    def answer(self) -> str:
        """The service's own words, or why it waits, in one line."""
        outcome = self.record.outcome if self.record else None
        if self.state is SubmissionState.WAITING:
            return self.step.reason if self.step else ""
        return self.became or (outcome.sentence if outcome else "")

    @property
    def until(self) -> str:
        """When it goes on by itself, while it waits."""
        until = self.step.until if self.step else None
        return f"{until:%H:%M:%S}" if until and self.state is SubmissionState.WAITING else ""


class BatchModel(RowsModel[ItemRow]):
    """One row for each item."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(TITLES, parent)

    def set_row(self, index: int, row: ItemRow) -> None:
        """Show something else of one item."""
        rows = list(self.rows)
        rows[index] = row
        self.rows = tuple(rows)
        self.dataChanged.emit(self.index(index, 0), self.index(index, len(TITLES) - 1))

    def take_steps(self, steps: dict[int, Step]) -> None:
        """Take the newest step of each item in one go."""
        if not steps:
            return
        rows = list(self.rows)
        for index, step in steps.items():
            rows[index] = replace(rows[index], step=step, record=step.record or rows[index].record)
        self.rows = tuple(rows)
        self.dataChanged.emit(self.index(min(steps), 0), self.index(max(steps), len(TITLES) - 1))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: text, and the sign of its state."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cells(row)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return cells(row)[index.column()] or None
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(cell for cell in cells(row) if cell)
            case Qt.ItemDataRole.DecorationRole if index.column() == STATE and row.state in _BUSY:
                return icon("send")
            case Qt.ItemDataRole.DecorationRole if index.column() == STATE and row.sign:
                return icon(row.sign, row.sign)
        return None


def cells(row: ItemRow) -> tuple[str, str, str, str, str, str]:
    """Give the texts of a row."""
    subject = " ".join(row.subject.split()) or "(no subject)"
    answer = " ".join(row.answer.split())
    return in_short(row.recipients), subject, row.state_words, row.until, answer, row.expected


def in_short(recipients: tuple[str, ...]) -> str:
    """Name the first recipients and count the others.

    >>> in_short(("a@b.example", "c@d.example", "e@f.example", "g@h.example"))
    'a@b.example, c@d.example, e@f.example and 1 more'
    """
    named = ", ".join(unicode_form(address) for address in recipients[:_NAMED])
    more = len(recipients) - _NAMED
    return f"{named} and {more} more" if more > 0 else named or "(nobody)"


def rows_of_review(review: Review, expected: tuple[str, ...]) -> tuple[ItemRow, ...]:
    """Give the items that would be submitted."""
    rows = []
    for index, sealed in enumerate(review.sealed):
        found = [finding.severity.value for finding in review.findings_of(index)]
        counts = [(name, found.count(name)) for name in ("error", "warning") if name in found]
        problems = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts)
        told = expected[index] if index < len(expected) else ""
        subject = _subject(review, index)
        rows.append(ItemRow(sealed.envelope.rcpt_to, subject, problems, "error" in found, expected=told))
    return tuple(rows)


def _subject(review: Review, index: int) -> str:
    """Give the subject as it was written, which encrypted octets hide, and which copy of the message it is."""
    sealed, message = review.sealed[index], review.message_of(index)
    if sealed.evidence is None or "encrypted" not in sealed.evidence.form:
        return sealed.root.subject
    copies = [other for other in range(len(review.sealed)) if review.message_of(other) is message]
    if len(copies) == 1:
        return message.root.subject
    return f"{message.root.subject} (encrypted copy {copies.index(index) + 1} of {len(copies)})"


def rows_of_batch(batch: Batch) -> tuple[ItemRow, ...]:
    """Give the items of a batch as the log has them; what was throttled is ready again."""
    left = set(batch.left)
    items = zip(batch.plan.items, batch.records, strict=True)
    return tuple(_row_of(intent, None if index in left else record) for index, (intent, record) in enumerate(items))


def _row_of(intent: Intent, record: SubmissionRecord | None) -> ItemRow:
    return ItemRow(intent.envelope.rcpt_to, intent.subject, record=record)
