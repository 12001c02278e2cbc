"""Which window shows a file or a draft: each is open once."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow

_TOLD_MS = 5000


def window_with(path: Path) -> "MainWindow | None":
    """Give the composer window that has a file open, None if there is none; the disk is not asked."""
    wanted = _place(path)
    for window in QApplication.topLevelWidgets():
        composer = getattr(window, "composer", None)
        if composer is not None and window.isVisible() and composer.path and _place(composer.path) == wanted:
            return window  # type: ignore[return-value]
    return None


def raise_window_with(path: Path) -> bool:
    """Bring the window that has a file open to the front; whether there is one."""
    window = window_with(path)
    if window is None:
        return False
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.activateWindow()
    window.statusBar().showMessage(f"{path.name} is open here already.", _TOLD_MS)
    return True


def window_with_draft(draft: str) -> "MainWindow | None":
    """Give the composer window that has a draft open, None if there is none."""
    for window in QApplication.topLevelWidgets():
        composer = getattr(window, "composer", None)
        if composer is not None and window.isVisible() and composer.draft == draft:
            return window  # type: ignore[return-value]
    return None


def drafts_in_windows() -> frozenset[str]:
    """Give the ids of the drafts of all composer windows."""
    composers = (getattr(window, "composer", None) for window in QApplication.topLevelWidgets() if window.isVisible())
    return frozenset(composer.draft for composer in composers if composer is not None)


def drafts_to_restore() -> frozenset[str]:
    """Give the ids of the drafts that a crash left and that wait for a choice in the window that asks about them."""
    lists = (getattr(window, "drafts_to_restore", ()) for window in QApplication.topLevelWidgets())
    return frozenset(draft for drafts in lists for draft in drafts)


def _place(path: Path) -> str:
    """Give the one form of a path that stands for a file."""
    return os.path.normcase(os.path.abspath(path))
