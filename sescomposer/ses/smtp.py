"""The SMTP interface of SES as a transport: connections kept for several messages, each message submitted once.

MAIL FROM is the return path, RCPT TO the recipients; the options are control fields of the octets already. A message
of which any recipient is refused is submitted to nobody.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import AccountError, SubmissionError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.road import Road
from sescomposer.core.seal import Sealed
from sescomposer.core.service_answers import error_of
from sescomposer.services.account import Account, WayIn
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.ports import Receipt
from sescomposer.services.regions import TLS_PORTS, smtp_address
from sescomposer.services.secrets import required
from sescomposer.services.sign_in import NOBODY, Prompts
from sescomposer.services.smtp_password import smtp_password
from sescomposer.ses.of_account import OfAccount
from sescomposer.ses.smtp_connection import GOODBYE_SECONDS, Server, SmtpConnection, SmtpFault, SmtpRefusal

IDLE_SECONDS = 20.0
"""A connection that was not used for longer is asked whether it is still there."""
OLD_SECONDS = 600.0
"""SES asks that long-lived connections be renewed."""
KEPT = 10
"""Idle connections kept at most."""

_PATH = re.compile(r'(?:"(?:[ !#-\[\]-~]|\\[ -~])*")?[!#-;=?-~]*')
"""What may stand between the angle brackets of a command (RFC 5321 section 4.1.2): blanks in a quoted string alone."""

_REFERENCE = re.compile(r"\bok\s+(?P<id>[0-9A-Za-z-]+)", re.IGNORECASE)


@dataclass(slots=True)
class _Kept:
    """An idle connection and when it was made and used last."""

    connection: SmtpConnection
    made: float
    used: float


class SmtpTransport(OfAccount):
    """An account's way into SES by SMTP; fits `services.ports.Transport`. Several threads may submit at once.

    Args:
        account: With road SMTP; its secret is the SMTP password, or with `KEYS` the secret key it is derived from.
        secrets: The keyring.
        now: Seconds that only grow.
        prompts: How a second factor of a profile is asked for.
    """

    _road = Road.SMTP

    def __init__(
        self,
        account: Account,
        secrets: SecretStore,
        now: Callable[[], float] = time.monotonic,
        prompts: Prompts = NOBODY,
    ) -> None:
        super().__init__(account)
        self._secrets = secrets
        self._prompts = prompts
        self._now = now
        self._lock = threading.Lock()
        self._idle: list[_Kept] = []
        self._is_closed = False

    @property
    def server(self) -> Server:
        """Where it connects to."""
        account = self._account
        host, port = smtp_address(account)
        return Server(host, port, account.port in TLS_PORTS, account.region, account.ca_bundle)

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Submit one message, once; see `services.ports.Transport`."""
        return self.submit_octets(sealed.octets, sealed.envelope, progress)

    def submit_octets(self, octets: Octets, envelope: Envelope, progress: Progress = NO_PROGRESS) -> Receipt:
        """Submit octets to an envelope, once."""
        _check_paths(envelope)
        try:
            kept = self._take(partial(progress.step, 0, len(octets) or 1))
            answer = self._submit(kept, octets, envelope, progress)
        except SmtpRefusal as refusal:
            raise error_of(refusal.answer) from refusal
        except SmtpFault as fault:
            raise error_of(fault.answer, content_left=fault.content_left) from fault
        found = _REFERENCE.search(answer.text)
        return Receipt(found["id"] if found else "", answer.wire)

    def check(self) -> str:
        """Connect and log in, submit nothing; gives the name of the server. Raises like `submit`."""
        try:
            self._give_back(self._take())
        except SmtpRefusal as refusal:
            raise error_of(refusal.answer) from refusal
        except SmtpFault as fault:
            raise error_of(fault.answer, content_left=fault.content_left) from fault
        return self.server.host

    def close(self) -> None:
        """Say goodbye on every idle connection, as long as that takes a few seconds for all of them together."""
        with self._lock:
            idle, self._idle, self._is_closed = self._idle, [], True
        until = self._now() + GOODBYE_SECONDS
        for kept in idle:
            kept.connection.close(until - self._now())

    def _submit(self, kept: _Kept, octets: Octets, envelope: Envelope, progress: Progress) -> ServiceAnswer:
        """Submit over a connection, and keep it if it is good for more."""
        try:
            answer = kept.connection.submit(octets, envelope.mail_from, envelope.rcpt_to, progress)
        except SmtpRefusal as refusal:
            # 421 closes the connection (RFC 5321 section 3.8).
            if refusal.answer.status == 421 or not kept.connection.is_open:
                kept.connection.abandon()
            else:
                self._give_back(kept)
            raise
        except BaseException:
            kept.connection.abandon()
            raise
        self._give_back(kept)
        return answer

    def _take(self, look: Callable[[], None] | None = None) -> _Kept:
        """Give a connection that is logged in: one that is idle, or a new one."""
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            if kept is None:
                now = self._now()
                return _Kept(SmtpConnection(self.server, *self._credentials(), look), now, now)
            if self._now() - kept.made > OLD_SECONDS:
                kept.connection.close()
            elif self._is_good(kept):
                return kept
            else:
                kept.connection.abandon()

    def _is_good(self, kept: _Kept) -> bool:
        """Whether an idle connection takes another message; it is asked where that is in doubt."""
        is_fresh = self._now() - kept.used <= IDLE_SECONDS and kept.connection.is_quiet
        return is_fresh or kept.connection.is_alive()

    def _give_back(self, kept: _Kept) -> None:
        kept.used = self._now()
        with self._lock:
            if not self._is_closed and len(self._idle) < KEPT:
                self._idle.append(kept)
                return
        kept.connection.close()

    def _credentials(self) -> tuple[str, str]:
        """Give user name and password; raises `AccountError`."""
        account = self._account
        if not account.needs_secret:
            from sescomposer.ses.long_term_keys import smtp_credentials

            user, password = smtp_credentials(account, self._prompts)
            return user, password.reveal()
        secret = required(self._secrets, account.name)
        if account.way_in is WayIn.KEYS:
            secret = smtp_password(secret, account.region, key_id=account.user)
        if not (account.user + secret.reveal()).isascii():
            # The library would raise an error that holds the password.
            raise AccountError(
                f"The SMTP user name or password of the account {account.name!r} holds characters outside ASCII.",
                hint="SES makes none such: copy both again from where SES showed them.",
            )
        return account.user, secret.reveal()


def _check_paths(envelope: Envelope) -> None:
    """Hold that every address is one, for the command that names it: nothing in it ends the command or adds to it.

    Raises:
        SubmissionError: one is none.
    """
    for address in (envelope.mail_from, *envelope.rcpt_to):
        if not _PATH.fullmatch(address):
            raise SubmissionError(
                f"The envelope address {address[:200]!r} cannot stand in an SMTP command; nothing was sent.",
                hint="Write it as local-part@domain in ASCII, without a name and without blanks.",
                value=address,
            )
