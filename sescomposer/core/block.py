"""A block of text: some whole lines, or one segment of a line that is too long for a block.

Where a long line is cut into segments is a function of that line alone, so that what is encoded segment by segment
does not depend on how a text was typed. The cuts follow the content, as in deduplicating stores: after an edit they
fall back onto the old ones, mostly within one segment.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sescomposer.core.lazy import lazy
from sescomposer.core.limits import LINE_OCTETS
from sescomposer.core.octets import Octets

BLOCK_CHARACTERS = 4096
SHORTEST_SEGMENT = 2048
LONGEST_SEGMENT = 6144

# Any fixed order will do that does not begin with what is frequent in text of all sorts.
_ORDER = tuple(bytes([octet * 167 % 256]) for octet in range(1, 257))


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides how a block may be encoded.

    Attributes:
        is_ascii: Whether all characters are ASCII.
        longest_line: Characters of the longest line without its LF, or of its part that stands in the block.
        has_from: Whether a line starts with `From `.
        has_lone_dot: Whether a line is a single `.`.
        has_trailing_blank: Whether a line ends with a blank or a tab.
        has_control: Whether there is a NUL or a CR.
    """

    is_ascii: bool
    longest_line: int
    has_from: bool
    has_lone_dot: bool
    has_trailing_blank: bool
    has_control: bool

    @property
    def is_plain(self) -> bool:
        """Whether nothing but its charset or a long line may forbid that it stands in a message as it is."""
        return not (self.has_from or self.has_lone_dot or self.has_trailing_blank or self.has_control)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a block takes in some charset.

    Attributes:
        octets: Its octets with LF as line end.
        escaped: How many of them quoted-printable must escape.
        is_seven_bit: Whether they may stand in a message as they are.
    """

    octets: int
    escaped: int
    is_seven_bit: bool


class Block:
    """Part of a text, never empty. LF line ends; no unpaired surrogates.

    Attributes:
        text: Its characters.
        continues: Whether it is a segment without LF whose line goes on in the next block.
        encodings: Its octets by charset, encoding and line end; kept by `text_encoding`.
        costs: Its cost by charset; None where the charset cannot hold it.
    """

    def __init__(self, text: str, continues: bool = False) -> None:
        self.text = text
        self.continues = continues
        self.length = len(text)
        self.encodings: dict[tuple[str, str, bytes], Octets] = {}
        self.costs: dict[str, Cost | None] = {}

    def __repr__(self) -> str:
        return f"<Block of {self.length}{' continues' if self.continues else ''}>"

    @lazy
    def utf16_length(self) -> int:
        """Length in UTF-16 code units."""
        return self.length if self.text.isascii() else len(self.text.encode("utf-16-le")) // 2

    @lazy
    def newlines(self) -> int:
        """How many LF it has."""
        return self.text.count("\n")

    @lazy
    def is_seven_bit(self) -> bool:
        """Whether it is ASCII and may stand in a message as it is (RFC 2045 section 2.7, RFC 5322 section 2.1.1)."""
        facts = self.facts
        return facts.is_ascii and facts.is_plain and facts.longest_line <= LINE_OCTETS

    @lazy
    def facts(self) -> Facts:
        """What decides how it may be encoded."""
        text = self.text
        lines = text.split("\n") if self.newlines < self.length else [""]
        return Facts(
            is_ascii=text.isascii(),
            longest_line=max(map(len, lines)),
            has_from=text.startswith("From ") or "\nFrom " in text,
            has_lone_dot="." in lines,
            has_trailing_blank=" \n" in text or "\t\n" in text or (not self.continues and text[-1] in " \t"),
            has_control="\0" in text or "\r" in text,
        )

    def character_of(self, units: int) -> int:
        """Give the character at an offset in UTF-16 code units; one inside a character counts as its start."""
        if self.utf16_length == self.length:
            return units
        return len(self.text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore"))

    def units_of(self, characters: int) -> int:
        """Give the offset in UTF-16 code units of a character."""
        if self.utf16_length == self.length:
            return characters
        return len(self.text[:characters].encode("utf-16-le")) // 2


def cut_lines(text: str) -> list[Block]:
    """Cut text that starts at the start of a segment and ends at the end of a line, or of all text, into blocks."""
    blocks: list[Block] = []
    start = 0
    while start < len(text):
        stop = text.find("\n", start + BLOCK_CHARACTERS - 1) + 1 or len(text)
        part = text[start:stop]
        if len(part) > LONGEST_SEGMENT and max(map(len, part.split("\n"))) > LONGEST_SEGMENT:
            blocks.extend(_cut_long_lines(part))
        else:
            blocks.append(Block(part))
        start = stop
    return blocks


def _cut_long_lines(text: str) -> Iterator[Block]:
    """Cut text with a long line: segments stand alone, what is left of the line goes with the lines after it."""
    start = line = 0
    while line < len(text):
        end = text.find("\n", line)
        end = len(text) if end < 0 else end
        at = line
        while (stop := _cut(text, at, end)) is not None:
            if start < at:
                # Short lines before the long one; segments themselves start right after one another.
                yield Block(text[start:at])
            yield Block(text[at:stop], continues=True)
            start = at = stop
        line = end + 1
    if start < len(text):
        yield Block(text[start:])


def _cut(text: str, start: int, end: int) -> int | None:
    """Give where the segment that starts at `start` is cut; None where it takes the rest of the line up to `end`."""
    if end - start <= LONGEST_SEGMENT:
        return None
    first = start + SHORTEST_SEGMENT
    return first + _landmark(text[first : start + LONGEST_SEGMENT])


def takes_part_in_cut(start: int, position: int) -> bool:
    """Whether what stands at a position has a part in where the segment that starts at `start` is cut."""
    return position <= start + LONGEST_SEGMENT


def _landmark(window: str) -> int:
    """Give the offset of a place that is also chosen in most windows that overlap this one.

    It is where the run up to the next occurrence of some octet is the greatest one, octets being the low ones of the
    characters.
    """
    octets = window.encode("utf-32-le")[::4]
    mark = next(octet for octet in _ORDER if octet in octets)
    if octets.count(mark) == len(octets):
        # All runs are empty: the first is as great as any.
        return 0
    runs = octets.split(mark)[1:-1]
    return octets.find(mark + max(runs) + mark) if runs else octets.find(mark)


def cut_open_line(line: str, following: Iterator[Block]) -> tuple[list[Block], int]:
    """Cut the start of a long line whose rest stands in the blocks that follow.

    Args:
        line: Without LF, from the start of a segment to the start of the first block that follows.
        following: Blocks after it, taken one by one until a cut falls on an old one or the line ends.

    Returns:
        Blocks that replace the text and the blocks taken, and how many blocks were taken.
    """
    blocks: list[Block] = []
    taken: list[Block] = []
    unused: list[int] = [0]  # lengths of the last none, one, two ... blocks taken
    while line:
        if len(line) < LONGEST_SEGMENT:
            block = next(following)
            taken.append(block)
            unused = [0, *[length + block.length for length in unused]]
            line += block.text
            if not block.continues:
                return blocks + cut_lines(line), len(taken)
            continue
        stop = _cut(line, 0, len(line) + 1) or len(line)
        blocks.append(Block(line[:stop], continues=True))
        line = line[stop:]
        unused = [length for length in unused if length <= len(line)]
        if unused[-1] == len(line):
            return blocks, len(taken) - len(unused) + 1
    return blocks, len(taken)
