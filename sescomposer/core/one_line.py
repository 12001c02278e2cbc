"""Text that stands on one line: what neither a header field nor the value of an option can hold."""

import re

_REFUSED = re.compile("[\r\n\x00\ud800-\udfff]")
_WHAT = {"\r": "a carriage return", "\n": "a line feed", "\x00": "a NUL"}


def misfit_of(value: str) -> tuple[int, str] | None:
    """Give the first character that does not fit on a line and its name, None if all fit.

    Args:
        value: Decoded text. CR, LF, NUL and unpaired surrogates do not fit.

    >>> misfit_of("two\\nlines"), misfit_of("any text \\u20ac")
    ((3, 'a line feed'), None)
    """
    found = _REFUSED.search(value)
    return (found.start(), _WHAT.get(found[0], "half of a character (an unpaired surrogate)")) if found else None
