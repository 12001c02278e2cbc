"""OpenPGP by the Sequoia library, behind the port of the services; keys of version 4 (RFC 4880, RFC 9580)."""

import os
from collections.abc import Callable
from datetime import datetime

from sescomposer.core.errors import CertificateError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.keys.openpgp_facts import block_facts, certificate_of, facts_of, find_block
from sescomposer.keys.openpgp_opening import recipient
from sescomposer.keys.openpgp_secret import needs_passphrase, with_passphrase
from sescomposer.keys.openpgp_work import Own, decrypted, encrypted, laid, octets_of, signed, verified
from sescomposer.services.account import Secret
from sescomposer.services.aside import Aside, in_place
from sescomposer.services.ports import Clock
from sescomposer.services.protection.protection_ports import KeyEntry, PgpKeyFacts, PgpSignature
from sescomposer.services.system import SystemClock

_SMALL_OCTETS = 1 << 20
"""What is done with so much, and without a secret key, takes a few milliseconds: less than to start what does it."""


class SequoiaOpenPgp:
    """Implements `services.protection_ports.OpenPgp` for keys of ours.

    Args:
        clock: Tells which keys are over; the system's by default.
        random_bytes: Makes salts of passphrases.
        aside: Where the library works with secret keys and with much content.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
        aside: Aside = in_place,
    ) -> None:
        self._clock = clock or SystemClock()
        self._random_bytes = random_bytes
        self._aside = aside

    def read(self, octets: bytes) -> tuple[PgpKeyFacts, ...]:
        """See `OpenPgp`; each key once, with what keeps it from being used in `trouble`."""
        return facts_of(octets, self._now)

    def public(self, octets: bytes, fingerprint: str) -> bytes:
        """See `OpenPgp`; raises `CertificateError` where the file has no such key, or one that is not safe."""
        return bytes(certificate_of(find_block(octets, fingerprint)))

    def sealed_key(self, octets: bytes, fingerprint: str, old: Secret | None, new: Secret) -> bytes:
        """See `OpenPgp`; raises `CertificateError` where there is no such secret key, or one of version 6."""
        block = find_block(octets, fingerprint, secret=True)
        facts = block_facts(block, self._now)
        if block[0].version != 4:
            raise CertificateError(facts.trouble, value=fingerprint)
        return with_passphrase(block, octets_of(old), new.reveal().encode("utf-8"), self._random_bytes)

    def needs_passphrase(self, octets: bytes, fingerprint: str) -> bool:
        """Whether a secret key of a file lies under a passphrase."""
        return needs_passphrase(find_block(octets, fingerprint, secret=True))

    def sign(
        self,
        entity: Octets,
        entry: KeyEntry,
        secret: bytes,
        passphrase: Secret | None,
        progress: Progress = NO_PROGRESS,
    ) -> tuple[bytes, str]:
        """See `OpenPgp`.

        Raises:
            CertificateError: the key is over, revoked or cannot sign.
            KeyGoneError, PassphraseError: the key cannot be opened.
        """
        progress.step(0, len(entity))
        with laid(entity) as content:
            found = self._aside(progress, signed, content, _own((entry, secret, passphrase)), self._now)
        progress.step(len(entity), len(entity))
        return found

    def verify(self, entity: Octets, signature: bytes, keys: tuple[bytes, ...]) -> tuple[PgpSignature, ...]:
        """See `OpenPgp`; one answer for each signature. Raises `CertificateError` where none can be read."""
        call = self._aside if len(entity) > _SMALL_OCTETS else in_place
        with laid(entity) as content:
            return call(NO_PROGRESS, verified, content, signature, keys, self._now)

    def encrypt(
        self,
        entity: Octets,
        recipients: tuple[bytes, ...],
        signer: tuple[KeyEntry, bytes, Secret | None] | None,
        progress: Progress = NO_PROGRESS,
    ) -> bytes:
        """See `OpenPgp`; the content never lies in a file.

        Raises:
            CertificateError: a key cannot be encrypted to, or the own one cannot sign.
            KeyGoneError, PassphraseError: the own key cannot be opened.
        """
        progress.step(0, len(entity))
        call = self._aside if signer is not None or len(entity) > _SMALL_OCTETS else in_place
        own = _own(signer) if signer is not None else None
        message = call(progress, encrypted, bytes(entity), recipients, own, self._now)
        progress.step(len(entity), len(entity))
        return message

    def decrypt(
        self, message: bytes, secrets: tuple[tuple[KeyEntry, bytes, Secret | None], ...], keys: tuple[bytes, ...]
    ) -> tuple[bytes, tuple[PgpSignature, ...]]:
        """See `OpenPgp`; raises `ProtectionError` where it was changed on the way."""
        call = self._aside if secrets else in_place
        return call(NO_PROGRESS, decrypted, message, tuple(map(_own, secrets)), keys)

    def check_recipient(self, octets: bytes) -> None:
        """Raise `CertificateError` for a key that is over, revoked or cannot be encrypted to."""
        recipient(octets, self._now)

    @property
    def _now(self) -> datetime:
        return self._clock.now()


def _own(own: tuple[KeyEntry, bytes, Secret | None]) -> Own:
    entry, secret, passphrase = own
    return entry, secret, octets_of(passphrase)
