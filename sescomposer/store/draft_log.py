"""The log of one draft as it is read: its newest state, its checkpoints, and what happened to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sescomposer.services.draft_ports import Checkpoint, Mark, StoredDraft, Summary
from sescomposer.store.records import Head, Reading, Record, frame
from sescomposer.store.schema import check_schema

SCHEMA = 1
STATE = "state"
CHECKPOINT = "checkpoint"

_STATES = (STATE, CHECKPOINT)
_SAME = ("length", "pieces", "details")
"""Keys by which two records of states are told to hold the same."""


def first_record(draft: str) -> bytes:
    """Give the record that begins a log."""
    return frame({"format": "draft", "schema": SCHEMA, "draft": draft})


@dataclass(frozen=True)
class DraftLog:
    """What a log holds.

    Attributes:
        records: All but the first, oldest first.
        damaged: Octets that belong to no good record.
    """

    records: tuple[Record, ...] = ()
    damaged: int = 0

    @property
    def state(self) -> Record | None:
        """The newest state that was kept as a draft, whatever became of it."""
        return next((record for record in reversed(self.records) if record.head["kind"] == STATE), None)

    @cached_property
    def checkpoints(self) -> tuple[Record, ...]:
        """The records of checkpoints, oldest first."""
        return tuple(record for record in self.records if record.head["kind"] == CHECKPOINT)

    @property
    def next_number(self) -> int:
        """The number of the next checkpoint."""
        return max((record.head["number"] for record in self.checkpoints), default=0) + 1

    def record(self, checkpoint: int) -> Record | None:
        """Give the record of a checkpoint; of the newest state with 0. None if there is none."""
        if not checkpoint:
            return self._newest()
        return next((record for record in self.checkpoints if record.head["number"] == checkpoint), None)

    def last_is_equal(self, record: Record) -> bool:
        """Whether the last checkpoint holds the same as a record."""
        if not self.checkpoints:
            return False
        last = self.checkpoints[-1]
        return last.octets == record.octets and all(last.head[key] == record.head[key] for key in _SAME)

    def surplus(self, most: int) -> frozenset[int]:
        """Give the `id` of the oldest automatic checkpoints, all but so many."""
        automatic = [record for record in self.checkpoints if record.head["automatic"]]
        return frozenset(map(id, automatic[: max(0, len(automatic) - most)]))

    def checkpoint_values(self) -> tuple[Checkpoint, ...]:
        """Give the checkpoints, oldest first."""
        return tuple(_checkpoint(record.head) for record in self.checkpoints)

    def stored(self, draft: str) -> StoredDraft | None:
        """Give what lists show, None where the log holds no state."""
        newest = self._newest()
        if newest is None:
            return None
        path = newest.head["path"]
        return StoredDraft(
            draft,
            _time(newest.head),
            None if path is None else Path(path),
            newest.head["length"],
            _summary(newest.head["summary"]),
            self._is_kept(),
            self._removed(),
            self.checkpoint_values(),
            f"{self.damaged:,} octets of this draft and its checkpoints cannot be read." if self.damaged else "",
        )

    def _newest(self) -> Record | None:
        """Give the state, or where it was saved since the last thing that is left: its newest checkpoint."""
        if self._is_kept() or not self.checkpoints:
            return self.state
        return self.checkpoints[-1]

    def _is_kept(self) -> bool:
        kinds = [record.head["kind"] for record in self.records if record.head["kind"] in (STATE, Mark.SAVED)]
        return kinds[-1:] == [STATE]

    def _removed(self) -> datetime | None:
        for record in reversed(self.records):
            match record.head["kind"]:
                case Mark.REMOVED.value:
                    return _time(record.head)
                case Mark.BROUGHT_BACK.value | "state":
                    return None
        return None


def read_log(reading: Reading, path: Path) -> DraftLog:
    """Take up what was read of a log.

    Raises:
        SettingsError: a newer version wrote it.
    """
    records = reading.records
    if records and records[0].head.get("format") == "draft":
        check_schema(records[0].head, SCHEMA, "The draft", path)
    return DraftLog(tuple(_known(records)), reading.damaged)


def _known(records: tuple[Record, ...]) -> Iterator[Record]:
    """Give the records that mean something here."""
    kinds = (*_STATES, *(mark.value for mark in Mark))
    return (record for record in records if record.head.get("kind") in kinds)


def _checkpoint(head: Head) -> Checkpoint:
    return Checkpoint(head["number"], _time(head), head["name"], head["automatic"], head["length"])


def _summary(head: dict[str, Any]) -> Summary:
    return Summary(head["subject"], tuple(head["recipients"]), head["text"], head["text_octets"], head["parts"])


def _time(head: Head) -> datetime:
    return datetime.fromisoformat(head["at"])
