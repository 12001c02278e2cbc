"""OpenPGP by whoever holds the key: the library for keys of ours, GnuPG for those that stay in its keyring."""

from sescomposer.core.errors import KeyGoneError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.keys.gnupg import GnupgKeyring
from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind, PgpKeyFacts, PgpSignature

Own = tuple[KeyEntry, bytes, Secret | None]


class CombinedOpenPgp:
    """Implements `services.protection_ports.OpenPgp` for both kinds of keys.

    Args:
        library: For keys of ours, and for all that needs no secret key.
        gnupg: For keys of the user's GnuPG; also lists them (`gnupg.secret_keys()`).
    """

    def __init__(self, library: SequoiaOpenPgp | None = None, gnupg: GnupgKeyring | None = None) -> None:
        self.library = library or SequoiaOpenPgp()
        self.gnupg = gnupg or GnupgKeyring(library=self.library)

    def read(self, octets: bytes) -> tuple[PgpKeyFacts, ...]:
        """See `OpenPgp`."""
        return self.library.read(octets)

    def public(self, octets: bytes, fingerprint: str) -> bytes:
        """See `OpenPgp`."""
        return self.library.public(octets, fingerprint)

    def needs_passphrase(self, octets: bytes, fingerprint: str) -> bool:
        """Whether a secret key of a file lies under a passphrase."""
        return self.library.needs_passphrase(octets, fingerprint)

    def sealed_key(self, octets: bytes, fingerprint: str, old: Secret | None, new: Secret) -> bytes:
        """See `OpenPgp`."""
        return self.library.sealed_key(octets, fingerprint, old, new)

    def sign(
        self,
        entity: Octets,
        entry: KeyEntry,
        secret: bytes,
        passphrase: Secret | None,
        progress: Progress = NO_PROGRESS,
    ) -> tuple[bytes, str]:
        """See `OpenPgp`."""
        backend = self.gnupg if entry.kind is KeyKind.GNUPG else self.library
        return backend.sign(entity, entry, secret, passphrase, progress)

    def verify(self, entity: Octets, signature: bytes, keys: tuple[bytes, ...]) -> tuple[PgpSignature, ...]:
        """See `OpenPgp`."""
        return self.library.verify(entity, signature, keys)

    def encrypt(
        self,
        entity: Octets,
        recipients: tuple[bytes, ...],
        signer: Own | None,
        progress: Progress = NO_PROGRESS,
    ) -> bytes:
        """See `OpenPgp`."""
        if signer is not None and signer[0].kind is KeyKind.GNUPG:
            return self.gnupg.encrypt(entity, recipients, signer, progress)
        return self.library.encrypt(entity, recipients, signer, progress)

    def decrypt(
        self, message: bytes, secrets: tuple[Own, ...], keys: tuple[bytes, ...]
    ) -> tuple[bytes, tuple[PgpSignature, ...]]:
        """See `OpenPgp`; keys of ours first, then GnuPG where a key of its keyring was chosen."""
        held = tuple(own for own in secrets if own[0].kind is not KeyKind.GNUPG)
        elsewhere = tuple(own for own in secrets if own[0].kind is KeyKind.GNUPG)
        try:
            return self.library.decrypt(message, held, keys)
        except KeyGoneError:
            if not elsewhere:
                raise
        return self.gnupg.decrypt(message, elsewhere, keys)
