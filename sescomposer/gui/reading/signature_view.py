"""The view of signature and encryption: what a reader found out, and what can be done about it."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.layers.looking import signed_around
from sescomposer.gui.layers.reader import MessageReader, ReadingState
from sescomposer.gui.reading.lifting import LIFT_HELP, LIFT_WORDS, lift_signature
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.steady_scroll import SteadyScroll

_NOTHING = (
    "Nothing is signed or encrypted",
    "Open a signed or encrypted message, and see here who signed it, whether it is as it was signed, what the "
    "signature covers and what it does not. What you sign yourself is verified when you send it.",
)
_READING = ("Opening and checking\u2026", "Every layer is opened, and every signature is checked.")
_STOPPED = ("Not checked", "Reading was stopped; nothing is known of signature and encryption.")
_SHOWN_AFTER_MS = 500


class SignaturePane(QWidget):
    """Shows what a reader found out.

    Args:
        reader: What it follows.
        is_editable: Whether the message can be edited, so that its signature can be lifted.

    Signals:
        part_wanted(object): the `Key` of an entity to show in the tree.
        save_wanted(): what was decrypted is to be saved.
        lift_wanted(): the signature is to be lifted.
    """

    part_wanted = Signal(object)
    save_wanted = Signal()
    lift_wanted = Signal()

    def __init__(self, reader: MessageReader, parent: QWidget | None = None, *, is_editable: bool) -> None:
        super().__init__(parent)
        self._reader = reader
        self._is_editable = is_editable
        self._is_shown = False
        self.setAccessibleName("Signature and encryption")
        self.empty = EmptyState("encrypt", self)
        self.area = SteadyScroll(QWidget(self), self)
        self.decrypt_button = self._button("Decr&ypt...", "Ask for the passphrase and open what is encrypted")
        self.save_button = self._button("Save decr&ypted...", "Save the message without its encryption")
        self.lift_button = self._button(LIFT_WORDS, LIFT_HELP)
        self.again_button = self._button("Check &again", "Open and check everything again")
        self.stop_button = self._button("&Stop", "Stop reading")
        self._build()
        self._soon = QTimer(self, singleShot=True, interval=_SHOWN_AFTER_MS)
        self._soon.timeout.connect(self._show_buttons)
        reader.changed.connect(self._on_changed)
        self._on_changed()

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.hide()
        return button

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 8, 16, 8)
        buttons.setSpacing(8)
        for button in (self.decrypt_button, self.save_button, self.lift_button, self.stop_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.again_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.empty, 1)
        column.addWidget(self.area, 1)
        column.addLayout(buttons)
        self.decrypt_button.clicked.connect(self._on_decrypt)
        self.save_button.clicked.connect(self.save_wanted)
        self.lift_button.clicked.connect(self.lift_wanted)
        self.again_button.clicked.connect(self._reader.read)
        self.stop_button.clicked.connect(self._reader.stop)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was read while nobody looked."""
        super().showEvent(event)
        if not self._is_shown:
            self._show()

    @Slot()
    def _on_changed(self) -> None:
        self._is_shown = False
        if self._reader.state is ReadingState.READING:
            self._soon.start()
        else:
            self._soon.stop()
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        self._is_shown = True
        reader = self._reader
        opened = reader.opened if reader.is_current else None
        if opened is not None:
            from sescomposer.gui.reading.signature_panel import SignaturePanel

            place = self.area.verticalScrollBar().value()
            panel = SignaturePanel(opened, self)
            panel.part_wanted.connect(self.part_wanted)
            self.area.setWidget(panel)
            self.area.verticalScrollBar().setValue(place)
        else:
            self.area.setWidget(QWidget(self))
            self.empty.say(*self._empty_words())
        self.area.setVisible(opened is not None)
        self.empty.setVisible(opened is None)
        self._show_buttons()

    def _empty_words(self) -> tuple[str, str]:
        match self._reader.state:
            case ReadingState.READING:
                return _READING
            case ReadingState.STOPPED:
                return _STOPPED
            case ReadingState.FAILED:
                return "Not checked", self._reader.trouble
            case _:
                return _NOTHING

    @Slot()
    def _show_buttons(self) -> None:
        reader = self._reader
        opened = reader.opened if reader.is_current else None
        root = reader.root
        is_signed = self._is_editable and root is not None and signed_around(root, root.key) is not None
        self.decrypt_button.setVisible(opened is not None and bool(opened.locked))
        self.save_button.setVisible(opened is not None and opened.decrypted is not None)
        self.lift_button.setVisible(is_signed and opened is not None)
        self.again_button.setVisible(reader.state not in (ReadingState.NOTHING, ReadingState.READING))
        self.stop_button.setVisible(reader.state is ReadingState.READING and not self._soon.isActive())

    @Slot()
    def _on_decrypt(self) -> None:
        from sescomposer.gui.keys.passphrase_prompt import ask_on_window

        self._reader.decrypt(ask_on_window(self))


class SignatureView(QWidget):
    """The view of the composer's message."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.pane = SignaturePane(composer.reader, self, is_editable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        self.pane.part_wanted.connect(self._on_part_wanted)
        self.pane.save_wanted.connect(self._on_save_wanted)
        self.pane.lift_wanted.connect(self._on_lift_wanted)

    @Slot(object)
    def _on_part_wanted(self, key: object) -> None:
        self._composer.view_wanted.emit("source")
        self._composer.select(Selection(key))  # type: ignore[arg-type]

    @Slot()
    def _on_save_wanted(self) -> None:
        from sescomposer.gui.reading.decrypted_saving import save_decrypted

        opened = self._composer.reader.opened
        if opened is not None:
            save_decrypted(self._composer.services, self._composer.runner, opened, self)

    @Slot()
    def _on_lift_wanted(self) -> None:
        lift_signature(self._composer)
