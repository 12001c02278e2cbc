"""The window of what was sent and tried, one a process, beside the composers.

All reading is done on workers. Once a second it looks whether anything changed, for other windows and processes send.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QTreeView,
    QWidget,
)

from sescomposer.bootstrap import Services
from sescomposer.core.message import Message
from sescomposer.gui.companion_window import LookingWindow
from sescomposer.gui.history.compare_window import CompareWindow
from sescomposer.gui.history.filters import Filters
from sescomposer.gui.history.history_detail import EVENTS, HistoryDetail, LoadedSubmission, load
from sescomposer.gui.history.history_model import ACCOUNT, RECIPIENTS, STATE, SUBJECT, TIME, HistoryModel
from sescomposer.gui.tasks import Context, Task
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.entries import below_one_another, entry_list, pages_of, storeys_of, told_button
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.comparison import Comparison
from sescomposer.services.history_ports import HistoryEntry, HistoryQuery
from sescomposer.services.receipts import receipt_text

LOOK_MS = 1000
PAGE = 200
_EMPTY = (
    "Nothing was sent yet",
    "Everything you send, or try to send, is kept here: the exact octets, who got it, what the service answered and "
    "what became of it. Write a message and press Ctrl+Enter; without an account it goes to the local inbox.\n\n"
    "From here you can open a message as a new one, compare two, and export the octets with a receipt.",
)
_NOT_FOUND = (
    "Nothing found",
    "No submission holds all these words in its subject, addresses, text, ids or answer, in the state and through the "
    "account chosen above.",
)
_WITH_RECEIPT = "Message and receipt (*.eml)"
_BUNDLE = ".zip"
_BUNDLE_KIND = "Evidence (*.zip)"
_EVIDENCE_TIP = "Write octets, certificates, a report, and how to check them with OpenSSL alone"
_OCTETS_ONLY = "Message (*.eml)"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was read for a query.

    Attributes:
        number: Of the question.
        version: Of the history when it was asked.
        page: The entries.
        total: How many the query finds.
        accounts: Names of all accounts.
        is_again: Whether the same was asked before: then what was shown behind the page stays.
    """

    number: int
    version: tuple[int, int]
    page: tuple[HistoryEntry, ...]
    total: int
    accounts: tuple[str, ...]
    is_again: bool


