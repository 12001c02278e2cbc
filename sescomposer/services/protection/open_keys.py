"""Keys that are open: in memory until nobody used them for a quarter of an hour, and how their passphrase is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, TypeVar

from sescomposer.core.errors import KeyGoneError, PassphraseError
from sescomposer.services.account import Secret
from sescomposer.services.ports import Clock
from sescomposer.services.protection.passphrases import OURS, WHOSE, Passphrases
from sescomposer.services.protection.protection_ports import AskPassphrase, KeyEntry

T = TypeVar("T")

IDLE = timedelta(minutes=15)
TRIES = 3


@dataclass(slots=True)
class _Open:
    value: Any
    used: datetime


class OpenKeys:
    """What is open, by id of the key; dropped when it is idle, at the latest when somebody looks.

    Args:
        clock: The time.

    >>> from sescomposer.services.system import SystemClock
    >>> keys = OpenKeys(SystemClock())
    >>> keys.put("a1", "open"), keys.get("a1"), keys.lock(), keys.get("a1")
    (None, 'open', None, None)
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._open: dict[str, _Open] = {}

    def get(self, key: str) -> Any:
        """Give what is open of a key, None if nothing is."""
        with self._lock:
            self.drop_idle()
            found = self._open.get(key)
            if found is None:
                return None
            found.used = self._clock.now()
            return found.value

    def holds(self, key: str) -> bool:
        """Tell whether a key is open, without counting as a use."""
        with self._lock:
            self.drop_idle()
            return key in self._open

    def put(self, key: str, value: Any) -> None:
        """Keep what was opened."""
        with self._lock:
            self._open[key] = _Open(value, self._clock.now())

    def drop_idle(self) -> None:
        """Let go of what nobody used for 15 minutes; a clock that was set back drops as well."""
        with self._lock:
            now = self._clock.now()
            for key in [key for key, each in self._open.items() if not timedelta() <= now - each.used < IDLE]:
                del self._open[key]

    def lock(self, key: str | None = None) -> None:
        """Let go of one key, or of all."""
        with self._lock:
            if key is None:
                self._open.clear()
            else:
                self._open.pop(key, None)


def opened(entry: KeyEntry, passphrases: Passphrases, ask: AskPassphrase, attempt: Callable[[Secret], T]) -> T:
    """Open a key with its kept passphrase, or with one that is asked for.

    Args:
        entry: The key.
        passphrases: The kept ones.
        ask: Asks the user.
        attempt: Opens with a passphrase; raises `PassphraseError` where it is wrong.

    Raises:
        PassphraseError: none was given, or only wrong ones.
        KeyGoneError: the keyring is locked or gone, or holds the right passphrase no more.
    """
    kept = passphrases.of(entry)
    is_ours = entry.details.get(WHOSE) == OURS
    why = ""
    if kept is not None:
        try:
            return attempt(kept)
        except PassphraseError as error:
            if is_ours:
                raise _lost(entry, "The passphrase in the keyring does not open the key", passphrases) from error
            why = "The passphrase that was kept does not open this key."
    elif is_ours:
        raise _lost(entry, "The keyring has no passphrase for the key", passphrases)
    secret, value = _asked(entry, ask, attempt, why)
    if not entry.asks_always:
        passphrases.keep(entry.id, entry.label, secret)
    return value


def _asked(entry: KeyEntry, ask: AskPassphrase, attempt: Callable[[Secret], T], why: str) -> tuple[Secret, T]:
    """Ask until the passphrase is right, the user gives up, or whoever answers repeats itself."""
    last: Secret | None = None
    for _ in range(TRIES):
        secret = ask(entry, why)
        if secret is None:
            raise PassphraseError(
                f"The key {entry.label!r} stays closed: its passphrase was not given.",
                hint="Type the passphrase that it was imported with.",
                value=entry.id,
            )
        if secret == last:
            break
        try:
            return secret, attempt(secret)
        except PassphraseError:
            why, last = "That passphrase is wrong.", secret
    raise PassphraseError(
        f"The passphrase of the key {entry.label!r} is wrong.",
        hint="Look whether another keyboard layout or Caps Lock is on, then try again.",
        value=entry.id,
    )


def _lost(entry: KeyEntry, what: str, passphrases: Passphrases) -> KeyGoneError:
    trouble = passphrases.trouble
    return KeyGoneError(
        f"{what} {entry.label!r}.",
        hint=f"{trouble} Import the key again from its file.".strip(),
        value=entry.id,
    )
