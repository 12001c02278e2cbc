"""What becomes of files of keys that are dropped on a message: asked, since either may be meant."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from sescomposer.gui.directions import isolated
from sescomposer.gui.keys.shown import breakable

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services


class KeyFilesBox(QMessageBox):
    """Imports them, attaches them, or does nothing; does not wait for the answer.

    Signals:
        attach_wanted(object): the paths.
    """

    attach_wanted = Signal(object)

    def __init__(self, services: "Services", paths: Sequence[Path], window: QWidget) -> None:
        named = isolated(paths[0].name) if len(paths) == 1 else f"these {len(paths)} files"
        super().__init__(QMessageBox.Icon.Question, "SES Composer", breakable(f"What is {named} for?"), parent=window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setInformativeText(
            "It looks like a key or certificate. Imported, it signs or encrypts your mail. Attached, it is sent to the "
            "recipients: never do that with a private key."
        )
        self._services, self._paths, self._window = services, tuple(paths), window
        self.import_button = self.addButton("&Import", QMessageBox.ButtonRole.AcceptRole)
        self.attach_button = self.addButton("&Attach", QMessageBox.ButtonRole.ActionRole)
        self.addButton(QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(self.import_button)
        self.finished.connect(self._on_finished)

    @classmethod
    def ask(cls, services: "Services", paths: Sequence[Path], window: QWidget) -> "KeyFilesBox":
        """Ask over a window."""
        box = cls(services, paths, window)
        box.open()
        return box

    @Slot()
    def _on_finished(self) -> None:
        if self.clickedButton() is self.import_button:
            from sescomposer.gui.keys.keys_window import KeysWindow

            KeysWindow.show_for(self._services, self._window, files=self._paths)
        elif self.clickedButton() is self.attach_button:
            self.attach_wanted.emit(self._paths)
