"""The content store: snapshots that never change under the writer, from files that may do anything."""

import hashlib
import mmap
import os
import random
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from sescomposer.core.errors import OperationCancelledError, StoreError, UnreadableError
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.store import snapshot
from sescomposer.store.content import DiskContentStore

DiskFull = Callable[[int | None], None]


def _entries(store: DiskContentStore) -> list[str]:
    return sorted(path.name for path in store.folder.glob("**/*") if path.is_file() and path.name != "lock")


def _name(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def _touch(path: Path, seconds_ago: float, clock_time: float) -> None:
    os.utime(path, (clock_time - seconds_ago, clock_time - seconds_ago))


@pytest.mark.parametrize("size", [0, 1, 4096, snapshot.CHUNK, snapshot.CHUNK + 1, 3_000_000])
def test_file_is_kept_under_its_hash(tmp_path: Path, content: DiskContentStore, size: int) -> None:
    data = random.Random(size).randbytes(size)
    (tmp_path / "file").write_bytes(data)
    kept = content.keep_file(tmp_path / "file")
    assert kept.sha256 == _name(data)
    assert bytes(kept.octets) == data
    assert bytes(content.open(kept.sha256)) == data
    assert content.holds(kept.sha256)
    assert all(piece.source.name == kept.sha256 for piece in kept.octets.pieces())  # type: ignore[attr-defined]


def test_snapshot_does_not_change_with_its_file(tmp_path: Path, content: DiskContentStore) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before" * 1000)
    kept = content.keep_file(path)
    path.write_bytes(b"after")
    path.unlink()
    assert bytes(kept.octets) == b"before" * 1000


def test_equal_octets_are_one_private_entry(tmp_path: Path, content: DiskContentStore) -> None:
    (tmp_path / "file").write_bytes(b"same")
    content.keep_file(tmp_path / "file")
    content.keep(b"same")
    content.keep(Octets.join((b"sa", b"me")))
    writer = content.new()
    writer.write(b"same")
    writer.finish(_name(b"same"))
    assert _entries(content) == [_name(b"same")]
    assert content.size() == 4
    (entry,) = content.folder.glob("??/*")
    assert entry.stat().st_mode & 0o777 == 0o600
    assert content.folder.stat().st_mode & 0o777 == 0o700


def test_view_outlives_the_entry(content: DiskContentStore) -> None:
    kept = content.keep(b"x" * 10_000)
    for path in content.folder.glob("??/*"):
        path.unlink()
    assert bytes(kept.octets) == b"x" * 10_000


def test_writer_refuses_another_hash_than_announced(content: DiskContentStore) -> None:
    writer = content.new()
    writer.write(b"octets")
    with pytest.raises(StoreError, match="as announced"):
        writer.finish("0" * 64)
    assert _entries(content) == []


def test_abandoned_writer_leaves_nothing(content: DiskContentStore) -> None:
    writer = content.new()
    writer.write(b"octets")
    writer.abandon()
    writer.abandon()
    assert _entries(content) == []


def test_abandon_after_finish_keeps_the_entry(content: DiskContentStore) -> None:
    writer = content.new()
    writer.write(b"octets")
    writer.finish(_name(b"octets"))
    writer.abandon()
    assert bytes(content.open(_name(b"octets"))) == b"octets"


@pytest.mark.parametrize("change", ["shrinks", "grows", "changes"])
def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, content: DiskContentStore, change: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(snapshot.CHUNK * 3))

    class Disturbing:
        def step(self, done: int, total: int) -> None:
            if done != snapshot.CHUNK:
                return
            if change == "shrinks":
                os.truncate(path, snapshot.CHUNK + 5)
            elif change == "grows":
                os.truncate(path, snapshot.CHUNK * 4)
            else:
                with path.open("r+b") as file:
                    file.write(b"other")
                os.utime(path, ns=(0, 12345))

    with pytest.raises(
        UnreadableError, match=r"((shrank|grew) from 786,432 octets|changed) while it was read"
    ) as caught:
        content.keep_file(path, Disturbing())
    assert caught.value.hint
    assert _entries(content) == []


