"""What the tab shows while the message has no event: what an invitation is, and three ways to get one."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.widgets.empty_state import EmptyState

_WORDS = (
    "An invitation is an event inside the message: mail programs show it as a card with Yes, Maybe and No, and put it "
    "into the calendar.\n\n"
    "A new one takes its title from Subject, its organiser from From and its guests from To and Cc, and starts at the "
    "next full hour."
)


class EmptyPage(QWidget):
    """Teaches and offers.

    Signals:
        make_wanted(), open_wanted(), paste_wanted(): a button was pressed.
    """

    make_wanted = Signal()
    open_wanted = Signal()
    paste_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.state = EmptyState("invitation", self)
        self.state.say("No event in this message", _WORDS)
        self.make_button = self._button("Make an invitation", "Make an event of subject, sender and recipients.")
        self.open_button = self._button("Open an .ics file...", "Take the event of a calendar file.")
        self.paste_button = self._button("From the clipboard", "Take the event of the iCalendar text that was copied.")
        self.make_button.setDefault(True)
        self.make_button.clicked.connect(self.make_wanted)
        self.open_button.clicked.connect(self.open_wanted)
        self.paste_button.clicked.connect(self.paste_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 16)
        column.addWidget(self.state, 1)
        for button in (self.make_button, self.open_button, self.paste_button):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setFocusProxy(self.make_button)

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.setMinimumWidth(200)
        return button
