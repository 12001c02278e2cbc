"""Processes killed at random moments: they lose at most a second of typing, and nothing half written is ever seen.

A few dozen in the suite; SESCOMPOSER_KILLS=1000 in the environment runs the full proof.
"""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sescomposer.bootstrap import make_services
from sescomposer.core.envelope import Envelope
from sescomposer.core.message import Road
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.services.ports import Intent, Receipt, SubmissionState
from sescomposer.services.system import SystemClock
from sescomposer.store.content import DiskContentStore
from sescomposer.store.drafts import DraftFiles
from sescomposer.store.folders import Folders
from sescomposer.store.journal import DiskJournal
from sescomposer.store.submissions import SubmissionLog

KILLS = int(os.environ.get("SESCOMPOSER_KILLS", "20"))
AT_ONCE = 10
MAY_BE_LOST_SECONDS = 1.0
BATCH_ITEMS = 12

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no SIGKILL and no fork there")

Killed = tuple[Path, float]


@pytest.fixture
def killed(typist: list[str], tmp_path: Path) -> Callable[[str, int, float], Iterator[Killed]]:
    """Run processes that do a job and kill each at a random moment; give their folders and the moments."""

    def run(job: str, kills: int, longest_seconds: float) -> Iterator[Killed]:
        for batch, first in enumerate(range(0, kills, AT_ONCE)):
            folder = tmp_path / str(batch)
            folder.mkdir()
            moments = random.Random(f"{job} {batch}")
            lives = [moments.uniform(0, longest_seconds) for _ in range(min(AT_ONCE, kills - first))]
            yield from _killed_batch([*typist, "many", job, str(folder), str(len(lives))], folder, lives)
            shutil.rmtree(folder)

    return run


def _killed_batch(command: list[str], folder: Path, lives: list[float]) -> list[Killed]:
    """Start one batch, kill each process when its life is over, and wait until all have ended."""
    pause = threading.Event()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        children = [int(child) for child in launcher.stdout.readline().split()]
        began = time.monotonic()
        moments = {}
        for number in sorted(range(len(lives)), key=lives.__getitem__):
            pause.wait(max(0.0, began + lives[number] - time.monotonic()))
            moments[number] = time.monotonic()
            os.kill(children[number], signal.SIGKILL)
    assert launcher.returncode == 0
    return [(folder / str(number), moments[number]) for number in range(len(lives))]


def _noted(folder: Path) -> list[tuple[int, float]]:
    """Give the numbers and times that a process was promised; it may have been killed before the first."""
    path = folder / "noted"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(line.split()[0]), float(line.split()[1])) for line in lines]


def _recovered(folder: Path) -> int:
    """Give the number of the last edit that the journal has, -1 if it has none."""
    content = DiskContentStore(folder / "content", SystemClock())
    journal = DiskJournal(folder / "journal", content, SystemClock())
    drafts = journal.recover()
    journal.close()
    if not drafts:
        return -1
    (draft,) = drafts
    assert "blank lines" not in draft.damaged
    head, _, text = bytes(draft.message.root.octets).partition(b"\r\n\r\n")
    assert head == b"Subject: draft"
    words, _, attached = text.partition(b"\r\n")
    numbers = [int(word.removeprefix(b"edit-")) for word in words.split(b" ")]
    assert numbers == list(range(max(0, numbers[-1] - 200), numbers[-1] + 1))
    assert len(attached) == 6844
    return numbers[-1]


def test_killed_typist_loses_at_most_a_second(killed: Callable[[str, int, float], Iterator[Killed]]) -> None:
    worst, typed = 0.0, 0
    for folder, moment in killed("journal", KILLS, 2.2):
        noted = _noted(folder)
        found = _recovered(folder)
        lost = [moment - at for number, at in noted if number > found]
        worst = max(worst, *lost, 0.0)
        typed += len(noted)
        assert found <= (noted[-1][0] if noted else -1) + 1
    print(f"{KILLS} kills, {typed} edits, at most {worst:.3f} s lost")
    assert worst <= MAY_BE_LOST_SECONDS
    assert typed


