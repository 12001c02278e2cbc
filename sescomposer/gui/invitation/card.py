"""The card that a mail program shows for an event: title, when, where, who, and the buttons to answer."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sescomposer.core.invitation.event import Event
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.rule_value import rule_faults
from sescomposer.core.invitation.rules import in_words as rule_in_words
from sescomposer.gui.directions import isolated
from sescomposer.gui.invitation.guests_model import ANSWERS, ROLES
from sescomposer.gui.invitation.rule_choice import rule_of
from sescomposer.gui.invitation.times import in_words, own_words
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.fitting_text import FittingText

_NAMED = 12
_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
"""Starts a line that begins with a name, which may run the other way."""

_BUTTONS = ("Yes", "Maybe", "No")
_TIP = "Guests see this button; here it is only shown."
_BANNERS = {
    "CANCEL": "This event was cancelled.",
    "REPLY": "This is the answer of a guest.",
    "COUNTER": "A guest proposes another time.",
}


def name_of(person: Person | Attendee) -> str:
    """Give how a mail program names somebody."""
    return f"{isolated(person.name)} <{person.mailbox}>" if person.name else isolated(person.mailbox)


def guests_words(event: Event) -> str:
    """Name the guests, one on each line, with what is special about each."""
    lines = []
    for guest in event.attendees[:_NAMED]:
        special = [ANSWERS.get(guest.partstat, guest.partstat)] if guest.partstat != "NEEDS-ACTION" else []
        special += [ROLES.get(guest.role, guest.role)] if guest.role != "REQ-PARTICIPANT" else []
        said = f" ({', '.join(special).lower()})" if special else ""
        lines.append(f"{_LEFT_TO_RIGHT}{name_of(guest)}{said}")
    more = len(event.attendees) - _NAMED
    return "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])


class EventCard(QFrame):
    """Shows one event as a client does; nothing in it can be pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAccessibleName("The invitation as a mail program shows it")
        self.banner = QLabel(self)
        self.title = QLabel(self)
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.3)
        self.title.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for label in (self.banner, self.title):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        self.rows = {name: self._row(words) for name, words in _ROWS.items()}
        buttons = QHBoxLayout()
        self.buttons = [self._button(words) for words in (*_BUTTONS, "Add to calendar")]
        for button in self.buttons:
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.note = Faint("", self)
        column.addWidget(self.note)

    def _row(self, words: str) -> tuple[QLabel, FittingText]:
        label, text = Faint(words, self), FittingText(words, self)
        label.setWordWrap(False)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(text, row, 1)
        return label, text

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setEnabled(False)
        button.setToolTip(_TIP)
        return button

    def show_event(self, event: Event, zone: str) -> None:
        """Show an event to a viewer in a zone."""
        is_off = event.method == "CANCEL" or event.status == "CANCELLED"
        self.banner.setText(_BANNERS["CANCEL"] if is_off else _BANNERS.get(event.method, ""))
        self.banner.setVisible(bool(self.banner.text()))
        self.title.setText(event.summary or "(no title)")
        is_here = event.all_day or event.zone in ("", zone)
        self._say("when", own_words(event) if is_here else f"{in_words(event, zone)}\n{own_words(event)}")
        self._say("repeats", _repeats(event))
        self._say("where", "\n".join(text for text in (event.location, event.conference) if text))
        self._say("organizer", name_of(event.organizer) if event.organizer is not None else "")
        self._say("guests", guests_words(event))
        self._say("description", event.description)
        asks = event.method == "REQUEST" and not is_off
        can_answer = asks and event.organizer is not None and bool(event.attendees)
        for button in self.buttons[:-1]:
            button.setVisible(can_answer)
        self.buttons[-1].setVisible(not can_answer and not is_off and event.method in ("PUBLISH", "REQUEST", ""))
        self.note.setText("" if can_answer or is_off else _missing(event))
        self.note.setVisible(bool(self.note.text()))

    def _say(self, name: str, words: str) -> None:
        label, text = self.rows[name]
        label.setVisible(bool(words))
        text.say(words)


_ROWS = {
    "when": "When",
    "repeats": "Repeats",
    "where": "Where",
    "organizer": "Organiser",
    "guests": "Guests",
    "description": "Notes",
}


def _repeats(event: Event) -> str:
    rule = rule_of(event.rule)
    if rule is None or event.start is None or rule_faults(rule, event.start):
        return event.rule
    return rule_in_words(rule, event.start)


def _missing(event: Event) -> str:
    """Say why there are no buttons to answer."""
    if event.method != "REQUEST":
        return "No buttons to answer: nobody is asked."
    if event.organizer is None:
        return "No buttons to answer: there is no organiser."
    return "No buttons to answer: nobody is invited."
