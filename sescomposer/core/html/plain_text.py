"""Text from HTML: what a reader of the text alternative should see. The same HTML gives the same text, always."""

import re
from dataclasses import dataclass, field
from typing import Literal

from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.tags import attribute_values, decode_text
from sescomposer.core.html.tokens import ESCAPABLE_RAW_ELEMENTS, Kind, Token, element_names, tag_name

Links = Literal["inline", "footnotes", "none"]
"""Where the address of a link goes: behind it in parentheses, to the end by number, or nowhere."""

_PARAGRAPHS = element_names("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table figure fieldset hr")
_LINES = element_names(
    "address article aside body caption center dd details dialog dir div dt figcaption footer form header html legend"
    " li main menu nav option search section summary tbody tfoot thead tr"
)
_VOID = element_names("area base br col embed hr img input link meta param source track wbr")
_DROPPED = element_names("head iframe math noembed noframes object script select style svg template textarea title")
_OPENS_TEXT_OF_RAW = frozenset(("xmp", "plaintext"))
_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
_BLANKS = re.compile(r"[\t\n\f\r ]+")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:.")
_RULE = "-" * 40


@dataclass(slots=True)
class _List:
    """An open list: number of its next item; 0 where items have no numbers."""

    next_number: int


@dataclass(slots=True)
class _Writer:
    """The text so far, with the markup that is open."""

    links: Links
    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    """The line so far, in pieces: joined once, or a long line would take the square of its length."""
    gap: int = 0
    """Line ends owed before the next word: 1 for a new line, 2 for a blank line between."""
    separator: str = ""
    """What separates the next word from the line so far: a blank, a bar between cells."""
    open_elements: list[str] = field(default_factory=list)
    open_counts: dict[str, int] = field(default_factory=dict)
    hidden_from: int = -1
    """How many elements were open when the innermost hidden one began; -1 outside."""
    lists: list[_List] = field(default_factory=list)
    quotes: int = 0
    last_quotes: int = 0
    preformatted: int = 0
    pending_marker: str = ""
    cells: int = 0
    targets: list[tuple[str, int, int, int]] = field(default_factory=list)
    written: int = 0
    """How many times words were written; tells a link with text from one without."""
    notes: dict[str, int] = field(default_factory=dict)

    def owe(self, line_ends: int) -> None:
        """Ask for that many line ends before the next word."""
        self.gap = max(self.gap, line_ends)
        self.separator = ""

    def break_line(self) -> None:
        """End the line now, even an empty one."""
        if self.gap:
            self.settle()
        self.end_line()

    def end_line(self) -> None:
        """Move the line so far to the lines that are done."""
        self.lines.append(_quote_marks(self.quotes) + "".join(self.pieces).rstrip(" "))
        self.last_quotes = self.quotes
        self.pieces.clear()
        self.separator = ""

    def write(self, words: str) -> None:
        """Put words on the line, behind what is owed."""
        if not words:
            return
        self.settle()
        if self.pending_marker:
            self.pieces.append(self.pending_marker)
            self.pending_marker = ""
        elif self.pieces and self.separator:
            self.pieces.append(self.separator)
        self.separator = ""
        self.pieces.append(words)
        self.written += bool(words.strip())

    def settle(self) -> None:
        """Write the line ends that are owed."""
        if not self.gap:
            return
        if self.pieces:
            self.end_line()
        if self.gap > 1 and self.lines and self.lines[-1].strip("> "):
            self.lines.append(_quote_marks(min(self.quotes, self.last_quotes)).rstrip(" "))
        self.gap = 0

    def flow(self, text: str) -> None:
        """Write text between tags, blanks folded unless preformatted."""
        if self.preformatted:
            first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self.write(first)
            for other in others:
                self.break_line()
                self.write(other)
            return
        folded = _BLANKS.sub(" ", text)
        words = folded.strip(" ")
        if folded.startswith(" ") and not self.separator:
            self.separator = " "
        if words:
            self.write(words)
            self.separator = " " if folded.endswith(" ") else ""

    def finish(self) -> str:
        """Give the whole text, ended by one line feed where there is any."""
        if self.pieces:
            self.end_line()
        text = "\n".join(self.lines)
        if self.notes:
            text += "\n\n" + "\n".join(f"[{number}] {url}" for url, number in self.notes.items())
        # A no-break space is layout in HTML, and a trailing one would need encoding in mail.
        text = "\n".join(line.rstrip() for line in text.replace("\xa0", " ").split("\n")).strip("\n")
        return text + "\n" if text else ""


