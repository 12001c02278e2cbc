"""One item on the wire: record the intent, submit once, record the outcome. Used by several threads at once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from sescomposer.core.errors import (
    AccountError,
    OperationCancelledError,
    RefusedError,
    SesComposerError,
    StoreError,
    SubmissionError,
    ThrottledError,
)
from sescomposer.core.progress import Progress
from sescomposer.core.seal import Sealed
from sescomposer.services.ports import (
    Clock,
    Intent,
    Outcome,
    SubmissionRecord,
    Submissions,
    SubmissionState,
    Transport,
)
from sescomposer.services.throttling import is_daily, used_up


@dataclass(frozen=True, slots=True)
class Step:
    """Where one item of a submission stands.

    Attributes:
        index: Number of the item.
        state: Its state now.
        until: While it waits: the time at which it goes on by itself; None where that is not known.
        reason: While it waits: why, in a sentence.
        record: Its record, once the state is final.
    """

    index: int
    state: SubmissionState
    until: datetime | None = None
    reason: str = ""
    record: SubmissionRecord | None = field(default=None, compare=False)


Report = Callable[[Step], None]
"""Told of each step; may be called by several threads at once."""

Tell = Callable[[SubmissionRecord], SubmissionRecord]


@dataclass(slots=True)
class Item:
    """One item of a run.

    Attributes:
        intent: As planned.
        open: Gives the sealed octets when their turn comes; raises `StoreError` where they are gone.
        throttled: Its record once a try of it was throttled.
    """

    intent: Intent
    open: Callable[[], Sealed]
    throttled: SubmissionRecord | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one try: in state WAITING it may be tried again. `stop` says why no other item can be sent now."""

    record: SubmissionRecord
    stop: SesComposerError | None = None


class SharedProgress:
    """Adds the octets of several items up for one `Progress`, which is called by one thread at a time.

    >>> class Show:
    ...     def step(self, done, total):
    ...         print(done, "of", total)
    >>> shared = SharedProgress(Show(), [10, 20])
    >>> shared.of(1).step(5, 20)
    5 of 30
    >>> shared.of(0).step(10, 10)
    15 of 30
    """

    def __init__(self, progress: Progress, lengths: Sequence[int]) -> None:
        self._progress = progress
        self._lengths = lengths
        self._done = [0] * len(lengths)
        self._lock = Lock()

    def of(self, index: int) -> Progress:
        """Give the progress of one item."""
        # Of one item alone the octets are told as the transport counts them.
        return self._progress if len(self._lengths) == 1 else _ItemProgress(self, index)

    def step(self, index: int, done: int, total: int) -> None:
        """Tell how far one item is; raises `OperationCancelledError`."""
        with self._lock:
            self._done[index] = done * self._lengths[index] // total if total else 0
            self._progress.step(sum(self._done), sum(self._lengths))

    def look(self) -> None:
        """Ask whether it was cancelled, without anything new to tell; raises `OperationCancelledError`."""
        with self._lock:
            self._progress.step(sum(self._done), sum(self._lengths))


class _ItemProgress:
    """The progress of one item of several."""

    def __init__(self, shared: SharedProgress, index: int) -> None:
        self._shared = shared
        self._index = index

    def step(self, done: int, total: int) -> None:
        """See `Progress`."""
        self._shared.step(self._index, done, total)


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


