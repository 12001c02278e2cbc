"""SMTP: exact octets, TLS before anything secret, each message once, and what is known of it at every fault."""

import base64
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import (
    OperationCancelledError,
    RefusedError,
    SubmissionError,
    ThrottledError,
    UnknownOutcomeError,
)
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.ses.dot_stuffing import stuffed_chunks
from sescomposer.ses.smtp import IDLE_SECONDS, SmtpTransport
from sescomposer.ses.smtp_connection import SmtpConnection

ENVELOPE = Envelope("ada@a.example", ("b@b.example", "c@c.example"))
TEXT = b"From: ada@a.example\r\nSubject: Hi\r\n\r\n.dot\r\n..two\r\nend\r\n"
MESSAGE = Octets.of(TEXT)
WIRE = TEXT.replace(b"\r\n.", b"\r\n..") + b".\r\n"
PASSWORD = "hush-hush-hush"

To = Callable[..., SmtpTransport]


def unstuffed(wire: bytes) -> bytes:
    """Undo what stands in RFC 5321 section 4.5.2, line by line."""
    lines = wire.split(b"\r\n")
    assert lines[-2:] == [b".", b""]
    return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines[:-2]) + b"\r\n"


@given(st.lists(st.binary(max_size=20) | st.sampled_from([b".", b"\r\n", b"\r\n.", b"\n", b"..\r\n"]), max_size=12))
def test_what_is_stuffed_reads_as_it_was(chunks: list[bytes]) -> None:
    # Lone LFs are what sealing never leaves; a dot behind one is doubled, which only CRLF readers could see.
    content = b"".join(chunks).replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n").replace(b"\r\r", b"\r")
    cut = [content[i : i + 3] for i in range(0, len(content), 3)]
    wire = b"".join(bytes(chunk) for _, chunk in stuffed_chunks(cut))
    assert b"\r\n.\r\n" in b"\r\n" + wire
    assert (b"\r\n" + wire).index(b"\r\n.\r\n") == len(wire) - 3
    expected = content if content.endswith(b"\r\n") or not content else content + b"\r\n"
    assert unstuffed(wire) == (expected or b"\r\n")


@pytest.mark.parametrize("tls", ["starttls"])
def test_the_octets_arrive_as_they_are(serve: Any, transport_to: To, tls: str) -> None:
    server = serve(tls=tls)
    receipt = transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    assert server.contents == [WIRE]
    assert (receipt.reference, receipt.answer) == ("0100018-abc-000000", "250 Ok 0100018-abc-000000")
    assert f"MAIL FROM:<ada@a.example> SIZE={len(TEXT)}" in server.commands
    assert [c for c in server.commands if c.startswith("RCPT")] == ["RCPT TO:<b@b.example>", "RCPT TO:<c@c.example>"]


def test_nothing_secret_and_nothing_of_the_message_before_tls(serve: Any, transport_to: To) -> None:
    server = serve()
    transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    plain = server.commands[: len(server.commands) - len(server.secure_commands)]
    assert [command.split(" ")[0].upper() for command in plain] == ["EHLO", "STARTTLS"]
    assert any(command.startswith("AUTH") for command in server.secure_commands)


def test_tls_from_the_first_octet_where_the_port_says_so(serve: Any, transport_to: To) -> None:
    server = serve(tls="wrapper")
    transport_to(server.port, wraps=True).submit_octets(MESSAGE, ENVELOPE)
    assert server.contents == [WIRE]
    assert server.secure_commands == server.commands


@pytest.mark.parametrize("tls", ["none"])
def test_a_server_without_tls_gets_no_password(serve: Any, transport_to: To, tls: str) -> None:
    server = serve(tls=tls)
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    assert not caught.value.outcome_unknown
    assert not isinstance(caught.value, RefusedError)
    assert [command.split(" ")[0].upper() for command in server.commands] == ["EHLO"]


