"""Own keys: importing, listing, opening, removing. No private key is ever written unencrypted.

All but `lock` and `drop_idle` may block: on the disk, on a keyring that asks its user, on a card, on the user.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

from sescomposer.core.errors import CertificateError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.core.progress import NO_PROGRESS
from sescomposer.services.account import Secret
from sescomposer.services.aside import Aside, in_place
from sescomposer.services.protection.key_entries import (
    Expiring,
    certificate_entry,
    check_size,
    dkim_entry,
    expiring,
    is_pgp,
    pgp_entry,
)
from sescomposer.services.protection.open_keys import OpenKeys, opened
from sescomposer.services.protection.passphrases import WHOSE, Passphrases, random_passphrase
from sescomposer.services.protection.protection_ports import (
    AskPassphrase,
    CardKey,
    KeyEntry,
    KeyKind,
    PgpKeyFacts,
    nobody_asks,
)

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from sescomposer.core.protection.certificates.key_pair import KeyPair
    from sescomposer.core.protection.certificates.pair_octets import PairOctets
    from sescomposer.services.account_ports import SecretStore
    from sescomposer.services.ports import Clock
    from sescomposer.services.protection.protection_ports import Cards, KeyStore, OpenPgp


class GnupgKeys(Protocol):
    """The keyring of the user's GnuPG, as far as listing goes."""

    def secret_keys(self) -> tuple[PgpKeyFacts, ...]:
        """Give the keys whose secret it has; raises `KeyGoneError` where there is no GnuPG."""

    def public_key(self, fingerprint: str) -> bytes:
        """Give the public certificate of one (binary); raises `KeyGoneError`."""


