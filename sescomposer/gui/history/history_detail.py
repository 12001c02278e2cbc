"""One submission: its details, what became of it, and the tree and every octet of what was submitted."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import StoreError
from sescomposer.core.parse import parse
from sescomposer.gui.history.details_pane import DetailsPane
from sescomposer.gui.history.events_pane import EventsPane
from sescomposer.gui.layers.reader import MessageReader
from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.reading.decrypted_saving import save_decrypted
from sescomposer.gui.reading.signature_view import SignaturePane
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.history import HistoryService
from sescomposer.services.history_ports import HistoryEntry

DETAILS, MESSAGE, SIGNATURE, EVENTS = range(4)


@dataclass(frozen=True, eq=False)
class LoadedSubmission:
    """A submission ready to be shown.

    Attributes:
        entry: As the history has it now.
        root: The tree of its octets, None where they are gone.
        trouble: Why they are.
        refusal: Why the service cannot be asked for events, "" where it can.
    """

    entry: HistoryEntry
    root: Entity | None
    trouble: str
    refusal: str

    @property
    def submission(self) -> str:
        """Its id."""
        return self.entry.record.intent.submission


def load(history: HistoryService, submission: str) -> LoadedSubmission:
    """Read and parse a submission; for a worker. Raises `StoreError` where it is not in the history any more."""
    entry = history.get(submission)
    refusal = history.events_refusal(entry)
    try:
        octets = history.octets(entry)
    except StoreError as error:
        words = f"The octets of this message are not there any more. {error.sentence}"
        return LoadedSubmission(entry, None, words, refusal)
    # Counted here rather than where it is shown.
    octets.line_count()
    return LoadedSubmission(entry, parse(octets), "", refusal)


class HistoryDetail(QWidget):
    """Four tabs.

    Args:
        services: What reads signed and encrypted messages.
        runner: Where that, and long searches, run.

    Signals:
        events_wanted(): the service is to be asked for the events of what is shown.
    """

    events_wanted = Signal()

    def __init__(self, services: Services, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self.loaded: LoadedSubmission | None = None
        self.notice = Notice("Trouble with the octets", self)
        self.details = DetailsPane(self)
        self.reader = MessageReader(services, runner, self)
        self.inspector = MessageInspector(runner, self, reader=self.reader)
        self.signature = SignaturePane(self.reader, self, is_editable=False)
        self.events = EventsPane(self)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Views of the submission")
        for widget, title, tip in (
            (self.details, "&Details", "Envelope, road, options, ids and the answer"),
            (self.inspector, "&Message", "Tree and every octet of what was submitted"),
            (self.signature, "Signat&ure", "Who signed what was submitted, whether it holds, and what it covers"),
            (self.events, "E&vents", "What became of it for each recipient"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(widget, title), tip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.notice)
        column.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._read_what_is_seen)
        self.inspector.details_wanted.connect(self._on_details_wanted)
        self.signature.part_wanted.connect(self._on_part_wanted)
        self.signature.save_wanted.connect(self._on_save_wanted)
        self.events.read_wanted.connect(self.events_wanted)

    def show_loaded(self, loaded: LoadedSubmission) -> None:
        """Show a submission; the tab in view stays where it can."""
        self.loaded = loaded
        self.details.show_record(loaded.entry.record)
        self.notice.say(loaded.trouble, "warning")
        for tab in (MESSAGE, SIGNATURE):
            self.tabs.setTabEnabled(tab, loaded.root is not None)
        if loaded.root is not None:
            self.inspector.show_message(loaded.root)
            self._read_what_is_seen()
        self.show_events(loaded.entry)

    def show_events(self, entry: HistoryEntry) -> None:
        """Show what was just read of the service."""
        refusal = self.loaded.refusal if self.loaded else ""
        self.events.show_entry(entry, refusal)
        self.tabs.setTabText(EVENTS, f"E&vents ({len(entry.events)})" if entry.events else "E&vents")

    @Slot()
    def _read_what_is_seen(self) -> None:
        """Open the layers of the message once somebody looks at it."""
        root = self.loaded.root if self.loaded is not None else None
        is_seen = self.tabs.currentIndex() in (MESSAGE, SIGNATURE)
        if root is not None and is_seen and self.reader.root is not root:
            self.reader.show(root)

    @Slot()
    def _on_details_wanted(self) -> None:
        self.tabs.setCurrentIndex(SIGNATURE)

    @Slot(object)
    def _on_part_wanted(self, key: Key) -> None:
        self.tabs.setCurrentIndex(MESSAGE)
        self.inspector.show_part(key)

    @Slot()
    def _on_save_wanted(self) -> None:
        if self.reader.opened is not None:
            save_decrypted(self._services, self._runner, self.reader.opened, self)
