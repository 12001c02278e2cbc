"""The line edit among chips: it knows when an item ends, and that a pasted list is many items."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QSizePolicy, QWidget

from sescomposer.gui.drops import carries_files
from sescomposer.gui.widgets.recipient import ends_item, items_of

_EDIT_WIDTH = 120
_CARET_WIDTH = 24
_SEPARATORS = (",", ";", "\uff0c", "\u060c")
"""With the full-width comma and the Arabic one, which an input method gives."""


class ItemEdit(QLineEdit):
    """Where an item is typed.

    Attributes:
        offers: A list of what may be meant, None without one; the keys that choose from it are left to it.

    Signals:
        pasted(str): text of several items.
        left_at_start(bool): an arrow key (False) or Backspace (True) was pressed where no text stands before.
        ended(): a comma, semicolon, Enter or Tab ended the item.
        escaped(): Escape was pressed.
    """

    pasted = Signal(str)
    left_at_start = Signal(bool)
    ended = Signal()
    escaped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.offers: QAbstractItemView | None = None
        self.setFrame(False)
        self.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for what is typed, or for the caret alone."""
        if not self.text() and not self.placeholderText():
            return QSize(_CARET_WIDTH, self.fontMetrics().height() + 6)
        wanted = self.fontMetrics().horizontalAdvance(self.text()) + 24
        return QSize(max(_EDIT_WIDTH, wanted), self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(_CARET_WIDTH, self.fontMetrics().height() + 6)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take text; files are for the window, which would be written here as links."""
        if carries_files(event):
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that end an item or step to the chips."""
        at_start = self.cursorPosition() == 0 and not self.hasSelectedText()
        back = Qt.Key.Key_Right if self.isRightToLeft() else Qt.Key.Key_Left
        if self._is_for_offers(event):
            event.ignore()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif self._ends(event):
            self.ended.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.escaped.emit()
        elif at_start and event.key() in (back, Qt.Key.Key_Backspace):
            self.left_at_start.emit(event.key() == Qt.Key.Key_Backspace)
        else:
            super().keyPressEvent(event)

    def paste(self) -> None:
        """Paste; a list becomes items."""
        self.insert_text(QGuiApplication.clipboard().text())

    def insert_text(self, text: str) -> None:
        """Insert text at the caret; a list becomes items, one with a comma behind it too."""
        if len(items_of(text)) > 1 or "\n" in text.strip() or text.rstrip().endswith(_SEPARATORS):
            self.pasted.emit(text)
        else:
            self.insert(text.strip("\r\n"))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's own menu; its Paste would not see a list, so it is ours."""
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() == "edit-paste":
                action.triggered.disconnect()
                action.triggered.connect(self.paste)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _is_for_offers(self, event: QKeyEvent) -> bool:
        """Whether a key chooses from the list of offers, or closes it."""
        if self.offers is None or not self.offers.isVisible():
            return False
        chooses = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
        return event.key() == Qt.Key.Key_Escape or (chooses and self.offers.currentIndex().isValid())

    def _ends(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return bool(self.text().strip())
        return event.text() in _SEPARATORS and ends_item(self.text()[: self.cursorPosition()])