def test_a_certificate_that_is_wrong_ends_it(serve: Any, transport_to: To, make_cert: Any) -> None:
    for name, days in (("other.example", 2), ("localhost", -1)):
        wrong = make_cert(name, days)
        server = serve(with_certificate=wrong)
        with pytest.raises(SubmissionError) as caught:
            transport_to(server.port, trusted=wrong.chain).submit_octets(MESSAGE, ENVELOPE)
        assert caught.value.answer is not None
        assert caught.value.answer.code == "SSLCertVerificationError"
        assert server.secure_commands == []


def test_a_certificate_that_nobody_trusts_ends_it(serve: Any, transport_to: To, make_cert: Any) -> None:
    server = serve()
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port, trusted=make_cert("localhost", 1).chain).submit_octets(MESSAGE, ENVELOPE)
    assert not caught.value.outcome_unknown
    assert server.secure_commands == []


STEPS = ["CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "."]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("reply", ["451 Temporary service failure", "554 Access denied"])
def test_a_refusal_at_every_step_is_told_and_nothing_is_repeated(
    serve: Any, transport_to: To, step: str, reply: str
) -> None:
    server = serve({step: reply})
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    answer = caught.value.answer
    assert answer is not None
    assert (answer.status, answer.code) == (int(reply[:3]), reply[:3])
    assert not caught.value.outcome_unknown
    assert server.connections == 1
    assert len(server.contents) == (1 if step == "." else 0)


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_hangs_up_leaves_doubt_only_after_the_whole_message(
    serve: Any, transport_to: To, step: str
) -> None:
    server = serve({step: ""})
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    assert isinstance(caught.value, UnknownOutcomeError) is (step == ".")
    assert server.connections == 1


@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_falls_silent_leaves_doubt_only_after_the_whole_message(
    serve: Any, transport_to: To, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONNECT_SECONDS", "COMMAND_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(f"sescomposer.ses.smtp_connection.{name}", 0.2)
    server = serve({step: "SILENCE"})
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    assert isinstance(caught.value, UnknownOutcomeError) is (step == ".")
    assert server.connections == 1


def test_hanging_up_within_the_content_leaves_no_doubt(serve: Any, transport_to: To) -> None:
    large = Octets.join([MESSAGE, base64_octets(Octets.of(bytes(12_000_000)))])
    server = serve(stop_content_after=1000)
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port).submit_octets(large, ENVELOPE)
    assert not caught.value.outcome_unknown
    assert server.contents == []


def test_throttling_can_be_told_from_a_refusal(serve: Any, transport_to: To) -> None:
    server = serve({".": "454 Throttling failure: Maximum sending rate exceeded."})
    with pytest.raises(ThrottledError):
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)


def test_one_refused_recipient_refuses_the_whole_message(serve: Any, transport_to: To) -> None:
    server = serve({"RCPT": "553 <c@c.example> Invalid email address"})
    transport = transport_to(server.port)
    with pytest.raises(RefusedError):
        transport.submit_octets(MESSAGE, ENVELOPE)
    assert "DATA" not in server.commands
    assert "RSET" in server.commands
    server.script.replies.clear()
    transport.submit_octets(MESSAGE, ENVELOPE)
    assert server.connections == 1


def test_a_connection_serves_several_messages_and_is_renewed_when_old(serve: Any, transport_to: To) -> None:
    now = [0.0]
    server = serve()
    transport = transport_to(server.port, now=lambda: now[0])
    transport.submit_octets(MESSAGE, ENVELOPE)
    transport.submit_octets(MESSAGE, ENVELOPE)
    assert (server.connections, "NOOP" in server.commands) == (1, False)
    now[0] += IDLE_SECONDS + 1
    transport.submit_octets(MESSAGE, ENVELOPE)
    assert (server.connections, "NOOP" in server.commands) == (1, True)
    now[0] += 3600
    transport.submit_octets(MESSAGE, ENVELOPE)
    assert server.connections == 2
    assert len(server.contents) == 4


