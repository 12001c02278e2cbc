"""The raw source pane: a header with its state, the view, a search bar and a go-to bar."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity
from sescomposer.core.errors import UsageError
from sescomposer.core.location import offset_of
from sescomposer.core.numbering import numbered
from sescomposer.core.octets import Octets
from sescomposer.gui.icons import icon
from sescomposer.gui.panes import raw_accessible
from sescomposer.gui.panes.raw_bars import GoToBar, SearchBar, part_named, place_of
from sescomposer.gui.panes.raw_caret import Carry
from sescomposer.gui.panes.raw_finder import Finder
from sescomposer.gui.panes.raw_text import copied
from sescomposer.gui.panes.raw_view import RawView, Tint
from sescomposer.gui.tasks import TaskRunner

_LONGEST_NEEDLE = 200


class RawState(StrEnum):
    """Which octets the pane shows."""

    DRAFT = "draft"
    SEALED = "sealed"


_LABELS = {RawState.DRAFT: "&Draft", RawState.SEALED: "&As sealed"}
_TIPS = {
    RawState.DRAFT: "The message as it is being written, Bcc included.",
    RawState.SEALED: "The octets as they would be sent now; what is marked is decided at sending.",
}


class RawPane(QWidget):
    """Shows the octets of a message or of a part, read-only.

    Args:
        runner: Long searches run there.
        states: Whether the two states Draft and As sealed are offered; without, the pane only shows.

    Signals:
        caret_moved(object): the caret's offset (int), after the user moved it or found something.
        state_wanted(object): the user chose a `RawState`; whoever owns the pane shows its octets.
        told(str): a sentence for the status bar.
    """

    caret_moved = Signal(object)
    state_wanted = Signal(object)
    told = Signal(str)

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None, *, states: bool = True) -> None:
        super().__init__(parent)
        self.view = RawView(self)
        raw_accessible.make_accessible(self.view)
        self.search_bar = SearchBar(self)
        self.go_to_bar = GoToBar(self)
        self._finder = Finder(runner, self)
        self._part: tuple[int, int] = (0, 0)
        self._root: Callable[[], Entity | None] = lambda: None
        self._provisional: tuple[tuple[int, int], ...] = ()
        self._build(states)
        self._connect()
        self.setFocusProxy(self.view)
        self._tell_place()

    # What is shown

    @property
    def revision(self) -> int:
        """Revision of the message whose octets are shown; -1 before the first."""
        return self.view.revision

    def show_octets(self, octets: Octets, revision: int, carry: Carry | None = None) -> None:
        """Show octets; a search that is under way in the older ones ends. See `RawView.show_octets`."""
        self._finder.cancel()
        self.view.show_octets(octets, revision, carry)
        self._tell_place()

    def select_span(self, start: int, stop: int) -> None:
        """Select a range of offsets and bring it into view; nothing is emitted."""
        self.view.select_span(start, stop)

    def place_caret(self, offset: int) -> None:
        """Put the caret at an offset and bring it into view; nothing is emitted."""
        self.view.place_caret(offset)

    def reveal(self, offset: int) -> None:
        """Bring an offset into view and leave caret and selection alone."""
        self.view.reveal(offset)

    def tint(self, start: int, stop: int) -> None:
        """Tint the selected part; an empty range takes the tint away."""
        self._part = start, stop
        self._set_tints()

    def mark_provisional(self, spans: Sequence[tuple[int, int]]) -> None:
        """Mark ranges that are decided at sending, such as Date and Message-ID."""
        self._provisional = tuple(spans)
        self._set_tints()

    def set_state(self, state: RawState) -> None:
        """Show which octets these are; nothing is emitted."""
        self._buttons[state].setChecked(True)

    def follow_parts(self, root: Callable[[], Entity | None]) -> None:
        """Let parts be gone to by number; `root` gives the message whose octets are shown."""
        self._root = root

    def set_text_font(self, font: QFont) -> None:
        """Use another fixed-width font."""
        self.view.set_text_font(font)

    @Slot()
    def open_search(self) -> None:
        """Open the search bar, with the selection if it is short."""
        start, stop = self.view.selection
        short = 0 < stop - start <= _LONGEST_NEEDLE
        text = copied(self.view.octets.read(start, stop)) if short else ""
        self.go_to_bar.hide()
        self.search_bar.open("" if "\n" in text else text)

    @Slot()
    def open_go_to(self) -> None:
        """Open the go-to bar."""
        self.search_bar.hide()
        self.go_to_bar.open()

    # Construction

    def _build(self, states: bool) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_header(states))
        layout.addWidget(self.view, 1)
        layout.addWidget(self.search_bar)
        layout.addWidget(self.go_to_bar)

    def _build_header(self, states: bool) -> QWidget:
        header = QWidget(self)
        row = QHBoxLayout(header)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons = {state: self._build_state(state, header) for state in RawState}
        for button in self._buttons.values():
            button.setVisible(states)
            row.addWidget(button)
        self._buttons[RawState.DRAFT].setChecked(True)
        self.place = QLabel(header)
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.place, 1)
        for name, words, slot in (
            ("search", "Find (Ctrl+F)", self.open_search),
            ("down", "Go to a line, a part or an octet (Ctrl+G)", self.open_go_to),
        ):
            button = QToolButton(header)
            button.setIcon(icon(name))
            button.setIconSize(QSize(16, 16))
            button.setAutoRaise(True)
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.clicked.connect(slot)
            row.addWidget(button)
        return header

    def _build_state(self, state: RawState, header: QWidget) -> QToolButton:
        button = QToolButton(header)
        button.setText(_LABELS[state])
        button.setToolTip(_TIPS[state])
        button.setAccessibleDescription(_TIPS[state])
        button.setCheckable(True)
        button.setAutoRaise(True)
        self._group.addButton(button)
        return button

    def _connect(self) -> None:
        self._group.buttonClicked.connect(self._on_state_clicked)
        self.view.caret_moved.connect(self.caret_moved)
        self.view.selection_changed.connect(self._tell_place)
        self.view.told.connect(self.told)
        self.search_bar.wanted.connect(self.find_again)
        self.search_bar.typed.connect(self._on_typed)
        self.search_bar.closed.connect(self._on_bar_closed)
        self.go_to_bar.wanted.connect(self._on_go_to)
        self.go_to_bar.closed.connect(self._on_bar_closed)
        self._finder.found.connect(self._on_found)
        self._finder.missed.connect(self._on_missed)
        self._finder.searching.connect(self._on_searching)

    # What happens

    @Slot(bool)
    def find_again(self, forward: bool = True) -> None:
        """Find the next or the previous place of what stands in the search bar."""
        if not self.search_bar.needle:
            self.open_search()
            return
        start, stop = self.view.selection
        self._search(stop if forward else start, forward=forward)

    @Slot()
    def _on_typed(self) -> None:
        """What is found while typing grows where it is."""
        if not self.search_bar.needle:
            self._finder.cancel()
            self.search_bar.tell("")
            return
        self._search(self.view.selection[0], forward=True)

    def _search(self, start: int, *, forward: bool) -> None:
        bar = self.search_bar
        self._finder.search(self.view.octets, bar.needle, start, forward=forward, fold_case=not bar.case.isChecked())

    @Slot(object, object, bool)
    def _on_found(self, start: int, stop: int, went_round: bool) -> None:
        self.search_bar.tell("Went round the end" if went_round else "")
        self.view.select_span(start, stop)
        self.caret_moved.emit(start)

    @Slot()
    def _on_missed(self) -> None:
        self.search_bar.tell("Not found")

    @Slot()
    def _on_searching(self) -> None:
        self.search_bar.tell("Searching\u2026 Esc stops")

    @Slot()
    def _on_bar_closed(self) -> None:
        self._finder.cancel()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_go_to(self, text: str) -> None:
        try:
            part = part_named(text)
            offset = self._start_of_part(part) if part else place_of(self.view.octets, text)
        except UsageError as error:
            self.go_to_bar.tell(error.sentence)
            return
        self.go_to_bar.hide()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.view.move_caret(offset)

    def _start_of_part(self, number: str) -> int:
        """Give the offset where a part starts; raises `UsageError` where there is none."""
        root = self._root()
        entity = numbered(root, number) if root is not None else None
        if root is None or entity is None:
            raise UsageError(f"There is no part {number}.", value=number)
        return offset_of(root, entity.key)

    @Slot()
    def _tell_place(self) -> None:
        octets, (start, stop) = self.view.octets, self.view.selection
        line = octets.line_of(self.view.caret) + 1
        words = f"Line {line:,}, octet {self.view.caret:,}"
        chosen = f"{stop - start:,} octets selected" if stop > start else ""
        self.place.setText(f"{chosen}  {words} of {len(octets):,}".strip())
        raw_accessible.tell_caret(self.view)

    @Slot()
    def _on_state_clicked(self) -> None:
        self.state_wanted.emit(next(state for state, button in self._buttons.items() if button.isChecked()))

    def _set_tints(self) -> None:
        part = (Tint(*self._part, "selection"),) if self._part[0] < self._part[1] else ()
        self.view.set_tints((*part, *(Tint(*span, "provisional") for span in self._provisional)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+F searches, F3 and Shift+F3 go on, Ctrl+G goes to a place."""
        keys = QKeySequence.StandardKey
        if event.matches(keys.Find):
            self.open_search()
        elif event.matches(keys.FindNext):
            self.find_again(True)
        elif event.matches(keys.FindPrevious):
            self.find_again(False)
        elif event.key() == Qt.Key.Key_G and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.open_go_to()
        else:
            super().keyPressEvent(event)
