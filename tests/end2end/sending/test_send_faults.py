"""Every fault of the way and of the service, by all three roads: what the service has, what is kept, what is told."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from typing import Any, ClassVar

import keyring.errors
import pytest

from sescomposer.bootstrap import Services
from sescomposer.core.errors import ExitCode, OperationCancelledError
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.services.ports import SubmissionState
from sescomposer.services.send_control import SystemWaiting

ACCEPTED, REFUSED = SubmissionState.ACCEPTED, SubmissionState.REFUSED
NOT_SENT, UNKNOWN = SubmissionState.NOT_SENT, SubmissionState.UNKNOWN
APIS = (Road.SES_V2, Road.SES_V1)
ROADS = (*APIS, Road.SMTP)
STATUS = {
    ACCEPTED: ExitCode.FINE,
    REFUSED: ExitCode.REFUSED,
    NOT_SENT: ExitCode.NOTHING_DONE,
    UNKNOWN: ExitCode.UNKNOWN,
}
SHORT = 0.4
"""Seconds until an answer is given up, where the server is silent."""


@dataclass(frozen=True)
class Case:
    """A fault and what has to come of it.

    Attributes:
        name: For people.
        state: What is recorded.
        taken: How often the service has the message.
        words: A part of the answer as it is kept.
        script: See `Script`.
        is_large: Whether the message is larger than what the systems' buffers take.
    """

    name: str
    state: SubmissionState
    taken: int = 0
    words: str = ""
    script: dict[str, Any] = field(default_factory=dict)
    is_large: bool = False


def answered(status: int, code: str, text: str, state: SubmissionState) -> Case:
    """One answer of an API; where it leaves doubt the server has taken the message."""
    taken = int(state is UNKNOWN)
    return Case(f"{status} {code}", state, taken, f"{code}: {text}".strip(), {"answers": ((status, code, text),)})


API_CASES = (
    Case("reset before", NOT_SENT, script={"cut": "before"}, is_large=True),
    Case("reset during", NOT_SENT, script={"cut": "during"}, is_large=True),
    Case("reset after", UNKNOWN, 1, script={"cut": "after"}),
    Case("silent before", NOT_SENT, script={"silent": "before"}, is_large=True),
    Case("silent during", NOT_SENT, script={"silent": "during"}, is_large=True),
    Case("silent after", UNKNOWN, 1, script={"silent": "after"}),
    Case("an acceptance that nobody can read", UNKNOWN, 1, script={"body": b"<html>Welcome</html>"}),
    answered(400, "MessageRejected", "Email address is not verified.", REFUSED),
    answered(400, "BadRequestException", "Missing final '@domain'", REFUSED),
    answered(403, "AccessDeniedException", "User is not authorized to perform ses:SendRawEmail", REFUSED),
    answered(403, "ExpiredTokenException", "The security token included in the request is expired", REFUSED),
    answered(403, "SignatureDoesNotMatch", "Signature expired: 20261121T000000Z is now earlier than", REFUSED),
    answered(403, "RequestTimeTooSkewed", "The difference between the request time is too large.", REFUSED),
    answered(400, "Throttling", "Daily message quota exceeded.", REFUSED),
    answered(408, "RequestTimeoutException", "Too slow.", UNKNOWN),
    answered(413, "RequestEntityTooLargeException", "Too large.", REFUSED),
    answered(500, "InternalFailure", "", UNKNOWN),
    answered(503, "ServiceUnavailable", "Try later.", UNKNOWN),
    answered(504, "GatewayTimeout", "", UNKNOWN),
    Case(
        "413 before the body was read",
        REFUSED,
        words="Too large.",
        script={"answers": ((413, "RequestEntityTooLargeException", "Too large."),), "is_early": True},
        is_large=True,
    ),
)

STEPS = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", ".")


def _smtp_steps() -> tuple[Case, ...]:
    """Every step refused for now, refused for good, hung up, silent."""
    found = []
    for step in STEPS:
        lost, taken = (UNKNOWN, 1) if step == "." else (NOT_SENT, 0)
        for reply in ("451 Temporary service failure", "421 Service shutting down", "554 Access denied"):
            found.append(Case(f"{step}: {reply}", REFUSED, words=reply, script={"replies": {step: reply}}))
        found.append(Case(f"{step}: hung up", lost, taken, script={"replies": {step: ""}}))
        found.append(Case(f"{step}: silent", lost, taken, "TimeoutError", {"replies": {step: "SILENCE"}}))
    return tuple(found)


SMTP_CASES = (
    *_smtp_steps(),
    Case("reset before", NOT_SENT, script={"cut": "before"}),
    Case("reset during", NOT_SENT, script={"cut": "during"}, is_large=True),
    Case("reset after", UNKNOWN, 1, script={"cut": "after"}),
    Case("silent during", NOT_SENT, script={"silent": "during"}, is_large=True),
    Case("hung up behind a refusal", REFUSED, words="554 No", script={"replies": {"RCPT": "554 No", "RSET": ""}}),
    Case("an answer that nobody can read", UNKNOWN, 1, "ends with 'ome'", {"replies": {".": "Welcome"}}),
    Case("an answer without end", UNKNOWN, 1, script={"replies": {".": "2" * 9000}}),
    Case("a greeting without end", NOT_SENT, script={"replies": {"CONNECT": "2" * 9000}}),
    Case("STARTTLS stripped", NOT_SENT, script={"strips_tls": True}),
    Case(
        "expired password", REFUSED, words="535", script={"replies": {"AUTH": "535 Authentication Credentials Invalid"}}
    ),
    Case("too large", REFUSED, words="552", script={"replies": {"MAIL": "552 5.3.4 Message size exceeds fixed limit"}}),
    Case(
        "quota",
        REFUSED,
        words="454",
        script={"replies": {".": "454 Throttling failure: Daily message quota exceeded."}},
    ),
)

CASES = [(road, case) for road in APIS for case in API_CASES] + [(Road.SMTP, case) for case in SMTP_CASES]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the transports give up soon."""

    def hurry() -> None:
        from sescomposer.services.sign_in import NOBODY
        from sescomposer.ses.api import ApiTransport
        from sescomposer.ses.clients import Timeouts

        monkeypatch.setattr(ApiTransport.__init__, "__defaults__", (NOBODY, Timeouts(SHORT, SHORT)))
        for name in ("CONNECT_SECONDS", "COMMAND_SECONDS", "ANSWER_SECONDS"):
            monkeypatch.setattr(f"sescomposer.ses.smtp_connection.{name}", SHORT)

    return hurry


