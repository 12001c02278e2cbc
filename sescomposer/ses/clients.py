"""Clients of the SDK for one account: made once, when first needed, and closed together."""

import contextlib
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sescomposer import __version__
from sescomposer.core.errors import AccountError
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.account_rules import is_loopback
from sescomposer.services.secrets import required
from sescomposer.services.sign_in import NOBODY, Prompts
from sescomposer.ses.streaming import attach

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config

SEND_OPERATIONS = {"sesv2": "SendEmail", "ses": "SendRawEmail"}
"""By name of the SDK's service, the operation whose body is swapped."""

CONNECTIONS = 50
"""Kept for one client; a batch has that many submissions in flight at most."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait.

    Attributes:
        connect: For a connection, and for each piece of a body to be taken.
        read: For an answer; a message of 40 MB may be looked at for long, and giving up leaves the outcome unknown.
    """

    connect: float = 30.0
    read: float = 300.0


class Clients:
    """The clients of an account. Its methods may be called by several threads.

    Args:
        account: With any way in but SMTP.
        secrets: The keyring; asked when the first client is made.
        prompts: How a second factor is asked for.
        timeouts: Of the send clients.
    """

    def __init__(
        self,
        account: Account,
        secrets: SecretStore,
        prompts: Prompts = NOBODY,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        self._account = account
        self._secrets = secrets
        self._prompts = prompts
        self._timeouts = timeouts
        self._lock = threading.Lock()
        self._session: boto3.Session | None = None
        self._made: dict[tuple[str, bool], Any] = {}
        # Connections that are kept open are closed even where nobody calls `close`.
        self._finalizer = weakref.finalize(self, _close_all, self._made)

    def sender(self, service: str) -> Any:
        """Give the client that submits: one attempt, whatever the answer; its bodies are swapped.

        Args:
            service: "sesv2" or "ses".

        Raises:
            AccountError: see `sessions.session_for`; also an endpoint that is no URL.
        """
        return self._client(service, is_sender=True)

    def asker(self, service: str) -> Any:
        """Give the client that asks questions: one attempt, too; who asks repeats at the pace of the account.

        Args:
            service: Name of the SDK's service.

        Raises:
            AccountError: as above.
        """
        return self._client(service, is_sender=False)

    def close(self) -> None:
        """Close all connections; a client that is asked for later is made anew."""
        with self._lock:
            _close_all(self._made)
            self._session = None

    def _client(self, service: str, is_sender: bool) -> Any:
        with self._lock:
            key = (service, is_sender)
            if key not in self._made:
                self._made[key] = self._new_client(service, is_sender)
            return self._made[key]

    def _new_client(self, service: str, is_sender: bool) -> Any:
        account = self._account
        if self._session is None:
            with _as_account_error(account):
                self._session = new_session(account, self._secrets, self._prompts)
        config = _config(account, self._timeouts if is_sender else Timeouts(read=60.0), is_sender)
        is_custom = account.endpoint is EndpointKind.CUSTOM and bool(account.endpoint_url)
        with _no_plugins(), _as_account_error(account):
            client = self._session.client(
                service,  # type: ignore[call-overload]
                endpoint_url=account.endpoint_url if is_custom else None,
                # None: as the configuration of the profile says.
                verify=account.ca_bundle or (True if account.way_in is WayIn.KEYS else None),
                config=config,
            )
        if is_sender:
            attach(client, SEND_OPERATIONS[service])
        return client


def new_session(account: Account, secrets: SecretStore, prompts: Prompts) -> "boto3.Session":
    """Give a session for an account with its secret from the keyring; raises `AccountError`."""
    from sescomposer.ses.sessions import session_for

    secret = required(secrets, account.name) if account.way_in is WayIn.KEYS else None
    return session_for(account, secret, prompts)


def proxy_for(url: str) -> str:
    """Give the proxy that requests to a URL go through, without user and password, "" for none; for people."""
    from urllib.request import getproxies, proxy_bypass  # here: it brings the standard library's own client

    parts = urlsplit(url)
    if not parts.hostname or is_loopback(parts.hostname) or proxy_bypass(parts.hostname):
        return ""
    proxy = getproxies().get(parts.scheme, "")
    scheme, found, rest = proxy.rpartition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"


def _config(account: Account, timeouts: Timeouts, is_sender: bool) -> "Config":
    import botocore
    from botocore.config import Config

    kind = account.endpoint
    settings: dict[str, Any] = {
        "region_name": account.region,
        "retries": {"total_max_attempts": 1, "mode": "standard"},
        "connect_timeout": timeouts.connect,
        "read_timeout": timeouts.read,
        "max_pool_connections": CONNECTIONS,
        "use_fips_endpoint": kind in (EndpointKind.FIPS, EndpointKind.FIPS_DUAL_STACK),
        "use_dualstack_endpoint": kind in (EndpointKind.DUAL_STACK, EndpointKind.FIPS_DUAL_STACK),
        # A variable or a profile that names an endpoint would send mail elsewhere in silence.
        "ignore_configured_endpoint_urls": True,
        "defaults_mode": "legacy",
        "tcp_keepalive": True,
        # The SDK's own tells about machine and system, and is composed anew for each call.
        "user_agent": f"sescomposer/{__version__} Botocore/{botocore.__version__}",
        # A tenth of the time of a small message; the service says the same of a member that is wrong.
        "parameter_validation": not is_sender,
    }
    if account.endpoint is EndpointKind.CUSTOM and _is_here(account.endpoint_url):
        # What may go without TLS stays on this machine.
        settings["proxies"] = {}
    return Config(**settings)


def _is_here(url: str) -> bool:
    """Whether a URL leads to this machine."""
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        # The SDK will say what is wrong with it.
        return False


def _no_plugins() -> contextlib.AbstractContextManager[None]:
    from sescomposer.ses.isolation import without_plugins

    return without_plugins()


@contextlib.contextmanager
def _as_account_error(account: Account) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError

    from sescomposer.ses.translate import account_error

    try:
        yield
    except BotoCoreError as error:
        raise account_error(error, account) from error
    except ValueError as error:
        raise AccountError(
            f"The account {account.name!r} cannot be used: {error}.",
            hint="Check its region and its endpoint.",
            value=account.endpoint_url or account.region,
        ) from error


def _close_all(made: dict[tuple[str, bool], Any]) -> None:
    while made:
        _, client = made.popitem()
        client.close()