def test_a_connection_that_died_meanwhile_is_replaced_before_the_message(serve: Any, transport_to: To) -> None:
    now = [0.0]
    server = serve()
    transport = transport_to(server.port, now=lambda: now[0])
    transport.submit_octets(MESSAGE, ENVELOPE)
    server.script.replies["NOOP"] = ""
    now[0] += IDLE_SECONDS + 1
    transport.submit_octets(MESSAGE, ENVELOPE)
    assert (server.connections, len(server.contents)) == (2, 2)


def test_threads_submit_at_once(serve: Any, transport_to: To) -> None:
    server = serve()
    transport = transport_to(server.port)
    threads = [threading.Thread(target=transport.submit_octets, args=(MESSAGE, ENVELOPE)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.contents == [WIRE] * 5


class Cancelling:
    """Progress that cancels at the first step."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []

    def step(self, done: int, total: int) -> None:
        """Note and cancel."""
        self.steps.append((done, total))
        raise OperationCancelledError


def test_cancelling_within_the_content_leaves_nothing(serve: Any, transport_to: To) -> None:
    server = serve()
    large = Octets.join([MESSAGE, base64_octets(Octets.of(bytes(2_000_000)))])
    with pytest.raises(OperationCancelledError):
        transport_to(server.port).submit_octets(large, ENVELOPE, Cancelling())
    assert server.contents == []


def test_what_has_left_cannot_be_cancelled(serve: Any, transport_to: To) -> None:
    server = serve()
    progress = Cancelling()
    receipt = transport_to(server.port).submit_octets(MESSAGE, ENVELOPE, progress)
    assert receipt.reference
    assert progress.steps == [(len(TEXT), len(TEXT))]
    assert len(server.contents) == 1


def test_nobody_there(transport_to: To, unused: int) -> None:
    with pytest.raises(SubmissionError) as caught:
        transport_to(unused).submit_octets(MESSAGE, ENVELOPE)
    assert caught.value.answer is not None
    assert (caught.value.answer.code, caught.value.answer.step) == ("ConnectionRefusedError", "connect")
    assert not caught.value.outcome_unknown


def test_a_name_that_cannot_be_found(transport_to: To, no_network: list[str]) -> None:
    with pytest.raises(SubmissionError) as caught:
        transport_to(25, host="nowhere.invalid").submit_octets(MESSAGE, ENVELOPE)
    assert not caught.value.outcome_unknown
    no_network.clear()


@pytest.mark.parametrize("reply", ["535 Authentication Credentials Invalid"])
def test_the_password_is_told_to_nobody(serve: Any, transport_to: To, reply: str, caplog: Any) -> None:
    server = serve({"AUTH": reply})
    transport = transport_to(server.port)
    with pytest.raises(RefusedError) as caught:
        transport.submit_octets(MESSAGE, ENVELOPE)
    import traceback

    told = "".join(traceback.format_exception(caught.value)) + repr(transport) + repr(caught.value) + caplog.text
    for form in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode()):
        assert form not in told


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope("ada@a.example", ("b@b.example\r\nRCPT TO:<eve@e.example>",)),
        Envelope("ada@a.example", ("b@b.example", "c@c.example> NOTIFY=NEVER <x@x.example")),
        Envelope("ada@a.example", ("Bob <b@b.example>",)),
        Envelope("ada@a.example", ("b@b.example ORCPT=rfc822;c",)),
        Envelope("ada@a.example> SIZE=1", ("b@b.example",)),
        Envelope("ada@a.example\nQUIT", ("b@b.example",)),
        Envelope("ada@a.example", ("józef@b.example",)),
    ],
)
def test_an_address_that_no_command_can_hold_stops_it(serve: Any, transport_to: To, envelope: Envelope) -> None:
    server = serve()
    with pytest.raises(SubmissionError, match="nothing was sent") as caught:
        transport_to(server.port).submit_octets(MESSAGE, envelope)
    assert not caught.value.outcome_unknown
    assert not [command for command in server.commands if command.startswith(("MAIL", "RCPT", "QUIT"))]


@pytest.mark.parametrize("address", ['"a> b"@b.example', "a.b+c@b.example", "", '"a\\"b"@b.example', "a@[127.0.0.1]"])
def test_an_unusual_address_goes_as_it_is(serve: Any, transport_to: To, address: str) -> None:
    server = serve()
    transport_to(server.port).submit_octets(MESSAGE, Envelope(address, ("b@b.example",)))
    assert f"MAIL FROM:<{address}> SIZE={len(MESSAGE)}" in server.commands


@pytest.mark.parametrize("reply", ["334 a", "334 " + base64.b64encode(f"\0AKIAEXAMPLE\0{PASSWORD}".encode()).decode()])
def test_a_login_that_makes_no_sense_is_surely_not_sent_and_tells_no_password(
    serve: Any, transport_to: To, reply: str, caplog: Any
) -> None:
    # The continued login comes as a command of its own.
    again = {base64.b64encode(text.encode()).decode().upper(): reply for text in (f"\0AKIAEXAMPLE\0{PASSWORD}",)}
    server = serve({"AUTH": reply} | again)
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    assert not caught.value.outcome_unknown
    import traceback

    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    for form in (PASSWORD, base64.b64encode(f"\0AKIAEXAMPLE\0{PASSWORD}".encode()).decode()):
        assert form not in told


def test_a_reply_without_end_is_given_up(serve: Any, transport_to: To) -> None:
    server = serve({"MAIL": "\r\n".join(["250-more"] * 5000 + ["250 ok"])})
    with pytest.raises(SubmissionError) as caught:
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE)
    assert not caught.value.outcome_unknown
    assert server.contents == []


def test_a_host_that_is_no_name_is_told(transport_to: To) -> None:
    with pytest.raises(SubmissionError) as caught:
        transport_to(25, host="a..b").submit_octets(MESSAGE, ENVELOPE)
    assert not caught.value.outcome_unknown


def test_goodbyes_hold_nobody_up_for_long(serve: Any, transport_to: To, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def close(self: SmtpConnection, seconds: float = 5.0) -> None:
        waited.append(seconds)
        self.abandon()

    monkeypatch.setattr(SmtpConnection, "close", close)
    server = serve()
    seconds = iter(range(1000))
    transport = transport_to(server.port, now=lambda: float(next(seconds)))
    taken = [transport._take() for _ in range(8)]
    for kept in taken:
        transport._give_back(kept)
    transport.close()
    assert len(waited) == 8
    assert max(waited) <= 5
    assert waited[-1] <= 0


def test_a_connection_that_fell_silent_is_not_waited_for(
    serve: Any, transport_to: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sescomposer.ses.smtp_connection.ALIVE_SECONDS", 0.2)
    server = serve({"NOOP": "SILENCE"})
    now = [0.0]
    transport = transport_to(server.port, now=lambda: now[0])
    transport.submit_octets(MESSAGE, ENVELOPE)
    now[0] = IDLE_SECONDS + 1
    transport.submit_octets(MESSAGE, ENVELOPE)
    assert (server.connections, len(server.contents)) == (2, 2)


class CancellingSoon:
    """Cancels when it is asked for the third time."""

    def __init__(self) -> None:
        self.asked = 0

    def step(self, done: int, total: int) -> None:
        """See `Progress`."""
        self.asked += 1
        if self.asked > 2:
            raise OperationCancelledError


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"])
def test_a_server_that_says_nothing_before_the_content_can_be_left(
    serve: Any, transport_to: To, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sescomposer.ses.smtp_connection.LOOK_SECONDS", 0.02)
    server = serve({step: "SILENCE"})
    transport = transport_to(server.port)
    with pytest.raises(OperationCancelledError):
        transport.submit_octets(MESSAGE, ENVELOPE, CancellingSoon())
    assert server.contents == []


def test_a_refusal_is_told_though_the_server_falls_silent_behind_it(
    serve: Any, transport_to: To, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sescomposer.ses.smtp_connection.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("sescomposer.ses.smtp_connection.GOODBYE_SECONDS", 0.2)
    server = serve({"RCPT": "554 No such user", "RSET": "SILENCE"})
    with pytest.raises(RefusedError, match="No such user"):
        transport_to(server.port).submit_octets(MESSAGE, ENVELOPE, CancellingSoon())
