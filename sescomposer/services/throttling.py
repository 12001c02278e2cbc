"""Throttled submissions: whether waiting helps, and how long. A throttled message was surely not accepted.

SES tells no time to wait. It asks throttled senders to try again with growing delays, of ten minutes at most (SES
Developer Guide, sending quotas and SMTP troubleshooting: 5 s, 10 s, 30 s, then minutes).
"""

from sescomposer.core.errors import SubmissionError
from sescomposer.core.service_answers import Wait, explain

DELAYS_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Waits after the first, the second, ... try that was throttled; the last one holds for all further."""


def is_daily(error: SubmissionError) -> bool:
    """Whether the quota of 24 hours is used up: then seconds and minutes of waiting change nothing.

    >>> from sescomposer.core.answers import ServiceAnswer
    >>> from sescomposer.core.road import Road
    >>> answer = ServiceAnswer(Road.SMTP, "454", "Throttling failure: Daily message quota exceeded", 454)
    >>> is_daily(SubmissionError(answer.wire, answer=answer)), is_daily(SubmissionError("No connection."))
    (True, False)
    """
    return error.answer is not None and explain(error.answer).wait is Wait.DAY


def used_up(error: SubmissionError) -> SubmissionError:
    """Say of the other messages of a batch why they are not sent, after `is_daily`."""
    return SubmissionError(
        f"It was not sent: the account's quota of 24 hours is used up ({error.sentence}).",
        hint="Send it when the quota allows it again, or ask SES for a larger one.",
        answer=error.answer,
    )


class BackOff:
    """The wait that all items of a batch share. Not for several threads.

    A try belongs to the generation in which it began: of several that were under way when the first of them was
    throttled, the others say nothing new.

    >>> back_off = BackOff()
    >>> back_off.throttled(0, now=10.0), back_off.throttled(0, now=10.5), back_off.throttled(1, now=11.0)
    (11.0, 11.0, 13.0)
    >>> back_off.answered(2)
    >>> back_off.is_on
    False
    """

    def __init__(self) -> None:
        self.generation = 0
        self.until = 0.0
        self._level = 0

    @property
    def is_on(self) -> bool:
        """Whether the last try that counts was throttled."""
        return self._level > 0

    def throttled(self, generation: int, now: float) -> float:
        """Note a throttled try of that generation and give the moment until which all wait."""
        if generation == self.generation:
            self.until = now + DELAYS_SECONDS[min(self._level, len(DELAYS_SECONDS) - 1)]
            self._level += 1
            self.generation += 1
        return self.until

    def answered(self, generation: int) -> None:
        """Note a try of that generation that was not throttled."""
        if generation == self.generation:
            self._level = 0

    def hurry(self, now: float) -> None:
        """End the wait now; the next throttled try waits longer all the same."""
        self.until = now


__all__ = ["DELAYS_SECONDS", "BackOff", "is_daily", "used_up"]
