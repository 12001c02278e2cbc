"""Passphrases of own keys in the keyring: which one a key is encrypted with, and where it is kept.

A key is encrypted with 32 random characters of ours that lie in the keyring, so that nobody need type them. With the
user's own passphrase it is where they want to be asked, and where there is no keyring that outlives the program.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sescomposer.core.errors import AccountError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.services.account import Secret
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.protection.protection_ports import KeyEntry

WHOSE = "passphrase"
"""Name under which `KeyEntry.details` tells whose passphrase the key is encrypted with."""
OURS = "ours"
YOURS = "yours"


def random_passphrase() -> str:
    """Give 32 characters with 192 random bits.

    >>> len(random_passphrase())
    32
    """
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The passphrase to encrypt a key with.

    Attributes:
        secret: Itself.
        whose: `OURS` or `YOURS`.
        is_kept: Whether it goes to the keyring, or the memory where there is none.
    """

    secret: Secret
    whose: str
    is_kept: bool


class Passphrases:
    """Passphrases by the id of their key. Every call may block while the system asks to unlock the keyring.

    Args:
        secrets: The keyring, or memory.
        token: Makes a passphrase of ours.

    >>> from sescomposer.services.secrets import MemorySecrets
    >>> Passphrases(MemorySecrets()).chosen("a1", "Ann", Secret("typed"), keep=True).whose
    'yours'
    """

    def __init__(self, secrets: SecretStore, token: Callable[[], str] = random_passphrase) -> None:
        self._secrets = secrets
        self._token = token
        self._remembered: dict[str, Secret] = {}

    @property
    def trouble(self) -> str:
        """Give a sentence on why passphrases do not outlive the program, "" if they do."""
        return self._secrets.trouble

    def chosen(self, key: str, label: str, given: Secret | None, *, keep: bool) -> Chosen:
        """Choose the passphrase to encrypt a key with.

        Args:
            key: Id of the key.
            label: Its name for people.
            given: What the user typed, None or empty for nothing.
            keep: Whether it is to be kept; else the user is asked each time.

        Raises:
            PassphraseError: it is to be asked for each time, and none was given.
            KeyGoneError: the keyring is locked or gone.
        """
        typed = given if given is not None and given.reveal() else None
        if not keep and typed is None:
            raise PassphraseError(
                f"The key {label!r} has no passphrase that could be asked for each time.",
                hint="Give it a passphrase, or let the keyring keep one.",
            )
        if typed is not None and not (keep and self._secrets.is_lasting):
            return Chosen(typed, YOURS, keep)
        # The one of an earlier import stays: whichever of the two files is there, it opens it.
        kept = self._kept(key, f"The key {label!r} cannot be kept")
        return Chosen(kept or Secret(self._token()), OURS, True)

    def of(self, entry: KeyEntry) -> Secret | None:
        """Give the passphrase of a key, None if none is kept; raises `KeyGoneError`."""
        return None if entry.asks_always else self._kept(entry.id, f"The key {entry.label!r} cannot be opened")

    def keep(self, key: str, label: str, secret: Secret, whose: str = YOURS) -> None:
        """Keep the passphrase of a key; raises `KeyGoneError`.

        One of the user's that would not outlive the program is remembered until `lock`.
        """
        if whose == YOURS and not self._secrets.is_lasting:
            self._remembered[key] = secret
            return
        try:
            self._secrets.set(_name(key), secret)
        except AccountError as error:
            raise _unreachable(f"The passphrase of the key {label!r} cannot be kept", error) from error

    def lock(self) -> None:
        """Forget what the user typed and no keyring keeps: it is asked for again."""
        self._remembered.clear()

    def forget(self, key: str, label: str) -> None:
        """Forget the passphrase of a key that was removed; raises `ProtectionError`."""
        self._remembered.pop(key, None)
        try:
            self._secrets.remove(_name(key))
        except AccountError as error:
            raise ProtectionError(
                f"The key {label!r} is removed, but its passphrase stays in the keyring. {error.sentence}",
                hint="Nothing is left that it would open; remove it with the keyring's own program if you like.",
                value=key,
            ) from error

    def _kept(self, key: str, refusal: str) -> Secret | None:
        if key in self._remembered:
            return self._remembered[key]
        try:
            return self._secrets.get(_name(key))
        except AccountError as error:
            raise _unreachable(refusal, error) from error


def _name(key: str) -> str:
    return f"key:{key}"


def _unreachable(what: str, error: AccountError) -> KeyGoneError:
    return KeyGoneError(f"{what}: {error.sentence[:1].lower()}{error.sentence[1:]}", hint=error.hint)


__all__ = ["OURS", "WHOSE", "YOURS", "Chosen", "Passphrases", "random_passphrase"]
