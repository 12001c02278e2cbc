"""A process that writes to a store until it is done or killed, and says in a file of its own what it was promised.

    typist.py journal FOLDER DRAFT EDITS        type so many edits into a draft and end
    typist.py keep FOLDER EVERY                 keep 40 entries, those whose number is a multiple of EVERY more often
    typist.py record FOLDER PREFIX              record 40 submissions, named by the prefix and a number
    typist.py many JOB FOLDER COUNT             fork so many processes that do a job without end, one folder each

JOB is journal, content, submissions, drafts or batch. `many` prints the process ids and reaps them when its standard
input ends, so that no id is used again before. Each line of FOLDER/<n>/noted is a number and the monotonic time of the
promise; each line of FOLDER/<n>/given is a recipient whose message a service took.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sescomposer.bootstrap import make_services
from sescomposer.core import compose
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import ThrottledError
from sescomposer.core.message import Message, Road
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.services.ports import Intent, Outcome, Receipt, SubmissionState
from sescomposer.services.send_control import SendControl, SystemWaiting
from sescomposer.services.system import SystemClock
from sescomposer.store import journal as journal_module
from sescomposer.store.content import DiskContentStore
from sescomposer.store.drafts import DraftFiles
from sescomposer.store.folders import Folders
from sescomposer.store.journal import DiskJournal
from sescomposer.store.submissions import SubmissionLog

KEY_SECONDS = 0.02
SERVICE_SECONDS = 0.02
BATCH_ITEMS = 12
Noted = Callable[[int], object]


def message(number: int, attached: Octets) -> Message:
    """Give the state of the draft after so many edits; the last word of its text is their number."""
    text = b" ".join(b"edit-%d" % done for done in range(max(0, number - 200), number + 1))
    head = b"Subject: draft\r\n\r\n"
    return Message(parse(Octets.join((head, text, b"\r\n", base64_octets(attached)))))


def type_into(folder: Path, draft: str, edits: Iterable[int], noted: Noted) -> None:
    """Note one edit after the other."""
    journal_module.FOLD_AT = 3000  # so that a kill may well hit a log that is written anew
    content = DiskContentStore(folder / "content", SystemClock())
    journal = DiskJournal(folder / "journal", content, SystemClock())
    attached = content.keep(random.Random(1).randbytes(5000)).octets
    for number in edits:
        journal.note(draft, message(number, attached))
        noted(number)
        time.sleep(KEY_SECONDS)
    journal.close()


def keep_some(folder: Path, every: int) -> None:
    """Keep entries that another process keeps at the same time."""
    content = DiskContentStore(folder / "content", SystemClock())
    for number in range(40):
        for _ in range(2 if number % every == 0 else 1):
            content.keep(random.Random(number).randbytes(20_000))


def record_some(folder: Path, prefix: str) -> None:
    """Record submissions into a log that another process writes at the same time."""
    log = SubmissionLog(folder / "submissions")
    for number in range(40):
        name, now = f"{prefix}{number}", datetime.now(UTC)
        log.record_intent(Intent(name, "a" * 64, 1, Envelope("", ()), "local inbox", Road.SES_V2, now))
        log.record_outcome(Outcome(name, SubmissionState.ACCEPTED, now))


def keep_content(folder: Path, noted: Noted) -> None:
    """Keep one entry after the other, from memory and from files, some of them again."""
    content = DiskContentStore(folder / "content", SystemClock())
    source = folder / "source"
    for number in count():
        octets = random.Random(number // 2).randbytes(50_000 + number)
        source.write_bytes(octets)
        _ = content.keep(octets) if number % 2 else content.keep_file(source)
        noted(number)


def keep_checkpoints(folder: Path, noted: Noted) -> None:
    """Keep one checkpoint after the other, named by numbers, automatic ones between, and now and then the draft."""
    content = DiskContentStore(folder / "content", SystemClock())
    drafts = DraftFiles(folder / "drafts", content, SystemClock())
    attached = content.keep(random.Random(1).randbytes(5000)).octets
    for number in count():
        state = message(number, attached)
        drafts.add_checkpoint("draft", state, None, str(number))
        noted(number)
        drafts.add_checkpoint("draft", state, None, "automatic", most_automatic=2)
        if number % 5 == 0:
            drafts.keep("draft", state, None)


def submit(folder: Path, noted: Noted) -> None:
    """Record one submission after the other."""
    log = SubmissionLog(folder / "submissions")
    envelope = Envelope("a@example.com", tuple(f"{number}@example.com" for number in range(20)))
    for number in count():
        now = datetime.now(UTC)
        log.record_intent(Intent(str(number), "a" * 64, 1, envelope, "local inbox", Road.SES_V2, now))
        noted(number)
        log.record_outcome(Outcome(str(number), SubmissionState.ACCEPTED, now))


class CountingService:
    """Takes messages as a service elsewhere would: what it was given stands in a file, whoever dies.

    Now and then it is throttled, before or after a part of the octets came.
    """

    account = "work"
    road = Road.SES_V2
    region = "eu-west-1"
    is_local = False

    def __init__(self, folder: Path) -> None:
        self._given = os.open(folder / "given", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Accept, some time after it was given."""
        length = len(sealed.octets)
        progress.step(length // 2, length)
        time.sleep(random.uniform(0, SERVICE_SECONDS))
        if random.random() < 0.05:
            raise ThrottledError("Maximum sending rate exceeded.")
        progress.step(length, length)
        os.write(self._given, f"{sealed.envelope.rcpt_to[0]}\n".encode())
        time.sleep(random.uniform(0, SERVICE_SECONDS))
        return Receipt("id", "Ok")


class ShortWaiting(SystemWaiting):
    """Waits a hundredth of the time."""

    def monotonic(self) -> float:
        """Give a hundred seconds for each."""
        return super().monotonic() * 100

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """See `Waiting`."""
        super().wait(condition, None if seconds is None else seconds / 100)


def send_batches(folder: Path) -> None:
    """Seal and submit one batch after the other."""
    random.seed(folder.name)
    services = make_services(Folders.below(folder))
    transport = CountingService(folder)
    for batch in count():
        messages = [
            compose("a@example.com", f"{batch}-{number}@example.com", "s", text="Hello", ids=services.ids)
            for number in range(BATCH_ITEMS)
        ]
        review = services.sending.review_all(messages, transport)
        services.sending.submit(review, transport, control=SendControl(ShortWaiting()), in_flight=4)


def noting(folder: Path) -> Noted:
    """Give a function that writes numbers and times into a file at once, unbuffered."""
    descriptor = os.open(folder / "noted", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    return lambda number: os.write(descriptor, b"%d %.6f\n" % (number, time.monotonic()))


def run(job: str, folder: Path) -> None:
    """Do a job without end."""
    noted = noting(folder)
    match job:
        case "journal":
            type_into(folder, "draft", count(), noted)
        case "content":
            keep_content(folder, noted)
        case "submissions":
            submit(folder, noted)
        case "drafts":
            keep_checkpoints(folder, noted)
        case "batch":
            send_batches(folder)


def many(job: str, folder: Path, processes: int) -> None:
    """Fork processes that do a job, print their ids, and reap them when standard input ends."""
    children = []
    for number in range(processes):
        own = folder / str(number)
        own.mkdir()
        child = os.fork()
        if child == 0:
            run(job, own)
            os._exit(1)
        children.append(child)
    print(*children, flush=True)
    sys.stdin.read()
    for child in children:
        os.waitpid(child, 0)


def main(arguments: list[str]) -> None:
    """Run a command line of the module's docstring."""
    match arguments:
        case ["journal", folder, draft, edits]:
            type_into(Path(folder), draft, range(int(edits) + 1), lambda number: print("noted", number, flush=True))
        case ["keep", folder, every]:
            keep_some(Path(folder), int(every))
        case ["record", folder, prefix]:
            record_some(Path(folder), prefix)
        case ["many", job, folder, processes]:
            many(job, Path(folder), int(processes))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
