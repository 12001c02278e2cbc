"""Files of keys and certificates on their way in: read and sorted on a worker, asked about one by one, and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from sescomposer.bootstrap import Services
from sescomposer.gui.directions import isolated
from sescomposer.gui.keys.import_dialog import ImportDialog
from sescomposer.gui.keys.intake import Becomes, Intake, import_person, import_roots, read_files
from sescomposer.gui.keys.questions import ask_address, ask_trust
from sescomposer.gui.keys.shown import in_line
from sescomposer.gui.tasks import Context, Task, TaskRunner
from sescomposer.services.protection.protection_ports import KeyEntry, PersonKey

KEYS, PEOPLE, ROOTS = "keys", "people", "roots"
"""Names of the pages that something comes to."""

_FILES = "Keys and certificates (*.p12 *.pfx *.pem *.key *.cer *.crt *.der *.p7b *.p7c *.vcf *.asc *.gpg *.pgp)"
_ALL = "All files (*)"


@dataclass(frozen=True, slots=True)
class Came:
    """Something that was imported.

    Attributes:
        page: Where it is shown.
        id: Names it there, "" for none.
        sentence: What came.
        trouble: What is wrong with it, "" for nothing.
    """

    page: str
    id: str
    sentence: str
    trouble: str = ""


class Imports(QObject):
    """Imports over one window.

    Signals:
        came(object): a `Came`.
        failed(object): a `SesComposerError`; nothing of that file is kept.
        started(object, str): a task and what it does, for a line that shows progress.
    """

    came = Signal(object)
    failed = Signal(object)
    started = Signal(object, str)

    def __init__(self, services: Services, runner: TaskRunner, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._runner = runner
        self._window = window
        self._waiting: list[Intake] = []
        self._folder = Path.home()
        self.dialog: ImportDialog | None = None

    def choose(self, *, wants_roots: bool = False) -> None:
        """Ask for files and take them."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Import keys and certificates", str(self._folder), f"{_FILES};;{_ALL}"
        )
        if names:
            self._folder = Path(names[0]).parent
            self.take([Path(name) for name in names], wants_roots=wants_roots)

    def take(self, paths: Sequence[Path], *, wants_roots: bool = False) -> None:
        """Read files and import what they hold."""
        services, files = self._services, tuple(paths)
        task = self._start(lambda context: read_files(services, files, wants_roots=wants_roots), "Reading")
        # Queued: a question would else hold up the end of the task, and what shows its progress.
        task.succeeded.connect(self._on_read, Qt.ConnectionType.QueuedConnection)

    def _start(self, operation: Callable[[Context], object], words: str) -> Task:
        task = self._runner.start(operation, quiet=True)
        task.failed.connect(self.failed)
        self.started.emit(task, words)
        return task

    @Slot(object)
    def _on_read(self, found: tuple[Intake, ...]) -> None:
        self._waiting.extend(found)
        if self.dialog is None:
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            return
        intake = self._waiting.pop(0)
        match intake.becomes:
            case Becomes.KEY:
                self._ask_about_key(intake)
            case Becomes.PERSON:
                self._take_person(intake)
            case Becomes.ROOT:
                self._take_roots(intake)

    def _ask_about_key(self, intake: Intake) -> None:
        self.dialog = ImportDialog(self._services, intake, self._runner, self._window)
        self.dialog.done_with.connect(self._on_key)
        self.dialog.finished.connect(self._on_dialog_closed)
        self.dialog.open()

    def _take_person(self, intake: Intake) -> None:
        services, address = self._services, ask_address(self._window, intake.name) if intake.needs_address else ""
        if address or not intake.needs_address:
            task = self._start(lambda context: import_person(services, intake, address), f"Importing {intake.name}")
            task.succeeded.connect(self._on_people)
        self._next()

    def _take_roots(self, intake: Intake) -> None:
        services = self._services
        if ask_trust(self._window, intake.owners):
            task = self._start(lambda context: import_roots(services, intake), f"Importing {intake.name}")
            task.succeeded.connect(self._on_roots)
        self._next()

    @Slot()
    def _on_dialog_closed(self) -> None:
        self.dialog = None
        self._next()

    @Slot(object)
    def _on_key(self, entry: KeyEntry) -> None:
        self.came.emit(Came(KEYS, entry.id, f"The key of {isolated(in_line(entry.label))} was imported."))

    @Slot(object)
    def _on_people(self, kept: tuple[PersonKey, ...]) -> None:
        first = kept[0]
        told = f"The certificate of {isolated(first.address)} was imported"
        told += f", and {len(kept) - 1} more." if len(kept) > 1 else "."
        self.came.emit(Came(PEOPLE, f"{first.address} {first.fingerprint}", told))

    @Slot(object)
    def _on_roots(self, found: tuple[object, ...]) -> None:
        mark = getattr(found[0], "fingerprint", "")
        count = "1 root is" if len(found) == 1 else f"{len(found)} roots are"
        self.came.emit(Came(ROOTS, mark, f"{count} trusted now."))
