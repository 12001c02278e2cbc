"""The one way to the wire: seal, show, record the intent, submit once, record the outcome.

States are those of `ports.SubmissionState`. Nothing is ever repeated by itself but what was throttled, which was surely
not accepted: an intent without outcome is unknown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sescomposer.core import limits
from sescomposer.core.checks import check
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import SesComposerError, StoreError, SubmissionError, UsageError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed
from sescomposer.services.batch import Batch, batches
from sescomposer.services.batch_run import BatchRun
from sescomposer.services.pace import Pace
from sescomposer.services.ports import (
    BatchPlan,
    Clock,
    ContentStore,
    Intent,
    Outcome,
    SubmissionRecord,
    Submissions,
    SubmissionState,
    Transport,
)
from sescomposer.services.protection.protection_ports import AskPassphrase, nobody_asks
from sescomposer.services.review import (
    FindingsError,
    Review,
    StaleError,
    can_override,
    reasons_of,
    refuse_errors,
    worst_first,
)
from sescomposer.services.sealing import Sealer
from sescomposer.services.send_control import SendControl
from sescomposer.services.send_guard import refuse_gone, refuse_left, refuse_other_way, refuse_unprotected
from sescomposer.services.submitting import Item, Report, SharedProgress, Step, Submitter, not_sent

if TYPE_CHECKING:
    from sescomposer.core.checks.invitation_life import Sent
    from sescomposer.services.protection.protecting import Protecting

IN_FLIGHT = 10
MOST_IN_FLIGHT = 50


@dataclass(frozen=True)
class _Way:
    """How one run is submitted; see `Sending.submit`."""

    transport: Transport
    progress: Progress
    report: Report
    control: SendControl | None
    pace: Pace | None
    in_flight: int

    def __post_init__(self) -> None:
        if not 1 <= self.in_flight <= MOST_IN_FLIGHT:
            raise UsageError(
                f"{self.in_flight} messages cannot be in flight at once.",
                hint=f"From 1 to {MOST_IN_FLIGHT} can.",
                value=self.in_flight,
            )


@dataclass
class _Planned:
    """A plan, and whether it is in the log."""

    submissions: Submissions
    plan: BatchPlan
    is_recorded: bool

    def record(self) -> None:
        """Record it, once."""
        if not self.is_recorded:
            self.submissions.record_plan(self.plan)
            self.is_recorded = True


def _nothing_sent(root: Entity) -> tuple["Sent", ...]:
    return ()


def _nobody_listens(sealed: Sealed, message: Message) -> None:
    return


@dataclass(frozen=True)
class Sending:
    """Seals and submits; its parts are the ports it needs.

    `on_record` is told of each intent, each throttled try and each outcome, by several threads; what it raises as an
    error of ours is told in `SubmissionRecord.unlisted` and changes nothing else. `sent_before` gives what was sent of
    the event in a message, in order; it raises `StoreError`. `protecting` signs, encrypts and proves it; without it
    what is to be protected is refused. `on_sealed` is told of each item of a review and of the message it was made of.
    """

    content: ContentStore
    submissions: Submissions
    clock: Clock
    ids: Identifiers
    too_old: timedelta = field(default=timedelta(seconds=limits.HOLD_OLD_SECONDS))
    on_record: Callable[[SubmissionRecord], None] | None = None
    sent_before: Callable[[Entity], tuple["Sent", ...]] = _nothing_sent
    protecting: "Protecting | None" = None
    on_sealed: Callable[[Sealed, Message], None] = _nobody_listens

    def review(
        self,
        message: Message,
        transport: Transport,
        progress: Progress = NO_PROGRESS,
        ask: AskPassphrase = nobody_asks,
    ) -> Review:
        """Seal a message and check what was sealed; see `review_all`."""
        return self.review_all([message], transport, progress, ask)

    def review_all(
        self,
        messages: Sequence[Message],
        transport: Transport,
        progress: Progress = NO_PROGRESS,
        ask: AskPassphrase = nobody_asks,
    ) -> Review:
        """Seal several messages for one batch and check what was sealed; findings are told by item, too.

        What is signed or encrypted is read again here: its evidence says what was found.

        Args:
            messages: At least one.
            transport: Where they would go.
            progress: Octets sealed.
            ask: Asks for the passphrase of a key; called on the thread of the caller.

        Raises:
            UsageError: there is no message.
            ProtectionError: one cannot be signed or encrypted as is wanted, or its key stays closed.
            StoreError: the sealed octets cannot be written, or keys and policies cannot be read.
            OperationCancelledError: cancelled.
        """
        if not messages:
            raise UsageError("There is no message to send.")
        now, ids, into = self.clock.now(), self.ids, self.content.new
        items = Sealer(transport, now, ids, into, self.sent_before, self.protecting, ask).items(messages, progress)
        for item in items:
            self.on_sealed(item.sealed, item.message)
        by_item = tuple(item.findings for item in items)
        return Review(
            message=messages[0],
            sealed=tuple(item.sealed for item in items),
            findings=worst_first(by_item),
            sealed_at=now,
            account=transport.account,
            road=transport.road,
            region=transport.region,
            messages=tuple(item.message for item in items),
            by_item=by_item,
            keys=tuple(dict.fromkeys(item.key for item in items if item.key is not None)),
        )

    def review_as_is(
        self, octets: Octets, envelope: Envelope, transport: Transport, ask: AskPassphrase = nobody_asks
    ) -> Review:
        """Take octets as they are: nothing is stamped, taken out or changed; a signature in them is verified."""
        snapshot = self.content.keep(octets)
        root = parse(snapshot.octets)
        message = Message(root, EnvelopeOverride(envelope.mail_from, envelope.rcpt_to))
        now, road = self.clock.now(), transport.road
        sealed = Sealed(snapshot.octets, snapshot.sha256, envelope, root, road, now)
        found = check(message, road, now=now, sent_before=self.sent_before(root))
        if self.protecting is not None:
            sealed, refused = self.protecting.as_is(sealed, ask, is_local=transport.is_local)
            found = worst_first([refused, found])
        return Review(message, (sealed,), found, now, transport.account, road, transport.region)

    def submit(
        self,
        review: Review,
        transport: Transport,
        *,
        overrides: Sequence[tuple[str, str]] = (),
        progress: Progress = NO_PROGRESS,
        report: Report = lambda step: None,
        control: SendControl | None = None,
        pace: Pace | None = None,
        in_flight: int = IN_FLIGHT,
        instead_of: Batch | None = None,
    ) -> tuple[SubmissionRecord, ...]:
        """Submit what was reviewed, each item once and started in order; a refused one does not stop the others.

        Only an item that was throttled is tried again: at a time that is told, all others waiting with it, and only
        where `control` lets somebody stop that. Several items have a plan on the disk before the first one leaves,
        see `resumable`. Every item has a record, whatever happens: one whose intent (or the plan) cannot be recorded is
        not sent, one whose outcome cannot be recorded says so in `unrecorded`.

        Args:
            review: From `review`; submitted to the octet.
            transport: Where to.
            overrides: Pairs of finding code and typed reason, for errors; not needed where nothing
                leaves the machine.
            progress: Octets of all items; cancelling leaves the rest unsent.
            report: Told of each state, by several threads.
            control: To pause, stop and hurry it; without one a throttled item is refused.
            pace: The rate of the account; hand the same one to all batches of it.
            in_flight: How many items at once, up to 50; with 1 no thread but the caller's is used.
            instead_of: The batch whose messages these are, sealed anew: it is discarded before anything leaves.

        Raises:
            StaleError: sealed more than 45 minutes ago.
            FindingsError: an error that was not, or cannot be, overridden; a policy or proof that does not hold.
            SubmissionError, StoreError: `instead_of` cannot be discarded, see there; nothing was sent.
            UsageError: so many cannot be in flight.
        """
        way = _Way(transport, progress, report, control, pace, in_flight)
        self._refuse_stale(review.sealed_at)
        reasons = reasons_of(review, overrides)
        self._refuse(review, reasons, transport)
        if instead_of is not None:
            # Before, not behind: else a crash between the two would leave both, and one message twice.
            self.discard(instead_of)
        planned = _Planned(self.submissions, self._plan(review, reasons), is_recorded=False)
        items = [
            Item(intent, partial(_itself, sealed))
            for intent, sealed in zip(planned.plan.items, review.sealed, strict=True)
        ]
        with ExitStack() as stack:
            try:
                stack.enter_context(self._held(planned.plan.batch))
                if len(items) > 1:
                    planned.record()
            except StoreError as error:
                return tuple(self._never_begun(index, item, error, report) for index, item in enumerate(items))
            records = self._run(planned, items, range(len(items)), way)
        return tuple(records[index] for index in range(len(items)))

    def unfinished(self) -> tuple[SubmissionRecord, ...]:
        """Give the intents without outcome, oldest first: what a crash left. What is under way is not among them.

        Raises:
            StoreError: the log cannot be read.
        """
        seen = {record.intent.submission for record in self.submissions.all() if record.outcome is None}
        if not seen:
            return ()
        # In this order: what another process had under way is running still, or has its outcome by now.
        running = self.submissions.running()
        return tuple(
            record
            for record in self.submissions.all()
            if record.outcome is None
            and record.intent.submission in seen
            and (record.intent.batch or record.intent.submission) not in running
        )

    def settle(self, records: Iterable[SubmissionRecord]) -> None:
        """Record that the outcome of each is unknown and that the user was told; nothing is sent.

        One whose outcome is in the log by now keeps it.

        Raises:
            StoreError: the log cannot be read or written; then it will be told again.
        """
        ended = {record.intent.submission for record in self.submissions.all() if record.outcome is not None}
        for record in (record for record in records if record.intent.submission not in ended):
            words = "The program ended before an answer came."
            self._settle(record.intent, SubmissionState.UNKNOWN, words)

    def resumable(self) -> tuple[Batch, ...]:
        """Give what a crash cut short and has items left which were surely not sent, oldest first.

        Raises:
            StoreError: the log cannot be read.
        """
        running = self.submissions.running()
        return tuple(batch for batch in self._batches() if batch.batch not in running)

    def is_too_old(self, batch: Batch) -> bool:
        """Whether the octets of a batch are too old to be submitted: then only sealing its messages anew helps."""
        return self._is_old(batch.plan.sealed_at)

    def resume(
        self,
        batch: Batch,
        transport: Transport,
        *,
        progress: Progress = NO_PROGRESS,
        report: Report = lambda step: None,
        control: SendControl | None = None,
        pace: Pace | None = None,
        in_flight: int = IN_FLIGHT,
    ) -> tuple[SubmissionRecord, ...]:
        """Submit the items of a batch that were surely not sent; see `submit`. What is unknown stays unknown.

        Returns:
            A record for each item of the batch, in order: also those that earlier runs left.

        Raises:
            StaleError: sealed more than 45 minutes ago; its messages have to be sealed anew.
            SubmissionError: it is under way elsewhere, nothing is left of it, or the transport is another one.
            StoreError: the log cannot be read.
            UsageError: so many cannot be in flight.
        """
        way = _Way(transport, progress, report, control, pace, in_flight)
        self._refuse_stale(batch.plan.sealed_at)
        refuse_other_way(batch, transport)
        with self._held(batch.batch):
            found = self._left_of(batch)
            refuse_left(self.protecting, found, partial(self._reopened, sealed_at=batch.plan.sealed_at), transport)
            planned = _Planned(self.submissions, found.plan, is_recorded=True)
            items = [
                Item(intent, partial(self._reopened, intent, found.plan.sealed_at), _throttled(record))
                for intent, record in zip(found.plan.items, found.records, strict=True)
            ]
            records = self._run(planned, items, found.left, way)
        earlier = {index: record for index, record in enumerate(found.records) if record is not None}
        return tuple((earlier | records)[index] for index in range(len(items)))

    def discard(self, batch: Batch) -> None:
        """Send nothing further of a batch; what is unknown of it stays in `unfinished`.

        Raises:
            SubmissionError: it is under way elsewhere, or some of what was left was sent or discarded meanwhile.
            StoreError: the log cannot be read or written; then it will be offered again.
        """
        with self._held(batch.batch):
            found = self._left_of(batch)
            if found.left != batch.left:
                raise SubmissionError(
                    "Some of this batch was sent meanwhile, by another window or program; nothing was done.",
                    hint="Look at what is left of it now.",
                    value=batch.batch,
                )
            for record in found.records:
                if record is not None and record.state is SubmissionState.WAITING:
                    words = "The program ended while it waited to be tried again, and it was given up."
                    self._settle(record.intent, SubmissionState.NOT_SENT, words)
            self.submissions.end_batch(batch.batch, self.clock.now())

    def tell(self, record: SubmissionRecord) -> SubmissionRecord:
        """Hand a record to whoever listens, and give it back with what went wrong there."""
        if self.on_record is None:
            return record
        try:
            self.on_record(record)
        except SesComposerError as error:
            return replace(record, unlisted=f"{error.sentence} {error.hint}".strip())
        return record

    def is_stale(self, review: Review) -> bool:
        """Whether the octets are too old to be submitted."""
        return self._is_old(review.sealed_at)

    def _run(
        self, planned: _Planned, items: Sequence[Item], indexes: Iterable[int], way: _Way
    ) -> dict[int, SubmissionRecord]:
        """Submit some of the items, whose plan is held, and end the batch."""
        lengths = [item.intent.length for item in items]
        submitter = Submitter(
            items=items,
            submissions=self.submissions,
            clock=self.clock,
            transport=way.transport,
            progress=SharedProgress(way.progress, lengths),
            report=way.report,
            refuse_old=partial(self._refuse_stale, planned.plan.sealed_at),
            tell=self.tell,
            before_wait=None if way.control is None else planned.record,
        )
        records = BatchRun(submitter, indexes, way.control or SendControl(), way.pace, way.in_flight).run()
        if planned.is_recorded:
            try:
                self.submissions.end_batch(planned.plan.batch, self.clock.now())
            except StoreError as error:
                last = max(records)
                records[last] = replace(records[last], unrecorded=f"{error.sentence} {error.hint}".strip())
        return records

    def _never_begun(self, index: int, item: Item, error: StoreError, report: Report) -> SubmissionRecord:
        """Make the record of an item of a run that could not be begun."""
        record = self.tell(SubmissionRecord(item.intent, not_sent(item.intent, error, self.clock.now())))
        report(Step(index, SubmissionState.NOT_SENT, record=record))
        return record

    @contextmanager
    def _held(self, batch: str) -> Iterator[None]:
        """Hold the right to submit a batch; raises `SubmissionError` where somebody else has it."""
        hold = self.submissions.hold(batch)
        if hold is None:
            raise SubmissionError("This batch is being sent already, by another window or program.", value=batch)
        try:
            yield
        finally:
            hold.release()

    def _batches(self) -> tuple[Batch, ...]:
        return batches(self.submissions.plans(), self.submissions.all())

    def _left_of(self, batch: Batch) -> Batch:
        """Read a batch again that is held now: another process may have sent some of it meanwhile."""
        for found in self._batches():
            if found.batch == batch.batch:
                return found
        raise SubmissionError("Nothing is left of this batch that could be sent.", value=batch.batch)

    def _reopened(self, intent: Intent, sealed_at: datetime) -> Sealed:
        """Give sealed octets as they were kept; raises `StoreError`."""
        octets = self.content.open(intent.sha256)
        root = parse(octets)
        sealed = Sealed(octets, intent.sha256, intent.envelope, root, intent.road, sealed_at)
        return replace(sealed, options=intent.options, trace=intent.trace, evidence=intent.evidence)

    def _settle(self, intent: Intent, state: SubmissionState, words: str) -> None:
        """Record how something of an earlier run ended."""
        outcome = Outcome(intent.submission, state, self.clock.now(), sentence=words)
        self.submissions.record_outcome(outcome)
        self.tell(SubmissionRecord(intent, outcome))

    def _plan(self, review: Review, reasons: Mapping[str, str]) -> BatchPlan:
        """Make the plan of a submission; one item alone bears no id of a batch."""
        now = self.clock.now()
        batch = self.ids.token() if len(review.sealed) > 1 else ""
        items = tuple(self._intent(review, index, reasons, batch, now) for index in range(len(review.sealed)))
        return BatchPlan(batch or items[0].submission, now, review.sealed_at, items)

    def _intent(self, review: Review, index: int, reasons: Mapping[str, str], batch: str, now: datetime) -> Intent:
        """Make the record that precedes a submission."""
        sealed = review.sealed[index]
        codes = {finding.code for finding in review.findings_of(index)}
        return Intent(
            submission=self.ids.token(),
            sha256=sealed.sha256,
            length=len(sealed.octets),
            envelope=sealed.envelope,
            account=review.account,
            road=review.road,
            at=now,
            # That of what is encrypted stands outside as "[...]": nobody would find it again.
            subject=review.message_of(index).root.subject or sealed.root.subject,
            overrides=tuple((code, reason) for code, reason in reasons.items() if code in codes),
            region=review.region,
            trace=sealed.trace,
            options=sealed.options,
            batch=batch,
            evidence=sealed.evidence,
        )

    def _refuse(self, review: Review, reasons: Mapping[str, str], transport: Transport) -> None:
        """Refuse what nobody overrode, and on every road what is not protected as it must be."""
        if not transport.is_local:
            refuse_errors(review, reasons)
        refuse_unprotected(self.protecting, review.sealed, review.findings, transport)
        refuse_gone(self.protecting, review.keys)

    def _is_old(self, sealed_at: datetime) -> bool:
        return self.clock.now() - sealed_at > self.too_old

    def _refuse_stale(self, sealed_at: datetime) -> None:
        """Refuse octets that were sealed too long ago."""
        if self._is_old(sealed_at):
            age = self.clock.now() - sealed_at
            raise StaleError(
                f"The message was sealed {int(age.total_seconds() // 60)} minutes ago, more than "
                f"{int(self.too_old.total_seconds() // 60)}.",
                hint="Review it again: it gets a new Date and is sealed anew.",
                value=age,
            )


def _itself(sealed: Sealed) -> Sealed:
    return sealed


def _throttled(record: SubmissionRecord | None) -> SubmissionRecord | None:
    """Give the record of an earlier run if it was throttled last."""
    return record if record is not None and record.state is SubmissionState.WAITING else None


__all__ = ["IN_FLIGHT", "MOST_IN_FLIGHT", "FindingsError", "Review", "Sending", "StaleError", "Step", "can_override"]
