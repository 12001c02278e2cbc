"""The rows for people: the organiser, who comes from From, and the guests, who come from To and Cc and go there."""

from dataclasses import replace

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from sescomposer.core.address import Group, parse_addresses, parse_mailbox
from sescomposer.core.errors import AddressError
from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.people import Attendee, Person, key_of
from sescomposer.gui.directions import direction_of
from sescomposer.gui.invitation.edits import sentence_of
from sescomposer.gui.invitation.guests_model import CHOICES, COLUMNS, GuestsModel, organizer_among
from sescomposer.gui.invitation.making import guests_of, sender_of, with_more, with_recipients
from sescomposer.gui.invitation.rows import Section, beside
from sescomposer.gui.theme import with_outlines

_Index = QModelIndex | QPersistentModelIndex
_ROWS = 5
_ORGANIZER_HELP = "Who invites. Answers go to this address; Gmail wants it to be the one in From."


class GuestDelegate(QStyledItemDelegate):
    """Edits roles, kinds and answers as lists of words, and writes each name in its direction."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        """Make the editor of a cell."""
        choices = CHOICES.get(COLUMNS[index.column()])
        if choices is None:
            return super().createEditor(parent, option, index)
        box = QComboBox(parent)
        for value, words in choices.items():
            box.addItem(words, value)
        return box

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """Show the value of a cell."""
        if not isinstance(editor, QComboBox):
            super().setEditorData(editor, index)
            return
        value = index.data(Qt.ItemDataRole.EditRole)
        if editor.findData(value) < 0:
            editor.addItem(str(value), value)
        editor.setCurrentIndex(editor.findData(value))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """Take the value of the editor."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        else:
            super().setModelData(editor, model, index)

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        """Write a name from right to left where it runs so; a switch is seen on every palette."""
        super().initStyleOption(option, index)
        option.direction = direction_of(option.text)
        if option.features & QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator:
            option.palette = with_outlines(option.palette)


