"""The local inbox by SMTP: real clients, exact octets, every answer that SES gives by SMTP, cut connections."""

import asyncio
import json
import random
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.road import Road
from sescomposer.core.service_answers import explain
from sescomposer.inbox.fault_plan import step_of
from sescomposer.inbox.smtp_content import Unstuffing, content_pieces
from sescomposer.services.serving import Came, Cut, Fault, answer_choices

NODE = Path(__file__).resolve().parents[1] / "node"
HEAD = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: Hi\r\n\r\n"
MESSAGE = HEAD + b".dot\r\n..\r\n...\r\nFrom here\r\nend\r\n"
EIGHT_BIT = HEAD + b"Content: \xc3\xa9 \xff\r\n.\xff\r\n"
CHOICES = {name: answer for name, answer in answer_choices().items() if Road.SMTP in answer.wires}


@contextmanager
def logged_in(served: Any, is_wrapped: bool = False) -> Iterator[smtplib.SMTP]:
    """Connect with TLS and log in."""
    context, addresses = served.context, served.addresses
    made: smtplib.SMTP
    if is_wrapped:
        made = smtplib.SMTP_SSL("127.0.0.1", addresses.tls_port, context=context, local_hostname="client")
    else:
        made = smtplib.SMTP("127.0.0.1", addresses.smtp_port, local_hostname="client")
    try:
        if not is_wrapped:
            made.starttls(context=context)
        made.login("anybody", "hush")
        yield made
    finally:
        made.close()


def send(client: smtplib.SMTP, octets: bytes = MESSAGE) -> None:
    client.sendmail("a@example.com", ["b@example.org", "c@example.org"], octets)


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("octets", [MESSAGE, EIGHT_BIT, HEAD + b"x" * 900 + b"\r\n"])
def test_keeps_exactly_what_smtplib_submits(serve: Callable[..., Any], is_wrapped: bool, octets: bytes) -> None:
    served = serve()
    with logged_in(served, is_wrapped) as client:
        send(client, octets)
        assert client.has_extn("8bitmime")
        assert client.esmtp_features["size"] == "41943040"
        assert client.esmtp_features["auth"].split() == ["LOGIN", "PLAIN"]
    entry = served.only_entry(octets)
    assert (entry.envelope.mail_from, entry.envelope.rcpt_to) == ("a@example.com", ("b@example.org", "c@example.org"))
    (line,) = served.serving.journal()
    assert (line.came, line.entry, line.octets) == (Came.ACCEPTED, entry.entry, len(octets))
    assert line.answer == f"250 Ok {entry.entry}"


def test_login_is_offered_after_tls_only(serve: Callable[..., Any]) -> None:
    with smtplib.SMTP("127.0.0.1", serve().addresses.smtp_port, local_hostname="client") as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 538


def test_wants_a_login_if_told(serve: Callable[..., Any]) -> None:
    served = serve(require_auth=True)
    with smtplib.SMTP("127.0.0.1", served.addresses.smtp_port, local_hostname="client") as client:
        client.ehlo()
        assert client.docmd("MAIL", "FROM:<a@example.com>") == (530, b"Authentication required")
    with logged_in(served) as client:
        send(client)
    served.only_entry(MESSAGE)


def test_a_message_of_many_megabytes_is_kept_without_being_held(serve: Callable[..., Any]) -> None:
    import base64

    text = base64.encodebytes(random.Random(1).randbytes(4_000_000)).replace(b"\n", b"\r\n")
    octets = HEAD[:-2] + b"Content-Transfer-Encoding: base64\r\n\r\n" + text
    served = serve()
    with logged_in(served) as client:
        send(client, octets)
    served.only_entry(octets)


def test_what_comes_behind_the_content_at_once_is_answered(serve: Callable[..., Any]) -> None:
    served = serve()
    commands = b"EHLO c\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
    with socket.create_connection(("127.0.0.1", served.addresses.smtp_port)) as client:
        client.sendall(commands + MESSAGE.replace(b"\r\n.", b"\r\n..") + b".\r\nNOOP\r\nQUIT\r\n")
        said = b"".join(iter(lambda: client.recv(4096), b""))
    assert [line[:3] for line in said.split(b"\r\n")[-4:-1]] == [b"250", b"250", b"221"]
    served.only_entry(MESSAGE)


