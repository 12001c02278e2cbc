"""The window of drafts: what no file holds, with checkpoints and differences; one window a process.

It looks once a second, on a worker, whether drafts changed, for other windows and other processes write there too.
"""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QWidget,
)

from sescomposer.bootstrap import Services
from sescomposer.core.errors import SesComposerError
from sescomposer.core.message import Message
from sescomposer.gui.companion_window import LookingWindow
from sescomposer.gui.drafts.draft_detail import DraftDetail
from sescomposer.gui.drafts.drafts_model import AT, RECIPIENTS, SIZE, STATE, SUBJECT, DraftsModel
from sescomposer.gui.open_files import drafts_in_windows, drafts_to_restore, window_with_draft
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.entries import (
    below_one_another,
    count_words,
    entry_list,
    on_delete,
    pages_of,
    storeys_of,
    told_button,
    turned_to,
)
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.search_line import SearchLine
from sescomposer.services.drafts import Draft, DraftState

LOOK_MS = 1000
_EMPTY = (
    "No drafts",
    "What you write is a draft until you save it as a file. Close its window with “Keep as draft”, and it waits here, "
    "with what no file can hold: the envelope, the options of SES, protection and account.\n\n"
    "In a window, Ctrl+Alt+S keeps a checkpoint under a name. Here you compare any two states and restore one.",
)
_NOT_FOUND = ("Nothing found", "No draft holds all these words in its subject, recipients, text, file or checkpoints.")
_NONE_REMOVED = ("Nothing was removed", "Drafts that you remove or discard stay here for a while.")


@dataclass(frozen=True, slots=True)
class Look:
    """What was asked for, and what was found."""

    words: str
    removed: bool
    rows: tuple[Draft, ...]
    total: int
    problems: tuple[str, ...]


