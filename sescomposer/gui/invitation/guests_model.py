"""The guests as a table: each cell shows an attribute of an attendee, and an edit of a cell is one of the event."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.people import Attendee, key_of, uri_of
from sescomposer.gui.invitation.edits import EventEdits

_Index = QModelIndex | QPersistentModelIndex
ROLES = {
    "REQ-PARTICIPANT": "Must come",
    "OPT-PARTICIPANT": "May come",
    "CHAIR": "Chairs",
    "NON-PARTICIPANT": "For information",
}
TYPES = {
    "INDIVIDUAL": "Person",
    "GROUP": "Group",
    "RESOURCE": "Resource",
    "ROOM": "Room",
    "UNKNOWN": "Unknown",
}
ANSWERS = {
    "NEEDS-ACTION": "No answer yet",
    "ACCEPTED": "Accepted",
    "TENTATIVE": "Maybe",
    "DECLINED": "Declined",
    "DELEGATED": "Delegated",
}
COLUMNS = ("mailbox", "name", "role", "type", "rsvp", "partstat")
TITLES = ("Address", "Name", "Role", "Kind", "Asked", "Answer")
CHOICES = {"role": ROLES, "type": TYPES, "partstat": ANSWERS}
"""Values of the columns that are chosen from a list, and their words."""


class GuestsModel(QAbstractTableModel):
    """The guests of the event; it holds what it shows of the event of the moment.

    Signals:
        refused(str): why an edit was not made.
    """

    refused = Signal(str)

    def __init__(self, edits: EventEdits, parent: QObject) -> None:
        super().__init__(parent)
        self._edits = edits
        self._guests: tuple[Attendee, ...] = ()

    @property
    def guests(self) -> tuple[Attendee, ...]:
        """The guests that are shown."""
        return self._guests

    def show_event(self, event: Event) -> None:
        """Show the guests of an event; while their number stays, so does the selection."""
        before, self._guests = self._guests, event.attendees
        if len(before) != len(self._guests):
            self.beginResetModel()
            self.endResetModel()
        elif before != self._guests:
            self.dataChanged.emit(self.index(0, 0), self.index(len(before) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Give the number of guests."""
        return 0 if parent.isValid() else len(self._guests)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Give the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the title of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Say what can be done with a cell."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_switch = COLUMNS[index.column()] == "rsvp"
        return flags | (Qt.ItemFlag.ItemIsUserCheckable if is_switch else Qt.ItemFlag.ItemIsEditable)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: words, or the value to edit."""
        name = COLUMNS[index.column()]
        value = getattr(self._guests[index.row()], name)
        if name == "rsvp":
            checked = Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
            words = "Yes" if value else "No"
            return {Qt.ItemDataRole.CheckStateRole: checked, Qt.ItemDataRole.DisplayRole: words}.get(role)  # type: ignore[call-overload]
        if role == Qt.ItemDataRole.EditRole:
            return value
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return CHOICES.get(name, {}).get(value, value)
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Change a guest."""
        name = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole:
            value = Qt.CheckState(value) is Qt.CheckState.Checked
        elif role != Qt.ItemDataRole.EditRole:
            return False
        old = self._guests[index.row()]
        text = value.strip() if isinstance(value, str) else value
        if getattr(old, name) == text:
            return False
        guests = list(self._guests)
        changed: dict[str, Any] = {name: text}
        guests[index.row()] = replace(old, **changed)
        sentence = self._edits.change(lambda event: _with_checked(event, guests), "edit guest")
        self.refused.emit(sentence)
        return not sentence

    def remove_rows(self, rows: set[int]) -> None:
        """Take guests out."""
        left = tuple(guest for row, guest in enumerate(self._guests) if row not in rows)
        self.refused.emit(self._edits.change(lambda event: replace(event, attendees=left), "remove guests"))


def _with_checked(event: Event, guests: list[Attendee]) -> Event:
    """Give the event with other guests; raises `AddressError` for one without an address."""
    for guest in guests:
        uri_of(guest.mailbox)
    return replace(event, attendees=tuple(guests))


def organizer_among(event: Event) -> bool:
    """Whether the organiser is among the guests.

    >>> from sescomposer.core.invitation.people import Person
    >>> organizer_among(Event(organizer=Person("A@b.example"), attendees=(Attendee("a@b.example"),)))
    True
    """
    organizer = event.organizer
    return organizer is not None and any(key_of(g.mailbox) == key_of(organizer.mailbox) for g in event.attendees)
