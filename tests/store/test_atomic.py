"""Files written whole or not at all, and locks between processes."""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sescomposer.core.errors import StoreError
from sescomposer.store.atomic import make_folder, replace_file, set_aside, store_error
from sescomposer.store.files import DiskFiles
from sescomposer.store.locks import acquire, try_acquire

DiskFull = Callable[[int | None], None]


def test_replaced_file_is_private_and_leaves_nothing_beside(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    path = tmp_path / "a" / "b" / "file"
    assert replace_file(path, (b"one ", memoryview(b"two")), "write") == 7
    assert path.read_bytes() == b"one two"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)} == {0o700}


@pytest.mark.parametrize("room", [0, 3])
def test_full_disk_leaves_the_old_file(tmp_path: Path, disk_full_after: DiskFull, room: int) -> None:
    path = tmp_path / "file"
    replace_file(path, (b"old",), "write")
    disk_full_after(room)
    with pytest.raises(StoreError, match=r"Could not write the file .*: the disk is full\.") as caught:
        replace_file(path, (b"newer",), "write the file")
    assert caught.value.hint
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_small_disk_leaves_the_old_file(small_disk: Path) -> None:
    replace_file(small_disk / "file", (b"old",), "write")
    with pytest.raises(StoreError, match="the disk is full"):
        replace_file(small_disk / "file", (bytes(100_000) for _ in range(9)), "write")
    assert [(entry.name, entry.read_bytes()) for entry in small_disk.iterdir()] == [("file", b"old")]


def test_read_only_disk_is_told(read_only_disk: Path) -> None:
    with pytest.raises(StoreError, match="read-only"):
        replace_file(read_only_disk / "file", (b"a",), "write")
    with pytest.raises(StoreError, match="read-only"):
        make_folder(read_only_disk / "folder")


def test_failing_producer_leaves_nothing(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"a"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(tmp_path / "file", parts(), "write")
    assert not list(tmp_path.iterdir())


def test_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="a file stands where a folder should be"):
        make_folder(tmp_path / "file")
    with pytest.raises(StoreError, match="a file, not a folder"):
        make_folder(tmp_path / "file" / "below")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, 9999])
def test_every_refusal_has_a_sentence_and_a_hint(number: int) -> None:
    error = store_error(OSError(number, "strange"), "write the journal", Path("place"))
    assert error.sentence.startswith("Could not write the journal 'place': ")
    assert error.hint.endswith(".")


def test_set_aside_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for number in (1, 2, 3):
        path.write_bytes(b"%d" % number)
        assert set_aside(path, "keep").read_bytes() == b"%d" % number
    assert len(list(tmp_path.iterdir())) == 4


def test_file_of_the_user_keeps_its_mode_and_link(tmp_path: Path) -> None:
    from sescomposer.core.octets import Octets

    target, link = tmp_path / "target.eml", tmp_path / "link.eml"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    DiskFiles().write(link, Octets.of(b"new"))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    DiskFiles().write(tmp_path / "new.eml", Octets.of(b"x"))
    assert (tmp_path / "new.eml").stat().st_mode & 0o777 == 0o666 & ~_mask()


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def test_lock_excludes_until_released(tmp_path: Path) -> None:
    lock = acquire(tmp_path / "lock")
    assert try_acquire(tmp_path / "lock") is None
    lock.release(remove=True)
    assert not list(tmp_path.iterdir())
    again = try_acquire(tmp_path / "lock")
    assert again is not None
    again.release()


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")
def test_lock_of_a_removed_file_does_not_count(tmp_path: Path) -> None:
    stale = acquire(tmp_path / "lock")
    (tmp_path / "lock").unlink()
    fresh = try_acquire(tmp_path / "lock")
    assert fresh is not None
    assert try_acquire(tmp_path / "lock") is None
    fresh.release()
    stale.release()


def test_lock_that_cannot_be_made_is_told(read_only_disk: Path) -> None:
    with pytest.raises(StoreError, match="read-only"):
        acquire(read_only_disk / "lock")
    with pytest.raises(StoreError, match="read-only"):
        try_acquire(read_only_disk / "lock")
