"""The real window is closed while a message is on its way: it asks or waits, and what became of it is never missed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sescomposer.core.road import Road
from sescomposer.services.account import Account
from sescomposer.services.ports import SubmissionState
from sescomposer.services.system import SystemClock
from sescomposer.store.accounts import AccountsFile
from sescomposer.store.content import DiskContentStore
from sescomposer.store.folders import Folders
from sescomposer.store.submissions import SubmissionLog

_KEYRING = """\
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 5.0

    def get_password(self, service, username):
        return "hush"

    def set_password(self, service, username, password):
        raise NotImplementedError

    def delete_password(self, service, username):
        raise NotImplementedError
"""


@pytest.fixture
def keyring_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program use a keyring of the test's own."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "outside_keyring.Ring")


@pytest.fixture
def sending_program(keyring_elsewhere: None, program: Any) -> Any:
    """The program with a screen and a keyring, that may reach this machine."""
    site = program.home / "site"
    (site / "sitecustomize.py").write_text("")
    (site / "outside_keyring.py").write_text(_KEYRING)
    return program


@pytest.fixture
def under_way(
    sending_program: Any, screen: Any, serve: Any, account_for: Callable[..., Account], wait_for: Any
) -> Callable[..., Any]:
    """Send a file from the window and give the server once it waits there."""

    def begin(path: Path, waits: str) -> Any:
        server = serve(Road.SMTP, waits=waits)
        account = account_for(Road.SMTP, server.port)
        accounts = AccountsFile(sending_program.home / "config" / "sescomposer" / Folders.of_platform().accounts.name)
        (sending_program.home / "config" / "sescomposer").mkdir(parents=True)
        accounts.save([account])
        accounts.remember("a@example.com", "work")
        sending_program.start(str(path))
        screen.wait_for_window("^Hi")
        screen.key("ctrl+Return")
        screen.wait_for_window("^Send: ")

        def is_on_its_way() -> bool:
            screen.key("ctrl+Return")
            screen.picture("held")
            screen.key("alt+n")
            return bool(server.reached.is_set())

        wait_for(is_on_its_way, "it is on its way")
        screen.picture(f"waits-{waits}")
        return server

    return begin


def outcome(program: Any) -> SubmissionState | None:
    """Give how the only submission ended, None before."""
    (record,) = SubmissionLog(program.data / "submissions").all()
    content = DiskContentStore(program.data / "content", SystemClock())
    assert len(content.open(record.intent.sha256)) == record.intent.length
    return record.outcome.state if record.outcome else None


def test_closed_while_it_waits_for_the_answer(
    under_way: Any, sending_program: Any, screen: Any, wait_for: Any, letter: Path
) -> None:
    server = under_way(letter, "after")
    for key in ("Escape", "ctrl+w", "ctrl+q", "alt+F4"):
        screen.key(key)
    screen.picture("asked-to-close")
    assert screen.windows("^Send: ")
    assert outcome(sending_program) is None
    server.go_on.set()
    wait_for(lambda: outcome(sending_program), "the answer is recorded")
    assert outcome(sending_program) is SubmissionState.ACCEPTED
    wait_for(lambda: screen.key("Escape") or not screen.windows("^Send: "), "the sheet is closed")
    assert len(server.taken) == 1
    assert "Traceback" not in sending_program.log + sending_program.output


@pytest.mark.parametrize("answer", ["go on", "stop"])
def test_closed_while_it_uploads(
    answer: str, under_way: Any, sending_program: Any, screen: Any, wait_for: Any, large_letter: Path
) -> None:
    server = under_way(large_letter, "during")
    screen.key("Escape")
    screen.wait_for_window("^SES Composer$")
    screen.picture("asks")
    assert screen.windows("^Send: ")
    screen.key("alt+s" if answer == "stop" else "alt+g")
    screen.wait_until_gone("^SES Composer$")
    server.go_on.set()
    wait_for(lambda: outcome(sending_program), "it is recorded")
    is_stopped = answer == "stop"
    assert outcome(sending_program) is (SubmissionState.NOT_SENT if is_stopped else SubmissionState.ACCEPTED)
    assert len(server.taken) == (0 if is_stopped else 1)
    screen.picture("ended")
    assert sending_program.running[0].poll() is None
    assert "Traceback" not in sending_program.log + sending_program.output