@pytest.mark.parametrize("octets", [b"", b"\r\n", b".\r\n", b"\r\n\r\n.\r\n", b"\n.\n\r\n", b"a\r\r\n"])
def test_content_that_is_hardly_any_is_read_to_its_end(serve: Callable[..., Any], octets: bytes) -> None:
    served = serve()
    with logged_in(served) as client:
        client.mail("a@example.com")
        client.rcpt("b@example.org")
        client.docmd("DATA")
        stuffed = (b"\r\n" + octets).replace(b"\r\n.", b"\r\n..")[2:]
        client.send(stuffed + b".\r\n")
        assert client.getreply()[0] in (250, 554)
        assert client.noop()[0] == 250
    (line,) = served.serving.journal()
    assert line.octets == len(octets)


@given(st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"\r\n.", b"\r\n.."]), max_size=12), st.data())
def test_dots_are_taken_out_wherever_the_pieces_are_cut(parts: list[bytes], data: st.DataObject) -> None:
    octets = b"".join(parts)
    stuffed = (b"\r\n" + octets).replace(b"\r\n.", b"\r\n..")[2:]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stuffed)), max_size=6)))
    places = [0, *cuts, len(stuffed)]
    unstuffing = Unstuffing()
    pieces = [stuffed[start:stop] for start, stop in pairwise(places)]
    assert b"".join(map(unstuffing.feed, pieces)) == octets


@given(
    st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"abc", b"\r\n.", b"x" * 40]), max_size=12),
    st.lists(st.integers(1, 30), max_size=8),
)
def test_content_is_read_to_its_end_mark_and_no_further(parts: list[bytes], lengths: list[int]) -> None:
    octets = b"".join([*parts, b"\r\n"])
    stream = (b"\r\n" + octets).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\nQUIT\r\n"

    async def read() -> tuple[bytes, bytes]:
        reader, unstuffing, rest = asyncio.StreamReader(limit=16), Unstuffing(), stream

        async def feed() -> None:
            nonlocal rest
            for length in lengths:
                reader.feed_data(rest[:length])
                rest = rest[length:]
                await asyncio.sleep(0)
            reader.feed_data(rest)
            reader.feed_eof()

        feeding = asyncio.ensure_future(feed())
        found = b"".join([unstuffing.feed(piece) async for piece in content_pieces(reader)])
        await feeding
        return found, await reader.read()

    assert asyncio.run(read()) == (octets, b"QUIT\r\n")


def test_refuses_what_ses_refuses_in_its_words(serve: Callable[..., Any]) -> None:
    served = serve()
    with logged_in(served) as client, pytest.raises(smtplib.SMTPDataError) as caught:
        send(client, b"To: b@example.org\r\n\r\nHi\r\n")
    assert (caught.value.smtp_code, caught.value.smtp_error) == (
        554,
        b"Transaction failed: Missing required header 'From'.",
    )
    assert not served.entries


def test_says_the_size_before_and_after_the_octets(serve: Callable[..., Any]) -> None:
    served = serve()
    with logged_in(served) as client:
        assert client.docmd("MAIL", "FROM:<a@example.com> SIZE=41943041") == (552, b"Message is too long.")
        client.docmd("MAIL", "FROM:<a@example.com>")
        client.rcpt("b@example.org")
        assert client.docmd("DATA")[0] == 354
        line = b"x" * 76 + b"\r\n"
        for _ in range(41):
            client.send(line * 13_200)
        client.send(b".\r\n")
        assert client.getreply() == (552, b"Message is too long.")
        send(client)
    served.only_entry(MESSAGE)


