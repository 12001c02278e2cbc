"""The table of what servers do on the way, and whether the signature bears it."""

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from sescomposer.core.protection.relays.survival import Survived
from sescomposer.gui.icons import icon
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.gui.protection.outcome_words import survived_kind, survived_words
from sescomposer.gui.tips import tip
from sescomposer.gui.widgets.rows import in_rows

_TITLES = ("What servers do", "Signature")
WHAT, SIGNATURE = range(2)


class SurvivalModel(RowsModel[Survived]):
    """One row for each change."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_TITLES, parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: text, the sign of the outcome, all of it in the tip."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.change.words if index.column() == WHAT else survived_words(row)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(f"{row.change.words}.", f"Done by {row.change.by}.", row.sentence)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.change.words}, by {row.change.by}: {row.sentence}"
            case Qt.ItemDataRole.DecorationRole if index.column() == SIGNATURE:
                kind = survived_kind(row)
                return icon(kind, kind)
        return None


class SurvivalTable(QTreeView):
    """Shows all rows at once: it stands in something that scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = SurvivalModel(self)
        self.setModel(self.rows)
        in_rows(self, "What the signature survives")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(SIGNATURE, QHeaderView.ResizeMode.ResizeToContents)

    def show_found(self, found: tuple[Survived, ...]) -> None:
        """Show what was found."""
        self.rows.show_rows(found)
        self.setFixedHeight(self.sizeHint().height())

    def sizeHint(self) -> QSize:
        """All rows."""
        row = max(self.sizeHintForRow(0), self.fontMetrics().lineSpacing())
        height = self.header().sizeHint().height() + row * self.rows.rowCount() + 2 * self.frameWidth() + 2
        return QSize(320, height)
