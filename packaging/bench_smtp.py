"""Jobs of the bench over SMTP: 38 MB to a server in a process of its own that discards them, over TLS on loopback."""

import contextlib
import mmap
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench_tools import message_file, ms_of, private_mb, run_job

_TIMES = 3
_USER, _PASSWORD = "AKIAEXAMPLE", "not-a-secret"
_ENVELOPE = ("zoe@example.com", ("kai@example.org",))


def serve(folder: Path) -> dict[str, float]:
    """Be the server: print the port, take messages until standard input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "smtp.pem", folder / "smtp.key")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        connection, _ = listener.accept()
        with contextlib.suppress(OSError, EOFError):
            _talk(connection, context)
    return {}


def _talk(connection: socket.socket, context: ssl.SSLContext) -> None:
    replies = {b"EHLO": b"250-sink\r\n250-STARTTLS\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN", b"DATA": b"354 go"}
    replies |= {b"AUTH": b"235 ok", b"STARTTLS": b"220 go"}
    connection.sendall(b"220 sink\r\n")
    while line := _line(connection):
        verb = line.split()[0].upper()
        connection.sendall(replies.get(verb, b"250 ok") + b"\r\n")
        if verb == b"STARTTLS":
            connection = context.wrap_socket(connection, server_side=True)
        elif verb == b"DATA":
            _discard(connection)
            connection.sendall(b"250 Ok 0102-sink\r\n")


def _line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\r\n"):
        octets = connection.recv(4096)
        if not octets:
            raise EOFError
        line += octets
    return line


def _discard(connection: socket.socket) -> None:
    """Read up to the mark that ends the content, keeping nothing."""
    buffer, tail = bytearray(1 << 20), b""
    while not tail.endswith(b"\r\n.\r\n"):
        count = connection.recv_into(buffer)
        if not count:
            raise EOFError
        tail = (tail + bytes(buffer[max(0, count - 5) : count]))[-5:]


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[int]:
    """Start the server with a certificate made for this run, and give its port."""
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    words += ["-keyout", str(folder / "smtp.key"), "-out", str(folder / "smtp.pem")]
    subprocess.run(words, check=True, capture_output=True)
    command = [sys.executable, __file__, "serve", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


class _Secrets:
    """A keyring of one secret that is none."""

    is_lasting, trouble = True, ""

    def get(self, account: str) -> object:
        """Give it."""
        from sescomposer.services.account import Secret

        return Secret(_PASSWORD)


def ours(folder: Path) -> dict[str, float]:
    """The best of several messages over one connection; memory: the most held over the start."""
    from sescomposer.core.envelope import Envelope
    from sescomposer.core.octets import Octets
    from sescomposer.core.road import Road
    from sescomposer.services.account import Account, EndpointKind, WayIn
    from sescomposer.ses.smtp import SmtpTransport

    held = [0.0]

    class Watch:
        def step(self, done: int, total: int) -> None:
            held.append(private_mb())

    with message_file(folder).open("rb") as file, _server(folder) as port:
        octets = Octets.of(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        account = Account(
            "bench",
            WayIn.SMTP,
            "eu-west-1",
            Road.SMTP,
            user=_USER,
            endpoint=EndpointKind.CUSTOM,
            endpoint_url=f"localhost:{port}",
            ca_bundle=str(folder / "smtp.pem"),
        )
        transport = SmtpTransport(account, _Secrets())  # type: ignore[arg-type]
        envelope = Envelope(*_ENVELOPE)
        transport.check()
        before = private_mb()
        times = [ms_of(lambda: transport.submit_octets(octets, envelope)) for _ in range(_TIMES)]
        transport.submit_octets(octets, envelope, Watch())
        transport.close()
    return {"value": min(times), "memory": max(0.0, max(held) - before)}


def peer(folder: Path) -> dict[str, float]:
    """The same by `smtplib.SMTP.sendmail` with the octets in memory."""
    octets = message_file(folder).read_bytes()
    with _server(folder) as port:
        context = ssl.create_default_context(cafile=folder / "smtp.pem")
        client = smtplib.SMTP("localhost", port, local_hostname="localhost")
        client.starttls(context=context)
        client.login(_USER, _PASSWORD)
        mail_from, rcpt_to = _ENVELOPE
        times = [ms_of(lambda: client.sendmail(mail_from, rcpt_to, octets)) for _ in range(_TIMES)]
        client.close()
    return {"value": min(times)}


if __name__ == "__main__":
    run_job({"serve": serve, "ours": ours, "peer": peer})
