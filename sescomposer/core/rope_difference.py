"""Where two ropes differ: one splice, found from both ends by what they share.

Pieces that show the same run of the same buffer are skipped without looking at an octet, so that the difference of two
roots of one draft costs what was typed, not what is attached. Only where buffers differ are octets compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sescomposer.core.octets import Octets
from sescomposer.core.piece import Piece
from sescomposer.core.source import Slice, Source
from sescomposer.core.virtual import Base64Piece, Content

_WINDOW = 65536


@dataclass(frozen=True, slots=True)
class Difference:
    """The splice that makes one rope of another.

    Attributes:
        start: Offset of the splice in both ropes.
        removed: Octets that the old rope has there.
        inserted: What the new rope has there; shares its pieces.
    """

    start: int
    removed: int
    inserted: Octets


def difference(old: Octets, new: Octets) -> Difference:
    """Give one splice that makes `new` of `old`.

    >>> found = difference(Octets.of(b"Dear Ann,"), Octets.of(b"Dear Anna,"))
    >>> found.start, found.removed, bytes(found.inserted)
    (8, 0, b'a')
    """
    before, after = tuple(old.pieces()), tuple(new.pieces())
    shorter = min(len(old), len(new))
    start = _common(before, after, shorter, backwards=False)
    tail = _common(before, after, shorter - start, backwards=True)
    return Difference(start, len(old) - tail - start, new[start : len(new) - tail])


def apply(old: Octets, found: Difference) -> Octets:
    """Give `old` with the splice done; inverse of `difference`."""
    return Octets.join((old[: found.start], found.inserted, old[found.start + found.removed :]))


class _Cursor:
    """Goes over the octets of pieces, from the first or from the last."""

    def __init__(self, pieces: Sequence[Piece], *, backwards: bool) -> None:
        self._rest = iter(reversed(pieces) if backwards else pieces)
        self._backwards = backwards
        self.piece: Piece | None = None
        self.left = 0
        self._next()

    def _next(self) -> None:
        self.piece = next(self._rest, None)
        self.left = self.piece.length if self.piece else 0

    def offset(self, count: int) -> int:
        """Where the next `count` octets begin in the piece."""
        length = self.piece.length if self.piece else 0
        return self.left - count if self._backwards else length - self.left

    def window(self, count: int) -> bytes:
        """The next `count` octets."""
        start = self.offset(count)
        return bytes(self.piece.window(start, start + count)) if self.piece else b""

    def advance(self, count: int) -> None:
        """Leave `count` octets of the piece behind."""
        self.left -= count
        if self.left == 0:
            self._next()


def _common(before: Sequence[Piece], after: Sequence[Piece], limit: int, *, backwards: bool) -> int:
    """Count the equal octets at one end, at most `limit`."""
    one, other = _Cursor(before, backwards=backwards), _Cursor(after, backwards=backwards)
    done = 0
    while done < limit:
        count = min(one.left, other.left, limit - done)
        if not _is_same_run(one, other, count):
            count = min(count, _WINDOW)
            equal = _equal_octets(one.window(count), other.window(count), backwards=backwards)
            if equal < count:
                return done + equal
        one.advance(count)
        other.advance(count)
        done += count
    return done


def _is_same_run(one: _Cursor, other: _Cursor, count: int) -> bool:
    """Whether the next octets of both are the same part of the same buffer."""
    match one.piece, other.piece:
        case Slice() as first, Slice() as second:
            same = _is_same_source(first.source, second.source)
        case Base64Piece() as first, Base64Piece() as second:
            same = first.line_end == second.line_end and _is_same_content(first.content, second.content)
        case _:
            return False
    return same and first.start + one.offset(count) == second.start + other.offset(count)


def _is_same_source(first: Source, second: Source) -> bool:
    return first is second or (first.name != "" and first.name == second.name)


def _is_same_content(first: Content, second: Content) -> bool:
    """Whether two contents are the same runs, piece by piece; one cut otherwise may count as different."""
    if first is second:
        return True
    if not isinstance(first, Octets) or not isinstance(second, Octets) or len(first) != len(second):
        return False
    pieces = zip(first.pieces(), second.pieces(), strict=False)
    return all(
        isinstance(a, Slice)
        and isinstance(b, Slice)
        and (a.start, a.stop) == (b.start, b.stop)
        and _is_same_source(a.source, b.source)
        for a, b in pieces
    )


def _equal_octets(one: bytes, other: bytes, *, backwards: bool) -> int:
    """Count the equal octets at one end of two windows of equal length, by halves."""
    if one == other:
        return len(one)
    known, differs = 0, len(one)
    while differs - known > 1:
        middle = (known + differs) // 2
        part = slice(len(one) - middle, None) if backwards else slice(None, middle)
        if one[part] == other[part]:
            known = middle
        else:
            differs = middle
    return known
