"""Base64 text that is never held: its length, its lines and any window of it follow from arithmetic (RFC 2045 6.8).

Each line has 76 characters for 57 octets of content, and a line end; the last one may be shorter.
"""

from collections.abc import Iterator
from typing import Protocol

from sescomposer.core.base64_stream import ALPHABET, LINE_CHARACTERS, LINE_OCTETS, ROWS_PER_CHUNK, encode_lines
from sescomposer.core.piece import Piece


class Content(Protocol):
    """The octets that are to be encoded."""

    def __len__(self) -> int:
        """Give their number."""

    def window(self, start: int, stop: int) -> bytes | memoryview:
        """Give those of a window."""


def encoded_length(content_length: int, line_end: bytes) -> int:
    """Give the length of base64 text with its line ends, in octets.

    >>> encoded_length(58, b"\\r\\n")
    84
    """
    rows, rest = divmod(content_length, LINE_OCTETS)
    return rows * (LINE_CHARACTERS + len(line_end)) + ((rest + 2) // 3 * 4 + len(line_end) if rest else 0)


class Base64Piece(Piece):
    """A window of the base64 text of some content."""

    def __init__(self, content: Content, line_end: bytes, start: int, stop: int) -> None:
        self.content = content
        self.line_end = line_end
        self.start = start
        self.stop = stop
        self.length = stop - start
        self._row = LINE_CHARACTERS + len(line_end)

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the text of its content."""
        return self.start == 0 and self.stop == encoded_length(len(self.content), self.line_end)

    def window(self, start: int, stop: int) -> bytes:
        """Encode the lines that the window touches and cut it out of them."""
        start, stop = start + self.start, stop + self.start
        first, last = start // self._row, -(-stop // self._row)
        octets = self.content.window(first * LINE_OCTETS, min(last * LINE_OCTETS, len(self.content)))
        base = first * self._row
        lines = encode_lines(octets, self.line_end)
        return lines if stop - start == len(lines) else lines[start - base : stop - base]

    def cut(self, start: int, stop: int) -> "Base64Piece":
        """Give a smaller window of the same text."""
        return Base64Piece(self.content, self.line_end, self.start + start, self.start + stop)

    def newlines_before(self, offset: int) -> int:
        """Count the line ends before an offset, by arithmetic."""
        return self._rows_to(self.start + offset) - self._rows_to(self.start) if b"\n" in self.line_end else 0

    def _rows_to(self, offset: int) -> int:
        # An LF is the last octet of its row; the row at the very end may be shorter than the others.
        rows = -(-len(self.content) // LINE_OCTETS)
        ends_all = offset == encoded_length(len(self.content), self.line_end)
        return rows if ends_all else offset // self._row

    def newline_at(self, index: int) -> int:
        """Give the offset of the LF octet number `index`, by arithmetic."""
        end = (self._rows_to(self.start) + index + 1) * self._row
        return min(end, encoded_length(len(self.content), self.line_end)) - 1 - self.start

    def find(self, needle: bytes, start: int, stop: int) -> int:
        """Encode chunk by chunk until the needle is found; not at all where base64 text cannot hold it."""
        if needle.translate(None, ALPHABET + b"=" + self.line_end):
            return -1
        before, base = b"", start
        for chunk in self.chunks(start, stop, ROWS_PER_CHUNK * self._row):
            window = before + bytes(chunk)
            found = window.find(needle)
            if found >= 0:
                return base - len(before) + found
            base += len(chunk)
            before = window[len(window) - len(needle) + 1 :] if len(needle) > 1 else b""
        return -1

    def chunks(self, start: int, stop: int, size: int) -> Iterator[bytes]:
        """Encode about 40 KB at a time, which stays in the processor's cache; whole lines but at the ends."""
        rows = max(min(size // self._row, ROWS_PER_CHUNK), 1)
        while start < stop:
            row = (self.start + start) // self._row
            end = min((row + rows) * self._row - self.start, stop)
            yield self.window(start, end)
            start = end
