"""A recording HTTP server that answers like the SES APIs, messages that are sealed, accounts and secrets in memory."""

import base64
import contextlib
import json
import random
import socket
import ssl
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from accepting import AcceptingServer

from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import EnvelopeOverride, Message, SendingOptions
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.core.seal import MemoryTarget, Sealed, seal
from sescomposer.services.account import Account, EndpointKind, Secret, WayIn

MESSAGE_ID = "0100018c-0000-4000-8000-0123456789ab-000000"
REQUEST_ID = "7c1b1f0e-0000-4000-8000-00000000feed"


@dataclass(frozen=True)
class Arrived:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    is_whole: bool

    @property
    def members(self) -> dict[str, Any]:
        """The members of the call: of JSON, or the fields of the form."""
        if self.body.startswith(b"{"):
            found: dict[str, Any] = json.loads(self.body)
            return found
        return {name: values[0] for name, values in parse_qs(self.body.decode("ascii"), strict_parsing=True).items()}

    @property
    def message(self) -> bytes:
        """The octets of the raw message."""
        members = self.members
        data = members["Content"]["Raw"]["Data"] if "Content" in members else members["RawMessage.Data"]
        return base64.b64decode(data, validate=True)


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False


class Fault(Enum):
    """Where a connection fails."""

    NONE = "none"
    RESET_AT_ONCE = "reset before any octet"
    RESET_DURING = "reset in the middle of the body"
    RESET_AFTER = "reset after the last octet"
    SILENT = "no answer after the last octet"
    EARLY = "answered before the body was read"


def accepted(request: Arrived) -> Reply:
    """Answer like SES does when it takes a message."""
    headers = {"x-amzn-RequestId": REQUEST_ID}
    if request.path.endswith("/outbound-emails"):
        return Reply(
            200, json.dumps({"MessageId": MESSAGE_ID}).encode(), {**headers, "Content-Type": "application/json"}
        )
    body = (
        '<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult>'
        f"<MessageId>{MESSAGE_ID}</MessageId></SendRawEmailResult><ResponseMetadata><RequestId>{REQUEST_ID}</RequestId>"
        "</ResponseMetadata></SendRawEmailResponse>"
    )
    return Reply(200, body.encode(), {**headers, "Content-Type": "text/xml"})