class _Table(QTableView):
    """The guests; Delete takes those that are selected out."""

    def __init__(self, model: GuestsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._guests = model
        self.setModel(model)
        self.setItemDelegate(GuestDelegate(self))
        self.setAccessibleName("Guests")
        self.setToolTip("Double-click or F2 changes a cell, Delete takes guests out.")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        # Addresses are never cut; what has no room is reached by scrolling.
        header.setStretchLastSection(True)

    def sizeHint(self) -> QSize:
        """A few rows."""
        row = self.verticalHeader().defaultSectionSize()
        return QSize(320, row * _ROWS + self.horizontalHeader().sizeHint().height() + 4)

    def minimumSizeHint(self) -> QSize:
        """As high as wanted."""
        return QSize(160, self.sizeHint().height())

    def chosen_rows(self) -> set[int]:
        """Give the rows that are selected."""
        return {index.row() for index in self.selectionModel().selectedRows()}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take guests out."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.chosen_rows():
            self._guests.remove_rows(self.chosen_rows())
            return
        super().keyPressEvent(event)


class PeopleSection(Section):
    """Edits organiser and guests."""

    words = "People"

    def build(self) -> None:
        """Make the rows."""
        self.organizer = self.add_line("organizer", "&Organiser", self._on_typed, _ORGANIZER_HELP, "name@example.com")
        self.organizer.editingFinished.connect(self._on_organizer)
        self.from_button = QPushButton("Use From", self)
        self.from_button.setToolTip("Make the sender of the message the organiser.")
        self.from_button.clicked.connect(self._on_from)
        self.model = GuestsModel(self.edits, self)
        self.model.refused.connect(self._on_refused)
        self.table = _Table(self.model, self)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.add_row("from", "", beside(self, self.from_button))
        self.adder = self.add_line("adder", "&Add guests", self._on_adding, "", "a@example.com, Name <b@example.com>")
        self.adder.returnPressed.connect(self._on_add)
        self.adder.editingFinished.connect(self._on_add)
        self.add_row("guests", "&Guests", self.table)
        self.add_row("buttons", "", self._buttons())

    def _buttons(self) -> QWidget:
        self.take_button = QPushButton("From To/Cc", self)
        self.take_button.setToolTip("Invite everybody whom To and Cc name; Cc may come, To must.")
        self.take_button.clicked.connect(self._on_take)
        self.give_button = QPushButton("To To/Cc", self)
        self.give_button.setToolTip("Send the message to every guest: who must come in To, who may in Cc.")
        self.give_button.clicked.connect(self._on_give)
        self.remove_button = QPushButton("Remove", self)
        self.remove_button.setToolTip("Take the selected guests out.")
        self.remove_button.clicked.connect(lambda: self.model.remove_rows(self.table.chosen_rows()))
        return beside(self, self.take_button, self.give_button, self.remove_button)

    def show_event(self, event: Event) -> None:
        """Show organiser and guests."""
        if not self.notes["organizer"].sentence or not self.organizer.hasFocus():
            self.organizer.show_text(_words(event.organizer))
        self.model.show_event(event)
        self._on_selected()
        root = self.edits.composer.root
        sender = sender_of(root)
        self.from_button.setVisible(sender is not None and sender != event.organizer)
        self.take_button.setEnabled(with_more(event.attendees, guests_of(root)) != event.attendees)
        self.give_button.setEnabled(bool(event.attendees))
        self._say_who(event, sender)

    def _say_who(self, event: Event, sender: Person | None) -> None:
        self.say("guests", "" if event.attendees else "Nobody is invited yet.", role="note")
        if event.organizer is None:
            self.say("organizer", "An invitation needs an organiser: without one no client shows buttons.")
        elif organizer_among(event):
            self.say("organizer", "The organiser is a guest too: clients then show no buttons to that person.")
        elif sender is not None and key_of(sender.mailbox) != key_of(event.organizer.mailbox):
            self.say("organizer", "Organiser and From differ: some clients then show no buttons.", role="warning")
        else:
            self.say("organizer", "")

    @Slot()
    def _on_selected(self) -> None:
        self.remove_button.setEnabled(bool(self.table.chosen_rows()))

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        if sentence:
            self.say("guests", sentence)

    # Organiser

    def _on_typed(self, text: str) -> None:
        """Take the organiser as soon as an address is whole; until then nothing is said."""
        if not text.strip():
            self.edits.change(lambda event: replace(event, organizer=None), "edit organiser", merge=True)

    @Slot()
    def _on_organizer(self) -> None:
        text = self.organizer.text()
        event = self.edits.event
        if text == _words(event.organizer) or not text.strip():
            return
        try:
            mailbox = parse_mailbox(text)
        except AddressError as error:
            self.say("organizer", sentence_of(error))
            return
        sent_by = event.organizer.sent_by if event.organizer is not None else ""
        wanted = Person(mailbox.addr_spec, mailbox.display_name, sent_by)
        sentence = self.edits.change(lambda event: replace(event, organizer=wanted), "edit organiser")
        if sentence:
            self.say("organizer", sentence)

    @Slot()
    def _on_from(self) -> None:
        sender = sender_of(self.edits.composer.root)
        self.say("organizer", "")
        self.edits.change(lambda event: replace(event, organizer=sender), "set organiser")

    # Guests

    def _on_adding(self, text: str) -> None:
        self.say("adder", "")

    @Slot()
    def _on_add(self) -> None:
        """Add the guests that were typed; what cannot be read stays there."""
        text = self.adder.text()
        if not text.strip():
            return
        try:
            new = _guests_in(text)
        except AddressError as error:
            self.say("adder", sentence_of(error))
            return
        known = {key_of(guest.mailbox) for guest in self.edits.event.attendees}
        again = [guest.mailbox for guest in new if key_of(guest.mailbox) in known]
        sentence = self.edits.change(lambda e: replace(e, attendees=with_more(e.attendees, new)), "add guests")
        if not sentence:
            self.adder.clear()
            sentence = f"Already invited: {', '.join(again)}." if again else ""
        self.say("adder", sentence, role="note" if again else "error")

    @Slot()
    def _on_take(self) -> None:
        more = guests_of(self.edits.composer.root)
        self._on_refused(
            self.edits.change(lambda e: replace(e, attendees=with_more(e.attendees, more)), "add guests from To and Cc")
        )

    @Slot()
    def _on_give(self) -> None:
        guests = self.edits.event.attendees
        self._on_refused(self.edits.edit(lambda root: with_recipients(root, guests), "add guests to To and Cc"))


def _words(person: Person | None) -> str:
    if person is None:
        return ""
    return f"{person.name} <{person.mailbox}>" if person.name else person.mailbox


def _guests_in(text: str) -> tuple[Attendee, ...]:
    """Read guests as they were typed; raises `AddressError`."""
    found: list[Attendee] = []
    for address in parse_addresses(text):
        members = address.mailboxes if isinstance(address, Group) else (address,)
        found += [Attendee(member.addr_spec, member.display_name) for member in members]
    return tuple(found)
