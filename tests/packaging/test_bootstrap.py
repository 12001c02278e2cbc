"""The script as its user meets it: every failure is one sentence, and a repeated run costs nothing."""

import ast
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bootstrap
import pytest
from environment import Environment

Bootstrap = Callable[..., "subprocess.CompletedProcess[str]"]


def _only_sentence(text: str) -> str:
    lines = [line for line in text.splitlines() if line]
    assert len(lines) == 1, text
    assert lines[0].startswith("bootstrap: ")
    assert lines[0].endswith(".")
    return lines[0].removeprefix("bootstrap: ")


def _pretend_installed(project: Path, program: str) -> None:
    """Leave the project as a finished set-up does, with `program` in place of the installed command."""
    environment = Environment(project)
    environment.command("python").parent.mkdir(parents=True)
    environment.command("python").symlink_to(sys.executable)
    environment.command("sescomposer").write_text(program)
    environment.command("sescomposer").chmod(0o755)
    locks = [environment.lock(name) for name in ("runtime", "build", "speed")]
    environment.mark_done("runtime", [*locks, project / "pyproject.toml"])


def test_the_script_is_read_by_older_pythons() -> None:
    ast.parse(Path(bootstrap.__file__).read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("version, implementation", [((3, 10), "cpython"), ((3, 14), "cpython"), ((3, 11), "pypy")])
def test_another_python_is_refused_by_name(version: tuple[int, ...], implementation: str) -> None:
    sentence = bootstrap.unsupported(version, implementation)
    assert f"this is {implementation} {version[0]}.{version[1]}; start it with" in sentence


@pytest.mark.parametrize("version", bootstrap.SUPPORTED)
def test_supported_pythons_are_taken(version: tuple[int, ...]) -> None:
    assert bootstrap.unsupported(version, "cpython") == ""


def test_another_python_ends_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "SUPPORTED", ((3, 99),))
    assert bootstrap.main(["run"]) == 1
    assert "CPython 3.11, 3.12 or 3.13" in _only_sentence(capsys.readouterr().err)


@pytest.mark.parametrize("words, status", [([], 2), (["walk"], 2), (["--help"], 0)])
def test_other_words_print_the_usage(words: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(words) == status
    assert capsys.readouterr().err.startswith("usage: ")


def test_a_repeated_run_becomes_the_program_at_once(project: Path, bootstrap_in_child: Bootstrap) -> None:
    _pretend_installed(project, '#!/bin/sh\necho "$@"\nexit 5\n')
    begun = time.monotonic()
    done = bootstrap_in_child(project, "run", "tree", "a letter.eml", "--json")
    assert time.monotonic() - begun < 2
    assert (done.stdout, done.stderr, done.returncode) == ("tree a letter.eml --json\n", "", 5)


def test_a_folder_that_is_no_environment_is_left_alone(project: Path, bootstrap_in_child: Bootstrap) -> None:
    (project / ".venv").mkdir()
    (project / ".venv" / "mine.txt").write_text("precious")
    done = bootstrap_in_child(project, "run", "--version")
    assert done.returncode == 1
    assert "is not a virtual environment of Python; move it away" in _only_sentence(done.stderr)
    assert (project / ".venv" / "mine.txt").read_text() == "precious"


def test_a_read_only_folder_is_said(project: Path, bootstrap_in_child: Bootstrap) -> None:
    project.chmod(0o555)
    done = bootstrap_in_child(project, "run", "--version")
    project.chmod(0o755)
    assert done.returncode == 1
    assert "cannot be written to (Permission denied); copy the project" in _only_sentence(done.stderr)


def test_a_missing_network_is_said_and_the_next_start_tries_again(project: Path, bootstrap_in_child: Bootstrap) -> None:
    done = bootstrap_in_child(project, "run", "--version")
    assert done.returncode == 1
    sentence = _only_sentence(done.stderr.splitlines()[-1])
    assert "cannot reach the package registry; connect this machine" in sentence
    assert (project / ".venv" / "bootstrap.log").read_text()
    assert list((project / ".venv").glob("*.stamp")) == []
