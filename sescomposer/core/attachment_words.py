"""Words by which a text promises an attachment, from our data file."""

import tomllib
from functools import cache

from sescomposer import resources


@cache
def attachment_words() -> tuple[str, ...]:
    """Give the words in all languages, in lower case.

    >>> "anbei" in attachment_words()
    True
    """
    table = tomllib.loads(resources.read_text("data/attachment_words.toml"))
    return tuple(word.casefold() for words in table["words"].values() for word in words)
