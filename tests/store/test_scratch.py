"""Buffers for what was decrypted: readable as long as they are held, and never under a name."""

from pathlib import Path

import pytest

from sescomposer.core.errors import StoreError
from sescomposer.store.scratch import ScratchBuffer


def test_octets_come_back_and_no_file_has_a_name(tmp_path: Path) -> None:
    buffer = ScratchBuffer(tmp_path / "scratch")
    buffer.write(b"one ")
    buffer.write(memoryview(b"two"))
    octets = buffer.finish("any")
    assert bytes(octets) == b"one two"
    assert not list((tmp_path / "scratch").iterdir())
    buffer.abandon()
    assert bytes(octets) == b"one two"


def test_nothing_written_gives_no_octets(tmp_path: Path) -> None:
    assert len(ScratchBuffer(tmp_path).finish("")) == 0


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError):
        ScratchBuffer(tmp_path / "file" / "scratch")
