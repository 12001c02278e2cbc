"""What the scanner reads from: octets by absolute offset, a search for a string, and two searches by pattern.

`bytes` and mapped files are searched where they lie: `find` of both looks for one octet at the speed of memory. A rope
is read through one window of at most 256 KiB that moves forward with the scanner, so that a message of any size costs
that much memory.
"""

import mmap
import re
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Protocol

from sescomposer.core.octets import Octets
from sescomposer.core.source import TURN_OCTETS, Slice, find_in_turns

_FIRST_WINDOW = 8192
_LARGEST_WINDOW = 262144


class ScanBuffer(Protocol):
    """Octets to scan; `length` of them."""

    length: int

    def find(self, needle: bytes, start: int, stop: int) -> int:
        """Give the first offset at which `needle` stands wholly in `[start, stop)`, or -1."""

    def read(self, start: int, stop: int) -> bytes:
        """Give the octets of a window, cut at the end of the buffer."""

    def search_line_ends(self, pattern: re.Pattern[bytes], start: int, stop: int, newline: bytes) -> int:
        """Give the offset of the first match in `[start, stop)`, or -1.

        Args:
            pattern: Starts with the newline octet and looks at nothing beyond the next one.
            start: Where to start.
            stop: Where to stop; the pattern sees nothing behind it.
            newline: The newline octet.
        """


class ContiguousBuffer:
    """Octets that lie in memory as one `bytes` object or mapped file."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self.data = data
        self.length = len(data)
        is_short = self.length <= TURN_OCTETS
        self.find: Callable[[bytes, int, int], int] = data.find if is_short else partial(find_in_turns, data)

    def read(self, start: int, stop: int) -> bytes:
        """Give the octets of a window."""
        return self.data[start:stop]

    def search_line_ends(self, pattern: re.Pattern[bytes], start: int, stop: int, newline: bytes) -> int:
        """Search in place, after each 1 MiB of lines anew; see `ScanBuffer`."""
        while stop - start > TURN_OCTETS:
            last = self._line_end_before(start + TURN_OCTETS, newline, start, stop)
            match = pattern.search(self.data, start, last + 1)
            # What stands behind the last newline octet of a turn is seen with the next turn only.
            if match and match.start() < last:
                return match.start()
            if last + 1 >= stop:
                return match.start() if match else -1
            start = last
        match = pattern.search(self.data, start, stop)
        return match.start() if match else -1

    def _line_end_before(self, offset: int, newline: bytes, start: int, stop: int) -> int:
        """Give the last newline octet before an offset, the next one in a longer line, the last octet if none is left.

        It is behind `start`.
        """
        last = self.data.rfind(newline, start + 1, offset)
        if last < 0:
            last = self.find(newline, offset, stop)
        return last if last >= 0 else stop - 1


class WindowedBuffer:
    """Octets of any kind, read through one window that is kept.

    >>> WindowedBuffer(Octets.of(b"a--b")).find(b"--", 0, 4)
    1
    """

    def __init__(self, octets: Octets) -> None:
        self.octets = octets
        self.length = len(octets)
        pieces = list(islice(octets.pieces(), 2))
        self._view = (
            memoryview(pieces[0].window(0, len(octets))) if len(pieces) == 1 and isinstance(pieces[0], Slice) else None
        )
        self._is_virtual = any(not isinstance(piece, Slice) for piece in octets.pieces())
        self._window = b""
        self._start = 0
        self._stop = 0

    def read(self, start: int, stop: int) -> bytes:
        """Give the octets of a window, out of the one at hand where they are in it."""
        stop = min(stop, self.length)
        if stop - start > _FIRST_WINDOW:
            return self._copy(start, stop)
        if start < self._start or stop > self._stop:
            self._load(start, _FIRST_WINDOW)
        return self._window[start - self._start : stop - self._start]

    def find(self, needle: bytes, start: int, stop: int) -> int:
        """Search window by window; see `ScanBuffer`."""
        stop = min(stop, self.length)
        if self._is_virtual and b"-" in needle:
            # The rope knows that base64 of ours has no dash and does not encode it to find out.
            return self.octets.find(needle, start, stop)
        size = _FIRST_WINDOW
        while start + len(needle) <= stop:
            if not self._start <= start <= self._stop - len(needle):
                self._load(start, max(size, 2 * len(needle)))
                size = min(size * 4, _LARGEST_WINDOW)
            found = self._window.find(needle, start - self._start, min(stop, self._stop) - self._start)
            if found >= 0:
                return self._start + found
            start = self._stop - len(needle) + 1
        return -1

    def search_line_ends(self, pattern: re.Pattern[bytes], start: int, stop: int, newline: bytes) -> int:
        """Search windows that end behind a newline octet, so that no line is seen in halves."""
        stop = min(stop, self.length)
        size = _FIRST_WINDOW
        while start < stop:
            self._load(start, min(size, stop - start))
            is_last = self._stop == stop
            whole = stop - start if is_last else self._window.rfind(newline) + 1
            match = pattern.search(self._window, 0, whole)
            # What stands behind the last newline octet of a window is seen with the next window only.
            if match and (is_last or match.start() < whole - 1):
                return start + match.start()
            if is_last:
                return -1
            # A window with only its first newline octet holds part of one long line: take a larger one.
            size = size * 4 if whole <= 1 else min(size * 4, max(size, _LARGEST_WINDOW))
            start += max(whole - 1, 0)
        return -1

    def _load(self, start: int, size: int) -> None:
        self._start = start
        self._stop = min(start + size, self.length)
        self._window = self._copy(start, self._stop)

    def _copy(self, start: int, stop: int) -> bytes:
        return self.octets.read(start, stop) if self._view is None else bytes(self._view[start:stop])


def buffer_of(octets: Octets) -> ScanBuffer:
    """Choose the way to read `octets`.

    >>> type(buffer_of(Octets.of(b"abc"))).__name__
    'ContiguousBuffer'
    """
    pieces = list(islice(octets.pieces(), 2))
    if not pieces:
        return ContiguousBuffer(b"")
    if len(pieces) == 1 and isinstance(pieces[0], Slice):
        source = pieces[0].source
        if isinstance(source.data, bytes | mmap.mmap) and len(source.data) == len(octets):
            return ContiguousBuffer(source.data)
    return WindowedBuffer(octets)
