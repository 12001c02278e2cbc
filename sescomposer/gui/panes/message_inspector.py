"""A message that stands: its tree of parts above, every octet below, nothing to edit.

With a reader, the tree has what layers of protection hold too, and a line above says what became of them.
"""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSplitter, QTreeView, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity, Key
from sescomposer.core.location import locate, offset_of
from sescomposer.gui.layers.reader import MessageReader
from sescomposer.gui.models.tree_model import DETAILS, PART, PROBLEM, SIZE, TreeModel
from sescomposer.gui.panes.raw_pane import RawPane
from sescomposer.gui.reading.strip import ReadingStrip, SpaceBar
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.marked_details import MarkedDetails
from sescomposer.gui.widgets.selection_colours import SelectionColours

_SHARES = (30, 70)


class MessageInspector(QWidget):
    """Tree and raw source of a message that was sealed, submitted or delivered; one selects in the other.

    Args:
        runner: Long searches run there.
        reader: Opens layers of protection, None where they stay closed. Whoever owns it lets it read.

    Signals:
        told(str): a sentence for a status bar.
        details_wanted(): everything that the reader found out is wanted.
    """

    told = Signal(str)
    details_wanted = Signal()

    def __init__(
        self, runner: TaskRunner, parent: QWidget | None = None, *, reader: MessageReader | None = None
    ) -> None:
        super().__init__(parent)
        self._root: Entity | None = None
        self._space: Entity | None = None
        self._marked: tuple[str, ...] = ()
        self._reader = reader
        self._following = False
        self._shown = 0
        self.model: TreeModel | None = None
        self.tree = self._make_tree()
        self.raw = RawPane(runner, self, states=False)
        self.space_bar = SpaceBar(self)
        self.storeys = QSplitter(Qt.Orientation.Vertical, self)
        self.storeys.addWidget(self.tree)
        self.storeys.addWidget(self._with_space_bar())
        self.storeys.setChildrenCollapsible(False)
        for index, share in enumerate(_SHARES):
            self.storeys.setStretchFactor(index, share)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if reader is not None:
            self.strip = ReadingStrip(reader, self, has_details=True)
            self.strip.details_wanted.connect(self.details_wanted)
            reader.changed.connect(self._on_read)
            layout.addWidget(self.strip)
        layout.addWidget(self.storeys, 1)
        self.setFocusProxy(self.tree)
        self.raw.caret_moved.connect(self._on_caret_moved)
        self.raw.told.connect(self.told)
        self.raw.follow_parts(lambda: self._shown_root)
        self.space_bar.message_wanted.connect(self._on_message_wanted)

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
        self._space = None
        self._marked = tuple(marked)
        if self.model is None:
            self.model = TreeModel(root, self)
            self.tree.setModel(self.model)
            self._fit_columns()
            self.tree.selectionModel().currentChanged.connect(self._on_current_changed)
        else:
            self.model.show_root(root)
        self._on_read()
        self.tree.expandAll()
        self._show_octets()
        self._select(self.model.index(0, 0))
        self.raw.tint(0, 0)
        self.raw.place_caret(0)

    def show_part(self, key: Key) -> None:
        """Select a part, of the message or of what a layer holds, and show its octets."""
        if self.model is not None and (index := self.model.index_of(key)).isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    @property
    def _shown_root(self) -> Entity | None:
        """The root of the octets that are shown."""
        return self._root if self._space is None else self._space

    def _show_octets(self) -> None:
        """Show the octets of the message, or those of the layer that the selected part stands in."""
        root = self._shown_root
        if root is None:
            return
        self._shown += 1
        words, opened = "", self._reader.opened if self._reader is not None else None
        if self._space is not None and opened is not None and (space := opened.space_of(root.key)) is not None:
            from sescomposer.gui.layers.words import space_words

            words = space_words(opened, space)
        self.space_bar.say(words)
        self.raw.show_octets(root.octets, self._shown)
        self.raw.mark_provisional(spans_of_fields(root, self._marked) if self._space is None else ())

    def _enter(self, key: Key) -> None:
        """Show the octets that an entity stands in, if they are others than those that are shown."""
        space = self._reader.space_of(key) if self._reader is not None else None
        inside = space.inside if space is not None else None
        if inside is not self._space:
            self._space = inside
            self._show_octets()

    @Slot()
    def _on_read(self) -> None:
        """Show what the layers hold; a part that is gone is left for the message."""
        reader = self._reader
        if reader is None or self.model is None or reader.root is not self._root:
            return
        self.model.show_layers(reader.rows)
        self.tree.expandAll()
        if self._space is not None and not self.model.index_of(self._space.key).isValid():
            self._on_message_wanted()

    @Slot()
    def _on_message_wanted(self) -> None:
        if self._root is not None:
            self._enter(self._root.key)
            self.show_part(self._root.key)

    def _with_space_bar(self) -> QWidget:
        """Give the raw source below the line that says whose octets it shows."""
        both = QWidget(self)
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.space_bar)
        column.addWidget(self.raw, 1)
        return both

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
        tree.setItemDelegateForColumn(DETAILS, MarkedDetails(tree))
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
        if entity is not None:
            self._enter(entity.key)
        root = self._shown_root
        if entity is None or entity is root or root is None:
            self.raw.tint(0, 0)
            self.raw.place_caret(0)
            return
        start = offset_of(root, entity.key)
        self.raw.tint(start, start + len(entity.octets))
        self.raw.place_caret(start)

    @Slot(object)
    def _on_caret_moved(self, offset: int) -> None:
        """Show which part the octet belongs to."""
        root = self._shown_root
        if root is None or self.model is None:
            return
        entity = locate(root, offset).entity
        self._select(self.model.index_of(entity.key))
        start = offset_of(root, entity.key)
        self.raw.tint(*((0, 0) if entity is root else (start, start + len(entity.octets))))

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
