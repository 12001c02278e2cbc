"""TEXT values (RFC 5545 section 3.3.11): text as it is typed, and as it stands in a property value.

Typed text has LF line ends; line ends of any kind are taken. What stands in a value is one line.
"""

import re
from collections.abc import Iterable

from sescomposer.core.invitation.parameters import check_characters

_LINE_END = re.compile(r"\r\n|[\r\n]")
_TO_ESCAPE = re.compile(r"[\\;,\n]")
_ESCAPED = {"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"}
_TO_READ = re.compile(r"\\([\\;,nN])")
_LIST_ITEM = re.compile(r"(?:[^\\,]++|\\.|\\\Z|(?!))*+", re.DOTALL)


def escaped(text: str, what: str = "The text") -> str:
    r"""Write text as a TEXT value; `what` names it in the sentence of an error.

    Raises:
        MessageError: a control character that is neither tabulator nor line end, or an unpaired surrogate.

    >>> print(escaped('a,b;c\\d "e": f\r\ng'))
    a\,b\;c\\d "e": f\ng
    """
    text = _LINE_END.sub("\n", text)
    check_characters(what, text.replace("\n", " "))
    return _TO_ESCAPE.sub(lambda match: _ESCAPED[match[0]], text)


def unescaped(value: str) -> str:
    r"""Read a TEXT value; a backslash before any other character stays.

    >>> unescaped(r"a\,b\;c\\d\ne \x")
    'a,b;c\\d\ne \\x'
    """
    return _TO_READ.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def escaped_list(texts: Iterable[str]) -> str:
    r"""Write several texts as one value, with commas between.

    >>> print(escaped_list(["a,b", "c"]))
    a\,b,c
    """
    return ",".join(map(escaped, texts))


def unescaped_list(value: str) -> tuple[str, ...]:
    r"""Read a value that holds several texts; a value without characters holds one text without characters.

    >>> unescaped_list(r"a\,b,c")
    ('a,b', 'c')
    """
    texts = []
    start = 0
    while True:
        item = _LIST_ITEM.match(value, start)
        stop = item.end() if item is not None else len(value)
        texts.append(unescaped(value[start:stop]))
        if stop >= len(value):
            return tuple(texts)
        start = stop + 1
