"""The window of the invitations that were sent, one a process, beside the composers.

All reading is done on workers. Once a second it looks whether anything changed, for other windows and processes send.
"""

from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.gui.companion_window import LookingWindow
from sescomposer.gui.file_actions import file_stem
from sescomposer.gui.invitations.forget_question import ask_forget
from sescomposer.gui.invitations.invitation_words import title_of
from sescomposer.gui.invitations.invitations_centre import InvitationsCentre
from sescomposer.gui.invitations.loading import EventReader, KnownEvent, LoadedInvitation
from sescomposer.gui.invitations.steps import NextSteps
from sescomposer.gui.tasks import Context
from sescomposer.services.invitation_ports import AnswerTaken

LOOK_MS = 1000
_KIND = "Calendar files (*.ics)"
_Rows = tuple[tuple[int, int], str, tuple[KnownEvent, ...], int]


class InvitationsWindow(LookingWindow):
    """List above, one event below."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent, interval=LOOK_MS)
        self.setWindowTitle("Invitations")
        self.reader = EventReader(services.invitations)
        self.centre = InvitationsCentre(self.runner, self)
        self.notice = self.centre.notice
        self.setCentralWidget(self.centre)
        self.next = NextSteps(services.invitations, self.runner, self)
        self.loaded: LoadedInvitation | None = None
        self._state: tuple[tuple[int, int], str] | None = None
        self._looking = False
        self._wanted = ""
        self._connect()
        self.settle()

    @classmethod
    def show_for(cls, services: Services, opener: QWidget | None = None, uid: str = "") -> "InvitationsWindow":
        """Show the window of this process; it goes with the last composer window.

        Args:
            services: What it acts through.
            opener: The composer window that messages open beside.
            uid: The event to select, "" for none in particular.
        """
        window = cls.of_process(services, opener)
        if uid:
            window._wanted = uid
            window.centre.search.clear()
        window.come_up()
        window.look(again=bool(uid))
        return window

    def sizeHint(self) -> QSize:
        """Room for list and event."""
        return QSize(1080, 780)

    @property
    def is_read(self) -> bool:
        """Whether the list shows what the ledger has had at some time."""
        return self._state is not None

    def _connect(self) -> None:
        centre = self.centre
        centre.search.textChanged.connect(lambda _: self.look(again=True))
        centre.list.selectionModel().currentRowChanged.connect(self._on_current_changed)
        centre.guests.accept_wanted.connect(self._on_accept)
        centre.guests.decline_wanted.connect(self._on_decline)
        centre.done.connect(self.do)
        self.next.made.connect(self._on_made)
        self.next.refused.connect(self._on_failed)
        self.take_keys(
            (
                ("Ctrl+F", centre.search.take_focus),
                ("Ctrl+O", lambda: self.do("update")),
                ("Ctrl+S", lambda: self.do("export")),
            )
        )

    # Reading

    @Slot()
    def look(self, again: bool = False) -> None:
        """Look on a worker whether anything changed; `again` where something else is searched for."""
        if self._looking:
            return
        self._looking = True
        invitations, reader, words = self.services.invitations, self.reader, self.centre.search.text()
        known = None if again else self._state

        def operation(context: Context) -> _Rows | None:
            state = invitations.version(), words
            return None if state == known else (*state, *reader.rows(words))

        task = self.runner.start(operation)
        task.succeeded.connect(self._on_rows)
        task.finished.connect(self._on_look_finished)

    @Slot(object)
    def _on_rows(self, answer: _Rows | None) -> None:
        if answer is None:
            return
        version, words, rows, total = answer
        self._state = version, words
        before = self.centre.current
        wanted = self._wanted or (before.invitation.uid if before is not None else "")
        self.centre.show_rows(rows, total, wanted)
        if self.centre.model.row_of(self._wanted) >= 0:
            self._wanted = ""
        self._load()

    @Slot()
    def _on_look_finished(self) -> None:
        self._looking = False
        if self._state is not None and self._state[1] != self.centre.search.text():
            # It was typed while the last answer was under way.
            self.look(again=True)

    @Slot()
    def _on_current_changed(self) -> None:
        self._load()

    def _load(self) -> None:
        known, loaded = self.centre.current, self.loaded
        is_current = known is not None and loaded is not None and loaded.invitation == known.invitation
        if known is None or is_current:
            self.centre.show_state(loaded if is_current else None)
            return
        reader, uid = self.reader, known.invitation.uid
        self.runner.start(lambda context: reader.load(uid)).succeeded.connect(self._on_loaded)

    @Slot(object)
    def _on_loaded(self, loaded: LoadedInvitation) -> None:
        current = self.centre.current
        if current is not None and current.invitation.uid == loaded.invitation.uid:
            self.loaded = loaded
            self.centre.show_loaded(loaded)

    # What can be done

    @Slot(str)
    def do(self, name: str) -> None:
        """Do what a button says; nothing where it cannot be done."""
        loaded = self.loaded
        if loaded is None or not self.centre.can_do(name):
            return
        invitation, guest = loaded.invitation, self.centre.guests.current
        match name:
            case "update":
                self.next.update(invitation)
            case "cancel":
                self.next.cancel(invitation)
            case "cancel date" | "move date":
                self.next.ask_date(loaded, moves=name == "move date")
            case "withdraw" if guest is not None:
                self.next.withdraw(invitation, guest.guest.mailbox)
            case "resend":
                self.next.resend(invitation)
            case "forget":
                self._ask_forget(loaded)
            case "export":
                self._export(loaded)

    @Slot(object)
    def _on_accept(self, answer: AnswerTaken) -> None:
        if self.loaded is not None:
            self.next.accept(self.loaded.invitation, answer)

    @Slot(object)
    def _on_decline(self, answer: AnswerTaken) -> None:
        if self.loaded is not None:
            self.next.decline(self.loaded.invitation, answer)

    def _ask_forget(self, loaded: LoadedInvitation) -> None:
        if ask_forget(self, title_of(loaded.invitation)):
            self.forget(loaded.invitation.uid)

    def forget(self, uid: str) -> None:
        """Remove all that is known of an event, on a worker."""
        invitations = self.services.invitations
        task = self.runner.start(lambda context: invitations.forget(uid))
        task.succeeded.connect(self._on_forgotten)

    @Slot(object)
    def _on_forgotten(self, answer: object) -> None:
        self.loaded = None
        self.look(again=True)
        self._on_told("The event is forgotten.")

    @Slot(object)
    def _on_made(self, message: Message) -> None:
        """Open the message in a composer window of its own, where it is reviewed and sent."""
        wanted = getattr(self.companion.opener, "window_wanted", None)
        if wanted is not None:
            wanted.emit((message, None))

    def _export(self, loaded: LoadedInvitation) -> None:
        start = str(Path.home() / f"{file_stem(loaded.event.summary, 'event')}.ics")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the event", start, _KIND)
        if chosen and loaded.calendar is not None:
            self.export_to(loaded.calendar.octets, Path(chosen))

    def export_to(self, octets: bytes, path: Path) -> None:
        """Write a calendar object exactly, on a worker."""
        documents = self.services.documents

        def operation(context: Context) -> str:
            documents.save_octets(Octets.of(octets), path, context)
            return f"Saved as {path}"

        self.runner.start(operation).succeeded.connect(self._on_told)

    # Coming and going

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look; what was accepted and missed is taken up."""
        super().showEvent(event)
        invitations = self.services.invitations
        self.runner.start(lambda context: invitations.catch_up())
