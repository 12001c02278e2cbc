"""A real screen without a monitor, and the real program in a child process driven as a user would."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_TOOLS = ("Xvfb", "xdotool")
_WAIT_SECONDS = 40.0


def wait_for(condition: Callable[[], object], what: str, seconds: float = _WAIT_SECONDS) -> None:
    """Ask until it holds; the condition itself waits for another process, so that asking is all that is done here."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in {seconds:.0f} s: {what}"
        subprocess.run(["true"], check=True)


@dataclass
class Screen:
    """One X server of our own."""

    display: str
    environment: dict[str, str] = field(default_factory=dict)

    def xdotool(self, *words: str) -> str:
        """Run xdotool; gives what it printed."""
        answer = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        return answer.stdout.strip()

    def window(self, title: str) -> str:
        """Give the id of the visible window whose title holds these words, "" if there is none."""
        found = self.xdotool("search", "--onlyvisible", "--name", title).splitlines()
        return found[-1] if found else ""

    def wait_for_window(self, title: str) -> str:
        """Wait for a window, give it the keyboard, and give its id."""
        wait_for(lambda: self.window(title), f"a window called {title!r}")
        window = self.window(title)
        self.xdotool("windowfocus", "--sync", window)
        return window

    def type(self, text: str) -> None:
        """Type on the keyboard."""
        self.xdotool("type", "--delay", "12", text)

    def key(self, *keys: str) -> None:
        """Press keys, such as "ctrl+Return"."""
        self.xdotool("key", "--delay", "30", *keys)

    def picture(self, path: Path) -> None:
        """Take a picture where a tool for it is installed; it is kept for people to look at."""
        if shutil.which("import"):
            subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=False)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """A screen of 1400x900, closed afterwards."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing or sys.platform != "linux":
        pytest.skip(f"needs {', '.join(missing) or 'Linux'}")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    try:
        yield Screen(f":{number}", environment)
    finally:
        server.terminate()
        server.wait(20)


@dataclass
class Program:
    """The program in a child process, with files of its own."""

    home: Path
    screen: Screen
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The child's environment: all its files lie below `home`."""
        folders = {"HOME": self.home, "XDG_DATA_HOME": self.home / "data", "XDG_CONFIG_HOME": self.home / "config"}
        folders |= {"XDG_STATE_HOME": self.home / "state", "XDG_CACHE_HOME": self.home / "cache"}
        kept = {name: value for name, value in self.screen.environment.items() if name != "XDG_RUNTIME_DIR"}
        return {**kept, **{name: str(path) for name, path in folders.items()}}

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start the window."""
        log = (self.home / "output.txt").open("ab")
        child = subprocess.Popen(
            [sys.executable, "-m", "sescomposer", *words], env=self.environment, stdout=log, stderr=log
        )
        log.close()
        self.running.append(child)
        return child

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of the command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "sescomposer", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stop(self) -> None:
        """End every child that still runs."""
        for child in self.running:
            child.kill()
            child.wait(20)


@pytest.fixture
def program(tmp_path: Path, screen: Screen) -> Iterator[Program]:
    """The program with an empty home folder."""
    home = tmp_path / "home"
    home.mkdir()
    program = Program(home, screen)
    try:
        yield program
    finally:
        program.stop()
