"""One draft of the list: its checkpoints, and what differs between any two of its states."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.errors import SesComposerError
from sescomposer.gui.drafts.comparison_view import ComparisonView
from sescomposer.gui.drafts.drafts_model import words_of
from sescomposer.gui.icons import icon
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.gui.widgets.selection_colours import SelectionColours
from sescomposer.services.comparing import Comparison
from sescomposer.services.drafts import Draft, Drafts

NOW = "as it is now"
_NONE = (
    "This draft has no checkpoints yet. In its window, Ctrl+Alt+S keeps one under a name; before sending, restoring "
    "and wherever much is taken away, one is kept by itself."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared, and the answer."""

    draft: str
    one: int
    other: int
    comparison: Comparison


class DraftDetail(QWidget):
    """Checkpoints at the left, differences at the right.

    Signals:
        restore_wanted(str, int): id of a draft and number of the checkpoint to put in its place.
    """

    restore_wanted = Signal(str, int)

    def __init__(self, drafts: Drafts, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drafts = drafts
        self._runner = runner
        self._draft: Draft | None = None
        self._numbers: tuple[int, ...] = ()
        self._build()
        self.list.currentRowChanged.connect(self._on_chosen)
        self.other.currentIndexChanged.connect(self._on_chosen)
        self.restore_button.clicked.connect(self._on_restore)
        self.show_draft(None)

    @property
    def checkpoint(self) -> int:
        """Number of the chosen checkpoint, 0 for none."""
        row = self.list.currentRow()
        return self._numbers[row] if 0 <= row < len(self._numbers) else 0

    @property
    def other_checkpoint(self) -> int:
        """Number of the state that it is compared with, 0 for the present one."""
        return int(self.other.currentData() or 0)

    def show_draft(self, draft: Draft | None) -> None:
        """Show a draft; None for none. The same checkpoint stays chosen while it is the same draft."""
        before = self._draft
        if draft == before and draft is not None:
            return
        is_same = before is not None and draft is not None and before.draft == draft.draft
        chosen, other = (self.checkpoint, self.other_checkpoint) if is_same else (0, 0)
        self._draft = draft
        self._fill(draft, chosen, other)
        self._compare()

    def _build(self) -> None:
        self.list = QListWidget(self)
        self.list.setAccessibleName("Checkpoints")
        SelectionColours(self.list)
        self.list.setMinimumWidth(220)
        title = QLabel("Chec&kpoints, newest first", self)
        title.setBuddy(self.list)
        self.restore_button = QPushButton(icon("undo"), "&Restore this checkpoint", self)
        tip = "Put the chosen checkpoint in place of the draft; in an open window it is one step of undo"
        self.restore_button.setToolTip(tip)
        self.restore_button.setAccessibleDescription(tip)
        self.other = QComboBox(self)
        self.other.setAccessibleName("Compare the chosen checkpoint with")
        self.other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        label = QLabel("Compare &with", self)
        label.setBuddy(self.other)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAccessibleName("What differs")
        self.differences = ComparisonView(self)
        self._place(title, label)

    def _place(self, title: QLabel, label: QLabel) -> None:
        left, right = QWidget(self), QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (title, self.list, self.restore_button):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.other, 1)
        behind = QVBoxLayout(right)
        behind.setContentsMargins(0, 0, 0, 0)
        behind.addLayout(row)
        behind.addWidget(self.words)
        behind.addWidget(self.differences, 1)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(8)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setStretchFactor(1, 1)
        halves.setSizes([300, 640])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(halves)

    def _fill(self, draft: Draft | None, chosen: int, other: int) -> None:
        """Show the checkpoints, newest first."""
        checkpoints = draft.checkpoints[::-1] if draft else ()
        self._numbers = tuple(one.number for one in checkpoints)
        for widget in (self.list, self.other):
            widget.blockSignals(True)
        self.list.clear()
        self.other.clear()
        self.other.addItem(f"The draft {NOW}", 0)
        for one in checkpoints:
            self.list.addItem(words_of(one))
            self.other.addItem(words_of(one), one.number)
        if checkpoints:
            self.list.setCurrentRow(self._numbers.index(chosen) if chosen in self._numbers else 0)
        self.other.setCurrentIndex(max(0, self.other.findData(other)))
        for widget in (self.list, self.other):
            widget.blockSignals(False)
        for control in (self.restore_button, self.other):
            control.setEnabled(bool(checkpoints))

    @Slot()
    def _on_chosen(self) -> None:
        self._compare()

    def _compare(self) -> None:
        """Compare on a worker what is chosen."""
        draft, one, other = self._draft, self.checkpoint, self.other_checkpoint
        if draft is None or not one:
            self.words.setText("" if draft is None else _NONE)
            self.differences.say("")
            return
        drafts, name = self._drafts, draft.draft

        def operation(context: Context) -> Compared:
            return Compared(name, one, other, drafts.compare(name, one, other))

        task = self._runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_compared)
        task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_compared(self, found: Compared) -> None:
        is_wanted = self._draft is not None and found.draft == self._draft.draft
        if is_wanted and (found.one, found.other) == (self.checkpoint, self.other_checkpoint):
            self.words.setText(f"From the checkpoint to what it is compared with. {found.comparison.words}")
            self.differences.show_comparison(found.comparison)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.words.setText(f"{error.sentence} {error.hint}".strip())
        self.differences.say("")

    @Slot()
    def _on_restore(self) -> None:
        if self._draft is not None and self.checkpoint:
            self.restore_wanted.emit(self._draft.draft, self.checkpoint)
