"""Drafts that no window has open, and the checkpoints of all: one log a draft, each record readable by itself.

What happens to a draft is appended and synced; the log is written anew, and replaced, when its state is kept again or
automatic checkpoints go. Octets are symbolic as in the journal: 28 MB attached are in the content store once, however
many checkpoints name them. A lock of the folder is held while anything is written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.message import Message
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.parse import parse
from sescomposer.core.source import Source
from sescomposer.services.draft_ports import Checkpoint, Mark, StoredDraft, StoredState
from sescomposer.services.draft_words import summary_of
from sescomposer.services.fullness import Fullness
from sescomposer.services.ports import Clock, ContentStore
from sescomposer.store.atomic import make_folder, replace_file, set_aside, store_error, sync_folder, translated
from sescomposer.store.draft_log import CHECKPOINT, STATE, DraftLog, first_record, read_log
from sescomposer.store.journal_format import Reader, Writer, beside_root, state_of
from sescomposer.store.locks import locked
from sescomposer.store.records import Record, append, frame, read_records

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_HASH = re.compile(rb"[0-9a-f]{64}")
_WRITE = "write the draft"
_FULLER = "before it was kept with less"

_Stamp = tuple[int, int]


class DraftFiles:
    """Drafts and checkpoints in a folder; see `services.draft_ports.DraftStore`.

    Args:
        folder: Their own folder; made when the first is written.
        content: Keeps what is too large for a log and opens what logs refer to.
        clock: Gives states and checkpoints their time.
    """

    def __init__(self, folder: Path, content: ContentStore, clock: Clock) -> None:
        self._folder = folder
        self._content = content
        self._clock = clock
        self._known: dict[str, tuple[_Stamp, StoredDraft | None]] = {}
        self._problems: tuple[str, ...] = ()
        self._guard = Lock()
        self._writer = Writer(self._hold, lambda octets: self._content.keep(octets).sha256)

    # Reading.

    def all(self) -> tuple[StoredDraft, ...]:
        """See `DraftStore`; a log that did not change is not read again."""
        with self._guard:
            before, self._known, self._problems = self._known, {}, ()
            for path in sorted(self._folder.glob("*.log")):
                if _SAFE_NAME.fullmatch(path.stem):
                    self._take_up(path, before.get(path.stem))
            return tuple(found for _, found in self._known.values() if found is not None)

    def find(self, draft: str) -> StoredDraft | None:
        """See `DraftStore`."""
        return self._read(self._path(draft)).stored(draft)

    def state(self, draft: str, checkpoint: int = 0) -> StoredState:
        """See `DraftStore`; blank lines stand where attached content is missing, and are told."""
        record = self._read(self._path(draft)).record(checkpoint)
        if record is None:
            what = f"checkpoint {checkpoint} of the draft" if checkpoint else "draft"
            raise StoreError(f"There is no {what} {draft!r}.", value=draft)
        replay = Reader(self._content.open).replay((record,))
        if replay.state is None:
            raise StoreError(f"A record of the draft {draft!r} is damaged.", value=draft)
        state = replay.state
        message = beside_root(state.details, parse(state.octets))
        return StoredState(message, state.saved, state.path, replay.problem)

    def problems(self) -> tuple[str, ...]:
        """See `DraftStore`."""
        return self._problems

    def named_content(self) -> frozenset[str]:
        """See `DraftStore`; more rather than fewer: copies of damaged logs and logs of newer versions count too."""
        named: set[bytes] = set()
        for path in self._folder.glob("*"):
            with translated("read the drafts in", self._folder):
                try:
                    named.update(_HASH.findall(path.read_bytes()))
                except FileNotFoundError:
                    continue
        return frozenset(name.decode("ascii") for name in named)

    # Writing.

    def keep(self, draft: str, message: Message, path: Path | None, *, removed: bool = False) -> None:
        """See `DraftStore`."""
        with self._changing(draft) as (file, log):
            record = self._record(message, path, {"kind": STATE})
            ended = [self._mark(Mark.REMOVED)] if removed else []
            self._replace(file, log, (*log.checkpoints, *_outdone(log, record.head), record, *ended))

    def add_checkpoint(
        self, draft: str, message: Message, path: Path | None, name: str, *, most_automatic: int = 0
    ) -> Checkpoint:
        """See `DraftStore`."""
        with self._changing(draft) as (file, log):
            further = {"kind": CHECKPOINT, "number": log.next_number, "name": name, "automatic": most_automatic > 0}
            record = self._record(message, path, further)
            if most_automatic and log.last_is_equal(record):
                return log.checkpoint_values()[-1]
            surplus = log.surplus(most_automatic - 1) if most_automatic else frozenset()
            if surplus or not file.exists():
                self._replace(file, log, (*(one for one in log.records if id(one) not in surplus), record))
            else:
                append(file, frame(record.head, record.octets), _WRITE)
            return Checkpoint(log.next_number, _time(record.head), name, most_automatic > 0, record.head["length"])

    def mark(self, draft: str, mark: Mark) -> None:
        """See `DraftStore`."""
        with self._changing(draft) as (file, log):
            if log.stored(draft) is None:
                raise StoreError(f"There is no draft {draft!r}.", value=draft)
            record = self._mark(mark)
            append(file, frame(record.head), _WRITE)

    def erase(self, drafts: Sequence[str]) -> None:
        """See `DraftStore`."""
        for draft in drafts:
            with self._changing(draft) as (file, _), translated("remove the draft", file):
                file.unlink(missing_ok=True)
                sync_folder(self._folder)

    def _take_up(self, path: Path, before: tuple[_Stamp, StoredDraft | None] | None) -> None:
        """Read one log for the list, if it changed; called with the guard held."""
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if before is None or before[0] != stamp:
                before = (stamp, self._read(path).stored(path.stem))
            if before[1] is None and status.st_size:
                self._problems += (
                    f"The draft {str(path)!r} is damaged and nothing of it can be read; it is left alone.",
                )
        except FileNotFoundError:
            return
        except SettingsError as error:
            self._problems += (error.sentence,)
            return
        except OSError as error:
            raise store_error(error, "read the drafts in", self._folder) from error
        self._known[path.stem] = before

    def _read(self, path: Path) -> DraftLog:
        """Read a log; an empty one where there is no file."""
        try:
            octets = path.read_bytes()
        except FileNotFoundError:
            octets = b""
        except OSError as error:
            raise store_error(error, "read the draft", path) from error
        return read_log(read_records(octets, resume=True), path)

    @contextmanager
    def _changing(self, draft: str) -> Iterator[tuple[Path, DraftLog]]:
        """Hold the folder's lock and give the file of a draft with what it holds now."""
        file = self._path(draft)
        make_folder(self._folder)
        with locked(self._folder / "lock"):
            yield file, self._read(file)

    def _replace(self, file: Path, log: DraftLog, records: Sequence[Record]) -> None:
        """Write a log anew; of a damaged one a copy is kept."""
        if log.damaged:
            set_aside(file, "keep a copy of the damaged draft")
        parts = [frame(record.head, record.octets) for record in records]
        replace_file(file, (first_record(file.stem), *parts), _WRITE)

    def _record(self, message: Message, path: Path | None, further: Mapping[str, Any]) -> Record:
        """Give the record of a state, which stands alone."""
        found = summary_of(message)
        summary = {
            "subject": found.subject,
            "recipients": list(found.recipients),
            "text": found.text if further["kind"] == STATE else "",
            "text_octets": found.text_octets,
            "parts": found.parts,
        }
        state = state_of(message, path, self._clock.now())
        (record,) = read_records(self._writer.record(EMPTY, state, {**further, "summary": summary})).records
        return record

    def _mark(self, mark: Mark) -> Record:
        return Record({"kind": mark.value, "at": self._clock.now().isoformat()})

    def _path(self, draft: str) -> Path:
        """File of a draft; refuses an id that would lead elsewhere."""
        if not _SAFE_NAME.fullmatch(draft):
            raise StoreError(f"{draft!r} is no id of a draft.", value=draft)
        return self._folder / f"{draft}.log"

    def _hold(self, source: Source) -> None:
        """Make sure that the content store has a named source."""
        if not self._content.holds(source.name):
            self._content.keep(Octets.of(source.data))


def _time(head: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(head["at"])


def _outdone(log: DraftLog, head: Mapping[str, Any]) -> tuple[Record, ...]:
    """Give the state before as a checkpoint, where it held clearly more than the one that takes its place."""
    before = log.state
    if before is None or not _fullness(before.head).is_lost_in(_fullness(head)):
        return ()
    further = {"kind": CHECKPOINT, "number": log.next_number, "name": _FULLER, "automatic": True}
    return (Record({**before.head, **further}, before.octets),)


def _fullness(head: Mapping[str, Any]) -> Fullness:
    return Fullness(head["summary"]["text_octets"], head["summary"]["parts"])
