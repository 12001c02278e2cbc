"""What can be done with a part of the tree: actions with keys, and the menu that holds them."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from sescomposer.core.entity import Entity, Key
from sescomposer.core.structure import move, remake, remove, unwrap, wrap
from sescomposer.gui.composer import Composer
from sescomposer.gui.icons import icon
from sescomposer.gui.reading.lifting import LIFT_WORDS, lift_signature

_SUBTYPES = ("mixed", "related", "alternative")


@dataclass(frozen=True, slots=True)
class _Row:
    """One action: stable name, words, keys, icon; "" where there is none."""

    name: str
    words: str
    keys: str = ""
    icon: str = ""


_ROWS = (
    _Row("properties", "&Properties...", "Alt+Return", "settings"),
    _Row("save", "&Save part...", "Ctrl+Shift+E", "save"),
    _Row("copy_id", "Copy &Content-ID", "Ctrl+C", "copy"),
    _Row("up", "Move &up", "Ctrl+Up", "up"),
    _Row("down", "Move &down", "Ctrl+Down", "down"),
    _Row("encode", "&Encode anew"),
    _Row("unwrap", "Un&wrap"),
    _Row("lift", LIFT_WORDS, icon="sign"),
    _Row("remove", "&Remove part", "Del", "remove"),
)
_SEPARATED = ("up", "encode", "remove")


class TreeActions(QObject):
    """The actions on one part; the view they belong to gets their keys."""

    def __init__(self, composer: Composer, view: QWidget) -> None:
        super().__init__(view)
        self._composer = composer
        self._view = view
        self._part = composer.root
        self.by_name = {row.name: self._made(row) for row in _ROWS}
        self.wraps = tuple(self._made_wrap(subtype) for subtype in _SUBTYPES)

    def _made(self, row: _Row) -> QAction:
        action = QAction(row.words, self._view)
        if row.icon:
            action.setIcon(icon(row.icon))
        action.setShortcut(QKeySequence(row.keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        do: Callable[[], None] = getattr(self, f"do_{row.name}")
        action.triggered.connect(do)
        self._view.addAction(action)
        return action

    def _made_wrap(self, subtype: str) -> QAction:
        action = QAction(f"multipart/{subtype}", self._view)
        # Without a default, the switch that Qt tells would stand in for the subtype.
        action.triggered.connect(lambda checked=False: self._wrap(subtype))
        return action

    def show_part(self, part: Entity, *, is_locked: bool) -> None:
        """Take the part that the actions are about and enable what it allows."""
        self._part = part
        is_root = part is self._composer.root
        allowed = {
            # The fields of what a layer of protection holds cannot be changed; the source shows them.
            "properties": self._composer.reader.space_of(part.key) is None,
            "remove": not is_root and not is_locked,
            "up": not is_locked and self._place(-1) is not None,
            "down": not is_locked and self._place(1) is not None,
            "encode": not part.children and not is_locked,
            "unwrap": part.is_multipart and part.media_type != "multipart/signed" and not is_locked,
            "copy_id": bool(part.content_id),
        }
        for name, is_allowed in allowed.items():
            self.by_name[name].setEnabled(is_allowed)
        is_signed = part.media_type == "multipart/signed" and part.is_multipart
        self.by_name["lift"].setVisible(is_signed)
        self.by_name["lift"].setEnabled(is_signed and not is_locked)
        for action in self.wraps:
            action.setEnabled(not is_locked)

    def fill(self, menu: QMenu) -> None:
        """Put all actions into a menu, those that undo or destroy behind the others."""
        for name, action in self.by_name.items():
            if name in _SEPARATED:
                menu.addSeparator()
            menu.addAction(action)
            if name == "encode":
                menu.addMenu(self._wrap_menu(menu))

    def _wrap_menu(self, menu: QMenu) -> QMenu:
        wraps = QMenu("W&rap in", menu)
        wraps.addActions(self.wraps)
        wraps.setEnabled(self.wraps[0].isEnabled())
        return wraps

    @Slot()
    def open_properties(self) -> None:
        """Show and change what the header says of the part."""
        if not self.by_name["properties"].isEnabled():
            return
        from sescomposer.gui.dialogs.part_dialog import PartDialog

        PartDialog.edit(self._composer, self._part, self._view)

    @Slot()
    def do_properties(self) -> None:
        """See `open_properties`."""
        self.open_properties()

    @Slot()
    def do_save(self) -> None:
        """Save the decoded content in a file."""
        from sescomposer.gui.part_saving import save_part

        save_part(self._composer, self._part, self._view)

    @Slot()
    def do_copy_id(self) -> None:
        """Copy the Content-ID without its brackets, as `cid:` wants it."""
        QGuiApplication.clipboard().setText(self._part.content_id)

    @Slot()
    def do_remove(self) -> None:
        """Take the part out."""
        key, ids = self._part.key, self._composer.ids
        self._composer.edit_root(lambda root: remove(root, key, ids), "remove part")

    @Slot()
    def do_up(self) -> None:
        """Move the part before its sibling."""
        self._shift(-1)

    @Slot()
    def do_down(self) -> None:
        """Move the part behind its sibling."""
        self._shift(1)

    @Slot()
    def do_encode(self) -> None:
        """Choose charset and transfer encoding anew."""
        key, ids = self._part.key, self._composer.ids
        self._composer.edit_root(lambda root: remake(root, key, ids), "encode part")

    @Slot()
    def do_unwrap(self) -> None:
        """Put the parts of a container in its place."""
        key, ids = self._part.key, self._composer.ids
        self._composer.edit_root(lambda root: unwrap(root, key, ids), "unwrap part")

    @Slot()
    def do_lift(self) -> None:
        """Take the content out of its signature, to edit it."""
        lift_signature(self._composer, self._part.key)

    def move_to(self, key: Key, container: Key, row: int) -> None:
        """Move a part into a container; `row` is its number there once it moved."""
        ids = self._composer.ids
        self._composer.edit_root(lambda root: move(root, key, container, row, ids), "move part")

    def _wrap(self, subtype: str) -> None:
        key, ids = self._part.key, self._composer.ids
        self._composer.edit_root(lambda root: wrap(root, key, subtype, ids), f"wrap in multipart/{subtype}")

    def _shift(self, step: int) -> None:
        place = self._place(step)
        if place is not None:
            self.move_to(self._part.key, *place)

    def _place(self, step: int) -> tuple[Key, int] | None:
        """Give container and number of the place that many siblings away, None if there is none."""
        trail = self._composer.root.trail(self._part.key)
        if len(trail) < 2 or not trail[-2].is_multipart:
            return None
        container = trail[-2]
        row = container.children.index(trail[-1]) + step
        return (container.key, row) if 0 <= row < len(container.children) else None
