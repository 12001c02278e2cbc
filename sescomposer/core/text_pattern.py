"""Texts with named values, such as "Duplicate header '{field}'": read out of an answer, and filled to make one."""

import re
from collections.abc import Mapping
from functools import lru_cache

_NAMED = re.compile(r"\{(?P<name>\w+)(?P<is_token>!?)\}")
_TOKEN = "[^\\s'`\"<>]*[^\\s'`\"<>.,]"
_TO_THE_END = r"[\s.,…]*\Z"
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def values_in(text: str, pattern: str, *, at_start: bool) -> dict[str, str] | None:
    """Give the named values that a text holds if it holds the pattern, else None.

    Case and the length of blanks do not count; what stands behind the pattern does not either. A value that ends the
    pattern reaches to the end of the text, without its full stop.

    Args:
        text: What is searched.
        pattern: `{name}` stands for any characters, `{name!}` for some without blanks, quotes and angle brackets.
        at_start: Whether the text must begin with it.

    >>> values_in("duplicate header 'To'.", "Duplicate header '{field}'", at_start=True)
    {'field': 'To'}
    """
    compiled = _compiled(pattern)
    found = compiled.match(text) if at_start else compiled.search(text)
    return {name: value.strip(" ,…") for name, value in found.groupdict("").items()} if found else None


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """Give the pattern with its values.

    >>> filled("Tag {name!} of {count}", {"name": "a", "count": "2"})
    'Tag a of 2'
    """
    return _NAMED.sub(lambda named: values[named["name"]], pattern)


def said(sentence: str, values: Mapping[str, str]) -> str:
    """Give a sentence with its values; what stands in [brackets] is left out if a value in it is missing or empty.

    >>> said("There is no set[ '{set}'][ in {region}].", {"set": "news"})
    "There is no set 'news'."
    """

    def part(found: re.Match[str]) -> str:
        wanted = [values.get(named["name"], "") for named in _NAMED.finditer(found[1])]
        return _NAMED.sub(lambda named: values[named["name"]], found[1]) if all(wanted) else ""

    return _OPTIONAL.sub(part, sentence)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces, start = [], 0
    for named in _NAMED.finditer(pattern):
        pieces.append(_literal(pattern[start : named.start()]))
        is_last = _NAMED.search(pattern, named.end()) is None
        pieces.append(f"(?P<{named['name']}>{_any(pattern, named, is_last)})")
        start = named.end()
    pieces.append(_TO_THE_END if pattern.endswith("}") and not pattern.endswith("!}") else _literal(pattern[start:]))
    return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)


def _any(pattern: str, named: re.Match[str], is_last: bool) -> str:
    """Give what a value may be: as long as possible only where words follow it to the end of the pattern."""
    if named["is_token"]:
        return _TOKEN
    return ".*" if is_last and named.end() < len(pattern) else ".*?"


def _literal(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", text))
