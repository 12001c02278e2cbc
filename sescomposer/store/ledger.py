"""The ledger of invitations: one fact a record, appended and synced before a call returns; nothing is ever rewritten
but to forget an event.

Records do not build upon each other: a damaged one costs only itself, and the damaged log is copied aside before it is
written anew without it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sescomposer.services.invitation_ports import AnswerTaken, SentEvent
from sescomposer.store.atomic import make_folder, replace_file, set_aside, translated
from sescomposer.store.group_write import GroupWriter
from sescomposer.store.ledger_json import answer_from_json, fact_to_json, sent_from_json
from sescomposer.store.locks import locked
from sescomposer.store.records import Reading, append, frame, read_records
from sescomposer.store.schema import check_schema

SCHEMA = 1

_FORGOTTEN = "forgotten"
_READ = "read the ledger of invitations"
_WRITE = "write the ledger of invitations"
_FIRST: dict[str, Any] = {"format": "invitations", "schema": SCHEMA}
_KINDS: dict[str, Callable[[Any], SentEvent | AnswerTaken]] = {"sent": sent_from_json, "answer": answer_from_json}


class LedgerFile:
    """Fits `services.invitation_ports.InvitationLedger`.

    Args:
        folder: Its own; made with the first fact.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger"
        self._lock_path = folder / "ledger.lock"
        self._writer = GroupWriter(self._append)
        self._checked = (0, 0)
        """Version of the file whose records are known to be good; belongs to the writer."""
        self._known: tuple[tuple[int, int], tuple[SentEvent | AnswerTaken, ...]] = ((0, 0), ())

    def note(self, fact: SentEvent | AnswerTaken) -> None:
        """Keep a fact durably before returning.

        Raises:
            StoreError: it cannot be written, or a newer version wrote the ledger.
        """
        self._writer.write(frame(fact_to_json(fact)))

    def facts(self) -> tuple[SentEvent | AnswerTaken, ...]:
        """Give all facts in order; what is damaged is left out and kept aside.

        Raises:
            StoreError: the ledger cannot be read, or a newer version wrote it.
        """
        if not self._path.exists():
            return ()
        with locked(self._lock_path):
            version, known = self._known
            if version != self.version():
                known = _facts(self._read_and_mend())
                self._known = (self.version(), known)
        return known

    def forget(self, uid: str) -> None:
        """Remove all that is known of an event but the ids of its submissions, whole or not at all.

        Raises:
            StoreError: the ledger cannot be read or written.
        """
        if not self._path.exists():
            return
        with locked(self._lock_path):
            heads = [record.head for record in self._read_and_mend().records if "schema" not in record.head]
            gone = [head["intent"]["submission"] for head in heads if head.get("uid") == uid and "intent" in head]
            mark = [{"kind": _FORGOTTEN, "submissions": gone}] if gone else []
            self._write_anew([*(head for head in heads if head.get("uid") != uid), *mark])

    def forgotten(self) -> frozenset[str]:
        """Give the ids of the submissions that were forgotten. Raises `StoreError`."""
        if not self._path.exists():
            return frozenset()
        with locked(self._lock_path):
            heads = [record.head for record in self._read_and_mend().records]
        return frozenset(name for head in heads if head.get("kind") == _FORGOTTEN for name in head["submissions"])

    def version(self) -> tuple[int, int]:
        """Give the number and length of the file, zeros where there is none. Raises `StoreError`."""
        with translated(_READ, self._path):
            if not self._path.exists():
                return 0, 0
            status = self._path.stat()
        return status.st_ino, status.st_size

    def _append(self, records: bytes) -> None:
        make_folder(self._path.parent)
        with locked(self._lock_path):
            if self.version()[1] == 0:
                records = frame(_FIRST) + records
            elif self._checked != self.version():
                # What others wrote since may be torn, or of a newer version.
                self._read_and_mend()
            append(self._path, records, _WRITE)
            self._checked = self.version()

    def _read_and_mend(self) -> Reading:
        with translated(_READ, self._path):
            octets = self._path.read_bytes()
        reading = read_records(octets, resume=True)
        for record in reading.records:
            if "schema" in record.head:
                check_schema(record.head, SCHEMA, "The ledger of invitations", self._path)
        if reading.damaged:
            set_aside(self._path, "keep a copy of the damaged ledger of invitations")
            self._write_anew([record.head for record in reading.records if "schema" not in record.head])
        return reading

    def _write_anew(self, heads: list[Any]) -> None:
        replace_file(self._path, [frame(head) for head in (_FIRST, *heads)], _WRITE)


def _facts(reading: Reading) -> tuple[SentEvent | AnswerTaken, ...]:
    kinds = ((_KINDS.get(str(record.head.get("kind"))), record.head) for record in reading.records)
    return tuple(read(head) for read, head in kinds if read is not None)


__all__ = ["SCHEMA", "LedgerFile"]
