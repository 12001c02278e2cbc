"""The journal: what was noted is recovered, however the process ended and whatever happened to the file."""

import random
import re
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.errors import StoreError
from sescomposer.core.message import EnvelopeOverride, Message, Protection, SendingOptions, Tracking
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.parse import parse
from sescomposer.services.ports import Clock, RecoveredDraft
from sescomposer.store import journal as journal_module
from sescomposer.store import journal_format
from sescomposer.store.content import DiskContentStore
from sescomposer.store.journal import DiskJournal
from sescomposer.store.records import frame, read_records

MakeJournal = Callable[[], DiskJournal]
MakeMessage = Callable[[bytes], Message]
DiskFull = Callable[[int | None], None]


def _octets(draft: RecoveredDraft) -> bytes:
    return bytes(draft.message.root.octets)


def _log(tmp_path: Path, draft: str = "one") -> Path:
    return tmp_path / "journal" / f"{draft}.log"


def _after(journal: DiskJournal, new_journal: MakeJournal) -> tuple[RecoveredDraft, ...]:
    """End one process and give what the next one recovers."""
    journal.close()
    return new_journal().recover()


def test_newest_state_is_recovered(
    journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage, clock: Any
) -> None:
    journal.note("one", message(b"first"))
    journal.flush()
    clock.advance(seconds=5)
    newest = message(b"first and second")
    journal.note("one", newest, Path("/home/me/\udce4.eml"))
    (draft,) = _after(journal, new_journal)
    assert _octets(draft) == bytes(newest.root.octets)
    assert (draft.draft, draft.path, draft.saved) == ("one", Path("/home/me/\udce4.eml"), clock.now())
    assert draft.damaged == ""


def test_what_stands_beside_the_root_is_recovered(
    journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage
) -> None:
    envelope = EnvelopeOverride("bounces@example.com", ("ü@example.com",))
    options = SendingOptions("set", (("a", "b"),), Tracking.ENABLED, Tracking.DISABLED, "list", "topic", "tenant")
    plain = message(b"")
    journal.note("one", plain)
    journal.flush()
    journal.note("one", Message(plain.root, envelope, options, Protection(sign=True, encrypt=True)))
    (draft,) = _after(journal, new_journal)
    assert draft.message.envelope == envelope
    assert draft.message.options == options
    assert draft.message.protection == Protection(sign=True, encrypt=True)


def test_equal_state_is_not_written_again(tmp_path: Path, journal: DiskJournal, message: MakeMessage) -> None:
    draft = message(b"text")
    journal.note("one", draft)
    journal.flush()
    before = _log(tmp_path).read_bytes()
    journal.note("one", draft)
    journal.flush()
    assert _log(tmp_path).read_bytes() == before


def test_record_of_a_key_is_small_however_much_is_attached(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, content: DiskContentStore
) -> None:
    kept = content.keep(random.Random(1).randbytes(3_000_000))
    attached = base64_octets(kept.octets)

    def with_text(text: bytes) -> Message:
        return Message(parse(Octets.join((b"Subject: x\r\n\r\n", text, attached, b"--end"))))

    journal.note("one", with_text(b"Hello"))
    journal.flush()
    before = _log(tmp_path).stat().st_size
    assert before < 2000
    journal.note("one", with_text(b"Hello!"))
    journal.flush()
    assert _log(tmp_path).stat().st_size - before < 1000
    assert journal.named_content() >= {kept.sha256}
    (draft,) = _after(journal, new_journal)
    assert draft.message.root.octets.equals(with_text(b"Hello!").root.octets)


def test_large_octets_in_memory_go_to_the_content_store(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_format, "LITERAL_UNNAMED_AT_MOST", 1000)
    data = random.Random(1).randbytes(5000)
    rope = Octets.join((b"\r\n", data, base64_octets(Octets.of(data)), base64_octets(Octets.join((data, b"x")))))
    journal.note("one", Message(parse(rope)))
    journal.flush()
    assert _log(tmp_path).stat().st_size < 2000
    (draft,) = _after(journal, new_journal)
    assert draft.message.root.octets.equals(rope)


