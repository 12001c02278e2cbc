"""An editor of one text that emits edits and holds nothing: the text it shows is always somebody else's.

Positions and lengths are UTF-16 code units, as Qt counts. The platform editor's own undo is off.
"""

from PySide6.QtCore import QMimeData, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QPainter, QPaintEvent, QPalette, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from sescomposer.core.text import Text


class SourceEditor(QPlainTextEdit):
    """A plain text editor with line numbers.

    Signals:
        edited(int, int, str): position, removed code units, added text with LF line ends; by the user alone.
        caret_moved(int): position of the caret, by the user alone.
        files_dropped(object, int): list of local paths and the position they were dropped at.
        image_pasted(object): PNG octets of an image on the clipboard.
    """

    edited = Signal(int, int, str)
    caret_moved = Signal(int)
    files_dropped = Signal(object, int)
    image_pasted = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._shown = Text.of("")
        self._showing = False
        self._numbers = _LineNumbers(self)
        self.document().contentsChange.connect(self._on_contents_change)
        self.cursorPositionChanged.connect(self._on_cursor_moved)
        self.blockCountChanged.connect(self._set_margin)
        self.updateRequest.connect(self._on_update_request)
        self._set_margin()

    @property
    def shown(self) -> Text:
        """The text that is shown."""
        return self._shown

    def show_text(self, text: Text) -> None:
        """Show a text: only what differs is replaced, so that caret and scroll position stay."""
        if text is self._shown:
            return
        before, after = str(self._shown), str(text)
        self._shown = text
        if before == after:
            return
        start = _common_prefix(before, after)
        stop = _common_suffix(before, after, start)
        self._showing = True
        try:
            cursor = QTextCursor(self.document())
            cursor.setPosition(_utf16(before[:start]))
            cursor.setPosition(_utf16(before[: len(before) - stop]), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(after[start : len(after) - stop])
        finally:
            self._showing = False

    def accept(self, text: Text) -> None:
        """Note that the shown text is that one: what the last edit made of it."""
        self._shown = text

    def revert(self) -> None:
        """Show the text again as it was before an edit that was refused."""
        text, self._shown = self._shown, Text.of(self.toPlainText())
        self.show_text(text)

    @Slot(int, int, int)
    def _on_contents_change(self, position: int, removed: int, added: int) -> None:
        """Tell what the user changed; Qt counts the final paragraph end too when it replaces everything."""
        if self._showing:
            return
        length = self.document().characterCount() - 1
        surplus = max(0, position + added - length)
        added -= surplus
        removed = min(removed - surplus, self._shown.utf16_length - position)
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        cursor.setPosition(position + added, QTextCursor.MoveMode.KeepAnchor)
        text = cursor.selectedText().replace("\u2029", "\n").replace("\u2028", "\n")
        if removed or text:
            self.edited.emit(position, removed, text)

    @Slot()
    def _on_cursor_moved(self) -> None:
        if not self._showing:
            self.caret_moved.emit(self.textCursor().position())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take files and images beside text."""
        return source.hasImage() or source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert text; hand files and images on."""
        paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if paths:
            self.files_dropped.emit(paths, self.textCursor().position())
        elif source.hasImage() and not source.hasText():
            self.image_pasted.emit(source.imageData())
        else:
            self.insertPlainText(source.text().replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))

    def margin_width(self) -> int:
        """Width of the line numbers in pixels."""
        digits = max(3, len(str(self.blockCount())))
        return 12 + self.fontMetrics().horizontalAdvance("9") * digits

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line numbers as high as the text."""
        super().resizeEvent(event)
        area = self.contentsRect()
        self._numbers.setGeometry(QRect(area.left(), area.top(), self.margin_width(), area.height()))

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Paint the numbers of the visible lines."""
        painter = QPainter(self._numbers)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        width = self._numbers.width() - 6
        while block.isValid():
            area = self.blockBoundingGeometry(block).translated(offset)
            if area.top() > event.rect().bottom():
                break
            if block.isVisible():
                height = self.fontMetrics().height()
                flags = Qt.AlignmentFlag.AlignRight
                painter.drawText(0, int(area.top()), width, height, flags, str(block.blockNumber() + 1))
            block = block.next()

    @Slot()
    def _set_margin(self) -> None:
        self.setViewportMargins(self.margin_width(), 0, 0, 0)

    @Slot(QRect, int)
    def _on_update_request(self, area: QRect, dy: int) -> None:
        if dy:
            self._numbers.scroll(0, dy)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())


class _LineNumbers(QWidget):
    """The strip left of the text."""

    def __init__(self, editor: SourceEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        """As wide as the longest number."""
        return QSize(self._editor.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let the editor paint, which knows its lines."""
        self._editor.paint_numbers(event)


def _common_prefix(before: str, after: str) -> int:
    """Give how many characters are equal from the start; by halving, as comparing slices is fast."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(before: str, after: str, prefix: int) -> int:
    """Give how many characters are equal from the end, beyond the common start."""
    low, high = 0, min(len(before), len(after)) - prefix
    while low < high:
        middle = (low + high + 1) // 2
        if before[len(before) - middle : len(before) - low] == after[len(after) - middle : len(after) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
