"""A few lines of text for a value of the event: undo is the window's, and every change is told with its whole text."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from sescomposer.gui.models.header_rows import changed_span
from sescomposer.gui.widgets.field_line import UndoToWindow

_PARAGRAPH = "\u2029"


class TextBox(QPlainTextEdit):
    """Edits a text with LF line ends.

    Signals:
        edited(str): the user changed the text.
    """

    edited = Signal(str)

    def __init__(self, name: str, parent: QWidget, *, lines: int = 4) -> None:
        super().__init__(parent)
        self._lines = lines
        self._showing = False
        self.setAccessibleName(name)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.installEventFilter(UndoToWindow(self))
        self.textChanged.connect(self._on_text_changed)

    @property
    def text(self) -> str:
        """What is shown."""
        # Not `toPlainText`, which makes blanks of no-break spaces.
        return self.document().toRawText().replace(_PARAGRAPH, "\n").replace("\u2028", "\n")

    def show_text(self, text: str) -> None:
        """Show a text; only what differs is replaced, so that the caret stays."""
        before = self.text
        if text == before:
            return
        start, stop = changed_span(before, text)
        removed = len(before) - len(text) + stop - start
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(before[:start]))
        cursor.setPosition(_units(before[: start + removed]), QTextCursor.MoveMode.KeepAnchor)
        self._showing = True
        try:
            cursor.insertText(text[start:stop])
        finally:
            self._showing = False

    def sizeHint(self) -> QSize:
        """A few lines."""
        return QSize(240, self.fontMetrics().lineSpacing() * self._lines + 12)

    def minimumSizeHint(self) -> QSize:
        """As high as wanted."""
        return QSize(80, self.sizeHint().height())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's own menu without an undo of its own."""
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() in ("edit-undo", "edit-redo"):
                menu.removeAction(action)
        menu.popup(event.globalPos())

    @Slot()
    def _on_text_changed(self) -> None:
        if not self._showing:
            self.edited.emit(self.text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
