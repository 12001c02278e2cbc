"""One SMTP connection to the local inbox: commands as aiosmtpd reads them, words as SES says them, octets to the disk.

The library keeps every line of a message as an object; here the content is written as it comes, exactly.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeVar

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, TLSSetupException, syntax

from sescomposer.core.envelope import Envelope
from sescomposer.core.road import Road
from sescomposer.inbox.reception import Intake, Reception, Verdict
from sescomposer.inbox.smtp_content import Unstuffing, content_pieces
from sescomposer.services.serving import NO_FAULT, Came, Cut, Fault

PIECE_OCTETS = 1 << 17
"""What is read at once, and what may wait unread."""

_LOGGER = logging.getLogger(__name__)
_WORDS = {
    "250 OK": "250 Ok",
    "235 2.7.0 Authentication successful": "235 Authentication successful.",
    "530 5.7.0 Authentication required": "530 Authentication required",
    "552 Error: message size exceeds fixed maximum message size": "552 Message is too long.",
    "553 5.1.3 Error: malformed address": "553 Invalid email address.",
}
"""What the library says, and what SES does."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Manner:
    """How the connections of one port behave.

    Attributes:
        reception: Takes the messages.
        workers: Run what waits for the disk.
        context: For STARTTLS; None where TLS began already.
        require_auth: Whether a login is wanted.
    """

    reception: Reception
    workers: Executor
    context: ssl.SSLContext | None
    require_auth: bool


