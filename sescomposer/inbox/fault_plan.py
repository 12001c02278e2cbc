"""What the servers are told to do to messages, by road: changed and asked by any thread."""

import threading
from dataclasses import replace

from sescomposer.core.road import Road
from sescomposer.services.serving import LATENCY_MOST, NO_FAULT, Cut, Fault

_STEPS = {
    "too-many-connections": "connect",
    "smtp-authentication-later": "auth",
    "smtp-not-subscribed": "auth",
    "smtp-login-refused": "auth",
    "smtp-login-missing": "mail-from",
    "starttls-missing": "mail-from",
    "return-path-syntax": "mail-from",
    "recipient-refused": "rcpt-to",
    "recipient-syntax": "rcpt-to",
}
"""At which command of SMTP an answer comes where the table of answers leaves it open; else behind the content."""


def step_of(fault: Fault) -> str:
    """Give the command of SMTP at which a fault strikes.

    >>> step_of(Fault()), step_of(Fault(cut=Cut.DURING))
    ('content', 'content')
    """
    if fault.answer is None or fault.cut is not Cut.NONE:
        return "content"
    return fault.answer.step or _STEPS.get(fault.answer.code, "content")


class FaultPlan:
    """See `services.serving.Faults`.

    >>> plan = FaultPlan()
    >>> plan.set(Fault(latency=1.0, every=2, times=1))
    >>> [plan.take(Road.SMTP).is_none for _ in range(5)]
    [True, False, True, True, True]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: dict[Road, Fault] = {}
        self._seen: dict[Road, int] = {}
        self._struck: dict[Road, int] = {}

    def set(self, fault: Fault, *roads: Road) -> None:
        """Do this from now on; counting begins anew.

        Raises:
            ValueError: a number is out of its limits.
        """
        if not 0 <= fault.latency <= LATENCY_MOST or fault.every < 1 or fault.times < 0:
            raise ValueError(fault)
        with self._lock:
            for road in roads or tuple(Road):
                self._set[road] = fault
                self._seen[road] = self._struck[road] = 0

    def get(self, road: Road) -> Fault:
        """Give what was set."""
        with self._lock:
            return self._set.get(road, NO_FAULT)

    def left(self, road: Road) -> int:
        """Give how many messages are still concerned, -1 for no end."""
        with self._lock:
            times = self._set.get(road, NO_FAULT).times
            return max(times - self._struck.get(road, 0), 0) if times else -1

    def take(self, road: Road, step: str = "") -> Fault:
        """Count a message and give what is to be done to it.

        Args:
            road: The road it comes by.
            step: Over SMTP the command it has come to; where the fault strikes at another nothing is counted.
        """
        with self._lock:
            fault = _on(self._set.get(road, NO_FAULT), road)
            if fault.is_none or (step and step_of(fault) != step):
                return NO_FAULT
            self._seen[road] += 1
            if self._seen[road] % fault.every or (fault.times and self._struck[road] >= fault.times):
                return NO_FAULT
            self._struck[road] += 1
            return fault


def _on(fault: Fault, road: Road) -> Fault:
    """Leave out an answer that does not come on that road."""
    answer = fault.answer
    is_possible = answer is None or (road in answer.wires and answer.wires[road].status > 0)
    return fault if is_possible else replace(fault, answer=None)
