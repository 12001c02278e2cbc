"""Buffers that nobody finds again: what was decrypted lies in a file without a name, gone when nobody holds it."""

import mmap
import tempfile
from pathlib import Path

from sescomposer.core.octets import EMPTY, Octets
from sescomposer.store.atomic import make_folder, store_error

_DOING = "keep what was decrypted in"


class ScratchBuffer:
    """A `core.seal.SealTarget` over a file that the system removes with its last use.

    Args:
        folder: Where the file takes its place on the disk; made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)
        try:
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 closed by finish or abandon
        except OSError as error:
            raise store_error(error, _DOING, folder) from error

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets; raises `StoreError` when the disk refuses them."""
        left = memoryview(octets)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self.abandon()
            raise store_error(error, _DOING, self._folder) from error
        return len(octets)

    def finish(self, sha256: str) -> Octets:
        """Give what was written, mapped; the hash is of no use here, for nobody finds it by that."""
        del sha256
        try:
            with self._file as file:
                length = file.tell()
                return Octets.of(mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ)) if length else EMPTY
        except OSError as error:
            raise store_error(error, _DOING, self._folder) from error

    def abandon(self) -> None:
        """Let go of it; does nothing after `finish`."""
        self._file.close()


__all__ = ["ScratchBuffer"]
