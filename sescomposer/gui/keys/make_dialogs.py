"""Making keys: a certificate for tests, and a key for DKIM."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.address import parse_mailbox
from sescomposer.gui.keys.intake import Lock, read_key_file
from sescomposer.gui.keys.keep_fields import KeepFields
from sescomposer.gui.keys.work_dialog import WorkDialog
from sescomposer.gui.tasks import Context, TaskRunner

_TEST = (
    "A certificate for trying things out, valid for a year and marked TEST ONLY. Nobody else trusts it; whoever gets "
    "mail signed with it sees a warning."
)
_DKIM = (
    "A key with which a domain signs by itself. SES signs with DKIM already where Easy DKIM is on; this is for domains "
    "that need a signature of their own. You publish one DNS record, which is shown afterwards."
)
_DKIM_FILES = "Private keys (*.pem *.key *.der);;All files (*)"


class _MakeDialog(WorkDialog):
    """Has lines that must be filled in, and says how the key is opened later."""

    def __init__(
        self, title: str, words: str, services: Services, keyring: tuple[bool, str], runner: TaskRunner, parent: QWidget
    ) -> None:
        super().__init__(title, words, "&Make", runner, parent)
        self._services = services
        self._keyring = keyring
        self._needed: list[QLineEdit] = []

    def add_line(self, label: str, name: str, example: str) -> QLineEdit:
        """Add a line that must be filled in."""
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText(example)
        line.textChanged.connect(self._on_edited)
        self.form.addRow(label, line)
        self._needed.append(line)
        return line

    def add_keep(self) -> KeepFields:
        """Add the fields on its passphrase."""
        keep = KeepFields(self.form, Lock.NONE, *self._keyring, self)
        keep.edited.connect(self._on_edited)
        self.keep = keep
        self._on_edited()
        return keep

    @property
    def is_ready(self) -> bool:
        """Whether all is filled in."""
        return all(line.text().strip() for line in self._needed) and self.keep.is_ready

    def focus_again(self) -> None:
        """Go to the first line."""
        self._needed[0].setFocus()

    def done(self, result: int) -> None:
        """Forget what was typed."""
        super().done(result)
        self.keep.forget()

    @Slot()
    def _on_edited(self) -> None:
        self._show_state()


class MakeTestDialog(_MakeDialog):
    """Makes a test certificate; gives the `KeyEntry`."""

    def __init__(
        self, services: Services, keyring: tuple[bool, str], runner: TaskRunner, parent: QWidget, address: str = ""
    ) -> None:
        super().__init__("Make a test certificate", _TEST, services, keyring, runner, parent)
        self.address = self.add_line("&Address", "Address that the certificate is for", "ann@example.org")
        self.name = self.add_line("&Name", "Name of its owner", "Ann Example")
        self.address.setText(address)
        self.add_keep()

    def operation(self) -> Callable[[Context], object]:
        """Give what makes it."""
        keys, address, name = self._services.keys, self.address.text().strip(), self.name.text().strip()
        secret, asks_always = self.keep.secret, self.keep.asks_always.isChecked()

        def operation(context: Context) -> object:
            mailbox = parse_mailbox(address).wire_addr_spec
            return keys.make_test(name, mailbox, secret, keep_passphrase=not asks_always)

        return operation


class MakeDkimDialog(_MakeDialog):
    """Makes a DKIM key, or takes one from a file; gives the `KeyEntry`."""

    def __init__(self, services: Services, keyring: tuple[bool, str], runner: TaskRunner, parent: QWidget) -> None:
        super().__init__("Add a DKIM key", _DKIM, services, keyring, runner, parent)
        self.domain = self.add_line("&Domain", "Domain that signs", "example.org")
        self.selector = self.add_line("&Selector", "Selector, which names the key below the domain", "mail2026")
        self.file = QLineEdit(self)
        self.file.setAccessibleName("File of a private key, empty to make a new one")
        self.file.setPlaceholderText("None: a new key is made, RSA with 2048 bits")
        self.browse = QPushButton("&Choose...", self)
        self.browse.setToolTip("Use a private key that you have, as PEM")
        self.browse.clicked.connect(self._on_browse)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.file, 1)
        row.addWidget(self.browse)
        self.form.addRow("Key file", row)
        self.add_keep()

    def operation(self) -> Callable[[Context], object]:
        """Give what makes it."""
        keys, domain, selector = self._services.keys, self.domain.text().strip(), self.selector.text().strip()
        file, secret, asks_always = self.file.text().strip(), self.keep.secret, self.keep.asks_always.isChecked()

        def operation(context: Context) -> object:
            from sescomposer.core.protection.dkim.dkim_names import checked_names

            name, below = checked_names(domain, selector)
            octets = read_key_file(Path(file)) if file else None
            return keys.make_dkim(name, below, octets, secret, keep_passphrase=not asks_always)

        return operation

    @Slot()
    def _on_browse(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Private key for DKIM", str(Path.home()), _DKIM_FILES)
        if chosen:
            self.file.setText(chosen)