def reply_of(served: Any) -> tuple[int, bytes]:
    """Submit, and give the reply that refuses it."""
    try:
        with logged_in(served) as client:
            send(client)
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error
        return error.smtp_code, words if isinstance(words, bytes) else words.encode()
    except smtplib.SMTPRecipientsRefused as error:
        first, second = error.recipients.values()
        return first if first == second else (0, b"the recipients were told different things")
    pytest.fail("nothing was refused")


def test_every_answer_reaches_the_client_and_is_known_again(serve: Callable[..., Any]) -> None:
    served = serve()
    assert len(CHOICES) > 80
    for name, choice in CHOICES.items():
        fault = Fault(choice, latency=2.5, times=1)
        served.serving.faults.set(fault)
        code, words = reply_of(served)
        text, wanted = words.decode("ascii"), choice.example(Road.SMTP)
        assert f"{code} {text}".strip() == wanted.wire.strip(), name
        answer = ServiceAnswer(Road.SMTP, str(code), text, code, step=step_of(fault))
        assert explain(answer).is_known, name
        assert explain(answer).code == explain(wanted).code, name
    assert served.waited == [2.5] * len(CHOICES)
    assert not served.entries
    journal = served.serving.journal()
    assert [(line.came, line.told) for line in journal] == [(Came.REFUSED, True)] * len(CHOICES)


@pytest.mark.parametrize(
    "cut, kept", [(Cut.BEFORE, False), (Cut.DURING, False), (Cut.AFTER, True)], ids=["before", "during", "after"]
)
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_cuts_the_connection_where_told(serve: Callable[..., Any], cut: Cut, kept: bool, is_wrapped: bool) -> None:
    served = serve()
    served.serving.faults.set(Fault(latency=1.0, cut=cut, times=1))
    with logged_in(served, is_wrapped) as client, pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        send(client)
    assert bool(served.entries) is kept
    assert served.waited == [1.0]
    (line,) = served.serving.wait_for(0, 10)
    assert (line.came, line.told) == (Came.CUT, True)
    with logged_in(served, is_wrapped) as client:
        send(client)
    assert len(served.entries) == 1 + kept


def test_a_client_that_goes_away_leaves_nothing(serve: Callable[..., Any]) -> None:
    served = serve()
    with logged_in(served) as client:
        client.mail("a@example.com")
        client.rcpt("b@example.org")
        client.docmd("DATA")
        client.send(MESSAGE)
    (line,) = served.serving.wait_for(0, 10)
    assert line.came is Came.BROKEN
    assert not served.entries


def test_passwords_do_not_reach_the_log(serve: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    import logging

    served = serve()
    with caplog.at_level(logging.DEBUG), logged_in(served) as client:
        send(client)
    assert "hush" not in caplog.text
    assert "AGFueWJvZHkAaHVzaA" not in caplog.text


def test_a_client_that_does_not_trust_the_certificate_gets_nowhere(serve: Callable[..., Any]) -> None:
    served = serve()
    with pytest.raises(ssl.SSLCertVerificationError):
        smtplib.SMTP_SSL("127.0.0.1", served.addresses.tls_port, context=ssl.create_default_context())
    with logged_in(served) as client:
        send(client)
    served.only_entry(MESSAGE)


@pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules" / "nodemailer").is_dir(), reason="nodemailer is not here"
)
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_nodemailer_submits_what_is_kept(serve: Callable[..., Any], is_wrapped: bool) -> None:
    served = serve()
    addresses = served.addresses
    wish = {
        "transport": {
            "host": "127.0.0.1",
            "port": addresses.tls_port if is_wrapped else addresses.smtp_port,
            "secure": is_wrapped,
            "requireTLS": True,
            "auth": {"user": "u", "pass": "p"},
            "tls": {"ca": addresses.certificate.read_text()},
        },
        "message": {
            "envelope": {"from": "a@example.com", "to": ["b@example.org"]},
            "raw": EIGHT_BIT.decode("latin-1"),
        },
    }
    done = subprocess.run(
        ["node", "send_smtp.mjs"], cwd=NODE, input=json.dumps(wish), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    entry = served.only_entry(EIGHT_BIT)
    assert json.loads(done.stdout)["response"] == f"250 Ok {entry.entry}"
