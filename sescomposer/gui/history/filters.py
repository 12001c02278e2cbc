"""What of the history is wanted: words, a state, an account."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from sescomposer.gui.history.history_words import STATES
from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.search_line import SearchLine
from sescomposer.services.history_ports import HistoryQuery
from sescomposer.services.ports import SubmissionState

PAUSE_MS = 200
"""How long nobody types before it is searched."""

_ACCOUNTS = "All accounts"
_STATES = "All states"


class Filters(QWidget):
    """A search field and two choices.

    Signals:
        changed(): something else is wanted.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = SearchLine("Search subjects, addresses, texts and ids", "Search what was sent and tried", self)
        self.search.setToolTip("All words must occur; the last one may be a beginning (Ctrl+F)")
        self.states = self._choice("State", _STATES)
        for state, (words, sign, colour) in STATES.items():
            self.states.addItem(icon(sign, colour), words, state)
        self.accounts = self._choice("Account", _ACCOUNTS)
        self.count = QLabel(self)
        self.count.setAccessibleName("Number of submissions")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for widget in (self.states, self.accounts, self.count):
            row.addWidget(widget)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self.search.textChanged.connect(self._on_typed)
        self.search.returnPressed.connect(self._at_once)
        self.states.currentIndexChanged.connect(self._at_once)
        self.accounts.currentIndexChanged.connect(self._at_once)

    @property
    def query(self) -> HistoryQuery:
        """What is wanted, without page."""
        state, account = self.states.currentData(), self.accounts.currentData()
        # Of an enumeration of texts the control gives the text back.
        return HistoryQuery(self.search.text(), (SubmissionState(state),) if state else (), account or "")

    @property
    def is_open(self) -> bool:
        """Whether everything is wanted."""
        return self.query == HistoryQuery()

    def show_accounts(self, names: Sequence[str]) -> None:
        """Offer these accounts; the choice stays where it can."""
        if [self.accounts.itemData(row) for row in range(1, self.accounts.count())] == list(names):
            return
        chosen = self.accounts.currentData()
        with QSignalBlocker(self.accounts):
            self.accounts.clear()
            self.accounts.addItem(_ACCOUNTS, "")
            for name in names:
                self.accounts.addItem(name, name)
            self.accounts.setCurrentIndex(max(0, self.accounts.findData(chosen)))

    def clear(self) -> None:
        """Want everything."""
        with QSignalBlocker(self.search), QSignalBlocker(self.states), QSignalBlocker(self.accounts):
            self.search.clear()
            self.states.setCurrentIndex(0)
            self.accounts.setCurrentIndex(0)
        self._at_once()

    def stop(self) -> None:
        """Search no more; the window goes."""
        self._pause.stop()

    @Slot()
    def _on_typed(self) -> None:
        self._pause.start()

    @Slot()
    def _at_once(self) -> None:
        self._pause.stop()
        self.changed.emit()

    def _choice(self, name: str, every: str) -> QComboBox:
        choice = QComboBox(self)
        choice.setAccessibleName(name)
        choice.setToolTip(f"{name} of the submissions that are listed")
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        choice.addItem(every, None)
        return choice
