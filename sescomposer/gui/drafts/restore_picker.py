"""Told at the start: drafts that a crash left, with time, damage and difference, to be opened, left or discarded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QSplitter,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from sescomposer.bootstrap import Services
from sescomposer.core.errors import SesComposerError
from sescomposer.gui.drafts.comparison_view import ComparisonView
from sescomposer.gui.drafts.drafts_model import subject_of
from sescomposer.gui.icons import icon
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.gui.sizes import human_size
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.gui.widgets.rows import in_rows
from sescomposer.services.comparing import Comparison, compare
from sescomposer.services.ports import RecoveredDraft

COLUMNS = ("Last change", "Subject", "Size", "Damage")
AT, SUBJECT, SIZE, DAMAGE = range(4)
_SHOWN_OCTETS = 65536
Found = tuple[RecoveredDraft, ...]


class RecoveredModel(RowsModel[RecoveredDraft]):
    """One row for each draft that was found."""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: text, and a sign where something cannot be read."""
        found = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cells(found)[index.column()]
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return "\n".join((*_cells(found)[:DAMAGE], found.damaged or "Undamaged")).strip()
            case Qt.ItemDataRole.DecorationRole if index.column() == DAMAGE and found.damaged:
                return icon("warning", "warning")
        return None


@dataclass(frozen=True, slots=True)
class _Compared:
    draft: str
    words: str
    comparison: Comparison | None
    source: str = ""


