"""Secrets in the keyring of the operating system; where there is none, in memory until the program ends.

The library `keyring` picks the system's own (Secret Service, KWallet, Keychain, Credential Locker). What it offers
below that (nothing at all, a null keyring, files in plain text or behind a password of their own) counts as no keyring.

Every call may block for as long as the system asks its user to unlock the keyring, and the first one loads the library:
nothing of this is called on the window's thread.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "sescomposer"
"""Name under which the keyring lists our secrets; the user is the account's name."""

_RECOMMENDED = 1
"""Least priority of a keyring that the library advises; plain text and the like lie below."""
_NOT_KEYRINGS = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
_FOREIGN = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus.exceptions", "DBusException"),
    ("gi.repository.GLib", "GError"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)
"""Exceptions of the libraries below, which `keyring` lets through; only those of loaded modules can come."""


class KeyringSecrets:
    """Secrets by name of the account; see `services.account_ports.SecretStore`.

    Args:
        find: Gives the system's keyring, None where there is none; called once, at first use.
    """

    def __init__(self, find: "Callable[[], KeyringBackend | None] | None" = None) -> None:
        self._find = find or system_keyring
        self._lock = Lock()
        self._is_found = False
        self._backend: KeyringBackend | None = None
        self._trouble = ""
        self._memory: dict[str, Secret] = {}

    @property
    def is_lasting(self) -> bool:
        """Whether secrets outlive the program."""
        return self._keyring() is not None

    @property
    def trouble(self) -> str:
        """Give a sentence on why they do not, "" if they do."""
        self._keyring()
        return self._trouble

    def get(self, account: str) -> Secret | None:
        """Give the secret of an account, None if there is none.

        Raises:
            AccountError: the keyring is locked or gone.
        """
        backend = self._keyring()
        if backend is None:
            return self._memory.get(account)
        with _translated("The secret could not be read from the keyring"):
            found = backend.get_password(SERVICE, account)
        return None if found is None else Secret(found)

    def set(self, account: str, secret: Secret) -> None:
        """Keep a secret.

        Raises:
            AccountError: the keyring is locked or gone.
        """
        backend = self._keyring()
        if backend is None:
            self._memory[account] = secret
            return
        with _translated("The secret could not be kept in the keyring"):
            backend.set_password(SERVICE, account, secret.reveal())

    def remove(self, account: str) -> None:
        """Forget a secret; does nothing if there is none.

        Raises:
            AccountError: the keyring is locked or gone.
        """
        backend = self._keyring()
        if backend is None:
            self._memory.pop(account, None)
            return
        with _translated("The secret could not be removed from the keyring"):
            # The library has no word of its own for a secret that is not there.
            if backend.get_password(SERVICE, account) is not None:
                backend.delete_password(SERVICE, account)

    def _keyring(self) -> "KeyringBackend | None":
        """Find the keyring once, whichever thread asks first."""
        with self._lock:
            if not self._is_found:
                try:
                    with _translated("The keyring cannot be used"):
                        self._backend = self._find()
                    reason = "This system has no keyring that is safe to use"
                except AccountError as error:
                    reason = error.sentence.rstrip(".")
                if self._backend is None:
                    self._trouble = f"{reason}: secrets are kept in memory until the program ends."
                self._is_found = True
            return self._backend


def system_keyring() -> "KeyringBackend | None":
    """Give the system's keyring, None where there is none that is safe to use. Loads the library: slow.

    A chain of keyrings is not used as such: its last link may be a file in plain text.

    Raises:
        AccountError: the user's own configuration of the library names a keyring that is none.
    """
    import keyring
    from keyring.backends.chainer import ChainerBackend

    try:
        found = keyring.get_keyring()
    except (AttributeError, ValueError) as error:
        # A name of a keyring in the user's own configuration that names none.
        raise AccountError(f"The keyring that your configuration names cannot be used: {_words(error)}.") from error
    links = found.backends if isinstance(found, ChainerBackend) else [found]
    return next((link for link in links if _is_safe(link)), None)


def _is_safe(backend: "KeyringBackend") -> bool:
    if type(backend).__module__.startswith(_NOT_KEYRINGS):
        return False
    return float(backend.priority) >= _RECOMMENDED


@contextmanager
def _translated(sentence: str) -> Iterator[None]:
    """Turn what the keyring and the libraries below it raise into `AccountError`.

    Their own exceptions stay in `__cause__`; no secret is in them, for none of them takes one.
    """
    try:
        yield
    except _foreign() as error:
        from keyring.errors import KeyringLocked

        is_locked = isinstance(error, KeyringLocked)
        raise AccountError(
            f"{sentence}: {'it is locked' if is_locked else _words(error)}.",
            hint="Unlock the keyring of your desktop and try again."
            if is_locked
            else "Look whether the keyring of your desktop runs, then try again.",
        ) from error


def _foreign() -> tuple[type[BaseException], ...]:
    """Give the classes of exceptions that can come from a keyring."""
    from keyring.errors import KeyringError

    modules = [(sys.modules.get(module), name) for module, name in _FOREIGN]
    loaded = [getattr(module, name) for module, name in modules if hasattr(module, name)]
    return (KeyringError, OSError, EOFError, RuntimeError, ImportError, *loaded)


def _words(error: BaseException) -> str:
    """Give the words of an exception in one line, without the secret that a careless library may have put there."""
    from sescomposer.services.redaction import without_secrets

    return " ".join(without_secrets(str(error)).split()).rstrip(".") or type(error).__name__
