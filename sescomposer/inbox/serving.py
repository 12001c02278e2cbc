"""The local inbox as a server: both servers with one reception, started and stopped together."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from sescomposer.core.errors import ServingError
from sescomposer.core.road import Road
from sescomposer.inbox.fault_plan import FaultPlan
from sescomposer.inbox.http_server import HttpServer
from sescomposer.inbox.reception import Reception
from sescomposer.inbox.served_log import ServedLog
from sescomposer.inbox.service import Inbox
from sescomposer.inbox.smtp_server import SmtpServer
from sescomposer.services.ports import Clock, ContentStore
from sescomposer.services.serving import DEFAULTS, Addresses, Served, ServeOptions

BACKLOG = 128


class Serving:
    """See `services.serving.Serving`.

    Args:
        inboxes: Gives the local inbox with the limits of a road.
        content: Its content store.
        clock: Time of the journal.
        certificate: Gives the files of certificate and key, made on first use.
        pause: Waits so many seconds; None to wait by the system's clock, no longer than until `stop`.
    """

    def __init__(
        self,
        inboxes: Callable[[Road], Inbox],
        content: ContentStore,
        clock: Clock,
        certificate: Callable[[], tuple[Path, Path]],
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._certificate = certificate
        self._log = ServedLog(clock)
        self._reception = Reception(inboxes, content, self._log, pause or self._pause)
        self._addresses: Addresses | None = None
        self._servers: tuple[SmtpServer, HttpServer] | None = None

    @property
    def faults(self) -> FaultPlan:
        """What is done to messages."""
        return self._reception.faults

    @property
    def addresses(self) -> Addresses | None:
        """Where it listens, None while it does not."""
        return self._addresses

    def start(self, options: ServeOptions = DEFAULTS) -> Addresses:
        """Listen.

        Raises:
            ServingError: a port is taken or may not be used, or it listens already; then nothing listens further.
            StoreError: the certificate cannot be kept.
        """
        with self._lock:
            if self._servers is not None:
                raise ServingError("The local inbox is served already.", hint="Stop it first.")
            chain, key = self._certificate()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain, key)
            plain, wrapped, http = _listen(options)
            self._stopping.clear()
            smtp = SmtpServer(self._reception, context, options.require_auth, plain, wrapped)
            self._servers = smtp, HttpServer(self._reception, http)
            smtp_port, tls_port, http_port = (each.getsockname()[1] for each in (plain, wrapped, http))
            self._addresses = Addresses(options.host, smtp_port, tls_port, http_port, chain, _is_loopback(plain))
            for server in self._servers:
                server.start()
            return self._addresses

    def stop(self) -> None:
        """Close every connection and listen no more; does nothing where it does not listen."""
        with self._lock:
            servers, self._servers, self._addresses = self._servers, None, None
            self._stopping.set()
            for server in servers or ():
                server.stop()

    def journal(self, after: int = 0) -> tuple[Served, ...]:
        """Give what came after the line of that number, oldest first."""
        return self._log.after(after)

    def wait_for(self, after: int, seconds: float) -> tuple[Served, ...]:
        """Give the same, and wait for a line to come if there is none yet."""
        return self._log.wait_for(after, seconds)

    def _pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)


def _listen(options: ServeOptions) -> tuple[socket.socket, socket.socket, socket.socket]:
    """Take all three ports or none."""
    made: list[socket.socket] = []
    try:
        for port in (options.smtp_port, options.tls_port, options.http_port):
            made.append(_socket(options.host, port))
    except ServingError:
        for each in made:
            each.close()
        raise
    plain, wrapped, http = made
    return plain, wrapped, http


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ServingError(
            f"Could not listen at {host} port {port}: {reason}.",
            hint="Another program may use the port: choose another one, or 0 for any that is free.",
            value=port,
        ) from error


def _is_loopback(listening: socket.socket) -> bool:
    return ipaddress.ip_address(listening.getsockname()[0].partition("%")[0]).is_loopback
