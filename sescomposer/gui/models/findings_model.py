"""The findings of a message as rows, worst first, filtered by severity."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sescomposer.core.entity import Entity, Key
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.numbering import numbers
from sescomposer.gui.icons import icon
from sescomposer.gui.tips import tip

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Problem", "Part", "Standard", "")
PROBLEM, PART, STANDARD, FIX = range(4)
MOST = 1000
"""Rows shown; a message with more is mended from the top."""
FIX_WORDS = "Fix..."
_NO_INDEX = QModelIndex()


class FindingsModel(QAbstractTableModel):
    """Rows are findings of the severities that are wanted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Finding, ...] = ()
        self._rows: tuple[Finding, ...] = ()
        self._root: Entity | None = None
        self._numbers: dict[Key, str] | None = None
        self._wanted = frozenset(Severity)

    def show_findings(self, findings: Sequence[Finding], root: Entity) -> bool:
        """Show findings, worst first as they come; whether the rows look different from before."""
        rows = self._filtered(findings)
        is_same = [_looks(finding) for finding in rows] == [_looks(finding) for finding in self._rows]
        self._all = tuple(findings)
        self._root, self._numbers = root, None
        if is_same:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, PART), self.index(len(rows) - 1, PART))
            return False
        self._reset(rows)
        return True

    def want(self, severities: frozenset[Severity]) -> None:
        """Show findings of these severities alone."""
        self._wanted = severities
        self._reset(self._filtered(self._all))

    def finding(self, index: Index) -> Finding | None:
        """Give the finding of a row."""
        return self._rows[index.row()] if index.isValid() else None

    def row_of(self, finding: Finding | None) -> int:
        """Give the row of a finding of the same kind at the same place, -1 if there is none."""
        if finding is None:
            return -1
        same = (row for row, other in enumerate(self._rows) if _place(other) == _place(finding))
        return next(same, -1)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See Qt."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return COLUMNS[section] or "Fix"
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See Qt."""
        finding = self.finding(index)
        if finding is None:
            return None
        match role, index.column():
            case Qt.ItemDataRole.DisplayRole, column:
                return self._words(finding)[column]
            case Qt.ItemDataRole.DecorationRole, 0:
                return icon(finding.severity.value, finding.severity.value)
            case Qt.ItemDataRole.ToolTipRole, 3:
                return tip(finding.fix.label) if finding.fix is not None else None
            case Qt.ItemDataRole.ToolTipRole, _:
                return tip(finding.message, answer_of(finding))
            case Qt.ItemDataRole.AccessibleTextRole, 0:
                return f"{finding.severity}: {finding.message}"
            case Qt.ItemDataRole.AccessibleTextRole, 3:
                return f"Fix: {finding.fix.label}" if finding.fix is not None else ""
        return None

    def _words(self, finding: Finding) -> tuple[str, str, str, str]:
        if self._numbers is None:
            self._numbers = numbers(self._root) if self._root is not None else {}
        key = finding.where.key
        is_part = key is not None and self._root is not None and key != self._root.key
        part = self._numbers.get(key, "") if key is not None and is_part else ""
        return finding.message, part, finding.standard, FIX_WORDS if finding.fix is not None else ""

    def _filtered(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(finding for finding in findings if finding.severity in self._wanted)[:MOST]

    def _reset(self, rows: tuple[Finding, ...]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()


def answer_of(finding: Finding) -> str:
    """Give SES's own words as a sentence, "" where there are none."""
    return f"SES answers: {finding.answer}" if finding.answer else ""


def _looks(finding: Finding) -> tuple[object, ...]:
    """What a row shows of a finding."""
    return finding.code, finding.severity, finding.message, finding.where.key, finding.standard, finding.fix is None


def _place(finding: Finding) -> tuple[object, ...]:
    """What stays of a finding while its message is edited."""
    return finding.code, finding.where.key, finding.where.field, finding.where.index
