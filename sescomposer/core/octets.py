"""A rope: an immutable sequence of octets made of shared pieces that is never joined unless somebody asks for it.

Pieces are windows of buffers (`source`), and base64 text that does not exist before it is read (`virtual`). Length,
slices, lines and searches cost nothing that depends on the length of what is not looked at.
"""

import mmap
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol, overload

from sescomposer.core import rope
from sescomposer.core.piece import Piece
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.source import Slice, Source
from sescomposer.core.virtual import Base64Piece, encoded_length

WRITE_OCTETS = 262144
_COMPARED_OCTETS = 65536
_KEPT_OCTETS = 128


class SupportsWrite(Protocol):
    """Where octets go: a binary file, a socket's file, a hash with a `write`."""

    def write(self, octets: bytes | memoryview, /) -> object:
        """Take octets; an unbuffered file may take fewer and say how many."""


class Line(NamedTuple):
    """One line: its number from 0, where it starts, and its octets without CR LF, which may be clipped.

    `length` counts all octets without the line end; `ending` is CRLF, LF or nothing.
    """

    number: int
    start: int
    length: int
    octets: bytes
    ending: bytes


class Octets:
    """An immutable rope of octets, compared by identity (`equals` compares the octets).

    >>> octets = Octets.of(b"one\\r\\n") + Octets.of(b"two\\r\\n")
    >>> len(octets), bytes(octets[3:8]), octets.line_count(), octets.lines(1, 1)[0].octets
    (10, b'\\r\\ntwo', 2, b'two')
    """

    __slots__ = ("_line_count", "_tree")

    def __init__(self, tree: rope.Tree | None = None) -> None:
        self._tree = tree
        self._line_count = -1

    @staticmethod
    def of(data: "bytes | bytearray | memoryview | mmap.mmap | Octets", name: str = "") -> "Octets":
        """Wrap a buffer without a copy and keep it alive; only a bytearray is copied, as it may change.

        `name` is the SHA-256 under which the content store keeps the buffer, "" where it does not.
        """
        if isinstance(data, Octets):
            return data
        if isinstance(data, bytearray):
            data = bytes(data)
        elif isinstance(data, memoryview) and (data.format != "B" or data.ndim != 1 or not data.c_contiguous):
            data = data.cast("B") if data.c_contiguous else data.tobytes()
        return Octets(Slice(Source(data, name), 0, len(data))) if len(data) else EMPTY

    @staticmethod
    def join(parts: "Iterable[Octets | bytes]") -> "Octets":
        """Put parts one after the other, sharing them.

        >>> bytes(Octets.join([b"a", Octets.of(b"b"), b""]))
        b'ab'
        """
        trees = [part._tree if isinstance(part, Octets) else _tree_of(part) for part in parts]
        return Octets(rope.join([tree for tree in trees if tree is not None]))

    def __len__(self) -> int:
        return self._tree.length if self._tree is not None else 0

    def __repr__(self) -> str:
        return f"<Octets of {len(self)}>"

    def __add__(self, other: "Octets | bytes") -> "Octets":
        if not isinstance(other, Octets | bytes):
            return NotImplemented
        return Octets(rope.concat(self._tree, Octets.of(other)._tree))

    def __radd__(self, other: bytes) -> "Octets":
        return Octets.of(other) + self

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> "Octets": ...
    def __getitem__(self, index: int | slice) -> "int | Octets":
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                raise ValueError("a slice of octets has no step")
            return Octets(rope.cut(self._tree, start, stop)) if self._tree and start < stop else EMPTY
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        return self.read(at, at + 1)[0]

    def __bytes__(self) -> bytes:
        return self.read(0, len(self))

    def read(self, start: int, stop: int) -> bytes:
        """Give a window as bytes; both ends are offsets from 0 and are cut to the length."""
        return bytes(self.window(start, stop))

    def window(self, start: int, stop: int) -> bytes | memoryview:
        """Give a window without a copy where one piece holds it; inside the core only."""
        tree = self._tree
        start, stop = max(start, 0), min(stop, tree.length if tree else 0)
        if tree and start < stop and not isinstance(tree, rope.Node):
            return tree.window(start, stop)
        parts = [piece.window(a, b) for piece, _, a, b in rope.leaves(self._tree, start, stop)]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def chunks(self, size: int = 65536) -> Iterator[bytes | memoryview]:
        """Give all octets in order, in runs of at most `size`; views are only valid while the rope is held."""
        for piece, _, start, stop in rope.leaves(self._tree, 0, len(self)):
            yield from piece.chunks(start, stop, size)

    def pieces(self) -> Iterator[Piece]:
        """Give the pieces in order: windows of buffers (`source.Slice`) and base64 text (`virtual.Base64Piece`)."""
        return (piece for piece, _, _, _ in rope.leaves(self._tree, 0, len(self)))

    def write_to(self, sink: SupportsWrite, progress: Progress = NO_PROGRESS) -> int:
        """Write all octets, at most 256 KiB at a time, and give their number.

        Raises:
            OperationCancelledError: from `progress`, between two writes.
        """
        done, total = 0, len(self)
        for chunk in self.chunks(WRITE_OCTETS):
            write_all(sink, chunk)
            done += len(chunk)
            progress.step(done, total)
        return done

    def equals(self, other: "Octets | bytes") -> bool:
        """Whether the octets are equal, compared window by window."""
        other = Octets.of(other)
        if self._tree is other._tree:
            return True
        return len(self) == len(other) and all(
            self.read(at, at + _COMPARED_OCTETS) == other.read(at, at + _COMPARED_OCTETS)
            for at in range(0, len(self), _COMPARED_OCTETS)
        )

    def find(self, needle: bytes, start: int = 0, stop: int | None = None) -> int:
        """Give the first offset where `needle` stands wholly between `start` and `stop`, or -1.

        >>> Octets.join([b"ab", b"cd"]).find(b"bc")
        1
        """
        stop = len(self) if stop is None else min(stop, len(self))
        if not needle:
            return start if start <= stop else -1
        for piece, base, first, last in rope.leaves(self._tree, max(start, 0), stop):
            found = piece.find(needle, first, last)
            if found >= 0:
                return base + found
            end = base + last
            if len(needle) > 1 and end < stop:
                low = max(end - len(needle) + 1, start, 0)
                found = self.read(low, min(end + len(needle) - 1, stop)).find(needle)
                if found >= 0:
                    return low + found
        return -1

    def startswith(self, octets: bytes) -> bool:
        """Whether the first octets are these."""
        return self.read(0, len(octets)) == octets

    def endswith(self, octets: bytes) -> bool:
        """Whether the last octets are these."""
        return len(octets) <= len(self) and self.read(len(self) - len(octets), len(self)) == octets

    @property
    def newlines(self) -> int:
        """How many LF octets there are; counted once by 64 KiB chunks, by arithmetic in base64 text of ours."""
        return self._tree.newlines if self._tree is not None else 0

    def line_count(self) -> int:
        """How many lines there are; octets after the last LF are a line too. A CR alone ends no line here."""
        if self._line_count < 0:
            self._line_count = self.newlines + (0 if not len(self) or self.endswith(b"\n") else 1)
        return self._line_count

    def line_start(self, line: int) -> int:
        """Give the offset where a line (from 0) starts; that of `line_count` is the end.

        Raises:
            IndexError: there are fewer lines.
        """
        if self._tree is not None and 0 < line <= self.newlines:
            return rope.newline_at(self._tree, line - 1) + 1
        if line == 0:
            return 0
        if line == self.line_count():
            return len(self)
        raise IndexError(line)

    def line_of(self, offset: int) -> int:
        """Give the number of the line that holds an offset; the offset after a last LF belongs to the line after it."""
        if self._tree is None:
            return 0
        return rope.newlines_before(self._tree, min(max(offset, 0), len(self)))

    def lines(self, first: int, count: int, clip: int = 4096) -> tuple[Line, ...]:
        """Give up to `count` lines from line `first` on, each with at most `clip` octets of it.

        >>> [line.octets for line in Octets.of(b"a\\nb\\nc").lines(1, 5)]
        [b'b', b'c']
        """
        lines: list[Line] = []
        offset = self.line_start(first) if first < self.line_count() else len(self)
        while len(lines) < count and offset < len(self):
            wanted = count - len(lines)
            window = self.read(offset, offset + 96 * wanted + 256)
            rows = window.split(b"\n", wanted)[:-1]
            for number, row in enumerate(rows, first + len(lines)):
                lines.append(_line(number, offset, row, clip))
                offset += len(row) + 1
            if not rows:
                line, offset = self._long_line(first + len(lines), offset, offset + len(window), clip)
                lines.append(line)
        return tuple(lines)

    def _long_line(self, number: int, start: int, searched: int, clip: int) -> tuple[Line, int]:
        found = self.find(b"\n", searched)
        stop = len(self) if found < 0 else found + 1
        tail = self.read(max(stop - 2, start), stop)
        ending = b"\r\n" if tail == b"\r\n" else b"\n" if found >= 0 else b""
        length = stop - start - len(ending)
        return Line(number, start, length, self.read(start, start + min(length, clip)), ending), stop

    def base64_content(self) -> "Octets | None":
        """Give what the whole rope is the base64 text of, where it is such text made by `base64_octets`."""
        tree = self._tree
        if isinstance(tree, Base64Piece) and tree.is_whole and isinstance(tree.content, Octets):
            return tree.content
        return None


