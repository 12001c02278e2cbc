"""The write-ahead log: an intent that was recorded is found again, whatever happens to the file."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.message import Road, SendingOptions
from sescomposer.services.ports import BatchPlan, Intent, Outcome, SubmissionRecord, SubmissionState
from sescomposer.store.records import frame
from sescomposer.store.submissions import SubmissionLog

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
INTENT = Intent(
    submission="first",
    sha256="a" * 64,
    length=1000,
    envelope=Envelope("a@example.com", ("b@example.com", "ü@example.com")),
    account="local inbox",
    road=Road.SES_V2,
    at=AT,
    subject="Grüße \ud800",
    overrides=(("size", "because"),),
)
OUTCOME = Outcome("first", SubmissionState.ACCEPTED, AT, "id-1", "Accepted.")


@pytest.fixture
def log(tmp_path: Path) -> SubmissionLog:
    return SubmissionLog(tmp_path / "data" / "submissions")


def _path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "submissions"


def _copies(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((tmp_path / "data").glob("submissions.damaged-*"))]


def test_records_are_paired_in_order(tmp_path: Path, log: SubmissionLog) -> None:
    assert log.all() == ()
    second = replace(INTENT, submission="second")
    log.record_intent(INTENT)
    log.record_intent(second)
    log.record_outcome(OUTCOME)
    expected = (SubmissionRecord(INTENT, OUTCOME), SubmissionRecord(second, None))
    assert SubmissionLog(_path(tmp_path)).all() == log.all() == expected
    assert log.named_content() == {"a" * 64}
    assert _path(tmp_path).stat().st_mode & 0o777 == 0o600


def test_last_outcome_counts(log: SubmissionLog) -> None:
    log.record_intent(INTENT)
    log.record_outcome(replace(OUTCOME, state=SubmissionState.UNKNOWN))
    log.record_outcome(OUTCOME)
    assert log.all() == (SubmissionRecord(INTENT, OUTCOME),)


@pytest.mark.parametrize("lost", [1, 5, 100])
def test_torn_tail_is_set_aside_before_more_is_written(tmp_path: Path, log: SubmissionLog, lost: int) -> None:
    log.record_intent(INTENT)
    log.record_outcome(OUTCOME)
    torn = _path(tmp_path).read_bytes()[:-lost]
    _path(tmp_path).write_bytes(torn)
    other = replace(INTENT, submission="second")
    log.record_intent(other)
    assert log.all() == (SubmissionRecord(INTENT, None), SubmissionRecord(other, None))
    assert _copies(tmp_path) == [torn]


def test_every_cut_leaves_the_whole_records(tmp_path: Path, log: SubmissionLog) -> None:
    log.record_intent(INTENT)
    intent_ends = _path(tmp_path).stat().st_size
    log.record_outcome(OUTCOME)
    whole = _path(tmp_path).read_bytes()
    for cut in range(0, len(whole), 7):
        _path(tmp_path).write_bytes(whole[:cut])
        assert len(log.all()) == (1 if cut >= intent_ends else 0)


def test_flipped_bit_costs_one_record(tmp_path: Path, log: SubmissionLog) -> None:
    others = [replace(INTENT, submission=str(number)) for number in range(3)]
    for intent in others:
        log.record_intent(intent)
    damaged = _path(tmp_path).read_bytes().replace(b'"submission":"1"', b'"submission":"x"')
    _path(tmp_path).write_bytes(damaged)
    assert [record.intent for record in log.all()] == [others[0], others[2]]
    assert _copies(tmp_path) == [damaged]
    assert [record.intent for record in log.all()] == [others[0], others[2]]
    assert len(_copies(tmp_path)) == 1


def test_newer_schema_is_refused_and_left_alone(tmp_path: Path, log: SubmissionLog) -> None:
    newer = frame({"format": "submissions", "schema": 2}) + b"of the future\n"
    _path(tmp_path).parent.mkdir()
    _path(tmp_path).write_bytes(newer)
    with pytest.raises(SettingsError, match="schema 2"):
        log.all()
    with pytest.raises(SettingsError, match="schema 2"):
        log.record_intent(INTENT)
    assert _path(tmp_path).read_bytes() == newer


@pytest.mark.parametrize("room", [0, 1, 100])
def test_full_disk_is_told_and_loses_nothing(
    tmp_path: Path, log: SubmissionLog, disk_full_after: Callable[[int | None], None], room: int
) -> None:
    log.record_intent(INTENT)
    before = _path(tmp_path).read_bytes()
    disk_full_after(room)
    with pytest.raises(StoreError, match="the disk is full"):
        log.record_outcome(OUTCOME)
    disk_full_after(None)
    assert _path(tmp_path).read_bytes() == before
    log.record_outcome(OUTCOME)
    assert log.all() == (SubmissionRecord(INTENT, OUTCOME),)


def test_read_only_disk_and_file_in_place_of_the_folder_are_told(tmp_path: Path, read_only_disk: Path) -> None:
    with pytest.raises(StoreError, match="read-only"):
        SubmissionLog(read_only_disk / "submissions").record_intent(INTENT)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="a file"):
        SubmissionLog(tmp_path / "file" / "submissions").record_intent(INTENT)


def test_threads_may_record_at_once(log: SubmissionLog) -> None:
    intents = [replace(INTENT, submission=str(number)) for number in range(8)]
    threads = [threading.Thread(target=log.record_intent, args=(intent,)) for intent in intents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {record.intent.submission for record in log.all()} == {str(number) for number in range(8)}


PLAN = BatchPlan(
    batch="batch",
    at=AT,
    sealed_at=AT,
    items=tuple(
        replace(
            INTENT,
            submission=str(number),
            sha256=str(number) * 64,
            batch="batch",
            trace="t",
            options=SendingOptions(tags=(("a", "b"),), traceable=False),
        )
        for number in range(3)
    ),
)


def test_plan_stays_open_until_the_batch_ends(tmp_path: Path, log: SubmissionLog) -> None:
    other = replace(PLAN, batch="other")
    log.record_plan(PLAN)
    log.record_plan(other)
    log.record_intent(PLAN.items[0])
    assert SubmissionLog(_path(tmp_path)).plans() == (PLAN, other)
    assert log.all() == (SubmissionRecord(PLAN.items[0], None),)
    assert log.named_content() == {"0" * 64, "1" * 64, "2" * 64}
    log.end_batch("batch", AT)
    log.end_batch("other", AT)
    assert log.plans() == ()
    assert log.named_content() == {"0" * 64}


def test_torn_plan_is_no_plan_and_costs_nothing_else(tmp_path: Path, log: SubmissionLog) -> None:
    log.record_intent(INTENT)
    before = _path(tmp_path).stat().st_size
    log.record_plan(PLAN)
    whole = _path(tmp_path).read_bytes()
    for cut in range(before, len(whole), 101):
        _path(tmp_path).write_bytes(whole[:cut])
        assert log.plans() == ()
        log.record_outcome(OUTCOME)
        assert log.all() == (SubmissionRecord(INTENT, OUTCOME),)


def test_intent_of_another_try_takes_the_outcome_back(log: SubmissionLog) -> None:
    log.record_intent(INTENT)
    log.record_outcome(replace(OUTCOME, state=SubmissionState.WAITING))
    assert log.all()[0].state is SubmissionState.WAITING
    log.record_intent(INTENT)
    assert log.all() == (SubmissionRecord(INTENT, None),)


def test_what_others_append_meanwhile_is_kept_and_mended(tmp_path: Path, log: SubmissionLog) -> None:
    other = SubmissionLog(_path(tmp_path))
    for number in range(6):
        (log, other)[number % 2].record_intent(replace(INTENT, submission=str(number)))
    with _path(tmp_path).open("ab") as file:
        file.write(b"9 0 torn")
    log.record_intent(replace(INTENT, submission="6"))
    other.record_intent(replace(INTENT, submission="7"))
    assert [record.intent.submission for record in log.all()] == [str(number) for number in range(8)]
    assert len(_copies(tmp_path)) == 1
    assert _copies(tmp_path)[0].endswith(b"9 0 torn")


def test_appending_does_not_read_the_log_again(
    tmp_path: Path, costs_at_most: Callable[[float, Callable[[], object], Callable[[], object]], None]
) -> None:
    def recording(name: str, items: int) -> Callable[[], None]:
        log = SubmissionLog(tmp_path / name)
        log.record_plan(replace(PLAN, items=PLAN.items * items))
        log.record_outcome(OUTCOME)

        def record_some() -> None:
            for _ in range(50):
                log.record_outcome(OUTCOME)

        return record_some

    costs_at_most(5, recording("long", 5000), recording("short", 1))


def test_batch_is_held_by_one_at_a_time_and_freed_by_the_end_of_a_process(tmp_path: Path, log: SubmissionLog) -> None:
    hold = log.hold("batch")
    assert hold is not None
    other = SubmissionLog(_path(tmp_path))
    assert other.hold("batch") is None
    assert log.running() == other.running() == frozenset({"batch"})
    hold.release()
    assert log.running() == frozenset()
    left = tmp_path / "data" / "submissions.running" / "dead"
    left.write_bytes(b"")
    assert log.running() == frozenset()
    assert not left.exists()
    again = other.hold("batch")
    assert again is not None
    again.release()


def test_the_name_of_a_new_log_is_durable_before_the_first_intent_counts(
    log: SubmissionLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[Path, bool]] = []
    monkeypatch.setattr(
        "sescomposer.store.submissions.sync_folder",
        lambda folder: synced.append((folder, _path(tmp_path).stat().st_size > 0)),
    )
    log.record_intent(INTENT)
    log.record_outcome(OUTCOME)
    assert synced == [(_path(tmp_path).parent, True)]
