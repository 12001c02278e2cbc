"""Secret stores around the keyring: for the time of the program, for one account, and one that knows it is asked."""

from threading import Lock

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Secret
from sescomposer.services.account_ports import SecretStore


def required(secrets: SecretStore, account: str) -> Secret:
    """Give the secret of an account that needs one; raises `AccountError`, which tells of a keyring that is gone.

    >>> required(MemorySecrets(), "work")
    Traceback (most recent call last):
    sescomposer.core.errors.AccountError: The keyring has no secret for the account 'work'.
    """
    secret = secrets.get(account)
    if secret is None:
        # Where there is no keyring the secret may lie safe in one that is not running.
        reason = "" if secrets.is_lasting else f"{secrets.trouble} "
        raise AccountError(
            f"The keyring has no secret for the account {account!r}.",
            hint=f"{reason}Open the accounts and type its secret again.",
            value=account,
        )
    return secret


class MemorySecrets:
    """Secrets until the program ends.

    >>> secrets = MemorySecrets()
    >>> secrets.set("work", Secret("hush"))
    >>> secrets.get("work"), secrets.is_lasting
    (<secret>, False)
    """

    is_lasting = False
    trouble = "Secrets are kept in memory until the program ends."

    def __init__(self) -> None:
        self._secrets: dict[str, Secret] = {}

    def get(self, account: str) -> Secret | None:
        """Give the secret of an account, None if there is none."""
        return self._secrets.get(account)

    def set(self, account: str, secret: Secret) -> None:
        """Keep a secret."""
        self._secrets[account] = secret

    def remove(self, account: str) -> None:
        """Forget a secret; does nothing if there is none."""
        self._secrets.pop(account, None)


class GivenSecret(MemorySecrets):
    """A secret given for this run in place of the keyring's; of other accounts the keyring is asked as ever.

    Args:
        account: Name of the account that it is for.
        secret: The secret.
        store: What knows all others; nothing is ever written there.
    """

    trouble = "The secret is given for this run alone."

    def __init__(self, account: str, secret: Secret, store: SecretStore) -> None:
        super().__init__()
        self.set(account, secret)
        self._store = store

    def get(self, account: str) -> Secret | None:
        """Give the secret of an account, None if there is none; raises `AccountError` as the keyring does."""
        given = super().get(account)
        return self._store.get(account) if given is None else given


class AskedSecrets:
    """The keyring, and whether an answer of it is awaited: it may ask its user first, for as long as that takes.

    Args:
        store: The keyring.

    >>> secrets = AskedSecrets(MemorySecrets())
    >>> secrets.get("work"), secrets.is_asked()
    (None, False)
    """

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self._lock = Lock()
        self._asked = 0

    def is_asked(self) -> bool:
        """Tell whether somebody waits for a secret now; any thread may ask."""
        return self._asked > 0

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
        self._count(1)
        try:
            return self._store.get(account)
        finally:
            self._count(-1)

    def set(self, account: str, secret: Secret) -> None:
        """See `SecretStore`."""
        self._store.set(account, secret)

    def remove(self, account: str) -> None:
        """See `SecretStore`."""
        self._store.remove(account)

    def _count(self, more: int) -> None:
        with self._lock:
            self._asked += more
