"""The SMTP side of the local inbox: one thread with an event loop, one port with STARTTLS and one with TLS at once."""

import asyncio
import logging
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from sescomposer.inbox.reception import Reception
from sescomposer.inbox.smtp_protocol import Manner, SmtpProtocol

WORKERS = 32
"""Messages that are decided on, or waited with, at once."""


_LAST_TURNS = 8


class SmtpServer:
    """Started once and stopped once.

    Args:
        reception: Takes the messages.
        context: Certificate and key.
        require_auth: Whether a login is wanted.
        plain, wrapped: Listening sockets, for STARTTLS and for TLS at once; closed by `stop`.
    """

    def __init__(
        self,
        reception: Reception,
        context: ssl.SSLContext,
        require_auth: bool,
        plain: socket.socket,
        wrapped: socket.socket,
    ) -> None:
        # The library logs every command it reads, passwords too.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self._workers = ThreadPoolExecutor(WORKERS, "inbox-smtp-worker")
        self._manner = Manner(reception, self._workers, context, require_auth)
        self._sockets = (plain, wrapped)
        self._open: set[SmtpProtocol] = set()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox-smtp")

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Cut every connection and end; whoever waits in a pause has to be let go before."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._workers.shutdown()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        plain, wrapped = self._sockets
        context = self._manner.context
        at_once = replace(self._manner, context=None)
        servers = [
            await self._loop.create_server(partial(self._protocol, self._manner), sock=plain),
            await self._loop.create_server(partial(self._protocol, at_once), sock=wrapped, ssl=context),
        ]
        self._ready.set()
        await self._stopping.wait()
        for server in servers:
            server.close()
        for protocol in tuple(self._open):
            protocol.abort()
        for server in servers:
            await server.wait_closed()
        for _ in range(_LAST_TURNS):
            # What was accepted just before, and what is being cut, ends in the next turns of the loop.
            await asyncio.sleep(0)
            for protocol in tuple(self._open):
                protocol.abort()

    def _protocol(self, manner: Manner) -> SmtpProtocol:
        return SmtpProtocol(manner, self._open.add, self._open.discard)
