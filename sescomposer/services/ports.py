"""What the services need from outside, as protocols; `bootstrap` alone picks what stands behind them.

All octets are exact, all times are aware. Every method may be called from a worker thread.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sescomposer.core.envelope import Envelope
from sescomposer.core.message import NO_OPTIONS, Message, Road, SendingOptions
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed

if TYPE_CHECKING:
    from sescomposer.core.protection.protector import Evidence


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Give the time with the local offset."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Octets kept in the content store.

    Attributes:
        sha256: Hash of the octets in lower-case hex; the name under which they are kept.
        octets: A read-only view that stays valid as long as it is held, whatever happens to the store.
    """

    sha256: str
    octets: Octets


class ContentWriter(Protocol):
    """A new entry of the content store while it is written; nothing remains if it is not finished."""

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """

    def finish(self, sha256: str) -> Octets:
        """Keep what was written under its hash, durably, and give a mapped view of it."""

    def abandon(self) -> None:
        """Remove what was written; does nothing after `finish`."""


class ContentStore(Protocol):
    """Snapshots by SHA-256: attached and opened files, sealed octets. Two processes may use one store."""

    def keep_file(self, path: Path, progress: Progress = NO_PROGRESS) -> Snapshot:
        """Copy a file once (copy-on-write where the file system can) and map the copy.

        Raises:
            UnreadableError: the file cannot be read, is no regular file, or changed its size while it was read.
            StoreError: the copy cannot be written.
        """

    def keep(self, octets: Octets | bytes, progress: Progress = NO_PROGRESS) -> Snapshot:
        """Keep octets that are in memory."""

    def new(self) -> ContentWriter:
        """Begin a new entry."""

    def open(self, sha256: str) -> Octets:
        """Map an entry.

        Raises:
            StoreError: there is no such entry, or its octets no longer match its name.
        """

    def holds(self, sha256: str) -> bool:
        """Whether there is such an entry; if so it counts as new for `sweep`."""

    def sweep(self, named: Iterable[str]) -> int:
        """Remove every entry that is not named and older than an hour; gives the octets freed."""

    def size(self) -> int:
        """Octets of all entries."""


class SubmissionState(StrEnum):
    """The states of one submission (design: how one send flows)."""

    REVIEWING = "reviewing"
    HOLDING = "holding"
    WAITING = "waiting"
    """Throttled, or kept back by the rate of the account: surely not accepted yet, tried again at a told time."""
    UPLOADING = "uploading"
    AWAITING = "awaiting answer"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    UNKNOWN = "outcome unknown"

    @property
    def is_final(self) -> bool:
        """Whether nothing further will happen by itself."""
        return self in (self.ACCEPTED, self.REFUSED, self.NOT_SENT, self.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be submitted, recorded durably before the first octet leaves."""

    submission: str
    sha256: str
    length: int
    envelope: Envelope
    account: str
    road: Road
    at: datetime
    subject: str = ""
    overrides: tuple[tuple[str, str], ...] = ()
    """Errors that the writer overrode: pairs of finding code and typed reason."""
    region: str = ""
    trace: str = ""
    """Value of the tag by which the events of SES name this submission, "" for none."""
    options: SendingOptions = NO_OPTIONS
    batch: str = ""
    """Id that the items of one batch share, "" where it is alone."""
    evidence: "Evidence | None" = None
    """How it was signed and encrypted, and what verifying found; None where it was not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a submission ended.

    Attributes:
        submission: That of the intent.
        state, at: How and when.
        reference: The service's message id, "" without one.
        sentence: The service's answer as it gave it; our words where it gave none.
        explanation: What that means and what can be done, in our words.
        request_id: The id under which the service knows the call, "" without one.
        code: The error code of the service, or the SMTP reply code; "" where it was accepted.
    """

    submission: str
    state: SubmissionState
    at: datetime
    reference: str = ""
    sentence: str = ""
    explanation: str = ""
    request_id: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """An intent with its outcome; without one after a crash it is unknown and never repeated by itself.

    Attributes:
        intent: What was to be submitted.
        outcome: How it ended; WAITING where it was throttled: then it was surely not accepted.
        unrecorded: Why the outcome could not be written to the log; "" where it was, and for records read from it.
        unlisted: Why whoever listens, such as the history, could not take it up; "" where it could.
    """

    intent: Intent
    outcome: Outcome | None
    unrecorded: str = ""
    unlisted: str = ""

    @property
    def state(self) -> SubmissionState:
        """How it ended; without an outcome that is unknown."""
        return SubmissionState.UNKNOWN if self.outcome is None else self.outcome.state


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a batch is going to submit, recorded durably before its first item leaves.

    Attributes:
        batch: Its id; of one item alone the id of its submission.
        at: When it was confirmed.
        sealed_at: When its oldest octets were sealed.
        items: One for each item, in order, as it will be recorded when its turn comes.
    """

    batch: str
    at: datetime
    sealed_at: datetime
    items: tuple[Intent, ...]


class Hold(Protocol):
    """The right to submit one batch; the system frees it when the process dies."""

    def release(self) -> None:
        """Let go of it, once."""


class Submissions(Protocol):
    """The write-ahead log of submissions."""

    def record_intent(self, intent: Intent) -> None:
        """Write an intent durably (synced to the disk) before returning; what was its outcome no longer holds.

        Raises:
            StoreError: it cannot be written; then nothing may be submitted.
        """

    def record_outcome(self, outcome: Outcome) -> None:
        """Write an outcome durably."""

    def record_plan(self, plan: BatchPlan) -> None:
        """Write a plan durably. Raises `StoreError`; then nothing may be submitted."""

    def end_batch(self, batch: str, at: datetime) -> None:
        """Write durably that nothing further of a batch will be submitted. Raises `StoreError`."""

    def all(self) -> tuple[SubmissionRecord, ...]:
        """Give all records, oldest first; a damaged tail is left out and kept aside."""

    def plans(self) -> tuple[BatchPlan, ...]:
        """Give the plans of the batches that have not ended, oldest first."""

    def hold(self, batch: str) -> Hold | None:
        """Take the right to submit a batch; None while a process has it. Raises `StoreError`."""

    def running(self) -> frozenset[str]:
        """Give the ids of the batches that a living process holds. Raises `StoreError`."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service accepted the message; that is not delivery.

    Attributes:
        reference: The message id of the service.
        answer: Its answer in one line.
        request_id: The id under which the service knows the call, "" without one.
    """

    reference: str
    answer: str
    request_id: str = ""


class Transport(Protocol):
    """One way to hand sealed octets over."""

    @property
    def account(self) -> str:
        """Name of the account, for people; "local inbox" for ours."""

    @property
    def road(self) -> Road:
        """The road whose limits hold."""

    @property
    def region(self) -> str:
        """The region of SES, "" where there is none."""

    @property
    def is_local(self) -> bool:
        """Whether nothing leaves the machine; then findings do not stop a submission, the inbox itself refuses."""

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Hand over one message, once: its octets, its envelope, and its options where they are no fields of it.

        Progress counts octets of the message and reaches their number with the last one that leaves. May be called by
        several threads at once.

        Raises:
            ThrottledError: too much came at once; it was not accepted and can be tried again.
            RefusedError: it was answered and refused, in the service's words.
            AccountError: the account, its secret or its login cannot be used; nothing left.
            UnknownOutcomeError: the last octet may have left and no answer came.
            SubmissionError: it was surely not sent.
            OperationCancelledError: cancelled before the last octet left.
        """


