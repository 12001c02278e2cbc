"""A scripted SMTP server with certificates of its own, for faults at every step; it remembers what it was given."""

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from accepting import AcceptingServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sescomposer.core.envelope import Envelope
from sescomposer.core.octets import Octets
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, Secret, WayIn
from sescomposer.ses.smtp import SmtpTransport

ENVELOPE = Envelope("ada@a.example", ("b@b.example", "c@c.example"))
MESSAGE = Octets.of(b"From: ada@a.example\r\nSubject: Hi\r\n\r\n.dot\r\n..two\r\nend\r\n")
PASSWORD = "hush-hush-hush"


@dataclass(frozen=True)
class Certificate:
    """Files of a certificate and its key, made by the test."""

    chain: Path
    key: Path


def make_certificate(folder: Path, name: str = "localhost", *, days: int = 2) -> Certificate:
    """Make a certificate that signs itself; negative days make one that has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=9))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, key_file = folder / f"{name}{days}.pem", folder / f"{name}{days}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return Certificate(chain, key_file)


@dataclass
class Script:
    """What the server does.

    Attributes:
        replies: Reply of a verb in place of the usual one; "EHLO" has the extensions. "" hangs up, "SILENCE" says
            nothing. Content answers are under ".".
        tls: "starttls", "wrapper" or "none".
        stop_content_after: Octets of content after which it hangs up, -1 for never.
        silent_after_content: Whether it never answers the content, then hangs up when told.
    """

    replies: dict[str, str] = field(default_factory=dict)
    tls: str = "starttls"
    stop_content_after: int = -1


class ScriptedServer(AcceptingServer):
    """The server: one thread for each connection."""

    def __init__(self, certificate: Certificate, script: Script) -> None:
        self.script = script
        self.commands: list[str] = []
        self.secure_commands: list[str] = []
        self.contents: list[bytes] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.chain, certificate.key)
        super().__init__(timeout=10)

    def talk(self, connection: socket.socket) -> None:
        """Answer commands as the script says."""
        is_secure = self.script.tls == "wrapper"
        if is_secure:
            connection = self._context.wrap_socket(connection, server_side=True)
        file = connection.makefile("rb")
        try:
            if not self._reply(connection, "CONNECT", "220 scripted"):
                return
            while line := file.readline():
                command = line.decode("ascii").strip()
                self.commands.append(command)
                if is_secure:
                    self.secure_commands.append(command)
                verb = command.split(" ")[0].upper()
                usual = {"EHLO": self._extensions(is_secure), "DATA": "354 go", "STARTTLS": "220 go", "QUIT": "221 bye"}
                usual["AUTH"] = "235 ok"
                if not self._reply(connection, verb, usual.get(verb, "250 ok")) or verb == "QUIT":
                    return
                if verb == "STARTTLS" and self.script.replies.get(verb, "220").startswith("220"):
                    file.close()
                    connection = self._context.wrap_socket(connection, server_side=True)
                    file, is_secure = connection.makefile("rb"), True
                is_content = verb == "DATA" and self.script.replies.get(verb, "354").startswith("354")
                if is_content and not self._content(connection, file):
                    return
        finally:
            file.close()
            connection.close()

    def _extensions(self, is_secure: bool) -> str:
        names = ["scripted", "SIZE 40000000", "8BITMIME"]
        names += ["AUTH PLAIN LOGIN"] if is_secure else []
        names += ["STARTTLS"] if self.script.tls == "starttls" and not is_secure else []
        return "\r\n".join(f"250{'-' if name is not names[-1] else ' '}{name}" for name in names)

    def _reply(self, connection: socket.socket, verb: str, usual: str) -> bool:
        """Send a reply; gives False where it hangs up."""
        reply = self.script.replies.get(verb, usual)
        if not reply:
            return False
        if reply == "SILENCE":
            connection.recv(1)
            return False
        connection.sendall(reply.encode() + b"\r\n")
        return not reply.startswith("421")

    def _content(self, connection: socket.socket, file: object) -> bool:
        content = b""
        read = getattr(file, "readline")  # noqa: B009
        while not content.endswith(b"\r\n.\r\n"):
            line = read()
            if not line:
                raise EOFError
            content += line
            if 0 <= self.script.stop_content_after <= len(content):
                return False
        self.contents.append(content)
        return self._reply(connection, ".", "250 Ok 0100018-abc-000000")


class Secrets:
    """A keyring of one secret."""

    is_lasting = True
    trouble = ""

    def get(self, account: str) -> Secret | None:
        """Give it."""
        return Secret(PASSWORD)

    def set(self, account: str, secret: Secret) -> None:
        """Not here."""
        raise NotImplementedError

    def remove(self, account: str) -> None:
        """Not here."""
        raise NotImplementedError


Serve = Callable[..., ScriptedServer]


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """One that is good for localhost."""
    return make_certificate(tmp_path)


@pytest.fixture
def make_cert(tmp_path: Path) -> Callable[..., Certificate]:
    """Make others."""
    return lambda name="localhost", days=2: make_certificate(tmp_path, name, days=days)


@pytest.fixture
def serve(certificate: Certificate) -> Iterator[Serve]:
    """Start a server with a script."""
    running: list[ScriptedServer] = []

    def start(
        replies: dict[str, str] | None = None, *, with_certificate: Certificate = certificate, **script: object
    ) -> ScriptedServer:
        server = ScriptedServer(with_certificate, Script(replies or {}, **script))  # type: ignore[arg-type]
        running.append(server)
        return server

    yield start
    for server in running:
        server.close()


@pytest.fixture
def transport_to(certificate: Certificate) -> Iterator[Callable[..., SmtpTransport]]:
    """Make a transport to a port of this machine."""
    made: list[SmtpTransport] = []

    def make(
        port: int, host: str = "localhost", trusted: Path | None = None, wraps: bool = False, **changes: object
    ) -> SmtpTransport:
        account = Account(
            "work",
            WayIn.SMTP,
            "eu-west-1",
            Road.SMTP,
            user="AKIAEXAMPLE",
            port=465 if wraps else 587,
            endpoint=EndpointKind.CUSTOM,
            endpoint_url=f"{host}:{port}",
            ca_bundle=str(trusted or certificate.chain),
        )
        transport = SmtpTransport(account, Secrets(), **changes)  # type: ignore[arg-type]
        made.append(transport)
        return transport

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def unused() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
