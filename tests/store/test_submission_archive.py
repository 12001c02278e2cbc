"""The archive of submissions: what was moved there is read again, whatever happened to a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.store.records import frame
from sescomposer.store.submission_archive import SubmissionArchive


def head(name: str, month: int, kind: str = "intent") -> dict[str, Any]:
    """Make a record of that month."""
    return {"kind": kind, "submission": name, "at": datetime(2026, month, 1, tzinfo=UTC).isoformat()}


def names(archive: SubmissionArchive) -> list[list[str]]:
    """Give the ids month by month."""
    months = ([record.head for record in records] for records in archive.records())
    return [[head["submission"] for head in heads if "submission" in head] for heads in months]


def test_an_outcome_stands_with_its_intent(tmp_path: Path) -> None:
    archive = SubmissionArchive(tmp_path / "archive")
    assert names(archive) == []
    archive.add([head("a", 1), head("b", 2), head("a", 2, "outcome")])
    archive.add([head("c", 1)])
    assert names(archive) == [["a", "a", "c"], ["b"]]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "archive").iterdir())


def test_months_are_forgotten_whole(tmp_path: Path) -> None:
    archive = SubmissionArchive(tmp_path / "archive")
    archive.add([head("a", 1), head("b", 2), head("c", 3)])
    archive.forget(datetime(2026, 3, 31, tzinfo=UTC))
    assert names(archive) == [["c"]]


def test_a_damaged_record_costs_only_itself(tmp_path: Path) -> None:
    archive = SubmissionArchive(tmp_path / "archive")
    archive.add([head("a", 1)])
    with (tmp_path / "archive" / "2026-01").open("ab") as file:
        file.write(frame(head("torn", 1))[:-9])
    archive.add([head("b", 1)])
    assert names(archive) == [["a", "b"]]


def test_a_newer_archive_and_one_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "2026-01").write_bytes(frame({"format": "submissions-archive", "schema": 99}))
    with pytest.raises(SettingsError, match="schema 99"):
        names(SubmissionArchive(folder))
    (folder / "2025-01").mkdir()
    with pytest.raises(StoreError):
        names(SubmissionArchive(folder))
