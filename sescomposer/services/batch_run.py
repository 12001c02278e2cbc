"""Starts the items of a batch one after the other, at the pace of the account, several in flight, waiting where told.

One thread decides (the one that called); others only submit. The order of starting is that of the items; one that was
throttled comes first again.
"""

import heapq
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sescomposer.core.errors import OperationCancelledError, SesComposerError
from sescomposer.services.pace import Pace
from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.services.send_control import SendControl
from sescomposer.services.submitting import Attempt, Step, Submitter
from sescomposer.services.throttling import BackOff

LOOK_SECONDS = 0.5
"""How often a wait looks whether it was cancelled."""

TOLD_FROM_SECONDS = 1.0
"""Shorter waits for the rate of the account are not told."""

_ANSWERED = (SubmissionState.ACCEPTED, SubmissionState.REFUSED)


@dataclass(frozen=True, slots=True)
class _Gate:
    """Why the next item may not start: for how long (None: until something happens), and what is told of it."""

    seconds: float | None = None
    reason: str = ""
    has_time: bool = False


class BatchRun:
    """One run over items.

    Args:
        submitter: Submits and records each.
        indexes: The items to submit, in order.
        control: What people do meanwhile.
        pace: Of the account; None for none.
        in_flight: How many at once.
    """

    def __init__(
        self, submitter: Submitter, indexes: Iterable[int], control: SendControl, pace: Pace | None, in_flight: int
    ) -> None:
        self._submitter = submitter
        self._pending = sorted(indexes)
        self._control = control
        self._pace = pace
        self._width = min(in_flight, max(1, len(self._pending)))
        self._back_off = BackOff()
        self._running: dict[int, int] = {}
        self._finished: deque[tuple[int, Future[Attempt]]] = deque()
        self._records: dict[int, SubmissionRecord] = {}
        self._stop: SesComposerError | None = None
        self._told: tuple[int, str] = -1, ""

    def run(self) -> dict[int, SubmissionRecord]:
        """Submit all and give their records by index; what another thread raised is raised behind the last one."""
        # One at a time needs no thread but this one.
        with ThreadPoolExecutor(self._width) if self._width > 1 else nullcontext() as threads:
            while self._pending or self._running:
                mark = self._control.mark()
                self._take_in()
                self._look_for_stop()
                if self._pending:
                    self._start_or_wait(threads, mark)
                elif self._running and not self._finished:
                    self._control.wait(mark, None)
        return self._records

    def _start_or_wait(self, threads: ThreadPoolExecutor | None, mark: int) -> None:
        """Start the next item, or wait as long as it may not start."""
        gate = self._gate()
        if gate is None:
            self._start(threads)
            return
        if gate.reason:
            self._tell_wait(gate)
            try:
                self._submitter.progress.look()
            except OperationCancelledError as error:
                self._stop = error
                return
        seconds = gate.seconds if not gate.reason else min(LOOK_SECONDS, gate.seconds or LOOK_SECONDS)
        self._control.wait(mark, seconds)

    def _gate(self) -> _Gate | None:
        """Give why the next item may not start now; where it may, its tokens are taken."""
        now = self._control.now()
        # After a throttled try one item alone tries whether the way is free again.
        if len(self._running) >= (1 if self._back_off.is_on else self._width):
            return _Gate()
        if self._control.is_paused:
            return _Gate(reason="Paused.")
        hurried = self._control.take_hurry()
        if hurried:
            self._back_off.hurry(now)
        if self._back_off.until > now and self._back_off.is_on:
            return _Gate(self._back_off.until - now, "The account is throttled.", has_time=True)
        return self._pace_gate(now, hurried)

    def _pace_gate(self, now: float, hurried: bool) -> _Gate | None:
        """Give how long the rate of the account keeps the next item back."""
        if self._pace is None:
            return None
        recipients = len(self._submitter.items[self._pending[0]].intent.envelope.rcpt_to)
        if hurried:
            self._pace.take(recipients, now)
            return None
        seconds = self._pace.start(recipients, now)
        reason = f"The account may send to {self._pace.rate:g} recipients a second."
        return _Gate(seconds, reason, has_time=True) if seconds else None

    def _tell_wait(self, gate: _Gate) -> None:
        """Tell once why the next item waits; of one that was throttled that is told already."""
        index = self._pending[0]
        told = index, gate.reason
        is_known = self._submitter.items[index].throttled is not None and gate.seconds is not None
        is_short = gate.seconds is not None and gate.seconds < TOLD_FROM_SECONDS
        if told == self._told or is_known or is_short:
            return
        self._told = told
        until = None
        if gate.has_time and gate.seconds is not None:
            until = self._submitter.clock.now() + timedelta(seconds=gate.seconds)
        self._submitter.report(Step(index, SubmissionState.WAITING, until, gate.reason))

    def _start(self, threads: ThreadPoolExecutor | None) -> None:
        """Start the next item: on a thread, or here and now."""
        index = heapq.heappop(self._pending)
        generation = self._back_off.generation
        if threads is None:
            self._take(index, generation, self._submitter.attempt(index))
            return
        self._running[index] = generation
        threads.submit(self._submitter.attempt, index).add_done_callback(partial(self._on_done, index))

    def _on_done(self, index: int, future: Future[Attempt]) -> None:
        """Hand the outcome to the thread that decides."""
        self._finished.append((index, future))
        self._control.wake()

    def _take_in(self) -> None:
        """Take in what other threads have finished."""
        while self._finished:
            index, future = self._finished.popleft()
            self._take(index, self._running.pop(index), future.result())

    def _take(self, index: int, generation: int, attempt: Attempt) -> None:
        """Note what became of one try."""
        record = attempt.record
        if record.state is SubmissionState.WAITING:
            self._wait_for(index, generation, record)
            return
        if record.state in _ANSWERED:
            self._back_off.answered(generation)
        self._stop = self._stop or attempt.stop
        self._keep(index, record)

    def _wait_for(self, index: int, generation: int, record: SubmissionRecord) -> None:
        """Put a throttled item back, in front, and tell until when it waits."""
        now = self._control.now()
        was = self._back_off.generation
        seconds = max(0.0, self._back_off.throttled(generation, now) - now)
        if self._back_off.generation != was:
            # Somebody who hurried the tries before did not mean this wait.
            self._control.forget_hurry()
        heapq.heappush(self._pending, index)
        until = self._submitter.clock.now() + timedelta(seconds=seconds)
        reason = record.outcome.sentence if record.outcome else ""
        self._submitter.report(Step(index, SubmissionState.WAITING, until, reason))

    def _look_for_stop(self) -> None:
        """Give up what has not started, once somebody or something said so."""
        if self._control.is_stopped and self._stop is None:
            self._stop = OperationCancelledError("It was stopped before it was sent.")
        if self._stop is None:
            return
        while self._pending:
            index = heapq.heappop(self._pending)
            self._keep(index, self._submitter.give_up(index, self._stop))

    def _keep(self, index: int, record: SubmissionRecord) -> None:
        """Keep a final record and tell it."""
        self._records[index] = record
        self._submitter.report(Step(index, record.state, record=record))


__all__ = ["LOOK_SECONDS", "BatchRun"]