@dataclass(frozen=True)
class Submitter:
    """Submits the items of one run.

    Attributes:
        items: All of them.
        submissions, clock, transport: The ports it needs.
        progress, report: Whom it tells.
        refuse_old: Raises `SubmissionError` once the octets are too old.
        tell: Hands a record to whoever listens and gives it back with what went wrong there.
        before_wait: Makes the plan durable before an item waits, so that a crash does not lose it; raises `StoreError`.
            None where no item is tried again, since nobody could stop that.
    """

    items: Sequence[Item]
    submissions: Submissions
    clock: Clock
    transport: Transport
    progress: SharedProgress
    report: Report
    refuse_old: Callable[[], None]
    tell: Tell
    before_wait: Callable[[], None] | None

    def attempt(self, index: int) -> Attempt:
        """Try one item once; whatever happens, there is a record."""
        item = self.items[index]
        progress = self.progress.of(index)
        intent = replace(item.intent, at=self.clock.now())
        try:
            # Of a batch that was cancelled or grew old nothing further leaves.
            progress.step(0, intent.length)
            self.refuse_old()
            sealed = item.open()
            self.submissions.record_intent(intent)
        except (OperationCancelledError, StoreError, SubmissionError) as error:
            return Attempt(self.give_up(index, error))
        self.tell(SubmissionRecord(intent, None))
        self.report(Step(index, SubmissionState.UPLOADING))
        upload = _Upload(progress, lambda: self.report(Step(index, SubmissionState.AWAITING)))
        outcome, stop = self._submitted(intent, sealed, upload)
        record = self._recorded(intent, outcome)
        item.throttled = record if record.state is SubmissionState.WAITING else None
        return Attempt(record, stop)

    def give_up(self, index: int, error: SesComposerError) -> SubmissionRecord:
        """Make the record of an item that is not tried (again); of a throttled one the service's answer remains."""
        item = self.items[index]
        throttled = item.throttled
        if throttled is None or throttled.outcome is None:
            outcome = not_sent(item.intent, error, self.clock.now())
            return self.tell(SubmissionRecord(item.intent, outcome))
        item.throttled = None
        why = f"It is not tried again. {error.sentence} {error.hint}".strip()
        outcome = replace(throttled.outcome, state=SubmissionState.REFUSED, at=self.clock.now(), explanation=why)
        return self._recorded(throttled.intent, outcome)

    def _submitted(self, intent: Intent, sealed: Sealed, progress: Progress) -> tuple[Outcome, SesComposerError | None]:
        """Hand one item over and turn what happened into its outcome; also why nothing else can be sent now."""
        try:
            receipt = self.transport.submit(sealed, progress)
        except SubmissionError as error:
            if is_daily(error):
                return self._failed(intent, error), used_up(error)
            waits = self.before_wait is not None and isinstance(error, ThrottledError)
            return self._failed(intent, error, waits), None
        except AccountError as error:
            return not_sent(intent, error, self.clock.now()), error
        except (OperationCancelledError, StoreError) as error:
            return not_sent(intent, error, self.clock.now()), None
        now, accepted = self.clock.now(), SubmissionState.ACCEPTED
        outcome = Outcome(intent.submission, accepted, now, receipt.reference, receipt.answer)
        return replace(outcome, request_id=receipt.request_id), None

    def _failed(self, intent: Intent, error: SubmissionError, waits: bool = False) -> Outcome:
        """Make the outcome of a submission that did not end in acceptance."""
        state = SubmissionState.UNKNOWN if error.outcome_unknown else SubmissionState.NOT_SENT
        if isinstance(error, RefusedError):
            state = SubmissionState.WAITING if waits else SubmissionState.REFUSED
        outcome = Outcome(intent.submission, state, self.clock.now(), "", error.sentence, error.hint)
        answer = error.answer
        return outcome if answer is None else replace(outcome, request_id=answer.request_id, code=answer.code)

    def _recorded(self, intent: Intent, outcome: Outcome) -> SubmissionRecord:
        """Record an outcome and tell it; one that cannot be recorded is final, and says so."""
        try:
            if outcome.state is SubmissionState.WAITING and self.before_wait is not None:
                self.before_wait()
            self.submissions.record_outcome(outcome)
        except StoreError as error:
            if outcome.state is SubmissionState.WAITING:
                outcome = replace(outcome, state=SubmissionState.REFUSED)
            words = f"{error.sentence} {error.hint}".strip()
            return self.tell(SubmissionRecord(intent, outcome, unrecorded=words))
        return self.tell(SubmissionRecord(intent, outcome))


def not_sent(intent: Intent, error: SesComposerError, now: datetime) -> Outcome:
    """Make the outcome of an item of which no octet left, or not all."""
    return Outcome(intent.submission, SubmissionState.NOT_SENT, now, "", error.sentence, error.hint)


__all__ = ["Attempt", "Item", "Report", "SharedProgress", "Step", "Submitter", "Tell", "not_sent"]
