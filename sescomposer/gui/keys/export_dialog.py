"""Writing a key into a file for another program, encrypted with a passphrase that is chosen now."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.octets import Octets
from sescomposer.gui.directions import isolated
from sescomposer.gui.keys.passphrase_prompt import ask_on_window
from sescomposer.gui.keys.work_dialog import WorkDialog
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.gui.widgets.secret_line import SecretLine
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

SUFFIX = {KeyKind.FILE: ".p12", KeyKind.OPENPGP: ".pgp", KeyKind.DKIM: ".pem"}
_SHORT = "It is short: whoever gets the file can guess it. Take 12 characters or more."
_SHORTEST = 12


class ExportDialog(WorkDialog):
    """Asks for the new passphrase; gives the path that was written."""

    def __init__(
        self, services: Services, entry: KeyEntry, path: Path, runner: TaskRunner, parent: QWidget | None = None
    ) -> None:
        words = (
            f"The key of {isolated(entry.label)} is written to {isolated(path.name)}, encrypted with a passphrase that "
            "you choose now. Whoever has both can sign in your name."
        )
        super().__init__("Export a key", words, "&Export", runner, parent)
        self._services, self._entry, self._path = services, entry, path
        self.passphrase, self.again = self._line("New passphrase"), self._line("New passphrase again")
        self.form.addRow("New pass&phrase", self.passphrase)
        self.form.addRow("A&gain", self.again)
        self.compatible = QCheckBox("For &old programs: weaker encryption (3DES, SHA-1)", self)
        self.compatible.setVisible(entry.kind is KeyKind.FILE)
        self.form.addRow("", self.compatible)
        self._on_edited()

    @property
    def is_ready(self) -> bool:
        """Whether it was typed twice alike."""
        return bool(self.passphrase.text()) and self.passphrase.text() == self.again.text()

    def operation(self) -> Callable[[Context], object]:
        """Give what opens the key and writes it."""
        services, entry, path, ask = self._services, self._entry, self._path, ask_on_window(self)
        new, compatible = Secret(self.passphrase.text()), self.compatible.isChecked()

        def operation(context: Context) -> Path:
            octets = services.keys.export(entry.id, new, compatible, ask)
            context.token.check()
            services.documents.save_octets(Octets.of(octets), path)
            return path

        return operation

    def done(self, result: int) -> None:
        """Forget what was typed."""
        super().done(result)
        for line in (self.passphrase, self.again):
            line.setText("")

    def _line(self, name: str) -> SecretLine:
        line = SecretLine(name, self)
        line.textChanged.connect(self._on_edited)
        return line

    @Slot()
    def _on_edited(self) -> None:
        typed, again = self.passphrase.text(), self.again.text()
        if again and not typed.startswith(again):
            self.say("The two differ.")
        elif typed and len(typed) < _SHORTEST:
            self.say(_SHORT, "note")
        else:
            self.say("")
        self._show_state()