def test_killed_at_a_checkpoint_all_before_it_are_whole(
    killed: Callable[[str, int, float], Iterator[Killed]],
) -> None:
    kept = 0
    for folder, _ in killed("drafts", max(10, KILLS // 4), 0.8):
        drafts = DraftFiles(folder / "drafts", DiskContentStore(folder / "content", SystemClock()), SystemClock())
        promised = [number for number, _ in _noted(folder)]
        found = drafts.all()
        assert drafts.problems() == ()
        named = [one for draft in found for one in draft.checkpoints if not one.is_automatic]
        numbers = [int(one.name) for one in named]
        assert numbers[: len(promised)] == promised
        assert len(numbers) <= len(promised) + 1
        for one in (*named[:2], *named[-2:]):
            state = drafts.state("draft", one.number)
            assert state.damaged == ""
            assert b"edit-%s\r\n" % one.name.encode() in bytes(state.message.root.octets)
        after = drafts.add_checkpoint("draft", drafts.state("draft").message, None, "goes on") if found else None
        assert after is None or drafts.all()[0].checkpoints[-1] == after
        kept += len(numbers)
    assert kept


def test_killed_keeper_leaves_whole_entries(killed: Callable[[str, int, float], Iterator[Killed]]) -> None:
    kept = 0
    for folder, _ in killed("content", max(10, KILLS // 4), 0.6):
        entries = list((folder / "content").glob("??/*"))
        for path in entries:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        promised = {hashlib.sha256(_octets(number)).hexdigest() for number, _ in _noted(folder)}
        assert promised <= {path.name for path in entries}
        store = DiskContentStore(folder / "content", SystemClock())
        assert bytes(store.keep(b"goes on").octets) == b"goes on"
        kept += len(entries)
    assert kept


def _octets(number: int) -> bytes:
    """What the typist keeps as that number."""
    return random.Random(number // 2).randbytes(50_000 + number)


def test_killed_sender_leaves_whole_records(killed: Callable[[str, int, float], Iterator[Killed]]) -> None:
    recorded = 0
    for folder, _ in killed("submissions", max(10, KILLS // 4), 0.6):
        log = SubmissionLog(folder / "submissions")
        records = log.all()
        numbers = [int(record.intent.submission) for record in records]
        promised = [number for number, _ in _noted(folder)]
        assert numbers[: len(promised)] == promised
        assert len(numbers) <= len(promised) + 1
        assert all(record.outcome is not None for record in records[:-1])
        intent = Intent("next", "a" * 64, 1, Envelope("", ()), "", Road.SES_V2, SystemClock().now())
        log.record_intent(intent)
        assert log.all()[-1].intent == intent
        recorded += len(records)
    assert recorded


class _Service:
    """Takes what a killed sender left to send."""

    account = "work"
    road = Road.SES_V2
    region = "eu-west-1"
    is_local = False

    def __init__(self) -> None:
        self.given: list[str] = []

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Accept."""
        self.given.append(sealed.envelope.rcpt_to[0])
        return Receipt("id", "Ok")


def _resumed(folder: Path, states: "Counter[SubmissionState]") -> int:
    """Resume what a killed sender left, hold that nothing was lost or sent twice, and give how many were resumed."""
    path = folder / "given"
    given = Counter(path.read_text().split() if path.exists() else ())
    services = make_services(Folders.below(folder))
    begun = {record.intent.envelope.rcpt_to[0] for record in services.submissions.all()}
    service = _Service()
    for batch in services.sending.resumable():
        services.sending.resume(batch, service)
    assert set(given) <= begun
    # Begun and sent again only where it was throttled, and so never taken.
    assert not set(given) & set(service.given)
    given.update(service.given)
    assert set(given.values()) <= {1}
    records = services.submissions.all()
    # Whatever was planned has a record now.
    assert set(Counter(record.intent.batch for record in records).values()) <= {BATCH_ITEMS}
    for record in records:
        count = given[record.intent.envelope.rcpt_to[0]]
        assert count == 1 if record.state is SubmissionState.ACCEPTED else record.state is SubmissionState.UNKNOWN
    states.update(record.state for record in records)
    assert services.sending.resumable() == ()
    services.close()
    return len(service.given)


def test_killed_batch_loses_nothing_and_sends_nothing_twice(
    killed: Callable[[str, int, float], Iterator[Killed]],
) -> None:
    states: Counter[SubmissionState] = Counter()
    resumed = 0
    # How far a sender comes in a time is the machine's affair: shorter lives follow until some died half-way.
    for longest in (2.5, 1.5, 0.9, 0.5):
        for folder, _ in killed("batch", max(10, KILLS // 2), longest):
            resumed += _resumed(folder, states)
        if resumed and states[SubmissionState.UNKNOWN]:
            break
    print(f"{dict(states)}, {resumed} of them resumed")
    assert states[SubmissionState.UNKNOWN]
    assert resumed
