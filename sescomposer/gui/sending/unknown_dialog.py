"""Told at the start: submissions that a crash left without outcome, and how to find out. Nothing is sent again."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.sending.told_dialog import ToldDialog
from sescomposer.gui.sizes import human_size
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.services.unknown import UnknownSubmission

_NAMED_RECIPIENTS = 5


class UnknownDialog(ToldDialog):
    """Lists the submissions.

    Signals:
        settled(object): tuple of `UnknownSubmission` that the user has read; they need not be told again.
    """

    settled = Signal(object)

    def __init__(self, unknown: Sequence[UnknownSubmission], parent: QWidget | None = None) -> None:
        words = "Nothing of this is sent again by itself."
        super().__init__("Submissions without an answer", title_of(unknown), words, parent)
        self._unknown = tuple(unknown)
        self.texts: list[FittingText] = []
        for row, submission in enumerate(self._unknown, 1):
            text = FittingText(f"Submission {row}", self.content, lines=12)
            text.say(words_of(submission))
            self.texts.append(text)
        self.settle_button = self.buttons.addButton("I have &read this", QDialogButtonBox.ButtonRole.AcceptRole)
        self.settle_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.list_rows(self.texts)

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
