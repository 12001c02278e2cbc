"""Shows a difference line by line: marks at the margin, colours only beside them."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from sescomposer.core.line_difference import Change, DiffLine
from sescomposer.gui.theme import theme_of

_TINTS = {Change.ADDED: "diff_added", Change.REMOVED: "diff_removed"}


class DiffView(QPlainTextEdit):
    """A read-only text of lines that begin with "+", "-" or a blank."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setAccessibleName("Difference")
        # Octets run from left to right, whatever the language of the window.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def show_difference(self, lines: Iterable[DiffLine], equal: str = "Nothing differs.") -> None:
        """Show a difference; `equal` is said where there is none."""
        self.clear()
        rows = list(lines)
        if not any(line.change in _TINTS for line in rows):
            self.setPlainText(equal)
            return
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        theme = theme_of(self)
        for number, line in enumerate(rows):
            block = QTextBlockFormat()
            characters = QTextCharFormat()
            if line.change in _TINTS:
                block.setBackground(theme.tint[_TINTS[line.change]])
            elif line.change is Change.SKIPPED:
                characters.setForeground(theme.text["mark"])
            if number:
                cursor.insertBlock(block, characters)
            else:
                cursor.setBlockFormat(block)
            mark = "⋯" if line.change is Change.SKIPPED else line.change.value
            cursor.insertText(f"{mark} {line.text}", characters)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
