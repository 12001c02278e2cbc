"""The environment is made once, and anew when anything it depends on changes."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import commands
import environment
import failures
import pytest
import system_libraries
from environment import Environment
from failures import SetupFailure


def _with_python(project: Path) -> Environment:
    made = Environment(project)
    made.command("python").parent.mkdir(parents=True)
    made.command("python").symlink_to(sys.executable)
    return made


def test_a_stage_is_done_until_a_lock_changes(project: Path) -> None:
    made = _with_python(project)
    files = [made.lock("runtime"), made.lock("build")]
    assert not made.is_done("runtime", files)
    made.mark_done("runtime", files)
    assert made.is_done("runtime", files)
    made.lock("build").write_text("hatchling==0\n")
    assert not made.is_done("runtime", files)


def test_a_stage_is_not_done_without_the_interpreter_or_elsewhere(project: Path) -> None:
    made = _with_python(project)
    made.mark_done("runtime", [])
    assert Environment(project).is_done("runtime", [])
    moved = project.rename(project.with_name("moved"))
    assert not Environment(moved).is_done("runtime", [])
    made = Environment(moved)
    made.mark_done("runtime", [])
    made.command("python").unlink()
    assert not made.is_done("runtime", [])


def test_another_interpreter_means_setting_up_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _with_python(project)
    made.mark_done("runtime", [])
    monkeypatch.setattr(sys, "version", "3.13.99 (another)")
    assert not made.is_done("runtime", [])


def test_a_python_without_venv_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.has_venv()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    assert not environment.has_venv()


def test_a_python_without_venv_is_said_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "has_venv", lambda: False)
    monkeypatch.setattr(system_libraries, "can_apt", lambda: False)
    with pytest.raises(
        SetupFailure, match=r"has no venv module; install it, on Debian with `sudo apt-get install python3"
    ):
        commands.provide_venv()


def test_root_on_debian_gets_venv_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[str] = []

    def apt_install(names: list[str]) -> bool:
        wanted.extend(names)
        return True

    monkeypatch.setattr(commands, "has_venv", lambda: False)
    monkeypatch.setattr(system_libraries, "can_apt", lambda: True)
    monkeypatch.setattr(system_libraries, "apt_install", apt_install)
    commands.provide_venv()
    assert wanted == [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]


def test_what_may_be_missing_is_said_and_passed_over(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = _with_python(project)
    failed = subprocess.CompletedProcess[str]([], 1, "", "ERROR: Failed building wheel for pybase64")
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: failed)
    made.install_optional("speed", "it is only slower.")
    assert "Failed building wheel for pybase64" in (said := capsys.readouterr().err)
    assert said.endswith("Going on: it is only slower.\n")


def test_the_same_failure_stops_where_it_is_needed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _with_python(project)
    failed = subprocess.CompletedProcess[str]([], 1, "", "ERROR: Failed building wheel for idna")
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: failed)
    with pytest.raises(SetupFailure, match=r"pip failed, saying 'Failed building wheel for idna'; mend that"):
        made.install("runtime")


_OUTPUTS = [
    ("OSError: [Errno 28] No space left on device", "found the disk full"),
    ("npm error code ENOSPC", "found the disk full"),
    ("Retrying: NewConnectionError: Temporary failure in name resolution", "cannot reach the package registry"),
    ("npm error code ECONNREFUSED", "cannot reach the package registry"),
    ("SSLError(SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED)", "does not trust"),
    ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the pinned one"),
    ("OSError: [Errno 13] Permission denied: '/x'", "may not write in"),
    ("OSError: [Errno 30] Read-only file system", "may not write in"),
    ("note: this\nERROR: No matching distribution found for idna==3.20\n", "'No matching distribution found for idna"),
    ("ERROR: Could not find a version that satisfies idna==3 (from versions: none)", "was offered no version at all"),
    ("", "saying 'nothing'"),
]


@pytest.mark.parametrize("output, sentence", _OUTPUTS)
def test_each_failure_of_an_installer_is_one_sentence(output: str, sentence: str) -> None:
    said = str(failures.installer_failure("pip", output, Path("/project/.venv/bootstrap.log")))
    assert sentence in said
    assert "\n" not in said
    assert said.endswith(".")
