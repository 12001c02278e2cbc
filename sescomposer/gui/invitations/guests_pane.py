"""The guests of an event with their answers, and what they would rather have."""

from functools import partial

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QTreeView, QVBoxLayout, QWidget

from sescomposer.gui.invitations.invitation_words import said_words
from sescomposer.gui.invitations.invitations_model import ANSWER, AT, GUEST, HAS, GuestStatesModel
from sescomposer.gui.invitations.loading import LoadedInvitation, Proposal
from sescomposer.gui.widgets.entries import entry_list
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.invitation_ports import AnswerTaken, GuestState, Invitation


class GuestsPane(QWidget):
    """A list; above it a line for each proposal, below it what the guest wrote who is selected.

    Signals:
        chosen(): another guest is selected.
        accept_wanted(object): the `AnswerTaken` whose proposal shall become an update.
        decline_wanted(object): the `AnswerTaken` whose proposal shall be declined.
    """

    chosen = Signal()
    accept_wanted = Signal(object)
    decline_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._invitation: Invitation | None = None
        self.model = GuestStatesModel(self)
        self.list = self._make_list()
        self.proposals: list[Notice] = []
        self.comment = FittingText("What the guest wrote", self, lines=4)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.list, 1)
        self._column.addWidget(self.comment)
        self.setFocusProxy(self.list)
        self.model.modelReset.connect(self._on_chosen)
        self.list.selectionModel().currentRowChanged.connect(self._on_chosen)

    @property
    def current(self) -> GuestState | None:
        """The guest that is selected."""
        row = self.list.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def show_loaded(self, loaded: LoadedInvitation) -> None:
        """Show the guests of an event; who is selected stays so where they are guests of it."""
        before = self.current
        self._invitation = loaded.invitation
        if self.model.show_rows(loaded.invitation.guests):
            mailboxes = [state.guest.mailbox for state in self.model.rows]
            wanted = before.guest.mailbox if before is not None else ""
            row = mailboxes.index(wanted) if wanted in mailboxes else 0
            self.list.setCurrentIndex(self.model.index(row, 0))
        self._show_proposals(loaded.proposals)
        self._on_chosen()

    def _show_proposals(self, proposals: tuple[Proposal, ...]) -> None:
        for line in self.proposals:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.proposals = [self._line(proposal) for proposal in proposals]
        for place, line in enumerate(self.proposals):
            self._column.insertWidget(place, line)

    def _line(self, proposal: Proposal) -> Notice:
        line = Notice("Proposal of a guest", self)
        button = line.add_button("Make an update with this &time", "Open the update that this asks for, to be reviewed")
        no = line.add_button("Decli&ne it...", "Open the message that says no; the event stays as it is")
        # No widget of ours is captured: the line may be gone before its signal is.
        button.clicked.connect(partial(self._on_accept, proposal.answer))
        no.clicked.connect(partial(self._on_decline, proposal.answer))
        for each in (button, no):
            each.setVisible(True)
        who = proposal.answer.name or proposal.answer.who
        line.say(f"{who} proposes {proposal.wanted}\nNow it is {proposal.now}", "note")
        return line

    def _on_accept(self, answer: AnswerTaken, checked: bool = False) -> None:
        self.accept_wanted.emit(answer)

    def _on_decline(self, answer: AnswerTaken, checked: bool = False) -> None:
        self.decline_wanted.emit(answer)

    @Slot()
    def _on_chosen(self) -> None:
        state, known = self.current, self._invitation
        self.comment.say(said_words(known, state) if state is not None and known is not None else "")
        self.chosen.emit()

    def _make_list(self) -> QTreeView:
        columns = {"fitting": (ANSWER, AT), "stretching": (GUEST, HAS)}
        return entry_list(self.model, "Guests of the event", self, **columns)

    def sizeHint(self) -> QSize:
        """Room for some guests."""
        return QSize(800, 240)
