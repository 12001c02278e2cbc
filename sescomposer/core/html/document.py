"""A text of HTML with its tokens, and the same after an edit without reading all of it again."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import NamedTuple

from sescomposer.core.html.tokens import Kind, Token, tokenize
from sescomposer.core.lazy import lazy

_BLOCK_TOKENS = 256


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some tokens in a row; their starts count from the start of the block, so that an edit before moves nothing."""

    length: int
    starts: "array[int]"
    kinds: bytes


class _Place(NamedTuple):
    """Where a token stands: number of its block, and its number in the block."""

    block: int
    token: int


@dataclass(frozen=True, eq=False, repr=False)
class HtmlDocument:
    """HTML as typed (LF or any other line ends) with its tokens. Immutable; made by `of` or `edited`.

    >>> document = HtmlDocument.of("<p>Hello</p>")
    >>> [token.kind.name for token in document.tokens()]
    ['START_TAG', 'TEXT', 'END_TAG']
    >>> later = document.edited(8, 0, "<b>", "<p>Hello<b></p>")
    >>> [token.kind.name for token in later.tokens()]
    ['START_TAG', 'TEXT', 'START_TAG', 'END_TAG']
    """

    text: str
    _blocks: tuple[_Block, ...] = field(default=())

    @staticmethod
    def of(text: "str | HtmlDocument") -> "HtmlDocument":
        """Read a whole text; takes about 0.2 s for 1 MB of dense markup. A document is given back as it is."""
        if isinstance(text, HtmlDocument):
            return text
        return HtmlDocument(text, tuple(_blocks_of(tokenize(text), 0, len(text))))

    def __repr__(self) -> str:
        """One line, without content."""
        return f"<HtmlDocument of {len(self.text)} characters>"

    @lazy
    def _block_starts(self) -> list[int]:
        """Offset of each block, and behind them the length of the text."""
        return list(accumulate((block.length for block in self._blocks), initial=0))

    def tokens(self, start: int = 0, stop: int | None = None) -> Iterator[Token]:
        """Give the tokens that touch the characters from `start` up to `stop`, in order."""
        end = len(self.text) if stop is None else stop
        place = self._place(start)
        for number in range(place.block, len(self._blocks)):
            for token in self._block_tokens(number, place.token if number == place.block else 0):
                if token.start >= end:
                    return
                yield token

    def token_at(self, offset: int) -> Token | None:
        """Give the token that holds the character at `offset`, or None behind the last."""
        return next(self.tokens(offset, offset + 1), None) if offset < len(self.text) else None

    def edited(self, start: int, removed: int, added: str, new_text: str) -> "HtmlDocument":
        """Give the document after an edit; only tokens near the edit are read again.

        Args:
            start: Offset of the edit.
            removed: Number of characters taken out there.
            added: Characters put in their place.
            new_text: The whole text after the edit.
        """
        shift = len(added) - removed
        place = self._restart(start)
        position = self._offset(place)
        fresh: list[Token] = []
        rest = _Place(len(self._blocks), 0)
        for token in tokenize(new_text, position):
            fresh.append(token)
            if token.stop >= start + len(added) and token.kind is not Kind.RAW_START_TAG:
                found = self._boundary(token.stop - shift)
                if found is not None:
                    rest = found
                    break
        return HtmlDocument(new_text, self._joined(place, position, fresh, rest, shift))

    def _joined(self, place: _Place, position: int, fresh: list[Token], rest: _Place, shift: int) -> tuple[_Block, ...]:
        """Put together the blocks before `place`, the fresh tokens and the blocks from `rest` on."""
        head = self._block_starts[place.block]
        kept = self._block_tokens(place.block)[: place.token] if place.block < len(self._blocks) else []
        tail: list[Token] = []
        behind = fresh[-1].stop if fresh else position
        if rest.token and rest.block < len(self._blocks):
            tail = [
                Token(token.start + shift, token.stop + shift, token.kind)
                for token in self._block_tokens(rest.block)[rest.token :]
            ]
            behind = tail[-1].stop
            rest = _Place(rest.block + 1, 0)
        middle = _blocks_of(chain(kept, fresh, tail), head, behind)
        return (*self._blocks[: place.block], *middle, *self._blocks[rest.block :])

    def _place(self, offset: int) -> _Place:
        """Find the token that holds `offset`."""
        number = bisect_right(self._block_starts, offset, 0, len(self._blocks)) - 1
        if number < 0:
            return _Place(0, 0)
        within = offset - self._block_starts[number]
        return _Place(number, max(0, bisect_right(self._blocks[number].starts, within) - 1))

    def _offset(self, place: _Place) -> int:
        if place.block >= len(self._blocks):
            return 0
        return self._block_starts[place.block] + self._blocks[place.block].starts[place.token]

    def _before(self, place: _Place) -> _Place:
        """Give the place of the token before; the first stays."""
        if place.token:
            return _Place(place.block, place.token - 1)
        if place.block:
            return _Place(place.block - 1, len(self._blocks[place.block - 1].starts) - 1)
        return place

    def _restart(self, start: int) -> _Place:
        """Find where to read again: two tokens back, because a token ends where the next ones allow it to."""
        place = self._before(self._before(self._place(max(0, start - 1))))
        while place != (0, 0) and self._blocks[place.block].kinds[place.token] == Kind.RAW_TEXT:
            place = self._before(place)
        return place

    def _boundary(self, offset: int) -> _Place | None:
        """Find the token that begins at `offset`, if reading from there does not depend on what stands before."""
        if offset >= len(self.text):
            return None
        place = self._place(offset)
        if self._offset(place) != offset:
            return None
        before = self._before(place)
        raw = before != place and self._blocks[before.block].kinds[before.token] == Kind.RAW_START_TAG
        return None if raw else place

    def _block_tokens(self, number: int, first: int = 0) -> list[Token]:
        """Give the tokens of one block with their offsets in the text."""
        block, base = self._blocks[number], self._block_starts[number]
        starts = block.starts
        stops = chain(starts[first + 1 :], (block.length,))
        return [
            Token(base + start, base + stop, Kind(kind))
            for start, stop, kind in zip(starts[first:], stops, block.kinds[first:], strict=True)
        ]


def _blocks_of(tokens: Iterable[Token], start: int, stop: int) -> Iterator[_Block]:
    """Cut tokens that tile the text from `start` to `stop` into blocks."""
    starts, kinds, base = array("I"), bytearray(), start
    for token in tokens:
        if len(kinds) == _BLOCK_TOKENS:
            yield _Block(token.start - base, starts, bytes(kinds))
            starts, kinds, base = array("I"), bytearray(), token.start
        starts.append(token.start - base)
        kinds.append(token.kind)
    if kinds:
        yield _Block(stop - base, starts, bytes(kinds))