def test_cancelling_leaves_nothing(tmp_path: Path, content: DiskContentStore) -> None:
    (tmp_path / "file").write_bytes(bytes(snapshot.CHUNK * 3))

    class Cancelling:
        def step(self, done: int, total: int) -> None:
            if done >= snapshot.CHUNK:
                raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        content.keep_file(tmp_path / "file", Cancelling())
    with pytest.raises(OperationCancelledError):
        content.keep(bytes(snapshot.CHUNK * 3), Cancelling())
    assert _entries(content) == []


def test_progress_is_told_up_to_the_end(tmp_path: Path, content: DiskContentStore) -> None:
    (tmp_path / "file").write_bytes(bytes(snapshot.CHUNK * 2 + 1))
    told: list[tuple[int, int]] = []

    class Telling:
        def step(self, done: int, total: int) -> None:
            told.append((done, total))

    content.keep_file(tmp_path / "file", Telling())
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(later[0] - former[0] <= snapshot.CHUNK for former, later in pairwise(told))


def test_no_regular_file_is_refused(tmp_path: Path, content: DiskContentStore) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="no regular file"):
        content.keep_file(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="it is a folder"):
        content.keep_file(tmp_path)
    with pytest.raises(UnreadableError, match="No such file"):
        content.keep_file(tmp_path / "missing")
    assert _entries(content) == []


def test_unreadable_file_is_refused(tmp_path: Path, content: DiskContentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"secret")
    real = os.open

    def refuse(name: str | Path, flags: int, *rest: int) -> int:
        if Path(name) == path:
            raise PermissionError(13, "Permission denied")
        return real(name, flags, *rest)

    # The rights of a file do not hold for root, who may run this test.
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableError, match="Permission denied"):
        content.keep_file(path)


