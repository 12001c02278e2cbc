"""Who stands around own keys in tests: a user who answers, keyrings, cards, a GnuPG, an OpenPGP key."""

from collections.abc import Callable
from dataclasses import dataclass, field

import keyring.errors
from lasting_keyring import LastingKeyring
from pysequoia import Tsk

from sescomposer.core.errors import PassphraseError
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.keys.pgp import CombinedOpenPgp
from sescomposer.services.account import Secret
from sescomposer.services.protection.keys import Keys
from sescomposer.services.protection.protection_ports import CardKey, KeyEntry, PgpKeyFacts

Maker = Callable[..., Keys]
FILE_SECRET = Secret("secret")


@dataclass
class Asked:
    """A user who answers with one passphrase after the other, and remembers why they were asked."""

    answers: list[str | None]
    whys: list[str] = field(default_factory=list)

    def __call__(self, entry: KeyEntry, why: str) -> Secret | None:
        self.whys.append(why)
        answer = self.answers.pop(0)
        return None if answer is None else Secret(answer)


class LockedKeyring(LastingKeyring):
    """A keyring that can be locked."""

    is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        super().delete_password(service, username)

    def _check(self) -> None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("no")


class FakeCards:
    """Cards that open with one PIN."""

    def __init__(self, pair: KeyPair) -> None:
        self.pair = pair
        self.pins: list[Secret] = []

    def modules(self) -> tuple[str, ...]:
        return ("module.so",)

    def keys(self, module: str) -> tuple[CardKey, ...]:
        encoded = tuple(each.der for each in (self.pair.certificate, *self.pair.chain))
        return (CardKey(module, "token", "01", "Ann", encoded),)

    def open(self, entry: KeyEntry, pin: Secret) -> KeyPair:
        self.pins.append(pin)
        if pin != Secret("1234"):
            raise PassphraseError("The PIN is wrong.")
        return self.pair


class Gnupg:
    """A GnuPG with the keys of a file."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    def secret_keys(self) -> tuple[PgpKeyFacts, ...]:
        return CombinedOpenPgp().read(self.octets)

    def public_key(self, fingerprint: str) -> bytes:
        return CombinedOpenPgp().public(self.octets, fingerprint)


def pgp_key(passphrase: str = "") -> bytes:
    """Give an OpenPGP secret key, as its owner exports it."""
    plain = bytes(Tsk.generate("Ann Example <ann@example.org>"))
    if not passphrase:
        return plain
    library = CombinedOpenPgp()
    return library.sealed_key(plain, library.read(plain)[0].fingerprint, None, Secret(passphrase))