def test_swept_content_is_kept_again_when_an_edit_brings_it_back(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, content: DiskContentStore, message: MakeMessage
) -> None:
    kept = content.keep(b"attached" * 1000)
    journal.note("one", message(b"without"))
    journal.flush()
    for path in content.folder.glob("??/*"):
        path.unlink()
    journal.note("one", Message(parse(Octets.join((b"\r\n", kept.octets)))))
    (draft,) = _after(journal, new_journal)
    assert _octets(draft) == b"\r\n" + b"attached" * 1000
    assert draft.damaged == ""


def test_missing_content_is_told_and_the_rest_recovered(
    tmp_path: Path, journal: DiskJournal, content: DiskContentStore, clock: Any
) -> None:
    kept = content.keep(b"attached" * 1000)
    rope = Octets.join((b"Subject: x\r\n\r\nbefore", base64_octets(kept.octets), b"after"))
    journal.note("one", Message(parse(rope)))
    journal.close()
    (content.folder / kept.sha256[:2] / kept.sha256).unlink()
    later = DiskJournal(tmp_path / "journal", DiskContentStore(content.folder, clock), clock)
    (draft,) = later.recover()
    later.close()
    assert "blank lines" in draft.damaged
    assert _octets(draft).startswith(b"Subject: x\r\n\r\nbefore\n")
    assert _octets(draft).endswith(b"\nafter")
    assert len(_octets(draft)) == len(rope)


def test_log_is_written_anew_when_it_has_grown(
    tmp_path: Path,
    journal: DiskJournal,
    new_journal: MakeJournal,
    message: MakeMessage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal_module, "FOLD_AT", 2000)
    body = b""
    largest = 0
    for number in range(60):
        body += b"line %d\r\n" % number
        journal.note("one", message(body))
        journal.flush()
        largest = max(largest, _log(tmp_path).stat().st_size)
    assert largest < 4000
    (draft,) = _after(journal, new_journal)
    assert _octets(draft).endswith(body)


def test_dropped_draft_is_gone(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage
) -> None:
    journal.note("one", message(b"1"))
    journal.flush()
    journal.note("one", message(b"2"))
    journal.drop("one")
    journal.note("two", message(b"3"))
    journal.drop("never-noted")
    (draft,) = _after(journal, new_journal)
    assert draft.draft == "two"
    assert sorted(path.name for path in (tmp_path / "journal").iterdir()) == ["two.lock", "two.log"]


def test_drafts_are_recovered_once_and_then_belong_to_the_process(
    journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage
) -> None:
    journal.note("one", message(b"1"))
    journal.flush()
    second, third = new_journal(), new_journal()
    assert second.recover() == ()
    journal.close()
    assert len(second.recover()) == 1
    assert third.recover() == ()
    second.note("one", message(b"12"))
    (draft,) = _after(second, lambda: third)
    assert _octets(draft).endswith(b"12")
    third.drop("one")
    third.flush()
    assert new_journal().recover() == ()


def test_draft_of_another_process_is_not_written(
    journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage
) -> None:
    journal.note("one", message(b"1"))
    journal.flush()
    other = new_journal()
    other.note("one", message(b"2"))
    with pytest.raises(StoreError, match="another process"):
        other.flush()
    assert "another process" in other.trouble()
    journal.drop("one")
    journal.flush()
    other.flush()
    assert other.trouble() == ""


def test_newer_schema_is_left_alone_and_told(tmp_path: Path, journal: DiskJournal) -> None:
    newer = frame({"format": "journal", "schema": 2}) + b"of the future\n"
    _log(tmp_path).parent.mkdir()
    _log(tmp_path).write_bytes(newer)
    assert journal.recover() == ()
    assert "schema 2" in journal.newer()[0]
    assert _log(tmp_path).read_bytes() == newer


def _written(journal: DiskJournal, message: MakeMessage, count: int = 4) -> list[bytes]:
    """Note some states, each written, and give their octets."""
    states = [message(b"text " * (number + 1)) for number in range(count)]
    for state in states:
        journal.note("one", state)
        journal.flush()
    journal.close()
    return [bytes(state.root.octets) for state in states]


