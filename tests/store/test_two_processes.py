"""Two processes that use one store at once see nothing half written and lose nothing."""

import hashlib
import random
import subprocess
from pathlib import Path

from sescomposer.store.content import DiskContentStore
from sescomposer.store.submissions import SubmissionLog


def _at_once(typist: list[str], *commands: list[str]) -> None:
    """Run commands of the typist at the same time and wait for all."""
    running = [subprocess.Popen([*typist, *command], stderr=subprocess.PIPE) for command in commands]
    for process in running:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, b"")


def test_content_store_is_shared(tmp_path: Path, typist: list[str], content: DiskContentStore) -> None:
    _at_once(typist, ["keep", str(tmp_path), "2"], ["keep", str(tmp_path), "3"])
    expected = {hashlib.sha256(random.Random(number).randbytes(20_000)).hexdigest() for number in range(40)}
    files = {path.name for path in content.folder.glob("**/*") if path.is_file()}
    assert files - {"lock"} == expected
    assert all(len(content.open(name)) == 20_000 for name in expected)


def test_content_store_may_be_swept_meanwhile(tmp_path: Path, typist: list[str], content: DiskContentStore) -> None:
    with subprocess.Popen([*typist, "keep", str(tmp_path), "1"], stderr=subprocess.PIPE) as keeper:
        while keeper.poll() is None:
            content.sweep(())
    assert keeper.returncode == 0
    assert len(list(content.folder.glob("??/*"))) == 40


def test_submission_log_is_shared(tmp_path: Path, typist: list[str]) -> None:
    _at_once(typist, ["record", str(tmp_path), "a"], ["record", str(tmp_path), "b"])
    records = SubmissionLog(tmp_path / "submissions").all()
    assert sorted(record.intent.submission for record in records) == sorted(
        f"{prefix}{number}" for prefix in "ab" for number in range(40)
    )
    assert all(record.outcome is not None for record in records)
    assert not list(tmp_path.glob("submissions.damaged-*"))
