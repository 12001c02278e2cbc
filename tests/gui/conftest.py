"""What tests of panes share: services over a folder of their own, and a composer with the sample message."""

import gc
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.errors import AccountError
from sescomposer.core.message import Message, Road
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.gui import file_actions
from sescomposer.gui.accounts import account_editing
from sescomposer.gui.accounts.accounts_window import AccountsWindow
from sescomposer.gui.accounts.leaving import Leave
from sescomposer.gui.composer import Composer
from sescomposer.gui.dialogs.keep_draft import Keep
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.self_reading import SelfReading
from sescomposer.gui.sending.parcel import Parcel
from sescomposer.gui.sending.send_sheet import SendSheet
from sescomposer.gui.sending.way import Way, way_over
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.account import Secret
from sescomposer.services.ports import Receipt, Transport
from sescomposer.services.sample import sample_message
from sescomposer.services.settings import HOLD_SECONDS
from sescomposer.services.sign_in import Profile, ProfileKind
from sescomposer.store.folders import Folders

_MANY = 20_000
_PROFILES = (
    Profile("sso", ProfileKind.SINGLE_SIGN_ON, "eu-west-1", "https://start.example"),
    Profile("role", ProfileKind.ROLE_WITH_MFA),
)


@pytest.fixture(autouse=True)
def garbage_stays_on_this_thread() -> Iterator[None]:
    """Collect as the program does (see `gui.garbage`): a worker that collects widgets ends the process."""
    gc.disable()
    yield
    if gc.get_count()[0] > _MANY:
        gc.collect()


@pytest.fixture(autouse=True)
def nothing_is_read_by_itself(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask nobody about accounts that come into use; a test that uses `reads_by_itself` has somebody to ask."""
    if "reads_by_itself" not in request.fixturenames:
        monkeypatch.setattr(SelfReading, "read", lambda self, account: None)


@pytest.fixture(autouse=True, scope="session")
def nothing_stays_on_the_clipboard() -> Iterator[None]:
    """Empty it at the end: the offscreen platform lets go of what Python put there when Python is gone, and falls."""
    yield
    application = QGuiApplication.instance()
    if application is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """The real services over an empty folder."""
    made = make_services(Folders.below(tmp_path))
    yield made
    made.close()


@pytest.fixture
def composer(services: Services, qtbot: QtBot) -> Iterator[Composer]:
    """A composer that holds the sample message; its work has ended when the test has."""
    runner = TaskRunner()
    made = Composer(services, runner, sample_message(services.ids))
    yield made
    qtbot.waitUntil(lambda: runner.running == 0)
    made.deleteLater()
    runner.close()


@pytest.fixture
def keep_window(
    services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[MainWindow], MainWindow]]:
    """Show composer windows; at the end they are closed, and drafts in them go without a question."""
    monkeypatch.setattr(file_actions, "ask_keep", lambda parent, name: Keep.DISCARD)
    made: list[MainWindow] = []

    def keep(window: MainWindow) -> MainWindow:
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        made.append(window)
        window.show()
        return window

    yield keep
    for window in made:
        qtbot.waitUntil(partial(_is_idle, window))
        window.close()
        window.deleteLater()


@pytest.fixture
def make_window(
    qtbot: QtBot, services: Services, keep_window: Callable[[MainWindow], MainWindow]
) -> Callable[..., MainWindow]:
    """Make a composer window on a message and wait for it."""

    def make(message: Message | None = None, **keywords: Any) -> MainWindow:
        window = keep_window(MainWindow(services, message, **keywords))
        qtbot.waitExposed(window)
        return window

    return make


@pytest.fixture
def window(make_window: Callable[..., MainWindow], services: Services) -> MainWindow:
    """A composer window with the sample message."""
    return make_window(sample_message(services.ids))


class Keyring:
    """A keyring in memory, which can be absent or locked; notes the threads that ask."""

    def __init__(self) -> None:
        self.kept: dict[str, Secret] = {}
        self.is_lasting = True
        self.trouble = ""
        self.locked = ""
        self.threads: set[threading.Thread] = set()

    def get(self, account: str) -> Secret | None:
        self._enter()
        return self.kept.get(account)

    def set(self, account: str, secret: Secret) -> None:
        self._enter()
        self.kept[account] = secret

    def remove(self, account: str) -> None:
        self._enter()
        self.kept.pop(account, None)

    def _enter(self) -> None:
        self.threads.add(threading.current_thread())
        if self.locked:
            raise AccountError(self.locked)


@pytest.fixture
def keyring(services: Services, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    made = Keyring()
    services.__dict__["secrets"] = made
    monkeypatch.setattr(services, "profiles", lambda: _PROFILES)
    return made


@pytest.fixture
def open_window(
    services: Services, keyring: Keyring, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], AccountsWindow]]:
    monkeypatch.setattr(account_editing, "ask_leave", lambda parent, name: Leave.DISCARD)
    monkeypatch.setattr(account_editing, "ask_remove", lambda parent, account: True)
    made: list[AccountsWindow] = []

    def make() -> AccountsWindow:
        window = AccountsWindow(services)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        made.append(window)
        window.show()
        qtbot.waitUntil(partial(_is_idle, window))
        return window

    yield make
    for window in made:
        qtbot.waitUntil(partial(_is_idle, window))
        window.close()
        window.deleteLater()


def _is_idle(window: AccountsWindow | MainWindow) -> bool:
    return window.runner.running == 0


class ScriptedTransport:
    """A transport elsewhere that answers as it is told, one answer after the other; the last one stays.

    Attributes:
        gate: Each submission waits here once half of its octets have left.
        count: How often anything was submitted.
    """

    account = "work"
    road = Road.SES_V2
    region = "eu-west-1"
    is_local = False

    def __init__(self, *answers: Receipt | Exception, road: Road = Road.SES_V2) -> None:
        self.answers = list(answers) or [Receipt("0102-abc", "Ok 0102-abc", "request-1")]
        self.road = road
        self.gate = threading.Event()
        self.gate.set()
        self.count = 0
        self._lock = threading.Lock()

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Upload half, wait, upload the rest, answer."""
        with self._lock:
            self.count += 1
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        total = len(sealed.octets)
        progress.step(total // 2, total)
        assert self.gate.wait(10)
        progress.step(total, total)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def scripted() -> type[ScriptedTransport]:
    """The scripted transport."""
    return ScriptedTransport


@pytest.fixture
def open_send_sheet(services: Services, qtbot: QtBot) -> Iterator[Callable[..., SendSheet]]:
    """Open send sheets over a window, by way and parcel; all is closed at the end."""
    window = QMainWindow()
    qtbot.addWidget(window)
    runner = TaskRunner(window)
    services.settings.set(HOLD_SECONDS, 0)

    def open_one(way: Transport | Way, *messages: Message, parcel: Parcel | None = None) -> SendSheet:
        made = messages or (compose("ada@a.example", "b@b.example", "Hi", text="Hello", ids=services.ids),)
        composer = Composer(services, runner, made[0], parent=window)
        wanted = parcel or Parcel("test", lambda: made, is_of_window=len(made) == 1)
        return SendSheet.show_for(composer, way if isinstance(way, Way) else way_over(way), window, wanted)

    yield open_one
    runner.close()
