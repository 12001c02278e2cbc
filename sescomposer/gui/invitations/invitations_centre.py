"""What the window of invitations shows: search and list above, what can be done, and the event that is selected."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabWidget, QTreeView, QWidget

from sescomposer.core.invitation.people import key_of
from sescomposer.gui.invitations.guests_pane import GuestsPane
from sescomposer.gui.invitations.invitations_model import ANSWERED, LAST, STATE, TITLE, WHEN, InvitationsModel
from sescomposer.gui.invitations.loading import KnownEvent, LoadedInvitation
from sescomposer.gui.invitations.sendings_pane import SendingsPane
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.entries import (
    below_one_another,
    count_words,
    entry_list,
    pages_of,
    storeys_of,
    told_button,
    turned_to,
)
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.search_line import SearchLine

_EMPTY = (
    "No invitation was sent yet",
    "Press Ctrl+Shift+E in a message to make it an invitation, and Ctrl+Enter to send it; without an account it goes "
    "to the local inbox. Every event you send is kept here, with what each guest has.\n\n"
    "From here you change an event and send the update, cancel all of it or one date, take a guest off, and see who "
    "accepted once you open their answers.",
)
_NOT_FOUND = ("Nothing found", "No event that was sent has all these words in its title, place, people or UID.")

BUTTONS: dict[str, tuple[str, str, str]] = {
    "update": ("new", "&Update...", "Open what the guests have, to be changed and sent as an update (Ctrl+O)"),
    "cancel": ("close", "&Cancel the event...", "Open the message that cancels all of it"),
    "cancel date": ("", "Cancel one &date...", "Choose one of the next dates, and open its cancellation"),
    "move date": ("", "&Move one date...", "Choose one of the next dates and its new time, and open the message"),
    "withdraw": ("remove", "&Withdraw a guest...", "Open the message that takes the selected guest off"),
    "resend": ("send", "Send &again...", "Open the same invitation once more, to ask those who have not answered"),
    "export": ("save", "E&xport .ics...", "Write the event as a calendar file (Ctrl+S)"),
    "forget": ("", "&Forget...", "Remove all that is known of this event here; guests keep what they have"),
}
"""Icon, words and explanation of what can be done, by name."""

_OF_REPEATING = ("cancel date", "move date")


class InvitationsCentre(QWidget):
    """Shows rows and one loaded event.

    Signals:
        done(str): the name of the button that was pressed.
    """

    done = Signal(str)

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loaded: LoadedInvitation | None = None
        self.model = InvitationsModel(self)
        name = "Search the invitations that were sent"
        self.search = SearchLine("Search titles, places, people and UIDs", name, self)
        self.search.setToolTip("All words must occur (Ctrl+F)")
        self.count = QLabel(self)
        self.count.setAccessibleName("Number of events")
        self.notice = Notice("Trouble", self)
        self.gone = Notice("About what was sent", self)
        self.buttons = {name: self._button(name) for name in BUTTONS}
        self.list = self._make_list()
        self.guests, self.sendings = GuestsPane(self), SendingsPane(runner, self)
        self.tabs = self._make_tabs()
        self.empty = EmptyState("invitation", self)
        self._build()
        self.guests.chosen.connect(self._show_buttons)
        self.list.activated.connect(lambda _: self.done.emit("update"))

    @property
    def current(self) -> KnownEvent | None:
        """The event that is selected."""
        row = self.list.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def can_do(self, name: str) -> bool:
        """Whether it makes sense for what is shown."""
        return self.buttons[name].isEnabled()

    # Showing

    def show_rows(self, rows: tuple[KnownEvent, ...], total: int, wanted: str) -> None:
        """Show the list and select an event in it, else the first one.

        Args:
            rows: What is found.
            total: How many events there are.
            wanted: UID of the event to select.
        """
        self.notice.say("")
        with QSignalBlocker(self.list.selectionModel()):
            self.model.show_rows(rows)
            row = max(self.model.row_of(wanted), 0)
            if rows:
                self.list.setCurrentIndex(self.model.index(row, 0))
        self.count.setText(count_words(len(rows), total, "event"))
        page = self.storeys if rows else self.empty
        self.empty.say(*(_NOT_FOUND if total else _EMPTY))
        if turned_to(self.pages, page) and rows and not self.search.text():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_loaded(self, loaded: LoadedInvitation) -> None:
        """Show an event."""
        self.gone.say(loaded.trouble, "warning")
        self.guests.show_loaded(loaded)
        self.sendings.show_loaded(loaded)
        count = len(loaded.invitation.sendings)
        self.tabs.setTabText(0, f"&Guests ({len(loaded.invitation.guests):,})")
        self.tabs.setTabText(1, f"What was &sent ({count:,})")
        self.show_state(loaded)

    def show_state(self, loaded: LoadedInvitation | None) -> None:
        """Enable what can be done with an event, nothing for none."""
        self._loaded = loaded
        self.tabs.setEnabled(loaded is not None)
        self._show_buttons()

    @Slot()
    def _show_buttons(self) -> None:
        loaded, guest = self._loaded, self.guests.current
        has_event = loaded is not None and loaded.calendar is not None
        is_open = has_event and loaded is not None and not loaded.invitation.is_cancelled
        host = key_of(loaded.invitation.last.organizer) if loaded is not None else ""
        can = {
            "update": has_event,
            "cancel": is_open,
            "withdraw": is_open and guest is not None and not guest.is_off and key_of(guest.guest.mailbox) != host,
            "resend": is_open,
            "forget": loaded is not None,
            "export": has_event,
        }
        repeats = is_open and loaded is not None and bool(loaded.event.rule or loaded.event.rdates)
        for name, button in self.buttons.items():
            button.setEnabled(can.get(name, repeats))
        for name in _OF_REPEATING:
            tip = BUTTONS[name][2] if repeats or not has_event else "The event does not repeat"
            self.buttons[name].setToolTip(tip)

    # Building

    def _build(self) -> None:
        self.storeys = storeys_of(self.list, self.tabs, (200, 440), self)
        self.pages = pages_of(self.empty, self.storeys, self)
        top, deeds = QHBoxLayout(), QHBoxLayout()
        for row in (top, deeds):
            row.setSpacing(8)
        top.addWidget(self.search, 1)
        top.addWidget(self.count)
        for button in self.buttons.values():
            deeds.addWidget(button)
        deeds.addStretch(1)
        below_one_another(self, (top, deeds, self.notice, self.gone), self.pages)

    def _button(self, name: str) -> QPushButton:
        sign, words, tip = BUTTONS[name]
        button = told_button(sign, words, tip, self)
        button.setEnabled(False)
        button.clicked.connect(partial(self._on_pressed, name))
        return button

    def _on_pressed(self, name: str, checked: bool = False) -> None:
        self.done.emit(name)

    def _make_tabs(self) -> QTabWidget:
        tabs = QTabWidget(self)
        tabs.setDocumentMode(True)
        tabs.setAccessibleName("Views of the event")
        for widget, title, tip in (
            (self.guests, "&Guests", "Who is invited, what they answered, and what each has"),
            (self.sendings, "What was &sent", "Every message of the event, with its exact octets"),
        ):
            tabs.setTabToolTip(tabs.addTab(widget, title), tip)
        return tabs

    def _make_list(self) -> QTreeView:
        columns = {"fitting": (STATE, LAST), "stretching": (TITLE, WHEN, ANSWERED)}
        return entry_list(self.model, "Events that were sent", self, **columns)