class DeliveryOutcome(StrEnum):
    """What became of one recipient of the local inbox."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    OUT_OF_OFFICE = "out of office"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Outcome of one recipient; `report` is the hash of the report message in the content store, "" if none."""

    recipient: str
    outcome: DeliveryOutcome
    explanation: str
    report: str = ""


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One message of the local inbox.

    Attributes:
        entry: Id, also the message id that the sender got.
        received: When it was submitted.
        envelope: As submitted.
        submitted: Hash of the exact octets submitted.
        delivered: Hash of what SES would deliver.
        changes: What SES changed, one sentence each, in order.
        deliveries: One for each recipient.
        refusal: SES's words where it would have refused and the user delivered anyway, else "".
        subject, mail_from: For lists.
    """

    entry: str
    received: datetime
    envelope: Envelope
    submitted: str
    delivered: str
    changes: tuple[str, ...]
    deliveries: tuple[Delivery, ...]
    refusal: str = ""
    subject: str = ""


class MessageStore(Protocol):
    """The kept messages of the local inbox."""

    def add(self, entry: InboxEntry) -> None:
        """Keep an entry durably; its octets are in the content store already."""

    def all(self) -> tuple[InboxEntry, ...]:
        """Give all entries, newest first."""

    def get(self, entry: str) -> InboxEntry:
        """Give one entry by its id or by an unambiguous start of it.

        Raises:
            StoreError: there is none, or several.
        """

    def names(self) -> frozenset[str]:
        """Give the names of the entries without reading them: cheap, and another set whenever an entry came or went.

        Raises:
            StoreError: the folder cannot be read.
        """

    def remove(self, entry: str) -> None:
        """Remove one entry."""

    def clear(self) -> int:
        """Remove all; gives how many there were."""


class LocalInbox(Protocol):
    """The local inbox as the front ends use it: entries, octets, and delivery against a refusal."""

    def entries(self) -> tuple[InboxEntry, ...]:
        """Give all entries, newest first."""

    def names(self) -> frozenset[str]:
        """Give the names of the entries without reading them; see `MessageStore.names`."""

    def get(self, entry: str) -> InboxEntry:
        """Give one entry; raises `StoreError` if there is none."""

    def submitted(self, entry: str) -> Octets:
        """Give the exact octets that were submitted."""

    def delivered(self, entry: str) -> Octets:
        """Give the octets that SES would deliver."""

    def report(self, delivery: Delivery) -> Octets:
        """Give the report message that came back for a recipient; raises `StoreError` if there is none."""

    def deliver_anyway(self, octets: Octets, envelope: Envelope, refusal: str) -> Receipt:
        """Take a message that SES would refuse, with its words kept beside it."""

    def remove(self, entry: str) -> None:
        """Remove one entry."""

    def clear(self) -> int:
        """Remove all entries; gives how many there were."""


@dataclass(frozen=True, slots=True)
class RecoveredDraft:
    """A draft found in the journal.

    Attributes:
        draft: Its id.
        saved: Time of the last edit that was kept.
        message: The message as of then.
        path: The .eml file it was opened from or saved to, None if none.
        damaged: A sentence about what of the journal could not be read, "" if all was.
    """

    draft: str
    saved: datetime
    message: Message
    path: Path | None = None
    damaged: str = ""


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft of the journal as it was written last.

    Attributes:
        found: The draft.
        is_held: Whether a process that lives has it; else a crash left it.
    """

    found: RecoveredDraft
    is_held: bool


