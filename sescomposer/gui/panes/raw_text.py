"""Octets as they are shown: UTF-8 where it is valid, a visible sign for everything that would not be seen. No Qt here.

Positions in shown text are UTF-16 code units, because Qt counts so; offsets are octets.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

_PLAIN = bytes(range(0x20, 0x7F))
_NAMED = {
    0x061C: "ALM",
    0x200B: "ZWSP",
    0x200E: "LRM",
    0x200F: "RLM",
    0x2028: "LS",
    0x2029: "PS",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0xFEFF: "BOM",
}
"""Characters that cannot be seen or turn the order of others around; shown by name, so that nothing hides."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A run of octets as it is shown.

    Attributes:
        text: What is drawn.
        starts: Offset (from the first octet of the run) of every UTF-16 unit of `text`, and of its end; None where
            every octet is one unit.
        marks: Ranges of UTF-16 units that stand for octets in disguise: controls, invalid octets.
        length: Number of octets.
    """

    text: str
    starts: tuple[int, ...] | None
    marks: tuple[tuple[int, int], ...]
    length: int

    def offset_of(self, position: int) -> int:
        """Give the offset where the character at a UTF-16 position starts."""
        if self.starts is None:
            return min(max(position, 0), self.length)
        return self.starts[min(max(position, 0), len(self.starts) - 1)]

    def position_of(self, offset: int) -> int:
        """Give the first UTF-16 position of the character that holds an offset."""
        if self.starts is None:
            return min(max(offset, 0), self.length)
        if offset >= self.length:
            return len(self.starts) - 1
        start = self.starts[bisect_right(self.starts, max(offset, 0)) - 1]
        return bisect_left(self.starts, start)

    @property
    def is_plain(self) -> bool:
        """Whether every octet is one printable ASCII character."""
        return self.starts is None


def shown(octets: bytes) -> Shown:
    """Show octets of one line, without its line end.

    >>> shown(b"Hi").starts is None, shown(b"a\\x00\\xe9\\xc3\\xa9").text
    (True, 'a␀éé')
    >>> shown(b"a\\x00\\xe9\\xc3\\xa9").starts
    (0, 1, 2, 3, 5)
    """
    if not octets.translate(None, _PLAIN):
        return Shown(octets.decode("ascii"), None, (), len(octets))
    signs: list[str] = []
    starts: list[int] = []
    marks: list[tuple[int, int]] = []
    offset = 0
    for character in octets.decode("utf-8", "surrogateescape"):
        sign, is_mark = _sign(ord(character))
        units = sum(2 if ord(c) > 0xFFFF else 1 for c in sign)
        if is_mark:
            marks.append((len(starts), len(starts) + units))
        starts.extend([offset] * units)
        signs.append(sign)
        offset += _octets_in(ord(character))
    return Shown("".join(signs), (*starts, offset), tuple(marks), len(octets))


def _sign(code: int) -> tuple[str, bool]:
    """Give what stands for a code point (invalid octets come as surrogates), and whether it is a disguise."""
    if 0xDC80 <= code <= 0xDCFF:
        octet = code - 0xDC00
        return (chr(octet) if octet >= 0xA1 and octet != 0xAD else "\ufffd"), True
    if code < 0x20 and code != 0x09:
        return chr(0x2400 + code), True
    if code == 0x7F:
        return "\u2421", True
    if 0x80 <= code <= 0x9F:
        return "\ufffd", True
    if code in _NAMED:
        return f"\u27e8{_NAMED[code]}\u27e9", True
    return chr(code), False


def _octets_in(code: int) -> int:
    if 0xDC80 <= code <= 0xDCFF or code < 0x80:
        return 1
    return 2 if code < 0x800 else 3 if code < 0x10000 else 4


def copied(octets: bytes) -> str:
    """Give octets as text for the clipboard: UTF-8 where it is valid, else Latin-1; LF line ends; NUL as its picture.

    >>> copied(b"a\\r\\n\\xc3\\xa9\\xe9")
    'a\\néé'
    """
    text = octets.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\0", "\u2400")
    return text.translate(_LATIN_1)


_LATIN_1 = {0xDC00 + octet: chr(octet) for octet in range(0x80, 0x100)}


def whole(octets: bytes, *, at_start: bool, at_stop: bool) -> tuple[int, int]:
    """Give how much of a window to leave out so that it cuts no UTF-8 sequence.

    Args:
        octets: A window of a longer run.
        at_start: The window begins inside the run.
        at_stop: The window ends inside the run.

    Returns:
        Octets to leave out at the start and at the end, at most 3 each.

    >>> whole(b"\\xa9ab\\xc3", at_start=True, at_stop=True)
    (1, 1)
    """
    first = next((i for i, octet in enumerate(octets[:4]) if octet & 0xC0 != 0x80), 0) if at_start else 0
    return first, _cut_sequence(octets) if at_stop else 0


def _cut_sequence(octets: bytes) -> int:
    for back in range(1, min(4, len(octets) + 1)):
        octet = octets[-back]
        if octet & 0xC0 != 0x80:
            wanted = 4 if octet >= 0xF0 else 3 if octet >= 0xE0 else 2 if octet >= 0xC0 else 1
            return back if wanted > back else 0
    return 0
