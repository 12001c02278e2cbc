"""The index of the history: what is kept, found, paged and forgotten, and what happens when its file cannot be used."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.message import SendingOptions
from sescomposer.core.road import Road
from sescomposer.services.history_ports import HistoryQuery
from sescomposer.services.knowledge import EventKind, MessageEvent
from sescomposer.services.ports import Intent, Outcome, SubmissionRecord, SubmissionState
from sescomposer.store.history import HistoryIndex
from sescomposer.store.search_words import normalised, phrases

S = SubmissionState
START = datetime(2026, 1, 1, tzinfo=UTC)
MANY = int(os.environ.get("SESCOMPOSER_HISTORY_ENTRIES", "20000"))
"""Entries of the larger history; 100,000 take 15 seconds to make."""
FEW = 1_000
Compare = Callable[[float, Callable[[], object], Callable[[], object]], None]


def intent(number: int = 0, **fields: object) -> Intent:
    """Make an intent; its id begins with its number."""
    at = START + timedelta(minutes=number)
    envelope = Envelope("ada@a.example", (f"r{number}@xn--bcher-kva.example",))
    made = Intent(f"{number:08d}-id", f"{number:064x}", 100, envelope, "work", Road.SES_V2, at, f"Offer {number}")
    return replace(made, **fields)  # type: ignore[arg-type]


def record(number: int = 0, state: SubmissionState | None = S.ACCEPTED, **fields: object) -> SubmissionRecord:
    """Make a record; without a state it has no outcome."""
    begun = intent(number, **fields)
    if state is None:
        return SubmissionRecord(begun, None)
    return SubmissionRecord(begun, Outcome(begun.submission, state, begun.at, f"ref-{number}", "Ok", "", f"rq{number}"))


@pytest.fixture(params=[True, False], ids=["full text", "plain"])
def index(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[HistoryIndex]:
    made = HistoryIndex(tmp_path / "data" / "history.sqlite3", full_text=request.param)
    yield made
    made.close()


def found(index: HistoryIndex, words: str = "", **query: object) -> list[str]:
    """Give the first eight characters of the ids that are found."""
    entries = index.find(HistoryQuery(words, **query))  # type: ignore[arg-type]
    assert index.count(HistoryQuery(words, **query)) >= len(entries)  # type: ignore[arg-type]
    return [entry.record.intent.submission[:8] for entry in entries]


def test_record_comes_back_whole(index: HistoryIndex) -> None:
    options = SendingOptions("news", (("a", "1"),), tenant="t")
    whole = record(3, S.REFUSED, overrides=(("size", "they asked"),), options=options, trace="tr", region="eu-west-1")
    index.put(whole)
    assert index.get(whole.intent.submission).record == whole
    assert index.find(HistoryQuery())[0].record == whole


def test_outcome_replaces_the_intent_and_keeps_text_and_events(index: HistoryIndex) -> None:
    index.put(record(1, None), "the body of it")
    event = MessageEvent("r1@b.example", START, EventKind.BOUNCE, "Permanent", "hard", "isp")
    index.put_events("00000001-id", [event], START)
    index.put(record(1, S.ACCEPTED))
    (entry,) = index.find(HistoryQuery("body ref-1"))
    assert entry.record.state is S.ACCEPTED
    assert entry.events == (event,)
    assert entry.events_read == START


def test_one_tried_again_moves_to_its_new_time(index: HistoryIndex) -> None:
    for number in (1, 2):
        index.put(record(number, S.WAITING), "words of it")
    later = replace(intent(1), at=START + timedelta(hours=1))
    index.put(SubmissionRecord(later, None))
    assert found(index, "words") == ["00000001", "00000002"]
    assert index.get("00000001").record.intent.at == later.at


def test_many_of_one_moment_are_all_kept(index: HistoryIndex) -> None:
    index.put_all(record(number, at=START) for number in range(50))
    index.put_all(record(number, S.REFUSED, at=START) for number in range(50))
    assert index.count(HistoryQuery()) == index.count(HistoryQuery(states=(S.REFUSED,))) == 50


@pytest.mark.parametrize(
    "words",
    [
        "offer",
        "OFF",
        "ada@a.example",
        "r7@bücher",
        "bucher.example",
        "work",
        "00000007",
        "ref-7",
        "rq7",
        "réason 7 x",
        "over-limit",
        "invoice",
        "会議",
        "🎉",
        "straße",
        "STRASSE",
        "offer invoice 7",
    ],
)
def test_everything_is_found_by_its_words(index: HistoryIndex, words: str) -> None:
    index.put_all([record(6, subject="nothing", account="other", envelope=Envelope("x@y.example", ()))])
    wanted = record(7, subject="Offer 7 🎉 Straße", overrides=(("over-limit", "Reason 7 x"),))
    index.put(wanted, "Your invoice. 明日の会議について")
    assert found(index, words) == ["00000007"]


@pytest.mark.parametrize("words", ["offer missing", "fer", "invoices", "--", '"', "*"])
def test_every_word_must_occur(index: HistoryIndex, words: str) -> None:
    index.put(record(7), "Your invoice.")
    assert found(index, words) == []


def test_only_the_last_word_may_be_a_beginning(index: HistoryIndex) -> None:
    index.put(record(7), "Your invoice.")
    assert found(index, "your inv")
    assert not found(index, "inv your")


def test_no_phrase_runs_from_the_record_into_the_text(index: HistoryIndex) -> None:
    index.put(record(1, None, subject="x"), "body")
    assert not found(index, "1-body")


def test_filters_and_times(index: HistoryIndex) -> None:
    states = [S.ACCEPTED, S.REFUSED, S.UNKNOWN, None]
    index.put_all(record(number, states[number % 4], account=f"a{number % 2}") for number in range(8))
    assert found(index, states=(S.REFUSED,)) == ["00000005", "00000001"]
    assert found(index, states=(S.UNKNOWN,)) == ["00000007", "00000006", "00000003", "00000002"]
    assert found(index, account="a1", states=(S.ACCEPTED,)) == []
    since, until = START + timedelta(minutes=2), START + timedelta(minutes=3)
    assert found(index, since=since, until=until) == ["00000003", "00000002"]
    assert index.accounts() == ("a0", "a1")


@pytest.mark.parametrize("words", ["", "offer"])
def test_pages_follow_each_other_without_gap(index: HistoryIndex, words: str) -> None:
    index.put_all(record(number) for number in range(25))
    pages, behind = [], ""
    while page := index.find(HistoryQuery(words, limit=10, behind=behind)):
        pages.append(len(page))
        behind = page[-1].record.intent.submission
    assert pages == [10, 10, 5]
    assert found(index, words, limit=2, offset=3) == ["00000021", "00000020"]
    assert found(index, words, behind="nobody") == []


def test_one_is_named_by_id_start_or_message_id(index: HistoryIndex) -> None:
    index.put_all([record(1), record(2), record(11, submission="abc"), record(12, submission="abcd")])
    assert index.get("00000001").record == index.get("ref-1").record
    assert index.get("abc").record.intent.submission == "abc"
    for name, sentence in (
        ("0000000", "Several"),
        ("zz", "no submission"),
        ("", "no submission"),
        ("\ud800", "no sub"),
    ):
        with pytest.raises(StoreError, match=sentence):
            index.get(name)


def test_the_old_are_forgotten_but_not_the_unknown(index: HistoryIndex) -> None:
    states = [S.ACCEPTED, S.UNKNOWN, None, S.WAITING, S.REFUSED, S.NOT_SENT, S.ACCEPTED]
    index.put_all(record(number, state) for number, state in enumerate(states))
    assert index.forget(START + timedelta(minutes=6)) == 3
    assert found(index) == ["00000006", "00000003", "00000002", "00000001"]
    assert found(index, "00000000-id") == []
    assert len(index.named_content()) == 4


def test_texts_are_given_later(index: HistoryIndex) -> None:
    index.put_all(record(number, S.ACCEPTED if number else None) for number in range(3))
    assert [r.intent.submission[:8] for r in index.without_text(2)] == ["00000002", "00000001"]
    index.put_texts({"00000000-id": "zero", "00000001-id": "", "gone": "x"})
    assert [r.intent.submission[:8] for r in index.without_text(9)] == ["00000002"]
    assert found(index, "zero") == found(index, "00000000-id") == ["00000000"]
    assert index.states(["00000000-id", "00000001-id", "no"]) == {"00000000-id": S.UNKNOWN, "00000001-id": S.ACCEPTED}


strange = st.one_of(st.text(max_size=40), st.text('"*^:(){}+-AND ORNEAT\x00\ud800ﬀéİ界', max_size=40))


@given(text=strange, query=strange)
def test_no_query_raises(tmp_path_factory: pytest.TempPathFactory, text: str, query: str) -> None:
    for full_text in (True, False):
        index = HistoryIndex(tmp_path_factory.mktemp("h") / "h", full_text=full_text)
        index.put(record(1, subject=text, account=query or "x"), text)
        index.find(HistoryQuery(query, account=query))
        index.count(HistoryQuery(query))
        # What was kept is found by itself.
        assert not normalised(text) or len(text.split()) > 32 or found(index, text) == ["00000001"]
        assert index.get("00000001").record.intent.subject == text
        index.close()


@given(strange)
def test_words_stay_words(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
    assert all(phrase == normalised(phrase) for phrase in phrases(text) or ())


# --- the file ----------------------------------------------------------------------------------------------------


def test_the_file_is_the_users_alone(index: HistoryIndex, tmp_path: Path) -> None:
    index.put(record(1))
    files = list((tmp_path / "data").iterdir())
    assert {path.name for path in files} >= {"history.sqlite3"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)


def test_it_outlives_the_process(tmp_path: Path) -> None:
    for number in (1, 2):
        index = HistoryIndex(tmp_path / "h")
        index.put(record(number))
        index.flush()
        index.close()
    with closing(index):
        assert found(index) == ["00000002", "00000001"]


def test_two_processes_use_one_file(tmp_path: Path) -> None:
    one, other = (HistoryIndex(tmp_path / "h") for _ in range(2))
    one.put(record(1))
    other.put(record(2))
    assert found(one) == found(other) == ["00000002", "00000001"]
    one.close()
    other.close()


def test_many_threads_put_and_find_at_once(tmp_path: Path) -> None:
    index = HistoryIndex(tmp_path / "h")

    def work(first: int) -> None:
        for number in range(first, first + 20):
            index.put(record(number, None))
            index.put(record(number))
            assert index.find(HistoryQuery(f"ref-{number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(0, 160, 20)))
    assert index.count(HistoryQuery("offer", (S.ACCEPTED,))) == 160
    index.close()


def test_a_locked_file_is_waited_for_and_then_told(tmp_path: Path) -> None:
    index = HistoryIndex(tmp_path / "h", patience=0.05)
    index.put(record(1))
    with closing(sqlite3.connect(tmp_path / "h", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another program is using it"):
            index.put(record(2))
        assert found(index) == ["00000001"]
        other.execute("ROLLBACK")
    index.put(record(2))
    assert found(index) == ["00000002", "00000001"]
    index.close()


@pytest.mark.parametrize(
    "octets", [b"no database at all, and long enough to be looked at" * 40, b"SQLite format 3\0" * 99]
)
def test_a_damaged_file_is_set_aside_and_made_again(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "h"
    path.write_bytes(octets)
    index = HistoryIndex(path, lambda: [record(1), record(2)])
    assert found(index) == ["00000002", "00000001"]
    assert (tmp_path / "h.damaged-1").read_bytes() == octets
    assert "damaged" in index.trouble
    index.close()


def test_a_file_damaged_while_it_is_open_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "h"
    index = HistoryIndex(path, lambda: [record(number) for number in range(300)])
    assert index.count(HistoryQuery()) == 300
    index.close()
    octets = bytearray(path.read_bytes())
    for page in range(4096, len(octets), 4096):
        octets[page : page + 64] = b"\xff" * 64
    path.write_bytes(octets)
    with pytest.raises(StoreError, match="it is damaged"):
        index.find(HistoryQuery("offer"))
    assert len(index.find(HistoryQuery("offer", limit=500))) == 300
    index.close()


def test_a_full_disk_is_told_and_takes_nothing(small_disk: Path) -> None:
    index = HistoryIndex(small_disk / "h")
    index.put(record(1))
    with pytest.raises(StoreError, match="full"):
        index.put_all(record(number, subject="x" * 5000) for number in range(2, 300))
    assert found(index) == ["00000001"]
    index.close()


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "h"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    index = HistoryIndex(path)
    with pytest.raises(SettingsError, match="schema 99"):
        index.put(record(1))
    assert path.read_bytes() == before
    index.close()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "h").mkdir()
    index = HistoryIndex(tmp_path / "h")
    with pytest.raises(StoreError):
        index.find(HistoryQuery())
    index.close()


def test_what_fills_a_new_file_comes_whole_or_not_at_all(tmp_path: Path) -> None:
    def records() -> Iterator[SubmissionRecord]:
        yield record(1)
        raise StoreError("The log cannot be read.")

    index = HistoryIndex(tmp_path / "h", records)
    with pytest.raises(StoreError, match="log"):
        index.count(HistoryQuery())
    index.close()
    with closing(HistoryIndex(tmp_path / "h", lambda: [record(2)])) as again:
        assert found(again) == ["00000002"]


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, HistoryIndex]]:
    """A small history and a large one."""
    folder = tmp_path_factory.mktemp("sizes")
    made = {size: HistoryIndex(folder / str(size)) for size in (FEW, MANY)}
    for size, index in made.items():
        index.put_all(record(number) for number in range(size))
    yield made
    for index in made.values():
        index.close()


@pytest.mark.parametrize(
    "query",
    [
        HistoryQuery(),
        HistoryQuery("offer"),
        HistoryQuery("r999"),
        HistoryQuery("offer", (S.ACCEPTED,), "work"),
        HistoryQuery(states=(S.REFUSED,)),
        HistoryQuery("offer", behind="00000500-id"),
    ],
    ids=["all", "common word", "rare word", "filters", "nothing", "page"],
)
def test_many_times_as_many_cost_little_more(
    sizes: dict[int, HistoryIndex], costs_at_most: Compare, query: HistoryQuery
) -> None:
    few, many = sizes[FEW], sizes[MANY]
    costs_at_most(6, lambda: [many.find(query) for _ in range(5)], lambda: [few.find(query) for _ in range(5)])