class DraftsWindow(LookingWindow):
    """List above, one draft below."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent, interval=LOOK_MS)
        self.setWindowTitle("Drafts")
        self.model = DraftsModel(self)
        self._look: Look | None = None
        self._looking = False
        self._wanted = ""
        self._undone = ""
        self._build()
        self._connect()
        self.settle()

    @classmethod
    def show_for(cls, services: Services, opener: QWidget | None = None, draft: str = "") -> "DraftsWindow":
        """Show the window of this process, and a draft by its id.

        Args:
            services: What it acts through.
            opener: The composer window that drafts open beside; the last one that closes takes this one along.
            draft: Id of the draft to select, "" for none in particular.
        """
        window = cls.of_process(services, opener)
        window._wanted = draft
        window.come_up()
        window.look()
        return window

    def sizeHint(self) -> QSize:
        """Room for list and draft."""
        return QSize(1040, 760)

    @property
    def current(self) -> Draft | None:
        """The selected draft."""
        row = self.list.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    # Building

    def _build(self) -> None:
        self.search = SearchLine("Search subject, recipients and text", "Search the drafts", self)
        self.removed = QCheckBox("Show re&moved", self)
        self.removed.setToolTip("Show what was removed or discarded, and saved drafts with automatic checkpoints")
        self.count = QLabel(self)
        self.notice = Notice("What happened", self)
        self.undo_button = self.notice.add_button("&Undo", "Bring the draft back (Ctrl+Z)")
        self.open_button = told_button("open", "&Open", "Open the draft in a window (Enter)", self)
        self.copy_button = told_button("copy", "D&uplicate", "Keep a copy as a draft of its own (Ctrl+D)", self)
        self.remove_button = told_button("remove", "Remo&ve", "Remove the draft; it can be brought back (Del)", self)
        self.back_button = told_button("undo", "&Bring back", "Bring back a removed draft", self)
        columns = {"fitting": (AT, SIZE, STATE), "stretching": (SUBJECT, RECIPIENTS)}
        self.list = entry_list(self.model, "Drafts", self, **columns)
        self.detail = DraftDetail(self.services.drafts, self.runner, self)
        self.empty = EmptyState("file", self)
        self.storeys = storeys_of(self.list, self.detail, (220, 460), self)
        self.pages = pages_of(self.empty, self.storeys, self)
        centre = QWidget(self)
        below_one_another(centre, (self._build_top(), self.notice), self.pages)
        self.setCentralWidget(centre)

    def _build_top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for widget in (self.removed, self.count):
            row.addWidget(widget)
        row.addSpacing(8)
        for button in (self.open_button, self.copy_button, self.remove_button, self.back_button):
            row.addWidget(button)
        return row

    def _connect(self) -> None:
        self.search.textChanged.connect(self.look)
        self.removed.toggled.connect(self.look)
        self.list.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.list.activated.connect(self.open_current)
        self.detail.restore_wanted.connect(self.restore)
        self.undo_button.clicked.connect(self.undo_removal)
        self.open_button.clicked.connect(self.open_current)
        self.copy_button.clicked.connect(self.duplicate_current)
        self.remove_button.clicked.connect(self.remove_current)
        self.back_button.clicked.connect(self.bring_back_current)
        self.take_keys(
            (
                ("Ctrl+F", self.search.take_focus),
                ("Ctrl+O", self.open_current),
                ("Ctrl+D", self.duplicate_current),
                ("Ctrl+Z", self.undo_removal),
            )
        )
        on_delete(self.list, self.remove_current)

    # Looking

    @Slot()
    def look(self) -> None:
        """Look on a worker what drafts there are."""
        if self._looking:
            return
        self._looking = True
        drafts, words, removed = self.services.drafts, self.search.text(), self.removed.isChecked()

        def operation(context: Context) -> Look:
            rows = drafts.all(removed=removed)
            wanted = words.casefold().split()
            found = tuple(row for row in rows if row.holds(wanted)) if wanted else rows
            return Look(words, removed, found, len(rows), drafts.problems())

        task = self.runner.start(operation)
        task.succeeded.connect(self._on_looked)
        task.finished.connect(self._on_look_finished)

    @Slot(object)
    def _on_looked(self, look: Look) -> None:
        self._look = look
        before = self.current
        wanted = self._wanted or (before.draft if before else "")
        shown, to_restore = drafts_in_windows(), drafts_to_restore()
        if (shown, to_restore) != (self.model.shown, self.model.to_restore):
            self.model.shown, self.model.to_restore = shown, to_restore
            self.list.viewport().update()
        if self.model.show_rows(look.rows) or self._wanted:
            self._select(wanted)
        if look.problems and not self.notice.sentence:
            self.notice.say(" ".join(look.problems), "warning")
        self._show_state()

    @Slot()
    def _on_look_finished(self) -> None:
        self._looking = False
        look = self._look
        if look is not None and (look.words, look.removed) != (self.search.text(), self.removed.isChecked()):
            self.look()

    def _select(self, draft: str) -> None:
        """Select a draft, else the newest."""
        row = self.model.row_of(draft)
        if row >= 0:
            self._wanted = ""
        if self.model.rows:
            index = self.model.index(max(row, 0), 0)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex) -> None:
        self._show_state()

    def _show_state(self) -> None:
        """Show what there is, and what can be done with it."""
        current, look = self.current, self._look
        page = self.storeys if self.model.rows else self.empty
        if turned_to(self.pages, page) and self.model.rows and not self.search.hasFocus():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        if look is not None:
            self.count.setText(count_words(len(look.rows), look.total, "draft"))
            self.empty.say(*(_NOT_FOUND if look.total else _NONE_REMOVED if look.removed else _EMPTY))
        self.detail.show_draft(current)
        is_removed = current is not None and current.state is DraftState.REMOVED
        is_open = current is not None and (current.state is DraftState.OPEN or current.draft in self.model.shown)
        self.open_button.setEnabled(current is not None and not is_removed)
        self.copy_button.setEnabled(current is not None)
        self.remove_button.setEnabled(current is not None and not is_removed and not is_open)
        self.back_button.setVisible(is_removed)
        self.remove_button.setVisible(not is_removed)
        if is_removed:
            self.detail.restore_button.setEnabled(False)

    # What can be done

    @Slot()
    def open_current(self) -> None:
        """Open the selected draft, or bring its window to the front."""
        draft = self.current
        if draft is None or not self.open_button.isEnabled():
            return
        window = window_with_draft(draft.draft)
        wanted = getattr(self.companion.opener, "window_wanted", None)
        if window is not None:
            window.activateWindow()
        elif wanted is not None:
            wanted.emit(draft.draft)

    @Slot()
    def duplicate_current(self) -> None:
        """Keep a copy of the selected draft."""
        current, drafts = self.current, self.services.drafts
        if current is not None:
            draft = current.draft
            self.runner.start(lambda context: drafts.duplicate(draft)).succeeded.connect(self._on_duplicated)

    @Slot(object)
    def _on_duplicated(self, copy: str) -> None:
        self._wanted = copy
        self._tell("A copy is kept as a draft of its own.")

    @Slot()
    def remove_current(self) -> None:
        """Remove the selected draft; the next one is selected."""
        current, drafts = self.current, self.services.drafts
        if current is None or not self.remove_button.isEnabled():
            return
        row, draft = self.list.currentIndex().row(), current.draft
        near = self.model.rows[row + 1 : row + 2] or self.model.rows[max(row - 1, 0) : row]
        self._wanted = near[0].draft if near else ""

        def operation(context: Context) -> str:
            drafts.remove(draft)
            return draft

        self.runner.start(operation).succeeded.connect(self._on_removed)

    @Slot(object)
    def _on_removed(self, draft: str) -> None:
        self._tell("Removed. It stays below “Show removed” for a while.", draft)

    @Slot()
    def undo_removal(self) -> None:
        """Bring back what was removed last."""
        if self._undone:
            self._bring_back(self._undone)

    @Slot()
    def bring_back_current(self) -> None:
        """Bring back the selected draft."""
        current = self.current
        if current is not None and current.removed is not None:
            self._bring_back(current.draft)

    def _bring_back(self, draft: str) -> None:
        drafts = self.services.drafts
        self._wanted = draft
        self.runner.start(lambda context: drafts.bring_back(draft)).succeeded.connect(self._on_brought_back)

    @Slot()
    def _on_brought_back(self) -> None:
        self._tell("The draft is back.")

    @Slot(str, int)
    def restore(self, draft: str, checkpoint: int) -> None:
        """Put a checkpoint in place of a draft: in its window as one step of undo, else where it is kept."""
        drafts, window = self.services.drafts, window_with_draft(draft)
        if window is None:
            task = self.runner.start(lambda context: drafts.restore(draft, checkpoint))
            task.succeeded.connect(self._on_restored)
            return

        def operation(context: Context) -> tuple[str, Message]:
            return draft, drafts.state(draft, checkpoint).message

        self.runner.start(operation).succeeded.connect(self._on_read)

    @Slot(object)
    def _on_read(self, answer: tuple[str, Message]) -> None:
        draft, message = answer
        window = window_with_draft(draft)
        if window is not None and window.composer.restore(message):
            self._tell("Restored in its window; Undo there takes it back.")

    @Slot()
    def _on_restored(self) -> None:
        self._tell("Restored. What the draft was before is its newest checkpoint.")

    def _tell(self, sentence: str, removed: str = "") -> None:
        """Say what happened; `removed` is the draft that can be brought back with a button."""
        self._undone = removed
        self.undo_button.setVisible(bool(removed))
        self.notice.say(sentence)
        self.look()

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.undo_button.setVisible(False)
        super()._on_failed(error)
