"""Breaking very long lines of HTML where it changes nothing that is shown, so that an editor can hold them."""

import re
from collections.abc import Iterator

from sescomposer.core.html.cid import Edit
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.tokens import Kind, Token, element_names, tag_name

LONGEST_LINE = 20_000
"""Characters from which an editor takes a noticeable time for each key (measured: 300 ms at 1 MB in one line)."""

_BLOCKS = element_names(
    "address article aside blockquote body br center col colgroup dd div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 head header hr html legend li link main meta nav ol p pre section style script table tbody td"
    " tfoot th thead title tr ul"
)
_BLANK = re.compile(r"[ \t]+")
_TAG_BLANK = re.compile(r"\"[^\"]*\"?|'[^']*'?|(?P<blank>[ \t]+)")
_AIM = 200


def has_long_line(text: str, longest: int = LONGEST_LINE) -> bool:
    """Tell whether a line of the text has more than `longest` characters.

    >>> has_long_line("a" * 20_001), has_long_line("a\\n" * 20_001)
    (True, False)
    """
    start = 0
    while len(text) - start > longest:
        end = text.rfind("\n", start, start + longest + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def break_lines(text: str, longest: int = LONGEST_LINE) -> tuple[Edit, ...]:
    """Give the edits that break lines longer than `longest`; ascending, to be applied together.

    A line is broken before the start and behind the end of block-level elements; a piece that is still too long at
    blanks of text and inside tags. Nothing is broken inside pre, textarea, scripts, styles, comments or quotes.

    >>> from sescomposer.core.html.cid import apply_edits
    >>> apply_edits("<p>a</p><p>b <b>c</b></p>", break_lines("<p>a</p><p>b <b>c</b></p>", longest=9))
    '<p>a</p>\\n<p>b <b>c</b></p>'
    """
    if not has_long_line(text, longest):
        return ()
    document = HtmlDocument.of(text)
    edits: list[Edit] = []
    line_start = line_end = piece_start = -1
    for place, structural in _places(document):
        if place.position > line_end:
            line_start = text.rfind("\n", max(0, line_end), place.position) + 1 or max(0, line_end)
            line_end = _line_end(text, place.position)
            piece_start = line_start
        if line_end - line_start <= longest:
            continue
        if structural or place.position - piece_start >= min(_AIM, longest):
            edits.append(place)
            piece_start = place.position + place.removed
    return tuple(edits)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _places(document: HtmlDocument) -> Iterator[tuple[Edit, bool]]:
    """Give every place that may be broken, and whether it is the edge of a block."""
    preformatted = last_block = 0
    text = document.text
    for token in document.tokens():
        name = tag_name(text, token.start) if token.kind in (Kind.START_TAG, Kind.END_TAG) else ""
        starts, ends = token.kind is Kind.START_TAG, token.kind is Kind.END_TAG
        if name == "pre" and ends:
            preformatted = max(0, preformatted - 1)
        if not preformatted:
            if name in _BLOCKS and starts and name != "br" and token.start > last_block:
                yield Edit(token.start, 0, "\n"), True
            yield from ((edit, False) for edit in _blanks(text, token))
            if token.stop < len(text) and (name == "br" or (name in _BLOCKS and ends)):
                last_block = token.stop
                yield Edit(token.stop, 0, "\n"), True
        if name == "pre" and starts:
            preformatted += 1


def _blanks(text: str, token: Token) -> Iterator[Edit]:
    """Give the blanks of a text or a start tag that may become line ends."""
    if token.kind is Kind.TEXT:
        yield from (
            Edit(blank.start(), blank.end() - blank.start(), "\n")
            for blank in _BLANK.finditer(text, token.start, token.stop)
        )
    elif token.kind is Kind.START_TAG:
        yield from (
            Edit(blank.start(), blank.end() - blank.start(), "\n")
            for blank in _TAG_BLANK.finditer(text, token.start, token.stop)
            if blank["blank"]
        )
        if text[token.stop - 1] == ">":
            yield Edit(token.stop - 1, 0, "\n")