def test_every_cut_leaves_the_last_whole_record(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage
) -> None:
    states = _written(journal, message)
    whole = _log(tmp_path).read_bytes()
    for cut in range(1, len(whole), 11):
        _log(tmp_path).write_bytes(whole[:cut])
        records = len(read_records(whole[:cut]).records)
        opened = new_journal()
        (draft,) = opened.recover()
        assert _octets(draft) == (states[records - 2] if records > 1 else b"")
        assert bool(draft.damaged) == (read_records(whole[:cut]).damaged > 0 or records < 2)
        opened.close()


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_flipped_bits_give_a_state_that_once_was(tmp_path_factory: pytest.TempPathFactory, at: int, mask: int) -> None:
    folder = tmp_path_factory.mktemp("flip")
    clock = _clock()
    content = DiskContentStore(folder / "content", clock)
    states = _written(
        DiskJournal(folder / "journal", content, clock), lambda body: Message(parse(b"Subject: a\r\n\r\n" + body))
    )
    log = bytearray(_log(folder).read_bytes())
    log[at % len(log)] ^= mask
    _log(folder).write_bytes(log)
    journal = DiskJournal(folder / "journal", content, clock)
    (draft,) = journal.recover()
    assert _octets(draft) in (*states[:-1], b"")
    assert draft.damaged
    journal.note("one", Message(parse(b"\r\nless")))
    journal.close()
    copies = [path.read_bytes() for path in (folder / "journal").glob("*.damaged-*")]
    assert copies == [bytes(log)]


def _clock() -> Clock:
    from sescomposer.services.system import SystemClock

    return SystemClock()


def test_damaged_log_is_kept_until_a_month_has_passed(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage, clock: Any
) -> None:
    _written(journal, message)
    _log(tmp_path).write_bytes(_log(tmp_path).read_bytes()[:-4])
    second = new_journal()
    second.recover()
    second.note("one", message(b""))
    second.flush()
    assert len(list(_log(tmp_path).parent.glob("*.damaged-*"))) == 1
    clock.advance(days=29)
    second.recover()
    assert len(list(_log(tmp_path).parent.glob("*.damaged-*"))) == 1
    clock.advance(days=2)
    second.recover()
    assert not list(_log(tmp_path).parent.glob("*.damaged-*"))


def test_file_that_was_only_begun_goes_after_an_hour(tmp_path: Path, journal: DiskJournal, clock: Any) -> None:
    begun = tmp_path / "journal" / ".one.log-x.part"
    begun.parent.mkdir()
    begun.write_bytes(b"")
    journal.recover()
    assert begun.exists()
    clock.advance(hours=2)
    journal.recover()
    assert not begun.exists()


def test_log_that_was_not_read_is_not_overwritten_without_a_copy(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage
) -> None:
    _written(journal, message)
    before = _log(tmp_path).read_bytes()
    second = new_journal()
    second.note("one", message(b"new"))
    second.flush()
    assert [path.read_bytes() for path in _log(tmp_path).parent.glob("*.damaged-*")] == [before]


@pytest.mark.parametrize("room", [0, 1, 200])
def test_full_disk_is_told_and_loses_nothing(
    tmp_path: Path,
    journal: DiskJournal,
    new_journal: MakeJournal,
    message: MakeMessage,
    disk_full_after: DiskFull,
    room: int,
) -> None:
    first, second = message(b"first"), message(b"first" + b"second" * 100)
    journal.note("one", first)
    journal.flush()
    before = _log(tmp_path).read_bytes()
    disk_full_after(room)
    journal.note("one", second)
    with pytest.raises(StoreError, match="the disk is full"):
        journal.flush()
    assert "the disk is full" in journal.trouble()
    assert _log(tmp_path).read_bytes() == before
    disk_full_after(None)
    journal.flush()
    assert journal.trouble() == ""
    (draft,) = _after(journal, new_journal)
    assert _octets(draft) == bytes(second.root.octets)
    assert draft.damaged == ""


