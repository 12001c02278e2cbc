"""Colours HTML source: the lines in view and a few around them, after each change only what it touched is read anew."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import takewhile
from typing import NamedTuple

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
_MOST = 40_000
"""Characters that are coloured at once; what lies behind them, in very long lines, stays plain."""
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
        editor = self._editor
        colours = {role: theme_of(editor).text[name] for role, name in _COLOURS.items()}
        lines = self._lines_in_view()
        if not lines:
            return
        first, last = lines[0], lines[-1]
        spans = list(highlight(document, first.start, min(last.stop, first.start + _MOST)))
        for line in lines:
            spans = [span for span in spans if span.start + span.length > line.start]
            formats = list(_formats(takewhile(partial(_begins_before, line.stop), spans), line, colours))
            # Text that is being composed has formats of its own.
            if not line.block.layout().preeditAreaText() and formats != line.block.layout().formats():
                _set_formats(line.block, formats)

    def _lines_in_view(self) -> list["_Line"]:
        """Give the lines in view and some around them, with their places in characters."""
        editor, text = self._editor, self._editor.shown
        height = max(1, editor.fontMetrics().lineSpacing())
        count = editor.viewport().height() // height + 2 * _AROUND
        block = editor.document().findBlockByNumber(max(0, editor.firstVisibleBlock().blockNumber() - _AROUND))
        start = text.character_of_utf16(block.position())
        lines: list[_Line] = []
        while block.isValid() and len(lines) < count:
            words = block.text()
            lines.append(_Line(block, words, start, start + len(words)))
            start += len(words) + 1
            block = block.next()
        return lines


class _Line(NamedTuple):
    """A line of the editor: its text, and where it starts and stops in characters."""

    block: QTextBlock
    words: str
    start: int
    stop: int


def _begins_before(stop: int, span: Span) -> bool:
    return span.start < stop


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


def _formats(spans: Iterable[Span], line: _Line, colours: dict[Role, QColor]) -> Iterator[QTextLayout.FormatRange]:
    """Give the formats of a line in UTF-16 code units of it."""
    is_wide = not line.words.isascii() and max(line.words) > "\uffff"
    for span in spans:
        if span.role not in colours:
            continue
        first, last = max(span.start - line.start, 0), min(span.start + span.length, line.stop) - line.start
        if is_wide:
            first, last = _units(line.words[:first]), _units(line.words[:last])
        found = QTextLayout.FormatRange()
        found.start, found.length = first, last - first
        form = QTextCharFormat()
        form.setForeground(colours[span.role])
        found.format = form
        yield found


def _units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
