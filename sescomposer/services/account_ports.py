"""What the services need from outside about accounts: their file, their secrets, and questions to the service.

Every method may be called from a worker thread.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.services.account import Account, Secret
from sescomposer.services.knowledge import Identity, IdentityCertificate, Known, MessageEvent, Suppressed

Came = Callable[[Known, frozenset[str]], None]
"""Is told what was read so far, and the names of the attributes of `Known` that hold an answer."""


def unheard(known: Known, names: frozenset[str]) -> None:
    """Tell nobody."""


class AccountStore(Protocol):
    """The accounts file. It holds no secrets."""

    def all(self) -> tuple[Account, ...]:
        """Give all accounts in the order they were added.

        Raises:
            SettingsError: the file is damaged (it is left as it is) or of a newer schema.
        """

    def save(self, accounts: Iterable[Account]) -> None:
        """Write all accounts, whole or not at all; raises `StoreError`."""

    def remembered(self) -> Mapping[str, str]:
        """Give which account was used last for each From address (lower case)."""

    def remember(self, address: str, account: str) -> None:
        """Remember the account that was used for a From address; raises `StoreError`."""


class SecretStore(Protocol):
    """The keyring of the operating system; where there is none, memory until the program ends."""

    @property
    def is_lasting(self) -> bool:
        """Whether secrets outlive the program."""

    @property
    def trouble(self) -> str:
        """Give a sentence on why they do not, "" if they do."""

    def get(self, account: str) -> Secret | None:
        """Give the secret of an account, None if there is none.

        Raises:
            AccountError: the keyring is locked or gone.
        """

    def set(self, account: str, secret: Secret) -> None:
        """Keep a secret; raises `AccountError`."""

    def remove(self, account: str) -> None:
        """Forget a secret; does nothing if there is none. Raises `AccountError`."""


class AccountReader(Protocol):
    """Questions to the service about one account; at most one a second leaves, each is paged to its end.

    All methods block and raise `DeniedError` (with the IAM statement that is missing), `ServiceCallError`,
    `AccountError`, `LoginNeededError` or `OperationCancelledError`.
    """

    def read(self, progress: Progress = NO_PROGRESS, came: Came = unheard) -> Known:
        """Ask everything that `Known` holds; a denied or failed question is noted there and does not stop the rest.

        `came` is called after each question, before `progress` is.
        """

    def log_in(self, progress: Progress = NO_PROGRESS) -> Known:
        """Ask only who asks and what `Known` holds of the account itself, to see whether the way in works."""

    def identity(self, name: str) -> Identity:
        """Ask the details of one identity: DKIM, MAIL FROM, default configuration set."""

    def suppressed(self, address: str) -> Suppressed | None:
        """Look an address up in the suppression list."""

    def suppress(self, address: str, reason: str) -> None:
        """Put an address on the suppression list; `reason` is "BOUNCE" or "COMPLAINT"."""

    def unsuppress(self, address: str) -> None:
        """Take an address off the suppression list; nothing happens if it is not there."""

    def insights(self, reference: str) -> tuple[MessageEvent, ...]:
        """Ask what became of a message, oldest event first; `ServiceCallError` where it has none."""


class SigningReader(Protocol):
    """Questions to the service about its own signing; they block and raise like those of `AccountReader`."""

    def set_signs(self, name: str) -> bool:
        """Ask whether the service signs what goes through a configuration set."""

    def certificates(self, identity: str) -> tuple[IdentityCertificate, ...]:
        """Ask for the certificates of an identity; empty where there is no such identity."""


class KnowledgeStore(Protocol):
    """What was last read of each account and region."""

    def get(self, account: str, region: str) -> Known | None:
        """Give it, None if nothing was read or it cannot be read any more."""

    def put(self, known: Known) -> None:
        """Keep it in place of what was there; raises `StoreError`."""

    def all(self) -> tuple[Known, ...]:
        """Give everything known, of all accounts and regions."""

    def remove(self, account: str) -> None:
        """Forget an account."""
