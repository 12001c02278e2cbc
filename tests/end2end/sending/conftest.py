"""A stand-in of SES on loopback that counts what it takes and fails where it is told; the program that sends to it.

The server takes the side of doubt: whatever reached it whole and was not plainly refused counts as taken.
"""

import base64
import contextlib
import datetime
import ipaddress
import json
import random
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import pytest
from accepting import AcceptingServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sescomposer.bootstrap import Services, make_services
from sescomposer.cli.app import main
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.history_ports import HistoryEntry, HistoryQuery
from sescomposer.services.ports import SubmissionRecord
from sescomposer.store.accounts import AccountsFile
from sescomposer.store.folders import Folders

MESSAGE_ID = "0100018c-0000-4000-8000-0123456789ab-000000"
REQUEST_ID = "7c1b1f0e-0000-4000-8000-00000000feed"
LETTER = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: Hi\r\n\r\nHello\r\n.dot\r\n"
WAIT_SECONDS = 40.0

Answer = tuple[int, str, str]


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, and the file to trust it by."""

    context: ssl.SSLContext
    bundle: str


@dataclass(frozen=True)
class Script:
    """What the server does.

    Attributes:
        cut: Where it resets the connection: "before", "during" or "after" the octets of the message.
        silent: Where it says and reads nothing further, until it is closed.
        waits: Where it waits for `Service.go_on`.
        answers: Of an API, one for each call, HTTP status with code and text; behind the last one it accepts.
        body: Of an API, in place of an acceptance.
        is_early: Whether an API answers before it reads the body.
        replies: Of SMTP by step ("CONNECT", a verb, "." for the content); "" hangs up, "SILENCE" says nothing.
        throttled: Of SMTP, how many contents are throttled before one is taken.
        strips_tls: Whether SMTP offers no STARTTLS.
        certificate: With which it speaks TLS; an API speaks it only then.
    """

    cut: str = ""
    silent: str = ""
    waits: str = ""
    answers: tuple[Answer, ...] = ()
    body: bytes = b""
    is_early: bool = False
    replies: dict[str, str] = field(default_factory=dict)
    throttled: int = 0
    strips_tls: bool = False
    certificate: Certificate | None = None


class Service(AcceptingServer):
    """The server of one road.

    Attributes:
        taken: The messages that it has, in the order in which their last octet came.
        tries: How many times a message was begun.
        reached: Set once it is where `script.silent` or `script.waits` says.
        go_on: Set by a test.
        wire: All that it was given, by whether it was over TLS.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.taken: list[bytes] = []
        self.tries = 0
        self.reached = threading.Event()
        self.go_on = threading.Event()
        self.wire: dict[bool, bytearray] = {True: bytearray(), False: bytearray()}
        self._over = threading.Event()
        places = {script.cut, script.silent, script.waits}
        super().__init__(timeout=WAIT_SECONDS, small_buffer=bool({"before", "during"} & places))

    def close(self) -> None:
        """Stop."""
        self._over.set()
        self.go_on.set()
        super().close()

    def at(self, place: str, connection: socket.socket) -> bool:
        """Do what the script says of a place; gives whether the connection goes on."""
        if self.script.waits == place:
            self.reached.set()
            self.go_on.wait(WAIT_SECONDS)
        if self.script.silent == place:
            self.reached.set()
            self._over.wait(WAIT_SECONDS)
            return False
        if self.script.cut != place:
            return True
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return False

    def silence(self) -> None:
        """Say nothing until the end."""
        self.reached.set()
        self._over.wait(WAIT_SECONDS)