def _tree_of(octets: bytes) -> rope.Tree | None:
    return _kept_tree(octets) if len(octets) <= _KEPT_OCTETS else Octets.of(octets)._tree


@lru_cache(maxsize=1024)
def _kept_tree(octets: bytes) -> rope.Tree | None:
    # Delimiters and blank lines are joined again at each edit.
    return Octets.of(octets)._tree


def _line(number: int, start: int, row: bytes, clip: int) -> Line:
    """Make a line of octets that were ended by LF."""
    if row.endswith(b"\r"):
        row, ending = row[:-1], b"\r\n"
    else:
        ending = b"\n"
    return Line(number, start, len(row), row[:clip], ending)


def write_all(sink: SupportsWrite, chunk: bytes | memoryview) -> None:
    """Write all of a chunk, also to an unbuffered file."""
    written = sink.write(chunk)
    while isinstance(written, int) and written < len(chunk):
        # An unbuffered file takes what it can at once and tells how much that was.
        chunk = memoryview(chunk)[written:]
        written = sink.write(chunk)


EMPTY = Octets()


def base64_octets(content: Octets, line_end: bytes = b"\r\n") -> Octets:
    """Give the base64 text of octets without encoding them: lines of 76 characters, a line end after each.

    Length and lines follow from arithmetic; a window is encoded when it is read. Standard: RFC 2045 section 6.8.

    >>> bytes(base64_octets(Octets.of(b"light work")))
    b'bGlnaHQgd29yaw==\\r\\n'
    """
    if not len(content):
        return EMPTY
    return Octets(Base64Piece(content, line_end, 0, encoded_length(len(content), line_end)))
