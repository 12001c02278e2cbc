"""The boundaries of the containers that are open, and the search for the next delimiter line (RFC 2046 section 5.1.1).

Only lines that start with two dashes are looked at, and each is looked up in one dictionary, so that 99 open levels
cost no more than one. Inside base64 nothing but a delimiter has a dash: there the search runs from dash to dash at the
speed of memory. Where lines with dashes are dense but are no delimiters, whole windows
are passed over at once (`dense_lines`).
"""

from dataclasses import dataclass

from sescomposer.core.dense_lines import PATTERN_OCTETS, DenseLines
from sescomposer.core.scan_buffer import ScanBuffer

_DASH_MISSES = 16
_LINE_MISSES = 64
_FIRST_WINDOW = 4096
_LARGEST_WINDOW = 65536
_KNOWN_PATTERNS = 64


@dataclass(frozen=True, slots=True)
class Delimiter:
    """A delimiter line that was found.

    Attributes:
        level: Index of the container that it belongs to.
        start: Offset of its first dash.
        text_stop: End of its text and trailing blanks, before the line end.
        stop: End of the line, line end included.
        is_close: Whether it ends the container.
    """

    level: int
    start: int
    text_stop: int
    stop: int
    is_close: bool


class OpenBoundaries:
    """Boundary -> level of the container that owns it.

    Args:
        buffer: Octets to search.
        newline: The last octet of a line end: LF, or CR where there is no LF.
    """

    def __init__(self, buffer: ScanBuffer, newline: bytes) -> None:
        self._buffer = buffer
        self._newline = newline
        self._dashes = newline + b"--"
        self._padding = b" \t\r" if newline == b"\n" else b" \t"
        self._levels: dict[bytes, int] = {}
        self._misses = 0
        self._misses_allowed = _LINE_MISSES
        self._dense: DenseLines | None = None
        self._known: dict[frozenset[bytes], DenseLines] = {}

    def __bool__(self) -> bool:
        return bool(self._levels)

    def __contains__(self, boundary: bytes) -> bool:
        return boundary in self._levels

    def open(self, boundary: bytes, level: int) -> None:
        """Take in a container's boundary; it must not be open yet."""
        self._levels[boundary] = level
        self._misses_allowed += min(len(boundary), PATTERN_OCTETS)
        self._forget_pattern()

    def close(self, boundary: bytes) -> None:
        """Set a boundary free, if it is still open."""
        if self._levels.pop(boundary, None) is not None:
            self._misses_allowed -= min(len(boundary), PATTERN_OCTETS)
            self._forget_pattern()

    def next(self, start: int, stop: int, *, is_base64: bool = False) -> Delimiter | None:
        """Give the first delimiter line that starts in `[start, stop)`, or None.

        Args:
            start: A line start.
            stop: Where to stop looking.
            is_base64: Whether these octets are expected to be base64; a hint for speed only.
        """
        if not self._levels or start >= stop:
            return None
        if start == 0 and self._buffer.read(0, 2) == b"--" and (found := self._read(0)):
            return found
        position = max(start - 1, 0)
        if is_base64:
            found, position = self._next_by_dash(position, stop)
            if found or position < 0:
                return found
        return self._next_by_line(position, stop)

    def _next_by_dash(self, position: int, stop: int) -> tuple[Delimiter | None, int]:
        """Jump from dash to dash; gives where to go on by lines if there are too many, -1 at the end."""
        read, find = self._buffer.read, self._buffer.find
        for _ in range(_DASH_MISSES):
            at = find(b"-", position, min(stop + 1, self._buffer.length))
            if at < 0:
                return None, -1
            if at > 0 and read(at - 1, at + 2) == self._dashes and at < stop and (found := self._read(at)):
                return found, -1
            position = at + 1
        # The line end before the last dash that was looked at is behind us, the dash itself is settled.
        return None, position

    def _next_by_line(self, position: int, stop: int) -> Delimiter | None:
        find, dashes = self._buffer.find, self._dashes
        limit = min(stop + 2, self._buffer.length)
        while self._dense is None and self._misses < self._misses_allowed:
            at = find(dashes, position, limit)
            if at < 0 or at + 1 >= stop:
                return None
            if found := self._read(at + 1):
                return found
            self._misses += 1
            position = at + 3
        return self._next_by_window(position, stop)

    def _next_by_window(self, position: int, stop: int) -> Delimiter | None:
        """Look through whole windows of lines for one of the delimiters that may stand there."""
        if self._dense is None:
            self._dense = DenseLines(self._levels, self._newline, self._padding)
            self._misses = 0
            if len(self._known) < _KNOWN_PATTERNS:
                self._known[frozenset(self._levels)] = self._dense
        size = _FIRST_WINDOW
        while position < stop:
            window = self._buffer.read(position, position + size)
            is_last = position + len(window) == self._buffer.length
            whole = len(window) if is_last else window.rfind(self._newline) + 1
            for at in self._dense.candidates(window, whole):
                if position + at + 1 >= stop:
                    return None
                if found := self._read(position + at + 1):
                    return found
            if is_last:
                return None
            # A window with only its first newline octet holds part of one long line: take a larger one.
            size = size * 4 if whole <= 1 else min(size * 2, max(size, _LARGEST_WINDOW))
            position += max(whole - 1, 0)
        return None

    def _read(self, start: int) -> Delimiter | None:
        """Read the line of dashes that starts at `start`."""
        buffer = self._buffer
        line_end = buffer.find(self._newline, start + 2, buffer.length)
        stop = buffer.length if line_end < 0 else line_end + 1
        line = buffer.read(start + 2, buffer.length if line_end < 0 else line_end)
        text = line.rstrip(self._padding)
        is_close = False
        level = self._levels.get(text)
        if level is None and text.endswith(b"--"):
            level = self._levels.get(text[:-2])
            is_close = True
        if level is None:
            return None
        has_cr = line_end >= 0 and self._newline == b"\n" and line.endswith(b"\r")
        return Delimiter(level, start, start + 2 + len(line) - has_cr, stop, is_close)

    def _forget_pattern(self) -> None:
        """Take the pattern of the boundaries that are open now, if these were open before."""
        self._dense = self._known.get(frozenset(self._levels)) if self._known else None
