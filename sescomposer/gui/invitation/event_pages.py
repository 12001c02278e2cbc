"""The pages of the invitation tab: nothing yet, the form, the text; and above them what can be done with the event."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import Event, event_of, new_calendar
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.people import key_of
from sescomposer.core.invitation.placement import place
from sescomposer.core.invitation.template import as_template
from sescomposer.core.invitation.zone_data import zone_info
from sescomposer.gui.composer import Composer
from sescomposer.gui.icons import icon
from sescomposer.gui.invitation.edits import EventEdits, placed, zone_octets
from sescomposer.gui.invitation.empty_page import EmptyPage
from sescomposer.gui.invitation.form import EventForm
from sescomposer.gui.invitation.making import event_of_message, sender_of, with_first_words
from sescomposer.gui.invitation.system_zone import system_zone
from sescomposer.gui.invitation.text_pane import CalendarTextPane
from sescomposer.gui.invitation.told_words import ToldWords
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.notice import Notice

LARGE = 300_000
"""Octets of a calendar object above which each key would take its time."""

FORM, TEXT = 0, 1


class EventPages(QWidget):
    """Shows one page; see `tab.InvitationTab` for the signals."""

    open_wanted = Signal()
    paste_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, composer: Composer, parent: QWidget) -> None:
        super().__init__(parent)
        self._composer = composer
        self.edits = EventEdits(composer)
        self._large: set[Key] = set()
        self.empty = EmptyPage(self)
        self.form = EventForm(self.edits, self)
        self.text = CalendarTextPane(composer, self)
        self.large = Faint("", self)
        self.large.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.large.setMargin(32)
        self.stack = QStackedWidget(self)
        self.stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        for page in (self.empty, self.form, self.text, self.large):
            self.stack.addWidget(page)
        self.notice = Notice("About the event", self)
        self.mine_button = self.notice.add_button("Make it mine", "Give it a new identity and you as organiser")
        self.anyway_button = self.notice.add_button("Show it anyway", "Each key will take its time")
        self.words_notice = Notice("About the words of the event", self)
        self.words_button = self.words_notice.add_button(
            "Update the words", "Write the event as it is now in their place"
        )
        self._told = ToldWords()
        self.bar = self._make_bar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.notice)
        column.addWidget(self.words_notice)
        column.addWidget(self.stack, 1)
        self.empty.make_wanted.connect(self.make)
        self.empty.open_wanted.connect(self.open_wanted)
        self.empty.paste_wanted.connect(self.paste_wanted)
        self.mine_button.clicked.connect(self._on_mine)
        self.anyway_button.clicked.connect(self._on_anyway)
        self.words_button.clicked.connect(self._on_words)
        self.ways.currentChanged.connect(self._on_way)

    def _make_bar(self) -> QWidget:
        bar = QWidget(self)
        self.ways = QTabBar(bar, drawBase=False, expanding=False, documentMode=True)
        self.ways.addTab(icon("invitation"), "Form")
        self.ways.addTab(icon("text"), "iCalendar text")
        self.ways.setAccessibleName("How the event is shown")
        self.more = QToolButton(bar)
        self.more.setText("Event")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setToolTip("Open, export or remove the event.")
        self.more.setAccessibleName("What can be done with the event")
        menu = QMenu(self.more)
        menu.addAction("&Open an .ics file...", self.open_wanted.emit)
        menu.addAction("From the clip&board", self.paste_wanted.emit)
        menu.addSeparator()
        menu.addAction("&Export as .ics...", self.export_wanted.emit)
        menu.addAction("&Copy as text", self._on_copy)
        menu.addSeparator()
        menu.addAction("&Remove the event", self._on_remove)
        self.more.setMenu(menu)
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 8, 0)
        row.addWidget(self.ways)
        row.addStretch(1)
        row.addWidget(self.more)
        return bar

    # Showing

    def show_event(self) -> None:
        """Show the event of the message as it is now."""
        part = self.edits.part
        self.bar.setVisible(part is not None)
        self.words_notice.say("")
        if part is None:
            self._show_page(self.empty)
            self.notice.say("")
            return
        if len(part.content) > LARGE and part.key not in self._large:
            self._show_large(part)
            return
        self.anyway_button.hide()
        if self.ways.currentIndex() == TEXT:
            self.text.show_part(part)
            self._show_page(self.text)
        else:
            self.form.show_calendar(self.edits.calendar or _NONE)
            self._show_page(self.form)
        self._say_whose(self.edits.calendar or _NONE)
        self._say_words(self.edits.event)

    def _show_page(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)
        # Pages that scroll take the place there is: a notice above them pushes no header field away.
        self.stack.setMinimumHeight(0 if page is self.empty else _LOWEST)
        self.setFocusProxy(self.empty if page is self.empty else self.text if page is self.text else self.form)

    def _show_large(self, part: Entity) -> None:
        size = f"{len(part.content):,} octets"
        self.large.setText(f"The calendar object has {size}: showing it here would be slow.")
        self._show_page(self.large)
        self.mine_button.hide()
        self.anyway_button.show()
        self.notice.say("It is in the message as it is, and can be sent.", "note")

    def _say_whose(self, calendar: Calendar) -> None:
        """Say whose event it is, where it is somebody else's, or that it is none."""
        self.mine_button.hide()
        if not calendar.events:
            what = "no event: nothing in it starts with BEGIN:VEVENT" if calendar.is_calendar else "no calendar object"
            self.notice.say(f"The calendar part holds {what}. Correct it in the iCalendar text.", "warning")
            return
        organizer, sender = event_of(calendar).organizer, sender_of(self._composer.root)
        if organizer is None or sender is None or key_of(organizer.mailbox) == key_of(sender.mailbox):
            self.notice.say("")
            return
        if calendar.method in ("REPLY", "COUNTER", "REFRESH"):
            self.notice.say("")
            return
        self.mine_button.show()
        self.notice.say(f"{organizer.mailbox} is the organiser. Sent by you, it would change that person's event.")

    def _say_words(self, event: Event) -> None:
        """Say where the message still tells what the event was before it changed."""
        root = self._composer.root
        self._told.learn(root, event)
        names = self._told.outdated(root, event)
        self.words_button.setVisible(bool(names))
        said = f"The {' and the '.join(names)} of the message still {'tell' if len(names) > 1 else 'tells'}"
        self.words_notice.say(f"{said} the event as it was before you changed it." if names else "", "warning")

    def forget(self) -> None:
        """Another message comes: it is shown as a form first."""
        self._told.forget()
        self._large.clear()
        self.text.forget()
        self.ways.setCurrentIndex(FORM)

    def focus(self) -> None:
        """Put the focus on what can be done first."""
        page = self.stack.currentWidget()
        if page is not None:
            page.setFocus()

    @Slot(int)
    def _on_way(self, index: int) -> None:
        if self.isVisible():
            self.show_event()

    @Slot()
    def _on_anyway(self) -> None:
        part = self.edits.part
        if part is not None:
            self._large.add(part.key)
            self.show_event()

    # Edits

    @Slot()
    def make(self) -> None:
        """Make an event of what the message says."""
        composer, ids = self._composer, self._composer.ids
        now, zone = composer.services.clock.now(), system_zone()
        clock = now.astimezone(zone_info(zone)).replace(tzinfo=None)

        def edit(root: Entity) -> Entity:
            calendar = new_calendar(event_of_message(root, clock, zone), ids, now, zone_octets)
            root = with_first_words(root, event_of(calendar), ids)
            return place(root, calendar, Layout.RECOMMENDED, ids)

        self._tell(self.edits.edit(edit, "make an invitation"))
        self.focus()

    def put(self, calendar: Calendar) -> None:
        """Put a calendar object into the message, in place of the one it has."""
        ids = self._composer.ids
        self._composer.edit_root(lambda root: placed(root, calendar, ids), "put event")

    def _tell(self, sentence: str) -> None:
        if sentence:
            self._composer.refused.emit(MessageError(sentence))

    @Slot()
    def _on_mine(self) -> None:
        """Make it an event of one's own; the guests of the message come."""
        calendar, composer = self.edits.calendar, self._composer
        if calendar is None:
            return
        now = composer.services.clock.now()

        def edit(root: Entity) -> Entity:
            return placed(root, as_template(calendar, composer.ids, now, sender_of(root)).calendar, composer.ids)

        self._tell(self.edits.edit(edit, "make event mine"))

    @Slot()
    def _on_words(self) -> None:
        """Write the words of the event anew, in text and HTML at once."""
        event, ids, before = self.edits.event, self._composer.ids, self._composer.root
        self._tell(self.edits.edit(lambda root: self._told.written(root, event, ids), "update words"))
        if self._composer.root is before:
            self._tell(_UNWRITABLE)

    @Slot()
    def _on_copy(self) -> None:
        calendar = self.edits.calendar
        if calendar is not None:
            QGuiApplication.clipboard().setText(calendar.octets.decode("utf-8", "replace").replace("\r\n", "\n"))

    @Slot()
    def _on_remove(self) -> None:
        self._tell(self.edits.remove())


_LOWEST = 120
"""Pixels that pages which scroll keep."""
_NONE = Calendar(b"", ())
_UNWRITABLE = "The words cannot be written: a signature covers them, or their charset does not have them."

__all__ = ["FORM", "LARGE", "TEXT", "EventPages"]
