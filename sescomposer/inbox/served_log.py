"""The journal of the servers: the last requests, for a live log. It is kept in memory alone."""

import threading
from collections import deque

from sescomposer.core.road import Road
from sescomposer.services.ports import Clock
from sescomposer.services.serving import Came, Served

KEPT = 1000


class ServedLog:
    """Written and read by any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[Served] = deque(maxlen=KEPT)
        self._last = 0
        self._changed = threading.Condition()

    def note(
        self,
        road: Road,
        peer: str,
        came: Came,
        answer: str = "",
        *,
        mail_from: str = "",
        rcpt_to: tuple[str, ...] = (),
        octets: int = 0,
        entry: str = "",
        told: bool = False,
    ) -> None:
        """Add a line; see `Served` for the arguments."""
        with self._changed:
            self._last += 1
            now = self._clock.now()
            line = Served(self._last, now, peer, road, came, answer, mail_from, rcpt_to, octets, entry, told)
            self._lines.append(line)
            self._changed.notify_all()

    def after(self, number: int) -> tuple[Served, ...]:
        """Give the lines behind that of a number, oldest first."""
        with self._changed:
            return tuple(line for line in self._lines if line.number > number)

    def wait_for(self, number: int, seconds: float) -> tuple[Served, ...]:
        """Give the same, and wait for one to come."""
        with self._changed:
            self._changed.wait_for(lambda: self._last > number, seconds)
        return self.after(number)
