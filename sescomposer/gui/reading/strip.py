"""A line above a tree that says what became of signature and encryption, with what can be done about it."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.layers.reader import MessageReader, ReadingState
from sescomposer.gui.widgets.notice import Notice

_SHOWN_AFTER_MS = 500
_CHECKING = "Opening and checking what is signed or encrypted\u2026"
_STOPPED = "Not checked: reading was stopped."


class ReadingStrip(QWidget):
    """Follows a reader; takes no room where nothing looks protected.

    Args:
        reader: What it shows.
        has_details: Whether there is a view with all facts that can be opened.

    Signals:
        details_wanted(): all facts are wanted.
    """

    details_wanted = Signal()

    def __init__(self, reader: MessageReader, parent: QWidget | None = None, *, has_details: bool) -> None:
        super().__init__(parent)
        self._reader = reader
        self._has_details = has_details
        self.notice = Notice("Signature and encryption", self)
        self.decrypt_button = self._button("Decr&ypt...", "Ask for the passphrase and open what is encrypted")
        self.again_button = self._button("Check &again", "Open and check everything again")
        self.stop_button = self._button("&Stop", "Stop reading")
        self.details_button = self._button("De&tails", "Show every fact of each signature, and what it covers")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.notice)
        self.decrypt_button.clicked.connect(self._on_decrypt)
        self.again_button.clicked.connect(reader.read)
        self.stop_button.clicked.connect(reader.stop)
        self.details_button.clicked.connect(self.details_wanted)
        self._soon = QTimer(self, singleShot=True, interval=_SHOWN_AFTER_MS)
        self._soon.timeout.connect(self._show_stop)
        reader.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def sentence(self) -> str:
        """What it says, "" while it takes no room."""
        return self.notice.sentence

    def _button(self, words: str, tip: str) -> QPushButton:
        button = self.notice.add_button(words, tip)
        button.setAccessibleDescription(tip)
        return button

    @Slot()
    def _on_changed(self) -> None:
        reader = self._reader
        is_reading = reader.state is ReadingState.READING
        if not is_reading:
            self._soon.stop()
            self.stop_button.hide()
        elif not self._soon.isActive():
            self._soon.start()
        match reader.state:
            case ReadingState.NOTHING:
                self.notice.say("")
            case ReadingState.READING:
                self.notice.say(_CHECKING)
            case ReadingState.FAILED:
                self.notice.say(f"Not checked. {reader.trouble}", "warning")
            case ReadingState.STOPPED:
                self.notice.say(_STOPPED, "warning")
            case ReadingState.READ:
                self._say_verdict()
        self._show_buttons()
        self.setVisible(bool(self.notice.sentence))

    def _say_verdict(self) -> None:
        from sescomposer.gui.layers.words import verdict

        opened = self._reader.opened
        if opened is not None:
            found = verdict(opened)
            self.notice.say(found.sentence, found.kind)

    def _show_buttons(self) -> None:
        reader = self._reader
        opened = reader.opened if reader.is_current else None
        self.decrypt_button.setVisible(opened is not None and bool(opened.locked))
        self.again_button.setVisible(reader.state in (ReadingState.FAILED, ReadingState.STOPPED))
        self.details_button.setVisible(self._has_details and opened is not None)

    @Slot()
    def _show_stop(self) -> None:
        self.stop_button.setVisible(self._reader.state is ReadingState.READING)

    @Slot()
    def _on_decrypt(self) -> None:
        from sescomposer.gui.keys.passphrase_prompt import ask_on_window

        self._reader.decrypt(ask_on_window(self))


class SpaceBar(Notice):
    """Says whose octets are shown where they are not those of the message.

    Signals:
        message_wanted(): the octets of the message are wanted again.
    """

    message_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Whose octets these are", parent)
        self.back_button = self.add_button("Show the &message", "Show the octets of the message again")
        self.back_button.setVisible(True)
        self.back_button.clicked.connect(self.message_wanted)
