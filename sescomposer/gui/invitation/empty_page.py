"""What the tab shows while the message has no event: what an invitation is, and three ways to get one."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.panes.envelope_parts import title
from sescomposer.gui.widgets.faint import Faint

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
        self.title = title("No event in this message", self)
        self.words = Faint(_WORDS, self)
        self.make_button = self._button("Make an invitation", "Make an event of subject, sender and recipients.")
        self.open_button = self._button("Open an .ics file...", "Take the event of a calendar file.")
        self.paste_button = self._button("From the clipboard", "Take the event of the iCalendar text that was copied.")
        self.make_button.setDefault(True)
        self.make_button.clicked.connect(self.make_wanted)
        self.open_button.clicked.connect(self.open_wanted)
        self.paste_button.clicked.connect(self.paste_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 16, 32, 16)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self.title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        for button in (self.make_button, self.open_button, self.paste_button):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.setFocusProxy(self.make_button)

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.setMinimumWidth(200)
        return button
