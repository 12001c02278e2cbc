"""What the services need from outside for protection: files of keys, people's certificates, roots, cards, OpenPGP.

Every method may be called from a worker thread. No secret stands in any value here but in the octets of `KeyStore`,
which are encrypted, and in a `Passphrase`, whose `repr` says nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.services.account import Secret

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.key_pair import KeyPair


class KeyKind(StrEnum):
    """Where a private key lies."""

    FILE = "file"
    """An encrypted PKCS#12 of ours."""

    CARD = "card"
    """A smart card or token; it never leaves it."""

    OPENPGP = "openpgp"
    """An OpenPGP key of ours, encrypted with a passphrase."""

    GNUPG = "gnupg"
    """The keyring of the user's GnuPG."""

    DKIM = "dkim"
    """A DKIM key of ours."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One own key, without anything secret.

    Attributes:
        id: Names it: the first 16 digits of the fingerprint.
        kind: Where it lies.
        label: Its owner's name, for people.
        addresses: Of its certificate or user ids, as they stand there.
        fingerprint: SHA-256 of the certificate, or the OpenPGP fingerprint, lower-case hex.
        certificates: Own certificate as DER, then its chain, nearest first; empty for OpenPGP and DKIM.
        public: The OpenPGP certificate (binary), or the DKIM public key (SubjectPublicKeyInfo, DER); b"" for S/MIME.
        details: What finds it again: of a card `module`, `token`, `object`; of DKIM `domain`, `selector`.
        asks_always: Whether its passphrase is never kept.
        added: When.
    """

    id: str
    kind: KeyKind
    label: str
    addresses: tuple[str, ...]
    fingerprint: str
    certificates: tuple[bytes, ...] = ()
    public: bytes = b""
    details: Mapping[str, str] = field(default_factory=dict)
    asks_always: bool = False
    added: datetime | None = None


class KeyStore(Protocol):
    """The folder of own keys. Private keys lie in it encrypted, or not at all."""

    def all(self) -> tuple[KeyEntry, ...]:
        """Give all keys, oldest first; raises `StoreError` where the list is damaged (it is left as it is)."""

    def add(self, entry: KeyEntry, octets: bytes = b"") -> None:
        """Keep a key, whole or not at all, in place of one with the same id; `octets` are encrypted already."""

    def octets(self, key: str) -> bytes:
        """Give the encrypted octets of a key; raises `KeyGoneError` where it was removed."""

    def remove(self, key: str) -> None:
        """Remove a key and its octets; does nothing if there is none."""


class PersonKind(StrEnum):
    """What a person's public key is for."""

    SMIME = "smime"
    OPENPGP = "openpgp"


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A certificate or OpenPGP key of somebody else.

    Attributes:
        address: The addr-spec it is kept for, lower case.
        kind: What it is for.
        fingerprint: As in `KeyEntry`.
        octets: The certificate as DER, or the OpenPGP certificate (binary).
        source: Where it came from, for people: "file NAME", "signed mail of DATE".
        first_seen, last_used: When.
        is_accepted: Whether the user accepted it by its fingerprint where no root vouches for it.
        chain: Further certificates that came with it, DER.
    """

    address: str
    kind: PersonKind
    fingerprint: str
    octets: bytes
    source: str
    first_seen: datetime
    last_used: datetime | None = None
    is_accepted: bool = False
    chain: tuple[bytes, ...] = ()


class PeopleStore(Protocol):
    """The certificates and keys of other people, by address."""

    def all(self) -> tuple[PersonKey, ...]:
        """Give all; raises `StoreError`."""

    def put(self, key: PersonKey) -> None:
        """Keep one in place of that with the same address, kind and fingerprint."""

    def remove(self, address: str, fingerprint: str) -> None:
        """Forget one; does nothing if there is none."""


class RootStore(Protocol):
    """Whom we trust: the system's roots, and those the user added."""

    def system(self) -> "tuple[Certificate, ...]":
        """Give the roots of the operating system; empty where it has none that can be read."""

    def own(self) -> "tuple[Certificate, ...]":
        """Give the roots the user added; raises `StoreError`."""

    def add(self, certificate: "Certificate") -> None:
        """Add a root."""

    def remove(self, fingerprint: str) -> None:
        """Remove a root the user added; does nothing if there is none."""


class Policy(StrEnum):
    """What the identity of a From mailbox demands of signing or encrypting."""

    NEVER = "never"
    OFFER = "offer"
    ALWAYS = "always"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """The policies of one From mailbox.

    Attributes:
        address: Its addr-spec in lower case.
        sign, encrypt: What is demanded. ALWAYS can be taken back for one message, MUST cannot.
        method: "smime", "openpgp" or "ses".
        key: Id of the key it is pinned to; "" for the one that fits best.
        dkim: Id of the DKIM key to sign with, "" for none: SES signs by itself.
    """

    address: str
    sign: Policy = Policy.OFFER
    encrypt: Policy = Policy.OFFER
    method: str = "smime"
    key: str = ""
    dkim: str = ""


