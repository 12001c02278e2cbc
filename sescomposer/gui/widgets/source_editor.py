"""An editor of one text that emits edits and holds nothing: the text it shows is always somebody else's.

Positions and lengths are UTF-16 code units, as Qt counts. The platform editor's own undo is off. What the document
shows is mirrored in a persistent `Text`, so that neither a key nor a change from outside reads the whole document.
"""

from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontDatabase,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from sescomposer.core.text import Text
from sescomposer.core.text_change import common_prefix, common_suffix, text_change
from sescomposer.gui.drops import elsewhere, files_of, hide_hint, show_hint
from sescomposer.gui.theme import theme_of
from sescomposer.gui.window_drops import DropWindow

_PARAGRAPH = "\u2029"
_BREAKS = str.maketrans({_PARAGRAPH: "\n", "\ufdd0": "\n", "\ufdd1": "\n", "\r": "\n"})
"""Characters that the platform's document holds as the end of a paragraph, all of one code unit."""
_UNDO_MENU = ("edit-undo", "edit-redo")
_PAD = 8


class SourceEditor(QPlainTextEdit):
    """A plain text editor with line numbers.

    Signals:
        edited(int, int, str): position, removed code units, added text with LF line ends; by the user alone. Whoever
            takes it shows what became of it by `show_text` before returning; an edit that was refused goes back so.
        caret_moved(int): position of the caret, by the user alone and after `edited`.
        files_dropped(object, object): list of local paths, and a `QTextCursor` that stays at their place.
        image_pasted(object, object): a `QImage` and the same.
        messages_dropped(object): paths of message, calendar and key files that were dropped among others; pasted ones
            are files.

    Attributes:
        images_go_inside: Whether dropped images become part of the text, which the words beside the mouse say.
    """

    edited = Signal(int, int, str)
    caret_moved = Signal(int)
    files_dropped = Signal(object, object)
    image_pasted = Signal(object, object)
    messages_dropped = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers = _LineNumbers(self)
        self.setAccessibleName(name)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self._shown = Text.of("")
        self.images_go_inside = False
        self._showing = False
        self._dropping = False
        self._changed: tuple[int, int, int] | None = None
        self.document().contentsChange.connect(self._on_contents_change)
        self.document().contentsChanged.connect(self._on_contents_changed)
        self.cursorPositionChanged.connect(self._on_cursor_moved)
        self.blockCountChanged.connect(self._set_margin)
        self.updateRequest.connect(self._on_update_request)
        self._set_margin()

    @property
    def shown(self) -> Text:
        """The text that is shown."""
        return self._shown

    def show_text(self, text: Text) -> None:
        """Show a text: only what differs is replaced, so that caret, selection and scroll position stay."""
        before, self._shown = self._shown, text
        change = text_change(before, text)
        if change is not None:
            start = before.utf16_of_character(change.position)
            self._replace(start, before.utf16_of_character(change.position + change.removed), change.added)

    def cursor_at(self, position: int, stop: int = -1) -> QTextCursor:
        """Give a cursor at a place of the document, or over a range; places behind the end mean the end."""
        last = self.document().characterCount() - 1
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(position, last))
        if stop >= 0:
            cursor.setPosition(min(stop, last), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def move_caret(self, position: int) -> None:
        """Put the caret somewhere without telling so, and bring it into view."""
        self._showing = True
        try:
            self.setTextCursor(self.cursor_at(position))
        finally:
            self._showing = False
        self._mark_line()

    def _replace(self, start: int, stop: int, added: str) -> None:
        """Change the document on somebody else's behalf; the first visible line and the caret stay where they are."""
        bar, old = self.verticalScrollBar(), self.verticalScrollBar().value()
        anchor, caret = self.textCursor().anchor(), self.textCursor().position()
        first = self.firstVisibleBlock()
        top, inside = QTextCursor(first), old - first.firstLineNumber()
        is_top_kept = not start < first.position() < stop
        self._showing = True
        try:
            self.cursor_at(start, stop).insertText(added)
            if start < anchor < stop or start < caret < stop:
                self.setTextCursor(self.cursor_at(self._whole(anchor), self._whole(caret)))
        finally:
            self._showing = False
        bar.setValue(top.block().firstLineNumber() + inside if is_top_kept else old)

    def _whole(self, place: int) -> int:
        """Give a place in the shown text, never one inside a character."""
        return self._shown.utf16_of_character(self._shown.character_of_utf16(place))

    @Slot(int, int, int)
    def _on_contents_change(self, position: int, removed: int, added: int) -> None:
        """Note what Qt says has changed; the document must not be touched before Qt is done with it."""
        if not self._showing:
            known = self._changed is None
            self._changed = (position, removed, added) if known else (0, self._shown.utf16_length, 1 << 30)

    @Slot()
    def _on_contents_changed(self) -> None:
        """Tell what the user changed."""
        if self._changed is None or self._showing:
            return
        (position, removed, added), self._changed = self._changed, None
        self._tell(*self._whole_change(position, removed, added))
        self._on_cursor_moved()

    def _whole_change(self, position: int, removed: int, added: int) -> tuple[int, int, int]:
        """Correct what Qt reports: it counts the final paragraph end too, and where composed text ends, whole lines.

        What stands before and behind is unchanged, so lengths tell how much went; where they contradict the report,
        all of the document counts as changed, and comparing finds what did.
        """
        length, before = self.document().characterCount() - 1, self._shown.utf16_length
        surplus = max(0, position + added - length)
        added -= surplus
        gone = before + added - length
        is_sound = gone == min(removed - surplus, before - position) and 0 <= gone <= before - position
        return (position, gone, added) if is_sound else (0, before, length)

    def _tell(self, position: int, removed: int, added: int) -> None:
        """Emit an edit, as small as it is; do nothing where only formats changed."""
        new = self.cursor_at(position, position + added).selectedText()
        if _units(new) != added:
            self._restore(position, removed, added)
            return
        text = self._shown
        first, last = text.character_of_utf16(position), text.character_of_utf16(position + removed)
        if (text.utf16_of_character(first), text.utf16_of_character(last)) != (position, position + removed):
            self._restore(position, removed, added)
            return
        old = text.slice(first, last)
        plain, new = old.translate(_BREAKS), new.translate(_BREAKS)
        if plain == new:
            return
        prefix = common_prefix(plain, new)
        suffix = common_suffix(plain, new, prefix)
        gone, come = old[prefix : len(old) - suffix], new[prefix : len(new) - suffix]
        start = position + _units(old[:prefix])
        self._shown = text.splice(start, _units(gone), come, utf16=True)
        self.edited.emit(start, _units(gone), come)

    def _restore(self, position: int, removed: int, added: int) -> None:
        """Take back an edit that left half a character: no message can hold one."""
        text = self._shown
        first, last = text.character_of_utf16(position), text.character_of_utf16(position + removed)
        if text.utf16_of_character(last) < position + removed:
            last += 1
        start, stop = text.utf16_of_character(first), text.utf16_of_character(last)
        behind = stop - (position + removed)
        self._replace(start, position + added + behind, text.slice(first, last))

    @Slot()
    def _on_cursor_moved(self) -> None:
        self._mark_line()
        if not self._showing and self._changed is None:
            self.caret_moved.emit(self.textCursor().position())

    def _mark_line(self) -> None:
        """Lay a tint under the line of the caret."""
        line = QTextEdit.ExtraSelection()
        # An empty editor shows its hint, which the tint would hide.
        is_marked = not self.isReadOnly() and not self.document().isEmpty()
        if is_marked:
            line.format.setBackground(theme_of(self).tint["current_line"])
            line.format.setProperty(line.format.Property.FullWidthSelection, True)
            cursor = self.textCursor()
            cursor.clearSelection()
            line.cursor = cursor
        self.setExtraSelections([line] if is_marked else [])
        self._numbers.update()

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window, whose list they are."""
        if event.type() is QEvent.Type.ShortcutOverride:
            key = cast(QKeyEvent, event)
            if key.matches(QKeySequence.StandardKey.Undo) or key.matches(QKeySequence.StandardKey.Redo):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Shift+Enter begin a line like Enter: the platform's own line separator is no line end in mail."""
        if event.matches(QKeySequence.StandardKey.InsertLineSeparator) and not self.isReadOnly():
            self.textCursor().insertText("\n")
            self.ensureCursorVisible()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the usual menu without undo and redo, which the window has."""
        menu = self.createStandardContextMenu(event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in menu.actions():
            if action.objectName() in _UNDO_MENU:
                menu.removeAction(action)
        if menu.actions() and menu.actions()[0].isSeparator():
            menu.removeAction(menu.actions()[0])
        menu.popup(event.globalPos())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take files and images beside text."""
        return source.hasImage() or source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert text; hand files and images on."""
        paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if paths and self._dropping:
            found = elsewhere([Path(path) for path in paths])
            opened = (*found.opened, *found.events, *found.keys)
            self.messages_dropped.emit(opened)
            paths = [path for path in paths if Path(path) not in opened]
        if paths:
            self.files_dropped.emit(paths, self.textCursor())
        elif source.hasImage() and not source.hasText():
            self.image_pasted.emit(cast(QImage, source.imageData()), self.textCursor())
        else:
            self.insertPlainText(_pasted(source.text()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Leave messages alone to the window, and the window's own cards to nobody."""
        if self._is_for_others(event):
            event.ignore()
            return
        super().dragEnterEvent(event)
        self._hint(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show the place, and say beside the mouse what becomes of files."""
        super().dragMoveEvent(event)
        self._hint(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the words away."""
        super().dragLeaveEvent(event)
        hide_hint(self)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped where the mouse is."""
        hide_hint(self)
        self._dropping = True
        try:
            super().dropEvent(event)
        finally:
            self._dropping = False

    def _is_for_others(self, event: QDropEvent) -> bool:
        if not event.mimeData().hasUrls() or event.source() is self.viewport():
            return False
        found = elsewhere(files_of(event, self))
        is_card = isinstance(event.source(), QWidget) and found == elsewhere(())
        return is_card or (
            bool(found.opened or found.events or found.keys) and not found.embedded and not found.attached
        )

    def _hint(self, event: QDropEvent) -> None:
        data, window = event.mimeData(), self.window()
        found = elsewhere(files_of(event, self), images_go_inside=self.images_go_inside)
        is_taken = len(found.opened) == 1 and isinstance(window, DropWindow) and window.is_untouched
        words = found.words(in_new_window=not is_taken)
        if not words and data.hasImage() and not data.hasText():
            words = "Put the image here" if self.images_go_inside else "Attach the image"
        if words and event.isAccepted():
            show_hint(self.viewport(), words, event.position().toPoint())

    def changeEvent(self, event: QEvent) -> None:
        """Follow palette and font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._mark_line()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange):
            self._set_margin()

    def margin_width(self) -> int:
        """Width of the line numbers in pixels."""
        digits = max(3, len(str(self.blockCount())))
        return 2 * _PAD + self.fontMetrics().horizontalAdvance("9") * digits

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line numbers as high as the text."""
        super().resizeEvent(event)
        self._place_numbers()

    def _place_numbers(self) -> None:
        area = self.contentsRect()
        left = area.left() if self.isLeftToRight() else area.right() + 1 - self.margin_width()
        self._numbers.setGeometry(QRect(left, area.top(), self.margin_width(), area.height()))

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Paint the numbers of the visible lines; that of the caret is in the colour of text."""
        painter = QPainter(self._numbers)
        painter.setFont(self.font())
        palette, current = self.palette(), self.textCursor().blockNumber()
        painter.fillRect(event.rect(), palette.color(QPalette.ColorRole.Base))
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        width, height = self._numbers.width() - _PAD, self.fontMetrics().height()
        while block.isValid():
            area = self.blockBoundingGeometry(block).translated(offset)
            if area.top() > event.rect().bottom():
                break
            is_current = block.blockNumber() == current and not self.isReadOnly()
            painter.setPen(palette.color(QPalette.ColorRole.Text) if is_current else theme_of(self).text["line_number"])
            place = QRect(0, int(area.top()), width, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block = block.next()
        painter.end()

    @Slot()
    def _set_margin(self) -> None:
        width = self.margin_width()
        self.setViewportMargins(*((width, 0, 0, 0) if self.isLeftToRight() else (0, 0, width, 0)))
        self._place_numbers()

    @Slot(QRect, int)
    def _on_update_request(self, area: QRect, dy: int) -> None:
        if dy:
            self._numbers.scroll(0, dy)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())


class _LineNumbers(QWidget):
    """The strip beside the text."""

    def __init__(self, editor: SourceEditor) -> None:
        super().__init__(editor)
        self.setObjectName("line numbers")
        self._editor = editor

    def sizeHint(self) -> QSize:
        """As wide as the longest number."""
        return QSize(self._editor.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let the editor paint, which knows its lines."""
        self._editor.paint_numbers(event)


def _pasted(text: str) -> str:
    """Give pasted text with LF line ends and without NUL.

    >>> _pasted("a\\r\\nb\\rc\\u2028d\\0")
    'a\\nb\\nc\\nd'
    """
    if not text.isascii():
        text = text.replace("\u2028", "\n").replace(_PARAGRAPH, "\n")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
