"""Disks that are full, and a history that is locked or damaged, while a message is sent: it is never in doubt twice."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.cli.app import main
from sescomposer.core.errors import ExitCode, StoreError
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.services.history_ports import HistoryQuery
from sescomposer.services.ports import SubmissionState
from sescomposer.services.send_control import SendControl
from sescomposer.store.folders import Folders
from sescomposer.store.history import HistoryIndex
from sescomposer.store.history_database import HistoryDatabase

ROADS = pytest.mark.parametrize("road", list(Road), ids=str)
_LOCKS = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); print('locked', flush=True)"
)

Full = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Full:
    """Let writes to files with that word in their path fail, from the nth of them on."""
    if sys.platform != "linux":
        pytest.skip("the path of an open file is asked of /proc")
    real = os.write

    @contextmanager
    def full(word: str, allowed: int = 0) -> Iterator[None]:
        left = [allowed]

        def write(descriptor: int, octets: bytes | memoryview) -> int:
            if word in os.readlink(f"/proc/self/fd/{descriptor}"):
                left[0] -= 1
                if left[0] < 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(descriptor, octets)

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write)
            yield

    return full


@pytest.fixture
def full_history(monkeypatch: pytest.MonkeyPatch) -> Full:
    """Let SQLite find no room for another page."""
    real = HistoryDatabase._connection

    def connection(database: HistoryDatabase) -> sqlite3.Connection:
        made = real(database)
        made.execute("PRAGMA max_page_count = 1").fetchall()
        return made

    @contextmanager
    def full() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(HistoryDatabase, "_connection", connection)
            yield

    return full


def restarted() -> Services:
    """The program as it is started anew."""
    return make_services()


@ROADS
def test_what_cannot_be_written_down_before_is_not_sent(
    road: Road, serve: Any, account_for: Any, send: Any, letter: Path, full_disk: Full
) -> None:
    server = serve(road)
    account_for(road, server.port)
    sent = send(letter, during=full_disk("/submissions"))
    assert (sent.status, sent.receipt["state"]) == (ExitCode.NOTHING_DONE, "not sent")
    assert "the disk is full" in sent.receipt["answer"]
    assert "Free some space" in sent.receipt["explanation"]
    assert sent.record is None
    assert sent.entry.record.state is SubmissionState.NOT_SENT
    assert server.connections == 0
    again = send(letter)
    server.close()
    assert again.record.state is SubmissionState.ACCEPTED
    assert server.taken == [again.octets]


@ROADS
def test_an_outcome_that_cannot_be_written_down_is_found_in_the_history(
    road: Road, serve: Any, account_for: Any, send: Any, letter: Path, full_disk: Full
) -> None:
    server = serve(road)
    account_for(road, server.port)
    sent = send(letter, during=full_disk("/submissions", allowed=1))
    server.close()
    assert (sent.status, sent.receipt["state"]) == (ExitCode.FINE, "accepted")
    assert "the disk is full" in sent.receipt["unrecorded"]
    assert "do not send again" in sent.said
    assert sent.record.outcome is None
    assert server.taken == [sent.octets]
    services = restarted()
    # Nobody is asked what became of it, and nothing forgets it.
    assert services.unknown_submissions() == ()
    (record,) = services.submissions.all()
    assert services.history.catch_up() == 0
    assert services.history.get(record.intent.submission).record.outcome == record.outcome
    assert record.state is SubmissionState.ACCEPTED
    assert len(server.taken) == 1
    services.close()


def test_an_outcome_that_nobody_could_write_down_is_unknown(
    serve: Any, account_for: Any, ring: object, letter: Path, full_disk: Full, full_history: Full, capsys: Any
) -> None:
    server = serve(Road.SMTP)
    account_for(Road.SMTP, server.port)
    with full_disk("/submissions", allowed=1), full_history():
        assert main(["send", str(letter), "--account", "work"]) == ExitCode.FINE
    server.close()
    said = capsys.readouterr().err
    assert "This outcome could not be recorded" in said
    assert "The history could not take this up" in said
    services = restarted()
    services.history.catch_up()
    (unknown,) = services.unknown_submissions()
    assert "Send it again only when you know" in unknown.advice
    assert bytes(services.content.open(unknown.record.intent.sha256)) == server.taken[0]
    services.sending.settle([unknown.record])
    assert services.unknown_submissions() == ()
    assert services.history.get(unknown.record.intent.submission).record.state is SubmissionState.UNKNOWN
    services.close()


def test_what_cannot_be_sealed_is_not_sent(
    serve: Any, account_for: Any, ring: object, letter: Path, full_disk: Full, capsys: Any
) -> None:
    server = serve(Road.SMTP)
    account_for(Road.SMTP, server.port)
    with full_disk("/content/"):
        assert main(["send", str(letter), "--account", "work"]) == ExitCode.NOTHING_DONE
    server.close()
    assert "the disk is full. Free some space" in capsys.readouterr().err
    assert server.connections == 0
    assert not [path for path in Folders.of_platform().content.rglob("*") if path.is_file() and path.name != "lock"]
    assert letter.exists()


def test_a_full_disk_under_the_journal_keeps_nothing_from_being_sent(
    serve: Any, account_for: Any, ring: object, letter: Path, full_disk: Full, services: Services
) -> None:
    server = serve(Road.SMTP)
    account_for(Road.SMTP, server.port)
    message = Message(parse(letter.read_bytes()))
    transport = services.transport("work")
    with full_disk("/journal/"):
        services.journal.note("draft", message)
        with pytest.raises(StoreError, match="the disk is full"):
            services.journal.flush()
        assert "the disk is full" in services.journal.trouble()
        review = services.sending.review(message, transport)
        (record,) = services.sending.submit(review, transport, control=SendControl())
    assert record.state is SubmissionState.ACCEPTED
    services.journal.flush()
    assert services.journal.trouble() == ""
    (found,) = services.journal.look()
    assert found.found.message.root.subject == "Hi"
    services.close()
    server.close()
    assert len(server.taken) == 1


@contextmanager
def locked_history() -> Iterator[None]:
    """Let another process hold the history."""
    path = Folders.of_platform().history
    command = [sys.executable, "-c", f"{_LOCKS}; sys.stdin.read()", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        yield
        other.communicate()


@pytest.mark.parametrize("fault", ["full", "locked"])
def test_a_history_that_cannot_be_written_takes_it_up_later(
    fault: str,
    serve: Any,
    account_for: Any,
    send: Any,
    letter: Path,
    full_history: Full,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    defaults = HistoryIndex.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "patience", 0.1)
    server = serve(Road.SMTP)
    account_for(Road.SMTP, server.port)
    if fault == "locked":
        send(letter)
    sent = send(letter, during=full_history() if fault == "full" else locked_history())
    server.close()
    assert (sent.status, sent.receipt["state"], sent.receipt["unrecorded"]) == (ExitCode.FINE, "accepted", "")
    assert sent.receipt["unlisted"]
    assert "The history could not take this up and will do it later; do not send again." in sent.said
    assert sent.record.state is SubmissionState.ACCEPTED
    services = restarted()
    services.history.catch_up()
    assert services.history.get(sent.receipt["submission"]).record.state is SubmissionState.ACCEPTED
    assert services.unknown_submissions() == ()
    services.close()
    assert server.taken[-1:] == [sent.octets]
    assert len(server.taken) == (2 if fault == "locked" else 1)


@pytest.mark.parametrize("damage", [b"no database at all " * 500, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_damaged_history_is_set_aside_and_made_anew(
    damage: bytes, serve: Any, account_for: Any, send: Any, letter: Path, services: Services
) -> None:
    server = serve(Road.SMTP)
    account_for(Road.SMTP, server.port)
    first = send(letter)
    path = Folders.of_platform().history
    services.history.close()
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    path.write_bytes(damage)
    second = send(letter)
    server.close()
    assert (second.status, second.receipt["unlisted"]) == (ExitCode.FINE, "")
    assert path.with_name(f"{path.name}.damaged-1").read_bytes() == damage
    services = restarted()
    names = {entry.record.intent.submission for entry in services.history.find(HistoryQuery())}
    assert names == {first.receipt["submission"], second.receipt["submission"]}
    services.close()
    assert server.taken == [first.octets, second.octets]


def test_a_log_with_a_torn_tail_takes_the_next_one(serve: Any, account_for: Any, send: Any, letter: Path) -> None:
    server = serve(Road.SMTP)
    account_for(Road.SMTP, server.port)
    first = send(letter)
    with Folders.of_platform().submissions.open("ab") as log:
        log.write(b'57 0 abcdef {"kind":"intent","submis')
    second = send(letter)
    server.close()
    assert (first.record.state, second.record.state) == (SubmissionState.ACCEPTED,) * 2
    services = restarted()
    assert len(services.submissions.all()) == 2
    assert services.unknown_submissions() == ()
    services.close()
    assert server.taken == [first.octets, second.octets]
