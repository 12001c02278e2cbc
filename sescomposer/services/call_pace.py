"""When the next question to the service may leave: one a second, for all who ask about the same account.

SES allows about one call a second of everything but sending (Developer Guide, quotas). Who is refused for too many
calls backs off, and all others of the account with it.
"""

import time
from collections.abc import Callable
from threading import Lock

SLICE = 0.25
"""Seconds of waiting after which is asked again whether to go on."""


class CallPace:
    """The turns of one account; for several threads.

    Args:
        seconds: Between two calls.
        monotonic: A clock that only goes forward, in seconds.
        wait: Waits for seconds.

    >>> waits = []
    >>> pace = CallPace(monotonic=lambda: 10.0, wait=waits.append)
    >>> pace.turn()
    >>> waits
    []
    """

    def __init__(
        self,
        seconds: float = 1.0,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._wait = wait
        self._lock = Lock()
        self._next = float("-inf")

    def turn(self, go_on: Callable[[], object] = lambda: None) -> None:
        """Wait until it is one's turn; `go_on` is called four times a second and raises what ends the wait."""
        with self._lock:
            start = max(self._monotonic(), self._next)
            self._next = start + self._seconds
        while (left := start - self._monotonic()) > 0:
            go_on()
            self._wait(min(left, SLICE))

    def back_off(self, seconds: float) -> None:
        """Let nobody have a turn before so many seconds are over."""
        with self._lock:
            self._next = max(self._next, self._monotonic() + seconds)