class Api(Service):
    """Both APIs."""

    def talk(self, connection: socket.socket) -> None:
        """Serve requests until one is the last."""
        if self.script.cut == "before":
            connection.recv(1)
        if not self.at("before", connection):
            return
        certificate = self.script.certificate
        talking = certificate.context.wrap_socket(connection, server_side=True) if certificate else connection
        self.open.append(talking)
        with talking, talking.makefile("rb") as reader:
            while self._one(talking, reader, is_secure=certificate is not None):
                pass

    def _one(self, connection: socket.socket, reader: Any, *, is_secure: bool) -> bool:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline()
            if not line:
                return False
            head += line
        self.tries += 1
        self.wire[is_secure] += head
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        if self.script.is_early:
            self._answer(connection, head, self.script.answers[0])
            connection.shutdown(socket.SHUT_WR)
            while reader.read(65536):
                pass
            return False
        body = reader.read(length // 8)
        if not self.at("during", connection):
            return False
        body += reader.read(length - len(body))
        if len(body) < length:
            return False
        self.wire[is_secure] += body
        return self._whole(connection, head, body)

    def _whole(self, connection: socket.socket, head: bytes, body: bytes) -> bool:
        answers = self.script.answers
        answer = answers[min(self.tries, len(answers)) - 1] if answers and self.tries <= len(answers) else None
        if answer is None or answer[0] >= 500 or answer[0] == 408:
            self.taken.append(_message(body))
        if not self.at("after", connection):
            return False
        self._answer(connection, head, answer)
        return True

    def _answer(self, connection: socket.socket, head: bytes, answer: Answer | None) -> None:
        is_v2 = b"/outbound-emails" in head.partition(b"\r\n")[0]
        status = 200 if answer is None else answer[0]
        body = self.script.body or (_accepted(is_v2) if answer is None else _refused(is_v2, *answer[1:]))
        kind = "application/json" if is_v2 else "text/xml"
        names = {"Content-Length": len(body), "Content-Type": kind, "x-amzn-RequestId": REQUEST_ID}
        if is_v2 and answer is not None:
            names["x-amzn-ErrorType"] = answer[1]
        fields = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        connection.sendall(f"HTTP/1.1 {status} Answer\r\n{fields}\r\n".encode() + body)


def _message(body: bytes) -> bytes:
    """Give the octets of the message in a request."""
    if body.startswith(b"{"):
        data = json.loads(body)["Content"]["Raw"]["Data"]
    else:
        data = parse_qs(body.decode("ascii"), strict_parsing=True)["RawMessage.Data"][0]
    return base64.b64decode(data, validate=True)


def _accepted(is_v2: bool) -> bytes:
    if is_v2:
        return json.dumps({"MessageId": MESSAGE_ID}).encode()
    return (
        '<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>'
        f"{MESSAGE_ID}</MessageId></SendRawEmailResult></SendRawEmailResponse>"
    ).encode()


def _refused(is_v2: bool, code: str, text: str) -> bytes:
    if is_v2:
        return json.dumps({"message": text}).encode()
    return (
        '<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(text)}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    ).encode()


class Smtp(Service):
    """SMTP with STARTTLS."""

    def talk(self, connection: socket.socket) -> None:
        """Serve commands until the last one."""
        if not self.at("before", connection):
            return
        file, is_secure = connection.makefile("rb"), False
        try:
            if not self._reply(connection, "CONNECT", "220 stand-in"):
                return
            while line := file.readline():
                self.wire[is_secure] += line
                verb = line.decode("ascii").split()[0].upper()
                if not self._reply(connection, verb, self._usual(verb, is_secure)) or verb == "QUIT":
                    return
                self.tries += verb == "MAIL"
                if verb == "STARTTLS" and self._goes_on(verb, "220"):
                    file.close()
                    assert self.script.certificate is not None
                    connection = self.script.certificate.context.wrap_socket(connection, server_side=True)
                    self.open.append(connection)
                    file, is_secure = connection.makefile("rb"), True
                if verb == "DATA" and self._goes_on(verb, "354") and not self._content(connection, file, is_secure):
                    return
        finally:
            file.close()
            connection.close()

    def _goes_on(self, verb: str, code: str) -> bool:
        return self.script.replies.get(verb, code).startswith(code)

    def _usual(self, verb: str, is_secure: bool) -> str:
        extension = "AUTH PLAIN LOGIN" if is_secure else "STARTTLS"
        names = ["stand-in", "SIZE 40000000", "8BITMIME"] + ([] if self.script.strips_tls else [extension])
        extensions = "\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])
        usual = {"EHLO": extensions, "DATA": "354 go", "STARTTLS": "220 go", "QUIT": "221 bye", "AUTH": "235 ok"}
        return usual.get(verb, "250 ok")

    def _reply(self, connection: socket.socket, step: str, usual: str) -> bool:
        reply = self.script.replies.get(step, usual)
        if reply == "SILENCE":
            self.silence()
            return False
        if reply:
            connection.sendall(reply.encode() + b"\r\n")
        return bool(reply) and not reply.startswith("421")

    def _content(self, connection: socket.socket, file: Any, is_secure: bool) -> bool:
        content, places = bytearray(), ["during"]
        while not content.endswith(b"\r\n.\r\n"):
            line = file.readline()
            if not line:
                raise EOFError
            content += line
            if places and len(content) > 20_000 and not self.at(places.pop(), connection):
                return False
        self.wire[is_secure] += content
        if self.tries <= self.script.throttled:
            return self._reply(connection, "", "454 Throttling failure: Maximum sending rate exceeded.")
        if not self.script.replies.get(".", "").startswith(("4", "5")):
            lines = bytes(content).removesuffix(b".\r\n").split(b"\r\n")
            self.taken.append(b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines))
        return self.at("after", connection) and self._reply(connection, ".", f"250 Ok {MESSAGE_ID}")


@pytest.fixture(scope="session")
def make_certificate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Certificate]:
    """Make a certificate for a name, valid from and until so many days from now."""

    def make(name: str = "localhost", begins: int = -9, ends: int = 9) -> Certificate:
        folder, key = tmp_path_factory.mktemp("certificate"), ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        others = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))] if name == "localhost" else []
        made = (
            x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=begins))
            .not_valid_after(now + datetime.timedelta(days=ends))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name), *others]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        chain, own = folder / "chain.pem", folder / "key.pem"
        chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        form = serialization.PrivateFormat.PKCS8
        own.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, own)
        return Certificate(context, str(chain))

    return make


