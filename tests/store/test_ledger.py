"""The ledger of invitations: facts come back as they went in, whatever happens to the file and whoever writes too."""

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.invitation.people import Attendee
from sescomposer.core.message import Road
from sescomposer.services.invitation_ports import AnswerTaken, SentEvent
from sescomposer.services.ports import Intent
from sescomposer.store.ledger import LedgerFile
from sescomposer.store.records import frame

AT = datetime(2027, 1, 4, 10, 15, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)


def sent(number: int, uid: str = "1", text: str = "Tea") -> SentEvent:
    envelope = Envelope("events@example.com", (f"g{number}@example.net",))
    intent = Intent(f"s{number}", "ab" * 32, 10, envelope, "work", Road.SES_V2, AT)
    guests = (Attendee(f"g{number}@example.net", text),)
    return SentEvent(
        uid,
        "",
        "REQUEST",
        number,
        "20270104T101500Z",
        "CONFIRMED",
        "o@example.com",
        text,
        guests,
        "cd" * 32,
        intent,
        AT,
    )


def answer(uid: str = "1", text: str = "") -> AnswerTaken:
    return AnswerTaken(uid, "20270301", "REPLY", "g@example.net", text, "ACCEPTED", text, 0, "", "ef" * 32, AT)


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerFile:
    return LedgerFile(tmp_path / "invitations")


@given(
    st.lists(st.builds(sent, st.integers(0, 9), TEXTS, TEXTS) | st.builds(answer, TEXTS, TEXTS), min_size=1, max_size=6)
)
@settings(max_examples=40)
def test_facts_come_back_in_order(facts: list[SentEvent | AnswerTaken]) -> None:
    with TemporaryDirectory() as folder:
        ledger = LedgerFile(Path(folder) / "invitations")
        for fact in facts:
            ledger.note(fact)
        assert ledger.facts() == tuple(facts) == LedgerFile(Path(folder) / "invitations").facts()
        ledger.forget(facts[0].uid)
        assert ledger.facts() == tuple(fact for fact in facts if fact.uid != facts[0].uid)


def test_submissions_of_a_forgotten_event_are_remembered_as_such(ledger: LedgerFile, tmp_path: Path) -> None:
    assert ledger.forgotten() == frozenset()
    for fact in (sent(0), sent(1), answer()):
        ledger.note(fact)
    ledger.forget(sent(0).uid)
    gone = {fact.intent.submission for fact in (sent(0), sent(1)) if fact.uid == sent(0).uid}
    assert LedgerFile(tmp_path / "invitations").forgotten() == gone
    assert gone
    size = ledger.version()
    ledger.forget("nobody")
    assert ledger.forgotten() == gone
    assert ledger.version()[1] == size[1]


def test_nothing_was_sent_yet(ledger: LedgerFile, tmp_path: Path) -> None:
    assert (ledger.facts(), ledger.version()) == ((), (0, 0))
    ledger.forget("1")
    assert not (tmp_path / "invitations").exists()


def test_the_version_tells_of_every_change(ledger: LedgerFile) -> None:
    versions = [ledger.version()]
    changes: tuple[Callable[[], None], ...] = (
        lambda: ledger.note(sent(0)),
        lambda: ledger.note(answer()),
        lambda: ledger.forget("1"),
    )
    for change in changes:
        change()
        versions.append(ledger.version())
    assert len(set(versions)) == 4


@pytest.mark.parametrize("lost", [1, 40, 200])
def test_a_torn_end_is_kept_aside_before_more_is_written(ledger: LedgerFile, tmp_path: Path, lost: int) -> None:
    ledger.note(sent(0))
    ledger.note(sent(1))
    path = tmp_path / "invitations" / "ledger"
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    ledger.note(sent(2))
    assert ledger.facts() == (sent(0), sent(2))
    assert (tmp_path / "invitations" / "ledger.damaged-1").read_bytes() == whole[:-lost]


def test_a_flipped_bit_costs_one_fact(ledger: LedgerFile, tmp_path: Path) -> None:
    for number in range(3):
        ledger.note(sent(number))
    path = tmp_path / "invitations" / "ledger"
    octets = bytearray(path.read_bytes())
    octets[octets.find(b'"s1"')] ^= 1
    path.write_bytes(octets)
    assert ledger.facts() == (sent(0), sent(2))
    assert ledger.facts() == (sent(0), sent(2))
    assert len(list(path.parent.glob("ledger.damaged-*"))) == 1


def test_what_a_newer_version_wrote_is_left_alone(ledger: LedgerFile, tmp_path: Path) -> None:
    path = tmp_path / "invitations" / "ledger"
    path.parent.mkdir()
    path.write_bytes(frame({"format": "invitations", "schema": 99}) + frame({"kind": "new", "uid": "1"}))
    before = path.read_bytes()
    for act in (ledger.facts, lambda: ledger.note(sent(0)), lambda: ledger.forget("1")):
        with pytest.raises(SettingsError, match="schema 99"):
            act()
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told(read_only_disk: Path) -> None:
    with pytest.raises(StoreError):
        LedgerFile(read_only_disk / "invitations").note(sent(0))


def test_threads_may_write_at_once(ledger: LedgerFile) -> None:
    threads = [Thread(target=ledger.note, args=(sent(number),)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fact.sequence for fact in ledger.facts() if isinstance(fact, SentEvent)) == list(range(20))


def write_many(folder: Path, first: int) -> None:
    ledger = LedgerFile(folder)
    for number in range(first, first + 20):
        ledger.note(sent(number))
        ledger.facts()


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    running = [context.Process(target=write_many, args=(tmp_path / "invitations", first)) for first in (0, 100)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0, 0]
    facts = LedgerFile(tmp_path / "invitations").facts()
    assert len(facts) == 40
    assert not list((tmp_path / "invitations").glob("*.damaged-*"))


def test_writing_goes_on_at_the_same_cost(tmp_path: Path, costs_at_most: Callable[..., None]) -> None:
    few, many = LedgerFile(tmp_path / "few"), LedgerFile(tmp_path / "many")
    few.note(sent(0))
    for number in range(300):
        many.note(sent(number))
    costs_at_most(5, lambda: many.note(sent(1)), lambda: few.note(sent(1)))
