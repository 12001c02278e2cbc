"""Readers of calendar objects that are not ours."""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parents[2] / "node"


@pytest.fixture
def ical_js(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[bytes]], list[Any]]:
    """Read calendar objects with ical.js, in one process; gives the jCal of each, or a text why it was refused."""
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "ical.js").is_dir():
        pytest.skip("node and its packages are not installed: `python3 packaging/bootstrap.py test` does it")

    def reading(documents: Sequence[bytes]) -> list[Any]:
        folder = tmp_path_factory.mktemp("calendars")
        for number, octets in enumerate(documents):
            (folder / f"{number:06}.ics").write_bytes(octets)
        command = [node, str(NODE / "read_calendar.mjs"), str(folder)]
        done = subprocess.run(command, cwd=NODE, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        found = json.loads(done.stdout)
        return [found[name] for name in sorted(found)]

    return reading
