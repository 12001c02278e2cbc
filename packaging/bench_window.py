"""Jobs of the bench that need a window. Each gives `value`, and `memory` in MB where that is measured.

Starts are measured in a process of their own, from just before it is made to the first Expose event of its window.
"""

import hashlib
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench_tools import email_message, octets_file, our_message, private_mb, run_job, text_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from sescomposer.core.entity import Entity
    from sescomposer.core.octets import Octets

KEYS = 60
TEXT_CHARACTERS = 4096
SETTLED_MS = 1500
HEARTBEAT_MS = 1


def application() -> "QApplication":
    from PySide6.QtWidgets import QApplication

    return QApplication(["bench"])


def run_until(app: "QApplication", condition: Callable[[], bool]) -> None:
    """Run the event loop until something holds."""
    from PySide6.QtCore import QEventLoop

    while not condition():
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def _mapped(path: Path) -> "Octets":
    import mmap

    from sescomposer.core.octets import Octets

    with path.open("rb") as file:
        return Octets.of(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _root(folder: Path, megabytes: int, content: "Octets | None" = None) -> "Entity":
    """Compose a message of about so many MB of source, of a mapped file or of a snapshot of it."""
    from sescomposer.core.identifiers import SeededIdentifiers
    from sescomposer.core.structure import Attachment

    content = content or _mapped(octets_file(folder, megabytes))
    files = [Attachment(content[: len(content) * 57 // 78], "file.bin")]
    return our_message(text_of(TEXT_CHARACTERS), files, SeededIdentifiers(1)).root


def raw_pane(folder: Path, megabytes: str) -> dict[str, float]:
    """A key in the text -> the raw pane is painted."""
    from sescomposer.bootstrap import make_services
    from sescomposer.core.body_parts import body_parts
    from sescomposer.core.message import Message
    from sescomposer.core.structure import splice
    from sescomposer.gui.composer import Composer
    from sescomposer.gui.panes.source_pane import SourcePane
    from sescomposer.gui.tasks import TaskRunner
    from sescomposer.store.folders import Folders

    app = application()
    services = make_services(Folders.below(folder / "raw"))
    runner = TaskRunner()
    composer = Composer(services, runner, services.documents.new())
    pane = SourcePane(composer)
    pane.resize(700, 600)
    painted = _count_paints(pane.raw.view)
    pane.show()
    run_until(app, lambda: painted[0] > 0)
    # A snapshot, as attaching takes one: the journal names it and copies nothing.
    root = _root(folder, int(megabytes), services.content.keep_file(octets_file(folder, int(megabytes))).octets)
    part = body_parts(root).text
    assert part is not None
    before = private_mb()
    composer.open_message(Message(root))

    def key() -> float:
        seen, start = painted[0], time.perf_counter()
        composer.edit_root(lambda root: splice(root, part.key, 40, 0, "x", composer.ids), "typing", merge=True)
        while painted[0] == seen:
            app.processEvents()
        return (time.perf_counter() - start) * 1000

    spent = statistics.median([key() for _ in range(KEYS)][KEYS // 6 :])
    held = private_mb() - before
    run_until(app, lambda: runner.running == 0)
    pane.close()
    runner.close()
    services.close()
    return {"value": spent, "memory": held}


def _count_paints(view: Any) -> list[int]:
    """Count what a view paints: the count grows once a painting is over."""
    painted, paint = [0], view.paintEvent

    def counted(event: object) -> None:
        paint(event)
        painted[0] += 1

    view.paintEvent = counted
    return painted


def raw_pane_peer(folder: Path, megabytes: str) -> dict[str, float]:
    """QPlainTextEdit.setPlainText and repaint."""
    from PySide6.QtWidgets import QPlainTextEdit

    app = application()
    source = bytes(_root(folder, int(megabytes)).octets).decode("utf-8", "replace").replace("\r\n", "\n")
    pane = QPlainTextEdit()
    pane.resize(700, 600)
    pane.show()
    app.processEvents()

    def key() -> float:
        start = time.perf_counter()
        pane.setPlainText(source)
        pane.viewport().repaint()
        return (time.perf_counter() - start) * 1000

    return {"value": statistics.median(key() for _ in range(2))}


# A start: the program runs as it is, and a filter on its first window tells of the first Expose event.

_WATCH = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
class Watch(QObject):
    def __init__(self, window, told):
        super().__init__()
        self.told = told
        self.handle = window.windowHandle()
        self.handle.installEventFilter(self)
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Expose and self.handle.isExposed() and self.told:
            told, self.told = self.told, None
            told(time.clock_gettime(time.CLOCK_MONOTONIC))
        return False
def pss():
    with open("/proc/self/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
def finish(at, quit):
    def later():
        print(at, pss() / 1024, flush=True)
        quit()
    QTimer.singleShot(SETTLED_MS, later)
"""

_OURS = """
from sescomposer.gui import windows
from PySide6.QtWidgets import QApplication
first = windows.Windows.open_first
def open_first(self, arguments):
    first(self, arguments)
    self.watch = Watch(self.open_windows[0], lambda at: finish(at, QApplication.quit))
windows.Windows.open_first = open_first
from sescomposer.__main__ import run_window
sys.exit(run_window([]))
"""

_PEER = """
from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit
app = QApplication(["peer"])
window = QMainWindow()
window.setCentralWidget(QPlainTextEdit())
window.resize(1280, 820)
window.show()
watch = Watch(window, lambda at: finish(at, app.quit))
sys.exit(app.exec())
"""


def _started(program: str, folder: Path) -> tuple[float, float]:
    """Start a program and give ms until its window was exposed, and its PSS in MB once it settled."""
    words = [sys.executable, "-c", _WATCH.replace("SETTLED_MS", str(SETTLED_MS)) + program]
    # What is installed has its compiled modules beside it; here the first start makes them.
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment = {**os.environ, **compiled}
    start = time.clock_gettime(time.CLOCK_MONOTONIC)
    answer = subprocess.run(words, check=True, capture_output=True, text=True, cwd=folder, env=environment)
    exposed, memory = map(float, answer.stdout.split()[-2:])
    return (exposed - start) * 1000, memory


def _measured_start(program: str, folder: Path, what: str) -> dict[str, float]:
    """Start twice, the first time to warm files and settings, and give what is wanted of the second."""
    _started(program, folder)
    spent, memory = _started(program, folder)
    return {"value": spent if what == "start" else memory}


def window(folder: Path, what: str) -> dict[str, float]:
    """The composer window."""
    return _measured_start(_OURS, folder, what)


def window_peer(folder: Path, what: str) -> dict[str, float]:
    """A bare main window with a text edit."""
    return _measured_start(_PEER, folder, what)


class Gaps:
    """Finds the longest gap between two turns of the event loop, in ms beyond its own interval."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=HEARTBEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """Give the longest gap."""
        self._beat()
        self._timer.stop()
        return self.longest

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000 - HEARTBEAT_MS)
        self._last = now


def stall(folder: Path) -> dict[str, float]:
    """Attach 28 MB in the real window, seal and keep the message, save it, open it."""
    from sescomposer.bootstrap import make_services
    from sescomposer.core.message import Road
    from sescomposer.gui.app import make_application
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.services.sample import sample_message
    from sescomposer.store.folders import Folders

    path = octets_file(folder, 28)
    app = make_application([])
    services = make_services(Folders.below(folder / f"stall-{os.getpid()}"))
    window = MainWindow(services, sample_message(services.ids))
    window.show()
    composer, runner = window.composer, window.runner
    _settle(app, runner)
    gaps = Gaps()
    gaps.start()
    parts = len(composer.root.children)
    window.strip.attach_paths([path])
    run_until(app, lambda: len(composer.root.children) > parts)
    _settle(app, runner)
    message, transport = composer.message, services.local_transport(Road.SES_V2)

    def send(context: Any) -> None:
        services.sending.submit(services.sending.review(message, transport, context), transport, progress=context)

    runner.start(send)
    _settle(app, runner)
    saved = folder / f"stall-{os.getpid()}.eml"
    runner.start(lambda context: services.documents.save(message, saved, context))
    _settle(app, runner)
    opened: list[Any] = []
    task = runner.start(lambda context: services.documents.open(saved, context))
    task.succeeded.connect(opened.append)
    run_until(app, lambda: bool(opened))
    window.open_message(opened[0], saved)
    _settle(app, runner)
    longest = gaps.stop()
    saved.unlink()
    composer.saved_as(saved, composer.message)
    window.close()
    services.close()
    return {"value": longest}


def _settle(app: "QApplication", runner: Any) -> None:
    """Run the event loop until the workers are at rest and preflight had its turn."""
    rest = time.perf_counter() + 0.5
    run_until(app, lambda: runner.running == 0 and time.perf_counter() > rest)


def stall_peer(folder: Path) -> dict[str, float]:
    """The same by EmailMessage in a thread, beside a bare window."""
    from PySide6.QtWidgets import QMainWindow, QPlainTextEdit

    path = octets_file(folder, 28)
    app = application()
    window = QMainWindow()
    window.setCentralWidget(QPlainTextEdit())
    window.show()
    run_until(app, window.isVisible)
    gaps = Gaps()
    gaps.start()
    worker = threading.Thread(target=_email_work, args=(path, folder))
    worker.start()
    run_until(app, lambda: not worker.is_alive())
    return {"value": gaps.stop()}


def _email_work(path: Path, folder: Path) -> None:
    from email import policy
    from email.parser import BytesParser

    message = email_message(text_of(TEXT_CHARACTERS), path.read_bytes())
    octets = message.as_bytes(policy=policy.SMTP)
    hashlib.sha256(octets).hexdigest()
    kept = folder / f"stall-peer-{os.getpid()}.eml"
    kept.write_bytes(octets)
    with kept.open("rb") as file:
        list(BytesParser(policy=policy.default).parse(file).walk())
    kept.unlink()


if __name__ == "__main__":
    run_job({job.__name__: job for job in (raw_pane, raw_pane_peer, window, window_peer, stall, stall_peer)})
