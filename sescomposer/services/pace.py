"""The rate at which an account may send: a bucket of tokens, one token a recipient; time comes as an argument.

SES counts recipients, not messages, lets a message with more recipients than are left through and takes them off later
ones (SES Developer Guide, sending quotas). So does the bucket: it goes into debt for a message that is larger than it.
"""

from dataclasses import dataclass, replace
from threading import Lock

from sescomposer.services.knowledge import Quota


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens at one moment.

    Attributes:
        rate: Tokens that come in a second; more than 0.
        tokens: Those at hand at `at`; below 0 in debt.
        at: The moment, in seconds of a clock that only goes forward.

    >>> bucket = Bucket(rate=10.0, tokens=10.0, at=0.0).taken(8, 0.0)
    >>> bucket.wait(4, 0.0), bucket.wait(4, 0.5)
    (0.2, 0.0)
    """

    rate: float
    tokens: float
    at: float

    @property
    def capacity(self) -> float:
        """Most tokens it holds: one second's worth, and at least one message's."""
        return max(self.rate, 1.0)

    def filled(self, now: float) -> "Bucket":
        """Give the bucket with what has come in until now."""
        came = max(0.0, now - self.at) * self.rate
        return replace(self, tokens=min(self.capacity, self.tokens + came), at=max(self.at, now))

    def wait(self, recipients: int, now: float) -> float:
        """Give the seconds until a message with so many recipients may leave, 0 for at once."""
        missing = min(float(recipients), self.capacity) - self.filled(now).tokens
        # A millionth of a token is what is lost in the sums.
        return missing / self.rate if missing > 1e-6 else 0.0

    def taken(self, recipients: int, now: float) -> "Bucket":
        """Give the bucket after a message with so many recipients has left."""
        filled = self.filled(now)
        return replace(filled, tokens=filled.tokens - recipients)


class Pace:
    """The bucket of one account, for several threads and for one batch behind the other.

    Args:
        rate: Recipients a second.

    >>> pace = Pace(2)
    >>> [pace.start(1, now) for now in (0.0, 0.0, 0.0, 0.5)]
    [0.0, 0.0, 0.5, 0.0]
    """

    def __init__(self, rate: float) -> None:
        if rate <= 0:
            raise ValueError("a rate is more than 0")
        self._lock = Lock()
        self._rate = rate
        self._bucket: Bucket | None = None

    @classmethod
    def of_quota(cls, quota: Quota) -> "Pace | None":
        """Give the pace of an account; None where SES tells no rate."""
        return cls(quota.rate) if quota.rate > 0 else None

    @property
    def rate(self) -> float:
        """Recipients a second."""
        return self._rate

    def start(self, recipients: int, now: float) -> float:
        """Take the tokens of one message and give 0, or give the seconds to wait first and take none."""
        with self._lock:
            bucket = self._at(now)
            seconds = bucket.wait(recipients, now)
            if not seconds:
                self._bucket = bucket.taken(recipients, now)
            return seconds

    def take(self, recipients: int, now: float) -> None:
        """Take the tokens of a message that leaves all the same."""
        with self._lock:
            self._bucket = self._at(now).taken(recipients, now)

    def _at(self, now: float) -> Bucket:
        return self._bucket or Bucket(self._rate, max(self._rate, 1.0), now)


class Paces:
    """The pace of each account, one for all windows of the program.

    >>> paces = Paces()
    >>> quota = Quota(max_24_hours=200, rate=1, sent_24_hours=0)
    >>> paces.of("work", "eu-west-1", quota) is paces.of("work", "eu-west-1", quota)
    True
    >>> paces.of("work", "eu-west-1", None) is None
    True
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._paces: dict[tuple[str, str], Pace] = {}

    def of(self, account: str, region: str, quota: Quota | None) -> Pace | None:
        """Give the pace of an account in a region as its quota says; None where that is not known.

        A quota that grew or shrank begins with a full second; SES throttles where that is too much.
        """
        made = None if quota is None else Pace.of_quota(quota)
        if made is None:
            return None
        with self._lock:
            kept = self._paces.get((account, region))
            if kept is None or kept.rate != made.rate:
                kept = self._paces[account, region] = made
            return kept


__all__ = ["Bucket", "Pace", "Paces"]