@pytest.fixture(scope="session")
def good_certificate(make_certificate: Callable[..., Certificate]) -> Certificate:
    """One for this machine."""
    return make_certificate()


@pytest.fixture
def serve(good_certificate: Certificate) -> Iterator[Callable[..., Service]]:
    """Start a server: `serve(road, cut="after")`, with what `Script` has; it stops with the test."""
    with contextlib.ExitStack() as stack:

        def start(road: Road, **script: Any) -> Service:
            made = Script(**script)
            if road is Road.SMTP and made.certificate is None:
                made = replace(made, certificate=good_certificate)
            server: Service = Smtp(made) if road is Road.SMTP else Api(made)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def account_for(good_certificate: Certificate) -> Callable[..., Account]:
    """Keep the account "work" whose endpoint is that server, or a port where nobody listens."""

    def keep(road: Road, port: int, **changes: Any) -> Account:
        is_smtp = road is Road.SMTP
        scheme = "https" if changes.pop("is_tls", False) else "http"
        host = changes.pop("host", "localhost")
        values: dict[str, Any] = {
            "way_in": WayIn.SMTP if is_smtp else WayIn.KEYS,
            "region": "eu-west-1",
            "road": road,
            "user": "AKIAEXAMPLE",
            "endpoint": EndpointKind.CUSTOM,
            "endpoint_url": f"{host}:{port}" if is_smtp else f"{scheme}://{host}:{port}",
            "ca_bundle": good_certificate.bundle if is_smtp else "",
        }
        account = Account("work", **{**values, **changes})
        path = Folders.of_platform().accounts
        path.parent.mkdir(parents=True, exist_ok=True)
        AccountsFile(path).save([account])
        return account

    return keep


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A small message."""
    path = tmp_path / "letter.eml"
    path.write_bytes(LETTER)
    return path


@pytest.fixture(scope="session")
def large_letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A message of 7 MB: more than the buffers of a connection take, less than every road does."""
    content = base64.encodebytes(random.Random(5).randbytes(4_900_000)).replace(b"\n", b"\r\n")
    head = LETTER.partition(b"\r\n\r\n")[0] + b"\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
    path = tmp_path_factory.mktemp("large") / "large.eml"
    path.write_bytes(head + b"Content-Transfer-Encoding: base64\r\n\r\n" + content)
    return path


@dataclass(frozen=True)
class Sent:
    """What the verb `send` said, and what is kept of it: by another start of the program."""

    status: int
    receipt: dict[str, Any]
    said: str
    record: SubmissionRecord | None
    entry: HistoryEntry | None
    octets: bytes


@pytest.fixture
def services() -> Iterator[Services]:
    """The program as it is started anew."""
    made = make_services()
    yield made
    made.close()


@pytest.fixture
def send(ring: object, services: Services, capsys: pytest.CaptureFixture[str]) -> Callable[..., Sent]:
    """Run `send FILE --account work --json`, some fault `during` it, and look at what another start finds."""

    def sending(
        path: Path,
        *words: str,
        during: contextlib.AbstractContextManager[None] = contextlib.nullcontext(),  # noqa: B008
    ) -> Sent:
        capsys.readouterr()
        with during:
            status = main(["send", str(path), "--account", "work", "--json", *words])
        shown = capsys.readouterr()
        assert shown.out, shown.err
        receipt = json.loads(shown.out)["submissions"][0]
        name = receipt["submission"]
        ours = [record for record in services.submissions.all() if record.intent.submission == name]
        listed = [entry for entry in services.history.find(HistoryQuery()) if entry.record.intent.submission == name]
        octets = bytes(services.content.open(receipt["sha256"]))
        return Sent(status, receipt, shown.err, ours[0] if ours else None, listed[0] if listed else None, octets)

    return sending
