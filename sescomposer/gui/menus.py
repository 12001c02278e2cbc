"""Menus and toolbar of a composer window, made from the declared actions."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QWidget

from sescomposer.gui.actions import ACTIONS, MENUS, ActionInfo, in_menu
from sescomposer.gui.icons import icon

_ICON = QSize(18, 18)
# Numbers of Qt.ContextMenuPolicy and Qt.ToolButtonStyle: to name them loads every name of Qt, a tenth of a start.
_PREVENT_CONTEXT_MENU = 4
_TEXT_BESIDE_ICON = 2
_GAP_BEFORE = frozenset({"attach", "sign", "check"})
"""Actions of the toolbar before which a line divides it."""
_RIGHT = "inbox"
"""The action from which on the toolbar stands at the right edge."""


def make_actions(window: QMainWindow, run: Callable[[str], None]) -> dict[str, QAction]:
    """Make every declared action; `run` is given its name."""
    made: dict[str, QAction] = {}
    for info in ACTIONS:
        made[info.name] = _make_action(info, window)
        # Not with the state of a switch: whether a partial is handed it is up to the binding.
        made[info.name].triggered.connect(lambda checked=False, name=info.name: run(name))
    return made


def _make_action(info: ActionInfo, window: QMainWindow) -> QAction:
    action = QAction(info.label, window, checkable=info.checkable)
    if info.icon:
        action.setIcon(icon(info.icon))
    action.setShortcuts([QKeySequence(keys) for keys in info.keys])
    action.setIconText(info.short or info.words.removesuffix("..."))
    action.setObjectName(info.name)
    return action


def describe(actions: dict[str, QAction]) -> None:
    """Give the actions their help; nobody can ask for it before the window is painted."""
    native = QKeySequence.SequenceFormat.NativeText
    for info in ACTIONS:
        action = actions[info.name]
        action.setStatusTip(info.help)
        action.setToolTip(info.help + (f" ({action.shortcut().toString(native)})" if info.keys else ""))


def fill_menu_bar(window: QMainWindow, actions: dict[str, QAction], recent: QMenu) -> None:
    """Make the menus; that of recent files stands behind the entries that open."""
    for title in MENUS:
        menu = window.menuBar().addMenu(f"&{title}")
        for info in in_menu(title):
            if info.gap:
                menu.addSeparator()
            menu.addAction(actions[info.name])
            if info.name == "open":
                menu.addMenu(recent)


def make_toolbar(window: QMainWindow, actions: dict[str, QAction]) -> QToolBar:
    """Make the toolbar: what starts and adds at the left, where the message goes at the right."""
    bar = QToolBar("Main toolbar", window)
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setProperty("contextMenuPolicy", _PREVENT_CONTEXT_MENU)
    bar.setProperty("toolButtonStyle", _TEXT_BESIDE_ICON)
    bar.setIconSize(_ICON)
    for info in ACTIONS:
        if not info.toolbar:
            continue
        if info.name in _GAP_BEFORE:
            bar.addSeparator()
        if info.name == _RIGHT:
            space = QWidget(bar)
            space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            bar.addWidget(space)
        bar.addAction(actions[info.name])
    return bar


class RecentFiles(QMenu):
    """The files that were opened or saved last; filled when it is opened.

    Args:
        names: Gives their paths, newest first.
        opened: Called with the path that was chosen.
    """

    def __init__(self, names: Callable[[], tuple[str, ...]], opened: Callable[[Path], None], parent: QWidget) -> None:
        super().__init__("Open &recent", parent)
        self._names = names
        self._opened = opened
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for number, name in enumerate(self._names(), start=1):
            path = Path(name)
            action = self.addAction(f"&{number % 10}  {path.name.replace('&', '&&')}")
            action.setStatusTip(name)
            action.setToolTip(name)
            action.triggered.connect(partial(self._open, path))
        if self.isEmpty():
            self.addAction("No files yet").setEnabled(False)

    def _open(self, path: Path, checked: bool = False) -> None:
        self._opened(path)
