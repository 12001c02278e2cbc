"""Helpers of the tests of the services: services below a folder, a clock to set, transports that answer as told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.envelope import Envelope
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import Road
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.services.ports import Receipt
from sescomposer.store.folders import Folders


class SetClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def now(self) -> datetime:
        """Give the time that was set."""
        return self.time

    def advance(self, **units: float) -> None:
        """Let time pass."""
        self.time += timedelta(**units)


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


@pytest.fixture
def set_clock() -> SetClock:
    return SetClock()


@pytest.fixture
def services(tmp_path: Path, set_clock: SetClock) -> Services:
    """Services over a folder of the test's own, with a clock that stands and identifiers that follow from a seed."""
    made = make_services(Folders.below(tmp_path))
    made.clock = set_clock
    made.ids = SeededIdentifiers("services")
    return made


@pytest.fixture
def scripted() -> type[ScriptedTransport]:
    return ScriptedTransport
