"""Helpers of the tests of the store: a full disk, a small disk, a read-only folder, drafts, another process."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from still_clock import StillClock

from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.store.content import DiskContentStore
from sescomposer.store.journal import DiskJournal


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime.now(UTC))


@pytest.fixture
def content(tmp_path: Path, clock: StillClock) -> DiskContentStore:
    return DiskContentStore(tmp_path / "content", clock)


@pytest.fixture
def new_journal(tmp_path: Path, content: DiskContentStore, clock: StillClock) -> Iterator[Callable[[], DiskJournal]]:
    """Make journals over one folder; each stands for a process. They are closed at the end."""
    made: list[DiskJournal] = []

    def new() -> DiskJournal:
        made.append(DiskJournal(tmp_path / "journal", content, clock))
        return made[-1]

    yield new
    for journal in made:
        journal.close()


@pytest.fixture
def journal(new_journal: Callable[[], DiskJournal]) -> DiskJournal:
    return new_journal()


@pytest.fixture
def message() -> Callable[[bytes], Message]:
    """Give a message with that body."""
    return lambda body: Message(parse(b"From: a@example.com\r\nSubject: draft\r\n\r\n" + body))


@pytest.fixture
def disk_full_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Let `os.write` to files take so many octets more; None for no limit."""
    real = os.write
    left: list[int | None] = [None]

    def write(descriptor: int, octets: bytes | memoryview) -> int:
        if left[0] is None:
            return real(descriptor, octets)
        if left[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = real(descriptor, octets[: left[0]])
        left[0] -= written
        return written

    def limit(octets: int | None) -> None:
        left[0] = octets

    monkeypatch.setattr(os, "write", write)
    return limit


def _mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Mount a file system of memory on a folder, as root only."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting a file system needs root on Linux")
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"this system lets nobody mount: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    yield from _mounted(tmp_path / "small", "-o", "size=256k")


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that nobody can write, not even root."""
    yield from _mounted(tmp_path / "readonly", "-o", "ro")


@pytest.fixture
def typist(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the command that runs `typist.py` in a process of its own."""
    here = Path(__file__).resolve()
    paths = [str(here.parents[2]), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    return [sys.executable, str(here.with_name("typist.py"))]
