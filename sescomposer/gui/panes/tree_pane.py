"""The tree of parts: shows, selects, moves, removes, and opens what a part can be asked for."""

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity, Key, Multipart
from sescomposer.core.structure import lift, move, remake, remove
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.icons import icon
from sescomposer.gui.models.tree_model import TreeModel

ORIGIN = "tree"


class TreePane(QWidget):
    """A view on the tree model with a menu on each part."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.model = TreeModel(composer.root, self)
        self.view = QTreeView(self)
        self.view.setModel(self.model)
        self.view.setAccessibleName("Tree of parts")
        self.view.setUniformRowHeights(True)
        self.view.setAllColumnsShowFocus(True)
        self.view.setFrameShape(QTreeView.Shape.NoFrame)
        self.view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._make_actions()
        self.view.customContextMenuRequested.connect(self._on_menu)
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.model.structure_changed.connect(self._on_structure_changed)
        self.model.moved.connect(self._on_moved)
        composer.message_changed.connect(self._on_message_changed)
        composer.selection_changed.connect(self._on_selection_changed)
        self._on_structure_changed()

    @property
    def current(self) -> Entity:
        """The selected part, the message if none is."""
        return self.model.entity(self.view.currentIndex()) or self._composer.root

    def _make_actions(self) -> None:
        """Declare what can be done with a part, with its keys."""
        rows = (
            ("remove", "Remove part", "Del", "remove", self._on_remove),
            ("up", "Move up", "Ctrl+Up", "up", self._on_up),
            ("down", "Move down", "Ctrl+Down", "down", self._on_down),
            ("encode", "Encode anew", "", "", self._on_encode),
            ("lift", "Lift the signature", "", "", self._on_lift),
            ("properties", "Properties...", "Alt+Return", "settings", self._on_properties),
        )
        self.actions_by_name: dict[str, QAction] = {}
        for name, words, keys, icon_name, slot in rows:
            action = QAction(words, self.view)
            if icon_name:
                action.setIcon(icon(icon_name))
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.view.addAction(action)
            self.actions_by_name[name] = action

    @Slot()
    def _on_message_changed(self) -> None:
        self.model.show_root(self._composer.root)

    @Slot()
    def _on_structure_changed(self) -> None:
        self.view.expandAll()
        self._show_current(self._composer.selection.key)

    @Slot(object)
    def _on_selection_changed(self, selection: Selection) -> None:
        if selection.origin != ORIGIN:
            self._show_current(selection.key)

    def _show_current(self, key: Key) -> None:
        """Select a row without telling the composer."""
        index = self.model.index_of(key)
        if index.isValid() and index != self.view.currentIndex():
            selection = self.view.selectionModel()
            selection.blockSignals(True)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            selection.setCurrentIndex(index, flags)
            selection.blockSignals(False)
            self.view.scrollTo(index)
            self.view.viewport().update()

    @Slot()
    def _on_current_changed(self) -> None:
        self._composer.select(Selection(self.current.key, origin=ORIGIN))

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        entity = self.current
        is_root = entity is self._composer.root
        for name in ("remove", "up", "down"):
            self.actions_by_name[name].setEnabled(not is_root)
        self.actions_by_name["lift"].setVisible(entity.media_type == "multipart/signed")
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(list(self.actions_by_name.values()))
        menu.popup(self.view.viewport().mapToGlobal(place))

    @Slot()
    def _on_remove(self) -> None:
        key, ids = self.current.key, self._composer.ids
        self._composer.edit_root(lambda root: remove(root, key, ids), "remove part")

    @Slot()
    def _on_up(self) -> None:
        self._shift(-1)

    @Slot()
    def _on_down(self) -> None:
        self._shift(1)

    def _shift(self, step: int) -> None:
        """Move the part among its siblings."""
        key, ids = self.current.key, self._composer.ids
        trail = self._composer.root.trail(key)
        if len(trail) < 2 or not isinstance(trail[-2].body, Multipart):
            return
        container = trail[-2]
        row = next(i for i, child in enumerate(container.children) if child.key == key) + step
        if 0 <= row < len(container.children):
            self._composer.edit_root(lambda root: move(root, key, container.key, row, ids), "move part")

    @Slot(object, object, int)
    def _on_moved(self, key: Key, container: Key, row: int) -> None:
        ids = self._composer.ids
        self._composer.edit_root(lambda root: move(root, key, container, row, ids), "move part")

    @Slot()
    def _on_encode(self) -> None:
        key, ids = self.current.key, self._composer.ids
        self._composer.edit_root(lambda root: remake(root, key, ids), "encode part")

    @Slot()
    def _on_lift(self) -> None:
        key, ids = self.current.key, self._composer.ids
        self._composer.edit_root(lambda root: lift(root, key, ids), "lift signature")

    @Slot()
    def _on_properties(self) -> None:
        from sescomposer.gui.dialogs.part_dialog import PartDialog

        PartDialog.edit(self._composer, self.current, self)
