"""The content store: snapshots by SHA-256, copied once and then mapped read-only.

An entry lies at ``<first two digits>/<hash>`` and never changes. It is written beside under a name of its own, synced
and put in place, so that neither a crash nor a second process ever sees half of one. A mapping stays valid when its
entry is swept on systems that allow it; where they do not, the entry stays.
"""

import mmap
import os
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.errors import StoreError
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.services.ports import Clock, Snapshot
from sescomposer.store.atomic import discard, make_folder, new_beside, store_error, sync_folder, translated, write_all
from sescomposer.store.locks import locked
from sescomposer.store.snapshot import CHUNK, copy_file

if TYPE_CHECKING:
    import hashlib

SWEEP_AFTER_SECONDS = 3600
"""An entry younger than this is kept even if nobody names it: its draft may not be written yet."""

_EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_HASH_LENGTH = 64

_Identity = tuple[int, int, int, int]


class Writer:
    """A new entry while it is written; see `services.ports.ContentWriter`."""

    def __init__(self, store: "DiskContentStore") -> None:
        self._store = store
        self._hash = _new_digest()
        self._descriptor, self.path = store.begin()
        self._open = True

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets; raises `StoreError` and abandons the entry when the disk refuses them."""
        try:
            write_all(self._descriptor, octets)
        except OSError as error:
            self.abandon()
            raise store_error(error, "keep content in", self._store.folder) from error
        self._hash.update(octets)
        return len(octets)

    def finish(self, sha256: str = "") -> Octets:
        """Keep what was written, durably, and give a mapped view of it.

        Args:
            sha256: The hash that the caller worked out while writing; "" to take ours.

        Raises:
            StoreError: the disk refused, or the octets written have another hash.
        """
        written = self._hash.hexdigest()
        if sha256 not in ("", written):
            self.abandon()
            raise StoreError(
                f"Could not keep content: its hash is {written}, not {sha256!r} as announced.",
                hint="Try again; nothing was kept.",
                value=sha256,
            )
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self.abandon()
            raise store_error(error, "keep content in", self._store.folder) from error
        self._close()
        return self._store.put(self.path, written)

    def abandon(self) -> None:
        """Remove what was written; does nothing after `finish`."""
        if self._open:
            self._close()
            discard(self.path)

    @property
    def descriptor(self) -> int:
        """The open file, for a copy made by the file system."""
        return self._descriptor

    def hashed(self, octets: bytes | memoryview) -> None:
        """Count octets that the file system put into the entry."""
        self._hash.update(octets)

    @property
    def sha256(self) -> str:
        """Hash of what was written so far."""
        return self._hash.hexdigest()

    def _close(self) -> None:
        self._open = False
        os.close(self._descriptor)


class DiskContentStore:
    """Snapshots in a folder; see `services.ports.ContentStore`. Two processes may use one folder.

    Args:
        folder: The store's own folder; made when the first entry comes.
        clock: Tells the age of entries to `sweep`.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._mapped: weakref.WeakValueDictionary[str, mmap.mmap] = weakref.WeakValueDictionary()
        self._verified: dict[str, _Identity] = {}

    def keep_file(self, path: Path, progress: Progress = NO_PROGRESS) -> Snapshot:
        """Copy a file once (copy-on-write where the file system can) and map the copy.

        Raises:
            UnreadableError: the file cannot be read, is no regular file, or changed while it was read.
            StoreError: the copy cannot be written.
            OperationCancelledError: `progress` cancelled; nothing remains.
        """
        writer = self.new()
        try:
            copy_file(path, writer, progress)
        except BaseException:
            writer.abandon()
            raise
        return Snapshot(writer.sha256, writer.finish())

    def keep(self, octets: Octets | bytes, progress: Progress = NO_PROGRESS) -> Snapshot:
        """Keep octets that are in memory, written in chunks."""
        rope = Octets.of(octets)
        writer = self.new()
        try:
            done = 0
            for chunk in rope.chunks(CHUNK):
                progress.step(done, len(rope))
                done += writer.write(chunk)
            progress.step(done, len(rope))
        except BaseException:
            writer.abandon()
            raise
        return Snapshot(writer.sha256, writer.finish())

    def new(self) -> Writer:
        """Begin a new entry.

        Raises:
            StoreError: the folder cannot be written.
        """
        return Writer(self)

    def open(self, sha256: str) -> Octets:
        """Map an entry; its hash is checked when this process opens it for the first time.

        Raises:
            StoreError: there is no such entry, or its octets no longer match its name.
        """
        if sha256 == _EMPTY_HASH:
            return EMPTY
        live = self._mapped.get(sha256)
        if live is not None:
            return Octets.of(live, name=sha256)
        with translated("open content", self._path(sha256)):
            mapping, identity = _map(self._path(sha256))
        if self._verified.get(sha256) != identity:
            _check(mapping, sha256)
            self._verified[sha256] = identity
        return self._handed_out(mapping, sha256)

    def holds(self, sha256: str) -> bool:
        """Whether there is such an entry; if so it counts as new for `sweep`."""
        if sha256 == _EMPTY_HASH:
            return True
        try:
            with locked(self._lock_path()):
                os.utime(self._path(sha256))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise store_error(error, "touch content", self._path(sha256)) from error
        return True

    def sweep(self, named: Iterable[str]) -> int:
        """Remove every entry that is not named, not in use here and older than an hour; gives the octets freed."""
        return self._remove(frozenset(named), self._clock.now().timestamp() - SWEEP_AFTER_SECONDS)

    def clear(self, named: Iterable[str]) -> int:
        """Remove every entry that is neither named nor in use here, however young; gives the octets freed."""
        return self._remove(frozenset(named), float("inf"))

    def size(self) -> int:
        """Octets of all entries."""
        return sum(status.st_size for _, status in self._files())

    # What a writer needs of the store.

    def begin(self) -> tuple[int, Path]:
        """Open a new unnamed file in the store's folder; gives its descriptor and path."""
        make_folder(self.folder)
        with translated("keep content in", self.folder):
            return new_beside(self.folder)

    def put(self, written: Path, sha256: str) -> Octets:
        """Give a written, synced and closed file its name, and map it; the file is gone if that fails."""
        if sha256 == _EMPTY_HASH:
            discard(written)
            return EMPTY
        target = self._path(sha256)
        try:
            make_folder(target.parent)
            with translated("keep content in", self.folder), locked(self._lock_path()):
                if self._is_sound(sha256):
                    os.utime(target)
                    discard(written)
                else:
                    os.replace(written, target)
                    sync_folder(target.parent)
                mapping, self._verified[sha256] = _map(target)
        except BaseException:
            discard(written)
            raise
        return self._handed_out(mapping, sha256)

    def _is_sound(self, sha256: str) -> bool:
        """Whether the entry is there and is the file that this process verified; any other is better replaced."""
        try:
            return self._verified.get(sha256) == _identity(os.stat(self._path(sha256)))
        except FileNotFoundError:
            return False

    def _handed_out(self, mapping: mmap.mmap, sha256: str) -> Octets:
        """Give the mapping as octets and remember it as long as anybody holds it."""
        self._mapped[sha256] = mapping
        return Octets.of(mapping, name=sha256)

    def _path(self, sha256: str) -> Path:
        """Where an entry lies; refuses what is no hash, so that no name leads out of the folder."""
        if len(sha256) != _HASH_LENGTH or not set(sha256) <= set("0123456789abcdef"):
            raise StoreError(f"{sha256!r} is no SHA-256 in lower-case hex.", value=sha256)
        return self.folder / sha256[:2] / sha256

    def _lock_path(self) -> Path:
        make_folder(self.folder)
        return self.folder / "lock"

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Give every entry and every file that is only begun; one that vanishes meanwhile is left out."""
        for path in self.folder.glob("**/*"):
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if path.name != "lock" and not path.is_dir():
                yield path, status

    def _remove(self, named: frozenset[str], before: float) -> int:
        """Remove unnamed files last touched before a time; begun ones only when they are an hour old."""
        begun_before = min(before, self._clock.now().timestamp() - SWEEP_AFTER_SECONDS)
        freed = 0
        with translated("sweep", self.folder), locked(self._lock_path()):
            for path, status in list(self._files()):
                limit = begun_before if path.suffix == ".part" else before
                if path.name in named or path.name in self._mapped or status.st_mtime >= limit:
                    continue
                discard(path)
                freed += 0 if path.exists() else status.st_size
        return freed


def _identity(status: os.stat_result) -> _Identity:
    """What tells one state of a file from another; the time of last use is not part of it."""
    return status.st_dev, status.st_ino, status.st_size, status.st_ctime_ns if os.name == "nt" else 0


def _map(path: Path) -> tuple[mmap.mmap, _Identity]:
    """Map a whole file that is not empty, read-only."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if status.st_size == 0:
            raise _damaged(path.name)
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), _identity(status)


def _check(mapping: mmap.mmap, sha256: str) -> None:
    """Hash a mapping and compare with its name."""
    digest = _new_digest()
    with memoryview(mapping) as view:
        for start in range(0, len(view), CHUNK):
            digest.update(view[start : start + CHUNK])
    if digest.hexdigest() != sha256:
        raise _damaged(sha256)


def _new_digest() -> "hashlib._Hash":
    import hashlib  # here: its library is large, and a start keeps nothing

    return hashlib.sha256()


def _damaged(sha256: str) -> StoreError:
    return StoreError(
        f"The kept content {sha256[:12]}... is damaged: its octets no longer match its name.",
        hint="Attach or open the original file again.",
        value=sha256,
    )