class RestorePicker(QDialog):
    """Lists the drafts; not modal.

    Signals:
        opened(object): tuple of `RecoveredDraft` to open windows on.
        discarded(object): those to discard; a copy of each is kept for a while.
        left(object): those that stay for the next start.
    """

    opened = Signal(object)
    discarded = Signal(object)
    left = Signal(object)

    def __init__(self, services: Services, found: Sequence[RecoveredDraft], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Drafts that were open")
        self._services = services
        self._runner = TaskRunner(self)
        self.model = RecoveredModel(COLUMNS, self)
        self.model.show_rows(tuple(reversed(found)))
        self._build()
        self._connect()
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Room for some drafts and a difference."""
        return QSize(820, 560)

    @property
    def chosen(self) -> Found:
        """The selected drafts, in the order of the list."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        return tuple(self.model.rows[row] for row in rows)

    @property
    def drafts_to_restore(self) -> Sequence[str]:
        """The ids of those in the list."""
        return [one.draft for one in self.model.rows]

    def open_one(self, draft: str) -> bool:
        """Open a draft by its id; whether it was in the list."""
        found = tuple(one for one in self.model.rows if one.draft == draft)
        self._take(found, self.opened.emit)
        return bool(found)

    def _build(self) -> None:
        title = QLabel("The program ended while these drafts were open. Nothing of them is lost by waiting.", self)
        title.setWordWrap(True)
        self.list = QTreeView(self)
        self.list.setModel(self.model)
        in_rows(self.list, "Drafts that were open", striped=False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.list.header()
        header.setStretchLastSection(False)
        for narrow in (AT, SIZE, DAMAGE):
            header.setSectionResizeMode(narrow, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SUBJECT, QHeaderView.ResizeMode.Stretch)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAccessibleName("About the chosen draft")
        self.differences = ComparisonView(self)
        below = QWidget(self)
        behind = QVBoxLayout(below)
        behind.setContentsMargins(0, 0, 0, 0)
        behind.addWidget(self.words)
        behind.addWidget(self.differences, 1)
        storeys = QSplitter(Qt.Orientation.Vertical, self)
        storeys.setChildrenCollapsible(False)
        storeys.addWidget(self.list)
        storeys.addWidget(below)
        storeys.setSizes([180, 280])
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(storeys, 1)
        column.addWidget(self._make_buttons())

    def _make_buttons(self) -> QDialogButtonBox:
        roles = QDialogButtonBox.ButtonRole
        box = QDialogButtonBox(self)
        self.all_button = box.addButton("Open &all", roles.AcceptRole)
        self.chosen_button = box.addButton("Open &chosen", roles.ActionRole)
        self.discard_button = box.addButton("&Discard chosen", roles.DestructiveRole)
        self.later_button = box.addButton("&Later", roles.RejectRole)
        self.all_button.setDefault(True)
        for button, words in (
            (self.all_button, "Open a window on every draft"),
            (self.chosen_button, "Open a window on every selected draft"),
            (self.discard_button, "Remove the selected drafts; they can be brought back from Drafts for a while"),
            (self.later_button, "Leave the drafts for the next start; Drafts lists them too"),
        ):
            button.setToolTip(words)
            button.setAccessibleDescription(words)
        return box

    def _connect(self) -> None:
        self._runner.crashed.connect(self._on_crashed)
        self.list.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.list.activated.connect(self._on_open_chosen)
        self.all_button.clicked.connect(self._on_open_all)
        self.chosen_button.clicked.connect(self._on_open_chosen)
        self.discard_button.clicked.connect(self._on_discard)
        self.later_button.clicked.connect(self.reject)

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, selected: QItemSelection) -> None:
        """Say what is wrong with the chosen draft, and compare it on a worker."""
        chosen = self.chosen
        for button in (self.chosen_button, self.discard_button):
            button.setEnabled(bool(chosen))
        if len(chosen) != 1:
            self.words.setText(f"{len(chosen)} drafts are chosen." if chosen else "No draft is chosen.")
            self.differences.say("")
            return
        found = chosen[0]
        self.words.setText(_about(found, ""))
        self.differences.say("")
        task = self._runner.start(_comparing(self._services, found), quiet=True)
        task.succeeded.connect(self._on_compared)
        task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_compared(self, answer: _Compared) -> None:
        chosen = self.chosen
        if len(chosen) != 1 or chosen[0].draft != answer.draft:
            return
        self.words.setText(_about(chosen[0], answer.words))
        if answer.comparison is not None:
            self.differences.show_comparison(answer.comparison)
        else:
            self.differences.say(answer.words)
            self.differences.pages["octets"].setPlainText(answer.source)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.differences.say(f"{error.sentence} {error.hint}".strip())

    @Slot()
    def _on_open_all(self) -> None:
        self._take(self.model.rows, self.opened.emit)

    @Slot()
    def _on_open_chosen(self) -> None:
        self._take(self.chosen, self.opened.emit)

    @Slot()
    def _on_discard(self) -> None:
        self._take(self.chosen, self.discarded.emit)

    def _take(self, drafts: Found, emit: Callable[[Found], object]) -> None:
        """Tell what is to be done with some drafts; the others stay in the list."""
        if not drafts:
            return
        gone = {one.draft for one in drafts}
        self.model.show_rows(tuple(one for one in self.model.rows if one.draft not in gone))
        # In the order of their time: the newest comes to the front.
        emit(tuple(reversed(drafts)))
        if self.model.rows:
            self.list.setCurrentIndex(self.model.index(0, 0))
        else:
            self.accept()

    @Slot(object)
    def _on_crashed(self, error: BaseException) -> None:
        from sescomposer.gui.crash import report

        report(error)

    def done(self, result: int) -> None:
        """Leave what is still in the list; stop the workers."""
        rest = self.model.rows
        self.model.show_rows(())
        self._runner.close()
        if rest:
            self.left.emit(rest)
        super().done(result)


def _comparing(services: Services, found: RecoveredDraft) -> Callable[[Context], _Compared]:
    """Give the work of comparing a draft with what is kept of it."""

    def operation(context: Context) -> _Compared:
        reference = services.drafts.reference(found)
        if reference is None:
            words = "It was never saved, so there is nothing to compare it with."
            return _Compared(found.draft, words, None, _source(found))
        words, message = reference
        comparison = compare(message, found.message)
        return _Compared(found.draft, f"Compared with {words}: {comparison.words}", comparison)

    return operation


def _source(found: RecoveredDraft) -> str:
    """Give the beginning of what a draft holds, to tell it by."""
    octets = found.message.root.octets
    more = "\n[…]" if len(octets) > _SHOWN_OCTETS else ""
    return octets.read(0, _SHOWN_OCTETS).decode("utf-8", "replace").replace("\r\n", "\n") + more


def _about(found: RecoveredDraft, compared: str) -> str:
    file = f"File: {found.path}." if found.path else "It has no file yet."
    return "\n".join(filter(None, (found.damaged, file, compared)))


def _cells(found: RecoveredDraft) -> tuple[str, ...]:
    return (
        f"{found.saved.astimezone():%Y-%m-%d %H:%M:%S}",
        subject_of(" ".join(found.message.root.subject.split())),
        human_size(len(found.message.root.octets)),
        "Damaged" if found.damaged else "None",
    )
