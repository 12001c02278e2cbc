"""Directions of texts that others wrote: a right-to-left name neither turns what stands beside it nor is turned."""

import unicodedata

from PySide6.QtCore import Qt

_FIRST_STRONG_ISOLATE = "\N{FIRST STRONG ISOLATE}"
_POP_ISOLATE = "\N{POP DIRECTIONAL ISOLATE}"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_TURNING = _RIGHT_TO_LEFT | {"RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}


def direction_of(text: str) -> Qt.LayoutDirection:
    """Give the direction of a text by its first strong letter (UAX #9, rules P2 and P3).

    >>> direction_of("Ada").name, direction_of("12 \\u05d0 Ada").name
    ('LeftToRight', 'RightToLeft')
    """
    classes = (unicodedata.bidirectional(letter) for letter in text)
    strong = next((kind for kind in classes if kind == "L" or kind in _RIGHT_TO_LEFT), "L")
    return Qt.LayoutDirection.RightToLeft if strong in _RIGHT_TO_LEFT else Qt.LayoutDirection.LeftToRight


def isolated(text: str) -> str:
    """Give a text for the middle of a sentence: set apart by isolates (UAX #9) where anything in it runs the other way.

    >>> isolated("Ada"), isolated("\\u05d0") == "\\u2068\\u05d0\\u2069"
    ('Ada', True)
    """
    if any(unicodedata.bidirectional(letter) in _TURNING for letter in text):
        return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
    return text
