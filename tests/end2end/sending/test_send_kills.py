"""The real program killed at each moment of a submission: another start loses nothing, sends nothing twice, and tells
what nobody can know."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.road import Road
from sescomposer.services.ports import SubmissionState

ROOT = Path(__file__).resolve().parents[3]
SENDER = Path(__file__).with_name("sender.py")
IN_FLIGHT = 10
SECRET = b"hush-hush/secret+key"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `send FILES --account work` in a process of its own, to be ended at a moment of `sender.py`, if at one."""
    with ExitStack() as stack:

        def starting(*files: Path, moment: str = "") -> subprocess.Popen[bytes]:
            reading, writing = os.pipe()
            os.write(writing, SECRET)
            os.close(writing)
            program = [str(SENDER), moment] if moment else ["-m", "sescomposer"]
            words = ["send", *map(str, files), "--account", "work", "--json", "--secret-fd", str(reading)]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            command = [sys.executable, *program, *words]
            pipe = subprocess.PIPE
            child = subprocess.Popen(command, env=environment, pass_fds=(reading,), stdout=pipe, stderr=pipe)
            os.close(reading)
            stack.enter_context(child)
            stack.callback(child.kill)
            return child

        yield starting


def killed(child: "subprocess.Popen[bytes]") -> None:
    """Hold that a child ended by SIGKILL."""
    said = b"".join(child.communicate(timeout=40))
    assert child.returncode == -signal.SIGKILL, said


BY_ITSELF = {"before intent": 0, "after intent": 0, "after answer": 1, "after outcome": 1}
"""Moments at which the child ends itself, and how often the service has the message then."""
BY_SERVER = {"during": 0, "after": 1}
"""Places of the octets at which the server says that it is time."""
CASES = [
    # What happens there is the same whatever the road.
    *((Road.SMTP, moment) for moment in BY_ITSELF),
    *((road, place) for road in Road for place in BY_SERVER),
]


@pytest.mark.parametrize("road, moment", CASES)
def test_killed_at_a_moment(
    road: Road, moment: str, serve: Any, account_for: Any, start: Start, letter: Path, large_letter: Path
) -> None:
    server = serve(road, silent=moment if moment in BY_SERVER else "")
    account_for(road, server.port)
    path = large_letter if moment == "during" else letter
    before = path.read_bytes()
    child = start(path, moment=moment if moment in BY_ITSELF else "")
    if moment in BY_SERVER:
        assert server.reached.wait(40)
        child.kill()
    killed(child)
    taken = {**BY_ITSELF, **BY_SERVER}[moment]
    assert len(server.taken) == taken
    states = {"before intent": None, "after outcome": SubmissionState.ACCEPTED}
    _look_after(states.get(moment, SubmissionState.UNKNOWN), server)
    server.close()
    assert len(server.taken) == taken
    assert path.read_bytes() == before


def _look_after(state: SubmissionState | None, server: Any) -> None:
    """Start anew, twice: the first start tells what is unknown, the second one nothing."""
    services = make_services()
    records = services.submissions.all()
    services.history.catch_up()
    unknown = services.unknown_submissions()
    assert [record.state for record in records] == ([] if state is None else [state])
    assert [found.record for found in unknown] == [r for r in records if state is SubmissionState.UNKNOWN]
    # One message alone has no plan: what is not known to be unsent is never offered to be sent again.
    assert services.sending.resumable() == ()
    for record in records:
        octets = bytes(services.content.open(record.intent.sha256))
        assert server.taken in ([], [octets])
        assert services.history.get(record.intent.submission).record.state is state
    services.sending.settle([found.record for found in unknown])
    services.sweep()
    services.close()
    again = make_services()
    assert again.unknown_submissions() == ()
    assert [record.state for record in again.submissions.all()] == [record.state for record in records]
    assert all(again.content.holds(record.intent.sha256) for record in records)
    again.close()


THROTTLING: dict[Road, dict[str, Any]] = {
    Road.SES_V2: {"answers": ((429, "TooManyRequestsException", "Maximum sending rate exceeded."),) * 99},
    Road.SMTP: {"throttled": 99},
}


@pytest.mark.parametrize("road", list(THROTTLING), ids=str)
def test_killed_while_it_waits_to_be_tried_again(
    road: Road,
    serve: Any,
    account_for: Any,
    start: Start,
    letter: Path,
    ring: object,
    services: Services,
    wait_for: Any,
) -> None:
    server = serve(road, **THROTTLING[road])
    account_for(road, server.port)
    child = start(letter)
    waiting = [SubmissionState.WAITING]
    wait_for(lambda: [record.state for record in services.submissions.all()] == waiting, "it waits")
    child.kill()
    killed(child)
    server.script = replace(server.script, answers=(), throttled=0)
    assert services.unknown_submissions() == ()
    (batch,) = services.sending.resumable()
    (record,) = services.sending.resume(batch, services.transport("work"))
    assert record.state is SubmissionState.ACCEPTED
    assert server.taken == [bytes(services.content.open(record.intent.sha256))]
    assert services.sending.resumable() == ()
    services.close()
    server.close()


@pytest.mark.parametrize("road", [Road.SES_V2, Road.SMTP], ids=str)
def test_killed_in_the_middle_of_a_batch(
    road: Road,
    serve: Any,
    account_for: Any,
    start: Start,
    tmp_path: Path,
    ring: object,
    services: Services,
    wait_for: Any,
) -> None:
    server = serve(road, silent="after")
    account_for(road, server.port)
    paths = [tmp_path / f"{number}.eml" for number in range(IN_FLIGHT + 2)]
    for number, path in enumerate(paths):
        path.write_bytes(b"From: a@example.com\r\nTo: %d@example.org\r\nSubject: Hi\r\n\r\nHello\r\n" % number)
    child = start(*paths)
    wait_for(lambda: len(server.taken) == IN_FLIGHT, "all that may be in flight has been taken")
    assert services.sending.resumable() == ()
    child.kill()
    killed(child)
    server.script = replace(server.script, silent="")
    unknown = services.unknown_submissions()
    assert len(unknown) == IN_FLIGHT
    (batch,) = services.sending.resumable()
    records = services.sending.resume(batch, services.transport("work"))
    states = [record.state for record in records]
    assert states == [SubmissionState.UNKNOWN] * IN_FLIGHT + [SubmissionState.ACCEPTED] * 2
    octets = {bytes(services.content.open(record.intent.sha256)) for record in records}
    assert (len(server.taken), set(server.taken)) == (len(paths), octets)
    assert services.unknown_submissions() == unknown
    services.close()
    server.close()