def _quote_marks(depth: int) -> str:
    return "> " * min(depth, 20)


def plain_text(source: HtmlDocument | str, *, links: Links = "inline") -> str:
    """Give the text that HTML shows, with LF line ends; paragraphs are one line each.

    Scripts, styles, the head and elements that `hidden` or `display: none` hides are left out. Tables go row by row
    with bars between cells, list items carry a dash or their number, quotes a '>', images their alt text.

    >>> plain_text("<h1>Hi</h1><p>See <a href='https://a.example'>our&nbsp;page</a>.<ul><li>one<li>two")
    'Hi\\n\\nSee our page (https://a.example).\\n\\n- one\\n- two\\n'
    """
    document = HtmlDocument.of(source)
    writer = _Writer(links)
    raw_name = ""
    for token in document.tokens():
        match token.kind:
            case Kind.TEXT if writer.hidden_from < 0:
                writer.flow(decode_text(document.text[token.start : token.stop]))
            case Kind.START_TAG | Kind.RAW_START_TAG:
                raw_name = tag_name(document.text, token.start)
                _open(writer, document.text, token, raw_name)
            case Kind.RAW_TEXT if writer.hidden_from < 0:
                _write_raw(writer, document.text[token.start : token.stop], raw_name)
            case Kind.END_TAG:
                _close(writer, tag_name(document.text, token.start))
    return writer.finish()


def _write_raw(writer: _Writer, text: str, element: str) -> None:
    """Write the raw text of the few elements that show it."""
    if element in _OPENS_TEXT_OF_RAW:
        writer.flow(decode_text(text) if element in ESCAPABLE_RAW_ELEMENTS else text)


def _open(writer: _Writer, text: str, token: Token, element: str) -> None:
    """Take in a start tag."""
    values = attribute_values(text, token.start, token.stop)
    if element == "a" and writer.open_counts.get("a"):
        _close(writer, "a")
    if writer.hidden_from < 0:
        _start(writer, element, values)
    if element in _VOID:
        return
    if writer.hidden_from < 0 and _is_hidden(element, values):
        writer.hidden_from = len(writer.open_elements)
    writer.open_elements.append(element)
    writer.open_counts[element] = writer.open_counts.get(element, 0) + 1


def _is_hidden(element: str, values: dict[str, str]) -> bool:
    return element in _DROPPED or "hidden" in values or bool(_HIDDEN_STYLE.search(values.get("style", "")))


def _start(writer: _Writer, element: str, values: dict[str, str]) -> None:
    """Write what the start of a shown element means."""
    _space_around(writer, element)
    match element:
        case "br":
            writer.break_line()
        case "hr":
            writer.write(_RULE)
            writer.owe(2)
        case "img" | "area":
            writer.flow(values.get("alt", ""))
        case "ul" | "ol" | "menu" | "dir":
            writer.lists.append(_List(_first_number(values) if element == "ol" else 0))
        case "li":
            writer.pending_marker = _marker(writer)
        case "blockquote":
            if writer.pieces:
                writer.end_line()
            writer.quotes += 1
        case "pre" | "listing" | "xmp" | "plaintext":
            writer.preformatted += 1
        case "tr":
            writer.cells = 0
        case "td" | "th":
            _start_cell(writer)
        case "a":
            place = (len(writer.lines), len(writer.pieces), writer.written)
            writer.targets.append((values.get("href", ""), *place))
        case "q":
            writer.write("\u201c")


