"""A line edit that shows a value of the message: undo is the window's, the direction is the text's."""

import unicodedata

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from sescomposer.gui.drops import carries_files
from sescomposer.gui.models.header_rows import changed_span

_NO_LIMIT = 2**31 - 1


def is_right_to_left(text: str) -> bool | None:
    """Tell the direction of a text by its first strong character; None if there is none (UAX 9, P2).

    >>> is_right_to_left("- שלום"), is_right_to_left("1 Hello"), is_right_to_left("12")
    (True, False, None)
    """
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind != "L" for kind in strong if kind in ("L", "R", "AL")), None)


class UndoToWindow(QObject):
    """An event filter for line edits: keys of undo and redo go to the window, which undoes over everything."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the line edit from taking those keys."""
        if event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return True
        return False


class FieldLine(QLineEdit):
    """One line of text.

    Signals:
        edited(str): the user changed the text.
    """

    edited = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Qt would cut what is pasted without a word.
        self.setMaxLength(_NO_LIMIT)
        self.setAccessibleName(name)
        self.installEventFilter(UndoToWindow(self))
        self.textEdited.connect(self.edited)
        self.textChanged.connect(self._follow_direction)

    def show_text(self, text: str) -> None:
        """Show a text; the caret stays where it is, or goes where the text changed."""
        before = self.text()
        if text == before:
            return
        self.setText(text)
        _, stop = changed_span(before, text)
        self.setCursorPosition(stop if self.hasFocus() else 0)

    def _follow_direction(self, text: str) -> None:
        """Write from right to left where the text is."""
        match is_right_to_left(text):
            case True:
                self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            case False:
                self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            case None:
                self.unsetLayoutDirection()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take text; files are for the window, which would be written here as links."""
        if carries_files(event):
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's own menu without an undo of its own."""
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() in ("edit-undo", "edit-redo"):
                menu.removeAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


def end_typing(window: QWidget) -> None:
    """Let the line that is typed in take its text, as when it is left; keys and tool buttons leave the focus there."""
    line = window.focusWidget()
    if isinstance(line, FieldLine) and line.isModified():
        line.setModified(False)
        line.editingFinished.emit()