@pytest.fixture
def holds() -> Callable[..., None]:
    """Hold that all accounts of a submission agree, and that people are told something, which pytest -rP shows."""

    def check(sent: Any, state: SubmissionState) -> None:
        assert sent.receipt["state"] == state.value, sent.receipt
        assert sent.status == STATUS[state]
        assert sent.record is not None
        assert (sent.record.state, sent.record.unrecorded, sent.record.unlisted) == (state, "", "")
        assert sent.entry is not None
        assert sent.entry.record == sent.record
        assert b"Subject: Hi\r\n" in sent.octets
        assert len(sent.octets) == sent.record.intent.length
        if state is not ACCEPTED:
            assert sent.receipt["answer"]
            assert sent.receipt["explanation"].endswith(".")
        print(f"{state.value}: {sent.receipt['answer']} | {sent.receipt['explanation']}")

    return check


@pytest.mark.parametrize("road, case", CASES, ids=[f"{road.value}-{case.name}" for road, case in CASES])
def test_a_fault_loses_nothing_and_sends_nothing_twice(
    road: Road,
    case: Case,
    serve: Any,
    account_for: Any,
    send: Any,
    letter: Path,
    large_letter: Path,
    impatient: Any,
    holds: Any,
) -> None:
    is_silent = "silent" in case.name
    if is_silent:
        impatient()
    server = serve(road, **case.script)
    account_for(road, server.port)
    sent = send(large_letter if case.is_large else letter)
    server.close()
    holds(sent, case.state)
    assert case.words in sent.receipt["answer"]
    assert server.taken == [sent.octets] * case.taken
    assert server.connections == 1
    assert server.tries <= 1


@pytest.mark.parametrize("road", ROADS)
def test_nobody_listens(road: Road, account_for: Any, send: Any, letter: Path, unused: int, holds: Any) -> None:
    account_for(road, unused)
    holds(send(letter), NOT_SENT)


