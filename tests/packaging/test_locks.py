"""The locks pin everything by hash, agree with each other and with pyproject.toml, and hold no address."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "packaging" / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
_PIN = re.compile(
    r"^([a-z0-9-]+)==([^ ;]+)(?: ; (.+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def _pins(lock: Path) -> dict[str, str]:
    return {name: version for name, version, _, _ in _PIN.findall(lock.read_text())}


def test_there_are_locks() -> None:
    assert [lock.stem for lock in LOCKS] == ["build", "runtime", "speed", "test"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_nothing_but_pins_with_hashes(lock: Path) -> None:
    assert _pins(lock)
    assert _PIN.sub("", lock.read_text()) == ""


@pytest.mark.parametrize("file", [*LOCKS, *sorted(REQUIREMENTS.glob("*.in"))], ids=lambda file: file.name)
def test_requirement_files_hold_no_address(file: Path) -> None:
    assert not re.search(r"://|--(?:extra-)?index|--find-links|--trusted|^-[if] ", file.read_text(), re.MULTILINE)


def test_the_locks_agree() -> None:
    seen: dict[str, str] = {}
    for lock in LOCKS:
        for name, version in _pins(lock).items():
            assert seen.setdefault(name, version) == version, name


def test_the_runtime_lock_is_made_of_what_the_project_declares() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    asked = [line for line in (REQUIREMENTS / "runtime.in").read_text().splitlines() if line and line[0] != "#"]
    assert asked == declared


def test_the_node_lock_holds_no_address() -> None:
    lock = json.loads((ROOT / "tests" / "node" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in package and package["integrity"] for package in packages.values())
