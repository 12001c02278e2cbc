"""The journal: an append-only log a draft, so that a crash costs at most the last second of typing.

`note` only remembers the newest state. A worker writes it as a splice on the state written before and syncs it; when a
log has grown by 1 MB it is written anew as one record and replaced. Each open draft has a lock that the operating
system frees when its process dies: that tells a draft to recover from one that another process is writing.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sescomposer.core.errors import SesComposerError, SettingsError, StoreError
from sescomposer.core.message import Message
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.parse import parse
from sescomposer.core.source import Source
from sescomposer.services.ports import Clock, ContentStore, OpenDraft, RecoveredDraft
from sescomposer.store.atomic import make_folder, replace_file, set_aside, store_error, sync_folder, translated
from sescomposer.store.journal_format import SCHEMA, Reader, Replay, State, Writer, beside_root, state_of
from sescomposer.store.journal_worker import JournalWorker
from sescomposer.store.locks import FileLock, try_acquire
from sescomposer.store.records import Reading, append, read_records
from sescomposer.store.schema import check_schema

FOLD_AT = 1 << 20
"""Octets by which a log may grow before it is written anew as one record."""

COPIES_KEPT_SECONDS = 30 * 24 * 3600
"""How long the copy of a damaged log is kept."""

BEGUN_KEPT_SECONDS = 3600
"""How long a file that was only begun is kept: another process may still be writing it."""

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_HASH = re.compile(rb"[0-9a-f]{64}")
_WRITE = "write the journal"


@dataclass(frozen=True, slots=True)
class _Note:
    """What was noted of a draft and is not written yet."""

    message: Message
    path: Path | None
    at: datetime


@dataclass(slots=True)
class _Log:
    """The log of one draft that belongs to this process.

    Attributes:
        path, lock: Its file and what makes it ours.
        written: The state that it holds; None where it must be written anew as a whole.
        grown: Octets appended since it was written anew.
        keep_copy: Whether its file holds something that this process did not read wholly.
    """

    path: Path
    lock: FileLock
    written: State | None = None
    grown: int = 0
    keep_copy: bool = False


class DiskJournal:
    """The edits of open drafts in a folder; see `services.ports.Journal`. Two processes may use one folder.

    Args:
        folder: The journal's own folder; made when the first draft is written.
        content: Keeps what is too large for a log and opens what logs refer to.
        clock: Gives drafts the time of their last edit.
    """

    def __init__(self, folder: Path, content: ContentStore, clock: Clock) -> None:
        self._folder = folder
        self._content = content
        self._clock = clock
        # None is noted for a draft that was dropped.
        self._pending: dict[str, _Note | None] = {}
        self._noted: set[str] = set()
        self._pending_guard = threading.Lock()
        self._logs: dict[str, _Log] = {}
        self._files_guard = threading.Lock()
        self._trouble = ""
        self._looked: dict[Path, tuple[tuple[int, int], RecoveredDraft | None]] = {}
        self._newer: tuple[str, ...] = ()
        self._writer = Writer(self._hold, lambda octets: self._content.keep(octets).sha256)
        self._worker = JournalWorker(lambda: self._write_pending() is None)

    def note(self, draft: str, message: Message, path: Path | None = None) -> None:
        """Remember the newest state of a draft; no octet is looked at. Written within a second by the worker.

        Args:
            draft: Its id: ASCII letters, digits, "-" and "_".
            message: Its newest state.
            path: The .eml file it was opened from or saved to.
        """
        with self._pending_guard:
            self._pending[draft] = _Note(message, path, self._clock.now())
            self._noted.add(draft)
        self._worker.notify()

    def flush(self) -> None:
        """Write everything noted so far, durably, before returning.

        Raises:
            StoreError: it cannot be written; what was written before stays readable, and the next note tries again.
        """
        error = self._write_pending()
        if error is not None:
            raise error

    def trouble(self) -> str:
        """Give a sentence if the last write failed (disk full), else ""."""
        return self._trouble

    def newer(self) -> tuple[str, ...]:
        """Give a sentence for every log of a newer version that `recover` left alone."""
        return self._newer

    def drop(self, draft: str) -> None:
        """Forget a draft that was closed or sent; like a note this is cheap, and the worker removes the log.

        One killed before that finds the draft again, which loses nothing. What fails is told by `flush` and `trouble`.
        Raises `StoreError` for what is no id of a draft.
        """
        self._path(draft)
        with self._pending_guard:
            if draft not in self._noted:
                return
            self._noted.discard(draft)
            self._pending[draft] = None
        self._worker.notify()

    def recover(self) -> tuple[RecoveredDraft, ...]:
        """Give the drafts of processes that ended without dropping them, oldest edit first; they are ours from then on.

        Raises:
            StoreError: a log cannot be read.
        """
        with self._files_guard:
            self._remove_old_copies()
            self._newer = ()
            drafts = [self._recover_one(path) for path in sorted(self._folder.glob("*.log"))]
        found = [draft for draft in drafts if draft is not None]
        with self._pending_guard:
            self._noted.update(draft.draft for draft in found)
        return tuple(sorted(found, key=lambda draft: draft.saved))

    def look(self) -> tuple[OpenDraft, ...]:
        """Give the drafts of all processes as they were written last, oldest edit first; nobody's are taken.

        Raises:
            StoreError: a log cannot be read.
        """
        with self._files_guard:
            before, self._looked = self._looked, {}
            found = [self._look_at(path, before.get(path)) for path in sorted(self._folder.glob("*.log"))]
        with self._pending_guard:
            dropped = {draft for draft, note in self._pending.items() if note is None}
        there = (one for one in found if one is not None and one.found.draft not in dropped)
        return tuple(sorted(there, key=lambda one: one.found.saved))

    def take(self, draft: str) -> RecoveredDraft | None:
        """Give one draft that a crash left, ours from then on; None if there is none or a process has it.

        Raises:
            StoreError: its log cannot be read.
        """
        with self._files_guard:
            path = self._path(draft)
            found = self._recover_one(path) if path.exists() else None
        if found is not None:
            with self._pending_guard:
                self._noted.add(draft)
        return found

    def leave(self, draft: str) -> None:
        """Give a draft back as it was recovered: the next `recover` of any process finds it."""
        with self._files_guard:
            with self._pending_guard:
                self._pending.pop(draft, None)
                self._noted.discard(draft)
            log = self._logs.pop(draft, None)
            if log is not None:
                log.lock.release(remove=not log.path.exists())

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that drafts of all processes and kept copies refer to; more rather than fewer."""
        named: set[bytes] = set()
        for path in self._folder.glob("*"):
            try:
                named.update(_HASH.findall(path.read_bytes()))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise store_error(error, "read the journal", path) from error
        return frozenset(name.decode("ascii") for name in named)

    def close(self) -> None:
        """Flush and stop the worker; drafts not dropped are found by the next `recover`.

        Raises:
            StoreError: what was noted last cannot be written; everything is closed all the same.
        """
        self._worker.stop()
        try:
            self.flush()
        finally:
            with self._files_guard:
                for log in self._logs.values():
                    log.lock.release(remove=not log.path.exists())
                self._logs = {}

    # Writing; every method below is called with the files guard held, but for the first.

    def _write_pending(self) -> StoreError | None:
        """Write what was noted; gives why something could not be written, which is noted again then."""
        trouble: StoreError | None = None
        with self._files_guard:
            with self._pending_guard:
                notes, self._pending = self._pending, {}
            for draft, note in notes.items():
                try:
                    self._remove(draft) if note is None else self._write(draft, note)
                except SesComposerError as error:
                    trouble = error if isinstance(error, StoreError) else _unwritable(error)
                    with self._pending_guard:
                        self._pending.setdefault(draft, note)
            self._trouble = trouble.sentence if trouble else ""
        return trouble

    def _remove(self, draft: str) -> None:
        """Remove the log of a draft that was dropped."""
        if draft not in self._logs and not self._path(draft).exists():
            return
        log = self._log(draft)
        with translated("remove from the journal", log.path):
            log.path.unlink(missing_ok=True)
            sync_folder(self._folder)
        del self._logs[draft]
        log.lock.release(remove=True)

    def _write(self, draft: str, note: _Note) -> None:
        """Append one state to the log of its draft, or write the log anew."""
        log = self._log(draft)
        state = state_of(note.message, note.path, note.at)
        if log.written is not None:
            if _is_same(log.written, state):
                return
            record = self._writer.record(log.written.octets, state)
            if log.grown + len(record) <= FOLD_AT:
                self._append(log, record)
                log.written = state
                return
        self._fold(draft, log, state)

    def _append(self, log: _Log, record: bytes) -> None:
        """Append a record; after a failure the log is written anew, because its end is not known."""
        written, log.written = log.written, None
        append(log.path, record, _WRITE)
        log.written = written
        log.grown += len(record)

    def _fold(self, draft: str, log: _Log, state: State) -> None:
        """Write a log anew as one record and put it in place."""
        record = self._writer.record(EMPTY, state)
        if log.keep_copy:
            set_aside(log.path, "keep a copy of the damaged journal")
            log.keep_copy = False
        replace_file(log.path, (self._writer.first(draft), record), _WRITE)
        log.written, log.grown = state, 0

    def _log(self, draft: str) -> _Log:
        """Give the log of a draft, made ours where it is not yet."""
        if draft in self._logs:
            return self._logs[draft]
        path = self._path(draft)
        make_folder(self._folder)
        lock = try_acquire(path.with_suffix(".lock"))
        if lock is None:
            raise StoreError(
                f"Could not write the journal {str(path)!r}: another process has this draft open.",
                hint="Go on in the window where it was opened first.",
                value=draft,
            )
        log = self._logs[draft] = _Log(path, lock, keep_copy=path.exists())
        return log

    def _path(self, draft: str) -> Path:
        """File of a draft; refuses an id that would lead elsewhere."""
        if not _SAFE_NAME.fullmatch(draft):
            raise StoreError(f"{draft!r} is no id of a draft.", value=draft)
        return self._folder / f"{draft}.log"

    def _hold(self, source: Source) -> None:
        """Make sure that the content store has a named source; it may have been swept while only undo knew it."""
        if not self._content.holds(source.name):
            self._content.keep(Octets.of(source.data))

    # Reading.

    def _recover_one(self, path: Path) -> RecoveredDraft | None:
        """Read the log of a draft that nobody writes; None if somebody does, or if there is nothing in it."""
        draft = path.stem
        if draft in self._logs or not _SAFE_NAME.fullmatch(draft):
            return None
        lock = try_acquire(path.with_suffix(".lock"))
        if lock is None:
            return None
        try:
            found = self._read(draft, path)
        except BaseException:
            lock.release()
            raise
        if found is None:
            lock.release(remove=not path.exists())
            return None
        self._logs[draft] = _Log(path, lock, keep_copy=bool(found.damaged) and path.exists())
        return found

    def _look_at(self, path: Path, before: tuple[tuple[int, int], RecoveredDraft | None] | None) -> OpenDraft | None:
        """Read a log without taking it; one that did not change is not read again."""
        draft = path.stem
        if not _SAFE_NAME.fullmatch(draft):
            return None
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if before is None or before[0] != stamp:
                replayed = self._replayed(path)
                state = replayed[0].state if replayed else None
                before = (stamp, _recovered(draft, *replayed) if replayed and state else None)
        except FileNotFoundError:
            return None
        except SettingsError:
            return None
        self._looked[path] = before
        found = before[1]
        return None if found is None else OpenDraft(found, draft in self._logs or _is_locked(path))

    def _replayed(self, path: Path) -> tuple[Replay, Reading] | None:
        """Read a log; None where it is empty or gone. Raises `SettingsError` where it is of a newer version."""
        try:
            octets = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise store_error(error, "read the journal", path) from error
        if not octets:
            return None
        reading = read_records(octets)
        first = reading.records[0].head if reading.records else {}
        if first.get("format") == "journal":
            check_schema(first, SCHEMA, "The journal", path)
        return Reader(self._content.open).replay(reading.records[1:]), reading

    def _read(self, draft: str, path: Path) -> RecoveredDraft | None:
        """Read a log; None where it is empty, gone or of a newer version."""
        try:
            replayed = self._replayed(path)
        except SettingsError as error:
            self._newer += (error.sentence,)
            return None
        if replayed is None:
            return None
        if replayed[0].state is None:
            return self._nothing_readable(draft, path)
        return _recovered(draft, *replayed)

    def _nothing_readable(self, draft: str, path: Path) -> RecoveredDraft:
        """Keep a copy of a log that holds no state and give an empty draft that says so."""
        copy = set_aside(path, "keep a copy of the damaged journal")
        with translated("remove from the journal", path):
            path.unlink()
        sentence = f"The journal of this draft is damaged and nothing of it could be read; it is kept as {str(copy)!r}."
        return RecoveredDraft(draft, self._clock.now(), Message(parse(EMPTY)), None, sentence)

    def _remove_old_copies(self) -> None:
        """Remove copies of damaged logs that are a month old, and what a process killed while writing left behind."""
        now = self._clock.now().timestamp()
        for pattern, seconds in (("*.damaged-*", COPIES_KEPT_SECONDS), ("*.part", BEGUN_KEPT_SECONDS)):
            for path in _old_files(self._folder, pattern, now - seconds):
                with translated("remove from the journal", path):
                    path.unlink(missing_ok=True)