class Journal(Protocol):
    """The edits of open drafts, so that a crash costs at most the last second."""

    def note(self, draft: str, message: Message, path: Path | None = None) -> None:
        """Remember the newest state of a draft; cheap (no octet is looked at), written within a second by a worker."""

    def flush(self) -> None:
        """Write everything noted so far, durably, before returning.

        Raises:
            StoreError: it cannot be written; what was written before stays readable, and the next note tries again.
        """

    def trouble(self) -> str:
        """Give a sentence if the last write failed (disk full), else ""."""

    def drop(self, draft: str) -> None:
        """Forget a draft that was closed or sent; cheap, its log is removed within a second by the worker."""

    def recover(self) -> tuple[RecoveredDraft, ...]:
        """Give the drafts of processes that ended without dropping them; a process alive keeps its own."""

    def look(self) -> tuple[OpenDraft, ...]:
        """Give the drafts of all processes as they were written last, oldest edit first; nobody's are taken.

        Raises:
            StoreError: a log cannot be read.
        """

    def take(self, draft: str) -> RecoveredDraft | None:
        """Give one draft that a crash left, ours from then on; None if there is none or a process has it."""

    def leave(self, draft: str) -> None:
        """Give a draft back as it was recovered: the next `recover` of any process finds it."""

    def newer(self) -> tuple[str, ...]:
        """Give a sentence for every draft of a newer version of the program that `recover` left alone."""

    def named_content(self) -> frozenset[str]:
        """Hashes of the content store that drafts refer to."""

    def close(self) -> None:
        """Flush and stop the worker."""


class Files(Protocol):
    """Files that the user names: messages and parts to save."""

    def write(self, path: Path, octets: Octets, progress: Progress = NO_PROGRESS) -> None:
        """Write a file whole or not at all; what stood there before stands until then.

        Raises:
            StoreError: the disk is full, the folder cannot be written.
            OperationCancelledError: cancelled; nothing was changed.
        """


class SettingsStore(Protocol):
    """Values of the declared settings (see `services.settings`)."""

    def load(self) -> Mapping[str, object]:
        """Give the stored values; keys that were never set are missing.

        Raises:
            SettingsError: the file is damaged (it is left as it is) or of a newer schema.
        """

    def save(self, values: Mapping[str, object]) -> None:
        """Write the values whole or not at all."""
