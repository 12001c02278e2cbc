"""What each stretch of HTML source is, for colouring; any window by itself, so that visible lines come first."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.tags import CHARACTER_REFERENCE, attributes
from sescomposer.core.html.tokens import ESCAPABLE_RAW_ELEMENTS, Kind, Token, tag_name


class Role(StrEnum):
    """What a stretch of source is."""

    TAG = "tag"
    ATTRIBUTE = "attribute"
    VALUE = "value"
    COMMENT = "comment"
    ENTITY = "entity"
    TEXT = "text"
    DOCTYPE = "doctype"
    CSS = "css"


class Span(NamedTuple):
    """A stretch of source: offset in the text, length in characters, what it is."""

    start: int
    length: int
    role: Role


_CSS_COMMENT = re.compile(r"/\*[\s\S]*?(?:\*/|\Z)")
_WHOLE = {Kind.COMMENT: Role.COMMENT, Kind.DOCTYPE: Role.DOCTYPE, Kind.END_TAG: Role.TAG}


def highlight(document: HtmlDocument, start: int, stop: int) -> Iterator[Span]:
    """Give the spans of the characters from `start` up to `stop`, in order, tiling and clipped to them.

    >>> text = '<p id="a">b&amp;</p>'
    >>> [(text[s.start:s.start + s.length], s.role.value) for s in highlight(HtmlDocument.of(text), 0, len(text))][:6]
    [('<p ', 'tag'), ('id', 'attribute'), ('=', 'tag'), ('"a"', 'value'), ('>', 'tag'), ('b', 'text')]
    """
    for token in document.tokens(start, stop):
        for span in _spans(document, token, start, stop):
            first, last = max(span.start, start), min(span.start + span.length, stop)
            if first < last:
                yield Span(first, last - first, span.role)
            elif span.start >= stop:
                break


def _spans(document: HtmlDocument, token: Token, start: int, stop: int) -> Iterator[Span]:
    """Give the spans of one token; long text is looked through only near the window."""
    match token.kind:
        case Kind.START_TAG | Kind.RAW_START_TAG:
            return _of_tag(document.text, token)
        case Kind.TEXT:
            return _of_text(document.text, max(token.start, start - 40), min(token.stop, stop + 40), Role.TEXT)
        case Kind.RAW_TEXT:
            return _of_raw(document, token)
        case _:
            return iter((Span(token.start, token.stop - token.start, _WHOLE[token.kind]),))


def _of_tag(text: str, token: Token) -> Iterator[Span]:
    """Give the spans of a start tag: names, values, and all between them as the tag itself."""
    position = token.start
    for attribute in attributes(text, token.start, token.stop):
        name_stop = attribute.start + len(attribute.name)
        quoted = len(attribute.quote)
        value_start = attribute.value_start - quoted
        value_stop = min(attribute.value_stop + quoted, token.stop)
        yield Span(position, attribute.start - position, Role.TAG)
        yield Span(attribute.start, name_stop - attribute.start, Role.ATTRIBUTE)
        if value_stop > value_start >= name_stop:
            yield Span(name_stop, value_start - name_stop, Role.TAG)
            yield from _of_text(text, value_start, value_stop, Role.VALUE)
        position = max(value_stop, name_stop)
    yield Span(position, token.stop - position, Role.TAG)


def _of_text(text: str, start: int, stop: int, role: Role) -> Iterator[Span]:
    """Give the spans of text in which character references count."""
    for match in CHARACTER_REFERENCE.finditer(text, start, stop):
        yield Span(start, match.start() - start, role)
        yield Span(match.start(), match.end() - match.start(), Role.ENTITY)
        start = match.end()
    yield Span(start, stop - start, role)


def _of_raw(document: HtmlDocument, token: Token) -> Iterator[Span]:
    """Give the spans of raw text by its element."""
    opener = document.token_at(token.start - 1)
    element = tag_name(document.text, opener.start) if opener else ""
    if element in ESCAPABLE_RAW_ELEMENTS:
        return _of_text(document.text, token.start, token.stop, Role.TEXT)
    if element == "style":
        return _of_css(document.text, token)
    return iter((Span(token.start, token.stop - token.start, Role.TEXT),))


def _of_css(text: str, token: Token) -> Iterator[Span]:
    """Give the spans of a style sheet: its comments and the rest."""
    start = token.start
    for match in _CSS_COMMENT.finditer(text, token.start, token.stop):
        yield Span(start, match.start() - start, Role.CSS)
        yield Span(match.start(), match.end() - match.start(), Role.COMMENT)
        start = match.end()
    yield Span(start, token.stop - start, Role.CSS)
