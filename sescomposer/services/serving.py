"""The local inbox as a server on loopback, as front ends see it: where it listens, what it is told to do, what came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from sescomposer.core.road import Road
from sescomposer.core.service_answers import ANSWERS, KnownAnswer

LOOPBACK = "127.0.0.1"

SMTP_PORT = 2587
TLS_PORT = 2465
HTTP_PORT = 8005

LATENCY_MOST = 3600.0
"""Seconds that an answer can be put off at most."""


class Cut(StrEnum):
    """Where a connection is cut, seen from the octets of a message."""

    NONE = "none"
    BEFORE = "before"
    """Nothing of the message was read; it was surely not accepted."""
    DURING = "during"
    """Part of it was read; it was not accepted."""
    AFTER = "after"
    """All of it was read and kept, but nobody answers: who sends it again, sends it twice."""

    @property
    def sentence(self) -> str:
        """What happens, for people."""
        return {
            "none": "Connections are not cut.",
            "before": "The connection is cut before any octet of the message is read.",
            "during": "The connection is cut in the middle of the message.",
            "after": "The message is accepted, and the connection is cut before the answer.",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to messages of one road instead of accepting them.

    Attributes:
        answer: What is answered; None to accept what SES would accept.
        latency: Seconds before the answer, or before the cut.
        cut: Where the connection is cut; then nothing is answered.
        every: Each n-th message is concerned, 1 for all.
        times: So many messages are concerned, 0 for no end.
    """

    answer: KnownAnswer | None = None
    latency: float = 0.0
    cut: Cut = Cut.NONE
    every: int = 1
    times: int = 0

    @property
    def is_none(self) -> bool:
        """Whether nothing is done."""
        return self.answer is None and not self.latency and self.cut is Cut.NONE

    @property
    def sentence(self) -> str:
        """What is done, for people.

        >>> Fault(latency=2.0, cut=Cut.AFTER, times=1).sentence
        'The next message: waits 2 s; the connection is cut after the octets.'
        """
        if self.is_none:
            return "Messages are accepted or refused as SES would."
        parts = [f"waits {self.latency:g} s"] if self.latency else []
        if self.cut is not Cut.NONE:
            parts.append(f"the connection is cut {self.cut} the octets")
        elif self.answer is not None:
            parts.append(f"answered with {self.answer.code}")
        return f"{self._which}: {'; '.join(parts)}."

    @property
    def _which(self) -> str:
        among = "message" if self.every == 1 else f"{ordinal(self.every)} message"
        if not self.times:
            return f"Every {among}"
        return f"The next {among}" if self.times == 1 else f"The next {self.times} of every {among}"


