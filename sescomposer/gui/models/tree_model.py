"""The tree of entities as an item model; a keystroke changes rows, only a change of structure resets."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from sescomposer.core.entity import Entity, Key
from sescomposer.core.numbering import numbers
from sescomposer.gui.icons import icon
from sescomposer.gui.sizes import human_size

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Part", "Details", "Octets")
_KEY_FORMAT = "application/x-sescomposer-part"
_NO_INDEX = QModelIndex()


class _Node:
    """One row."""

    def __init__(self, entity: Entity, parent: "_Node | None", row: int) -> None:
        self.entity = entity
        self.parent = parent
        self.row = row
        self.children: list[_Node] = []


class TreeModel(QAbstractItemModel):
    """Rows are entities, in order.

    Signals:
        moved(object, object, int): key of the part dropped, key of the container, row in it (-1 for the end).
        structure_changed(): after the model was reset.
    """

    moved = Signal(object, object, int)
    structure_changed = Signal()

    def __init__(self, root: Entity, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: dict[Key, _Node] = {}
        self._numbers: dict[Key, str] = {}
        self._top = self._build(root)

    def show_root(self, root: Entity) -> None:
        """Show another tree."""
        if self._shape(root) != self._shape(self._top.entity):
            self.beginResetModel()
            self._top = self._build(root)
            self.endResetModel()
            self.structure_changed.emit()
            return
        for entity in root.walk():
            node = self._nodes[entity.key]
            if node.entity is not entity:
                node.entity = entity
                first = self._index_of(node)
                self.dataChanged.emit(first, first.siblingAtColumn(len(COLUMNS) - 1))

    def index_of(self, key: Key) -> QModelIndex:
        """Give the row of an entity, an invalid index if it is not in the tree."""
        node = self._nodes.get(key)
        return self._index_of(node) if node is not None else QModelIndex()

    def entity(self, index: Index) -> Entity | None:
        """Give the entity of a row."""
        return index.internalPointer().entity if index.isValid() else None

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        """See Qt."""
        if not parent.isValid():
            return self.createIndex(row, column, self._top) if row == 0 else QModelIndex()
        children = parent.internalPointer().children
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index = _NO_INDEX) -> QModelIndex:  # type: ignore[override]  # QObject.parent() too
        """See Qt."""
        node = index.internalPointer().parent if index.isValid() else None
        return self._index_of(node) if node is not None else QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """See Qt."""
        if not parent.isValid():
            return 1
        return len(parent.internalPointer().children) if parent.column() == 0 else 0

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """See Qt."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See Qt."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See Qt."""
        entity = self.entity(index)
        if entity is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(entity)[index.column()]
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return _icon(entity)
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == 2:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return entity.note or f"{entity.media_type}, {len(entity.octets):,} octets"
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(word for word in self._words(entity) if word)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Parts can be dragged; containers take drops."""
        flags = super().flags(index) | Qt.ItemFlag.ItemIsDropEnabled
        entity = self.entity(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if entity is not None and entity is not self._top.entity else flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Parts are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """The key of a part, for moves inside the tree."""
        return [_KEY_FORMAT]

    def mimeData(self, indexes: Any) -> QMimeData:
        """Carry the key of the dragged part."""
        mime = QMimeData()
        entity = self.entity(indexes[0])
        mime.setData(_KEY_FORMAT, str(entity.key if entity else 0).encode("ascii"))
        return mime

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Ask for a move; the tree changes when the edit was made."""
        container = self.entity(parent)
        if container is None or not data.hasFormat(_KEY_FORMAT):
            return False
        key = Key(int(bytes(data.data(_KEY_FORMAT).data())))
        self.moved.emit(key, container.key, row)
        return False

    def _build(self, root: Entity) -> _Node:
        """Make the rows of a tree; no recursion."""
        self._numbers = numbers(root)
        top = _Node(root, None, 0)
        self._nodes = {root.key: top}
        waiting = [top]
        while waiting:
            node = waiting.pop()
            for row, child in enumerate(node.entity.children):
                made = _Node(child, node, row)
                node.children.append(made)
                self._nodes[child.key] = made
                waiting.append(made)
        return top

    @staticmethod
    def _shape(root: Entity) -> list[tuple[Key, int]]:
        """Give keys and numbers of children in order: equal for trees with the same rows."""
        return [(entity.key, len(entity.children)) for entity in root.walk()]

    def _index_of(self, node: _Node) -> QModelIndex:
        return self.createIndex(node.row, 0, node)

    def _words(self, entity: Entity) -> tuple[str, str, str]:
        """Give the words of each column."""
        number = self._numbers.get(entity.key, "")
        name = f"{number}  {entity.media_type}".strip()
        return name, _details(entity), human_size(len(entity.octets))


def _details(entity: Entity) -> str:
    """Say what tells parts apart: name, charset, encoding, disposition."""
    charset = entity.charset if entity.is_text else ""
    encoding = "" if entity.children else entity.transfer_encoding.value
    return ", ".join(word for word in (entity.file_name, charset, encoding, entity.disposition, entity.note) if word)


def _icon(entity: Entity) -> QIcon:
    """Choose the icon by media type."""
    kinds = {"multipart": "tree", "message": "envelope", "image": "image", "text": "text"}
    specific = {"text/html": "html", "application/pdf": "pdf", "text/calendar": "invitation"}
    kind = kinds.get(entity.media_type.partition("/")[0], "file")
    return icon(specific.get(entity.media_type, kind))
