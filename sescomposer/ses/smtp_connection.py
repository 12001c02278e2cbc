"""One connection to an SMTP server: TLS before anything secret, then commands, then content as a stream (RFC 5321)."""

import base64
import contextlib
import selectors
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import OperationCancelledError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import Progress
from sescomposer.core.road import Road
from sescomposer.services.redaction import HIDDEN, without_secrets
from sescomposer.ses.dot_stuffing import CHUNK, stuffed_chunks

CONNECT_SECONDS = 30.0
COMMAND_SECONDS = 300.0
"""RFC 5321 section 4.5.3.2: 5 minutes for most commands,"""
ANSWER_SECONDS = 600.0
"""and 10 for the answer to the content."""
ALIVE_SECONDS = 10.0
"""How long an idle connection may take to say that it is there; a new one is quicker to have."""
GOODBYE_SECONDS = 5.0
LINES = 200
"""Lines of one reply; no server needs a tenth of them."""
LOOK_SECONDS = 0.5
"""How often an upload that does not move looks whether it was cancelled."""

_UNREADABLE = "The server gave a reply that nobody can read."


class _Lines:
    """The replies as they are read: a reply of lines without end is none."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._count = 0

    def begin(self) -> None:
        """Begin with a reply."""
        self._count = 0

    def readline(self, size: int) -> bytes:
        """Give a line, at most so many octets of it."""
        self._count += 1
        if self._count > LINES:
            raise OSError(f"The reply has more than {LINES} lines.")
        return self._file.readline(size)

    def close(self) -> None:
        """Close it."""
        self._file.close()


class _Bounded(smtplib.SMTP):
    """Replies of so many lines only; while none comes, `look` is called now and then, and may cancel."""

    look: Callable[[], None] | None = None

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply; see the library."""
        if self.look is not None:
            self._wait(self.look)
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"))
        if isinstance(self.file, _Lines):
            self.file.begin()
        return super().getreply()

    def _wait(self, look: Callable[[], None]) -> None:
        """Wait until something comes, as long as the library would; the library itself then finds that nothing did."""
        connection = self.sock
        if connection is None:
            return
        waited, most = 0.0, connection.gettimeout() or COMMAND_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            while waited + LOOK_SECONDS < most:
                # What TLS has read already, no selector sees.
                if isinstance(connection, ssl.SSLSocket) and connection.pending():
                    return
                if selector.select(LOOK_SECONDS):
                    return
                waited += LOOK_SECONDS
                look()


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """The same with TLS from the first octet."""


class SmtpRefusal(Exception):
    """The server answered a command and did not accept it; the connection may be good still."""

    def __init__(self, answer: ServiceAnswer) -> None:
        super().__init__(answer.wire)
        self.answer = answer


