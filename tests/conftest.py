"""What every test stands on: a home of its own, no network but loopback, and nothing left over when it ends.

A log record of level WARNING or above, a live thread, a running timer or an open window fails the test that left it.
"""

import gc
import ipaddress
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import GpgHome, PgpLab

# Before anything imports Qt; a test of the real window sets its own platform in its child process.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Whoever starts the suite in the background may have it ignore Ctrl+C; its children would then ignore it too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("local", deadline=None, max_examples=80, print_blob=True)
settings.register_profile("ci", deadline=None, max_examples=80, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

JOIN_SECONDS = 5.0

# --- network -----------------------------------------------------------------------------------------------------

_refused_hosts: list[str] = []
_NETWORK_EVENTS = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}


def _is_loopback(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    place = _NETWORK_EVENTS.get(event)
    if place is None:
        return
    target = arguments[place]
    if isinstance(target, tuple) and target:
        target = target[0]
    elif event in ("socket.connect", "socket.sendto"):
        return  # a path: local sockets reach nobody else
    if not _is_loopback(target):
        _refused_hosts.append(str(target))
        raise ConnectionRefusedError(f"tests reach loopback only, not {target!r}")


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def no_network() -> Iterator[list[str]]:
    """Fail a test that tried to leave the machine, even when what it called swallowed the refusal.

    A test that means to try clears the list of refused hosts itself.
    """
    _refused_hosts.clear()
    yield _refused_hosts
    if _refused_hosts:
        pytest.fail(f"reached for {', '.join(_refused_hosts)}")


# --- home --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, with the XDG folders inside; no AWS settings and no keyring reach the test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    folders = {"DATA": ".local/share", "CONFIG": ".config", "STATE": ".local/state", "CACHE": ".cache"}
    for name, place in folders.items():
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / place))
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    return folder


# --- log records -------------------------------------------------------------------------------------------------


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def expect_log() -> Iterator[Callable[[str], None]]:
    """Fail on log records of level WARNING or above.

    `expect_log(pattern)` allows those a pattern is found in; each pattern must have been met when the test ends.
    """
    handler = _Records()
    expected: list[str] = []
    logging.getLogger().addHandler(handler)
    yield expected.append
    logging.getLogger().removeHandler(handler)
    unexpected = [line for line in handler.lines if not any(re.search(pattern, line) for pattern in expected)]
    unmet = [pattern for pattern in expected if not any(re.search(pattern, line) for line in handler.lines)]
    if unexpected:
        pytest.fail("logged: " + "; ".join(unexpected))
    if unmet:
        pytest.fail("never logged: " + "; ".join(unmet))


# --- threads -----------------------------------------------------------------------------------------------------

_started_at: "weakref.WeakKeyDictionary[threading.Thread, str]" = weakref.WeakKeyDictionary()
_thread_start = threading.Thread.start


def _remembering_start(thread: threading.Thread) -> None:
    _started_at[thread] = "".join(traceback.format_stack(limit=8)[:-1])
    _thread_start(thread)


threading.Thread.start = _remembering_start  # type: ignore[assignment,method-assign]


@pytest.fixture(autouse=True)
def no_dangling_threads() -> Iterator[None]:
    """Fail a test that leaves a thread running, and say where it was started."""
    before = set(threading.enumerate())
    yield
    ours = [thread for thread in threading.enumerate() if thread not in before and thread in _started_at]
    for thread in ours:
        thread.join(JOIN_SECONDS)
    left = [thread for thread in ours if thread.is_alive()]
    if left:
        pytest.fail("\n".join(f"left thread {thread.name}, started at\n{_started_at[thread]}" for thread in left))


# --- windows and timers ------------------------------------------------------------------------------------------


def _open_windows() -> list[Any]:
    from PySide6.QtWidgets import QApplication

    return [widget for widget in QApplication.topLevelWidgets() if widget.parent() is None]


def _deliver_deletions() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _running(timers: list[Any]) -> list[Any]:
    from shiboken6 import isValid

    return [timer for timer in timers if isValid(timer) and timer.isActive()]


def _described(thing: Any) -> str:
    return f"{type(thing).__name__} {thing.objectName()!r}"


@pytest.fixture(autouse=True)
def no_dangling_windows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test with Qt that leaves a window (shown or not) or a running timer."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is not None:
        gc.collect()
    before = set(map(id, _open_windows())) if QApplication.instance() is not None else set()
    timers: weakref.WeakSet[QTimer] = weakref.WeakSet()
    start = QTimer.start

    def remembering_start(timer: QTimer, *arguments: int) -> None:
        timers.add(timer)
        start(timer, *arguments)

    monkeypatch.setattr(QTimer, "start", remembering_start)
    yield
    _deliver_deletions()
    if any(id(widget) not in before for widget in _open_windows()):
        gc.collect()  # what only a reference cycle holds is no leak
        _deliver_deletions()
    left = [_described(widget) for widget in _open_windows() if id(widget) not in before]
    left += [_described(timer) for timer in _running(list(timers))]
    if left:
        pytest.fail("left behind: " + ", ".join(left))


@pytest.fixture
def costs_at_most() -> Callable[[float, Callable[[], object], Callable[[], object]], None]:
    """Hold that one action takes at most so many times the processor time of another, the best of two runs of each.

    Both run in this process and only its own time counts, so that a busy machine fails nothing.
    """

    def best(action: Callable[[], object]) -> float:
        spent = []
        for _ in range(2):
            started = time.process_time()
            action()
            spent.append(time.process_time() - started)
        return min(spent)

    def compare(times: float, action: Callable[[], object], peer: Callable[[], object]) -> None:
        ours, other = best(action), best(peer)
        assert ours <= times * max(other, 0.002), f"{ours:.4f} s against {other:.4f} s of the peer"

    return compare


# --- other readers -----------------------------------------------------------------------------------------------

_NODE = Path(__file__).parent / "node"


@pytest.fixture
def ical_js(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[bytes]], list[Any]]:
    """Read calendar objects with ical.js, in one process; gives the jCal of each, or a text why it was refused."""
    node = shutil.which("node")
    if node is None or not (_NODE / "node_modules" / "ical.js").is_dir():
        pytest.skip("node and its packages are not installed: `python3 packaging/bootstrap.py test` does it")

    def reading(documents: Sequence[bytes]) -> list[Any]:
        folder = tmp_path_factory.mktemp("calendars")
        for number, octets in enumerate(documents):
            (folder / f"{number:06}.ics").write_bytes(octets)
        command = [node, str(_NODE / "read_calendar.mjs"), str(folder)]
        done = subprocess.run(command, cwd=_NODE, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        found = json.loads(done.stdout)
        return [found[name] for name in sorted(found)]

    return reading


# --- certificates ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def authority() -> "Authority":
    """Give a certificate authority with keys of its own; see `tests/support/authority.py`."""
    from authority import Authority  # here: most runs need no certificates

    return Authority()


@pytest.fixture(scope="session")
def pgp_lab() -> "PgpLab":
    """Give a maker of OpenPGP keys; see `tests/support/pgp_lab.py`."""
    from pgp_lab import PgpLab  # here: most runs need no keys

    return PgpLab()


@pytest.fixture
def gpg_home() -> "Iterator[GpgHome]":
    """Give a GnuPG with a home of its own, whose agent ends with the test."""
    from pgp_lab import pgp_home

    with pgp_home() as home:
        yield home
