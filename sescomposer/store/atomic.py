"""Files written whole or not at all: beside, flushed, synced, then put in place.

Every function turns the operating system's errors into `StoreError`; a write that fails leaves what was there before.
"""

import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sescomposer.core.errors import StoreError

FOLDER_MODE = 0o700
FILE_MODE = 0o600

_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", "Free some space; what was stored before is unchanged."),
    errno.EDQUOT: ("your quota on this disk is used up", "Free some space; what was stored before is unchanged."),
    errno.EFBIG: ("the file would be larger than allowed", "Raise the limit on the size of files."),
    errno.EROFS: ("the file system is read-only", "Make the disk writable, or set another folder."),
    errno.EACCES: ("access to it is not allowed", "Change the rights of the folder, or set another folder."),
    errno.EPERM: ("this is not permitted", "Change the rights of the folder, or set another folder."),
    errno.ENOTDIR: ("a part of its path is a file, not a folder", "Move that file away."),
    errno.EEXIST: ("a file stands where a folder should be", "Move that file away."),
    errno.EISDIR: ("a folder stands where a file should be", "Move that folder away."),
    errno.ENOENT: ("there is no such file or folder", "Look whether the folder was moved or removed."),
    errno.EMFILE: ("too many files are open", "Close some windows and try again."),
    errno.ENFILE: ("too many files are open", "Close some programs and try again."),
    errno.EIO: ("the disk reports a fault", "Copy your files to another disk."),
}


def store_error(error: OSError, doing: str, path: Path) -> StoreError:
    """Say what the operating system refused.

    Args:
        error: What it raised.
        doing: The verb with its object, as in "write the settings".
        path: File or folder that it was about.

    >>> fault = store_error(OSError(errno.ENOSPC, "x"), "write the journal", Path("a"))
    >>> str(fault)
    "Could not write the journal 'a': the disk is full."
    """
    known = _REASONS.get(error.errno or 0)
    reason, hint = known or (f"{error.strerror or error}", "Try again; what was stored before is unchanged.")
    return StoreError(f"Could not {doing} {str(path)!r}: {reason}.", hint=hint, value=str(path))


@contextmanager
def translated(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StoreError`; see `store_error` for the arguments."""
    try:
        yield
    except OSError as error:
        raise store_error(error, doing, path) from error


def make_folder(path: Path) -> None:
    """Make a folder of ours with the folders above it, readable by the user alone.

    Raises:
        StoreError: it cannot be made, or a file stands there.
    """
    with translated("make the folder", path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            sync_folder(folder.parent)
        if not path.is_dir():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def write_all(descriptor: int, octets: bytes | memoryview) -> int:
    """Write all octets to an open file, however many calls that takes; gives their number.

    Raises:
        OSError: the operating system refused; some octets may be written.
    """
    rest = memoryview(octets).cast("B")
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    return len(octets)


def sync_folder(path: Path) -> None:
    """Make a new, replaced or removed name in the folder durable.

    Raises:
        OSError: the operating system refused.
    """
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def new_beside(folder: Path, prefix: str = "new-") -> tuple[int, Path]:
    """Open a new file of a name that nobody else has, mode 0600; gives its descriptor and path.

    Raises:
        OSError: the operating system refused.
    """
    descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=".part", dir=folder)
    return descriptor, Path(name)


def discard(path: Path) -> None:
    """Remove a file that was only begun; one that is gone already, or cannot be removed now, is left to the sweep."""
    with suppress(OSError):
        path.unlink()


def _public_mode(path: Path) -> int:
    """The mode that a file of the user's has, or gets as any new file does."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def replace_file(path: Path, parts: Iterable[bytes | memoryview], doing: str, *, private: bool = True) -> int:
    """Write a file beside `path`, sync it and put it in place; gives its length in octets.

    Args:
        path: The file to make or replace; its folder must exist.
        parts: The octets, in order.
        doing: See `store_error`.
        private: Give it mode 0600; else that of the file replaced or of any new file, and links are followed.

    Raises:
        StoreError: it could not be written; `path` is as it was before.
    """
    with translated(doing, path):
        path = path if private else path.resolve()
        descriptor, beside = new_beside(path.parent, f".{path.name[:100]}-")
        try:
            try:
                length = sum(write_all(descriptor, part) for part in parts)
                if not private:
                    beside.chmod(_public_mode(path))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(beside, path)
        except BaseException:
            discard(beside)
            raise
        sync_folder(path.parent)
    return length


def set_aside(path: Path, doing: str) -> Path:
    """Copy a damaged file to a free name beside it, durably, and give that name.

    >>> import tempfile
    >>> damaged = Path(tempfile.mkdtemp()) / "log"
    >>> _ = damaged.write_bytes(b"x")
    >>> set_aside(damaged, "keep a copy of").name
    'log.damaged-1'

    Raises:
        StoreError: the copy cannot be written.
    """
    with translated(doing, path):
        octets = path.read_bytes()
    number = 1
    while (copy := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    replace_file(copy, (octets,), doing)
    return copy
