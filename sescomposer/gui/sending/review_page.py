"""What is reviewed before sending: on the left who, how and what was found, on the right the sealed octets."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from sescomposer.core.envelope import return_path
from sescomposer.core.message import Message
from sescomposer.gui.models.envelope_words import (
    EnvelopeRow,
    count_words,
    envelope_rows,
    return_path_words,
    unicode_form,
    who_sees_whom,
)
from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.sending.findings_list import FindingsList
from sescomposer.gui.sizes import human_size
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.gauge import Gauge
from sescomposer.services.changes import expected_changes
from sescomposer.services.ports import Transport
from sescomposer.services.sending import Review

_SOURCES = (
    ("To", "To"),
    ("Cc", "Cc"),
    ("Bcc", "Bcc, hidden from the others"),
    ("override", "In the envelope alone"),
)
_FACTS = ("Recipients", "MAIL FROM", "Goes to", "Road", "Size", "Sealing", "SES will change", "SHA-256")


class ReviewPage(QSplitter):
    """Facts, findings and octets of a review.

    Signals:
        reasons_changed(): a reason against an error was typed.
    """

    reasons_changed = Signal()

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.facts = {name: FittingText(name, self, fixed=name == "SHA-256") for name in _FACTS}
        self.gauge = Gauge("Size against the limit", self)
        self.findings = FindingsList(self)
        self.findings.reasons_changed.connect(self.reasons_changed)
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

    def show_review(self, review: Review, transport: Transport) -> None:
        """Show what would be submitted."""
        sealed = review.sealed[0]
        facts = {
            "Recipients": recipients_words(review),
            "MAIL FROM": mail_from_words(review.message),
            "Goes to": destination_words(transport),
            "Road": road_words(review, transport),
            "Size": size_words(review),
            "Sealing": sealing_words(review),
            "SES will change": "\n".join(f"• {change}" for change in expected_changes(sealed.root)),
            "SHA-256": "\n".join(item.sha256 for item in review.sealed),
        }
        for name, words in facts.items():
            self.facts[name].say(words)
        largest, size = review.road.octets, max(len(item.octets) for item in review.sealed)
        self.gauge.measure(size, largest, "error" if size > largest else "note")
        self.gauge.setToolTip(f"{size:,} of {largest:,} octets")
        self.findings.show_findings(review.findings, needs_reasons=not transport.is_local)
        self.inspector.show_message(sealed.root, sealed.stamped)
        self.note.setText(marked_words(sealed.stamped))
        self.note.setVisible(bool(sealed.stamped))

    @Slot(bool)
    def set_editable(self, editable: bool) -> None:
        """Let reasons be typed, or not any more."""
        self.findings.set_reasons_enabled(editable)

    def _build_left(self) -> QWidget:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(16)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.facts.items()):
            label = QLabel(name, content)
            label.setBuddy(value)
            grid.addWidget(label, 2 * row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, 2 * row, 1)
            if name == "Size":
                grid.addWidget(self.gauge, 2 * row + 1, 1)
        column.addWidget(self.findings)
        column.addLayout(grid)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        scroll.setMinimumWidth(304)
        return scroll

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


def recipients_words(review: Review) -> str:
    """Say who gets the message, by field, and who sees whom."""
    rows = envelope_rows(review.message)
    parts = [count_words(review.message) + "."] + ([who_sees_whom(rows)] if rows else [])
    for source, title in _SOURCES:
        if named := [row for row in rows if row.is_in and row.source == source]:
            parts += [f"{title}:", *(f"  {_isolated(row)}" for row in named)]
    if left_out := [row for row in rows if not row.is_in]:
        parts += ["In the header, but gets no copy:", *(f"  {_isolated(row)}" for row in left_out)]
    return "\n".join(parts)


def _isolated(row: EnvelopeRow) -> str:
    """Keep a name written from right to left from turning the line around it, or from moving it to the other side.

    The first character decides the side: Qt looks into isolates for it, though UAX 9 P2 does not.
    """
    return f"\u200e\u2066{row.shown}\u2069"


def mail_from_words(message: Message) -> str:
    """Say where bounces go and why there."""
    wire, _ = return_path(message.root, message.envelope)
    return f"{unicode_form(wire) or '(nobody)'}\n{return_path_words(message)}"


def destination_words(transport: Transport) -> str:
    """Say where the message goes.

    >>> from types import SimpleNamespace
    >>> destination_words(SimpleNamespace(is_local=True, account="local inbox"))
    'Local inbox: nothing leaves this machine.'
    """
    name = transport.account
    return f"{name.capitalize()}: nothing leaves this machine." if transport.is_local else name


def road_words(review: Review, transport: Transport) -> str:
    """Say whose limits hold."""
    local = " The local inbox answers as this road would." if transport.is_local else ""
    return f"{review.road.label}: its limits hold.{local}"


def size_words(review: Review) -> str:
    """Measure against the limit of the road."""
    sizes = [len(item.octets) for item in review.sealed]
    items = f"{len(sizes)} submissions, the largest: " if len(sizes) > 1 else ""
    return f"{items}{human_size(max(sizes))} of {human_size(review.road.octets)} ({max(sizes):,} octets)"


def sealing_words(review: Review) -> str:
    """Say what sealing added and took out."""
    sealed = review.sealed[0]
    at = f"Sealed {review.sealed_at:%H:%M:%S}."
    added = f" Added: {', '.join(sealed.stamped)}." if sealed.stamped else ""
    removed = f" Taken out: {', '.join(sealed.hidden)}." if sealed.hidden else ""
    return at + added + removed


def marked_words(stamped: tuple[str, ...]) -> str:
    """Say what the marked octets are.

    >>> marked_words(("Date", "Message-ID"))
    'Date and Message-ID, marked above, were added by sealing.'
    """
    verb = "were" if len(stamped) > 1 else "was"
    return f"{' and '.join(stamped)}, marked above, {verb} added by sealing."
