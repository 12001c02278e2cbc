"""The real program in a child process, with files of its own; and a real screen, on which it is driven as a user would.

Nothing here knows how the program works inside: it is watched by its windows, its files and its command line. A test
that needs a screen is skipped where Xvfb or xdotool is missing.
"""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import keyring.backend
import keyring.core
import pytest

from sescomposer.services.ports import RecoveredDraft
from sescomposer.services.system import SystemClock
from sescomposer.store.content import DiskContentStore
from sescomposer.store.journal import DiskJournal

_TOOLS = ("Xvfb", "xdotool")
_WAIT_SECONDS = 40.0
_ASK_AGAIN_SECONDS = 0.03
_PATIENCE = 60
"""How often is looked before keys are pressed again."""
_XDG = {"DATA": "data", "CONFIG": "config", "STATE": "state", "CACHE": "cache"}

_NO_NETWORK = """\
import pathlib, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        target = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        if isinstance(target, tuple) or event.startswith("socket.get"):
            with open({noted!r}, "a", encoding="utf-8") as notes:
                print(event, target, file=notes)
            raise ConnectionRefusedError("there is no network")

sys.addaudithook(refuse)
"""

_KEYRING = """\
import json, os, pathlib
import keyring.backend

class Ring(keyring.backend.KeyringBackend):
    priority = 5.0
    file = pathlib.Path({kept!r})

    def _kept(self):
        return json.loads(self.file.read_text("utf-8")) if self.file.exists() else {{}}

    def _keep(self, kept):
        part = self.file.with_suffix(f".{{os.getpid()}}")
        part.write_text(json.dumps(kept), "utf-8")
        part.replace(self.file)

    def get_password(self, service, username):
        return self._kept().get(username)

    def set_password(self, service, username, password):
        self._keep({{**self._kept(), username: password}})

    def delete_password(self, service, username):
        self._keep({{name: kept for name, kept in self._kept().items() if name != username}})
"""

Condition = Callable[[], object]


def _wait_for(condition: Condition, what: str, seconds: float = _WAIT_SECONDS) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in {seconds:.0f} s: {what}"
        pause.wait(_ASK_AGAIN_SECONDS)


