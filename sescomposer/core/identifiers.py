"""Boundaries, Content-IDs and Message-IDs, made from randomness and time that the caller hands in.

Made once, they are written into header fields and stay there: nothing that is rendered twice gets new ones.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

OURS_PREFIX = "=_sescomposer_"
"""What every boundary of ours starts with. "=_" never stands in quoted-printable or base64 text (RFC 2045 section
6.7); the rest tells, also after saving and opening again, that an edit of ours made the container."""

NO_DOMAIN = "message.invalid"
"""Right side of an identifier where no domain of the writer is known (RFC 2606); never the name of the computer."""

_TOKEN_OCTETS = 16


class Identifiers(Protocol):
    """Makes identifiers that differ from all others."""

    def boundary(self) -> str:
        """Give a boundary with `OURS_PREFIX`, at most 70 characters of ASCII (RFC 2046 section 5.1.1)."""

    def content_id(self, domain: str) -> str:
        """Give a Content-ID without angle brackets; `domain` is ASCII, "" for none (RFC 2392)."""

    def message_id(self, domain: str, now: datetime) -> str:
        """Give a Message-ID without angle brackets; `domain` is ASCII, "" for none (RFC 5322 section 3.6.4)."""

    def token(self) -> str:
        """Give 32 lower-case hexadecimal digits."""


class RandomIdentifiers:
    """Identifiers of 128 random bits each.

    Args:
        random_bytes: Gives so many random octets, such as `secrets.token_bytes`.

    >>> ids = RandomIdentifiers(lambda count: bytes(range(count)))
    >>> ids.boundary(), ids.content_id("a.example")
    ('=_sescomposer_000102030405060708090a0b0c0d0e0f', '000102030405060708090a0b0c0d0e0f@a.example')
    """

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes

    def boundary(self) -> str:
        """See `Identifiers`."""
        return OURS_PREFIX + self.token()

    def content_id(self, domain: str) -> str:
        """See `Identifiers`."""
        return f"{self.token()}@{domain or NO_DOMAIN}"

    def message_id(self, domain: str, now: datetime) -> str:
        """See `Identifiers`; starts with the time in UTC, so that ids sort as they were made."""
        return f"{now.astimezone(UTC):%Y%m%d%H%M%S}.{self.token()}@{domain or NO_DOMAIN}"

    def token(self) -> str:
        """See `Identifiers`."""
        return self._random_bytes(_TOKEN_OCTETS).hex()


class SeededIdentifiers(RandomIdentifiers):
    """Identifiers that follow from a seed alone, for tests and for builds that must come out the same twice.

    >>> SeededIdentifiers(1).token() == SeededIdentifiers(1).token() != SeededIdentifiers(2).token()
    True
    """

    def __init__(self, seed: int | str = 0) -> None:
        super().__init__(self._next)
        self._seed = seed
        self._count = 0

    def _next(self, count: int) -> bytes:
        import hashlib  # here: its library is large, and only tests draw from a seed

        self._count += 1
        return hashlib.shake_256(f"{self._seed}/{self._count}".encode()).digest(count)


def is_ours(boundary: bytes) -> bool:
    """Whether a boundary was made by an edit of ours.

    >>> is_ours(b"=_sescomposer_1"), is_ours(b"abc")
    (True, False)
    """
    return boundary.startswith(OURS_PREFIX.encode("ascii"))
