"""What is left of a batch when its process ended: what was surely not sent can go on, what is unknown never does."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sescomposer.services.ports import BatchPlan, SubmissionRecord, SubmissionState

_LEFT = (None, SubmissionState.WAITING)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the log of submissions has it.

    Attributes:
        plan: What it was to submit.
        records: One for each item, in order; None where nothing was begun: that was surely not sent.
    """

    plan: BatchPlan
    records: tuple[SubmissionRecord | None, ...]

    @property
    def batch(self) -> str:
        """Its id."""
        return self.plan.batch

    @property
    def account(self) -> str:
        """Name of the account it goes through."""
        return self.plan.items[0].account

    @property
    def at(self) -> datetime:
        """When it was confirmed."""
        return self.plan.at

    @property
    def left(self) -> tuple[int, ...]:
        """Numbers of the items that were surely not accepted and can be submitted: never begun, or throttled."""
        return tuple(
            index for index, record in enumerate(self.records) if (None if record is None else record.state) in _LEFT
        )

    @property
    def counts(self) -> Mapping[SubmissionState, int]:
        """How many items are in each state; what was never begun and what was throttled counts as not sent."""
        left = set(self.left)
        states = Counter(
            SubmissionState.NOT_SENT if record is None or index in left else record.state
            for index, record in enumerate(self.records)
        )
        return dict(states)


def batches(plans: Iterable[BatchPlan], records: Iterable[SubmissionRecord]) -> tuple[Batch, ...]:
    """Give the batches of which something is left, oldest first."""
    by_id = {record.intent.submission: record for record in records}
    found = [Batch(plan, tuple(by_id.get(item.submission) for item in plan.items)) for plan in plans]
    return tuple(sorted((batch for batch in found if batch.left), key=lambda batch: batch.at))


__all__ = ["Batch", "batches"]
