"""The tree of parts: shows, selects, moves, removes, and opens what a part can be asked for."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QDrag
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity, Key
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.models.tree_model import DETAILS, PART, PROBLEM, SIZE, TreeModel
from sescomposer.gui.panes.tree_actions import TreeActions
from sescomposer.gui.widgets.marked_details import MarkedDetails
from sescomposer.gui.widgets.selection_colours import SelectionColours

ORIGIN = "tree"
_INDENTATION = 16
_WIDEST_SHARE = 0.6
_BESIDE_MOUSE = QPoint(-12, -20)


class PartsView(QTreeView):
    """The view itself.

    Signals:
        menu_wanted(QPoint): the menu of the current row is wanted at that place of the screen.
    """

    menu_wanted = Signal(QPoint)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key opens the menu below the current row, the mouse where it is."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            row = self.visualRect(self.currentIndex())
            self.menu_wanted.emit(self.viewport().mapToGlobal(row.bottomLeft()))
        else:
            self.menu_wanted.emit(event.globalPos())

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the current row; its picture hangs below the mouse, where it does not hide the mark of the drop."""
        index = self.currentIndex()
        if not index.flags() & Qt.ItemFlag.ItemIsDragEnabled:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        drag.setPixmap(self.viewport().grab(self.visualRect(index)))
        drag.setHotSpot(_BESIDE_MOUSE)
        drag.exec(Qt.DropAction.MoveAction)

    def sizeHintForColumn(self, column: int) -> int:
        """Names of parts may not push everything else out."""
        width = super().sizeHintForColumn(column)
        return min(width, round(self.viewport().width() * _WIDEST_SHARE)) if column == PART else width


class TreePane(QWidget):
    """A view on the tree model, with a menu on each part."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._following = False
        self._collapsed: set[Key] = set()
        self.model = TreeModel(composer.root, self)
        self.view = self._make_view()
        self.actions_of_part = TreeActions(composer, self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setFocusProxy(self.view)
        self._connect()
        self._on_reset()
        self._on_findings_changed()
        self._on_read()

    @property
    def current(self) -> Entity:
        """The selected part, the message if none is."""
        return self.model.entity(self.view.currentIndex()) or self._composer.root

    def sizeHint(self) -> QSize:
        """Room for a usual message."""
        return QSize(480, 200)

    def _make_view(self) -> PartsView:
        view = PartsView(self)
        view.setModel(self.model)
        view.setAccessibleName("Tree of parts")
        SelectionColours(view)
        view.setUniformRowHeights(True)
        view.setAllColumnsShowFocus(True)
        view.setIndentation(_INDENTATION)
        view.setFrameShape(QTreeView.Shape.NoFrame)
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setExpandsOnDoubleClick(False)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setItemDelegateForColumn(DETAILS, MarkedDetails(view))
        header = view.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        # Only rows in view are measured, or a key would cost a look at a thousand rows.
        header.setResizeContentsPrecision(0)
        for column in (PART, SIZE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(DETAILS, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(PROBLEM, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(PROBLEM, 28)
        return view

    def _connect(self) -> None:
        composer, view, model = self._composer, self.view, self.model
        view.menu_wanted.connect(self._on_menu)
        view.doubleClicked.connect(self._on_activated)
        view.collapsed.connect(self._on_collapsed)
        view.expanded.connect(self._on_expanded)
        view.selectionModel().currentChanged.connect(self._on_current_changed)
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self._on_inserted)
        # The view is in the midst of a drop when it tells.
        model.moved.connect(self._on_moved, Qt.ConnectionType.QueuedConnection)
        composer.message_changed.connect(self._on_message_changed)
        composer.selection_changed.connect(self._on_selection_changed)
        composer.findings_changed.connect(self._on_findings_changed)
        composer.reader.changed.connect(self._on_read)

    @Slot()
    def _on_message_changed(self) -> None:
        """Show the new tree; what was selected stays so, or what took its place is."""
        self._following = True
        self.model.show_root(self._composer.root)
        self._following = False
        if self.model.index_of(self._composer.selection.key).isValid():
            self._show_current(self._composer.selection.key)
        else:
            self._composer.select(Selection(self.current.key, origin=ORIGIN))
            self._show_current(self._composer.selection.key)
        self._fit_actions()

    @Slot()
    def _on_reset(self) -> None:
        self._open(QModelIndex())
        self._show_current(self._composer.selection.key)
        self._fit_actions()

    @Slot(QModelIndex, int, int)
    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """What is new is open, but for what the user closed."""
        if first == 0 and last == self.model.rowCount(parent) - 1 and self._key(parent) not in self._collapsed:
            self.view.expand(parent)
        for row in range(first, last + 1):
            child = self.model.index(row, 0, parent)
            if self.model.rowCount(child):
                self._open(child)

    def _open(self, index: QModelIndex) -> None:
        """Expand a row and all below it, but for those that the user closed."""
        closed, self._following = set(self._collapsed), True
        if index.isValid():
            self.view.expandRecursively(index)
        else:
            self.view.expandAll()
        for key in closed:
            place = self.model.index_of(key)
            if place.isValid():
                self.view.collapse(place)
        self._collapsed, self._following = closed, False

    @Slot(QModelIndex)
    def _on_collapsed(self, index: QModelIndex) -> None:
        if not self._following:
            self._collapsed.add(self._key(index))

    @Slot(QModelIndex)
    def _on_expanded(self, index: QModelIndex) -> None:
        if not self._following:
            self._collapsed.discard(self._key(index))

    def _key(self, index: QModelIndex) -> Key:
        entity = self.model.entity(index)
        return entity.key if entity is not None else Key(0)

    @Slot(object)
    def _on_selection_changed(self, selection: Selection) -> None:
        if selection.origin != ORIGIN:
            self._show_current(selection.key)
            self._fit_actions()

    def _show_current(self, key: Key) -> None:
        """Select a row without telling the composer."""
        index = self.model.index_of(key)
        if not index.isValid() or index == self.view.currentIndex():
            return
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._following = True
        self.view.selectionModel().setCurrentIndex(index, flags)
        self._following = False
        self.view.scrollTo(index)

    @Slot()
    def _on_current_changed(self) -> None:
        if not self._following:
            self._composer.select(Selection(self.current.key, origin=ORIGIN))
            self._fit_actions()

    @Slot()
    def _on_findings_changed(self) -> None:
        self.model.show_findings(self._composer.findings)

    @Slot()
    def _on_read(self) -> None:
        """Show what the layers of protection hold; where the selected part is gone, what took its place is selected."""
        self._following = True
        self.model.show_layers(self._composer.reader.rows)
        self._following = False
        if not self.model.index_of(self._composer.selection.key).isValid():
            self._composer.select(Selection(self.current.key, origin=ORIGIN))
        self._show_current(self._composer.selection.key)
        self._fit_actions()

    def _fit_actions(self) -> None:
        current = self.current
        self.actions_of_part.show_part(current, is_locked=self.model.is_locked(current.key))

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        self._fit_actions()
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.actions_of_part.fill(menu)
        menu.popup(place)

    @Slot()
    def _on_activated(self) -> None:
        self.actions_of_part.open_properties()

    @Slot(object, object, int)
    def _on_moved(self, key: Key, container: Key, row: int) -> None:
        self.actions_of_part.move_to(key, container, row)
