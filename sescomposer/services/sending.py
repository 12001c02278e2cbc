"""The one way to the wire: seal, show, record the intent, submit once, record the outcome.

States are those of `ports.SubmissionState`. Nothing is ever repeated by itself: an intent without outcome is unknown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sescomposer.core import limits
from sescomposer.core.checks import check
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import (
    AccountError,
    OperationCancelledError,
    RefusedError,
    SesComposerError,
    StoreError,
    SubmissionError,
)
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import EnvelopeOverride, Message, Road
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import Sealed, seal
from sescomposer.services.ports import (
    Clock,
    ContentStore,
    Intent,
    Outcome,
    SubmissionRecord,
    Submissions,
    SubmissionState,
    Transport,
)

NOT_OVERRIDABLE = frozenset({"no-recipient", "too-large"})
"""Codes of errors that no reason overrides (design section 5)."""

Report = Callable[[int, SubmissionState], None]
"""Told of each state of the item with that index, from the thread that submits."""


class StaleError(SubmissionError):
    """The sealed octets are too old to be submitted; seal and show them again."""


class FindingsError(SubmissionError):
    """Findings of severity error stop the submission; `value` are those that nobody overrode."""


@dataclass(frozen=True)
class Review:
    """What the send sheet shows and what will be submitted, to the octet.

    Attributes:
        message: The message that was sealed.
        sealed: One for each submission.
        findings: Of the sealed octets, worst first.
        sealed_at: When they were sealed.
        account, road, region: Where they would go.
    """

    message: Message
    sealed: tuple[Sealed, ...]
    findings: tuple[Finding, ...]
    sealed_at: datetime
    account: str
    road: Road
    region: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop a submission until they are mended or overridden."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def can_override(finding: Finding) -> bool:
    """Whether a typed reason may override that finding.

    >>> from sescomposer.core.findings import Where
    >>> can_override(Finding("too-large", Severity.ERROR, "Too large.", Where(), "SES quotas"))
    False
    """
    return finding.code not in NOT_OVERRIDABLE


@dataclass(frozen=True)
class Sending:
    """Seals and submits; its parts are the ports it needs."""

    content: ContentStore
    submissions: Submissions
    clock: Clock
    ids: Identifiers
    too_old: timedelta = field(default=timedelta(seconds=limits.HOLD_OLD_SECONDS))

    def review(self, message: Message, transport: Transport, progress: Progress = NO_PROGRESS) -> Review:
        """Seal a message and check what was sealed.

        Raises:
            StoreError: the sealed octets cannot be written.
            OperationCancelledError: cancelled.
        """
        now = self.clock.now()
        road = transport.road
        sealed = seal(message, road, now=now, ids=self.ids, into=self.content.new, progress=progress)
        return Review(message, sealed, _findings(message, sealed, road), now, transport.account, road, transport.region)

    def review_as_is(self, octets: Octets, envelope: Envelope, transport: Transport) -> Review:
        """Take octets as they are: nothing is stamped, taken out or changed."""
        snapshot = self.content.keep(octets)
        root = parse(snapshot.octets)
        message = Message(root, EnvelopeOverride(envelope.mail_from, envelope.rcpt_to))
        now, road = self.clock.now(), transport.road
        sealed = (Sealed(snapshot.octets, snapshot.sha256, envelope, root, road, now),)
        return Review(message, sealed, check(message, road), now, transport.account, road, transport.region)

    def submit(
        self,
        review: Review,
        transport: Transport,
        *,
        overrides: Sequence[tuple[str, str]] = (),
        progress: Progress = NO_PROGRESS,
        report: Report = lambda index, state: None,
    ) -> tuple[SubmissionRecord, ...]:
        """Submit what was reviewed, each item once and in order; a refused one does not stop the others.

        Whatever happens after the first item has left, every item has a record: one whose intent cannot be recorded
        is not sent, one whose outcome cannot be recorded says so in `unrecorded`.

        Args:
            review: From `review`; submitted to the octet.
            transport: Where to.
            overrides: Pairs of finding code and typed reason, for errors; not needed where nothing
                leaves the machine.
            progress: Octets of the item under way; cancelling leaves the rest unsent.
            report: Told of each state.

        Raises:
            StaleError: sealed more than 45 minutes ago.
            FindingsError: an error that was not, or cannot be, overridden.
        """
        self._refuse_stale(review)
        reasons = _reasons(review, overrides)
        if not transport.is_local:
            _refuse_errors(review, reasons)
        records = []
        for index, sealed in enumerate(review.sealed):
            intent = self._intent(review, sealed, tuple(reasons.items()))
            record = self._submit_item(intent, review, sealed, transport, progress, partial(report, index))
            report(index, record.state)
            records.append(record)
        return tuple(records)

    def unfinished(self) -> tuple[SubmissionRecord, ...]:
        """Give the intents without outcome, oldest first: what a crash left, or what another process submits now.

        Raises:
            StoreError: the log cannot be read.
        """
        return tuple(record for record in self.submissions.all() if record.outcome is None)

    def settle(self, records: Iterable[SubmissionRecord]) -> None:
        """Record that the outcome of each is unknown and that the user was told; nothing is sent.

        Raises:
            StoreError: it cannot be written; then it will be told again.
        """
        for record in records:
            words = "The program ended before an answer came."
            self.submissions.record_outcome(self._outcome(record.intent, SubmissionState.UNKNOWN, sentence=words))

    def _submit_item(
        self,
        intent: Intent,
        review: Review,
        sealed: Sealed,
        transport: Transport,
        progress: Progress,
        report: Callable[[SubmissionState], None],
    ) -> SubmissionRecord:
        """Record the intent, submit, record the outcome."""
        try:
            # Of a batch that was cancelled or grew old nothing further leaves.
            progress.step(0, intent.length)
            self._refuse_stale(review)
            self.submissions.record_intent(intent)
        except (OperationCancelledError, StoreError, StaleError) as error:
            return SubmissionRecord(intent, self._not_sent(intent, error))
        report(SubmissionState.UPLOADING)
        upload = _Upload(progress, partial(report, SubmissionState.AWAITING))
        outcome = self._outcome_of(intent, sealed, transport, upload)
        try:
            self.submissions.record_outcome(outcome)
        except StoreError as error:
            return SubmissionRecord(intent, outcome, unrecorded=f"{error.sentence} {error.hint}".strip())
        return SubmissionRecord(intent, outcome)

    def _outcome_of(self, intent: Intent, sealed: Sealed, transport: Transport, progress: Progress) -> Outcome:
        """Hand one item over and turn what happened into its outcome."""
        try:
            receipt = transport.submit(sealed, progress)
        except SubmissionError as error:
            return self._failed(intent, error)
        except (OperationCancelledError, StoreError, AccountError) as error:
            return self._not_sent(intent, error)
        accepted = self._outcome(intent, SubmissionState.ACCEPTED, receipt.reference, receipt.answer)
        return replace(accepted, request_id=receipt.request_id)

    def _failed(self, intent: Intent, error: SubmissionError) -> Outcome:
        """Make the outcome of a submission that did not end in acceptance."""
        state = SubmissionState.UNKNOWN if error.outcome_unknown else SubmissionState.NOT_SENT
        if isinstance(error, RefusedError):
            state = SubmissionState.REFUSED
        outcome = self._outcome(intent, state, "", error.sentence, error.hint)
        answer = error.answer
        return outcome if answer is None else replace(outcome, request_id=answer.request_id, code=answer.code)

    def _not_sent(self, intent: Intent, error: SesComposerError) -> Outcome:
        """Make the outcome of an item of which no octet left, or not all."""
        return self._outcome(intent, SubmissionState.NOT_SENT, "", error.sentence, error.hint)

    def _outcome(
        self, intent: Intent, state: SubmissionState, reference: str = "", sentence: str = "", explanation: str = ""
    ) -> Outcome:
        """Make the outcome of an intent, now."""
        return Outcome(intent.submission, state, self.clock.now(), reference, sentence, explanation)

    def _intent(self, review: Review, sealed: Sealed, overrides: tuple[tuple[str, str], ...]) -> Intent:
        """Make the record that precedes a submission."""
        return Intent(
            submission=self.ids.token(),
            sha256=sealed.sha256,
            length=len(sealed.octets),
            envelope=sealed.envelope,
            account=review.account,
            road=review.road,
            at=self.clock.now(),
            subject=sealed.root.subject,
            overrides=overrides,
            region=review.region,
            trace=sealed.trace,
            options=sealed.options,
        )

    def is_stale(self, review: Review) -> bool:
        """Whether the octets are too old to be submitted."""
        return self.clock.now() - review.sealed_at > self.too_old

    def _refuse_stale(self, review: Review) -> None:
        """Refuse octets that were sealed too long ago."""
        if self.is_stale(review):
            age = self.clock.now() - review.sealed_at
            raise StaleError(
                f"The message was sealed {int(age.total_seconds() // 60)} minutes ago, more than "
                f"{int(self.too_old.total_seconds() // 60)}.",
                hint="Review it again: it gets a new Date and is sealed anew.",
                value=age,
            )


class _Upload:
    """Passes progress on, and tells once when the last octet has left: from then on nothing can be cancelled."""

    def __init__(self, progress: Progress, on_sent: Callable[[], None]) -> None:
        self._progress = progress
        self._on_sent = on_sent
        self._is_sent = False

    def step(self, done: int, total: int) -> None:
        """See `Progress`."""
        if not total or done < total:
            self._progress.step(done, total)
            return
        # A message that has left is not called back: the answer alone tells what became of it.
        with suppress(OperationCancelledError):
            self._progress.step(done, total)
        if not self._is_sent:
            self._is_sent = True
            self._on_sent()


def _reasons(review: Review, overrides: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the reasons that are words and belong to an error of the review which can be overridden, by its code."""
    codes = {error.code for error in review.errors if can_override(error)}
    return {code: reason.strip() for code, reason in overrides if code in codes and reason.strip()}


def _refuse_errors(review: Review, reasons: Mapping[str, str]) -> None:
    """Refuse errors without a reason, and those that no reason overrides."""
    open_errors = [error for error in review.errors if error.code not in reasons]
    if open_errors:
        raise FindingsError(
            " ".join(finding.message for finding in open_errors),
            hint="Mend it, or give a reason to send all the same where that is possible.",
            value=tuple(open_errors),
        )


def _findings(message: Message, sealed: Sequence[Sealed], road: Road) -> tuple[Finding, ...]:
    """Check the sealed octets, with the envelope they go out with."""
    found: dict[Finding, None] = {}
    for item in sealed:
        override = EnvelopeOverride(item.envelope.mail_from, item.envelope.rcpt_to)
        as_sent = Message(item.root, override, message.options, message.protection)
        found |= dict.fromkeys(check(as_sent, road))
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))
