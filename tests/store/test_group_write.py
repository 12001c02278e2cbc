"""Threads that wait for the disk together: everything is written once, in order of coming, and failures reach all."""

import threading

import pytest

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.store.group_write import GroupWriter


class Disk:
    """Takes writes, the first one only when told; fails where told."""

    def __init__(self, failures: dict[int, BaseException] | None = None) -> None:
        self.failures = failures or {}
        self.writes: list[bytes] = []
        self.begun = threading.Event()
        self.gate = threading.Event()

    def write(self, octets: bytes) -> None:
        """Write."""
        number = len(self.writes)
        self.writes.append(octets)
        self.begun.set()
        if number == 0:
            assert self.gate.wait(30)
        if number in self.failures:
            raise self.failures[number]


def run(disk: Disk, writer: GroupWriter, count: int) -> dict[int, BaseException | None]:
    """Write from so many threads while the first write is under way; give what each was told."""
    told: dict[int, BaseException | None] = {}
    queued = threading.Semaphore(0)

    def write(number: int) -> None:
        if number:
            queued.release()
        try:
            writer.write(b"%d," % number)
            told[number] = None
        except (StoreError, KeyboardInterrupt) as error:
            told[number] = error

    threads = [threading.Thread(target=write, args=(number,)) for number in range(count)]
    threads[0].start()
    assert disk.begun.wait(30)
    for thread in threads[1:]:
        thread.start()
        assert queued.acquire(timeout=30)
    while len(writer.queued) < count - 1:
        threading.Event().wait(0.001)
    disk.gate.set()
    for thread in threads:
        thread.join(30)
    return told


def numbers(write: bytes) -> set[bytes]:
    """Which records a write holds."""
    return set(write.rstrip(b",").split(b","))


def test_those_that_come_meanwhile_share_one_write() -> None:
    disk = Disk()
    told = run(disk, GroupWriter(disk.write), 20)
    assert len(disk.writes) == 2
    assert numbers(disk.writes[1]) == {b"%d" % number for number in range(1, 20)}
    assert told == dict.fromkeys(range(20))


def test_failure_is_told_to_all_that_were_part_of_it() -> None:
    disk = Disk({1: SettingsError("Of the future.", hint="Update.")})
    told = run(disk, writer := GroupWriter(disk.write), 5)
    assert told[0] is None
    errors = [told[number] for number in range(1, 5)]
    assert {(type(error), str(error)) for error in errors} == {(SettingsError, "Of the future.")}
    assert len({id(error) for error in errors}) == 4
    writer.write(b"next")
    assert disk.writes[2:] == [b"next"]


def test_interrupted_writer_leaves_the_others_to_the_next() -> None:
    disk = Disk({1: KeyboardInterrupt()})
    told = run(disk, GroupWriter(disk.write), 5)
    interrupted = [number for number, error in told.items() if error is not None]
    assert len(interrupted) == 1
    written = numbers(disk.writes[2])
    assert written == {b"%d" % number for number in range(1, 5) if number not in interrupted}


def _fail(octets: bytes) -> None:
    raise ZeroDivisionError


def test_error_of_ours_alone_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        GroupWriter(_fail).write(b"x")