def test_worker_tries_again_by_itself(
    journal: DiskJournal, message: MakeMessage, disk_full_after: DiskFull, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sescomposer.store import journal_worker

    monkeypatch.setattr(journal_worker, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(journal_worker, "INTERVAL_SECONDS", 0.01)
    disk_full_after(0)
    journal.note("one", message(b"text"))
    assert _comes_true(lambda: "full" in journal.trouble())
    disk_full_after(None)
    assert _comes_true(lambda: journal.trouble() == "")


def test_small_disk_loses_nothing(
    small_disk: Path, content: DiskContentStore, message: MakeMessage, clock: Any
) -> None:
    journal = DiskJournal(small_disk / "journal", content, clock)
    journal.note("one", message(b"small"))
    journal.flush()
    journal.note("one", message(random.Random(1).randbytes(400_000)))
    with pytest.raises(StoreError, match="the disk is full"):
        journal.flush()
    with pytest.raises(StoreError, match="the disk is full"):
        journal.close()
    again = DiskJournal(small_disk / "journal", content, clock)
    (draft,) = again.recover()
    assert _octets(draft).endswith(b"small")
    again.close()


def test_read_only_disk_is_told(
    read_only_disk: Path, content: DiskContentStore, message: MakeMessage, clock: Any
) -> None:
    journal = DiskJournal(read_only_disk / "journal", content, clock)
    journal.note("one", message(b""))
    with pytest.raises(StoreError, match="read-only"):
        journal.flush()
    assert journal.recover() == ()
    journal.drop("one")
    journal.close()


@pytest.mark.parametrize("draft", ["", "../x", "a/b", ".", "a.b"])
def test_id_that_leads_elsewhere_is_refused(journal: DiskJournal, message: MakeMessage, draft: str) -> None:
    journal.note(draft, message(b""))
    with pytest.raises(StoreError, match="no id of a draft"):
        journal.flush()
    with pytest.raises(StoreError):
        journal.drop(draft)
    journal._pending.clear()


def test_worker_writes_soon_by_itself(tmp_path: Path, journal: DiskJournal, message: MakeMessage) -> None:
    journal.note("one", message(b"text"))
    assert _comes_true(_log(tmp_path).exists)


def test_threads_may_note_at_once(journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage) -> None:
    def type_into(draft: str) -> None:
        for number in range(20):
            journal.note(draft, message(b"%d" % number))
            journal.flush()

    threads = [threading.Thread(target=type_into, args=(f"draft-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drafts = _after(journal, new_journal)
    assert [_octets(draft)[-2:] for draft in drafts] == [b"19"] * 4


def test_note_reads_no_octet(journal: DiskJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    class Untouchable:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    monkeypatch.setattr(journal._worker, "notify", lambda: None)
    journal.note("one", Untouchable())  # type: ignore[arg-type]
    journal._pending.clear()


def test_two_processes_write_their_own_drafts(
    tmp_path: Path, journal: DiskJournal, new_journal: MakeJournal, message: MakeMessage, typist: list[str]
) -> None:
    done = subprocess.run([*typist, "journal", str(tmp_path), "other", "5"], capture_output=True, check=True)
    assert done.stderr == b""
    journal.note("one", message(b"mine"))
    assert [draft.draft for draft in journal.recover()] == ["other"]
    assert re.search(rb"noted 5\b", done.stdout)
    assert {draft.draft for draft in _after(journal, new_journal)} == {"one", "other"}


def _comes_true(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait for another thread without sleeping for a fixed time."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return True
        pause.wait(0.01)
    return condition()


_bodies = st.lists(st.binary(max_size=30), min_size=1, max_size=8)


@given(_bodies)
@settings(max_examples=50, deadline=None)
def test_any_sequence_of_states_is_recovered(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]) -> None:
    folder, clock = tmp_path_factory.mktemp("states"), _clock()
    content = DiskContentStore(folder / "content", clock)
    journal = DiskJournal(folder / "journal", content, clock)
    for body in bodies:
        journal.note("one", Message(parse(body)))
        journal.flush()
    journal.close()
    again = DiskJournal(folder / "journal", content, clock)
    (draft,) = again.recover()
    again.close()
    assert _octets(draft) == bodies[-1]
