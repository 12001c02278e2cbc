"""The tree of entities as an item model: an edit touches the rows that changed, a move removes and inserts a few.

Rows are named by the keys of their entities, so that an index that outlived its row leads nowhere instead of astray.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from sescomposer.core.entity import Entity, Key
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.numbering import numbers
from sescomposer.gui.icons import icon
from sescomposer.gui.models.layer_rows import NO_LAYERS, Inside, LayerRows, RowMark
from sescomposer.gui.models.part_words import details, icon_of, is_sealed_off, part_tip
from sescomposer.gui.sizes import human_size

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Part", "Details", "Size", "")
PART, DETAILS, SIZE, PROBLEM = range(4)
_KEY_FORMAT = "application/x-sescomposer-part"
_NO_INDEX = QModelIndex()
_SELECTABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_LEAF = _SELECTABLE | Qt.ItemFlag.ItemNeverHasChildren
"""Flags are put together once: Qt asks for those of thousands of rows."""


class _Node:
    """One row."""

    __slots__ = ("children", "entity", "parent", "row")

    def __init__(self, entity: Entity, parent: "_Node | None", row: int) -> None:
        self.entity = entity
        self.parent = parent
        self.row = row
        self.children: list[_Node] = []

    def walk(self) -> "Iterator[_Node]":
        """Give this node and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children)


