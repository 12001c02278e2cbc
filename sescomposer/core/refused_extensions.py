"""File name extensions that Amazon SES refuses in attachments, from our data file."""

import tomllib
from functools import cache

from sescomposer import resources


@cache
def refused_extensions() -> frozenset[str]:
    """Give them in lower case without the dot.

    >>> "exe" in refused_extensions(), len(refused_extensions())
    (True, 90)
    """
    table = tomllib.loads(resources.read_text("data/refused_extensions.toml"))
    return frozenset(table["extensions"])
