"""What the services need from outside about the history of submissions; methods may be called from worker threads."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sescomposer.services.knowledge import MessageEvent
from sescomposer.services.ports import Files, SubmissionRecord, Submissions, SubmissionState


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One submission in the history: the record, and what came after it."""

    record: SubmissionRecord
    events: tuple[MessageEvent, ...] = ()
    events_read: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What of the history is wanted.

    Attributes:
        words: Full text: subject, addresses, account, id, text of the message; every word must occur, the last one may
            be a beginning.
        states, account: Only those; empty for all.
        since, until: Time of submission.
        limit, offset: Newest first, that many, behind so many.
        behind: Id of a submission: only older ones, as the next page after it.
    """

    words: str = ""
    states: tuple[SubmissionState, ...] = ()
    account: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 200
    offset: int = 0
    behind: str = ""


class ExportFiles(Files, Protocol):
    """Files and folders that the user names for what is exported."""

    def make_folder(self, path: Path) -> None:
        """Make a folder with those above it; does nothing where it is there. Raises `StoreError`."""


class History(Protocol):
    """Every submission, searchable; an index that can be made again from the log of submissions."""

    def put(self, record: SubmissionRecord, text: str = "") -> None:
        """Keep or replace a submission.

        Args:
            record: What is known of it now.
            text: What of the message is searched beside its record; "" keeps what was given before.

        Raises:
            StoreError: the index is locked by another process for long, full or cannot be written.
        """

    def put_all(self, records: Iterable[SubmissionRecord]) -> None:
        """Keep many submissions in one go, all or none; what is known newer stays. Raises `StoreError`."""

    def states(self, submissions: Iterable[str]) -> Mapping[str, SubmissionState]:
        """Give the states of those of them that are here. Raises `StoreError`."""

    def without_text(self, limit: int) -> tuple[SubmissionRecord, ...]:
        """Give submissions whose message's text was never given, newest first, at most so many."""

    def put_texts(self, texts: Mapping[str, str]) -> None:
        """Keep the text that is searched, by submission, also an empty one. Raises `StoreError`."""

    def put_events(self, submission: str, events: Iterable[MessageEvent], at: datetime) -> None:
        """Keep what came after a submission, in place of what was known. Raises `StoreError`."""

    def get(self, submission: str) -> HistoryEntry:
        """Give one entry by its id, an unambiguous start of it, or the service's message id. Raises `StoreError`."""

    def find(self, query: HistoryQuery) -> tuple[HistoryEntry, ...]:
        """Give the entries wanted, newest first. Raises `StoreError`."""

    def count(self, query: HistoryQuery) -> int:
        """Give how many there are, without limit and offset."""

    def forget(self, before: datetime) -> int:
        """Remove entries older than that and give how many; those whose outcome is unknown stay."""

    def accounts(self) -> tuple[str, ...]:
        """Give the names of all accounts that something went through, in order. Raises `StoreError`."""

    def version(self) -> tuple[int, int]:
        """Give what is another value whenever something was changed, by whomever; cheap. Raises `StoreError`."""

    def flush(self) -> None:
        """Make everything put so far outlast a loss of power. Raises `StoreError`."""

    def close(self) -> None:
        """Let go of the index; the next call opens it again."""

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that the history refers to."""


class SubmissionLog(Submissions, Protocol):
    """The write-ahead log with its archive, where what is settled and stands in the history is moved."""

    def size(self) -> int:
        """Octets of the log, without its archive. Raises `StoreError`."""

    def fold(self, submissions: Collection[str]) -> None:
        """Move those into the archive, durably; nothing is lost. Raises `StoreError`."""

    def forget(self, submissions: Collection[str], before: datetime) -> None:
        """Remove those from the log, and the months before that time from the archive. Raises `StoreError`."""

    def archived(self) -> Iterator[SubmissionRecord]:
        """Give what was moved out of the log. Raises `StoreError`."""
