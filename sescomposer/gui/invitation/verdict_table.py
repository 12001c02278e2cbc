"""What each mail program will do with the invitation: a sign and a word, the reason, and where that is known from."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from sescomposer.core.invitation.verdicts import Outcome, Verdict
from sescomposer.gui.icons import icon

WORDS = {
    Outcome.BUTTONS: ("ok", "ok", "Shows buttons"),
    Outcome.ADD_ONLY: ("note", "note", "Offers to add it"),
    Outcome.FILE_ONLY: ("warning", "warning", "Shows a file"),
    Outcome.TEXT_ONLY: ("warning", "warning", "Shows the text only"),
    Outcome.REFUSED: ("error", "error", "Refuses it"),
    Outcome.UNKNOWN: ("more", "mark", "Unknown"),
}
"""Icon, colour and words of each outcome."""

_TITLES = ("Program", "What it does", "Why, and where that is known from")
_VERDICT = Qt.ItemDataRole.UserRole


class VerdictTable(QTableWidget):
    """A row for each mail program, as high as its words need.

    Signals:
        finding_wanted(object): a `Finding` that decides a row which was activated.
    """

    finding_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(0, len(_TITLES), parent)
        self.setHorizontalHeaderLabels(list(_TITLES))
        self.setAccessibleName("What mail programs will do")
        self.setToolTip("Enter goes to the problem that decides a row.")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.itemActivated.connect(self._on_activated)

    def show_verdicts(self, verdicts: tuple[Verdict, ...]) -> None:
        """Show what is known."""
        self.setRowCount(len(verdicts))
        for row, verdict in enumerate(verdicts):
            sign, role, words = WORDS[verdict.outcome]
            texts = (verdict.client, words, f"{verdict.reason}\n{_source(verdict)}")
            for column, text in enumerate(texts):
                item = QTableWidgetItem(icon(sign, role), text) if column == 1 else QTableWidgetItem(text)
                item.setData(_VERDICT, verdict)
                item.setToolTip(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
                self.setItem(row, column, item)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the rows to another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        self.resizeRowsToContents()
        rows = sum(self.rowHeight(row) for row in range(self.rowCount()))
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth())

    @Slot(QTableWidgetItem)
    def _on_activated(self, item: QTableWidgetItem) -> None:
        verdict = item.data(_VERDICT)
        if isinstance(verdict, Verdict) and verdict.findings:
            self.finding_wanted.emit(verdict.findings[0])


def _source(verdict: Verdict) -> str:
    """Say where it is known from, and which findings decide it."""
    codes = ", ".join(dict.fromkeys(finding.code for finding in verdict.findings))
    return f"{f'Because of {codes}. ' if codes else ''}Source: {verdict.source} ({verdict.date})"