NO_FAULT = Fault()


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How to listen.

    Attributes:
        host: The address to listen at. Any but loopback lets other machines in, and then nothing protects the inbox.
        smtp_port: For SMTP with STARTTLS; 0 for any that is free, as with the others.
        tls_port: For SMTP with TLS from the first octet.
        http_port: For both APIs, without TLS.
        require_auth: Whether SMTP wants a login; any user and password will do.
    """

    host: str = LOOPBACK
    smtp_port: int = SMTP_PORT
    tls_port: int = TLS_PORT
    http_port: int = HTTP_PORT
    require_auth: bool = False


DEFAULTS = ServeOptions()


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where it listens.

    Attributes:
        host: As asked for.
        smtp_port, tls_port, http_port: See `ServeOptions`, never 0.
        certificate: The file that clients trust; it is good for localhost, 127.0.0.1 and ::1.
        is_loopback: Whether no other machine can reach it.
    """

    host: str
    smtp_port: int
    tls_port: int
    http_port: int
    certificate: Path
    is_loopback: bool = True

    @property
    def url(self) -> str:
        """The endpoint of both APIs.

        >>> Addresses("::1", 1, 2, 3, Path("c.pem")).url
        'http://[::1]:3'
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.http_port}"

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """Ready-made settings of other programs: pairs of what for, and the text to copy."""
        return (
            ("AWS SDK, API v2", f"AWS_ENDPOINT_URL_SESV2={self.url}"),
            ("AWS SDK, API v1", f"AWS_ENDPOINT_URL_SES={self.url}"),
            ("SMTP with STARTTLS", f"{self.host}:{self.smtp_port}"),
            ("SMTP with TLS", f"{self.host}:{self.tls_port}"),
            ("Certificate to trust", str(self.certificate)),
        )


class Came(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    CUT = "cut"
    BROKEN = "broken off"
    """The client went away."""
    ANSWERED = "answered"
    """A question that is no message."""


@dataclass(frozen=True, slots=True)
class Served:
    """One line of the live log.

    Attributes:
        number: From 1 on, without gaps.
        at: When it ended.
        peer: Address and port of the client.
        road: The road it came by.
        came: What became of it.
        answer: What was answered, in one line; "" where nothing was.
        mail_from, rcpt_to: The envelope, as far as it was told.
        octets: Length of the message, as far as it was read.
        entry: Its id in the local inbox, "" where it is not there.
        told: Whether a fault that was set made it so.
    """

    number: int
    at: datetime
    peer: str
    road: Road
    came: Came
    answer: str = ""
    mail_from: str = ""
    rcpt_to: tuple[str, ...] = ()
    octets: int = 0
    entry: str = ""
    told: bool = False

    @property
    def line(self) -> str:
        """All of it in one line, the time to the second.

        >>> from datetime import UTC
        >>> now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        >>> Served(1, now, "127.0.0.1:5", Road.SMTP, Came.ACCEPTED, "250 Ok x", "a@a.example", ("b@b.example",), 9).line
        '03:04:05  SES SMTP  accepted  9 octets  a@a.example -> b@b.example  250 Ok x'
        """
        way = f"{self.mail_from or '<>'} -> {', '.join(self.rcpt_to)}" if self.rcpt_to else self.mail_from
        told = " (as told)" if self.told else ""
        size = f"{self.octets:,} octets" if self.octets else ""
        words = (f"{self.at:%H:%M:%S}", self.road.label, f"{self.came}{told}", size, way, self.answer)
        return "  ".join(word for word in words if word)


class Faults(Protocol):
    """What the servers do to messages; may be changed while they run, by any thread."""

    def set(self, fault: Fault, *roads: Road) -> None:
        """Do this from now on, on these roads or on all; counting begins anew. An answer that a road cannot give is
        not given there.
        """

    def get(self, road: Road) -> Fault:
        """Give what was set."""

    def left(self, road: Road) -> int:
        """Give how many messages are still concerned, -1 for no end."""


class Serving(Protocol):
    """The servers; one set at a time in a process, started and stopped by any thread."""

    @property
    def faults(self) -> Faults:
        """What is done to messages."""

    @property
    def addresses(self) -> Addresses | None:
        """Where it listens, None while it does not."""

    def start(self, options: ServeOptions = DEFAULTS) -> Addresses:
        """Listen.

        Raises:
            ServingError: a port is taken or may not be used, or it listens already; then nothing listens further.
            StoreError: the certificate cannot be kept.
        """

    def stop(self) -> None:
        """Close every connection and listen no more; does nothing where it does not listen."""

    def journal(self, after: int = 0) -> tuple[Served, ...]:
        """Give what came after the line of that number, oldest first; the last thousand are kept."""

    def wait_for(self, after: int, seconds: float) -> tuple[Served, ...]:
        """Give the same, and wait for a line to come if there is none yet."""


def answer_choices() -> Mapping[str, KnownAnswer]:
    """Give every answer of the service by a name of its own: its code, with a number where several have that code.

    >>> list(name for name in answer_choices() if name.startswith("message-too-long"))
    ['message-too-long', 'message-too-long-2']
    """
    found: dict[str, KnownAnswer] = {}
    for answer in ANSWERS:
        if answer.is_answer:
            name, number = answer.code, 1
            while name in found:
                number += 1
                name = f"{answer.code}-{number}"
            found[name] = answer
    return found


def ordinal(number: int) -> str:
    """Give a number as a place in a row.

    >>> [ordinal(number) for number in (1, 2, 3, 4, 11, 22, 113)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd', '113th']
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