@dataclass
class Program:
    """The program with a home folder of its own.

    Attributes:
        home: All its files lie below.
        screen: The screen its windows open on; None for the command line alone.
        given: What its environment has besides.
    """

    home: Path
    runtime: Path
    screen: "Screen | None" = None
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The child's environment: files below `home`, and no network but local sockets."""
        folders = {f"XDG_{name}_HOME": str(self.home / place) for name, place in _XDG.items()}
        own = {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.runtime), "PYTHONPATH": str(self.home / "site")}
        given = self.screen.environment if self.screen else os.environ
        return {**given, **folders, **own, "PYTHONFAULTHANDLER": "1", **self.given}

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home / "data" / "sescomposer"

    @property
    def output(self) -> str:
        """What the windows' processes printed."""
        path = self.home / "output.txt"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @property
    def log(self) -> str:
        """What the log files hold."""
        return "".join(path.read_text("utf-8") for path in (self.home / "state").rglob("*.log*"))

    @property
    def network_tries(self) -> str:
        """What the children tried to reach."""
        path = self.home / "network.txt"
        return path.read_text("utf-8") if path.exists() else ""

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start the window."""
        with (self.home / "output.txt").open("ab") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "sescomposer", *words], env=self.environment, stdout=output, stderr=output
            )
        self.running.append(child)
        return child

    def command(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a verb of the command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "sescomposer", *words],
            env=self.environment,
            input=given,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def drafts(self) -> list[RecoveredDraft]:
        """Give the drafts that stand in the journal, as another start would find them if this one died now.

        A copy is read: the journal itself is locked by the process that writes it.
        """
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "journal"
            copy.mkdir()
            for path in (self.data / "journal").glob("*.log"):
                shutil.copy(path, copy)
            journal = DiskJournal(copy, DiskContentStore(self.data / "content", SystemClock()), SystemClock())
            try:
                return list(journal.recover())
            finally:
                journal.close()

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        """End a child in the middle of what it does."""
        child.send_signal(signal.SIGKILL)
        child.wait(20)

    def stop(self) -> None:
        """End every child that still runs."""
        for child in self.running:
            child.kill()
            child.wait(20)


@dataclass
class Screen:
    """One X server of our own, and what hands and eyes do."""

    display: str
    pictures: Path
    environment: dict[str, str] = field(default_factory=dict)

    def xdotool(self, *words: str) -> str:
        """Run xdotool; gives what it printed."""
        answer = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        return answer.stdout.strip()

    def windows(self, title: str) -> list[str]:
        """Give the ids of the visible windows whose title has a match of this regular expression."""
        return self.xdotool("search", "--onlyvisible", "--name", title).split()

    def title(self, window: str) -> str:
        """Give the title of a window."""
        return self.xdotool("getwindowname", window)

    def wait_for_window(self, title: str) -> str:
        """Wait for a window, give it the keyboard, and give its id."""
        _wait_for(lambda: self.windows(title), f"a window called {title!r}")
        window = self.windows(title)[-1]
        self.focus(window)
        return window

    def open_by(self, keys: str, title: str) -> str:
        """Press keys until a window has come, with a while between: what they act on may not be there yet."""
        asked = itertools.count()

        def has_come() -> bool:
            if next(asked) % _PATIENCE == 0:
                self.key(keys)
            return bool(self.windows(title))

        _wait_for(has_come, f"a window called {title!r}")
        return self.wait_for_window(title)

    def wait_until_gone(self, title: str) -> None:
        """Wait until no window has such a title."""
        _wait_for(lambda: not self.windows(title), f"no window called {title!r}")

    def focus(self, window: str) -> None:
        """Give a window the keyboard, as a window manager does."""
        self.xdotool("windowraise", window, "windowfocus", window)
        _wait_for(lambda: self.xdotool("getwindowfocus") == window, "the keyboard goes there")

    def type(self, text: str) -> None:
        """Type on the keyboard."""
        self.xdotool("type", "--delay", "8", text)

    def key(self, *keys: str) -> None:
        """Press keys, such as "ctrl+Return"."""
        self.xdotool("key", "--delay", "15", *keys)

    def click(self, window: str, x: int, y: int) -> None:
        """Click at a place of a window."""
        self.xdotool("mousemove", "--window", window, str(x), str(y), "click", "1")

    def picture(self, name: str) -> None:
        """Take a picture where a tool for it is installed; it is kept for people to look at."""
        if shutil.which("import"):
            path = self.pictures / f"{name}.png"
            subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=False)


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait until a condition holds: `wait_for(condition, what, seconds)`."""
    return _wait_for


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """A screen of 1400x900, closed afterwards."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing or sys.platform != "linux":
        pytest.skip(f"needs {', '.join(missing) or 'Linux'}")
    reading, writing = os.pipe()
    # Without -noreset the server begins anew whenever its last client leaves, and throws out one that just comes.
    server = subprocess.Popen(
        ["Xvfb", "-noreset", "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    # Qt's own file dialog, whoever's desktop this is; no desktop's buses.
    environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "QT_QPA_PLATFORMTHEME": "none"}
    pictures = Path(os.environ.get("SESCOMPOSER_PICTURES", tmp_path))
    pictures.mkdir(parents=True, exist_ok=True)
    screen = Screen(f":{number}", pictures, environment)
    try:
        yield screen
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def bare_program(tmp_path: Path) -> Iterator[Program]:
    """The program with an empty home folder and no screen."""
    home = tmp_path / "home"
    (home / "site").mkdir(parents=True)
    (home / "site" / "sitecustomize.py").write_text(_NO_NETWORK.format(noted=str(home / "network.txt")))
    # The path of a local socket has room for about a hundred octets; that of a test's folder may be longer.
    with tempfile.TemporaryDirectory(prefix="run-") as runtime:
        program = Program(home, Path(runtime))
        try:
            yield program
        finally:
            program.stop()
            # Shown by pytest for a test that failed.
            print(program.output[-4000:], program.log[-4000:], sep="\n")
            assert not program.network_tries


@pytest.fixture
def lasting_ring(bare_program: Program) -> Path:
    """A keyring for the children that outlives each of them; gives the file in which it keeps secrets by name."""
    kept = bare_program.home / "keyring.json"
    (bare_program.home / "site" / "outside_keyring.py").write_text(_KEYRING.format(kept=str(kept)))
    bare_program.given["PYTHON_KEYRING_BACKEND"] = "outside_keyring.Ring"
    return kept


@pytest.fixture
def program(bare_program: Program, screen: Screen) -> Iterator[Program]:
    """The program with an empty home folder and a screen; the last picture shows what a failed test saw."""
    bare_program.screen = screen
    yield bare_program
    screen.picture("last")
    bare_program.stop()


@pytest.fixture
def window(program: Program, screen: Screen, wait_for: Callable[..., None]) -> str:
    """A window with a new message, opened from that of the first start, which is closed."""
    program.start()
    sample = screen.wait_for_window("Garden party")
    wait_for(lambda: program.log, "the start is logged")
    screen.key("ctrl+n")
    made = screen.wait_for_window("^New message")
    screen.focus(sample)
    screen.key("ctrl+w")
    screen.wait_until_gone("Garden party")
    screen.focus(made)
    return made


@pytest.fixture
def mounted(bare_program: Program) -> Iterator[Path]:
    """The data folder as a disk of its own, of 1 MB."""
    folder = bare_program.data
    folder.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk can be mounted by root alone, and not in every container")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class Ring(keyring.backend.KeyringBackend):
    """A keyring of the test's own.

    Attributes:
        kept: Its secrets by account.
        error: What it raises instead of answering.
    """

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept = {"work": "hush-hush/secret+key"}
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    """The keyring, with a secret for the account "work"."""
    made = Ring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", made)
    return made


@pytest.fixture
def unused() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