class Hooks:
    """What the library asks at each command, where a fault may strike instead."""

    async def handle_AUTH(self, server: "SmtpProtocol", session: Any, envelope: Any, args: list[str]) -> Any:
        """Refuse a login if told so."""
        del session, envelope, args
        return await server.struck_at("auth") or MISSING

    async def handle_MAIL(
        self, server: "SmtpProtocol", session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Begin a transaction."""
        del session
        struck = await server.begin_transaction(address)
        if struck:
            return struck
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 Ok"

    async def handle_RCPT(
        self, server: "SmtpProtocol", session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        del session
        struck = await server.struck_at("rcpt-to", envelope.mail_from, (address,))
        if struck:
            return struck
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 Ok"

    async def handle_exception(self, error: Exception) -> str:
        """Answer to a failure of ours, which is logged; a client that cannot do TLS is none."""
        if not isinstance(error, (TLSSetupException, OSError)):
            _LOGGER.error("A fault of ours in the SMTP server.", exc_info=error)
        return "451 Temporary service failure."


class SmtpProtocol(SMTP):
    """One connection.

    Args:
        manner: See there.
        met, left: Told when a connection begins and ends.
    """

    line_length_limit = PIECE_OCTETS

    def __init__(
        self, manner: Manner, met: Callable[["SmtpProtocol"], None], left: Callable[["SmtpProtocol"], None]
    ) -> None:
        self._manner = manner
        self._met = met
        self._left = left
        self._fault: Fault = NO_FAULT
        self._taken: dict[str, str] = {}
        super().__init__(
            Hooks(),
            data_size_limit=Road.SMTP.octets,
            hostname="localhost",
            ident="ESMTP SES Composer local inbox",
            tls_context=manner.context,
            # The library does not know of TLS that was there from the start.
            auth_require_tls=manner.context is not None,
            authenticator=_anybody,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, and begin anew once STARTTLS is done."""
        self._met(self)
        connection = transport.get_extra_info("socket")
        if connection is not None:
            # The loop does so itself only for sockets that say which protocol they speak; ours do not.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._left(self)
        super().connection_lost(error)

    @property
    def peer(self) -> str:
        """Address and port of the client."""
        found = self.session.peer if self.session else None
        return f"{found[0]}:{found[1]}" if found else ""

    def abort(self) -> None:
        """Cut the connection."""
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    async def push(self, status: Any) -> None:
        """Answer, in the words of SES."""
        await super().push(_WORDS.get(status, status) if isinstance(status, str) else status)

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Tell whether a login is missing, and say so."""
        del caller_method
        if not self._manner.require_auth or (self.session and self.session.authenticated):
            return False
        await self.push("530 Authentication required")
        return True

    async def struck_at(self, step: str, mail_from: str = "", rcpt_to: tuple[str, ...] = ()) -> str:
        """Give the reply if a fault strikes at this command, "" if none does.

        A client tries the next way to log in, or the next recipient: they get the same reply, and count once.
        """
        if step not in self._taken:
            self._taken[step] = ""
            reception = self._manner.reception
            fault = reception.faults.take(Road.SMTP, step)
            if fault.answer is not None:
                await self._pause(fault)
                self._taken[step] = wire = fault.answer.example(Road.SMTP).wire
                reception.log.note(
                    Road.SMTP, self.peer, Came.REFUSED, wire, mail_from=mail_from, rcpt_to=rcpt_to, told=True
                )
        return self._taken[step]

    async def begin_transaction(self, mail_from: str) -> str:
        """Be told what is done to the message that comes now; gives the reply if a fault strikes at once."""
        for step in ("mail-from", "rcpt-to"):
            self._taken.pop(step, None)
        self._fault = self._manner.reception.faults.take(Road.SMTP, "content")
        return await self.struck_at("mail-from", mail_from)

    async def _handle_client(self) -> None:
        struck = await self.struck_at("connect")
        if struck:
            await self.push(struck)
            self._writer.close()
            return
        await super()._handle_client()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Take the content of a message (RFC 5321 section 4.1.1.4)."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if not self._told().rcpt_to:
            await self.push("503 Error: need RCPT command")
        elif arg:
            await self.push("501 Syntax: DATA")
        elif self._fault.cut is Cut.BEFORE:
            await self._cut(self._manner.reception.intake(Road.SMTP))
        else:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._take()

    def _told(self) -> Envelope:
        """Give the envelope as far as it was told."""
        found = self.envelope
        assert found is not None
        return Envelope(found.mail_from or "", tuple(dict.fromkeys(found.rcpt_tos)))

    async def _take(self) -> None:
        """Read the content and answer."""
        intake = self._manner.reception.intake(Road.SMTP)
        try:
            is_whole = await self._read(intake)
            verdict = await self._decide(intake) if is_whole else None
        except (asyncio.CancelledError, asyncio.IncompleteReadError, TimeoutError):
            self._note(intake, Came.BROKEN)
            raise
        finally:
            intake.abandon()
        if verdict is None or self._fault.cut is not Cut.NONE:
            await self._cut(intake, verdict)
            return
        answer, told = verdict.answer, self._fault.answer is not None
        reply = f"250 Ok {answer.text}" if verdict.is_accepted else answer.wire
        self._note(intake, Came.ACCEPTED if verdict.is_accepted else Came.REFUSED, reply, verdict.entry, told)
        self.envelope = self._create_envelope()
        await self.push(reply)

    async def _read(self, intake: Intake) -> bool:
        """Write the content as it comes; gives whether all of it was read."""
        unstuffing = Unstuffing()
        async for piece in content_pieces(self._reader):
            intake.write(unstuffing.feed(piece))
            self._reset_timeout()
            if self._fault.cut is Cut.DURING:
                return False
        return True

    async def _decide(self, intake: Intake) -> Verdict:
        reception, fault = self._manner.reception, self._fault
        await self._pause(fault)
        if fault.answer is not None and fault.cut is Cut.NONE:
            return Verdict(fault.answer.example(Road.SMTP))
        envelope = self._told()
        return await self._worked(lambda: reception.accept(Road.SMTP, intake, lambda octets: envelope))

    async def _cut(self, intake: Intake, verdict: Verdict | None = None) -> None:
        """Cut the connection as told; a message that was decided on was waited for already."""
        fault = self._fault
        if verdict is None:
            await self._pause(fault)
        entry = verdict.entry if verdict else ""
        self._note(intake, Came.CUT, f"cut {fault.cut} the octets", entry, told=True)
        self.abort()

    def _note(self, intake: Intake, came: Came, answer: str = "", entry: str = "", told: bool = False) -> None:
        envelope = self._told()
        self._manner.reception.log.note(
            Road.SMTP,
            self.peer,
            came,
            answer,
            mail_from=envelope.mail_from,
            rcpt_to=envelope.rcpt_to,
            octets=intake.length,
            entry=entry,
            told=told,
        )

    async def _pause(self, fault: Fault) -> None:
        if fault.latency:
            await self._worked(lambda: self._manner.reception.pause(fault.latency))

    async def _worked(self, work: Callable[[], _T]) -> _T:
        """Let a worker do what takes its time."""
        return await asyncio.get_running_loop().run_in_executor(self._manner.workers, work)


def _anybody(server: SMTP, session: Any, envelope: Any, mechanism: str, login: object) -> AuthResult:
    """Let everybody in: there is nothing to protect from whoever can reach loopback."""
    del server, session, envelope, mechanism, login
    return AuthResult(success=True)
