"""One submission: its details, what became of it, and the tree and every octet of what was submitted."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity
from sescomposer.core.errors import StoreError
from sescomposer.core.parse import parse
from sescomposer.gui.history.details_pane import DetailsPane
from sescomposer.gui.history.events_pane import EventsPane
from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.history import HistoryService
from sescomposer.services.history_ports import HistoryEntry

DETAILS, MESSAGE, EVENTS = range(3)


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
    """Three tabs.

    Signals:
        events_wanted(): the service is to be asked for the events of what is shown.
    """

    events_wanted = Signal()

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loaded: LoadedSubmission | None = None
        self.notice = Notice("Trouble with the octets", self)
        self.details = DetailsPane(self)
        self.inspector = MessageInspector(runner, self)
        self.events = EventsPane(self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Views of the submission")
        for widget, title, tip in (
            (self.details, "&Details", "Envelope, road, options, ids and the answer"),
            (self.inspector, "&Message", "Tree and every octet of what was submitted"),
            (self.events, "E&vents", "What became of it for each recipient"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(widget, title), tip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.notice)
        column.addWidget(self.tabs, 1)
        self.events.read_wanted.connect(self.events_wanted)

    def show_loaded(self, loaded: LoadedSubmission) -> None:
        """Show a submission; the tab in view stays where it can."""
        self.loaded = loaded
        self.details.show_record(loaded.entry.record)
        self.notice.say(loaded.trouble, "warning")
        self.tabs.setTabEnabled(MESSAGE, loaded.root is not None)
        if loaded.root is not None:
            self.inspector.show_message(loaded.root)
        self.show_events(loaded.entry)

    def show_events(self, entry: HistoryEntry) -> None:
        """Show what was just read of the service."""
        refusal = self.loaded.refusal if self.loaded else ""
        self.events.show_entry(entry, refusal)
        self.tabs.setTabText(EVENTS, f"E&vents ({len(entry.events)})" if entry.events else "E&vents")
