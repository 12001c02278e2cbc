"""The history: every submission taken up, searched, opened as new, compared, exported; kept as long as is wanted.

The log of submissions is the truth. What the history missed (the program was killed, the disk was full) it takes up
from there; what is settled and stands in the history leaves the log for its archive, so that no start reads it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.errors import EncodingError, ServiceCallError, StoreError
from sescomposer.core.message import NOT_CHOSEN, Message
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.services.comparison import Comparison, compare
from sescomposer.services.history_ports import ExportFiles, History, HistoryEntry, HistoryQuery, SubmissionLog
from sescomposer.services.knowledge import MessageEvent
from sescomposer.services.ports import Clock, ContentStore, SubmissionRecord, SubmissionState
from sescomposer.services.receipts import receipt_octets
from sescomposer.services.searched_text import searched_text
from sescomposer.services.sent_again import as_new_message, protection_again, signed_again
from sescomposer.services.unknown import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from sescomposer.core.entity import Entity
    from sescomposer.core.protection.certificates.trust import Trust

SETTLED = (SubmissionState.ACCEPTED, SubmissionState.REFUSED, SubmissionState.NOT_SENT)
"""States after which nothing comes that the log must know; what is unknown stays in it."""

FOLD_OCTETS = 1_000_000
FOLD_AFTER = timedelta(hours=1)

_TEXTS_AT_ONCE = 50

Insights = Callable[[SubmissionRecord, Progress], tuple[MessageEvent, ...]]
"""Asks the service what became of a submission; raises `ServiceCallError`, `AccountError`, `StoreError`."""


@dataclass(frozen=True)
class HistoryService:
    """What the front ends do with the history; its parts are the ports it needs.

    Attributes:
        index: The entries.
        log: The write-ahead log.
        content: Where the octets lie.
        files: Files that the user names.
        clock: The time.
        insights: See `Insights`; None where the service cannot be asked.
        keep_days: Gives after how many days entries are removed, 0 for never.
        trust: Gives the roots, for the one that belongs to a bundle; None where there are none.
        decrypted: Gives a message without its encryption, itself where no key opens it; None where nothing is opened.
    """

    index: History
    log: SubmissionLog
    content: ContentStore
    files: ExportFiles
    clock: Clock
    insights: Insights | None = None
    keep_days: Callable[[], int] = lambda: 0
    trust: "Callable[[], Trust] | None" = None
    decrypted: "Callable[[Entity], Entity] | None" = None

    def take_up(self, record: SubmissionRecord) -> None:
        """Take up a submission as it is begun, and again as it ends; cheap. Raises `StoreError`."""
        self.index.put(record)

    def catch_up(self) -> int:
        """Take up what the log has and the history lacks; gives how many that were.

        Raises:
            StoreError: the log or the history cannot be used.
        """
        records = self._wanted(self.log.all())
        known = self.index.states(record.intent.submission for record in records)
        missing = [record for record in records if known.get(record.intent.submission) is not record.state]
        if missing:
            self.index.put_all(missing)
        return len(missing)

    def tend(self, progress: Progress = NO_PROGRESS) -> None:
        """Do what need not be done at once: catch up, forget what is too old, fold the log, read texts.

        Raises:
            StoreError: the log or the history cannot be used.
            OperationCancelledError: cancelled; what is done stays.
        """
        self.catch_up()
        self.forget_old()
        if self.log.size() > FOLD_OCTETS:
            self.fold()
        self.read_texts(progress)

    def fold(self) -> None:
        """Move what is settled for an hour and stands in the history out of the log. Raises `StoreError`."""
        before = self.clock.now() - FOLD_AFTER
        planned = {item.submission for plan in self.log.plans() for item in plan.items}
        settled = {
            record.intent.submission: record.state
            for record in self.log.all()
            if record.outcome is not None and record.state in SETTLED and record.outcome.at < before
        }
        self.index.flush()
        held = self.index.states(settled)
        ids = {name for name, state in settled.items() if held.get(name) is state and name not in planned}
        if ids:
            self.log.fold(ids)

    def forget_old(self) -> int:
        """Remove what is older than the setting allows and give how many; what is unknown stays.

        Raises:
            StoreError: the log or the history cannot be used.
        """
        before = self._keep_from()
        if before is None:
            return 0
        gone = {record.intent.submission for record in self.log.all() if _is_old(record, before)}
        self.log.forget(gone, before)
        return self.index.forget(before)

    def read_texts(self, progress: Progress = NO_PROGRESS) -> None:
        """Read the text of messages that were taken up without it, so that it is found.

        Raises:
            StoreError: the history cannot be written.
            OperationCancelledError: cancelled; what is done stays.
        """
        done = 0
        while records := self.index.without_text(_TEXTS_AT_ONCE):
            self.index.put_texts({record.intent.submission: self._text(record) for record in records})
            done += len(records)
            progress.step(done, 0)

    def find(self, query: HistoryQuery) -> tuple[HistoryEntry, ...]:
        """Give a page of entries, newest first. Raises `StoreError`."""
        return self.index.find(query)

    def count(self, query: HistoryQuery) -> int:
        """Give how many entries a query finds. Raises `StoreError`."""
        return self.index.count(query)

    def accounts(self) -> tuple[str, ...]:
        """Give the names of the accounts in the history. Raises `StoreError`."""
        return self.index.accounts()

    def version(self) -> tuple[int, int]:
        """Give what is another value whenever something was changed, by whomever; cheap. Raises `StoreError`."""
        return self.index.version()

    def get(self, submission: str) -> HistoryEntry:
        """Give one entry by its id, an unambiguous start of it, or the service's message id. Raises `StoreError`."""
        return self.index.get(submission)

    def octets(self, entry: HistoryEntry) -> Octets:
        """Give the exact octets that were submitted. Raises `StoreError` where they are gone or damaged."""
        return self.content.open(entry.record.intent.sha256)

    def open_as_new(self, entry: HistoryEntry) -> Message:
        """Give a copy to write on: without what sealing stamped, Bcc and options as they were. Raises `StoreError`.

        What was encrypted is opened, where an own key that asks nobody does that, and wanted encrypted again; what was
        signed is lifted out of its signature and wanted signed again, since a signature is good for its Date alone.
        """
        from sescomposer.services.protection.protection_proof import is_encrypted

        root, intent = parse(self.octets(entry)), entry.record.intent
        if not is_encrypted(root):
            plain, wanted = signed_again(root)
        else:
            plain = root if self.decrypted is None else self.decrypted(root)
            wanted = protection_again(intent.evidence) if plain is not root else NOT_CHOSEN
        return replace(as_new_message(plain, intent), protection=wanted)

    def compare(self, entry: HistoryEntry, other: HistoryEntry) -> Comparison:
        """Compare the octets and the trees of two submissions. Raises `StoreError`."""
        return compare(self.octets(entry), self.octets(other))

    def export(
        self, entry: HistoryEntry, path: Path, *, receipt: bool = False, progress: Progress = NO_PROGRESS
    ) -> tuple[Path, ...]:
        """Write the octets, and where wanted beside them all that is known as JSON; gives what was written.

        Raises:
            StoreError: the octets are gone, or a file cannot be written.
            OperationCancelledError: cancelled.
        """
        self.files.write(path, self.octets(entry), progress)
        if not receipt:
            return (path,)
        # A name that nobody gives a file of another kind: nobody was asked whether that may be replaced.
        beside = path.with_name(f"{path.name}.receipt.json")
        self.files.write(beside, receipt_octets(entry))
        return path, beside

    def export_bundle(self, entry: HistoryEntry, path: Path, progress: Progress = NO_PROGRESS) -> tuple[Path, ...]:
        """Write what proves a submission: octets, certificates, a report, and how to check it with OpenSSL alone.

        Args:
            entry: The submission.
            path: Of a ZIP file if it ends in ".zip", else of a folder.
            progress: Octets written.

        Returns:
            What was written.

        Raises:
            StoreError: the octets are gone, the roots cannot be read, or something cannot be written.
            OperationCancelledError: cancelled.
        """
        from sescomposer.core.protection.certificates.trust import Trust
        from sescomposer.services.protection.evidence_bundle import write_bundle
        from sescomposer.services.protection.evidence_files import material_of

        octets = self.octets(entry)
        trust = Trust(()) if self.trust is None else self.trust()
        material = material_of(entry, octets, parse(octets), trust, self.clock.now())
        return write_bundle(material, path, self.files, progress)

    def events_refusal(self, entry: HistoryEntry) -> str:
        """Say why the service cannot be asked for the events of a submission, "" where it can."""
        record = entry.record
        if record.intent.account == LOCAL_ACCOUNT:
            return "It went to the local inbox, which shows there what became of each recipient."
        if record.outcome is None or not record.outcome.reference:
            return "The service gave it no message id, so it cannot be asked about it."
        if self.insights is None:
            return "This program cannot ask the service for events."
        return ""

    def read_events(self, entry: HistoryEntry, progress: Progress = NO_PROGRESS) -> HistoryEntry:
        """Ask the service what became of a submission, keep it, and give the entry with it.

        Raises:
            ServiceCallError: it cannot be asked about this one, or did not answer; `DeniedError` says what is missing.
            AccountError: the account is gone or cannot be used.
            StoreError: the history cannot be written.
            OperationCancelledError: cancelled.
        """
        refusal = self.events_refusal(entry)
        if refusal or self.insights is None:
            raise ServiceCallError(refusal, value=entry.record.intent.submission)
        events = self.insights(entry.record, progress)
        now = self.clock.now()
        self.index.put_events(entry.record.intent.submission, events, now)
        return HistoryEntry(entry.record, events, now)

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that the history refers to. Raises `StoreError`."""
        return self.index.named_content()

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def _keep_from(self) -> datetime | None:
        days = self.keep_days()
        return self.clock.now() - timedelta(days=days) if days > 0 else None

    def _wanted(self, records: Iterable[SubmissionRecord]) -> list[SubmissionRecord]:
        """Leave out what would be removed at once."""
        before = self._keep_from()
        return [record for record in records if before is None or not _is_old(record, before)]

    def _text(self, record: SubmissionRecord) -> str:
        """Give the text of a message; of one whose octets are gone there is none to be found."""
        try:
            return searched_text(parse(self.content.open(record.intent.sha256)))
        except (StoreError, EncodingError):
            return ""


def known_records(log: SubmissionLog) -> Iterator[SubmissionRecord]:
    """Give every submission that the archive and the log know, to fill a new history. Raises `StoreError`."""
    yield from log.archived()
    yield from log.all()


def _is_old(record: SubmissionRecord, before: datetime) -> bool:
    return record.intent.at < before and record.outcome is not None and record.state in SETTLED


__all__ = ["FOLD_AFTER", "FOLD_OCTETS", "SETTLED", "Comparison", "HistoryService", "Insights", "known_records"]
