"""A message that stands: its tree of parts above, every octet below, nothing to edit."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSplitter, QTreeView, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity
from sescomposer.core.location import locate, offset_of
from sescomposer.gui.models.tree_model import DETAILS, PART, PROBLEM, SIZE, TreeModel
from sescomposer.gui.panes.raw_pane import RawPane
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.selection_colours import SelectionColours

_SHARES = (30, 70)


class MessageInspector(QWidget):
    """Tree and raw source of a message that was sealed, submitted or delivered; one selects in the other.

    Args:
        runner: Long searches run there.

    Signals:
        told(str): a sentence for a status bar.
    """

    told = Signal(str)

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._root: Entity | None = None
        self._following = False
        self._shown = 0
        self.model: TreeModel | None = None
        self.tree = self._make_tree()
        self.raw = RawPane(runner, self, states=False)
        self.storeys = QSplitter(Qt.Orientation.Vertical, self)
        self.storeys.addWidget(self.tree)
        self.storeys.addWidget(self.raw)
        self.storeys.setChildrenCollapsible(False)
        for index, share in enumerate(_SHARES):
            self.storeys.setStretchFactor(index, share)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.storeys)
        self.setFocusProxy(self.tree)
        self.raw.caret_moved.connect(self._on_caret_moved)
        self.raw.told.connect(self.told)
        self.raw.follow_parts(lambda: self._root)

    @property
    def root(self) -> Entity | None:
        """The message that is shown."""
        return self._root

    def show_message(self, root: Entity, marked: Sequence[str] = ()) -> None:
        """Show a message.

        Args:
            root: Its tree; the octets shown are those it was read from.
            marked: Names of header fields of the root to mark, such as those that sealing stamped.
        """
        self._root = root
        self._shown += 1
        if self.model is None:
            self.model = TreeModel(root, self)
            self.tree.setModel(self.model)
            self._fit_columns()
            self.tree.selectionModel().currentChanged.connect(self._on_current_changed)
        else:
            self.model.show_root(root)
        self.tree.expandAll()
        self.raw.show_octets(root.octets, self._shown)
        self.raw.mark_provisional(spans_of_fields(root, marked))
        self._select(self.model.index(0, 0))
        self.raw.tint(0, 0)
        self.raw.place_caret(0)

    def sizeHint(self) -> QSize:
        """Room for a usual message."""
        return QSize(560, 480)

    def _make_tree(self) -> QTreeView:
        tree = QTreeView(self)
        tree.setAccessibleName("Tree of parts")
        SelectionColours(tree)
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        tree.setFrameShape(QTreeView.Shape.NoFrame)
        tree.setIndentation(16)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        return tree

    def _fit_columns(self) -> None:
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setResizeContentsPrecision(0)
        for column in (PART, SIZE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(DETAILS, QHeaderView.ResizeMode.Stretch)
        # Findings belong to messages that can be mended.
        self.tree.setColumnHidden(PROBLEM, True)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex) -> None:
        """Show the octets of the part."""
        if self._following or self.model is None or self._root is None:
            return
        entity = self.model.entity(current)
        if entity is None or entity is self._root:
            self.raw.tint(0, 0)
            self.raw.place_caret(0)
            return
        start = offset_of(self._root, entity.key)
        self.raw.tint(start, start + len(entity.octets))
        self.raw.place_caret(start)

    @Slot(object)
    def _on_caret_moved(self, offset: int) -> None:
        """Show which part the octet belongs to."""
        if self._root is None or self.model is None:
            return
        entity = locate(self._root, offset).entity
        self._select(self.model.index_of(entity.key))
        start = offset_of(self._root, entity.key)
        self.raw.tint(*((0, 0) if entity is self._root else (start, start + len(entity.octets))))

    def _select(self, index: QModelIndex) -> None:
        """Select a row; the raw source stays where it is."""
        self._following = True
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.tree.selectionModel().setCurrentIndex(index, flags)
        self.tree.scrollTo(index)
        self._following = False


def spans_of_fields(root: Entity, names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    r"""Give the octets of the header fields of those names.

    >>> from sescomposer.core.parse import parse
    >>> spans_of_fields(parse(b"To: a\r\nDate: b\r\n\r\n"), ("date",))
    ((7, 16),)
    """
    wanted = {name.lower() for name in names}
    spans, start = [], 0
    for field in root.header.fields if wanted else ():
        stop = start + len(field.octets)
        if field.name.lower() in wanted:
            spans.append((start, stop))
        start = stop
    return tuple(spans)
