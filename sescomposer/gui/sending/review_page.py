"""What is reviewed before sending: on the left who, how and what was found, on the right the sealed octets."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.protection.outcome_card import OutcomeCard
from sescomposer.gui.sending.findings_list import FindingsList
from sescomposer.gui.sending.review_words import FACTS, facts_of, marked_words
from sescomposer.gui.sending.way import Ready, Way
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.gauge import Gauge
from sescomposer.gui.widgets.steady_scroll import SteadyScroll
from sescomposer.services.review import Review

_OCTETS = ("Trace", "SHA-256")
"""Facts in a fixed width."""


class ReviewPage(QSplitter):
    """Facts, findings and octets of a review, of one item at a time.

    Signals:
        reasons_changed(): a reason against an error was typed.
    """

    reasons_changed = Signal()

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.facts = {name: FittingText(name, self, fixed=name in _OCTETS) for name in FACTS}
        self._labels = {name: QLabel(name, self) for name in FACTS}
        self.gauge = Gauge("Size against the limit", self)
        self.findings = FindingsList(self)
        self.findings.reasons_changed.connect(self.reasons_changed)
        self.protection = OutcomeCard(self)
        self.protection.hide()
        self.inspector = MessageInspector(runner, self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.addWidget(self._build_left())
        self.addWidget(self._build_right())
        self.setChildrenCollapsible(False)
        self.setHandleWidth(16)
        self.setSizes([420, 560])

    def sizeHint(self) -> QSize:
        """Both halves at a glance."""
        return QSize(1040, 520)

    def show_review(self, review: Review, way: Way, ready: Ready) -> None:
        """Show what would be submitted, beginning with the first item."""
        largest, size = review.road.octets, max(len(item.octets) for item in review.sealed)
        self.gauge.measure(size, largest, "error" if size > largest else "note")
        self.gauge.setToolTip(f"{size:,} of {largest:,} octets")
        self._scroll.verticalScrollBar().setValue(0)
        self.findings.show_findings(review.findings, needs_reasons=not ready.transport.is_local)
        self.show_item(review, 0, way, ready)

    def show_item(self, review: Review, index: int, way: Way, ready: Ready) -> None:
        """Show facts and octets of one of the items; the findings are those of all."""
        sealed = review.sealed[index]
        for name, words in facts_of(review, index, way, ready).items():
            self.facts[name].say(words)
            self._labels[name].setVisible(bool(words))
        self.inspector.show_message(sealed.root, sealed.stamped + sealed.control)
        self.note.setText(marked_words(sealed.stamped, sealed.control))
        self.note.setVisible(bool(self.note.text()))

    @Slot(bool)
    def set_editable(self, editable: bool) -> None:
        """Let reasons be typed, or not any more."""
        self.findings.set_reasons_enabled(editable)
        self.protection.set_editable(editable)

    def _build_left(self) -> QWidget:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(16)
        column.addWidget(self.findings)
        column.addWidget(self.protection)
        column.addLayout(self._build_facts())
        column.addStretch(1)
        self._scroll = SteadyScroll(content, self)
        self._scroll.setMinimumWidth(304)
        return self._scroll

    def _build_facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.facts.items()):
            label = self._labels[name]
            label.setBuddy(value)
            grid.addWidget(label, 2 * row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, 2 * row, 1)
            if name == "Size":
                grid.addWidget(self.gauge, 2 * row + 1, 1)
        return grid

    def _build_right(self) -> QWidget:
        right = QFrame(self)
        right.setFrameShape(QFrame.Shape.StyledPanel)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.inspector, 1)
        self.note.setContentsMargins(8, 4, 8, 4)
        column.addWidget(self.note)
        right.setMinimumWidth(320)
        return right