def refused(status: int, code: str, text: str) -> Callable[[Arrived], Reply]:
    """Give an answer with an error in the form of the API that was called."""

    def answer(request: Arrived) -> Reply:
        headers = {"x-amzn-RequestId": REQUEST_ID}
        if request.path.endswith("/outbound-emails"):
            return Reply(status, json.dumps({"message": text}).encode(), {**headers, "x-amzn-ErrorType": code})
        body = (
            '<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type>'
            f"<Code>{code}</Code><Message>{text}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
        return Reply(status, body.encode(), {**headers, "Content-Type": "text/xml"})

    return answer


class RecordingServer(AcceptingServer):
    """An HTTP server on loopback that keeps every request with its exact octets.

    Attributes:
        arrived: The requests in order, also those that were cut.
    """

    def __init__(self, answer: Callable[[Arrived], Reply], fault: Fault, tls: ssl.SSLContext | None) -> None:
        self.answer = answer
        self.fault = fault
        self.arrived: list[Arrived] = []
        self._tls = tls
        super().__init__(small_buffer=fault is Fault.RESET_DURING)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    def talk(self, connection: socket.socket) -> None:
        """Take requests until one is the last."""
        if self.fault is Fault.RESET_AT_ONCE:
            connection.recv(1)
            self._reset(connection)
            return
        talking = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
        self.open.append(talking)
        with talking, talking.makefile("rb") as reader:
            while self._one(talking, reader):
                pass

    def _one(self, connection: socket.socket, reader: Any) -> bool:
        """Take one request; gives whether another may follow."""
        words = reader.readline().decode("latin-1").split()
        if not words:
            return False
        headers = {}
        while line := reader.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        wanted = {Fault.RESET_DURING: length // 8, Fault.EARLY: 0}.get(self.fault, length)
        body = reader.read(wanted)
        request = Arrived(words[0], words[1], headers, body, len(body) == length)
        self.arrived.append(request)
        if self.fault in (Fault.RESET_DURING, Fault.RESET_AFTER):
            self._reset(connection)
            return False
        if self.fault is Fault.SILENT:
            return bool(connection.recv(1))
        reply = self.answer(request)
        self._reply(connection, reply)
        if self.fault is Fault.EARLY:
            connection.shutdown(socket.SHUT_WR)
            while reader.read(65536):
                pass
        return self.fault is Fault.NONE and not reply.hangs_up

    def _reply(self, connection: socket.socket, reply: Reply) -> None:
        head = f"HTTP/1.1 {reply.status} Answer\r\nContent-Length: {len(reply.body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
        connection.sendall(head.encode() + b"\r\n" + reply.body)

    def _reset(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


Serve = Callable[..., RecordingServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start recording servers: `serve(answer=..., fault=..., tls=...)`; they stop with the test."""
    with contextlib.ExitStack() as stack:

        def start(
            answer: Callable[[Arrived], Reply] = accepted,
            fault: Fault = Fault.NONE,
            tls: ssl.SSLContext | None = None,
        ) -> RecordingServer:
            server = RecordingServer(answer, fault, tls)
            stack.callback(server.close)
            return server

        yield start


class SecretsInMemory:
    """A keyring of the test's own."""

    is_lasting = False
    trouble = ""

    def __init__(self) -> None:
        self.kept: dict[str, Secret] = {}
        self.asked = 0

    def get(self, account: str) -> Secret | None:
        self.asked += 1
        return self.kept.get(account)

    def set(self, account: str, secret: Secret) -> None:
        self.kept[account] = secret

    def remove(self, account: str) -> None:
        self.kept.pop(account, None)


@pytest.fixture
def secrets_kept() -> SecretsInMemory:
    """A keyring that knows the secret key of the account "work"."""
    kept = SecretsInMemory()
    kept.set("work", Secret("hush-hush/secret+key"))
    return kept


@pytest.fixture
def account_at() -> Callable[..., Account]:
    """Make an account with keys whose endpoint is that URL."""

    def make(url: str, road: Road = Road.SES_V2, **changes: Any) -> Account:
        values: dict[str, Any] = {"way_in": WayIn.KEYS, "user": "AKIDEXAMPLE", "region": "eu-west-1"}
        values |= {"endpoint": EndpointKind.CUSTOM, "endpoint_url": url}
        return Account("work", road=road, **{**values, **changes})

    return make


@pytest.fixture
def sealed_as() -> Callable[..., Sealed]:
    """Seal a message: its octets, a road, options and envelope override."""

    def make(
        octets: bytes = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: Hi\r\n\r\nHello\r\n",
        road: Road = Road.SES_V2,
        options: SendingOptions = SendingOptions(traceable=False),  # noqa: B008 - frozen
        envelope: EnvelopeOverride = EnvelopeOverride(),  # noqa: B008 - frozen
    ) -> Sealed:
        message = Message(parse(octets), envelope, options)
        now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
        (item,) = seal(message, road, now=now, ids=SeededIdentifiers(7), into=MemoryTarget)
        return item

    return make


@pytest.fixture(scope="session")
def big_message() -> bytes:
    """A message of 3 MB with every octet value in its content, as base64 text."""
    content = base64.encodebytes(random.Random(5).randbytes(2_200_001)).replace(b"\n", b"\r\n")
    head = (
        b"From: a@example.com\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
    )
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + content


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, and the file of certificates to trust with it."""

    context: ssl.SSLContext
    bundle: Path


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[..., Certificate]:
    """Make a self-signed certificate with openssl for a name, valid for two days or no longer."""

    def make(name: str = "IP:127.0.0.1", is_expired: bool = False) -> Certificate:
        key, bundle = tmp_path / "key.pem", tmp_path / "certificate.pem"
        words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        words += ["-keyout", str(key), "-out", str(bundle), "-subj", "/CN=test", "-addext", f"subjectAltName={name}"]
        subprocess.run([*words, "-days", "2"], check=True, capture_output=True)
        if is_expired:
            anew = ["openssl", "x509", "-in", str(bundle), "-signkey", str(key), "-days", "-1", "-out", str(bundle)]
            subprocess.run(anew, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(bundle, key)
        return Certificate(context, bundle)

    return make


@pytest.fixture
def faults() -> type[Fault]:
    """Where a connection may fail, by name."""
    return Fault


@pytest.fixture
def refusing() -> Callable[[int, str, str], Callable[[Arrived], Reply]]:
    """Make an answer of the server: status, code, text."""
    return refused


@pytest.fixture
def accepting() -> Callable[[Arrived], Reply]:
    """The answer of a server that takes the message."""
    return accepted


@pytest.fixture
def reply() -> type[Reply]:
    """Make any answer of the server."""
    return Reply