def _is_locked(path: Path) -> bool:
    """Whether a process has the draft of a log."""
    lock = try_acquire(path.with_suffix(".lock"))
    if lock is None:
        return True
    lock.release()
    return False


def _old_files(folder: Path, pattern: str, before: float) -> Iterator[Path]:
    for path in folder.glob(pattern):
        try:
            if path.stat().st_mtime < before:
                yield path
        except FileNotFoundError:
            continue


def _is_same(one: State, other: State) -> bool:
    """Whether two states differ in nothing that is written; only by identity of the octets, to stay cheap."""
    return one.octets is other.octets and one.details == other.details and one.path == other.path


def _unwritable(error: SesComposerError) -> StoreError:
    """Say that a draft as it stands has no octets to write."""
    return StoreError(f"Could not write the journal: {error.sentence}", hint=error.hint, value=error.value)


def _recovered(draft: str, replay: Replay, reading: Reading) -> RecoveredDraft:
    """Give a draft with a sentence about what could not be read."""
    state = replay.state
    assert state is not None
    sentences = [replay.problem] if replay.problem else []
    if reading.damaged:
        sentences.append(
            f"The last {reading.damaged} octets of its journal could not be read; the draft is as of "
            f"{state.saved:%Y-%m-%d %H:%M:%S}."
        )
    message = beside_root(state.details, parse(state.octets))
    return RecoveredDraft(draft, state.saved, message, state.path, " ".join(sentences))
