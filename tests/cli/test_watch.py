"""A throttled submission on the command line: the wait is told, time passes at once here, Ctrl+C stops it."""

import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.cli import watch
from sescomposer.cli.app import main
from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import ExitCode
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.road import Road
from sescomposer.core.seal import Sealed
from sescomposer.core.service_answers import error_of
from sescomposer.services.account import Account, WayIn
from sescomposer.services.knowledge import Known, Quota
from sescomposer.services.ports import Receipt
from sescomposer.services.send_control import SendControl
from sescomposer.store.folders import Folders
from sescomposer.store.knowledge import KnowledgeFiles

GOOD = b"From: Ada <ada@a.example>\nTo: b@b.example\nSubject: Hi\n\nHello\n"
THROTTLED = ServiceAnswer(Road.SES_V2, "TooManyRequestsException", "Maximum sending rate exceeded.", 429, "r-1")


class Throttling:
    """A transport that is throttled so many times, then accepts."""

    account, road, region, is_local = "work", Road.SES_V2, "eu-west-1", False

    def __init__(self, times: int) -> None:
        self.left = times
        self.tries = 0

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Do so."""
        self.tries += 1
        if self.left:
            self.left -= 1
            raise error_of(THROTTLED)
        progress.step(len(sealed.octets), len(sealed.octets))
        return Receipt("0102", "200 Ok", "r-2")

    def close(self) -> None:
        """Nothing to close."""


class AtOnce:
    """Lets time pass at once; `then` happens in each wait."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self.time = 0.0
        self.then = then

    def monotonic(self) -> float:
        """See `Waiting`."""
        return self.time

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """See `Waiting`."""
        self.time += seconds or 0.0
        self.then()


@pytest.fixture
def throttled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Throttling, str]]:
    """Prepare an account that is throttled, and a letter."""

    def prepare(times: int, waiting: AtOnce) -> tuple[Throttling, str]:
        transport = Throttling(times)
        make_services().accounts.add(Account("work", WayIn.ENVIRONMENT, "eu-west-1"))
        monkeypatch.setattr(Services, "transport", lambda *words: transport)
        monkeypatch.setattr(watch, "SendControl", lambda: SendControl(waiting))
        monkeypatch.setattr(Services, "pace", lambda *words: None)
        letter = tmp_path / "letter.eml"
        letter.write_bytes(GOOD)
        return transport, str(letter)

    return prepare


def test_a_throttled_message_waits_and_is_sent_once_it_may(
    throttled: Callable[..., tuple[Throttling, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    transport, letter = throttled(2, AtOnce())
    assert main(["send", letter, "--account", "work"]) == ExitCode.FINE
    shown = capsys.readouterr()
    assert transport.tries == 3
    assert shown.err.count("Waiting until") == 2
    assert "Ctrl+C stops it" in shown.err
    assert shown.out.startswith("accepted: b@b.example")


def test_ctrl_c_stops_the_wait_and_the_receipt_says_so(
    throttled: Callable[..., tuple[Throttling, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    transport, letter = throttled(9, AtOnce(lambda: signal.raise_signal(signal.SIGINT)))
    before = signal.getsignal(signal.SIGINT)
    assert main(["send", letter, "--account", "work", "--json"]) == ExitCode.INTERRUPTED
    (receipt,) = json.loads(capsys.readouterr().out)["submissions"]
    assert (transport.tries, receipt["state"]) == (1, "refused")
    assert "Maximum sending rate exceeded" in receipt["answer"]
    assert signal.getsignal(signal.SIGINT) is before


def test_the_rate_is_that_of_the_account(tmp_path: Path) -> None:
    folders = Folders.below(tmp_path)
    services = make_services(folders)
    services.accounts.add(Account("work", WayIn.ENVIRONMENT, "eu-west-1"))
    transport = services.transport("work")
    assert services.pace(transport) is None
    quota = Quota(200, 7, 0)
    KnowledgeFiles(folders.knowledge).put(Known("work", "eu-west-1", datetime.now(UTC), quota=quota))
    pace = services.pace(transport)
    assert pace is not None
    assert pace.rate == 7
    assert services.pace(services.local_transport(Road.SES_V2)) is None
    services.close()
