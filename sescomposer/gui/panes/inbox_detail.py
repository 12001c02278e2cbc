"""One message of the local inbox: as submitted, as delivered, what differs, and what became of each recipient."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.entity import Entity, Key
from sescomposer.core.line_difference import DiffLine, octets_difference
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.gui.layers.reader import MessageReader
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.panes.deliveries_pane import DeliveriesPane
from sescomposer.gui.panes.message_inspector import MessageInspector
from sescomposer.gui.reading.decrypted_saving import save_decrypted
from sescomposer.gui.reading.either_signature import EitherSignature
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.diff_view import DiffView
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.ports import InboxEntry, LocalInbox

SUBMITTED, DELIVERED, SIGNATURE, COMPARISON, RECIPIENTS = range(5)
_REPLACED = ("Message-ID", "Date", "Return-Path")


@dataclass(frozen=True, eq=False)
class LoadedEntry:
    """A message of the local inbox with its octets, ready to be shown."""

    entry: InboxEntry
    submitted: Entity
    delivered: Entity
    difference: tuple[DiffLine, ...]


def load(inbox: LocalInbox, entry: InboxEntry) -> LoadedEntry:
    """Read and parse what an entry names; for a worker. Raises `StoreError`."""
    submitted, delivered = inbox.submitted(entry.entry), inbox.delivered(entry.entry)
    return LoadedEntry(entry, _read(submitted), _read(delivered), octets_difference(submitted, delivered))


def _read(octets: Octets) -> Entity:
    """Parse, and count lines here rather than where it is shown."""
    octets.line_count()
    return parse(octets)


class InboxDetail(QWidget):
    """Head, refusal and five tabs.

    Args:
        services: What reads signed and encrypted messages.
        runner: Where that, and long searches, run.

    Signals:
        report_wanted(object): the `Delivery` whose report message is to be opened.
    """

    report_wanted = Signal(object)

    def __init__(self, services: Services, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self.loaded: LoadedEntry | None = None
        self.subject = FittingText("Subject", self, lines=2)
        font = self.subject.font()
        font.setBold(True)
        self.subject.setFont(font)
        self.head = FittingText("Envelope", self, lines=4)
        self.refusal = Notice("Refusal", self)
        self.of_submitted = MessageReader(services, runner, self)
        self.of_delivered = MessageReader(services, runner, self)
        self.submitted = MessageInspector(runner, self, reader=self.of_submitted)
        self.delivered = MessageInspector(runner, self, reader=self.of_delivered)
        self.signature = EitherSignature(
            ((self.of_submitted, "Of what was submitted"), (self.of_delivered, "Of what is delivered")), self
        )
        self.comparison = QWidget(self)
        self.changes = FittingText("What SES changes", self.comparison, lines=6)
        self.difference = DiffView(self.comparison)
        self.deliveries = DeliveriesPane(self)
        self._build()
        self.deliveries.report_wanted.connect(self.report_wanted)

    @property
    def shown_octets(self) -> tuple[str, Octets] | None:
        """The octets that the tab in view is about, with a word for them; None while nothing is shown."""
        if self.loaded is None:
            return None
        if self._reader_in_view is self.of_delivered:
            return "delivered", self.loaded.delivered.octets
        return "submitted", self.loaded.submitted.octets

    @property
    def _reader_in_view(self) -> MessageReader | None:
        """Reads what the tab in view is about; None where that is no single message."""
        readers = {SUBMITTED: self.of_submitted, DELIVERED: self.of_delivered, SIGNATURE: self.signature.reader}
        return readers.get(self.tabs.currentIndex())

    def show_loaded(self, loaded: LoadedEntry) -> None:
        """Show a message; the tab in view stays."""
        self.loaded = loaded
        entry = loaded.entry
        self.subject.say(entry.subject.strip() or "(no subject)")
        self.head.say(head_words(entry))
        self.refusal.say(
            f"SES would have refused this, and it was delivered anyway. {entry.refusal}" if entry.refusal else "",
            "warning",
        )
        self.submitted.show_message(loaded.submitted)
        self.delivered.show_message(loaded.delivered, _REPLACED)
        self._read_what_is_seen()
        self.changes.say("\n".join(f"• {change}" for change in entry.changes))
        self.difference.show_difference(loaded.difference, "SES would deliver the very octets that were submitted.")
        self.deliveries.show_deliveries(entry.deliveries)

    @Slot()
    def _read_what_is_seen(self) -> None:
        """Open the layers of the message that the tab in view is about, once."""
        reader = self._reader_in_view
        if self.loaded is None or reader is None:
            return
        root = self.loaded.delivered if reader is self.of_delivered else self.loaded.submitted
        if reader.root is not root:
            reader.show(root)

    def _show_details(self, reader: MessageReader) -> None:
        """Show the facts of the octets that they were asked for."""
        self.signature.show_of(reader)
        self.tabs.setCurrentIndex(SIGNATURE)

    @Slot(object)
    def _on_part_wanted(self, key: Key) -> None:
        is_delivered = self.signature.reader is self.of_delivered
        self.tabs.setCurrentIndex(DELIVERED if is_delivered else SUBMITTED)
        (self.delivered if is_delivered else self.submitted).show_part(key)

    @Slot()
    def _on_save_wanted(self) -> None:
        opened = self.signature.reader.opened
        if opened is not None:
            save_decrypted(self._services, self._runner, opened, self)

    def _build(self) -> None:
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Views of the message")
        compared = QVBoxLayout(self.comparison)
        compared.setContentsMargins(8, 8, 8, 0)
        compared.setSpacing(8)
        compared.addWidget(self.changes)
        compared.addWidget(self.difference, 1)
        for widget, title, tip in (
            (self.submitted, "&Submitted", "The exact octets that were submitted"),
            (self.delivered, "&Delivered", "What SES would deliver; the fields that it writes are marked"),
            (self.signature, "Signat&ure", "Who signed it, whether that holds, and what it covers"),
            (self.comparison, "&Comparison", "Submitted against delivered, line by line"),
            (self.deliveries, "&Recipients", "What became of each recipient"),
        ):
            index = self.tabs.addTab(widget, title)
            self.tabs.setTabToolTip(index, tip)
        self.tabs.currentChanged.connect(self._read_what_is_seen)
        self.submitted.details_wanted.connect(partial(self._show_details, self.of_submitted))
        self.delivered.details_wanted.connect(partial(self._show_details, self.of_delivered))
        self.signature.chosen.connect(self._read_what_is_seen)
        self.signature.part_wanted.connect(self._on_part_wanted)
        self.signature.save_wanted.connect(self._on_save_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(0, 8, 0, 0)
        head.setSpacing(4)
        head.addWidget(self.subject)
        head.addWidget(self.head)
        column.addLayout(head)
        column.addWidget(self.refusal)
        column.addWidget(self.tabs, 1)
        for text in (self.subject, self.head):
            text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)


def head_words(entry: InboxEntry) -> str:
    """Say what was submitted, when, by whom and for whom."""
    to = ", ".join(unicode_form(address) for address in entry.envelope.rcpt_to) or "(nobody)"
    return (
        f"Submitted {entry.received:%Y-%m-%d %H:%M:%S} as {entry.entry}\n"
        f"MAIL FROM {unicode_form(entry.envelope.mail_from) or '(nobody)'}; RCPT TO {to}"
    )