class SmtpFault(Exception):
    """The connection failed.

    Attributes:
        answer: What is known, with the name of the fault as code.
        content_left: Whether the end of the content may have reached the server: only then it may have been accepted.
    """

    def __init__(self, answer: ServiceAnswer, content_left: bool) -> None:
        super().__init__(answer.text)
        self.answer = answer
        self.content_left = content_left


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect.

    Attributes:
        host, port: Name (also that of the certificate) and port.
        wraps: Whether TLS begins with the first octet; else STARTTLS has to be offered.
        region: For answers.
        ca_bundle: File of trusted certificates, "" for the system's.
    """

    host: str
    port: int
    wraps: bool = False
    region: str = ""
    ca_bundle: str = ""


class SmtpConnection:
    """An authenticated connection over TLS; used by one thread at a time.

    Args:
        server: Where to.
        user, password: Credentials, sent only over TLS.
        look: Called now and then while the server says nothing; may cancel.

    Raises:
        SmtpRefusal, SmtpFault: it could not be made; nothing was submitted.
        OperationCancelledError: from `look`.
    """

    def __init__(self, server: Server, user: str, password: str, look: Callable[[], None] | None = None) -> None:
        self._server = server
        self._look = look
        self._step = "connect"
        self._content_left = False
        self._smtp: _Bounded | None = None
        try:
            with self._faults():
                self._connect()
                self._log_in(user, password)
        except BaseException:
            self.abandon()
            raise
        finally:
            self._look_with(None)

    def _look_with(self, look: Callable[[], None] | None) -> None:
        """Set who is asked while the server says nothing."""
        if self._smtp is not None:
            self._smtp.look = look

    @property
    def smtp(self) -> smtplib.SMTP:
        """The library's connection."""
        assert self._smtp is not None
        return self._smtp

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._server.ca_bundle or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _connect(self) -> None:
        """Connect, greet, and be in TLS afterwards, or raise."""
        server = self._server
        if server.wraps:
            self._smtp = _BoundedTls(timeout=CONNECT_SECONDS, context=self._context(), local_hostname="localhost")
        else:
            self._smtp = _Bounded(timeout=CONNECT_SECONDS, local_hostname="localhost")
        self._look_with(self._look)
        # The library takes the name to check from there only if the constructor connects, which would lose the reply.
        self._smtp._host = server.host  # type: ignore[attr-defined]
        self._expect(self._smtp.connect(server.host, server.port), "connect", 220)
        # The end of the content is a small packet behind large ones: it must not wait for their acknowledgement.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._greet()
        if not server.wraps:
            self._start_tls()
        self._socket.settimeout(COMMAND_SECONDS)

    def _greet(self) -> None:
        self._step = "ehlo"
        self._expect(self.smtp.ehlo(), "ehlo", 250)

    def _start_tls(self) -> None:
        """Switch to TLS; a server, or somebody between, that does not offer it gets nothing secret."""
        self._step = "starttls"
        if not self.smtp.has_extn("starttls"):
            words = "The server does not offer STARTTLS, so no password and no message were given to it."
            raise SmtpFault(self._fault("StartTlsMissing", words), False)
        try:
            self.smtp.starttls(context=self._context())
        except smtplib.SMTPResponseException as error:
            raise SmtpRefusal(self._answer(error.smtp_code, error.smtp_error, "starttls")) from None
        self._greet()

    def _log_in(self, user: str, password: str) -> None:
        self._step = "auth"
        if not isinstance(self._socket, ssl.SSLSocket):
            raise SmtpFault(self._fault("StartTlsMissing", "The connection is not encrypted."), False)
        offered = self.smtp.esmtp_features.get("auth", "").upper().split()
        known = {"PLAIN": self.smtp.auth_plain, "LOGIN": self.smtp.auth_login}
        mechanism = next((name for name in known if name in offered), None)
        if mechanism is None:
            raise SmtpFault(self._fault("AuthMissing", "The server offers no login that this program knows."), False)
        # Not by the library's `login`: it tries a refused password again with the next mechanism, and loses the reply
        # of a server that hangs up behind it.
        self.smtp.user, self.smtp.password = user, password
        try:
            self.smtp.auth(mechanism, known[mechanism])
        except smtplib.SMTPAuthenticationError as error:
            words = _without_login(_decoded(error.smtp_error), user, password)
            raise SmtpRefusal(self._answer(error.smtp_code, words, "auth")) from None
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException):
            raise
        except (smtplib.SMTPException, ValueError):
            # Challenges without sense or end; the library's own words hold what the server made of the password.
            raise SmtpFault(self._fault("UnreadableReply", _UNREADABLE), False) from None
        finally:
            self.smtp.user = self.smtp.password = ""

    @property
    def _socket(self) -> socket.socket:
        connected = self.smtp.sock
        assert connected is not None
        return connected

    # Submitting

    def submit(self, octets: Octets, mail_from: str, rcpt_to: Iterable[str], progress: Progress) -> ServiceAnswer:
        """Submit one message and give the answer of acceptance.

        Raises:
            SmtpRefusal: a command was refused; nothing was accepted, and the connection can be used further.
            SmtpFault: the connection failed.
            OperationCancelledError: cancelled before the end of the content; the connection is closed.
        """
        self._content_left = False
        with self._faults():
            self._look_with(partial(progress.step, 0, len(octets) or 1))
            try:
                self._command("mail-from", self._mail_command(octets, mail_from), 250)
                for address in rcpt_to:
                    self._command("rcpt-to", f"RCPT TO:<{address}>", 250, 251)
                self._command("data", "DATA", 354)
            finally:
                self._look_with(None)
            return self._send_content(octets, progress)

    def _mail_command(self, octets: Octets, mail_from: str) -> str:
        self._step = "mail-from"
        size = f" SIZE={len(octets)}" if self.smtp.has_extn("size") else ""
        body = "" if _is_seven_bit(octets) else " BODY=8BITMIME"
        if body and not self.smtp.has_extn("8bitmime"):
            words = "The message has octets above 127, and the server does not offer 8BITMIME."
            raise SmtpFault(self._fault("EightBitMimeMissing", words), False)
        return f"MAIL FROM:<{mail_from}>{size}{body}"

    def _command(self, step: str, command: str, *wanted: int) -> None:
        """Send one command; if it is refused the transaction is given up."""
        self._step = step
        reply = self.smtp.docmd(command)
        if reply[0] not in wanted:
            answer = self._answer(*reply, step)
            self._give_up()
            raise SmtpRefusal(answer)

    def _give_up(self) -> None:
        """Let the server forget a transaction; one that hung up behind its refusal (421 says so) leaves that told."""
        if not self.is_open:
            return
        # The refusal is told whatever comes now, and soon.
        self._look_with(None)
        try:
            self._socket.settimeout(GOODBYE_SECONDS)
            is_forgotten = self.smtp.docmd("RSET")[0] == 250
            self._socket.settimeout(COMMAND_SECONDS)
        except (OSError, smtplib.SMTPException):
            is_forgotten = False
        if not is_forgotten:
            self.abandon()

    def _send_content(self, octets: Octets, progress: Progress) -> ServiceAnswer:
        """Stream the content; from the first octet of its end mark on, the outcome is the server's."""
        self._step = "content"
        done, total = 0, len(octets)
        connection = self._socket
        connection.settimeout(LOOK_SECONDS)
        try:
            for length, chunk in stuffed_chunks(octets.chunks(CHUNK)):
                if not length:
                    self._content_left = True
                self._send(chunk, partial(progress.step, done, total) if length else None)
                done += length
                if length and done < total:
                    progress.step(done, total)
            # What has left completely cannot be called back: the answer alone tells what became of it.
            with contextlib.suppress(OperationCancelledError):
                progress.step(total, total)
        except BaseException:
            # Without the end mark the server must drop what it has (RFC 5321 section 4.1.1.4).
            self.abandon()
            raise
        connection.settimeout(ANSWER_SECONDS)
        code, words = self.smtp.getreply()
        connection.settimeout(COMMAND_SECONDS)
        answer = self._answer(code, words, "content")
        # Whatever the answer is, it is one: nothing is in doubt any more.
        self._content_left = False
        if code != 250:
            raise SmtpRefusal(answer)
        return answer

    def _send(self, octets: bytes | memoryview, look: Callable[[], None] | None) -> None:
        """Send octets; `look` is called now and then while the server takes none, and may cancel."""
        rest, waited = memoryview(octets), 0.0
        while rest:
            try:
                rest, waited = rest[self._socket.send(rest) :], 0.0
            except TimeoutError:
                waited += LOOK_SECONDS
                if waited >= COMMAND_SECONDS:
                    raise
                if look is not None:
                    look()

    # Living and ending

    @property
    def is_open(self) -> bool:
        """Whether neither side is known to have closed it."""
        return self._smtp is not None and self._smtp.sock is not None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing came behind the last answer; else that is a goodbye, or the end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return not selector.select(0)

    def is_alive(self) -> bool:
        """Ask the server whether it is still there; never raises."""
        if not self.is_open:
            return False
        try:
            self._socket.settimeout(ALIVE_SECONDS)
            is_there = self.smtp.docmd("NOOP")[0] == 250
            self._socket.settimeout(COMMAND_SECONDS)
        except (OSError, smtplib.SMTPException):
            return False
        return is_there

    def close(self, seconds: float = GOODBYE_SECONDS) -> None:
        """Say goodbye; a server that is gone, or for which no time is left, is let go."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if self.is_open and seconds > 0:
                self._socket.settimeout(seconds)
                self.smtp.docmd("QUIT")
        self.abandon()

    def abandon(self) -> None:
        """Close without a word."""
        if self._smtp is not None:
            self._smtp.close()

    # Answers

    def _expect(self, reply: tuple[int, bytes], step: str, wanted: int) -> None:
        if reply[0] != wanted:
            raise SmtpRefusal(self._answer(*reply, step))

    def _answer(self, code: int, words: bytes | str, step: str) -> ServiceAnswer:
        line = " ".join(_decoded(words).split())
        if code < 0:
            raise SmtpFault(self._fault("UnreadableReply", f"{_UNREADABLE} It ends with {line!r}."), self._content_left)
        return ServiceAnswer(Road.SMTP, str(code), line, code, step=step, region=self._server.region)

    def _fault(self, name: str, words: str) -> ServiceAnswer:
        return ServiceAnswer(Road.SMTP, name, words, step=self._step, region=self._server.region)

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """Translate what the network and the library raise."""
        try:
            yield
        except smtplib.SMTPServerDisconnected as error:
            # The library calls it that, too, where it waited for an answer in vain.
            is_late = isinstance(error.__context__, TimeoutError)
            fault = self._fault("TimeoutError" if is_late else "Disconnected", str(error))
            raise SmtpFault(fault, self._content_left) from error
        except smtplib.SMTPResponseException as error:
            # Not the server's code but the library's own, for a line without end: nobody refused anything.
            words = f"{_UNREADABLE} {_decoded(error.smtp_error)}"
            raise SmtpFault(self._fault("UnreadableReply", words), self._content_left) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            words = f"{self._server.host}:{self._server.port}: {error}"
            raise SmtpFault(self._fault(type(error).__name__, words), self._content_left) from error


def _decoded(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _without_login(words: str, user: str, password: str) -> str:
    """Hide what a server repeats of a login that it cannot read.

    >>> _without_login("501 What is AUTH PLAIN AGFkYQBodXNo, ada? aHVzaA==?", "ada", "hush")
    '501 What is AUTH PLAIN [hidden] ada? [hidden]?'
    """
    texts = (f"\0{user}\0{password}", password)
    for text in (*(base64.b64encode(text.encode()).decode("ascii") for text in texts), password):
        words = words.replace(text, HIDDEN) if password else words
    return without_secrets(words)


def _is_seven_bit(octets: Octets) -> bool:
    return all(bytes(chunk).isascii() for chunk in octets.chunks(CHUNK))