class HistoryWindow(LookingWindow):
    """Filters and list above, one submission below."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent, interval=LOOK_MS)
        self.setWindowTitle("Sent and tried")
        self.model = HistoryModel(self)
        self.detail = HistoryDetail(services, self.runner, self)
        self.version: tuple[int, int] | None = None
        self._asked = 0
        self._looking = False
        self._reading_events = False
        self._build()
        self._connect()
        self.settle()

    @classmethod
    def show_for(cls, services: Services, opener: QWidget | None = None) -> "HistoryWindow":
        """Show the window of this process; it goes with the last composer window."""
        window = cls.of_process(services, opener)
        window.come_up()
        return window

    def sizeHint(self) -> QSize:
        """Room for list and submission."""
        return QSize(1080, 780)

    @property
    def selected(self) -> tuple[HistoryEntry, ...]:
        """The selected submissions, in the order of the list."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        return tuple(self.model.rows[row] for row in rows)

    @property
    def current(self) -> HistoryEntry | None:
        """The submission that the keys are on."""
        row = self.list.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    # Building

    def _build(self) -> None:
        self.filters = Filters(self)
        self.notice = Notice("Trouble", self)
        self.new_button = told_button("new", "&Open as new", "Open a copy to change and send again (Ctrl+O)", self)
        self.compare_button = told_button(
            "raw", "&Compare two", "Compare octets and trees of two selected (Ctrl+D)", self
        )
        self.export_button = told_button("save", "E&xport...", "Write the exact octets, and a receipt (Ctrl+S)", self)
        self.evidence_button = told_button("sign", "Ev&idence...", f"{_EVIDENCE_TIP} (Ctrl+Shift+S)", self)
        self.copy_button = told_button("copy", "Copy &receipt", "Copy all that is known, as JSON (Ctrl+Shift+C)", self)
        self.buttons = (
            self.new_button,
            self.compare_button,
            self.export_button,
            self.evidence_button,
            self.copy_button,
        )
        self.list = self._make_list()
        self.empty = EmptyState("send", self)
        self.storeys = storeys_of(self.list, self.detail, (264, 440), self)
        self.pages = pages_of(self.empty, self.storeys, self)
        centre = QWidget(self)
        below_one_another(centre, (self.filters, self._build_buttons(), self.notice), self.pages)
        self.setCentralWidget(centre)

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _make_list(self) -> QTreeView:
        columns = {"fitting": (TIME, STATE, ACCOUNT), "stretching": (SUBJECT, RECIPIENTS)}
        view = entry_list(self.model, "What was sent and tried", self, **columns)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.header().setResizeContentsPrecision(0)
        return view

    def _connect(self) -> None:
        self.filters.changed.connect(self.ask)
        self.model.more_wanted.connect(self._on_more_wanted)
        self.list.selectionModel().selectionChanged.connect(self._on_selected)
        self.list.activated.connect(self.open_as_new)
        self.detail.events_wanted.connect(self.read_events)
        self.new_button.clicked.connect(self.open_as_new)
        self.compare_button.clicked.connect(self.compare)
        self.export_button.clicked.connect(self.export)
        self.evidence_button.clicked.connect(self.export_evidence)
        self.copy_button.clicked.connect(self.copy_receipt)
        self.take_keys(
            (
                ("Ctrl+F", self.filters.search.take_focus),
                ("Ctrl+O", self.open_as_new),
                ("Ctrl+D", self.compare),
                ("Ctrl+S", self.export),
                ("Ctrl+Shift+S", self.export_evidence),
                ("Ctrl+Shift+C", self.copy_receipt),
                ("Ctrl+R", self.read_events),
            )
        )

    # Reading

    @Slot()
    def look(self) -> None:
        """Look on a worker whether anything changed, and read it again."""
        if self._looking:
            return
        self._looking = True
        task = self.runner.start(lambda context, history=self.services.history: history.version())  # type: ignore[misc]
        task.succeeded.connect(self._on_version)
        task.finished.connect(self._on_look_finished)

    @Slot(object)
    def _on_version(self, version: tuple[int, int]) -> None:
        if version != self.version:
            self._ask(is_again=True)

    @Slot()
    def _on_look_finished(self) -> None:
        self._looking = False

    @Slot()
    def ask(self) -> None:
        """Read the first page of what the filters want."""
        self._ask(is_again=False)

    def _ask(self, *, is_again: bool) -> None:
        self._asked = number = self._asked + 1
        history, query = self.services.history, replace(self.filters.query, limit=PAGE)

        def operation(context: Context) -> _Answer:
            version = history.version()
            found = history.find(query)
            return _Answer(number, version, found, history.count(query), history.accounts(), is_again)

        self.runner.start(operation).succeeded.connect(self._on_answer)

    @Slot(object)
    def _on_answer(self, answer: _Answer) -> None:
        if answer.number != self._asked:
            return
        self.version = answer.version
        self.notice.say("")
        before = [entry.record.intent.submission for entry in self.selected]
        rows = self.model.with_first_page(answer.page) if answer.is_again else answer.page
        place = self.list.verticalScrollBar().value()
        self.model.show_page(rows, has_more=len(rows) < answer.total)
        self.filters.show_accounts(answer.accounts)
        self._show_total(answer.total)
        self._select(before)
        if answer.is_again:
            self.list.verticalScrollBar().setValue(place)
        self._show_state()

    def _show_total(self, total: int) -> None:
        self.filters.count.setText(f"{total:,} submission{'' if total == 1 else 's'}")
        page = self.storeys if total else self.empty
        if page is not self.pages.currentWidget():
            self.pages.setCurrentWidget(page)
            if total and self.filters.is_open:
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.empty.say(*(_EMPTY if self.filters.is_open else _NOT_FOUND))

    def _select(self, submissions: list[str]) -> None:
        """Select those again, else the newest."""
        if [entry.record.intent.submission for entry in self.selected] == submissions and submissions:
            self._load_current()
            return
        rows = [row for row in map(self.model.row_of, submissions) if row >= 0] or [0] * bool(self.model.rows)
        flags = QItemSelectionModel.SelectionFlag
        for place, row in enumerate(rows):
            flag = flags.Select if place else flags.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(self.model.index(row, 0), flag | flags.Rows)

    @Slot()
    def _on_more_wanted(self) -> None:
        """Read the page behind the last row."""
        number, history = self._asked, self.services.history
        behind = self.model.rows[-1].record.intent.submission if self.model.rows else ""
        query: HistoryQuery = replace(self.filters.query, limit=PAGE, behind=behind)
        task = self.runner.start(lambda context: (number, history.find(query)))
        task.succeeded.connect(self._on_more)

    @Slot(object)
    def _on_more(self, answer: tuple[int, tuple[HistoryEntry, ...]]) -> None:
        number, page = answer
        if number == self._asked:
            self.model.append_page(page, has_more=len(page) == PAGE)

    @Slot()
    def _on_selected(self) -> None:
        self._show_state()
        self._load_current()

    def _load_current(self) -> None:
        entry, loaded = self.current, self.detail.loaded
        if entry is None or (loaded is not None and loaded.entry == entry):
            return
        history, submission = self.services.history, entry.record.intent.submission
        self.runner.start(lambda context: load(history, submission)).succeeded.connect(self._on_loaded)

    @Slot(object)
    def _on_loaded(self, loaded: LoadedSubmission) -> None:
        current = self.current
        if current is not None and current.record.intent.submission == loaded.submission:
            self.detail.show_loaded(loaded)
            self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """Enable what can be done with what is selected."""
        loaded, selected = self.detail.loaded, self.selected
        is_one = len(selected) == 1 and loaded is not None and loaded.entry.record == selected[0].record
        has_octets = is_one and loaded is not None and loaded.root is not None
        self.detail.setEnabled(loaded is not None)
        self.new_button.setEnabled(has_octets)
        self.export_button.setEnabled(has_octets)
        self.evidence_button.setEnabled(has_octets)
        self.copy_button.setEnabled(is_one)
        self.compare_button.setEnabled(len(selected) == 2)

    # What can be done

    @Slot()
    def open_as_new(self) -> None:
        """Open a copy of the submission in a composer window of its own."""
        loaded = self.detail.loaded
        if loaded is None or not self.new_button.isEnabled():
            return
        history, entry = self.services.history, loaded.entry
        self.runner.start(lambda context: history.open_as_new(entry)).succeeded.connect(self._on_new)

    @Slot(object)
    def _on_new(self, message: Message) -> None:
        wanted = getattr(self.companion.opener, "window_wanted", None)
        if wanted is not None:
            wanted.emit((message, None))

    @Slot()
    def compare(self) -> None:
        """Show what differs between the two that are selected, the older first."""
        if len(self.selected) != 2:
            return
        other, one = self.selected
        history = self.services.history
        task = self.runner.start(lambda context: (one, other, history.compare(one, other)))
        task.succeeded.connect(self._on_compared)

    @Slot(object)
    def _on_compared(self, answer: tuple[HistoryEntry, HistoryEntry, Comparison]) -> None:
        one, other, found = answer
        window = CompareWindow(one.record, other.record, found, self)
        window.show()

    @Slot()
    def export(self) -> None:
        """Ask for a file and write the octets there, and the receipt beside it."""
        loaded = self.detail.loaded
        if loaded is None or not self.export_button.isEnabled():
            return
        start = str(Path.home() / f"{loaded.submission[:12]}.eml")
        kinds = f"{_WITH_RECEIPT};;{_OCTETS_ONLY}"
        chosen, kind = QFileDialog.getSaveFileName(self, "Export the submission", start, kinds)
        if chosen:
            self.export_to(loaded.entry, Path(chosen), receipt=kind != _OCTETS_ONLY)

    def export_to(self, entry: HistoryEntry, path: Path, *, receipt: bool) -> None:
        """Write a submission on a worker."""
        history = self.services.history

        def operation(context: Context) -> str:
            written = history.export(entry, path, receipt=receipt, progress=context)
            return f"Written: {', '.join(str(file) for file in written)}"

        self.runner.start(operation).succeeded.connect(self._on_told)

    @Slot()
    def export_evidence(self) -> None:
        """Ask for a file and write there all that proves the submission."""
        loaded = self.detail.loaded
        if loaded is None or not self.evidence_button.isEnabled():
            return
        start = str(Path.home() / f"{loaded.submission[:12]}-evidence{_BUNDLE}")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export evidence of the submission", start, _BUNDLE_KIND)
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() != _BUNDLE and (path := path.with_name(path.name + _BUNDLE)).exists():
            # Nobody was asked whether the file of that name may be replaced.
            self.notice.say(f"There is a file {path} already; choose another name.", "warning")
            return
        self.export_evidence_to(loaded.entry, path)

    def export_evidence_to(self, entry: HistoryEntry, path: Path) -> None:
        """Write the evidence of a submission on a worker."""
        history = self.services.history

        def operation(context: Context) -> str:
            written = history.export_bundle(entry, path, context)
            return f"Written: {written[0]}. VERIFY.txt in it says how to check it; OpenSSL is enough."

        self.runner.start(operation).succeeded.connect(self._on_told)

    @Slot()
    def copy_receipt(self) -> None:
        """Copy all that is known of the submission."""
        loaded = self.detail.loaded
        if loaded is not None and self.copy_button.isEnabled():
            QGuiApplication.clipboard().setText(receipt_text(loaded.entry))
            self._on_told("The receipt is in the clipboard.")

    @Slot()
    def read_events(self) -> None:
        """Ask the service what became of the submission."""
        loaded = self.detail.loaded
        if loaded is None or loaded.refusal or self._reading_events:
            return
        self._reading_events = True
        self.detail.tabs.setCurrentIndex(EVENTS)
        self.detail.events.show_reading()
        history, entry = self.services.history, loaded.entry
        task: Task = self.runner.start(lambda context: history.read_events(entry, context))
        task.finished.connect(self._on_events_finished)

    @Slot()
    def _on_events_finished(self) -> None:
        """Show what the history has now: also after a refusal, which is told above."""
        self._reading_events = False
        loaded = self.detail.loaded
        if loaded is not None:
            history, submission = self.services.history, loaded.submission
            self.runner.start(lambda context: load(history, submission)).succeeded.connect(self._on_loaded)

    # Coming and going

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look; what was missed is taken up, and texts that were not read yet are."""
        super().showEvent(event)
        self.runner.start(self._complete)

    def _complete(self, context: Context) -> None:
        history = self.services.history
        history.catch_up()
        history.read_texts(context)

    def stop(self) -> None:
        """Look no more, and ask no more."""
        super().stop()
        self.filters.stop()
