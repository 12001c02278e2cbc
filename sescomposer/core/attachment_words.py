"""Words by which a text promises an attachment, from our data file and from the user's settings."""

import re
import tomllib
from functools import cache

from sescomposer import resources

_LETTERS = r"\w\u0300-\u036f\u0900-\u0dff"
"""Letters and the marks that belong to them: `\\w` alone leaves out vowel signs of Indian scripts."""

_WITHOUT_BLANKS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts that put no blank between words: there a word may stand inside others."""


@cache
def attachment_words() -> tuple[str, ...]:
    """Give our words in all languages, in lower case.

    >>> "anbei" in attachment_words()
    True
    """
    table = tomllib.loads(resources.read_text("data/attachment_words.toml"))
    return tuple(word.casefold() for words in table["words"].values() for word in words)


def promise_in(text: str, more: tuple[str, ...] = ()) -> str:
    """Give the first of our words, or of `more`, that stands in a text as a whole word; "" if none does.

    >>> promise_in("Anbei der Bericht."), promise_in("Der Nanbeispieler"), promise_in("報告書を添付します。")
    ('anbei', '', '添付')
    """
    folded = " ".join(text.casefold().split())
    words = (*(" ".join(word.casefold().split()) for word in more), *attachment_words())
    return next((word for word in words if word and word in folded and _pattern(word).search(folded)), "")


@cache
def _pattern(word: str) -> re.Pattern[str]:
    """Give the pattern that finds a word where neither of its ends goes on."""
    before = "" if _WITHOUT_BLANKS.match(word[0]) else rf"(?<![{_LETTERS}])"
    behind = "" if _WITHOUT_BLANKS.match(word[-1]) else rf"(?![{_LETTERS}])"
    return re.compile(f"{before}{re.escape(word)}{behind}")
