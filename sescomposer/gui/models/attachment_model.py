"""The attachments and inline parts of a message as a list; a keystroke elsewhere changes no row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity, Key
from sescomposer.core.findings import Finding
from sescomposer.core.transfer_encoding import TransferEncoding, decoded_length
from sescomposer.gui.part_kinds import icon_of, name_of
from sescomposer.gui.sizes import human_size

Index = QModelIndex | QPersistentModelIndex
CARD = Qt.ItemDataRole.UserRole
_NO_INDEX = QModelIndex()
_LARGE = 262_144
_CONTENT_OF_LINE, _LINE = 57, 78
"""Octets of content in a full line of base64, and octets of that line with its CRLF (RFC 2045 section 6.8)."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of one part.

    Attributes:
        name: File name in any script, or what stands for it.
        words: Disposition and size.
        icon, role: Icon by kind, and its colour role.
        mark: Worst severity of its findings, "" for none.
        tip: Everything, for the tool tip and for screen readers.
    """

    name: str
    words: str
    icon: str
    role: str
    mark: str
    tip: str


class AttachmentModel(QAbstractListModel):
    """Rows are the parts behind the body: inline ones first, then attachments, in the order of the message."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Entity, ...] = ()
        self._findings: dict[Key, list[Finding]] = {}
        self._owners: dict[Key, Key] = {}
        self._sizes: dict[Entity, int] = {}

    @property
    def parts(self) -> tuple[Entity, ...]:
        """The parts, by row."""
        return self._parts

    def show_root(self, root: Entity) -> None:
        """Show the parts of a message."""
        found = body_parts(root)
        parts = (*found.inline, *found.attachments)
        if parts == self._parts:
            return
        is_same_row = [part.key for part in parts] == [part.key for part in self._parts]
        if not is_same_row:
            self.beginResetModel()
        changed = [row for row, (new, old) in enumerate(zip(parts, self._parts, strict=False)) if new is not old]
        self._parts = parts
        self._sizes = {part: self._sizes[part] for part in parts if part in self._sizes}
        self._owners = {inner.key: part.key for part in parts for inner in part.walk()}
        if is_same_row:
            for row in changed:
                self.dataChanged.emit(self.index(row), self.index(row))
        else:
            self.endResetModel()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Mark the parts that have findings; those of a part inside count for the one that holds it."""
        by_part: dict[Key, list[Finding]] = {}
        for finding in findings:
            owner = self._owners.get(finding.where.key) if finding.where.key is not None else None
            if owner is not None:
                by_part.setdefault(owner, []).append(finding)
        if by_part != self._findings:
            self._findings = by_part
            if self._parts:
                self.dataChanged.emit(self.index(0), self.index(len(self._parts) - 1))

    def row_of(self, key: Key) -> int:
        """Give the row of a part or of one inside it; -1 if there is none."""
        owner = self._owners.get(key)
        return next((row for row, part in enumerate(self._parts) if part.key == owner), -1)

    def part(self, index: Index) -> Entity | None:
        """Give the part of a row."""
        return self._parts[index.row()] if index.isValid() and index.row() < len(self._parts) else None

    def total(self) -> int:
        """Octets of all contents, decoded."""
        return sum(map(self.size, self._parts))

    def size(self, part: Entity) -> int:
        """Octets of the content of a part, decoded."""
        if part not in self._sizes:
            self._sizes[part] = size_of(part)
        return self._sizes[part]

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self._parts)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See Qt."""
        part = self.part(index)
        if part is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name_of(part)
            case Qt.ItemDataRole.UserRole:
                return self._card(part)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._card(part).tip
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Parts can be dragged out as files."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def _card(self, part: Entity) -> Card:
        findings = self._findings.get(part.key, [])
        size = human_size(self.size(part))
        words = f"{part.disposition or 'no disposition'} · {size}"
        worst = min((finding.severity for finding in findings), key=lambda s: s.rank, default=None)
        said = [f"{finding.severity.value.capitalize()}: {finding.message}" for finding in findings]
        name = name_of(part)
        tip = "\n".join((name, f"{part.media_type}, {part.disposition or 'no disposition'}, {size}", *said))
        return Card(name, words, *icon_of(part.media_type), worst.value if worst else "", tip)


def size_of(part: Entity) -> int:
    """Give the octets of a part's content, decoded; of a large one that was read an estimate, to be quick."""
    octets = part.body.octets
    if part.children:
        return len(octets)
    if part.transfer_encoding is TransferEncoding.BASE64 and octets.base64_content() is None and len(octets) > _LARGE:
        return len(octets) * _CONTENT_OF_LINE // _LINE
    return decoded_length(octets, part.transfer_encoding)
