"""Choosing a key that lies elsewhere: on a smart card or token, or in the keyring of the user's GnuPG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from sescomposer.bootstrap import Services
from sescomposer.core.errors import ProtectionError
from sescomposer.gui.keys.passphrase_prompt import ask_on_window
from sescomposer.gui.keys.shown import in_line
from sescomposer.gui.keys.work_dialog import WorkDialog
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.services.protection.protection_ports import CardKey, KeyEntry, PgpKeyFacts

_CARD = (
    "The private key never leaves the card. Put the card or token in, choose the module that came with it (a PKCS#11 "
    "library), and look for its keys."
)
_GNUPG = "The private key stays in the keyring of your GnuPG, and GnuPG asks for its passphrase itself."
_ROWS_HEIGHT = 160


@dataclass(frozen=True, slots=True)
class Remembered:
    """A key that was remembered.

    Attributes:
        entry: The key.
        trouble: Why it did not open when that was tried, "" if it did or was not tried.
    """

    entry: KeyEntry
    trouble: str = ""


class _ChooseDialog(WorkDialog):
    """Lists what there is; what extends it fills the list."""

    def __init__(
        self, title: str, words: str, name: str, services: Services, runner: TaskRunner, parent: QWidget
    ) -> None:
        super().__init__(title, words, "&Add", runner, parent)
        self.services = services
        self.list = QListWidget(self)
        self.list.setAccessibleName(name)
        self.list.setMinimumHeight(_ROWS_HEIGHT)
        self.list.setWordWrap(True)
        self.list.setAlternatingRowColors(True)
        self.list.currentRowChanged.connect(self._show_state)
        self.list.itemActivated.connect(self.accept)
        self.found: tuple[object, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether one is chosen."""
        return 0 <= self.list.currentRow() < len(self.found)

    def show_found(self, found: tuple[object, ...], lines: Sequence[str], none: str) -> None:
        """List what was found; with nothing it is said."""
        self.found = found
        self.list.clear()
        for line in lines:
            self.list.addItem(QListWidgetItem(line))
        if found:
            self.say("")
            self.list.setCurrentRow(0)
        else:
            self.say(none, "note")
        self._show_state()


class CardDialog(_ChooseDialog):
    """Chooses a key on a card; gives a `Remembered`."""

    def __init__(self, services: Services, runner: TaskRunner, parent: QWidget) -> None:
        super().__init__("Add a key on a card", _CARD, "Keys on cards", services, runner, parent)
        self.module = QComboBox(self, editable=True)
        self.module.setAccessibleName("PKCS#11 module")
        self.module.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.module.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.module.lineEdit()
        if line is not None:
            line.setPlaceholderText("Path of a library, such as opensc-pkcs11.so")
        self.browse = QPushButton("&Choose...", self)
        self.browse.setToolTip("Choose the file of a PKCS#11 module")
        self.browse.clicked.connect(self._on_browse)
        self.look_button = QPushButton("&Look for keys", self)
        self.look_button.setToolTip("List the keys on the cards of this module")
        self.look_button.clicked.connect(self.look)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.module, 1)
        for button in (self.browse, self.look_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        self.form.addRow("Module", row)
        self.form.addRow("&Keys", self.list)
        self.try_pin = QCheckBox("&Try its PIN now", self)
        self.try_pin.setChecked(True)
        self.try_pin.setToolTip("Asks for the PIN and opens the key, so that you know it works")
        self.form.addRow("", self.try_pin)
        self._show_state()
        keys = services.keys
        runner.start(lambda context: keys.card_modules(), quiet=True).succeeded.connect(self._on_modules)

    def operation(self) -> Callable[[Context], object]:
        """Give what remembers the key, and by choice opens it."""
        services, found = self.services, self.found[self.list.currentRow()]
        ask = ask_on_window(self) if self.try_pin.isChecked() else None
        assert isinstance(found, CardKey)

        def operation(context: Context) -> Remembered:
            entry = services.keys.import_card(found)
            if ask is None:
                return Remembered(entry)
            try:
                services.keys.unlock(entry, ask)
            except ProtectionError as error:
                return Remembered(entry, f"{error.sentence} {error.hint}".strip())
            return Remembered(entry)

        return operation

    @Slot()
    def _show_state(self) -> None:
        """Let the Return key look for keys until there are some."""
        super()._show_state()
        (self.ok_button if self.is_ready else self.look_button).setDefault(True)

    @Slot()
    def look(self) -> None:
        """List the keys on the cards of the module, on a worker."""
        module, keys = self.module.currentText().strip(), self.services.keys
        if not module:
            self.say("Choose a module first.", "note")
            return
        self.look_button.setEnabled(False)
        self.say("Looking for cards...", "note")
        task = self.runner.start(lambda context: keys.card_keys(module), quiet=True)
        task.succeeded.connect(self._on_keys)
        task.failed.connect(self.show_trouble)
        task.finished.connect(self._on_looked)

    @Slot(object)
    def _on_modules(self, modules: tuple[str, ...]) -> None:
        typed = self.module.currentText()
        self.module.addItems(list(modules))
        if typed:
            self.module.setEditText(typed)
        elif modules:
            self.module.setCurrentIndex(0)
        else:
            self.say("No module was found here. Choose the one that came with the card.", "note")

    @Slot(object)
    def _on_keys(self, found: tuple[CardKey, ...]) -> None:
        lines = [_card_line(key) for key in found]
        self.show_found(found, lines, "No key with a certificate was found. Put the card in, and look again.")

    @Slot()
    def _on_looked(self) -> None:
        self.look_button.setEnabled(True)

    @Slot()
    def _on_browse(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "PKCS#11 module", str(Path("/usr/lib")))
        if chosen:
            self.module.setEditText(chosen)


class GnupgDialog(_ChooseDialog):
    """Chooses a key of the user's GnuPG; gives a `Remembered`."""

    def __init__(self, services: Services, runner: TaskRunner, parent: QWidget) -> None:
        super().__init__("Add a key of GnuPG", _GNUPG, "Secret keys of your GnuPG", services, runner, parent)
        self.form.addRow(self.list)
        self._show_state()
        self.say("Asking GnuPG...", "note")
        keys = services.keys
        task = runner.start(lambda context: keys.gnupg_keys(), quiet=True)
        task.succeeded.connect(self._on_keys)
        task.failed.connect(self.show_trouble)

    def operation(self) -> Callable[[Context], object]:
        """Give what remembers the key."""
        keys, facts = self.services.keys, self.found[self.list.currentRow()]
        assert isinstance(facts, PgpKeyFacts)

        def operation(context: Context) -> Remembered:
            entry = keys.import_gnupg(facts.fingerprint)
            return Remembered(entry, facts.trouble)

        return operation

    @Slot(object)
    def _on_keys(self, found: tuple[PgpKeyFacts, ...]) -> None:
        lines = [_pgp_line(facts) for facts in found]
        self.show_found(found, lines, "Your GnuPG has no secret key. Import a file, or make one with GnuPG.")


def _card_line(key: CardKey) -> str:
    from sescomposer.core.protection.certificates.certificate import Certificate

    own = Certificate(key.certificates[0])
    return (
        f"{in_line(own.owner)}, {', '.join(own.addresses) or 'no address'}\n{in_line(key.token)}: {in_line(key.label)}"
    )


def _pgp_line(facts: PgpKeyFacts) -> str:
    user = next(iter(facts.user_ids), "no user id")
    trouble = f": {facts.trouble}" if facts.trouble else ""
    return f"{in_line(user)}\n{facts.algorithm}, {facts.fingerprint[-16:].upper()}{trouble}"
