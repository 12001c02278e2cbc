"""The words of address fields (RFC 5322 section 3.2): one pass, no octet looked at twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a token is."""

    BLANK = auto()
    TEXT = auto()
    """An atom, dots included; any character that is not special, also outside ASCII."""
    ENCODED = auto()
    """An encoded word (RFC 2047), whatever characters it holds."""
    QUOTED = auto()
    COMMENT = auto()
    LITERAL = auto()
    """A domain literal with its brackets."""
    SPECIAL = auto()
    """One of the characters < > @ , ; : ) ] [ or a lone backslash."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its octets as they stand, at `[start, stop)`; `ended` is false where a closing mark is missing."""

    kind: Kind
    text: str
    start: int
    ended: bool = True

    @property
    def stop(self) -> int:
        """Offset behind it."""
        return self.start + len(self.text)

    def is_special(self, characters: str) -> bool:
        """Whether it is one of these special characters."""
        return self.kind is Kind.SPECIAL and self.text in characters

    @property
    def content(self) -> str:
        """Text without quotes or parentheses around it and without quoting backslashes (RFC 5322 section 3.2.1)."""
        if self.kind not in (Kind.QUOTED, Kind.COMMENT):
            return self.text
        inner = self.text[1:-1] if self.ended else self.text[1:]
        return _QUOTED_PAIR.sub(r"\1", inner)


_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_TOKEN = re.compile(
    r"""(?P<BLANK>[ \t\r\n]++)
      | (?P<ENCODED>=\?[^\s?]++\?[bBqQ]\?[^\s?]*+\?=)
      | (?P<QUOTED>"(?:[^"\\]++|\\.|(?!))*+(?P<closed>")?)
      | (?P<COMMENT>\()
      | (?P<LITERAL>\[[^\[\]\\<>,]*+\])
      | (?P<SPECIAL>[<>@,;:)\]\[\\])
      | (?P<TEXT>(?:[^\s"(),:;<>@\[\]\\=]++|=(?!\?)|=)|[^ \t\r\n])""",
    re.VERBOSE | re.DOTALL,
)
_PARENTHESIS = re.compile(r"\\.|[()]", re.DOTALL)


def tokens(text: str) -> Iterator[Token]:
    """Give the tokens of `text` in order; joined they are `text`. Never raises.

    >>> [token.text for token in tokens('"J. D." <j@d.example> (x)')]
    ['"J. D."', ' ', '<', 'j', '@', 'd.example', '>', ' ', '(x)']
    """
    position = 0
    while (found := _TOKEN.match(text, position)) is not None:
        kind = Kind.QUOTED if found["QUOTED"] is not None else Kind[found.lastgroup or "TEXT"]
        stop, ended = found.end(), kind is not Kind.QUOTED or found["closed"] is not None
        if kind is Kind.COMMENT:
            stop, ended = comment_stop(text, position)
        yield Token(kind, text[position:stop], position, ended)
        position = stop


def comment_stop(text: str, start: int, stop: int | None = None) -> tuple[int, bool]:
    """Give the end of the comment that starts at `start`, nested ones included, and whether it has one before `stop`.

    >>> comment_stop("a (b (c)) d", 2)
    (9, True)
    """
    depth = 0
    limit = len(text) if stop is None else stop
    for mark in _PARENTHESIS.finditer(text, start, limit):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end(), True
    return limit, False