def _space_around(writer: _Writer, element: str) -> None:
    """Owe the line ends that stand before and behind an element."""
    if element in _PARAGRAPHS:
        nested = element in ("ul", "ol") and bool(writer.lists)
        writer.owe(1 if nested else 2)
    elif element in _LINES:
        writer.owe(1)


def _first_number(values: dict[str, str]) -> int:
    """Give the number that an ordered list starts with."""
    start = values.get("start", "1").strip()
    return int(start) if start.isascii() and start.isdecimal() and len(start) < 10 else 1


def _marker(writer: _Writer) -> str:
    """Give what leads a list item, indented by the depth of its list."""
    indent = "  " * max(0, min(len(writer.lists), 20) - 1)
    if not writer.lists or not writer.lists[-1].next_number:
        return indent + "- "
    number = writer.lists[-1].next_number
    writer.lists[-1].next_number += 1
    return f"{indent}{number}. "


def _start_cell(writer: _Writer) -> None:
    """Separate a cell from the one before it in its row, where that one wrote on this line."""
    writer.cells += 1
    if writer.cells > 1 and writer.pieces and not writer.gap:
        writer.separator = " | "
    elif not writer.pieces:
        writer.separator = ""


def _close(writer: _Writer, element: str) -> None:
    """Take in an end tag; one that nothing opened means nothing, but </br> and </p>."""
    if not writer.open_counts.get(element):
        if writer.hidden_from < 0 and element in ("p", "br"):
            _start(writer, element, {})
        return
    while writer.open_elements:
        closed = writer.open_elements.pop()
        writer.open_counts[closed] -= 1
        if writer.hidden_from < 0:
            _end(writer, closed)
        elif len(writer.open_elements) == writer.hidden_from:
            writer.hidden_from = -1
        if closed == element:
            return


def _end(writer: _Writer, element: str) -> None:
    """Write what the end of a shown element means."""
    match element:
        case "a" if writer.targets:
            _end_link(writer, *writer.targets.pop())
        case "ul" | "ol" | "menu" | "dir" if writer.lists:
            writer.lists.pop()
        case "li":
            writer.pending_marker = ""
        case "blockquote":
            if writer.pieces:
                writer.end_line()
            writer.quotes = max(0, writer.quotes - 1)
            writer.owe(2)
        case "pre" | "listing" | "xmp" | "plaintext":
            writer.preformatted = max(0, writer.preformatted - 1)
        case "q":
            writer.write("\u201d")
    _space_around(writer, element)


def link_address(href: str) -> str:
    """Give the address of a link as text can name it: absolute, without blanks; "" for any other.

    >>> [link_address(href) for href in (" https://a.example/b c ", "#top", "mailto:a@b.example", "javascript:x")]
    ['https://a.example/b%20c', '', 'a@b.example', '']
    """
    url = _BLANKS.sub("%20", href.strip())
    scheme = url.partition(":")[0].lower()
    if not _SCHEME.match(url) or scheme in ("javascript", "data", "cid", "vbscript"):
        return ""
    return url[7:] if scheme == "mailto" else url


def _end_link(writer: _Writer, href: str, line: int, column: int, written: int) -> None:
    """Write the address of a link whose text stands since that place, unless the text says it already."""
    url = link_address(href)
    if writer.links == "none" or not url or writer.written == written:
        return
    same_line = line == len(writer.lines)
    shown = "".join(writer.pieces[column:]).strip() if same_line else ""
    if same_line and shown in (url, re.sub(r"^https?://|/$", "", url)):
        return
    if writer.links == "footnotes":
        note = f" [{writer.notes.setdefault(url, len(writer.notes) + 1)}]"
    else:
        note = f" ({url})"
    # A blank inside the link's end belongs behind the note.
    blank, writer.separator = writer.separator, ""
    writer.write(note.lstrip(" ") if writer.gap else note)
    writer.separator = blank
