"""Helpers of the tests of the services: services below a folder, a clock to set, transports that answer as told."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition
from typing import TYPE_CHECKING, Any

import pytest
from still_clock import StillClock

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.envelope import Envelope
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import Road
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.services.ports import Receipt
from sescomposer.store.folders import Folders

if TYPE_CHECKING:
    from authority import Authority

    from sescomposer.services.protection.protection_ports import KeyEntry


class ScriptedTransport:
    """Stands for a service elsewhere: does with each message what the test says, and remembers what it was given."""

    def __init__(self, *answers: Callable[[Octets, Progress], Receipt]) -> None:
        self.answers = list(answers)
        self.given: list[tuple[bytes, Envelope]] = []
        self.account = "work"
        self.road = Road.SES_V2
        self.region = "eu-west-1"
        self.is_local = False

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Do as told; the last answer holds for all further messages."""
        self.given.append((bytes(sealed.octets), sealed.envelope))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(sealed.octets, progress)


class PassingTime:
    """Lets the time of every wait pass at once; see `services.send_control.Waiting`.

    Attributes:
        waits: The seconds that somebody waited, in order.
        on_wait: Called with every wait that has an end.
    """

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.seconds = 0.0
        self.waits: list[float] = []
        self.on_wait: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        """Give the time that has passed."""
        return self.seconds

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait for others, or let time pass."""
        if seconds is None:
            assert condition.wait(30)
            return
        self.waits.append(seconds)
        self.seconds += seconds
        self.clock.advance(seconds=seconds)
        self.on_wait()


@pytest.fixture
def set_clock() -> StillClock:
    return StillClock()


@pytest.fixture
def passing_time(set_clock: StillClock) -> PassingTime:
    return PassingTime(set_clock)


@pytest.fixture
def services(tmp_path: Path, set_clock: StillClock) -> Services:
    """Services over a folder of the test's own, with a clock that stands and identifiers that follow from a seed."""
    made = make_services(Folders.below(tmp_path))
    made.clock = set_clock
    made.ids = SeededIdentifiers("services")
    return made


@pytest.fixture
def scripted() -> type[ScriptedTransport]:
    return ScriptedTransport


@pytest.fixture
def trusting(services: Services, set_clock: StillClock, authority: "Authority") -> Iterator[Services]:
    """The services, with the roots of the test authority and secrets in memory."""
    from sescomposer.services.secrets import MemorySecrets

    set_clock.time = authority.now
    services.secrets = MemorySecrets()
    services.roots.add(authority.root)
    yield services
    services.close()


@pytest.fixture
def imported(trusting: Services, authority: "Authority") -> Callable[..., "KeyEntry"]:
    """Give what imports an own key."""
    from letters import ANN

    from sescomposer.services.account import Secret

    def importing(address: str = ANN, **leaf: Any) -> "KeyEntry":
        octets = authority.p12(authority.leaf(address, **leaf))
        return trusting.keys.import_file(octets, Secret("secret"))

    return importing


@pytest.fixture
def ann(imported: Callable[..., "KeyEntry"]) -> "KeyEntry":
    return imported()


@pytest.fixture
def bob(trusting: Services, authority: "Authority") -> None:
    """Bob's certificate, and Eve's."""
    from authority import pem_of
    from letters import BOB, EVE

    for address in (BOB, EVE):
        pair = authority.leaf(address, kind="p256")
        trusting.people.import_file(pem_of(pair.certificate, *pair.chain), "x.pem")
