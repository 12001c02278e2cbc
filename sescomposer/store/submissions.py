"""The write-ahead log of submissions: one record a line, appended and synced before a call returns.

Records do not build upon each other: a damaged one costs only itself. What is damaged is copied aside before the log is
written anew without it. Beside the log lies a folder with one locked file for every batch that is under way, and one
with the archive, where what is settled and stands in the history is moved.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sescomposer.services.ports import BatchPlan, Hold, Intent, Outcome, SubmissionRecord
from sescomposer.store.atomic import make_folder, replace_file, set_aside, sync_folder, translated
from sescomposer.store.group_write import GroupWriter
from sescomposer.store.locks import FileLock, locked, try_acquire
from sescomposer.store.records import Head, Reading, append, frame, read_records
from sescomposer.store.schema import check_schema
from sescomposer.store.submission_archive import SubmissionArchive
from sescomposer.store.submission_json import (
    end_to_json,
    intent_from_json,
    intent_to_json,
    outcome_from_json,
    outcome_to_json,
    plan_from_json,
    plan_to_json,
)

SCHEMA = 1

_READ = "read the log of submissions"
_WRITE = "write the log of submissions"
_FIRST: Mapping[str, Any] = {"format": "submissions", "schema": SCHEMA}


class _HeldBatch:
    """See `services.ports.Hold`."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let go of it, once."""
        self._lock.release(remove=True)


class SubmissionLog:
    """Submissions in one file; see `services.ports.Submissions`. Two processes may use one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = path.with_name(path.name + ".lock")
        self._running = path.with_name(path.name + ".running")
        self._archive = SubmissionArchive(path.with_name(path.name + ".archive"))
        self._writer = GroupWriter(self._append)
        self._checked: tuple[int, int] | None = None
        """Number and length of the file up to which its records are known to be good; belongs to the writer."""

    def record_intent(self, intent: Intent) -> None:
        """Write an intent durably before returning; what was its outcome no longer holds.

        Raises:
            StoreError: it cannot be written, or a newer version wrote the log; then nothing may be submitted.
        """
        self._writer.write(frame(intent_to_json(intent)))

    def record_outcome(self, outcome: Outcome) -> None:
        """Write an outcome durably; the last one of a submission counts. Raises `StoreError`."""
        self._writer.write(frame(outcome_to_json(outcome)))

    def record_plan(self, plan: BatchPlan) -> None:
        """Write a plan durably. Raises `StoreError`; then nothing may be submitted."""
        self._writer.write(frame(plan_to_json(plan)))

    def end_batch(self, batch: str, at: datetime) -> None:
        """Write durably that nothing further of a batch will be submitted. Raises `StoreError`."""
        self._writer.write(frame(end_to_json(batch, at)))

    def all(self) -> tuple[SubmissionRecord, ...]:
        """Give all records, oldest first; what is damaged is left out and kept aside.

        Raises:
            StoreError: the log cannot be read, or a newer version wrote it.
        """
        return _paired(self._read_and_mend())

    def plans(self) -> tuple[BatchPlan, ...]:
        """Give the plans of the batches that have not ended, oldest first. Raises `StoreError`."""
        return _open_plans(self._read_and_mend())

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that submissions refer to."""
        reading = self._read_and_mend()
        named = {record.intent.sha256 for record in _paired(reading)}
        return frozenset(named.union(*({item.sha256 for item in plan.items} for plan in _open_plans(reading))))

    def hold(self, batch: str) -> Hold | None:
        """Take the right to submit a batch; None while a process has it. Raises `StoreError`."""
        make_folder(self._running)
        with locked(self._lock_path):
            lock = try_acquire(self._running / batch)
        return None if lock is None else _HeldBatch(lock)

    def running(self) -> frozenset[str]:
        """Give the ids of the batches that a living process holds; what a dead one left is cleared away."""
        if not self._running.exists():
            return frozenset()
        held = set()
        # Under the lock of the log: nobody who begins a batch meanwhile finds it taken.
        with locked(self._lock_path), translated(_READ, self._running):
            for path in self._running.iterdir():
                lock = try_acquire(path)
                if lock is None:
                    held.add(path.name)
                else:
                    lock.release(remove=True)
        return frozenset(held)

    def size(self) -> int:
        """Octets of the log, without its archive. Raises `StoreError`."""
        with translated(_READ, self._path):
            return self._path.stat().st_size if self._path.exists() else 0

    def fold(self, submissions: Collection[str]) -> None:
        """Move submissions into the archive; the plans of batches that ended go.

        Args:
            submissions: Ids of what is settled and kept elsewhere.

        Raises:
            StoreError: it cannot be read or written; nothing is lost, some may stand in both.
        """
        self._take_out(submissions, self._archive.add)

    def forget(self, submissions: Collection[str], before: datetime) -> None:
        """Remove submissions from the log, and the months before that time from the archive. Raises `StoreError`."""
        if submissions:
            self._take_out(submissions, lambda heads: None)
        with locked(self._lock_path):
            self._archive.forget(before)

    def archived(self) -> Iterator[SubmissionRecord]:
        """Give what was moved out of the log, oldest month first; an outcome that came later is that of the log.

        Raises:
            StoreError: the archive cannot be read, or a newer version wrote it.
        """
        later = _outcomes(self._read_and_mend())
        for records in self._archive.records():
            for record in _paired(Reading(records, 0, 0)):
                outcome = later.get(record.intent.submission, record.outcome)
                yield SubmissionRecord(record.intent, outcome)

    def _take_out(self, submissions: Collection[str], keep: Callable[[list[Head]], None]) -> None:
        """Write the log anew without some submissions, once they are kept."""
        if not self._path.exists():
            return
        with locked(self._lock_path):
            reading = self._read()
            if reading.damaged:
                self._mend(reading)
            stay, go = _divided([record.head for record in reading.records], frozenset(submissions))
            keep([head for head in go if head["kind"] in ("intent", "outcome")])
            replace_file(self._path, [frame(head) for head in (_FIRST, *stay)], _WRITE)

    def _append(self, records: bytes) -> None:
        """Append records, behind the schema where the log is new and behind a mended tail where it was torn."""
        make_folder(self._path.parent)
        with locked(self._lock_path):
            is_new = not self._path.exists() or self._path.stat().st_size == 0
            if is_new:
                records = frame(_FIRST) + records
            else:
                self._check()
            length = append(self._path, records, _WRITE)
            if is_new:
                # Else a loss of power could take the name of the file, and the first intent with it.
                with translated(_WRITE, self._path):
                    sync_folder(self._path.parent)
            self._checked = self._path.stat().st_ino, length

    def _check(self) -> None:
        """Read what others appended since the last record of ours, all where that cannot be told, and mend it."""
        with translated(_READ, self._path):
            status = self._path.stat()
            if self._checked == (status.st_ino, status.st_size):
                return
            if self._checked is not None and self._checked[0] == status.st_ino and self._checked[1] < status.st_size:
                with self._path.open("rb") as file:
                    file.seek(self._checked[1])
                    if not read_records(file.read()).damaged:
                        return
        reading = self._read()
        if reading.damaged:
            self._mend(reading)

    def _read_and_mend(self) -> Reading:
        """Read the log; a damaged one is mended."""
        if not self._path.exists():
            return Reading((), 0, 0)
        with locked(self._lock_path):
            reading = self._read()
            if reading.damaged:
                self._mend(reading)
        return reading

    def _read(self) -> Reading:
        """Read the log and refuse one of a newer schema."""
        with translated(_READ, self._path):
            octets = self._path.read_bytes()
        reading = read_records(octets, resume=True)
        for record in reading.records:
            if "schema" in record.head:
                check_schema(record.head, SCHEMA, "The log of submissions", self._path)
        return reading

    def _mend(self, reading: Reading) -> None:
        """Keep a copy of the damaged log, then write the good records anew."""
        set_aside(self._path, "keep a copy of the damaged log of submissions")
        heads = [record.head for record in reading.records if "schema" not in record.head]
        replace_file(self._path, [frame(head) for head in (_FIRST, *heads)], _WRITE)