class Keys:
    """The own keys.

    Args:
        store: Their folder.
        secrets: The keyring of the system, or memory.
        cards: Smart cards and tokens.
        openpgp: OpenPGP.
        clock: The time.
        gnupg: The user's GnuPG, None where it is not used.
        changing: Holds off other processes that add keys, from choosing a passphrase until the key is kept.
        token: Makes the passphrases of ours.
        aside: Where files of keys are read and written whose library holds up every thread.
    """

    def __init__(
        self,
        store: "KeyStore",
        secrets: "SecretStore",
        cards: "Cards",
        openpgp: "OpenPgp",
        clock: "Clock",
        gnupg: GnupgKeys | None = None,
        changing: Callable[[], AbstractContextManager[object]] = nullcontext,
        token: Callable[[], str] = random_passphrase,
        aside: Aside = in_place,
    ) -> None:
        self._store = store
        self._passphrases = Passphrases(secrets, token)
        self._cards = cards
        self._openpgp = openpgp
        self._clock = clock
        self._gnupg = gnupg
        self._changing = changing
        self._aside = aside
        self._open = OpenKeys(clock)
        self._opening = RLock()

    @property
    def trouble(self) -> str:
        """Give a sentence on why passphrases do not outlive the program, "" if the keyring keeps them."""
        return self._passphrases.trouble

    def all(self) -> tuple[KeyEntry, ...]:
        """Give all keys, oldest first; raises `StoreError`."""
        return self._store.all()

    def get(self, key: str) -> KeyEntry:
        """Give one by its id; raises `KeyGoneError` where there is none, `StoreError`."""
        for entry in self._store.all():
            if entry.id == key:
                return entry
        raise KeyGoneError(
            f"There is no key {key!r}: it was removed.", hint="Import it again, or choose another.", value=key
        )

    # --- coming -------------------------------------------------------------------------------------------------

    def import_file(self, octets: bytes, passphrase: Secret | None = None, *, keep_passphrase: bool = True) -> KeyEntry:
        """Import PKCS#12, PEM (key and certificates joined), or OpenPGP secret keys; gives the (first) key.

        Args:
            octets: The file.
            passphrase: Of the file, None if it has none.
            keep_passphrase: Whether the keyring keeps the key's passphrase; else it is asked for, and is that of the
                file.

        Raises:
            CertificateError: It holds no key that can be used here.
            PassphraseError: The passphrase is missing or wrong.
            KeyGoneError: The keyring is locked.
            StoreError: It cannot be written; nothing is kept then.
        """
        check_size(octets)
        if is_pgp(octets):
            return self._import_pgp(octets, passphrase, keep_passphrase)
        return self._keep_pair(self._read(octets, passphrase), passphrase, keep_passphrase)

    def import_open(self, octets: bytes, passphrase: Secret, *, keep_passphrase: bool = True) -> KeyEntry:
        """Import PKCS#12 or PEM that has no passphrase, and keep it under this one; raises like `import_file`."""
        return self._keep_pair(self._read(octets, None), passphrase, keep_passphrase)

    def needs_passphrase(self, octets: bytes) -> bool:
        """Say whether PKCS#12 or PEM opens only with a passphrase; raises `CertificateError` like `import_file`."""
        try:
            self._read(octets, None)
        except PassphraseError:
            return True
        return False

    def import_card(self, found: CardKey) -> KeyEntry:
        """Remember a key on a card; its PIN is asked for whenever it is opened."""
        details = {"module": found.module, "token": found.token, "object": found.object}
        entry = certificate_entry(_certificates(found.certificates), KeyKind.CARD, details, self._clock.now(), True)
        self._store.add(entry)
        self._open.lock(entry.id)
        return entry

    def import_gnupg(self, fingerprint: str) -> KeyEntry:
        """Remember a key in the user's GnuPG; its agent asks for the passphrase. Raises `KeyGoneError`."""
        wanted = fingerprint.replace(" ", "").lower()
        for facts in self.gnupg_keys():
            if facts.fingerprint.lower() == wanted and self._gnupg is not None:
                public = self._gnupg.public_key(facts.fingerprint)
                entry = pgp_entry(facts, public, KeyKind.GNUPG, {}, self._clock.now(), True)
                self._store.add(entry)
                return entry
        raise KeyGoneError(
            f"Your GnuPG has no secret key {fingerprint!r}.", hint="Choose one of those it lists.", value=fingerprint
        )

    def gnupg_keys(self) -> tuple[PgpKeyFacts, ...]:
        """Give the keys of the user's GnuPG; empty where it is not used. Raises `KeyGoneError`."""
        return self._gnupg.secret_keys() if self._gnupg is not None else ()

    def card_modules(self) -> tuple[str, ...]:
        """Give the PKCS#11 modules of this system; see `Cards.modules`."""
        return self._cards.modules()

    def card_keys(self, module: str) -> tuple[CardKey, ...]:
        """Give the keys on the cards of a module; raises `KeyGoneError`, `CertificateError`."""
        return self._cards.keys(module)

    def make_test(
        self, name: str, address: str, passphrase: Secret | None = None, *, keep_passphrase: bool = True
    ) -> KeyEntry:
        """Make a certificate that is clearly marked as a test's; slow. Raises like `import_file`."""
        from sescomposer.core.protection.certificates.pair_octets import PairOctets
        from sescomposer.core.protection.certificates.test_certificate import make_test_certificate

        pair = make_test_certificate(name, address, self._clock.now())
        return self._keep_pair(PairOctets.of(pair), passphrase, keep_passphrase)

    def make_dkim(
        self,
        domain: str,
        selector: str,
        octets: bytes | None = None,
        passphrase: Secret | None = None,
        *,
        keep_passphrase: bool = True,
    ) -> KeyEntry:
        """Import a DKIM key (PEM or DER), or make one of RSA 2048 where `octets` is None; raises like `import_file`."""
        from sescomposer.core.protection.certificates.pair_octets import PairOctets, key_octets
        from sescomposer.services.protection import dkim_keys

        if octets is not None:
            check_size(octets)
        if octets is None:
            private = PairOctets(key_octets(dkim_keys.made_dkim_key()))
        else:
            private = PairOctets(self._aside(NO_PROGRESS, dkim_keys.read_dkim_octets, octets, _octets(passphrase)))
        public = dkim_keys.dkim_public(private.opened_key())
        entry = dkim_entry(domain, selector, public, {}, self._clock.now(), not keep_passphrase)

        def sealed(secret: Secret) -> bytes:
            return self._aside(NO_PROGRESS, dkim_keys.sealed_dkim_octets, private.key, _needed(secret))

        return self._keep(entry, passphrase, keep_passphrase, sealed)

    def _read(self, octets: bytes, passphrase: Secret | None) -> "PairOctets":
        from sescomposer.core.protection.certificates.pair_octets import read_pair

        return self._aside(NO_PROGRESS, read_pair, octets, _octets(passphrase))

    def _keep_pair(self, octets: "PairOctets", passphrase: Secret | None, keep: bool) -> KeyEntry:
        from sescomposer.core.protection.certificates.pair_octets import sealed_pair

        pair = octets.pair()
        certificates = (pair.certificate, *pair.chain)
        entry = certificate_entry(certificates, KeyKind.FILE, {}, self._clock.now(), not keep)

        def sealed(secret: Secret) -> bytes:
            return self._aside(NO_PROGRESS, sealed_pair, octets, _needed(secret))

        return self._keep(entry, passphrase, keep, sealed)

    def _import_pgp(self, octets: bytes, passphrase: Secret | None, keep: bool) -> KeyEntry:
        secret_keys = [facts for facts in self._openpgp.read(octets) if facts.has_secret]
        if not secret_keys:
            raise CertificateError(
                "This OpenPGP file holds no secret key.",
                hint="Export the secret key, or import this file among the certificates of people.",
            )
        kept = [self._keep_pgp(octets, facts, passphrase, keep) for facts in secret_keys]
        return kept[0]

    def _keep_pgp(self, octets: bytes, facts: PgpKeyFacts, passphrase: Secret | None, keep: bool) -> KeyEntry:
        public = self._openpgp.public(octets, facts.fingerprint)
        entry = pgp_entry(facts, public, KeyKind.OPENPGP, {}, self._clock.now(), not keep)

        def sealed(secret: Secret) -> bytes:
            return self._openpgp.sealed_key(octets, facts.fingerprint, passphrase, secret)

        return self._keep(entry, passphrase, keep, sealed)

    def _keep(
        self, entry: KeyEntry, passphrase: Secret | None, keep: bool, sealed: Callable[[Secret], bytes]
    ) -> KeyEntry:
        """Encrypt a key and keep it: its passphrase first, so that no key is kept that nobody can open."""
        with self._opening, self._changing():
            chosen = self._passphrases.chosen(entry.id, entry.label, passphrase, keep=keep)
            entry = replace(entry, details={**entry.details, WHOSE: chosen.whose})
            octets = sealed(chosen.secret)
            if chosen.is_kept:
                self._passphrases.keep(entry.id, entry.label, chosen.secret, chosen.whose)
            self._store.add(entry, octets)
            self._open.lock(entry.id)
        return entry

    # --- going --------------------------------------------------------------------------------------------------

    def remove(self, key: str) -> None:
        """Remove a key and its passphrase; does nothing if there is none.

        Raises:
            StoreError: it cannot be removed, and is kept as it is.
            ProtectionError: it is removed, but the keyring did not let go of its passphrase.
        """
        entry = next((entry for entry in self._store.all() if entry.id == key), None)
        self._store.remove(key)
        self._open.lock(key)
        if entry is not None and entry.kind not in (KeyKind.CARD, KeyKind.GNUPG) and not entry.asks_always:
            self._passphrases.forget(key, entry.label)

    def export(self, key: str, passphrase: Secret, compatible: bool = False, ask: AskPassphrase = nobody_asks) -> bytes:
        """Give a key for another program, encrypted: PKCS#12, an OpenPGP key (binary), or PKCS#8 in PEM for DKIM.

        Args:
            key: Its id.
            passphrase: To encrypt it with, not empty.
            compatible: Write PKCS#12 for old importers: 3DES and SHA-1 in place of AES and SHA-256.
            ask: Asks for the key's own passphrase.

        Raises:
            ProtectionError: it lies on a card or in GnuPG, and never leaves it. Else like `unlock`.
        """
        entry = self.get(key)
        new = _needed(passphrase)
        match entry.kind:
            case KeyKind.FILE:
                from sescomposer.core.protection.certificates.pair_octets import PairOctets, exported_pair

                octets = PairOctets.of(self.unlock(entry, ask))
                return self._aside(NO_PROGRESS, exported_pair, octets, new, compatible)
            case KeyKind.OPENPGP:
                secret, old = self.secret_of(entry, ask)
                return self._openpgp.sealed_key(secret, entry.fingerprint, old, passphrase)
            case KeyKind.DKIM:
                from sescomposer.services.protection.dkim_keys import exported_dkim_key

                return exported_dkim_key(self.dkim_key(entry, ask), passphrase)
            case _:
                place = "a card" if entry.kind is KeyKind.CARD else "GnuPG"
                raise ProtectionError(f"The key {entry.label!r} lies in {place} and cannot be taken out here.")

    # --- opening ------------------------------------------------------------------------------------------------

    def unlock(self, entry: KeyEntry, ask: AskPassphrase = nobody_asks) -> "KeyPair":
        """Open an S/MIME key; it stays open until nobody used it for 15 minutes.

        Raises:
            KeyGoneError: it was removed, its card is pulled out, or the keyring is locked.
            PassphraseError: its passphrase or PIN is wrong or was not given.
            ProtectionError: it is no S/MIME key.
            StoreError: its file cannot be read.
        """
        match entry.kind:
            case KeyKind.FILE:
                octets = self._octets_of(entry)
                pair: KeyPair = self._opened(entry, ask, lambda secret: self._open_file(octets(), secret))
                return pair
            case KeyKind.CARD:
                on_card: KeyPair = self._once(entry, lambda current: self._open_card(current, ask))
                return on_card
            case _:
                raise ProtectionError(
                    f"The key {entry.label!r} is no S/MIME key.", hint="Choose a key with a certificate."
                )

    def secret_of(self, entry: KeyEntry, ask: AskPassphrase = nobody_asks) -> tuple[bytes, Secret | None]:
        """Give an OpenPGP or DKIM key as it is kept, encrypted, and its passphrase; nothing of one in GnuPG.

        Raises:
            KeyGoneError, PassphraseError, ProtectionError, StoreError: see `unlock`.
        """
        octets = self._octets_of(entry)
        match entry.kind:
            case KeyKind.GNUPG:
                self.get(entry.id)
                return b"", None
            case KeyKind.OPENPGP:

                def attempt(secret: Secret) -> tuple[bytes, Secret]:
                    self._openpgp.sealed_key(octets(), entry.fingerprint, secret, secret)  # tries the passphrase
                    return octets(), secret

            case KeyKind.DKIM:

                def attempt(secret: Secret) -> tuple[bytes, Secret]:
                    from sescomposer.services.protection.dkim_keys import opened_dkim_key

                    opened_dkim_key(octets(), secret)
                    return octets(), secret

            case _:
                raise ProtectionError(f"The key {entry.label!r} is neither an OpenPGP nor a DKIM key.")
        found: tuple[bytes, Secret] = self._opened(entry, ask, attempt)
        return found

    def dkim_key(self, entry: KeyEntry, ask: AskPassphrase = nobody_asks) -> "RSAPrivateKey":
        """Open a DKIM key; raises like `unlock`."""
        from sescomposer.services.protection.dkim_keys import opened_dkim_key

        if entry.kind is not KeyKind.DKIM:
            raise ProtectionError(f"The key {entry.label!r} is no DKIM key.")
        octets, secret = self.secret_of(entry, ask)
        return opened_dkim_key(octets, secret or Secret(""))

    def is_open(self, entry: KeyEntry) -> bool:
        """Tell whether it can be used without asking anybody; does not block."""
        return entry.kind is KeyKind.GNUPG or self._open.holds(entry.id)

    def lock(self) -> None:
        """Let go of every key that is open, and of passphrases that only this run remembers."""
        self._open.lock()
        self._passphrases.lock()

    def drop_idle(self) -> None:
        """Let go of the keys that nobody used for 15 minutes; a front end calls it now and then."""
        self._open.drop_idle()

    def _open_file(self, octets: bytes, secret: Secret) -> "KeyPair":
        """Open what is kept; of another form it is where this run was given a file as it is."""
        from sescomposer.core.protection.certificates.kept_p12 import read_kept

        kept = read_kept(octets, secret.reveal().encode())
        return (kept or self._read(octets, secret)).pair()

    def _open_card(self, entry: KeyEntry, ask: AskPassphrase) -> "KeyPair":
        """Ask for the PIN once: cards lock after a few wrong ones."""
        pin = ask(entry, "")
        if pin is None:
            raise PassphraseError(f"The card key {entry.label!r} stays closed: its PIN was not given.", value=entry.id)
        return self._cards.open(entry, pin)

    def _octets_of(self, entry: KeyEntry) -> Callable[[], bytes]:
        """Give what reads the file of a key, once."""
        read: list[bytes] = []

        def octets() -> bytes:
            if not read:
                read.append(self._store.octets(entry.id))
            return read[0]

        return octets

    def _opened(self, entry: KeyEntry, ask: AskPassphrase, attempt: Callable[[Secret], Any]) -> Any:
        return self._once(entry, lambda current: opened(current, self._passphrases, ask, attempt))

    def _once(self, entry: KeyEntry, open_: Callable[[KeyEntry], Any]) -> Any:
        """Give what is open of a key, or open it; several threads at once ask the user but once."""
        with self._opening:
            current = self.get(entry.id)  # it may have been removed meanwhile, also by another process
            found = self._open.get(entry.id)
            if found is None or getattr(getattr(found, "key", None), "is_refused", False):
                # A card that refused the PIN later is not tried with it again: it locks itself.
                found = open_(current)
                self._open.put(entry.id, found)
            return found

    # --- telling ------------------------------------------------------------------------------------------------

    def expiring(self, now: "datetime") -> tuple[Expiring, ...]:
        """Give the keys that end within 30 days or have ended, soonest first; raises `StoreError`."""
        found = [told for entry in self._store.all() for told in self._ends(entry, now)]
        return tuple(sorted(found, key=lambda told: told.ends))

    def _ends(self, entry: KeyEntry, now: "datetime") -> Iterable[Expiring]:
        """Tell of the key, else of the first certificate of its chain to end."""
        if entry.kind in (KeyKind.OPENPGP, KeyKind.GNUPG):
            ends = [facts.expires for facts in self._openpgp.read(entry.public) if facts.expires]
        else:
            ends = [certificate.not_after for certificate in _certificates(entry.certificates)]
        told = [expiring(entry, end, now, "The key" if not number else "A certificate above that of the key")
                for number, end in enumerate(ends)]  # fmt: skip
        return [each for each in told if each is not None][:1]


def _certificates(encoded: Iterable[bytes]) -> tuple[Any, ...]:
    from sescomposer.core.protection.certificates.certificate import Certificate

    return tuple(Certificate(der) for der in encoded)


def _octets(passphrase: Secret | None) -> bytes | None:
    return None if passphrase is None else passphrase.reveal().encode()


def _needed(passphrase: Secret) -> bytes:
    if not passphrase.reveal():
        raise PassphraseError("A private key is never written without a passphrase.", hint="Give it one.")
    return passphrase.reveal().encode()
