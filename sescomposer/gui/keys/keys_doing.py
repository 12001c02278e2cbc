"""What is done on the pages of the window of keys: removing, exporting, trying, accepting, making."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.octets import Octets
from sescomposer.gui.directions import isolated
from sescomposer.gui.keys import questions
from sescomposer.gui.keys.choose_dialogs import CardDialog, GnupgDialog, Remembered
from sescomposer.gui.keys.export_dialog import SUFFIX, ExportDialog
from sescomposer.gui.keys.importing import KEYS, Came
from sescomposer.gui.keys.make_dialogs import MakeDkimDialog, MakeTestDialog
from sescomposer.gui.keys.passphrase_prompt import ask_on_window
from sescomposer.gui.keys.public_files import public_file
from sescomposer.gui.keys.shown import Shown, in_line
from sescomposer.gui.keys.work_dialog import WorkDialog
from sescomposer.gui.tasks import Context, Task, TaskRunner
from sescomposer.services.protection.protection_ports import IdentityPolicy, KeyEntry, KeyKind, PersonKey

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate


@dataclass(slots=True)
class Keyring:
    """What is known of the keyring; `trouble` says why it keeps no passphrases."""

    is_lasting: bool = True
    trouble: str = ""


class KeysDoing(QObject):
    """Acts over one window.

    Signals:
        came(object): a `Came`: something is there that was not.
        changed(object): something else than before; a sentence.
        failed(object): a `SesComposerError`.
        started(object, str): a task and what it does.
    """

    came = Signal(object)
    changed = Signal(object)
    failed = Signal(object)
    started = Signal(object, str)

    def __init__(self, services: Services, runner: TaskRunner, window: QWidget) -> None:
        super().__init__(window)
        self.services = services
        self._runner = runner
        self._window = window
        self.keyring = Keyring()
        self.dialog: QDialog | None = None

    # --- own keys -------------------------------------------------------------------------------------------------

    def add_card(self) -> None:
        """Choose a key on a card."""
        self._open(CardDialog(self.services, self._runner, self._window), self._on_remembered)

    def add_gnupg(self) -> None:
        """Choose a key of the user's GnuPG."""
        self._open(GnupgDialog(self.services, self._runner, self._window), self._on_remembered)

    def make_test(self) -> None:
        """Make a test certificate."""
        self._open(MakeTestDialog(self.services, self._keyring, self._runner, self._window), self._on_made)

    def make_dkim(self) -> None:
        """Make or import a DKIM key."""
        self._open(MakeDkimDialog(self.services, self._keyring, self._runner, self._window), self._on_made)

    def try_key(self, entry: KeyEntry) -> None:
        """Open a key on a worker, which asks for its passphrase."""
        keys, ask = self.services.keys, ask_on_window(self._window)
        words = f"The key of {isolated(in_line(entry.label))} opens."

        def operation(context: Context) -> str:
            if entry.kind is KeyKind.GNUPG:
                return "GnuPG opens this key itself, when it is used."
            if entry.kind in (KeyKind.FILE, KeyKind.CARD):
                keys.unlock(entry, ask)
            else:
                keys.secret_of(entry, ask)
            return words

        self._start(operation, "Opening the key").succeeded.connect(self.changed)

    def export_key(self, entry: KeyEntry) -> None:
        """Ask for a file and a passphrase, and write a key."""
        suffix = SUFFIX.get(entry.kind)
        if suffix is None:
            place = "card" if entry.kind is KeyKind.CARD else "keyring of GnuPG"
            self.changed.emit(f"This key never leaves its {place}; its certificate can be exported.")
            return
        path = self._ask_file("Export the key", f"{_file_name(entry.label)}{suffix}")
        if path is not None:
            self._open(ExportDialog(self.services, entry, path, self._runner, self._window), self._on_exported)

    def trust_own(self, anchor: "Certificate") -> None:
        """Ask as for any root, and trust what an own certificate leads to, or the certificate itself."""
        if questions.ask_trust(self._window, ((anchor.owner, anchor.fingerprint),), anchor.is_ca):
            roots = self.services.roots
            self._do(lambda: roots.add(anchor), f"{isolated(in_line(anchor.owner))} is trusted now.")

    def remove_key(self, entry: KeyEntry, used_by: tuple[str, ...], needed_by: tuple[str, ...]) -> None:
        """Ask, and remove a key; see `questions.ask_remove_key`."""
        if questions.ask_remove_key(self._window, entry, used_by, needed_by):
            keys, words = self.services.keys, f"The key of {isolated(in_line(entry.label))} was removed."
            self._do(lambda: keys.remove(entry.id), words)

    # --- people and roots -----------------------------------------------------------------------------------------

    def accept(self, shown: Shown, key: PersonKey) -> None:
        """Ask whether the fingerprint was compared, and note it; or take that back."""
        people, mark, wanted = self.services.people, key.fingerprint, not key.is_accepted
        if wanted and not questions.ask_accept(self._window, shown):
            return
        words = "was accepted" if wanted else "is not accepted any more"
        self._do(lambda: people.accept(mark, wanted), f"The certificate of {isolated(key.address)} {words}.")

    def forget_person(self, shown: Shown, key: PersonKey) -> None:
        """Ask, and forget a certificate of somebody."""
        if questions.ask_remove_person(self._window, shown):
            people = self.services.people
            words = f"The certificate of {isolated(key.address)} was forgotten."
            self._do(lambda: people.remove(key.address, key.fingerprint), words)

    def remove_root(self, shown: Shown) -> None:
        """Ask, and trust a root no longer."""
        if questions.ask_remove_root(self._window, shown):
            roots = self.services.roots
            self._do(lambda: roots.remove(shown.id), f"{isolated(shown.title)} is trusted no longer.")

    def export_certificate(self, shown: Shown) -> None:
        """Ask for a file, and write what anybody may have of a key, certificate or root."""
        found = public_file(shown)
        path = self._ask_file("Export the certificate", f"{_file_name(shown.cells[0])}{found.suffix}")
        if path is not None:
            documents = self.services.documents
            self._do(lambda: documents.save_octets(Octets.of(found.octets()), path), f"{path.name} was written.")

    # --- policies -------------------------------------------------------------------------------------------------

    def put_policy(self, policy: IdentityPolicy) -> None:
        """Keep a policy."""
        policies = self.services.policies
        self._do(lambda: policies.put(policy), f"The policy of {isolated(policy.address)} is kept.")

    # --- the same for all -----------------------------------------------------------------------------------------

    @property
    def _keyring(self) -> tuple[bool, str]:
        return self.keyring.is_lasting, self.keyring.trouble

    def _open(self, dialog: WorkDialog, on_done: Callable[..., None]) -> None:
        self.dialog = dialog
        dialog.done_with.connect(on_done)
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _do(self, change: Callable[[], object], words: str) -> None:
        """Change something on a worker, and say so."""

        def operation(context: Context) -> str:
            change()
            return words

        self._start(operation, "Working").succeeded.connect(self.changed)

    def _start(self, operation: Callable[[Context], object], words: str) -> Task:
        task = self._runner.start(operation, quiet=True)
        task.failed.connect(self.failed)
        self.started.emit(task, words)
        return task

    def _ask_file(self, title: str, name: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, str(Path.home() / name))
        return Path(chosen) if chosen else None

    @Slot(object)
    def _on_remembered(self, found: Remembered) -> None:
        trouble = f"It did not open: {found.trouble}" if found.trouble else ""
        words = f"The key of {isolated(in_line(found.entry.label))} was added."
        self.came.emit(Came(KEYS, found.entry.id, words, trouble))

    @Slot(object)
    def _on_made(self, entry: KeyEntry) -> None:
        what = "Publish its record in the DNS." if entry.kind is KeyKind.DKIM else "It is for tests only."
        self.came.emit(Came(KEYS, entry.id, f"{isolated(in_line(entry.label))} was made. {what}"))

    @Slot(object)
    def _on_exported(self, path: Path) -> None:
        self.changed.emit(f"{path.name} was written. It is encrypted with the passphrase that you chose.")

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None


def _file_name(words: str) -> str:
    """Give a name for a file from what others wrote.

    >>> _file_name("Ann/Example")
    'Ann_Example'
    """
    kept = "".join(letter if letter.isalnum() or letter in " .@-_" else "_" for letter in words)
    return kept.strip(" .")[:80] or "certificate"
