"""What people can do to a submission under way: pause, go on, stop, send now; and how the submission waits for them."""

import time
from threading import Condition
from typing import Protocol


class Waiting(Protocol):
    """How time passes; tests let it pass at once."""

    def monotonic(self) -> float:
        """Give seconds of a clock that only goes forward."""

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait on a condition that is held, until it is notified or so many seconds passed; None for no end."""


class SystemWaiting:
    """Waits as the system does.

    >>> SystemWaiting().monotonic() > 0
    True
    """

    def monotonic(self) -> float:
        """See `Waiting`."""
        return time.monotonic()

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """See `Waiting`."""
        condition.wait(seconds)


class SendControl:
    """The handle of one submission under way; every method may be called by any thread, and none waits but `wait`.

    >>> control = SendControl()
    >>> control.pause()
    >>> control.is_paused, control.is_stopped
    (True, False)
    """

    def __init__(self, waiting: Waiting | None = None) -> None:
        self._waiting = waiting or SystemWaiting()
        self._condition = Condition()
        self._changes = 0
        self._is_paused = False
        self._is_stopped = False
        self._is_hurried = False

    @property
    def is_paused(self) -> bool:
        """Whether nothing further starts until `resume`."""
        return self._is_paused

    @property
    def is_stopped(self) -> bool:
        """Whether nothing further starts at all."""
        return self._is_stopped

    def pause(self) -> None:
        """Start nothing further; what is on its way goes on."""
        self._is_paused = True
        self.wake()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._is_paused = False
        self.wake()

    def stop(self) -> None:
        """Start nothing further, for good; what is on its way goes on, what waits is not sent."""
        self._is_stopped = True
        self.wake()

    def send_now(self) -> None:
        """End the wait there is now, for the rate of the account or after a throttled try."""
        self._is_hurried = True
        self.wake()

    # For what submits

    def now(self) -> float:
        """Give seconds of a clock that only goes forward."""
        return self._waiting.monotonic()

    def forget_hurry(self) -> None:
        """Forget a `send_now` that came when nothing waited."""
        self._is_hurried = False

    def take_hurry(self) -> bool:
        """Whether `send_now` was called since; once."""
        with self._condition:
            hurried, self._is_hurried = self._is_hurried, False
        return hurried

    def mark(self) -> int:
        """Give the number of changes so far, to be looked at before the state and given to `wait`."""
        return self._changes

    def wake(self) -> None:
        """Tell what waits that something changed."""
        with self._condition:
            self._changes += 1
            self._condition.notify_all()

    def wait(self, mark: int, seconds: float | None) -> None:
        """Wait until something changed since `mark` or so many seconds have passed; may end earlier."""
        with self._condition:
            if self._changes == mark:
                self._waiting.wait(self._condition, seconds)


__all__ = ["SendControl", "SystemWaiting", "Waiting"]
