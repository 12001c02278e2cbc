"""One contiguous buffer (bytes or a mapped file) with its newline index, and slices of it.

The buffer is never copied. The index counts LF octets by chunks of 64 KiB, made when asked for and shared by all
slices. A mapped file is kept alive and never closed here.
"""

import mmap
from collections.abc import Iterator
from itertools import accumulate

from sescomposer.core.lazy import lazy
from sescomposer.core.piece import Piece

CHUNK_OCTETS = 65536
_FIRST_WINDOW = 4096
_LARGEST_WINDOW = 262144
TURN_OCTETS = 1 << 20
"""What one call looks at: no other thread runs meanwhile, also where a mapped file must be read from the disk first."""


def find_in_turns(data: bytes | mmap.mmap, needle: bytes, start: int, stop: int) -> int:
    """Give what `data.find` gives, for offsets from 0, and let other threads run after each 1 MiB.

    >>> find_in_turns(b"abc", b"c", 0, 2), find_in_turns(b"abc", b"c", 0, 3)
    (-1, 2)
    """
    while stop - start > TURN_OCTETS:
        found = data.find(needle, start, min(start + TURN_OCTETS + len(needle) - 1, stop))
        if found >= 0:
            return found
        start += TURN_OCTETS
    return data.find(needle, start, stop)


class Source:
    """A buffer and the number of LF octets in each 64 KiB of it.

    `name` is the SHA-256 (lower-case hex) of the whole buffer where it is an entry of the content store, else "".
    """

    def __init__(self, data: bytes | memoryview | mmap.mmap, name: str = "") -> None:
        self.data = data
        self.name = name
        self.length = len(data)

    @lazy
    def view(self) -> memoryview:
        """The buffer as a view."""
        return memoryview(self.data)

    @lazy
    def _counts(self) -> list[int]:
        return [-1] * (self.length // CHUNK_OCTETS + 1)

    def read(self, start: int, stop: int) -> bytes:
        """Give the octets of a window; the buffer itself where it is `bytes` and asked for as a whole."""
        if isinstance(self.data, bytes):
            return self.data[start:stop]
        return bytes(self.view[start:stop])

    def count(self, start: int, stop: int) -> int:
        """Count the LF octets of a window; at most two chunks are looked at beside the index."""
        if stop - start <= CHUNK_OCTETS:
            return self._scan(start, stop)
        return self.before(stop) - self.before(start)

    def before(self, offset: int) -> int:
        """Count the LF octets before an offset."""
        chunk = offset // CHUNK_OCTETS
        return self._before_chunk(chunk) + self._scan(chunk * CHUNK_OCTETS, offset)

    def newline_at(self, index: int, first: int, stop: int) -> int:
        """Give the offset of the LF octet number `index` (from 0, counted from `first`) before `stop`."""
        if stop - first <= CHUNK_OCTETS:
            return self._newline_in(index, first, stop)
        index += self.before(first)
        chunk, seen = self._chunk_of(index)
        start = chunk * CHUNK_OCTETS
        return self._newline_in(index - seen, start, min(start + CHUNK_OCTETS, self.length))

    def find(self, needle: bytes, start: int, stop: int) -> int:
        """Give the first offset of `needle` in a window, or -1."""
        if isinstance(self.data, bytes) or (len(needle) == 1 and isinstance(self.data, mmap.mmap)):
            return find_in_turns(self.data, needle, start, stop)
        return self._find_by_windows(needle, start, stop)

    def _find_by_windows(self, needle: bytes, start: int, stop: int) -> int:
        # Searching copies is faster than mmap.find of CPython before 3.13, which compares octet by octet.
        size = _FIRST_WINDOW
        while start + len(needle) <= stop:
            end = min(start + size, stop)
            found = bytes(self.view[start:end]).find(needle)
            if found >= 0:
                return start + found
            if end == stop:
                break
            start = end - len(needle) + 1
            size = max(min(size * 4, _LARGEST_WINDOW), 2 * len(needle))
        return -1

    def _scan(self, start: int, stop: int) -> int:
        if isinstance(self.data, bytes):
            return self.data.count(b"\n", start, stop)
        return bytes(self.view[start:stop]).count(b"\n")

    def _count_of(self, chunk: int) -> int:
        count = self._counts[chunk]
        if count < 0:
            start = chunk * CHUNK_OCTETS
            count = self._counts[chunk] = self._scan(start, min(start + CHUNK_OCTETS, self.length))
        return count

    @lazy
    def _totals(self) -> list[int]:
        return list(accumulate(map(self._count_of, range(len(self._counts))), initial=0))

    def _before_chunk(self, chunk: int) -> int:
        if chunk * 2 > len(self._counts) or "_totals" in self.__dict__:
            return self._totals[chunk]
        return sum(map(self._count_of, range(chunk)))

    def _chunk_of(self, index: int) -> tuple[int, int]:
        # The lines shown first are near the top: only the chunks up to them are counted.
        seen = chunk = 0
        while seen + (count := self._count_of(chunk)) <= index:
            seen += count
            chunk += 1
        return chunk, seen

    def _newline_in(self, index: int, start: int, stop: int) -> int:
        while stop - start > 1024:
            middle = (start + stop) // 2
            count = self._scan(start, middle)
            if index < count:
                stop = middle
            else:
                index -= count
                start = middle
        rest = self.read(start, stop).split(b"\n", index + 1)[index + 1]
        return stop - len(rest) - 1


class Slice(Piece):
    """A window of a source; shares its buffer and its newline index."""

    def __init__(self, source: Source, start: int, stop: int) -> None:
        self.source = source
        self.start = start
        self.stop = stop
        self.length = stop - start

    def window(self, start: int, stop: int) -> bytes | memoryview:
        """Give the octets of a window; `bytes` where that is the buffer itself, else a view."""
        source = self.source
        if stop - start == source.length and isinstance(source.data, bytes):
            return source.data
        return source.view[self.start + start : self.start + stop]

    def cut(self, start: int, stop: int) -> "Slice":
        """Give a smaller window of the same source."""
        return Slice(self.source, self.start + start, self.start + stop)

    def newlines_before(self, offset: int) -> int:
        """Count the LF octets before an offset."""
        return self.source.count(self.start, self.start + offset)

    def newline_at(self, index: int) -> int:
        """Give the offset of the LF octet number `index`."""
        return self.source.newline_at(index, self.start, self.stop) - self.start

    def find(self, needle: bytes, start: int, stop: int) -> int:
        """Give the first offset of `needle` in the window, or -1."""
        found = self.source.find(needle, self.start + start, self.start + stop)
        return found - self.start if found >= 0 else -1

    def chunks(self, start: int, stop: int, size: int) -> Iterator[bytes | memoryview]:
        """Give views of at most `size` octets."""
        for position in range(start, stop, size):
            yield self.window(position, min(position + size, stop))

    def merged(self, other: Piece) -> "Slice | None":
        """Give one slice for two that are neighbours in one source."""
        if isinstance(other, Slice) and other.source is self.source and other.start == self.stop:
            return Slice(self.source, self.start, other.stop)
        return None
