"""A window that takes the files dropped on it where no pane does, and says beside the mouse what that means.

It is imported before the first paint, and so does not name `Qt` before a drag: its hundred enumerations are made then.
"""

from typing import TYPE_CHECKING

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from sescomposer.gui.drops import FileDrop


class DropWindow(QMainWindow):
    """Base of a window; it takes drops once `setAcceptDrops` was called."""

    @property
    def is_untouched(self) -> bool:
        """Whether a file that is opened takes this window's place."""
        raise NotImplementedError

    def take_dropped(self, files: "FileDrop") -> None:
        """Do with dropped files what was said."""
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that no pane takes."""
        self._hover(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Say what dropping does."""
        self._hover(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Say so no more."""
        from sescomposer.gui.drops import hide_hint

        hide_hint(self)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open or attach what was dropped."""
        from PySide6.QtCore import Qt

        from sescomposer.gui.drops import elsewhere, files_of, hide_hint

        hide_hint(self)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take_dropped(elsewhere(files_of(event, self)))

    def _hover(self, event: QDropEvent) -> None:
        from PySide6.QtCore import Qt

        from sescomposer.gui.drops import elsewhere, files_of, show_hint

        found = elsewhere(files_of(event, self))
        words = found.words(in_new_window=len(found.opened) > 1 or not self.is_untouched)
        if not words:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        show_hint(self, words, event.position().toPoint())
