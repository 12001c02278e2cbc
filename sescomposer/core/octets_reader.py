"""A rope as a seekable binary file, for libraries that read files."""

import io
from typing import TYPE_CHECKING

from sescomposer.core.octets import Octets

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class OctetsReader(io.RawIOBase):
    """Reads a rope window by window; holds no octets of its own.

    >>> reader = OctetsReader(Octets.of(b"abcdef"))
    >>> reader.seek(2), reader.read(3)
    (2, b'cde')
    """

    def __init__(self, octets: Octets) -> None:
        super().__init__()
        self._octets = octets
        self._position = 0

    def __len__(self) -> int:
        return len(self._octets)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be positioned."""
        return True

    def tell(self) -> int:
        """Give the position in octets."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the position; past the end there is nothing to read.

        Raises:
            ValueError: the position would be negative.
        """
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._octets)}[whence]
        if base + offset < 0:
            raise ValueError(f"position {base + offset} is before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer and give how many octets it got."""
        target = memoryview(buffer).cast("B")
        octets = self._octets.window(self._position, self._position + len(target))
        target[: len(octets)] = octets
        self._position += len(octets)
        return len(octets)

    def read(self, size: int | None = -1, /) -> bytes:
        """Give up to `size` octets, all that are left for -1 or None."""
        stop = len(self._octets) if size is None or size < 0 else self._position + size
        octets = self._octets.read(self._position, stop)
        self._position += len(octets)
        return octets
