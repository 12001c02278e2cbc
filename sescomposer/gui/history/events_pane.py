"""What became of a submission after it was accepted: a line for each event of each recipient."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from sescomposer.gui.history.history_words import EVENTS
from sescomposer.gui.icons import icon
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.rows import in_rows
from sescomposer.services.history_ports import HistoryEntry
from sescomposer.services.knowledge import MessageEvent

_TITLES = ("Time", "Event", "Recipient", "Provider")


class EventsPane(QWidget):
    """A timeline, and a button that asks the service for it.

    Signals:
        read_wanted(): the service is to be asked.
    """

    read_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._events: tuple[MessageEvent, ...] = ()
        self.table = self._make_table()
        self.explanation = FittingText("What that means", self, lines=5)
        self.state = FittingText("About the events", self, lines=4)
        self.read_button = QPushButton(icon("inbox"), "Read &events", self)
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.state, 1)
        row.addWidget(self.read_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.table, 100)
        # Without events the words stay above.
        column.addStretch(1)
        column.addWidget(self.explanation)
        self.setFocusProxy(self.table)
        self.read_button.clicked.connect(self.read_wanted)
        self.table.currentItemChanged.connect(self._on_current_changed)

    def show_entry(self, entry: HistoryEntry, refusal: str) -> None:
        """Show the events that are known.

        Args:
            entry: The submission.
            refusal: Why the service cannot be asked, "" where it can.
        """
        self._events = entry.events
        self.table.clear()
        for event in entry.events:
            self.table.addTopLevelItem(_item(event))
        self.table.setVisible(bool(entry.events))
        self.state.say(_words(entry, refusal))
        self.read_button.setEnabled(not refusal)
        self.read_button.setToolTip(refusal or "Ask SES what became of it for each recipient (Ctrl+R)")
        self.read_button.setAccessibleDescription(self.read_button.toolTip())
        self.table.setCurrentIndex(self.table.model().index(0, 0))
        self._on_current_changed()

    def show_reading(self) -> None:
        """Show that the service is being asked."""
        self.read_button.setEnabled(False)
        self.state.say("Asking SES...")

    def _make_table(self) -> QTreeWidget:
        table = QTreeWidget(self)
        table.setHeaderLabels(_TITLES)
        in_rows(table, "Events of the submission", striped=False)
        table.setFrameShape(QTreeWidget.Shape.NoFrame)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = table.header()
        header.setStretchLastSection(False)
        for column, mode in enumerate(("ResizeToContents", "ResizeToContents", "Stretch", "ResizeToContents")):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode[mode])
        return table

    @Slot()
    def _on_current_changed(self) -> None:
        row = self.table.currentIndex().row()
        event = self._events[row] if 0 <= row < len(self._events) else None
        self.explanation.say("\n".join(filter(None, (event.explanation, event.details))) if event else "")


def _item(event: MessageEvent) -> QTreeWidgetItem:
    words, sign, colour = EVENTS[event.kind]
    time = f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}"
    item = QTreeWidgetItem([time, words, unicode_form(event.recipient), event.isp])
    item.setIcon(1, icon(sign, colour))
    item.setToolTip(1, event.explanation or event.details)
    return item


def _words(entry: HistoryEntry, refusal: str) -> str:
    if refusal:
        return refusal
    if entry.events_read is None:
        return "Accepted is not delivered: ask SES what became of it for each recipient."
    none = "" if entry.events else "SES names no events for it yet. "
    return f"{none}Read {entry.events_read.astimezone():%Y-%m-%d %H:%M:%S}."
