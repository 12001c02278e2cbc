"""What sends from a window: the message through the account in use, or copies of it to the mailbox simulator."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from sescomposer.core.errors import SesComposerError
from sescomposer.core.invitation.parts import calendar_parts

if TYPE_CHECKING:
    from sescomposer.core.invitation.lifecycle import Revision
    from sescomposer.gui.invitations.send_facts import SendFacts
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.sending.way import Way


class SendActions(QObject):
    """The Send of one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._is_looking = False

    def do_send(self) -> None:
        """Review and send; of an invitation first what guests have, and who shall read whose address."""
        self._window.composer.safeguard("before sending")
        if calendar_parts(self._window.composer.root):
            self._look_at_event()
        else:
            self._open_sheet(for_each=False)

    def do_simulator(self) -> None:
        """Review labelled copies to every scenario of the simulator, and send them."""
        from sescomposer.gui.sending.parcel import simulator_parcel
        from sescomposer.gui.sending.send_sheet import SendSheet

        composer = self._window.composer
        SendSheet.show_for(composer, self._way(), self._window, simulator_parcel(composer))

    def _look_at_event(self) -> None:
        """Read on a worker what is known of the event."""
        from sescomposer.gui.invitations.send_facts import facts_of

        if self._is_looking:
            return
        self._is_looking = True
        message, invitations = self._window.composer.message, self._window.services.invitations
        task = self._window.runner.start(lambda context: facts_of(invitations, message), quiet=True)
        task.succeeded.connect(self._on_facts)
        task.failed.connect(self._on_no_facts)
        task.finished.connect(self._on_looked)

    @Slot(object)
    def _on_facts(self, facts: "SendFacts | None") -> None:
        if facts is None or not facts.is_worth_showing:
            self._open_sheet(for_each=False)
            return
        from sescomposer.gui.fonts import apply_fonts
        from sescomposer.gui.invitations.send_dialog import InvitationSendDialog

        dialog = InvitationSendDialog(facts, self._window)
        apply_fonts(dialog, self._window.services.settings)
        dialog.wanted.connect(self._on_wanted)
        dialog.open()

    @Slot(object)
    def _on_no_facts(self, error: SesComposerError) -> None:
        """What is not known of the past holds nobody back; it is told above the panes."""
        self._window.tell(f"What guests have is not known. {error.sentence} {error.hint}".strip(), "warning")
        self._open_sheet(for_each=False)

    @Slot()
    def _on_looked(self) -> None:
        self._is_looking = False

    @Slot(object, bool)
    def _on_wanted(self, revision: "Revision | None", for_each: bool) -> None:
        """Write the numbers of the update into the message, and review it."""
        from sescomposer.gui.invitations.send_facts import with_revision

        composer = self._window.composer
        if revision is not None:
            edit = partial(with_revision, revision=revision)
            if not composer.apply(edit, "set SEQUENCE of the update"):
                return
        self._open_sheet(for_each=for_each)

    def _open_sheet(self, *, for_each: bool) -> None:
        from sescomposer.gui.sending.guest_parcel import guest_parcel
        from sescomposer.gui.sending.parcel import parcel_of
        from sescomposer.gui.sending.send_sheet import SendSheet

        composer = self._window.composer
        parcel = guest_parcel(composer) if for_each else parcel_of(composer)
        sheet = SendSheet.show_for(composer, self._way(), self._window, parcel)
        sheet.submitted.connect(self._window.events.look_again)

    def _way(self) -> "Way":
        """Give the way through the account in use."""
        from sescomposer.gui.sending.way import way_of

        window = self._window
        is_chosen = window.composer.message.account is not None
        return way_of(window.account_choice, window.services, window.composer.road, is_chosen=is_chosen)
