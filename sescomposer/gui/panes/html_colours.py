"""Colours HTML source: the lines in view and a few around them, after each change only what it touched is read anew."""

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextLayout

from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.highlight import Role, Span, highlight
from sescomposer.core.text import Text
from sescomposer.core.text_change import text_change
from sescomposer.gui.tasks import Context, TaskRunner
from sescomposer.gui.theme import theme_of
from sescomposer.gui.widgets.source_editor import SourceEditor

_SMALL = 50_000
"""Characters that are read on the window's thread: 10 ms or so; more goes to a worker."""
_AROUND = 20
_LONGEST = 20_000
_COLOURS = {
    Role.TAG: "syntax_tag",
    Role.ATTRIBUTE: "syntax_attribute",
    Role.VALUE: "syntax_value",
    Role.COMMENT: "syntax_comment",
    Role.ENTITY: "syntax_entity",
    Role.DOCTYPE: "syntax_comment",
    Role.CSS: "syntax_value",
}

_Formats = list[QTextLayout.FormatRange]


class HtmlColours(QObject):
    """Keeps the lines in view of one editor coloured."""

    def __init__(self, editor: SourceEditor, runner: TaskRunner) -> None:
        super().__init__(editor)
        self._editor = editor
        self._runner = runner
        self._read: tuple[Text, HtmlDocument] = (Text.of(""), HtmlDocument.of(""))
        self._reading = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._colour)
        editor.updateRequest.connect(self.refresh)
        editor.document().contentsChanged.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Colour what is in view, once the event loop is idle."""
        self._soon.start()

    def document(self) -> HtmlDocument | None:
        """Give the tokens of the shown text; None while a worker reads them."""
        text, document = self._read
        shown = self._editor.shown
        if text is not shown:
            change = text_change(text, shown)
            if change is not None and len(shown) > _SMALL:
                return None
            self._read = shown, _changed(document, text, shown)
        return self._read[1]

    @Slot()
    def _colour(self) -> None:
        document = self.document()
        if document is None:
            self._read_on_worker()
        else:
            self._colour_lines(document)

    def _read_on_worker(self) -> None:
        """Read what changed on a worker, one at a time."""
        if self._reading:
            return
        self._reading = True
        (text, document), shown = self._read, self._editor.shown

        def operation(context: Context) -> tuple[Text, HtmlDocument]:
            return shown, _changed(document, text, shown)

        task = self._runner.start(operation)
        task.succeeded.connect(self._on_read)
        task.finished.connect(self._on_finished)

    @Slot(object)
    def _on_read(self, answer: tuple[Text, HtmlDocument]) -> None:
        self._read = answer

    @Slot()
    def _on_finished(self) -> None:
        self._reading = False
        self.refresh()

    def _colour_lines(self, document: HtmlDocument) -> None:
        """Set the formats of each line in view that has others."""
        editor, text = self._editor, self._editor.shown
        height = max(1, editor.fontMetrics().lineSpacing())
        first = max(0, editor.firstVisibleBlock().blockNumber() - _AROUND)
        block = editor.document().findBlockByNumber(first)
        colours = {role: theme_of(editor).text[name] for role, name in _COLOURS.items()}
        for _ in range(editor.viewport().height() // height + 2 * _AROUND):
            if not block.isValid():
                return
            start = text.character_of_utf16(block.position())
            formats = list(_formats(document, start, block.text(), colours))
            if formats != block.layout().formats():
                _set_formats(block, formats)
            block = block.next()


def _set_formats(block: QTextBlock, formats: _Formats) -> None:
    block.layout().setFormats(formats)
    block.document().markContentsDirty(block.position(), block.length())


def _changed(document: HtmlDocument, before: Text, after: Text) -> HtmlDocument:
    """Give the document of another text."""
    change = text_change(before, after)
    if change is None:
        return document
    if change.removed == len(before):
        return HtmlDocument.of(str(after))
    return document.edited(change.position, change.removed, change.added, str(after))


def _formats(
    document: HtmlDocument, start: int, line: str, colours: dict[Role, QColor]
) -> Iterator[QTextLayout.FormatRange]:
    """Give the formats of a line that begins at the character `start`; of a very long one those of its beginning."""
    line = line[:_LONGEST]
    is_wide = not line.isascii() and max(line) > "\uffff"
    for span in highlight(document, start, start + len(line)):
        if span.role in colours:
            yield _format(span, start, line if is_wide else "", colours[span.role])


def _format(span: Span, start: int, line: str, colour: QColor) -> QTextLayout.FormatRange:
    """Give the format of a span; `line` only where characters and UTF-16 code units differ in it."""
    first, last = span.start - start, span.start - start + span.length
    if line:
        first, last = _units(line[:first]), _units(line[:last])
    found = QTextLayout.FormatRange()
    found.start, found.length = first, last - first
    form = QTextCharFormat()
    form.setForeground(colour)
    found.format = form
    return found


def _units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
