"""The suite runs every step and fails when one of them fails."""

import subprocess
from pathlib import Path

import pytest
import suite
from environment import Environment


def test_words_that_select_tests_leave_out_the_rest() -> None:
    assert [name for name, _ in suite.steps(["-x"])] == ["lint", "format", "types", "import contracts", "tests"]
    assert suite.steps(["tests/core"]) == [("tests", ("python", "-m", "pytest", "tests/core"))]


@pytest.mark.parametrize("failing, status", [("", 0), ("mypy", 1)])
def test_every_step_runs_whatever_fails(
    failing: str, status: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    seen: list[str] = []

    def run(command: list[str], **options: object) -> "subprocess.CompletedProcess[bytes]":
        seen.append(Path(command[0]).stem)
        return subprocess.CompletedProcess(command, 1 if seen[-1] == failing else 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert suite.run(Environment(tmp_path), []) == status
    assert seen == ["ruff", "ruff", "mypy", "lint-imports", "python"]
    assert ("failed: types" in capfd.readouterr().err) == bool(status)
