"""A leaf of a rope: a run of octets that knows its length, its line ends and how to give any window of itself."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from sescomposer.core.lazy import lazy


class Piece(ABC):
    """An immutable, never empty run of octets. All offsets are relative to its first octet."""

    height: ClassVar[int] = 0
    length: int

    @lazy
    def newlines(self) -> int:
        """How many LF octets it has."""
        return self.newlines_before(self.length)

    @abstractmethod
    def window(self, start: int, stop: int) -> bytes | memoryview:
        """Give the octets of a window; a view where no copy is needed."""

    @abstractmethod
    def cut(self, start: int, stop: int) -> "Piece":
        """Give a part of it as a piece that shares its octets; `start < stop`."""

    @abstractmethod
    def newlines_before(self, offset: int) -> int:
        """Count the LF octets before an offset."""

    @abstractmethod
    def newline_at(self, index: int) -> int:
        """Give the offset of the LF octet with this number, from 0; there must be one."""

    @abstractmethod
    def find(self, needle: bytes, start: int, stop: int) -> int:
        """Give the first offset where `needle` stands wholly inside the window, or -1."""

    @abstractmethod
    def chunks(self, start: int, stop: int, size: int) -> Iterator[bytes | memoryview]:
        """Give the octets of a window in order, in runs of at most `size` octets (virtual pieces: one line or more)."""

    def merged(self, other: "Piece") -> "Piece | None":
        """Give one piece for this and the one after it where both are neighbours in one buffer, else None."""
        return None
