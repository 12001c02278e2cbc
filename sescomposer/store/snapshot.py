"""Copying a user's file into the content store: a clone where the file system can, else chunk by chunk."""

import os
import stat
import sys
from pathlib import Path
from typing import Protocol

from sescomposer.core.errors import UnreadableError
from sescomposer.core.progress import Progress

CHUNK = 256 * 1024
"""Octets read, hashed and written at once; progress is told as often."""

_FICLONE = 0x40049409
"""ioctl of Linux that makes one file share the blocks of another (ioctl_ficlone(2))."""


class _Target(Protocol):
    """What a copy is written to: `store.content.Writer`."""

    @property
    def descriptor(self) -> int:
        """The open file."""

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets."""

    def hashed(self, octets: bytes | memoryview) -> None:
        """Count octets that are in the file already."""


def copy_file(path: Path, target: _Target, progress: Progress) -> None:
    """Copy a regular file.

    Raises:
        UnreadableError: it cannot be read, is no regular file, or changed while it was read.
        StoreError: the copy cannot be written.
    """
    descriptor = _open_regular(path)
    try:
        before = os.fstat(descriptor)
        if before.st_size and _clone(descriptor, target.descriptor):
            _hash_clone(target, progress)
            return
        _copy(path, descriptor, before, target, progress)
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: OSError) -> UnreadableError:
    reason = error.strerror or str(error)
    return UnreadableError(
        f"Could not read {str(path)!r}: {reason}.",
        hint="Look whether the file is there and may be read.",
        value=str(path),
    )


def _open_regular(path: Path) -> int:
    """Open for reading without waiting for the other end of a pipe."""
    try:
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _unreadable(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
    raise UnreadableError(f"Could not read {str(path)!r}: it is {kind}.", hint="Choose a file.", value=str(path))


def _clone(source: int, target: int) -> bool:
    """Share the blocks of a file, an unchanging copy at no cost; gives False where that cannot be done."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True


def _hash_clone(target: _Target, progress: Progress) -> None:
    """Read the clone once for its hash."""
    done, total = 0, os.fstat(target.descriptor).st_size
    while chunk := os.pread(target.descriptor, CHUNK, done):
        progress.step(done, total)
        target.hashed(chunk)
        done += len(chunk)


def _copy(path: Path, descriptor: int, before: os.stat_result, target: _Target, progress: Progress) -> None:
    """Copy chunk by chunk and compare size and time of the file before and after."""
    done = 0
    while True:
        progress.step(done, before.st_size)
        try:
            chunk = os.read(descriptor, CHUNK)
        except OSError as error:
            raise _unreadable(path, error) from error
        if not chunk:
            break
        done += target.write(chunk)
        if done > before.st_size:
            break
    after = os.fstat(descriptor)
    _check_unchanged(path, before, done if done != before.st_size else after.st_size, after)


def _check_unchanged(path: Path, before: os.stat_result, size: int, after: os.stat_result) -> None:
    if size == before.st_size and after.st_mtime_ns == before.st_mtime_ns:
        return
    change = "changed"
    if size != before.st_size:
        change = f"{'shrank' if size < before.st_size else 'grew'} from {before.st_size:,} octets"
    raise UnreadableError(
        f"Could not read {str(path)!r}: it {change} while it was read.",
        hint="Wait until the program that writes it is done, then try again.",
        value=str(path),
    )
