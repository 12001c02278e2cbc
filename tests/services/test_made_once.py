"""Adapters are made once, though several threads ask for them at the same moment."""

import threading
from pathlib import Path

import pytest

from sescomposer.bootstrap import make_services
from sescomposer.services.system import SystemClock
from sescomposer.store import content
from sescomposer.store.folders import Folders

THREADS = 8


def test_threads_that_ask_at_once_get_the_same_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[content.DiskContentStore] = []
    all_ask = threading.Barrier(THREADS)

    class Counted(content.DiskContentStore):
        def __init__(self, folder: Path, clock: SystemClock) -> None:
            super().__init__(folder, clock)
            made.append(self)

    monkeypatch.setattr(content, "DiskContentStore", Counted)
    services = make_services(Folders.below(tmp_path))
    got: list[object] = []

    def ask() -> None:
        all_ask.wait()
        got.extend((services.content, services.documents, services.journal))

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services.close()
    assert len(made) == 1
    assert len(got) == 3 * THREADS
    assert len(set(map(id, got))) == 3
