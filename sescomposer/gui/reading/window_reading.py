"""The actions of a composer window that are about signed and encrypted messages that were opened."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from sescomposer.core.errors import SesComposerError

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow

_NOTHING_LOCKED = "Nothing in this message is encrypted to a key that asks for its passphrase."
_NOTHING_TO_LIFT = "This message has no signature that can be lifted."
_NOTHING_OPENED = "Nothing in this message was decrypted."


class WindowReading(QObject):
    """What can be done with the protection of the message of one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.composer.view_wanted.connect(self._on_view_wanted)

    def do_view_signature(self) -> None:
        """Show signature and encryption."""
        self._window.views.show_view("signature")

    def do_lift_signature(self) -> None:
        """Take the content out of its signature, to edit it."""
        from sescomposer.gui.reading.lifting import lift_signature

        if not lift_signature(self._window.composer):
            self._window.statusBar().showMessage(_NOTHING_TO_LIFT)

    def do_decrypt(self) -> None:
        """Ask for the passphrase and open what is encrypted."""
        reader = self._window.composer.reader
        if reader.opened is not None and reader.opened.locked:
            from sescomposer.gui.keys.passphrase_prompt import ask_on_window

            reader.decrypt(ask_on_window(self._window))
        else:
            self._window.statusBar().showMessage(_NOTHING_LOCKED)

    def do_save_decrypted(self) -> None:
        """Save the message without its encryption."""
        from sescomposer.gui.reading.decrypted_saving import save_decrypted

        window = self._window
        opened = window.composer.reader.opened
        if opened is not None and opened.decrypted is not None:
            save_decrypted(window.services, window.runner, opened, window)
        else:
            window.statusBar().showMessage(_NOTHING_OPENED)

    def offer_lift(self, error: SesComposerError, box: QMessageBox) -> None:
        """Let the signature be lifted from the box that says that it refuses an edit."""
        from sescomposer.gui.reading.lifting import LIFT_WORDS, is_refused_by_signature

        if is_refused_by_signature(error):
            button = box.addButton(LIFT_WORDS, QMessageBox.ButtonRole.ActionRole)
            box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Ok))
            button.clicked.connect(self.do_lift_signature)

    def _on_view_wanted(self, name: str) -> None:
        self._window.views.show_view(name)