@pytest.mark.parametrize("road", ROADS)
def test_a_name_that_is_not_known(
    road: Road, account_for: Any, send: Any, letter: Path, unused: int, holds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(host: str, *_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    account_for(road, unused, host="nowhere.invalid", is_tls=True)
    holds(send(letter), NOT_SENT)


CERTIFICATES: dict[str, dict[str, Any]] = {
    "wrong name": {"name": "elsewhere.example"},
    "expired": {"ends": -1},
    "not valid yet, as for a clock that is slow": {"begins": 2},
    "self-signed": {},
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("fault", CERTIFICATES)
def test_a_certificate_that_is_wrong(
    road: Road, fault: str, serve: Any, account_for: Any, send: Any, letter: Path, make_certificate: Any, holds: Any
) -> None:
    made = make_certificate(**CERTIFICATES[fault])
    server = serve(road, certificate=made)
    trusted = make_certificate().bundle if fault == "self-signed" else made.bundle
    account_for(road, server.port, is_tls=True, ca_bundle=trusted)
    sent = send(letter)
    server.close()
    holds(sent, NOT_SENT)
    assert (server.taken, server.tries, server.wire[True]) == ([], 0, b"")
    assert "hush" not in str(sent)


class AtOnce(SystemWaiting):
    """Lets every wait end at once; `waited` holds their seconds."""

    waited: ClassVar[list[float]] = []

    def monotonic(self) -> float:
        """Give the time, with all that was waited."""
        return super().monotonic() + sum(self.waited)

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """See `Waiting`."""
        if seconds is None:
            super().wait(condition, None)
        else:
            self.waited.append(seconds)


@pytest.mark.parametrize("road", ROADS)
def test_what_is_throttled_is_sent_once_at_last(
    road: Road, serve: Any, account_for: Any, send: Any, letter: Path, holds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sescomposer.services.send_control.SystemWaiting", AtOnce)
    monkeypatch.setattr(AtOnce, "waited", [])
    throttling = (429, "TooManyRequestsException", "Maximum sending rate exceeded.")
    if road is Road.SES_V1:
        throttling = (400, "Throttling", "Maximum sending rate exceeded.")
    server = serve(road, answers=(throttling,) * 3, throttled=3)
    account_for(road, server.port)
    sent = send(letter)
    server.close()
    holds(sent, ACCEPTED)
    assert (server.taken, server.tries) == ([sent.octets], 4)
    assert sum(AtOnce.waited) >= 0.99 * (1 + 2 + 5)
    assert "Maximum sending rate exceeded" in sent.said


KEYRINGS: dict[str, tuple[Exception | None, str]] = {
    "locked": (keyring.errors.KeyringLocked("x"), "it is locked"),
    "gone": (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
    "without the secret": (None, "secret"),
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("fault", KEYRINGS)
def test_a_keyring_that_gives_no_secret(
    road: Road, fault: str, serve: Any, account_for: Any, send: Any, ring: Any, letter: Path, holds: Any
) -> None:
    error, words = KEYRINGS[fault]
    ring.error, ring.kept = error, {}
    server = serve(road)
    account_for(road, server.port)
    sent = send(letter)
    holds(sent, NOT_SENT)
    assert words in sent.receipt["answer"]
    assert server.connections == 0
    ring.error, ring.kept = None, {"work": "hush"}
    again = send(letter)
    server.close()
    holds(again, ACCEPTED)
    assert server.taken == [again.octets]


def test_a_password_that_no_server_can_take_is_shown_to_nobody(
    serve: Any, account_for: Any, send: Any, ring: Any, letter: Path, holds: Any
) -> None:
    ring.kept = {"work": "häsh-hush"}
    server = serve(Road.SMTP)
    account_for(Road.SMTP, server.port)
    sent = send(letter)
    server.close()
    holds(sent, NOT_SENT)
    assert "sh-hush" not in str(sent)
    assert server.connections == 0


class Patience:
    """Cancels once an upload does not move."""

    def __init__(self) -> None:
        self.done = -1

    def step(self, done: int, total: int) -> None:
        """See `Progress`."""
        if done == self.done:
            raise OperationCancelledError
        self.done = done


def test_an_upload_that_does_not_move_can_be_cancelled(
    serve: Any, account_for: Any, ring: object, services: Services, large_letter: Path
) -> None:
    server = serve(Road.SMTP, silent="during")
    account_for(Road.SMTP, server.port)
    transport = services.transport("work")
    review = services.sending.review(Message(parse(large_letter.read_bytes())), transport)
    (record,) = services.sending.submit(review, transport, progress=Patience())
    services.close()
    server.close()
    assert record.state is NOT_SENT
    assert server.taken == []
