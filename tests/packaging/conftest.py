"""A project folder of a test's own with the real bootstrap script, and children that reach no registry."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Root writes into read-only folders; without this capability it meets them as anyone does.
_MORTAL = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] if os.geteuid() == 0 else []
Bootstrap = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with all that bootstrap.py looks at, but no environment."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "packaging", folder / "packaging", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "sescomposer" / "cli").mkdir(parents=True)
    shutil.copy(ROOT / "sescomposer" / "cli" / "verbs.py", folder / "sescomposer" / "cli")
    (folder / "tests" / "node").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "node" / "package-lock.json", folder / "tests" / "node")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def bootstrap_in_child() -> Bootstrap:
    """Run a project's bootstrap.py in a process of its own; the registry it asks is a closed port of loopback."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    settings |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "1",
        "PIP_NO_CACHE_DIR": "1",
    }

    def start(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-B", str(project / "packaging" / "bootstrap.py"), *words]
        return subprocess.run([*_MORTAL, *command], capture_output=True, text=True, check=False, env=settings, cwd="/")

    return start