def _outcomes(reading: Reading) -> dict[str, Outcome]:
    """Give the last outcome of each submission, also where its intent is elsewhere."""
    heads = [record.head for record in reading.records if record.head.get("kind") == "outcome"]
    return {head["submission"]: outcome_from_json(head) for head in heads}


def _divided(heads: list[Head], submissions: frozenset[str]) -> tuple[list[Head], list[Head]]:
    """Tell what stays in the log from what goes, both in order."""
    unended = _unended(heads)
    stay: list[Head] = []
    go: list[Head] = []
    for head in heads:
        match head.get("kind"):
            case "intent" | "outcome":
                goes = head["submission"] in submissions
            case "plan" | "batch-end":
                goes = head["batch"] not in unended
            case _:
                goes = False
        if "schema" not in head:
            (go if goes else stay).append(head)
    return stay, go


def _paired(reading: Reading) -> tuple[SubmissionRecord, ...]:
    """Give intents with their last outcomes, in the order of the intents."""
    intents: dict[str, Intent] = {}
    outcomes: dict[str, Outcome] = {}
    for record in reading.records:
        if record.head.get("kind") == "intent":
            intent = intent_from_json(record.head)
            intents[intent.submission] = intent
            # Tried again after it was throttled: how it was before says nothing any more.
            outcomes.pop(intent.submission, None)
        elif record.head.get("kind") == "outcome":
            outcome = outcome_from_json(record.head)
            outcomes[outcome.submission] = outcome
    return tuple(SubmissionRecord(intent, outcomes.get(name)) for name, intent in intents.items())


def _open_plans(reading: Reading) -> tuple[BatchPlan, ...]:
    """Give the plans without an end, in order."""
    return tuple(plan_from_json(head) for head in _unended([record.head for record in reading.records]).values())


def _unended(heads: Iterable[Head]) -> dict[str, Head]:
    """Give the plans without an end by batch, in order."""
    found: dict[str, Head] = {}
    for head in heads:
        if head.get("kind") == "plan":
            found[head["batch"]] = head
        elif head.get("kind") == "batch-end":
            found.pop(head["batch"], None)
    return found
