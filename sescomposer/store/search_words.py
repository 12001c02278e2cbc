"""Words for a full text search: cut the same way whether they are kept or looked for, so that no query is malformed.

Case, accents and punctuation do not count; an address is the words between its signs, one behind the other; every
character of a script without blanks is a word of its own. Symbols such as an emoji count as words.
"""

import re
import unicodedata

LONGEST_WORD = 64
MOST_WORDS = 32
"""Words of one query; what stands behind them is not looked for."""

_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+|[\u2190-\u2bff\U0001f000-\U0001faff]")
_MARK = re.compile("[\u0300-\u036f]+")


def normalised(text: str) -> str:
    """Give the words of a text, one blank between them.

    >>> normalised("Ärger@bücher.example, 会議!")
    'arger bucher example 会 議'
    """
    if text.isascii():
        return " ".join(_words(text.lower()))
    plain = _MARK.sub("", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(_words(unicodedata.normalize("NFKC", plain)))


def phrases(query: str) -> tuple[str, ...] | None:
    """Give what has to occur: a phrase of normalised words for each word typed; None where nothing can be looked for.

    >>> phrases(" Ada@a.example 12 -- "), phrases(""), phrases("--")
    (('ada a example', '12'), (), None)
    """
    typed = query.split()[:MOST_WORDS]
    found = tuple(filter(None, (normalised(word) for word in typed)))
    return None if typed and not found else found


def _words(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in _WORD.findall(text)]
