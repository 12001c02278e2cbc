"""The preview with QtWebEngine, in a child process as only there the sandbox may be off."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", PYTHONPATH=str(HERE.parents[1]))
    environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    command = [sys.executable, str(HERE / "preview_web_child.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(lines[0][7:])
    if "picture" not in result:
        pytest.skip("QtWebEngine cannot be started here")
    return result


@pytest.mark.parametrize(
    "what, expected",
    [
        ("engine_before_show", False),
        ("engine_while_empty", False),
        ("shown", True),
        ("picture", 1),
        ("scroll_kept", 1234),
        ("scroll_of_another", 0),
        ("width_375", 375),
        ("width_600", 600),
        ("links", ["https://a.example/x", "https://a.example/x"]),
        ("own_dark", "rgb(4, 5, 6)"),
        ("own_light", "rgb(1, 2, 3)"),
        ("large", True),
    ],
)
def test_preview_in_web_engine(seen: dict[str, Any], what: str, expected: object) -> None:
    assert seen[what] == expected


def test_click_leaves_the_page_where_it_is(seen: dict[str, Any]) -> None:
    assert seen["address"].startswith("sesmail://message/")
