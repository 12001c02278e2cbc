"""Words from outside made fit to be shown on one line among our own."""

import unicodedata

_BLANK = frozenset({"Zl", "Zp", "Zs"})
_REMOVED = frozenset({"Cc", "Cf", "Cs"})


def plain(text: str, longest: int = 0) -> str:
    """Give text on one line without control characters, direction marks and half characters; blanks are joined.

    Args:
        text: Anything.
        longest: Cut to so many characters, the last of them an ellipsis; 0 for no limit.

    >>> plain(" two\\r\\nlines\\u202e"), plain("abcdef", 4)
    ('two lines', 'abc…')
    """
    shown = " ".join("".join([_shown(character) for character in text]).split())
    return shown if not 0 < longest < len(shown) else shown[: longest - 1] + "…"


def _shown(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    return " " if category in _BLANK else "" if category in _REMOVED else character