class PolicyStore(Protocol):
    """The policies by From mailbox."""

    def all(self) -> tuple[IdentityPolicy, ...]:
        """Give all that differ from the default; raises `SettingsError`."""

    def put(self, policy: IdentityPolicy) -> None:
        """Keep one in place of that of the same address; the default is not kept. Raises `StoreError`."""


@dataclass(frozen=True, slots=True)
class CardKey:
    """A certificate with a key found on a card or token."""

    module: str
    token: str
    object: str
    label: str
    certificates: tuple[bytes, ...]


class Cards(Protocol):
    """Smart cards and tokens by PKCS#11."""

    def modules(self) -> tuple[str, ...]:
        """Give the paths of the modules that the system names (p11-kit) or usual places hold."""

    def keys(self, module: str) -> tuple[CardKey, ...]:
        """Give the keys with certificates on all tokens of a module; raises `KeyGoneError`, `CertificateError`."""

    def open(self, entry: KeyEntry, pin: Secret) -> "KeyPair":
        """Log in and give a key that signs on the card.

        Raises:
            PassphraseError: The PIN is wrong, or the card is locked; it is not tried again.
            KeyGoneError: The card is not there.
        """


@dataclass(frozen=True, slots=True)
class PgpSignature:
    """What is known of one OpenPGP signature that is intact, or why it is not.

    Attributes:
        is_intact: Whether it verified with a key that is known.
        fingerprint: Of the key that made it, or the key id if no more is known; lower-case hex.
        signed_at: Time of signing, None if unknown.
        digest: Name of the digest, such as "sha512".
        addresses: Of the user ids of the key; empty where it is not known.
        trouble: A sentence where it is not intact or cannot be checked.
    """

    is_intact: bool
    fingerprint: str
    signed_at: datetime | None = None
    digest: str = ""
    addresses: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PgpKeyFacts:
    """What an OpenPGP key says of itself; `trouble` is a sentence where it cannot be used (expired, revoked, v6)."""

    fingerprint: str
    user_ids: tuple[str, ...]
    addresses: tuple[str, ...]
    algorithm: str
    created: datetime
    expires: datetime | None
    can_sign: bool
    can_encrypt: bool
    has_secret: bool
    trouble: str = ""


class OpenPgp(Protocol):
    """OpenPGP, by the recommended library or the user's GnuPG. Octets in and out are exact; messages are armored."""

    def read(self, octets: bytes) -> tuple[PgpKeyFacts, ...]:
        """Read a file of keys, armored or binary; raises `CertificateError`."""

    def public(self, octets: bytes, fingerprint: str) -> bytes:
        """Give the public certificate (binary) of one key of a file."""

    def sealed_key(self, octets: bytes, fingerprint: str, old: Secret | None, new: Secret) -> bytes:
        """Give a secret key of a file encrypted with another passphrase (binary); raises `PassphraseError`."""

    def sign(
        self,
        entity: Octets,
        entry: KeyEntry,
        secret: bytes,
        passphrase: Secret | None,
        progress: Progress = NO_PROGRESS,
    ) -> tuple[bytes, str]:
        """Give an armored detached binary signature and the name of its digest ("sha512")."""

    def verify(self, entity: Octets, signature: bytes, keys: tuple[bytes, ...]) -> tuple[PgpSignature, ...]:
        """Check a detached signature against public certificates."""

    def encrypt(
        self,
        entity: Octets,
        recipients: tuple[bytes, ...],
        signer: tuple[KeyEntry, bytes, Secret | None] | None,
        progress: Progress = NO_PROGRESS,
    ) -> bytes:
        """Give an armored message, signed inside where there is a signer."""

    def decrypt(
        self, message: bytes, secrets: tuple[tuple[KeyEntry, bytes, Secret | None], ...], keys: tuple[bytes, ...]
    ) -> tuple[bytes, tuple[PgpSignature, ...]]:
        """Give the content and what is known of the signatures inside; raises `KeyGoneError`, `PassphraseError`."""


AskPassphrase = Callable[[KeyEntry, str], Secret | None]
"""Asks the user for the passphrase or PIN of a key; the text says why (the last one was wrong). None: cancelled."""


def nobody_asks(entry: KeyEntry, why: str) -> Secret | None:
    """Answer that nobody can be asked."""
    del entry, why
    return None
