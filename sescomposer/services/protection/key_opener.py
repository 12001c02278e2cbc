"""Opens what a message holds with own keys: those that are open already first, then those that must be asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sescomposer.core.octets import Octets
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.services.protection.pgp_planning import PGP_KINDS
from sescomposer.services.protection.protection_ports import AskPassphrase, KeyEntry, PersonKind, PgpSignature
from sescomposer.services.protection.smime_planning import SMIME_KINDS

if TYPE_CHECKING:
    from sescomposer.services.protection.protecting import Protecting
    from sescomposer.services.protection.protectors import OpenedProtector, PgpSecret


@dataclass(frozen=True)
class KeyOpener:
    """Fits `core.protection.reading.Opener`.

    Attributes:
        protecting: Keys and people.
        ask: Asks for a passphrase.
        opened: Keys that are open already, None for none.
    """

    protecting: "Protecting"
    ask: AskPassphrase
    opened: "OpenedProtector | None" = None

    def decrypt_cms(self, der: Octets) -> Octets:
        """Decrypt CMS content with the own key it names.

        Raises:
            KeyGoneError: it is for none of the own keys.
            PassphraseError: the passphrase was not given.
            ProtectionError: it is damaged.
        """
        from sescomposer.core.protection.opening import decrypt

        return decrypt(der, self._pairs(der), self.protecting.new)

    def _pairs(self, der: Octets) -> tuple[KeyPair, ...]:
        """Open the own keys that the content names, and no other."""
        from sescomposer.core.protection.certificates.certificate import Certificate
        from sescomposer.core.protection.opening import addressed

        pairs = {pair.certificate: pair for pair in (self.opened.pairs if self.opened is not None else ())}
        if named := addressed(der, tuple(pairs)):
            return tuple(pairs[certificate] for certificate in named)
        entries = {
            Certificate(entry.certificates[0]): entry
            for entry in self.protecting.keys.all()
            if entry.kind in SMIME_KINDS and entry.certificates
        }
        named = addressed(der, tuple(entries))
        return tuple(self.protecting.keys.unlock(entries[certificate], self.ask) for certificate in named[:1])

    def verify_pgp(self, entity: Octets, signature: bytes) -> tuple[PgpSignature, ...]:
        """Check a detached OpenPGP signature against all keys that are known; raises `ProtectionError`."""
        return self.protecting.openpgp.verify(entity, signature, self._public())

    def decrypt_pgp(self, message: bytes) -> tuple[bytes, tuple[PgpSignature, ...]]:
        """Decrypt an OpenPGP message with an own key.

        Raises:
            KeyGoneError: it is for none of the own keys.
            PassphraseError: the passphrase was not given.
            ProtectionError: it is damaged.
        """
        return self.protecting.openpgp.decrypt(message, self._secrets(message), self._public())

    def _secrets(self, message: bytes) -> "tuple[PgpSecret, ...]":
        """Open the own keys that a message names, those that are open already first; all, where it hides whom."""
        from sescomposer.core.protection.openpgp.pgp_packets import recipients_of

        named = recipients_of(message)
        known = {secret[0].id: secret for secret in (self.opened.secrets if self.opened is not None else ())}
        entries = [entry for entry in self.protecting.keys.all() if entry.kind in PGP_KINDS and _is_named(entry, named)]
        entries.sort(key=lambda entry: entry.id not in known)
        return tuple(known.get(entry.id) or self._secret(entry) for entry in entries)

    def _secret(self, entry: KeyEntry) -> "PgpSecret":
        octets, passphrase = self.protecting.keys.secret_of(entry, self.ask)
        return entry, octets, passphrase

    def trusts_pgp(self, fingerprint: str) -> bool:
        """Whether an OpenPGP key is an own one, or one that the user accepted."""
        own = {entry.fingerprint for entry in self.protecting.keys.all() if entry.kind in PGP_KINDS}
        accepted = {key.fingerprint for key in self.protecting.people.all() if key.is_accepted}
        return fingerprint.lower() in own | accepted

    def _public(self) -> tuple[bytes, ...]:
        own = (entry.public for entry in self.protecting.keys.all() if entry.kind in PGP_KINDS)
        others = (key.octets for key in self.protecting.people.all() if key.kind is PersonKind.OPENPGP)
        return tuple(dict.fromkeys((*own, *others)))


def _is_named(entry: KeyEntry, named: Sequence[str]) -> bool:
    """Whether a message is encrypted to a key, or may be since it names nobody."""
    from sescomposer.core.protection.openpgp.pgp_packets import key_blocks

    if "" in named:
        return True
    packets = (packet for block in key_blocks(entry.public) for packet in block if packet.is_key)
    return any(packet.fingerprint in named or packet.key_id in named for packet in packets)


__all__ = ["KeyOpener"]
