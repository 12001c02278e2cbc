"""The pane of one text part: the editor, and a line above it that says why it may be read-only."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextLayout
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sescomposer.core import limits
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import EncodingError
from sescomposer.core.html.cid import apply_edits
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.drift import Drift, DriftKind
from sescomposer.core.html.highlight import Role, Span, highlight_lines
from sescomposer.core.html.line_breaks import break_lines
from sescomposer.core.structure import splice, with_html, with_text
from sescomposer.core.text import Text
from sescomposer.core.text_location import character_of_octet, octets_of_character
from sescomposer.core.undo import continues_word
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.theme import theme_of
from sescomposer.gui.widgets.source_editor import SourceEditor

_EMPTY = Text.of("")
_COLOURS = {
    Role.TAG: "syntax_tag",
    Role.ATTRIBUTE: "syntax_attribute",
    Role.VALUE: "syntax_value",
    Role.COMMENT: "syntax_comment",
    Role.ENTITY: "syntax_entity",
    Role.DOCTYPE: "syntax_comment",
    Role.CSS: "syntax_value",
}


class TextPartPane(QWidget):
    """Edits the displayed text part; typing into an empty pane makes the part.

    Signals:
        make_wanted(): the user wants the text made from the HTML.
    """

    make_wanted = Signal()
    name = "text"
    _empty_hint = "Write the text here. Readers without HTML show it; so do watches and previews."

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.key: Key | None = None
        self.editor = SourceEditor(f"Source of the {self.name}", self)
        self.editor.setPlaceholderText(self._empty_hint)
        self.editor.edited.connect(self._on_edited)
        self.editor.caret_moved.connect(self._on_caret_moved)
        self.note = QLabel(self, wordWrap=True)
        self.note.hide()
        self.note.setAccessibleName("About this part")
        self.buttons = QHBoxLayout()
        self.buttons.setContentsMargins(8, 4, 8, 4)
        self.buttons.setSpacing(8)
        self.buttons.addWidget(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self.buttons)
        layout.addWidget(self.editor)
        self._build()

    def _build(self) -> None:
        """Add what this kind of part has beside the editor."""
        self._make = QPushButton("Make from HTML...", self)
        self._make.hide()
        self._make.clicked.connect(self.make_wanted)
        self.buttons.addWidget(self._make)

    def caret(self) -> int:
        """Position of the caret in characters."""
        before = QTextCursor(self.editor.textCursor())
        before.setPosition(0)
        before.setPosition(self.editor.textCursor().position(), QTextCursor.MoveMode.KeepAnchor)
        return len(before.selectedText())

    def show_part(self, part: Entity | None) -> None:
        """Show a part, or none."""
        self.key = part.key if part is not None else None
        try:
            text = part.text_value if part is not None else _EMPTY
        except EncodingError as error:
            self.editor.show_text(_EMPTY)
            self._lock(f"{error.sentence} The part can be seen in the raw source.")
            return
        self._unlock(text)
        self.editor.show_text(text)

    def show_drift(self, found: Drift | None) -> None:
        """Say whether the text still says what the HTML says."""
        differs = found is not None and found.kind in (DriftKind.DRIFTED, DriftKind.EMPTY)
        self._make.setVisible(differs)
        if found is not None and differs:
            missing = ", ".join(found.missing[:6])
            self._say(f"The text differs from the HTML. Missing: {missing}" if missing else "The text is empty.")
        elif not self.editor.isReadOnly():
            self._say("")

    def follow(self, selection: Selection) -> None:
        """Move the caret to what was selected elsewhere."""
        part = self._composer.root.find(selection.key)
        if part is None or selection.start < 0 or self.editor.isReadOnly():
            return
        position = character_of_octet(part, selection.start)
        cursor = self.editor.textCursor()
        cursor.setPosition(min(position, self.editor.document().characterCount() - 1))
        self.editor.blockSignals(True)
        self.editor.setTextCursor(cursor)
        self.editor.blockSignals(False)
        self.editor.ensureCursorVisible()

    def _say(self, sentence: str) -> None:
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def _lock(self, sentence: str) -> None:
        """Show the text read-only and say why."""
        self.editor.setReadOnly(True)
        self._say(sentence)

    def _unlock(self, text: Text) -> None:
        """Let the user type."""
        if self.editor.isReadOnly():
            self.editor.setReadOnly(False)
            self._say("")

    @Slot(int, int, str)
    def _on_edited(self, position: int, removed: int, added: str) -> None:
        """Hand in what was typed; a refused edit is shown as if it had not been."""
        ids, key = self._composer.ids, self.key
        if key is None:
            made = self._composer.edit_root(lambda root: self._new_part(root, added), "typing", merge=True)
        else:
            made = self._composer.edit_root(
                lambda root: splice(root, key, position, removed, added, ids, utf16=True),
                "typing",
                merge=continues_word(added, removed),
            )
        if not made:
            self.editor.revert()

    def _new_part(self, root: Entity, text: str) -> Entity:
        """Make the part that was typed into."""
        return with_text(root, text, self._composer.ids)

    @Slot(int)
    def _on_caret_moved(self, position: int) -> None:
        part = self._composer.root.find(self.key) if self.key is not None else None
        if part is not None:
            start, stop = octets_of_character(part, position)
            self._composer.select(Selection(part.key, start, stop, self.name))


class HtmlPartPane(TextPartPane):
    """Edits the displayed HTML part, with colours for what is visible.

    Signals:
        images_dropped(object, int): local paths and where, in characters.
        image_pasted(object): a `QImage`.
    """

    images_dropped = Signal(object, int)
    image_pasted = Signal(object)
    name = "html"
    _empty_hint = "Write or paste HTML here. Drop an image to put it where the caret is."

    def _build(self) -> None:
        self._break = QPushButton("Break lines between tags", self)
        self._break.hide()
        self._break.clicked.connect(self._on_break)
        self._edit = QPushButton("Edit anyway", self)
        self._edit.hide()
        self._edit.clicked.connect(self._on_edit_anyway)
        self.buttons.addWidget(self._break)
        self.buttons.addWidget(self._edit)
        self._edit_anyway = False
        self._colouring = QTimer(self, singleShot=True, interval=0)
        self._colouring.timeout.connect(self._colour)
        self._document: tuple[Text, HtmlDocument] | None = None
        self.editor.updateRequest.connect(self._on_scrolled)
        self.editor.files_dropped.connect(self._on_files_dropped)
        self.editor.image_pasted.connect(self.image_pasted)

    def show_drift(self, found: Drift | None) -> None:
        """The text tells, not the HTML."""

    def show_part(self, part: Entity | None) -> None:
        """Show the part and colour it."""
        super().show_part(part)
        self._colouring.start()

    def _unlock(self, text: Text) -> None:
        """Lock a text with a line that the editor cannot hold."""
        longest = text.longest_line
        too_long = longest > limits.EDITOR_LINE_CHARACTERS and not self._edit_anyway
        self._break.setVisible(too_long)
        self._edit.setVisible(too_long)
        if too_long:
            self._lock(f"A line has {longest:,} characters: typing in it would be slow.")
        else:
            super()._unlock(text)

    def _new_part(self, root: Entity, text: str) -> Entity:
        return with_html(root, text, self._composer.ids)

    @Slot()
    def _on_break(self) -> None:
        text = str(self.editor.shown)
        broken = apply_edits(text, break_lines(text, limits.EDITOR_LINE_CHARACTERS))
        self._composer.edit_root(lambda root: with_html(root, broken, self._composer.ids), "break lines")

    @Slot()
    def _on_edit_anyway(self) -> None:
        self._edit_anyway = True
        self._unlock(self.editor.shown)

    @Slot()
    def _on_scrolled(self) -> None:
        self._colouring.start()

    @Slot(object, int)
    def _on_files_dropped(self, names: list[str], position: int) -> None:
        self.images_dropped.emit(names, self.caret())

    @Slot()
    def _colour(self) -> None:
        """Colour the visible lines, and nothing else."""
        document = self._tokens()
        first = self.editor.firstVisibleBlock()
        count = self.editor.viewport().height() // max(1, self.editor.fontMetrics().lineSpacing()) + 2
        colours = theme_of(self.editor).text
        spans = list(highlight_lines(document, first.blockNumber(), count))
        block = first
        for _ in range(count):
            if not block.isValid():
                break
            start = document.line_start(block.blockNumber())
            stop = start + len(block.text())
            formats = [
                _coloured(document.text, start, span, stop, colours[_COLOURS[span.role]])
                for span in spans
                if span.role in _COLOURS and span.start < stop and span.start + span.length > start
            ]
            if formats != block.layout().formats():
                block.layout().setFormats(formats)
                self.editor.document().markContentsDirty(block.position(), block.length())
            block = block.next()

    def _tokens(self) -> HtmlDocument:
        """Give the tokens of the shown text, read anew only when it changed."""
        shown = self.editor.shown
        if self._document is None or self._document[0] is not shown:
            self._document = (shown, HtmlDocument.of(str(shown)))
        return self._document[1]


def _coloured(text: str, line_start: int, span: Span, line_stop: int, colour: QColor) -> QTextLayout.FormatRange:
    """Give the format of the part of a span that lies on a line, in UTF-16 code units of the line."""
    first, last = max(span.start, line_start), min(span.start + span.length, line_stop)
    found = QTextLayout.FormatRange()
    found.start = _units(text[line_start:first])
    found.length = _units(text[first:last])
    found.format = QTextCharFormat()
    found.format.setForeground(colour)
    return found


def _units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
