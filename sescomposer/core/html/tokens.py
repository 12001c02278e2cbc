"""Tokens of HTML by the rules of browsers (WHATWG HTML, section 13.2.5 "Tokenization").

The tokens tile the text: each begins where the one before ended. Any text has tokens; nothing is an error.
One deviation is on purpose: an element of SVG or MathML called style, title or script takes raw text here too.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """What a token is."""

    TEXT = 0
    START_TAG = 1
    RAW_START_TAG = 2
    """A start tag whose content is no markup, such as <style>."""
    RAW_TEXT = 3
    END_TAG = 4
    COMMENT = 5
    DOCTYPE = 6


class Token(NamedTuple):
    """One token: `start` and `stop` are offsets in the text."""

    start: int
    stop: int
    kind: Kind


def element_names(names: str) -> frozenset[str]:
    """Make a set of names that stand in a row with blanks between.

    >>> sorted(element_names("p br"))
    ['br', 'p']
    """
    return frozenset(names.split())


RAW_ELEMENTS = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"))
ESCAPABLE_RAW_ELEMENTS = frozenset(("textarea", "title"))
"""Raw text in which character references count."""

_BLANK = r"\t\n\f\r "
_TAG_BODY = (
    rf"[a-zA-Z][^{_BLANK}/>]*+"
    rf"(?:[{_BLANK}/]++"
    rf"|[^{_BLANK}/>][^{_BLANK}/>=]*+"
    rf"(?:[{_BLANK}]*+=[{_BLANK}]*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^{_BLANK}>\"'][^{_BLANK}>]*+|(?!))?+|(?!))?+"
    r"|(?!))*+>?"
)
_TOKEN = re.compile(
    r"(?P<t>(?:[^<]++|<(?![a-zA-Z/!?])|(?!))++)"
    rf"|(?P<s><{_TAG_BODY})"
    rf"|(?P<e></{_TAG_BODY})"
    r"|(?P<d><!(?i:doctype)[^>]*+>?)"
    r"|(?P<c><!--(?:-?>|(?s:.*?)(?:--!?>|\Z))|<[!?/][^>]*+>?)"
)
_KINDS = {"t": Kind.TEXT, "e": Kind.END_TAG, "d": Kind.DOCTYPE, "c": Kind.COMMENT}
_NAME = re.compile(rf"</?([^{_BLANK}/>]*+)")
_RAW_ENDS = {name: re.compile(rf"</{name}(?=[{_BLANK}/>])", re.IGNORECASE) for name in RAW_ELEMENTS - {"plaintext"}}


def tag_name(text: str, start: int) -> str:
    """Give the lower-case name of the tag that begins at `start`.

    >>> tag_name("<p><IMG src=x>", 3)
    'img'
    """
    match = _NAME.match(text, start)
    return match.group(1).lower() if match else ""


def tokenize(text: str, position: int = 0) -> Iterator[Token]:
    """Give the tokens from `position` on, which must be the start of a token that is no raw text.

    >>> text = "<p>a &lt; b<br/></p>"
    >>> [(text[token.start:token.stop], token.kind.name) for token in tokenize(text)]
    [('<p>', 'START_TAG'), ('a &lt; b', 'TEXT'), ('<br/>', 'START_TAG'), ('</p>', 'END_TAG')]
    """
    match_token, length = _TOKEN.match, len(text)
    while position < length:
        match = match_token(text, position)
        if match is None:
            raise AssertionError(f"no token matches at {position}; the expression covers every character")
        stop = match.end()
        group = match.lastgroup or ""
        if group != "s":
            yield Token(position, stop, _KINDS[group])
            position = stop
            continue
        name = tag_name(text, position)
        if name not in RAW_ELEMENTS:
            yield Token(position, stop, Kind.START_TAG)
            position = stop
            continue
        yield Token(position, stop, Kind.RAW_START_TAG)
        position = _raw_text_end(text, name, stop)
        if position > stop:
            yield Token(stop, position, Kind.RAW_TEXT)


def _raw_text_end(text: str, name: str, start: int) -> int:
    """Find where the content of a raw element ends: at its end tag, else with the text."""
    end = _RAW_ENDS[name].search(text, start) if name in _RAW_ENDS else None
    return end.start() if end else len(text)
