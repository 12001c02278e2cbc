"""The boundaries between packages hold, by import contracts and by importing in fresh interpreters."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_WALK = """
import importlib, pkgutil, sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ImportError(f"{name} is not to be imported here")

sys.meta_path.insert(0, Refusing())
count = 0
for name in PACKAGES:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        importlib.import_module(module.name)
        count += 1
loaded = sorted({name.partition(".")[0] for name in sys.modules} & REFUSED)
assert not loaded, loaded
print(count)
"""


def _import_all(packages: tuple[str, ...], refused: set[str]) -> int:
    """Import every module of `packages` in a fresh interpreter that refuses some, and give how many there were."""
    script = f"PACKAGES = {packages!r}\nREFUSED = {refused!r}\n{_WALK}"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_adapter_is_out_of_reach_of_front_ends() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    forbidden = next(contract for contract in contracts if contract["name"].startswith("front ends"))
    adapters = {name for name in ("ses", "inbox", "keys", "store") if (ROOT / "sescomposer" / name).is_dir()}
    assert {f"sescomposer.{name}" for name in adapters} == set(forbidden["forbidden_modules"])


@pytest.mark.parametrize("package", ["core", "services", "store", "inbox", "cli"])
def test_everything_but_the_window_is_imported_without_qt(package: str) -> None:
    assert _import_all((f"sescomposer.{package}",), {"PySide6", "shiboken6"}) > 0


def test_core_and_services_are_imported_without_any_adapter_library() -> None:
    refused = {"PySide6", "shiboken6", "boto3", "botocore", "keyring", "typer", "rich", "platformdirs"}
    assert _import_all(("sescomposer.core", "sescomposer.services"), refused) > 0


def test_the_command_line_is_imported_without_the_aws_sdk() -> None:
    assert _import_all(("sescomposer.cli",), {"boto3", "botocore"}) > 0


def test_the_way_to_the_window_imports_no_command_line_library() -> None:
    script = (
        "import sys, sescomposer.__main__; print([n for n in ('typer', 'click', 'rich', 'boto3') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
