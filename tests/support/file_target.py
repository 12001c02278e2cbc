"""A buffer for sealed or encrypted octets that holds nothing in memory."""

import mmap
from pathlib import Path

from sescomposer.core.octets import Octets
from sescomposer.core.seal import MemoryTarget


class FileTarget(MemoryTarget):
    """A buffer in a mapped file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file = path.open("wb")

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets."""
        return self._file.write(octets)

    def finish(self, sha256: str) -> Octets:
        """Give them back, mapped."""
        self._file.close()
        with self._path.open("rb") as file:
            return Octets.of(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def abandon(self) -> None:
        """Forget them."""
        self._file.close()
