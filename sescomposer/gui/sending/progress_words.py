"""How far a submission is, in words: octets and their rate, items of a batch, and until when something waits. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sescomposer.gui.sizes import human_size
from sescomposer.services.submitting import Step

_LEAST_SECONDS = 0.5
"""Before, a rate is a guess."""


@dataclass
class UploadRate:
    """Measures an upload from its first step.

    Attributes:
        now: Seconds of a clock that only goes forward.

    >>> times = iter([0.0, 2.0])
    >>> rate = UploadRate(lambda: next(times))
    >>> rate.words(0, 8192), rate.words(4096, 8192)
    ('0 B of 8.0 KB', '4.0 KB of 8.0 KB, 2.0 KB a second')
    """

    now: Callable[[], float]
    _begun: float | None = field(default=None, init=False)
    _first: int = field(default=0, init=False)

    def words(self, done: int, total: int) -> str:
        """Say how many octets have left, and how many do in a second."""
        now = self.now()
        if self._begun is None or done < self._first:
            self._begun, self._first = now, done
        seconds = now - self._begun
        said = f"{human_size(done)} of {human_size(total)}"
        if seconds < _LEAST_SECONDS or done <= self._first:
            return said
        return f"{said}, {human_size(round((done - self._first) / seconds))} a second"


def waiting_words(step: Step, now: datetime) -> str:
    """Say why something waits and until when.

    >>> from datetime import timedelta
    >>> from sescomposer.services.ports import SubmissionState
    >>> now = datetime(2026, 1, 2, 3, 4, 5)
    >>> waiting_words(Step(0, SubmissionState.WAITING, now + timedelta(seconds=9.5), "Too fast."), now)
    'Too fast. Not accepted yet; tried again at 03:04:14, in 10 seconds.'
    """
    reason = step.reason.rstrip()
    said = [reason if reason.endswith((".", "!", "?")) else f"{reason}."] if reason else []
    if step.until is None:
        return " ".join([*said, "Not accepted yet."])
    seconds = max(0, -int((now - step.until).total_seconds() // 1))
    wait = "now" if not seconds else f"in {seconds} second{'s' if seconds != 1 else ''}"
    return " ".join([*said, f"Not accepted yet; tried again at {step.until:%H:%M:%S}, {wait}."])


def batch_words(done: int, total: int, waiting: str = "") -> str:
    """Say how many items of a batch have their answer.

    >>> batch_words(3, 300)
    '3 of 300 have their answer.'
    """
    return f"{done:,} of {total:,} have their answer.{f' {waiting}' if waiting else ''}"
