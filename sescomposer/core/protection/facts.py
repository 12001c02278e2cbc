"""What reading a protected message found out: each fact apart from the others, and what is covered by a signature."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity, Key

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate


class Verdict(StrEnum):
    """What is known of one fact."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: a verdict, and one sentence that gives its reason for people."""

    verdict: Verdict
    sentence: str

    @property
    def is_good(self) -> bool:
        """Whether it is known to be good."""
        return self.verdict is Verdict.GOOD


@dataclass(frozen=True)
class SignatureFacts:
    """What is known of one signature. No green mark stands for less than all five facts.

    Attributes:
        intact: Whether the octets are those that were signed, and the signature is that of the key.
        signer: By whom, as the certificate or key says; BAD where none is there.
        trusted: Whether the certificate leads to a root that is trusted, was valid then and is meant for mail.
        address: Whether the signer's addresses hold that of From.
        time: Whether the time of signing is within an hour of Date and within the validity of the certificate.
        method: "S/MIME" or "OpenPGP".
        certificate: Of the signer; None for OpenPGP and where it is missing.
        chain: Further certificates in the signature, and those that led to the root, nearest first.
        fingerprint: SHA-256 of the certificate, or the OpenPGP fingerprint, lower-case hex; "" where unknown.
        signed_at: Time of signing as the signature says; None if it does not.
        digest: Name of the digest, such as "sha-256".
        algorithm: Of the signature, such as "RSA PKCS#1 v1.5 with SHA-256".
    """

    intact: Fact
    signer: Fact
    trusted: Fact
    address: Fact
    time: Fact
    method: str = "S/MIME"
    certificate: "Certificate | None" = None
    chain: "tuple[Certificate, ...]" = ()
    fingerprint: str = ""
    signed_at: datetime | None = None
    digest: str = ""
    algorithm: str = ""

    @property
    def facts(self) -> tuple[tuple[str, Fact], ...]:
        """Name and fact, in the order to show them."""
        names = ("intact", "signer", "trusted", "address", "time")
        return tuple((name, getattr(self, name)) for name in names)

    @property
    def is_good(self) -> bool:
        """Whether every fact is good."""
        return all(fact.is_good for _, fact in self.facts)


class LayerKind(StrEnum):
    """The forms of protection that are read."""

    CLEAR_SIGNED = "clear-signed"
    OPAQUE_SIGNED = "opaque-signed"
    ENCRYPTED = "encrypted"
    COMPRESSED = "compressed"
    CERTIFICATES = "certificates only"
    PGP_SIGNED = "OpenPGP signed"
    PGP_ENCRYPTED = "OpenPGP encrypted"


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of protection.

    Attributes:
        kind: Its form.
        entity: The entity that carries it, in the tree of the layer outside or of the message.
        inside: What it protects: for clear-signed the first part itself, else the tree of its decoded content in a
            space of octets of its own; None where it could not be opened.
        signatures: Of what is inside; empty where it is only encrypted.
        recipients: For whom it is encrypted, as far as the layer tells (issuer and serial, or key id), for people.
        trouble: Why it could not be opened or read, a sentence with what to do; "" if it was.
        algorithm: Content encryption, such as "AES-256-CBC"; "" for what is not encrypted.
    """

    kind: LayerKind
    entity: Key
    inside: Entity | None
    signatures: tuple[SignatureFacts, ...] = ()
    recipients: tuple[str, ...] = ()
    trouble: str = ""
    algorithm: str = ""


@dataclass(frozen=True, eq=False)
class Reading:
    """All layers of a message, outermost first, and what they leave open.

    Attributes:
        layers: See `Layer`.
        uncovered: Sentences on what no signature covers: unsigned header fields, parts outside the signature.
        uncovered_parts: Keys of the parts outside.
        outer_differs: Names of header fields whose copy inside the signature says something else than the outer one.
        uncovered_fields: Names of the header fields that people read and no signature covers; empty without signature.
    """

    layers: tuple[Layer, ...] = ()
    uncovered: tuple[str, ...] = ()
    uncovered_parts: tuple[Key, ...] = ()
    outer_differs: tuple[str, ...] = ()
    uncovered_fields: tuple[str, ...] = ()

    @property
    def signatures(self) -> tuple[SignatureFacts, ...]:
        """Of all layers."""
        return tuple(signature for layer in self.layers for signature in layer.signatures)

    @property
    def is_encrypted(self) -> bool:
        """Whether some layer is encrypted."""
        return any(layer.kind in (LayerKind.ENCRYPTED, LayerKind.PGP_ENCRYPTED) for layer in self.layers)

    @property
    def is_good(self) -> bool:
        """Whether there is a signature and all of them are good."""
        return bool(self.signatures) and all(signature.is_good for signature in self.signatures)
