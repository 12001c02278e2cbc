"""The list of a batch in the send sheet: a row for each item, totals above, the answer to the chosen one below."""

from collections import Counter
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTreeView, QVBoxLayout, QWidget

from sescomposer.gui.sending.batch_model import ANSWER, EXPECTED, RECIPIENTS, STATE, SUBJECT, UNTIL, BatchModel, ItemRow
from sescomposer.gui.sending.outcome_words import counts_words, explanation_of, ids_of
from sescomposer.gui.sending.stages import stage_of, stage_of_all
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.rows import in_rows
from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.services.submitting import Step

_TICK_MS = 100
_LEAST = 96


class BatchPage(QWidget):
    """Follows the items of one submission.

    Signals:
        chosen(int): another item is chosen.
        counted(): the totals are others.
    """

    chosen = Signal(int)
    counted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = BatchModel(self)
        self._steps: dict[int, Step] = {}
        self._paint = QTimer(self, singleShot=True, interval=_TICK_MS)
        self._paint.timeout.connect(self.catch_up)
        self.totals = QLabel(self)
        self.list = self._make_list()
        self.answer = FittingText("The answer in the service's words", self, fixed=True, lines=4)
        self.ids = FittingText("Ids of the service", self, fixed=True, lines=3)
        self.explanation = FittingText("Explanation", self, lines=6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.totals)
        column.addWidget(self.list, 1)
        for text in (self.answer, self.ids, self.explanation):
            text.hide()
            column.addWidget(text)

    def sizeHint(self) -> QSize:
        """Room for some rows."""
        return QSize(800, 260)

    def show_items(self, rows: tuple[ItemRow, ...]) -> None:
        """Show the items of a submission that has not begun."""
        self._steps.clear()
        self.model.show_rows(rows)
        self.list.setColumnHidden(EXPECTED, not any(row.expected for row in rows))
        self._fit_columns()
        self.list.setCurrentIndex(self.model.index(0, 0))
        self._show_totals()

    @property
    def rows(self) -> tuple[ItemRow, ...]:
        """The items as they are shown."""
        return self.model.rows

    @property
    def current(self) -> int:
        """Number of the chosen item, -1 for none."""
        return self.list.currentIndex().row()

    @property
    def counts(self) -> Counter[SubmissionState | None]:
        """How many items are in each state; None for those that have not begun."""
        return Counter(row.state for row in self.model.rows)

    def take_step(self, step: Step) -> None:
        """Note where an item stands; many of them are shown in one go."""
        self._steps[step.index] = step
        if not self._paint.isActive():
            self._paint.start()

    @Slot()
    def catch_up(self) -> None:
        """Show what was noted."""
        self._paint.stop()
        steps, self._steps = self._steps, {}
        self.model.take_steps(steps)
        self._show_totals()
        if self.current in steps:
            self._show_answer()

    def show_records(self, records: tuple[SubmissionRecord, ...]) -> None:
        """Show how all ended; the first of those that ended worst is chosen."""
        self.catch_up()
        rows = zip(self.model.rows, records, strict=True)
        self.model.show_rows(tuple(replace(row, step=None, record=record) for row, record in rows))
        worst = stage_of_all(records)
        wanted = next(index for index, record in enumerate(records) if stage_of(record.state) is worst)
        self.list.setCurrentIndex(self.model.index(wanted, 0))
        self.list.scrollTo(self.model.index(wanted, 0))
        self._show_totals()
        self._show_answer()

    def show_became(self, became: dict[int, str]) -> None:
        """Show what became of the recipients of some items."""
        for index, words in became.items():
            self.model.set_row(index, replace(self.rows[index], became=words))

    def done(self) -> tuple[int, int]:
        """Give how many items have ended, and how many there are."""
        return sum(row.is_final for row in self.rows), len(self.rows)

    def _make_list(self) -> QTreeView:
        rows = QTreeView(self)
        rows.setModel(self.model)
        in_rows(rows, "Messages of this batch")
        rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        rows.setMinimumHeight(_LEAST)
        rows.selectionModel().currentChanged.connect(self._on_current_changed)
        return rows

    def _fit_columns(self) -> None:
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(48)
        metrics = self.fontMetrics()
        widths = {STATE: "outcome unknown" + "W" * 4, UNTIL: "00:00:00 W"}
        for column in (RECIPIENTS, SUBJECT, ANSWER, EXPECTED):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column, words in widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, metrics.horizontalAdvance(words))

    @Slot()
    def _on_current_changed(self) -> None:
        self._show_answer()
        if self.current >= 0:
            self.chosen.emit(self.current)

    def _show_answer(self) -> None:
        """Show what was answered to the chosen item."""
        row = self.rows[self.current] if self.current >= 0 else None
        record = row.record if row is not None and row.is_final else None
        outcome = record.outcome if record else None
        self.answer.say(outcome.sentence if outcome else "")
        self.ids.say(ids_of(record) if record else "")
        said = [row.expected if row else "", row.became if row else "", explanation_of(record) if record else ""]
        titles = ("Should lead to", "What happened", "")
        self.explanation.say(
            "\n".join(
                f"{title}: {words}" if title else words for title, words in zip(titles, said, strict=True) if words
            )
        )

    def _show_totals(self) -> None:
        """Count the items by where they stand."""
        states = [row.state for row in self.rows]
        said = f"{len(states):,} messages to {sum(len(row.recipients) for row in self.rows):,} recipients"
        begun = counts_words(state for state in states if state is not None)
        left = f", {states.count(None):,} not begun" if begun and None in states else ""
        self.totals.setText(f"{said}: {begun}{left}" if begun else said)
        # Where nothing waits, the room is better used for answers.
        self.list.setColumnHidden(UNTIL, SubmissionState.WAITING not in states)
        self.counted.emit()
