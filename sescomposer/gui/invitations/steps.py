"""The next step of an event's life: each makes a message on a worker and opens it to be reviewed; none sends."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from sescomposer.core.errors import MessageError, SesComposerError
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.message import Message
from sescomposer.gui.invitations.date_dialog import DateDialog
from sescomposer.gui.invitations.loading import LoadedInvitation, next_dates
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.invitation_ports import AnswerTaken, Invitation
from sescomposer.services.invitations import Invitations


class NextSteps(QObject):
    """Makes the messages of one window.

    Signals:
        made(object): a `Message` to open.
        refused(object): the error that tells why there is none.
    """

    made = Signal(object)
    refused = Signal(object)

    def __init__(self, invitations: Invitations, runner: TaskRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self._invitations = invitations
        self._runner = runner
        self._widget = parent
        self._is_making = False

    def update(self, invitation: Invitation) -> None:
        """Open what guests have, to be changed."""
        self._make(invitation, lambda known, now: known.update(now))

    def cancel(self, invitation: Invitation) -> None:
        """Open the cancellation of all of it."""
        self._make(invitation, lambda known, now: known.cancel(now))

    def withdraw(self, invitation: Invitation, guest: str) -> None:
        """Open the message that takes one guest off."""
        self._make(invitation, lambda known, now: known.withdraw(now, guest))

    def resend(self, invitation: Invitation) -> None:
        """Open the same invitation once more."""
        self._make(invitation, lambda known, now: known.resend(now))

    def accept(self, invitation: Invitation, answer: AnswerTaken) -> None:
        """Open the update that a proposal asks for."""
        self._make(invitation, lambda known, now: known.accept(now, answer))

    def decline(self, invitation: Invitation, answer: AnswerTaken) -> None:
        """Open the message that says no to a proposal."""
        self._make(invitation, lambda known, now: known.decline(now, answer))

    def ask_date(self, loaded: LoadedInvitation, *, moves: bool) -> None:
        """Ask for a date of a repeating event, and open the message that cancels or moves it."""
        invitation = loaded.invitation
        try:
            dates = self._dates(loaded)
        except MessageError as error:
            self.refused.emit(error)
            return
        dialog = DateDialog(loaded.event, dates, moves=moves, parent=self._widget)
        dialog.cancel_wanted.connect(lambda original: self.cancel_date(invitation, original))
        dialog.move_wanted.connect(lambda original, start, end: self.move_date(invitation, original, start, end))
        dialog.open()

    def cancel_date(self, invitation: Invitation, original: Moment) -> None:
        """Open the cancellation of one date."""
        self._make(invitation, lambda known, now: known.cancel_occurrence(now, original))

    def move_date(self, invitation: Invitation, original: Moment, start: Moment, end: Moment | None) -> None:
        """Open the message that moves one date."""
        self._make(invitation, lambda known, now: known.move_occurrence(now, original, start, end))

    def _dates(self, loaded: LoadedInvitation) -> tuple[Moment, ...]:
        """The next dates but those that were cancelled one by one."""
        dates = next_dates(loaded.event, Moment.utc(self._invitations.clock.now()))
        if not dates:
            raise MessageError("The event does not repeat, so it has no single date.", hint="Change all of it.")
        last = {date: loaded.invitation.last_of(date.value) for date in dates}
        return tuple(date for date, sent in last.items() if sent is None or sent.method != "CANCEL")

    def _make(self, invitation: Invitation, make: Callable[[Invitations, Invitation], Message]) -> None:
        """Make a message of an event as the ledger has it now: what the list shows may be a moment old."""
        if self._is_making:
            return
        self._is_making = True
        # Nothing of Qt goes to the worker.
        invitations, uid = self._invitations, invitation.uid
        task = self._runner.start(lambda context: make(invitations, invitations.find(uid)), quiet=True)
        task.succeeded.connect(self.made)
        task.failed.connect(self._on_failed)
        task.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        self._is_making = False

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.refused.emit(error)
