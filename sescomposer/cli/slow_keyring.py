"""A keyring that does not answer at once: the command line says what it waits for."""

from threading import Timer

from sescomposer.cli.streams import say
from sescomposer.services.account import Secret
from sescomposer.services.account_ports import SecretStore

SECONDS = 2.0
"""For so long a keyring may take its time without a word."""


class SlowKeyring:
    """The keyring; when it takes long, as while its user is asked to unlock it, that is said on standard error.

    Args:
        store: The keyring.
        seconds: After so many it is said.
    """

    def __init__(self, store: SecretStore, seconds: float = SECONDS) -> None:
        self._store = store
        self._seconds = seconds

    @property
    def is_lasting(self) -> bool:
        """See `SecretStore`."""
        return self._store.is_lasting

    @property
    def trouble(self) -> str:
        """See `SecretStore`."""
        return self._store.trouble

    def get(self, account: str) -> Secret | None:
        """See `SecretStore`."""
        timer = Timer(self._seconds, say, ("Waiting for the keyring… Your system may be asking you to unlock it.",))
        timer.daemon = True
        timer.start()
        try:
            return self._store.get(account)
        finally:
            timer.cancel()

    def set(self, account: str, secret: Secret) -> None:
        """See `SecretStore`."""
        self._store.set(account, secret)

    def remove(self, account: str) -> None:
        """See `SecretStore`."""
        self._store.remove(account)
