"""Locks between processes, held on a file of their own and freed by the operating system when a process dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sescomposer.store.atomic import FILE_MODE, translated

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """A lock that is held; made by `acquire` and `try_acquire`. Also excludes other threads of this process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def release(self, *, remove: bool = False) -> None:
        """Let go of the lock, once; with `remove` its file goes too."""
        if remove and sys.platform != "win32":
            _unlink(self._path)
        os.close(self._descriptor)
        if remove and sys.platform == "win32":
            _unlink(self._path)


def _unlink(path: Path) -> None:
    """Remove the file of a lock; one that stays does no harm, it is taken again."""
    with suppress(OSError):
        path.unlink()


def _attempt(path: Path, *, wait: bool) -> FileLock | None:
    """Lock the file once; None where somebody removed it meanwhile, so that the name is another file now."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        _lock(descriptor, wait=wait)
        held = os.fstat(descriptor)
        try:
            named = os.stat(path)
        except FileNotFoundError:
            named = None
        if named is not None and (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino):
            return FileLock(path, descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def acquire(path: Path) -> FileLock:
    """Wait for the lock.

    Raises:
        StoreError: its file cannot be made.
    """
    with translated("lock", path):
        while (lock := _attempt(path, wait=True)) is None:
            continue
    return lock


def try_acquire(path: Path) -> FileLock | None:
    """Take the lock if nobody has it, else give None.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lock"
    >>> lock = acquire(path)
    >>> try_acquire(path) is None
    True
    >>> lock.release(remove=True)

    Raises:
        StoreError: its file cannot be made.
    """
    with translated("lock", path):
        while True:
            try:
                lock = _attempt(path, wait=False)
            except (BlockingIOError, PermissionError):
                if not os.access(path, os.W_OK):
                    raise
                return None
            if lock is not None:
                return lock


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock during the block; see `acquire`."""
    lock = acquire(path)
    try:
        yield
    finally:
        lock.release()
