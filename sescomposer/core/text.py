"""Persistent text: an immutable sequence of blocks that versions of a text share.

An edit makes new blocks only around itself. Line ends are LF; any other character may occur, CR and NUL included,
but no unpaired surrogates, as no charset can hold them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from sescomposer.core.block import Block, cut_lines, cut_open_line, takes_part_in_cut
from sescomposer.core.errors import EncodingError
from sescomposer.core.lazy import lazy
from sescomposer.core.octets import Octets

_SMALL_BLOCK = 1024
_LARGE_BLOCK = 6144


class Text:
    """An immutable text in blocks of lines. Compared by identity; `str` gives its characters.

    >>> text = Text.of("one\\ntwo\\n").splice(4, 3, "three")
    >>> str(text), len(text), text.line_count, text.line(1)
    ('one\\nthree\\n', 10, 2, 'three')
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)
        self.octets_cache: dict[tuple[str, str, bytes], Octets] = {}

    @staticmethod
    def of(text: str) -> "Text":
        """Make a text of characters with LF line ends.

        Raises:
            EncodingError: an unpaired surrogate.
        """
        _check(text)
        return Text(cut_lines(text))

    def __str__(self) -> str:
        return "".join([block.text for block in self.blocks])

    def __repr__(self) -> str:
        return f"<Text of {len(self)}>"

    def __len__(self) -> int:
        return self.ends[-1] if self.blocks else 0

    @lazy
    def ends(self) -> tuple[int, ...]:
        """Where each block ends, in characters."""
        return tuple(accumulate([block.length for block in self.blocks]))

    @lazy
    def utf16_ends(self) -> tuple[int, ...]:
        """Where each block ends, in UTF-16 code units."""
        return tuple(accumulate([block.utf16_length for block in self.blocks]))

    @lazy
    def newline_ends(self) -> tuple[int, ...]:
        """How many LF there are up to the end of each block."""
        return tuple(accumulate([block.newlines for block in self.blocks]))

    @property
    def utf16_length(self) -> int:
        """Length in UTF-16 code units."""
        return self.utf16_ends[-1] if self.blocks else 0

    @property
    def line_count(self) -> int:
        """How many lines there are; characters after the last LF are a line too, so an empty text has none."""
        if not self.blocks:
            return 0
        return self.newline_ends[-1] + (not self.blocks[-1].text.endswith("\n"))

    @lazy
    def longest_line(self) -> int:
        """Characters of the longest line without its LF."""
        longest = line = 0
        for block in self.blocks:
            first = block.text.find("\n") if block.newlines else block.length
            longest = max(longest, line + first, block.facts.longest_line)
            line = line + block.length if block.continues else 0
        return longest

    def character_of_utf16(self, units: int) -> int:
        """Give the character at an offset in UTF-16 code units; one inside a character counts as its start.

        >>> Text.of("😀b").character_of_utf16(2)
        1
        """
        index, units = _within(self.utf16_ends, units)
        if not self.blocks:
            return 0
        return self.ends[index] - self.blocks[index].length + self.blocks[index].character_of(units)

    def utf16_of_character(self, position: int) -> int:
        """Give the offset in UTF-16 code units of a character."""
        index, position = _within(self.ends, position)
        if not self.blocks:
            return 0
        return self.utf16_ends[index] - self.blocks[index].utf16_length + self.blocks[index].units_of(position)

    def slice(self, start: int, stop: int) -> str:
        """Give the characters of a window; both ends are offsets from 0 and are cut to the length."""
        start, stop = max(start, 0), min(stop, len(self))
        if start >= stop:
            return ""
        first, last = bisect_right(self.ends, start), bisect_right(self.ends, stop - 1)
        base = self.ends[first] - self.blocks[first].length
        return "".join([block.text for block in self.blocks[first : last + 1]])[start - base : stop - base]

    def line_start(self, line: int) -> int:
        """Give the position of the first character of a line (from 0); that of `line_count` is the end.

        Raises:
            IndexError: there are fewer lines.
        """
        if line == 0:
            return 0
        if not 0 < line <= self.line_count:
            raise IndexError(line)
        if line > self.newline_ends[-1]:
            return len(self)
        index, number = _within(self.newline_ends, line - 1)
        block = self.blocks[index]
        rest = block.text.split("\n", number + 1)[number + 1]
        return self.ends[index] - len(rest)

    def line(self, number: int) -> str:
        """Give a line (from 0) without its LF."""
        if not 0 <= number < self.line_count:
            raise IndexError(number)
        text = self.slice(self.line_start(number), self.line_start(number + 1))
        return text.removesuffix("\n")

    def line_of(self, position: int) -> int:
        """Give the number of the line that holds a position; the one after a last LF belongs to the line after it."""
        if not self.blocks:
            return 0
        index, position = _within(self.ends, min(max(position, 0), len(self)))
        block = self.blocks[index]
        return self.newline_ends[index] - block.newlines + block.text.count("\n", 0, position)

    def splice(self, position: int, removed: int, added: str, *, utf16: bool = False) -> "Text":
        """Replace `removed` characters from `position` on by `added`, which has LF line ends.

        Args:
            position: Offset from 0; with `utf16`, it and `removed` count UTF-16 code units, as Qt does.
            removed: How many are taken out.
            added: What is put in.
            utf16: Whether positions are UTF-16 code units.

        Raises:
            EncodingError: an unpaired surrogate in `added`.
            IndexError: the part to take out is not in the text.

        >>> str(Text.of("a😀b").splice(1, 2, "", utf16=True))
        'ab'
        """
        _check(added)
        stop = position + removed
        if not 0 <= position <= stop <= (self.utf16_length if utf16 else len(self)):
            raise IndexError(position)
        if utf16:
            position, stop = self.character_of_utf16(position), self.character_of_utf16(stop)
        if not self.blocks:
            return Text(cut_lines(added))
        return self._spliced(position, stop, added)

    def _spliced(self, position: int, stop: int, added: str) -> "Text":
        blocks = self.blocks
        first, start = _within(self.ends, position)
        last, stop = _within(self.ends, stop)
        head, tail = blocks[first].text[:start], blocks[last].text[stop:]
        while first and blocks[first - 1].continues and self._is_cut_by(first - 1, position):
            first -= 1
            head = blocks[first].text + head
        text = head + added + tail
        last, text = self._to_line_end(last, text)
        first, last, text = self._with_neighbour(first, last, text)
        return Text(self._recut(first, last, text))

    def _is_cut_by(self, index: int, position: int) -> bool:
        return takes_part_in_cut(self.ends[index] - self.blocks[index].length, position)

    def _to_line_end(self, last: int, text: str) -> tuple[int, str]:
        """Take in further blocks until the text ends with a line, with a segment or with all text."""
        while last + 1 < len(self.blocks) and not self.blocks[last].continues and not text.endswith("\n") and text:
            last += 1
            text += self.blocks[last].text
        return last, text

    def _with_neighbour(self, first: int, last: int, text: str) -> tuple[int, int, str]:
        """Take in a neighbour where the text alone would be a very small block."""
        blocks = self.blocks
        if len(text) >= _SMALL_BLOCK or blocks[last].continues:
            return first, last, text
        if last + 1 < len(blocks) and not blocks[last + 1].continues and blocks[last + 1].length <= _LARGE_BLOCK:
            return first, last + 1, text + blocks[last + 1].text
        if first and not blocks[first - 1].continues and blocks[first - 1].length <= _LARGE_BLOCK:
            return first - 1, last, blocks[first - 1].text + text
        return first, last, text

    def _recut(self, first: int, last: int, text: str) -> Sequence[Block]:
        before, after = self.blocks[:first], self.blocks[last + 1 :]
        if not self.blocks[last].continues:
            return (*before, *cut_lines(text), *after)
        line = text.rfind("\n") + 1
        cut, taken = cut_open_line(text[line:], iter(after))
        return (*before, *cut_lines(text[:line]), *cut, *after[taken:])

    def replaced(self, text: str) -> "Text":
        """Give the text with these characters; blocks that are equal at its start and its end are shared.

        Raises:
            EncodingError: an unpaired surrogate.
        """
        start = index = 0
        while index < len(self.blocks) and text.startswith(self.blocks[index].text, start):
            start += self.blocks[index].length
            index += 1
        old, new, last = len(self), len(text), len(self.blocks)
        while (
            last > index
            and new - self.blocks[last - 1].length >= start
            and text.endswith(self.blocks[last - 1].text, start, new)
        ):
            last -= 1
            old, new = old - self.blocks[last].length, new - self.blocks[last].length
        return self if (start, start) == (old, new) else self.splice(start, old - start, text[start:new])


def _within(ends: Sequence[int], position: int) -> tuple[int, int]:
    """Give the index of the part that holds a position, the last one for the end, and the position inside it."""
    index = min(bisect_right(ends, position), max(len(ends) - 1, 0))
    return index, position - (ends[index - 1] if index else 0)


def _check(text: str) -> None:
    try:
        text.isascii() or text.encode("utf-8")
    except UnicodeEncodeError as error:
        sentence = f"The text has an unpaired surrogate, U+{ord(text[error.start]):04X}, at character {error.start}."
        raise EncodingError(sentence, hint="Remove that character.", position=error.start) from error
