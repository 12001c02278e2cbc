"""The findings of a message as rows, worst first, filtered by severity."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt

from sescomposer.core.entity import Entity, Key
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.numbering import numbers
from sescomposer.gui.icons import icon
from sescomposer.gui.models.rows_model import Index, RowsModel
from sescomposer.gui.tips import tip

COLUMNS = ("Problem", "Part", "Standard", "")
PROBLEM, PART, STANDARD, FIX = range(4)
MOST = 1000
"""Rows shown; a message with more is mended from the top."""
FIX_WORDS = "Fix..."


class FindingsModel(RowsModel[Finding]):
    """Rows are findings of the severities that are wanted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._all: tuple[Finding, ...] = ()
        self._root: Entity | None = None
        self._numbers: dict[Key, str] | None = None
        self._wanted = frozenset(Severity)

    def show_findings(self, findings: Sequence[Finding], root: Entity) -> bool:
        """Show findings, worst first as they come; whether the rows look different from before."""
        rows = self._filtered(findings)
        is_same = [_looks(finding) for finding in rows] == [_looks(finding) for finding in self.rows]
        self._all = tuple(findings)
        self._root, self._numbers = root, None
        if is_same:
            # Their places may be others, and nobody has to select again because of that.
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, PART), self.index(len(rows) - 1, PART))
            return False
        return self.show_rows(rows)

    def want(self, severities: frozenset[Severity]) -> None:
        """Show findings of these severities alone."""
        self._wanted = severities
        self.show_rows(self._filtered(self._all))

    def finding(self, index: Index) -> Finding | None:
        """Give the finding of a row."""
        return self.rows[index.row()] if index.isValid() else None

    def row_of(self, finding: Finding | None) -> int:
        """Give the row of a finding of the same kind at the same place, -1 if there is none."""
        if finding is None:
            return -1
        same = (row for row, other in enumerate(self.rows) if _place(other) == _place(finding))
        return next(same, -1)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        if role == Qt.ItemDataRole.AccessibleTextRole and orientation is Qt.Orientation.Horizontal:
            return COLUMNS[section] or "Fix"
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
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


def answer_of(finding: Finding) -> str:
    """Give SES's own words as a sentence, "" where there are none."""
    return f"SES answers: {finding.answer}" if finding.answer else ""


def _looks(finding: Finding) -> tuple[object, ...]:
    """What a row shows of a finding."""
    return finding.code, finding.severity, finding.message, finding.where.key, finding.standard, finding.fix is None


def _place(finding: Finding) -> tuple[object, ...]:
    """What stays of a finding while its message is edited."""
    return finding.code, finding.where.key, finding.where.field, finding.where.index
