"""Told at the start: batches that a crash cut short. What was surely not sent can go on; nothing does by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.sending.told_dialog import ToldDialog
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.services.batch import Batch
from sescomposer.services.ports import SubmissionState

MOST_DRAFTS = 10
"""More windows at once help nobody."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A batch with something left, and whether its octets are too old to be submitted."""

    batch: Batch
    is_stale: bool


class BatchLine(QWidget):
    """One batch: what became of it so far, and what can be done.

    Signals:
        wanted(str): "resume", "reseal", "drafts" or "discard".
    """

    wanted = Signal(str)

    def __init__(self, interrupted: Interrupted, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.interrupted = interrupted
        self.text = FittingText("Interrupted batch", self)
        self.text.say(words_of(interrupted))
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, words, tip in buttons_of(interrupted):
            self.buttons[name] = button = QPushButton(words, self)
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._on_clicked, name))
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addLayout(row)

    def _on_clicked(self, name: str, checked: bool = False) -> None:
        self.wanted.emit(name)


class ResumeDialog(ToldDialog):
    """Lists the batches; closes when each was decided on.

    Signals:
        chosen(str, object): what to do ("resume", "reseal", "drafts", "discard") and the `Batch`.
    """

    chosen = Signal(str, object)

    def __init__(self, batches: Sequence[Interrupted], parent: QWidget | None = None) -> None:
        words = "Nothing of this goes on by itself; what may have been sent never does."
        super().__init__("Interrupted batches", title_of(batches), words, parent)
        self.lines = [BatchLine(batch, self.content) for batch in batches]
        for line in self.lines:
            line.wanted.connect(partial(self._on_wanted, line))
        self.later_button.setDefault(True)
        self.list_rows(self.lines)

    def settle(self, batch: Batch) -> None:
        """Take a batch that was decided on out of the list; behind the last one the dialog closes."""
        for line in self.lines:
            if line.interrupted.batch is batch:
                line.hide()
        if all(line.isHidden() for line in self.lines):
            self.accept()

    def _on_wanted(self, line: BatchLine, name: str) -> None:
        self.chosen.emit(name, line.interrupted.batch)


def title_of(batches: Sequence[Interrupted]) -> str:
    """Count them.

    >>> title_of([None])
    'The program ended before a batch was sent'
    """
    what = "a batch was" if len(batches) == 1 else f"{len(batches)} batches were"
    return f"The program ended before {what} sent"


def words_of(interrupted: Interrupted) -> str:
    """Say what the batch is, what became of its items, and what is left to do."""
    batch = interrupted.batch
    subjects = tuple(dict.fromkeys(" ".join(item.subject.split()) or "(no subject)" for item in batch.plan.items))
    more = f" and {len(subjects) - 1:,} other subjects" if len(subjects) > 1 else ""
    counts = [_count_words(state, count) for state, count in batch.counts.items()]
    lines = [
        f"\u200e\u2066{subjects[0]}\u2069{more}",
        f"{batch.at:%Y-%m-%d %H:%M:%S}, {len(batch.plan.items):,} messages, through {batch.account}",
        f"{', '.join(counts)}.",
    ]
    if interrupted.is_stale:
        lines.append(
            "Its octets were sealed more than 45 minutes ago and cannot be sent any more: seal the messages anew and "
            "review them."
        )
    return "\n".join(lines)


def _count_words(state: SubmissionState, count: int) -> str:
    words = "surely not sent yet" if state is SubmissionState.NOT_SENT else state.value
    return f"{count:,} {words}"


def buttons_of(interrupted: Interrupted) -> tuple[tuple[str, str, str], ...]:
    """Give what can be done with a batch: name, words and help of each button."""
    left = len(interrupted.batch.left)
    goes_on = (
        ("reseal", "Seal &anew and review", f"Review the {left:,} messages that were not sent, sealed anew")
        if interrupted.is_stale
        else ("resume", "&Resume", f"Send the {left:,} messages that were surely not sent, as they were sealed")
    )
    drafts = (
        "drafts",
        "Open as &drafts",
        "Open each message that was not sent in a window; the batch stays here until it is discarded",
    )
    discard = ("discard", "D&iscard…", "Send nothing further of this batch")
    return (goes_on, *([drafts] if left <= MOST_DRAFTS else []), discard)