def test_fault_of_the_disk_while_reading_is_told(
    tmp_path: Path, content: DiskContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"abc")

    def fail(descriptor: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    with pytest.raises(UnreadableError, match="Input/output error"):
        content.keep_file(tmp_path / "file")
    assert _entries(content) == []


@pytest.mark.parametrize("room", [0, 10])
def test_full_disk_keeps_nothing(
    tmp_path: Path, content: DiskContentStore, disk_full_after: DiskFull, room: int
) -> None:
    (tmp_path / "file").write_bytes(bytes(1000))
    disk_full_after(room)
    with pytest.raises(StoreError, match="the disk is full"):
        content.keep_file(tmp_path / "file")
    with pytest.raises(StoreError, match="the disk is full"):
        content.keep(bytes(1000))
    assert _entries(content) == []
    disk_full_after(None)
    assert len(content.keep_file(tmp_path / "file").octets) == 1000


def test_small_disk_keeps_nothing(tmp_path: Path, small_disk: Path, content: DiskContentStore) -> None:
    store = DiskContentStore(small_disk / "content", content._clock)
    kept = store.keep(b"fits")
    (tmp_path / "file").write_bytes(random.Random(1).randbytes(1_000_000))
    with pytest.raises(StoreError, match="the disk is full"):
        store.keep_file(tmp_path / "file")
    assert _entries(store) == [kept.sha256]
    assert bytes(store.open(kept.sha256)) == b"fits"


def test_read_only_disk_is_told(read_only_disk: Path, content: DiskContentStore) -> None:
    store = DiskContentStore(read_only_disk / "content", content._clock)
    with pytest.raises(StoreError, match="read-only"):
        store.keep(b"octets")


def test_file_in_place_of_the_folder_is_told(tmp_path: Path, content: DiskContentStore) -> None:
    (tmp_path / "content").write_bytes(b"")
    with pytest.raises(StoreError, match="a file stands where a folder should be"):
        content.keep(b"octets")


def test_missing_entry_is_told(content: DiskContentStore) -> None:
    with pytest.raises(StoreError, match="no such file"):
        content.open("0" * 64)
    assert not content.holds("0" * 64)


@pytest.mark.parametrize("name", ["", "../../secret", "A" * 64, "0" * 63])
def test_name_that_is_no_hash_is_refused(content: DiskContentStore, name: str) -> None:
    with pytest.raises(StoreError, match="no SHA-256"):
        content.open(name)


@pytest.mark.parametrize("damage", [b"", b"shorter", b"other!"])
def test_damaged_entry_is_told_and_mended_by_keeping_again(
    tmp_path: Path, content: DiskContentStore, damage: bytes
) -> None:
    name = content.keep(b"octets").sha256
    (entry,) = content.folder.glob("??/*")
    entry.write_bytes(damage)
    other = DiskContentStore(content.folder, content._clock)
    with pytest.raises(StoreError, match="damaged"):
        other.open(name)
    assert bytes(other.keep(b"octets").octets) == b"octets"
    assert bytes(DiskContentStore(content.folder, content._clock).open(name)) == b"octets"


def test_open_maps_one_file_once(content: DiskContentStore) -> None:
    name = content.keep(b"octets" * 100).sha256
    one, other = content.open(name), content.open(name)
    (piece,), (twin,) = one.pieces(), other.pieces()
    assert isinstance(piece.source.data, mmap.mmap)  # type: ignore[attr-defined]
    assert piece.source.data is twin.source.data  # type: ignore[attr-defined]


def test_empty_content_needs_no_entry(content: DiskContentStore) -> None:
    assert content.open(_name(b"")) is EMPTY
    assert content.keep(b"").sha256 == _name(b"")


def test_sweep_removes_the_unnamed_after_an_hour(content: DiskContentStore) -> None:
    named, young, old = (content.keep(octets).sha256 for octets in (b"named", b"young", b"old!"))
    begun = content.folder / "new-x.part"
    begun.write_bytes(b"12345")
    now = content._clock.now().timestamp()
    for name in (named, old):
        _touch(content.folder / name[:2] / name, 3700, now)
    _touch(begun, 3700, now)
    assert content.sweep([named]) == 9
    assert _entries(content) == sorted([named, young])


def test_sweep_leaves_what_is_in_use(content: DiskContentStore) -> None:
    kept = content.keep(b"octets")
    now = content._clock.now().timestamp()
    _touch(content.folder / kept.sha256[:2] / kept.sha256, 3700, now)
    assert content.sweep([]) == 0
    sha256 = kept.sha256
    del kept
    assert content.sweep([]) == 6
    assert not content.holds(sha256)


def test_keeping_again_makes_an_old_entry_new(content: DiskContentStore) -> None:
    name = content.keep(b"octets").sha256
    path = content.folder / name[:2] / name
    _touch(path, 7000, content._clock.now().timestamp())
    other = DiskContentStore(content.folder, content._clock)
    other.keep(b"octets")
    assert content.sweep([]) == 0
    _touch(path, 7000, content._clock.now().timestamp())
    assert other.holds(name)
    assert content.sweep([]) == 0


def test_clear_removes_the_young_too(content: DiskContentStore) -> None:
    named = content.keep(b"named").sha256
    content.keep(b"young")
    assert content.clear([named]) == 5
    assert _entries(content) == [named]


def test_threads_may_keep_at_once(tmp_path: Path, content: DiskContentStore) -> None:
    data = [random.Random(number % 3).randbytes(50_000) for number in range(12)]
    threads = [threading.Thread(target=content.keep, args=(octets,)) for octets in data]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _entries(content) == sorted({_name(octets) for octets in data})


def test_clone_is_used_where_the_file_system_can(
    tmp_path: Path, content: DiskContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"cloned octets")

    def clone(source: int, target: int) -> bool:
        os.write(target, os.pread(source, 1000, 0))
        return True

    monkeypatch.setattr(snapshot, "_clone", clone)
    monkeypatch.setattr(snapshot, "_copy", None)
    kept = content.keep_file(tmp_path / "file")
    assert bytes(kept.octets) == b"cloned octets"
    assert kept.sha256 == _name(b"cloned octets")