class TreeModel(QAbstractItemModel):
    """Rows are entities, in order.

    Signals:
        moved(object, object, int): a part was dropped: its key, the container's key, its number there once it moved.
    """

    moved = Signal(object, object, int)

    def __init__(self, root: Entity, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: dict[Key, _Node] = {}
        self._layers = NO_LAYERS
        self._insides: dict[Key, Inside] = {}
        self._numbers = numbers(root)
        self._findings: dict[Key, list[Finding]] = {}
        self._top = self._made(root, None, 0)

    def show_root(self, root: Entity) -> None:
        """Show another tree; rows of entities that are in both stay."""
        if root is self._top.entity:
            return
        if root.key != self._top.entity.key:
            self.beginResetModel()
            self._nodes.clear()
            self._numbers = self._numbers_of(root)
            self._top = self._made(root, None, 0)
            self.endResetModel()
            return
        changed: list[_Node] = []
        known = len(self._nodes)
        grown = self._shrink(root, changed)
        if grown or len(self._nodes) != known:
            self._grow(grown)
            self._number_anew()
        for node in changed:
            self._tell(node, PART, PROBLEM)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Mark the parts that have findings."""
        found: dict[Key, list[Finding]] = {}
        for finding in findings:
            if finding.where.key is not None:
                found.setdefault(finding.where.key, []).append(finding)
        before, self._findings = self._findings, found
        for key in {*before, *found}:
            node = self._nodes.get(key)
            if node is not None and before.get(key) != found.get(key):
                self._tell(node, PART, PROBLEM)

    def show_layers(self, layers: LayerRows) -> None:
        """Show what the layers of protection hold below what carries them, and mark what was found."""
        before, self._layers = self._layers, layers
        self._insides = {inside.entity.key: inside for inside in layers.insides.values()}
        changed = False
        for key in dict.fromkeys((*before.insides, *layers.insides)):
            node = self._nodes.get(key)
            if node is not None and [child.entity for child in node.children] != list(self._children(node.entity)):
                changed = True
                self._replace_children(node)
        if changed:
            self._number_anew()
        for key in {*before.marks, *layers.marks}:
            node = self._nodes.get(key)
            if node is not None and before.marks.get(key) != layers.marks.get(key):
                self._tell(node, PART, PROBLEM)

    def _replace_children(self, node: _Node) -> None:
        """Give a node the rows that it should have; those at both ends that stay are left alone."""
        wanted = self._children(node.entity)
        first, behind = _common_ends([child.entity.key for child in node.children], wanted)
        self._remove(node, first, len(node.children) - behind)
        self._grow([(node, first, wanted[first : len(wanted) - behind])])

    def _children(self, entity: Entity) -> tuple[Entity, ...]:
        """Give what stands below an entity: its parts, and what it holds as a layer of protection."""
        inside = self._layers.insides.get(entity.key)
        return entity.children if inside is None else (*entity.children, inside.entity)

    def _numbers_of(self, root: Entity) -> dict[Key, str]:
        """Give the part numbers; what a layer holds is numbered by itself."""
        found = numbers(root)
        for inside in self._insides.values():
            found.update(numbers(inside.entity))
        return found

    def index_of(self, key: Key) -> QModelIndex:
        """Give the row of an entity, an invalid index if it is not in the tree."""
        node = self._nodes.get(key)
        return self._index_of(node) if node is not None else QModelIndex()

    def entity(self, index: Index) -> Entity | None:
        """Give the entity of a row."""
        node = self._node(index)
        return node.entity if node is not None else None

    def is_locked(self, key: Key) -> bool:
        """Whether a part lies below a signature or inside encryption, where nothing is edited."""
        node = self._nodes.get(key)
        while node is not None and node.parent is not None:
            node = node.parent
            if is_sealed_off(node.entity) or node.entity.key in self._layers.insides:
                return True
        return False

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        """See Qt."""
        if not 0 <= column < len(COLUMNS):
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, int(self._top.entity.key)) if row == 0 else QModelIndex()
        node = self._node(parent)
        if node is None or parent.column() != 0 or not 0 <= row < len(node.children):
            return QModelIndex()
        return self.createIndex(row, column, int(node.children[row].entity.key))

    def parent(self, index: Index = _NO_INDEX) -> QModelIndex:  # type: ignore[override]  # QObject.parent() too
        """See Qt."""
        node = self._node(index)
        return self._index_of(node.parent) if node is not None and node.parent is not None else QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """See Qt."""
        if not parent.isValid():
            return 1
        node = self._node(parent)
        return len(node.children) if node is not None and parent.column() == 0 else 0

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """See Qt."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See Qt."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return COLUMNS[section] or "Problems"
            case Qt.ItemDataRole.TextAlignmentRole if section == SIZE:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See Qt."""
        node = self._node(index)
        if node is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(node)[index.column()]
            case Qt.ItemDataRole.DecorationRole:
                return self._icon(node, index.column())
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == SIZE:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                found = [finding.message for finding in self._found(node)]
                return part_tip(node.entity, self.is_locked(node.entity.key), found, self._told(node))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(node, index.column())
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Parts that may be moved can be dragged; multiparts take drops."""
        node = self._node(index)
        if node is None:
            return Qt.ItemFlag.NoItemFlags
        flags = _SELECTABLE if node.children or node.entity.is_multipart else _LEAF
        if self.is_locked(node.entity.key):
            return flags
        if node.parent is not None and node.parent.entity.is_multipart:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if node.entity.is_multipart and not is_sealed_off(node.entity):
            flags |= Qt.ItemFlag.ItemIsDropEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Parts are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """The key of a part, for moves inside this tree."""
        return [_KEY_FORMAT]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Carry the key of the dragged part."""
        mime = QMimeData()
        mime.setData(_KEY_FORMAT, f"{self._stamp}{indexes[0].internalId()}".encode("ascii"))
        return mime

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Whether the dragged part may go there: not into itself, and not below a signature."""
        part, container = self._dragged(data), self._node(parent)
        if part is None or container is None or not self.flags(parent) & Qt.ItemFlag.ItemIsDropEnabled:
            return False
        around: _Node | None = container
        while around is not None and around is not part:
            around = around.parent
        return around is None

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Ask for a move; rows move once the edit is made, so the view is told that nothing was dropped."""
        part, container = self._dragged(data), self._node(parent)
        if part is None or container is None or not self.canDropMimeData(data, action, row, column, parent):
            return False
        place = len(container.children) if row < 0 else row
        if part.parent is container and part.row < place:
            place -= 1
        self.moved.emit(part.entity.key, container.entity.key, place)
        return False

    @property
    def _stamp(self) -> str:
        """Tells our drags from those of other windows and processes, whose keys mean other parts."""
        return f"{os.getpid()} {id(self)} "

    def _dragged(self, data: QMimeData) -> _Node | None:
        words = bytes(data.data(_KEY_FORMAT).data()).decode("ascii", "replace")
        number = words.removeprefix(self._stamp)
        return self._nodes.get(Key(int(number))) if words.startswith(self._stamp) and number.isdigit() else None

    def _shrink(self, root: Entity, changed: list[_Node]) -> list[tuple[_Node, int, tuple[Entity, ...]]]:
        """Give nodes their new entities and remove the rows that are gone.

        Removing comes before inserting everywhere, so that no key is in two places.

        Returns:
            Where rows are missing: node, first row, entities.
        """
        missing: list[tuple[_Node, int, tuple[Entity, ...]]] = []
        waiting = [(self._top, root)]
        while waiting:
            node, entity = waiting.pop()
            node.entity = entity
            changed.append(node)
            children = self._children(entity)
            first, behind = _common_ends([child.entity.key for child in node.children], children)
            self._remove(node, first, len(node.children) - behind)
            added = children[first : len(children) - behind]
            if added:
                missing.append((node, first, added))
            kept = (*children[:first], *children[len(children) - behind :])
            pairs = zip(node.children, kept, strict=True)
            waiting.extend((child, new) for child, new in pairs if child.entity is not new)
        return missing

    def _remove(self, node: _Node, first: int, stop: int) -> None:
        if first >= stop:
            return
        self.beginRemoveRows(self._index_of(node), first, stop - 1)
        for child in node.children[first:stop]:
            for gone in child.walk():
                del self._nodes[gone.entity.key]
        del node.children[first:stop]
        _number_rows(node, first)
        self.endRemoveRows()

    def _grow(self, missing: list[tuple[_Node, int, tuple[Entity, ...]]]) -> None:
        """Insert the rows that are new."""
        for node, first, added in missing:
            self.beginInsertRows(self._index_of(node), first, first + len(added) - 1)
            node.children[first:first] = [self._made(entity, node, 0) for entity in added]
            _number_rows(node, first)
            self.endInsertRows()

    def _made(self, entity: Entity, parent: _Node | None, row: int) -> _Node:
        """Make the rows of an entity and of all below it; no recursion."""
        top = _Node(entity, parent, row)
        waiting = [top]
        while waiting:
            node = waiting.pop()
            self._nodes[node.entity.key] = node
            node.children = [_Node(child, node, number) for number, child in enumerate(self._children(node.entity))]
            waiting.extend(node.children)
        return top

    def _tell(self, node: _Node, first: int, last: int) -> None:
        index = self._index_of(node)
        self.dataChanged.emit(index.siblingAtColumn(first), index.siblingAtColumn(last))

    def _number_anew(self) -> None:
        """Take the new part numbers; until here the old ones held, as rows may not change while others come and go."""
        before, self._numbers = self._numbers, self._numbers_of(self._top.entity)
        for node in self._nodes.values():
            keys = [child.entity.key for child in node.children]
            if any(before.get(key) != self._numbers.get(key) for key in keys):
                self.dataChanged.emit(self._index_of(node.children[0]), self._index_of(node.children[-1]))

    def _node(self, index: Index) -> _Node | None:
        return self._nodes.get(Key(index.internalId())) if index.isValid() else None

    def _index_of(self, node: _Node) -> QModelIndex:
        return self.createIndex(node.row, 0, int(node.entity.key))

    def _found(self, node: _Node) -> Sequence[Finding]:
        return self._findings.get(node.entity.key, ())

    def _worst(self, node: _Node) -> Severity | None:
        return min((finding.severity for finding in self._found(node)), key=lambda s: s.rank, default=None)

    def _words(self, node: _Node) -> tuple[str, str, str, str]:
        """Give the words of each column."""
        entity, inside = node.entity, self._insides.get(node.entity.key)
        name = f"{inside.name if inside else self._numbers.get(entity.key, '')}  {entity.media_type}".strip()
        words = (mark.words if (mark := self._mark(node)) else "", details(entity, self.is_locked(entity.key)))
        return name, " \N{MIDDLE DOT} ".join(word for word in words if word), human_size(len(entity.octets)), ""

    def _mark(self, node: _Node) -> RowMark | None:
        return self._layers.marks.get(node.entity.key)

    def _told(self, node: _Node) -> str:
        """What a tool tip says of protection."""
        mark = self._mark(node)
        return mark.words.capitalize() if mark is not None else ""

    def _icon(self, node: _Node, column: int) -> Any:
        mark = self._mark(node) if column == DETAILS else None
        if mark is not None:
            return icon(mark.icon, mark.role)
        if column == PART:
            return icon_of(node.entity)
        worst = self._worst(node) if column == PROBLEM else None
        return icon(worst.value, worst.value) if worst is not None else None

    def _spoken(self, node: _Node, column: int) -> str:
        """What a screen reader says: of the first column the whole row."""
        words = self._words(node)
        worst = self._worst(node)
        marked = (*words[:PROBLEM], f"has {worst.value}s" if worst is not None else "")
        return ", ".join(word for word in marked if word) if column == PART else marked[column]


def _common_ends(keys: Sequence[Key], children: Sequence[Entity]) -> tuple[int, int]:
    """Give how many rows at the start, and how many at the end, are of the same entities."""
    shorter = min(len(keys), len(children))
    first = 0
    while first < shorter and keys[first] == children[first].key:
        first += 1
    behind = 0
    while behind < shorter - first and keys[-1 - behind] == children[-1 - behind].key:
        behind += 1
    return first, behind


def _number_rows(node: _Node, first: int) -> None:
    for row in range(first, len(node.children)):
        node.children[row].row = row
