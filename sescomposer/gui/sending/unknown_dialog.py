"""Told at the start: submissions that a crash left without outcome, and how to find out. Nothing is sent again."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.sending.stage_banner import StageBanner
from sescomposer.gui.sizes import human_size
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.steady_scroll import SteadyScroll
from sescomposer.services.unknown import UnknownSubmission

_NAMED_RECIPIENTS = 5


class UnknownDialog(QDialog):
    """Lists the submissions; not modal.

    Signals:
        settled(object): tuple of `UnknownSubmission` that the user has read; they need not be told again.
    """

    settled = Signal(object)

    def __init__(self, unknown: Sequence[UnknownSubmission], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Submissions without an answer")
        self._unknown = tuple(unknown)
        banner = StageBanner(self)
        banner.bar.hide()
        banner.say("warning", title_of(self._unknown), "Nothing of this is sent again by itself.")
        self.texts = [FittingText(f"Submission {row + 1}", self, lines=12) for row in range(len(self._unknown))]
        content = QWidget(self)
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setSpacing(24)
        for text, submission in zip(self.texts, self._unknown, strict=True):
            text.say(words_of(submission))
            rows.addWidget(text)
        rows.addStretch(1)
        scroll = SteadyScroll(content, self)
        later = QLabel("With “Later” this is told again at the next start.", self)
        later.setWordWrap(True)
        self.buttons = QDialogButtonBox(self)
        self.later_button = self.buttons.addButton("&Later", QDialogButtonBox.ButtonRole.RejectRole)
        self.settle_button = self.buttons.addButton("I have &read this", QDialogButtonBox.ButtonRole.AcceptRole)
        self.settle_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(banner)
        column.addWidget(scroll, 1)
        column.addWidget(later)
        column.addWidget(self.buttons)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Room for two or three."""
        return QSize(640, 440)

    def accept(self) -> None:
        """Do not tell again."""
        self.settled.emit(self._unknown)
        super().accept()


def title_of(unknown: Sequence[UnknownSubmission]) -> str:
    """Count them.

    >>> title_of([None])
    'The program ended before it knew whether a message was sent'
    """
    what = "a message was" if len(unknown) == 1 else f"{len(unknown)} messages were"
    return f"The program ended before it knew whether {what} sent"


def words_of(submission: UnknownSubmission) -> str:
    """Say what was submitted, where to, and how to find out."""
    intent = submission.record.intent
    named = [unicode_form(address) for address in intent.envelope.rcpt_to[:_NAMED_RECIPIENTS]]
    more = len(intent.envelope.rcpt_to) - len(named)
    to = ", ".join(named) + (f" and {more} more" if more > 0 else "")
    return (
        f"{intent.subject.strip() or '(no subject)'}\n"
        f"{intent.at:%Y-%m-%d %H:%M:%S}, {human_size(intent.length)}, {intent.account}\n"
        f"From {unicode_form(intent.envelope.mail_from)} to {to}\n"
        f"{submission.advice}"
    )
