"""SMTP against servers that nobody here wrote: aiosmtpd, and smtp-server of npm. They say what arrived and who may."""

import base64
import json
import logging
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from sescomposer.core import compose
from sescomposer.core.errors import RefusedError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import SendingOptions
from sescomposer.core.octets import Octets
from sescomposer.core.road import Road
from sescomposer.core.seal import MemoryTarget, Sealed, seal
from sescomposer.core.structure.attachment import Attachment
from sescomposer.ses.smtp import SmtpTransport

NODE = Path(__file__).resolve().parents[2] / "node"
PASSWORD = "hush-hush-hush"
USER = "AKIAEXAMPLE"
To = Callable[..., SmtpTransport]


@pytest.fixture
def sealed() -> Sealed:
    """A message with dots at line starts, an attachment and options."""
    ids = SeededIdentifiers("smtp")
    file = Attachment(Octets.of(bytes(range(256)) * 4000), "zero.bin")
    text = ".\n..\n.a\nFrom here on\n" + "x" * 2000
    message = compose(
        "Ada <ada@a.example>", "b@b.example", "Hi", text=text, attachments=[file], bcc="c@c.example", ids=ids
    )

    message = replace(message, options=SendingOptions(configuration_set="news", tags=(("a", "1"),)))
    (made,) = seal(message, Road.SMTP, now=datetime(2026, 1, 2, tzinfo=UTC), ids=ids, into=MemoryTarget)
    return made


class Keeps:
    """A handler that keeps what arrives."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Take it."""
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 Ok 0102-aio"


def allow(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    """Let one user in."""
    fits = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=fits, handled=fits)


@pytest.fixture
def keeps() -> Keeps:
    return Keeps()


@pytest.fixture
def aiosmtpd_port(certificate: Any, keeps: Keeps, unused: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """aiosmtpd with STARTTLS and authentication over TLS alone; it logs what it is about to change."""
    monkeypatch.setattr(logging.getLogger("mail.log"), "disabled", True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    controller = Controller(
        keeps, "127.0.0.1", unused, tls_context=context, authenticator=allow, auth_required=True, require_starttls=True
    )
    controller.start()
    yield unused
    controller.stop()


def test_aiosmtpd_gets_the_octets_and_the_envelope(
    aiosmtpd_port: int, keeps: Keeps, transport_to: To, sealed: Sealed
) -> None:
    receipt = transport_to(aiosmtpd_port).submit(sealed)
    ((mail_from, rcpt_to, content),) = keeps.arrived
    assert content == bytes(sealed.octets)
    assert (mail_from, rcpt_to) == ("ada@a.example", ["b@b.example", "c@c.example"])
    assert receipt.reference == "0102-aio"
    assert b"X-SES-CONFIGURATION-SET: news\r\nX-SES-MESSAGE-TAGS: a=1, sescomposer-id=" in content
    assert b"c@c.example" not in content


@pytest.fixture
def node_server(certificate: Any) -> Any:
    """smtp-server in a process of its own."""
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "smtp-server").is_dir():
        pytest.skip("node and its packages are not installed: `python3 packaging/bootstrap.py test` does it")
    command = [node, "receive_smtp.mjs", str(certificate.chain), str(certificate.key), USER, PASSWORD]
    with subprocess.Popen(command, cwd=NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.stdout.close()
        process.kill()


def test_a_server_of_npm_gets_the_octets_and_the_envelope(node_server: Any, transport_to: To, sealed: Sealed) -> None:
    transport = transport_to(int(node_server.stdout.readline()))
    receipt = transport.submit(sealed)
    arrived = json.loads(node_server.stdout.readline())
    assert base64.b64decode(arrived["content"]) == bytes(sealed.octets)
    assert (arrived["mailFrom"], arrived["rcptTo"]) == ("ada@a.example", ["b@b.example", "c@c.example"])
    assert arrived["secure"] is True
    assert receipt.reference == "0102-node"
    transport.close()


def test_a_server_of_npm_refuses_a_wrong_password(
    node_server: Any, transport_to: To, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = transport_to(int(node_server.stdout.readline()))
    monkeypatch.setattr(SmtpTransport, "_credentials", lambda transport: (USER, "another"))
    with pytest.raises(RefusedError) as caught:
        transport.submit(sealed)
    assert caught.value.answer is not None
    assert (caught.value.answer.status, caught.value.answer.step) == (535, "auth")
