"""What sealing asks of whoever protects: the root goes in as it would be sent, and comes back signed or encrypted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sescomposer.core.entity import Entity
from sescomposer.core.octets import Octets
from sescomposer.core.progress import Progress

if TYPE_CHECKING:
    from sescomposer.core.envelope import Envelope
    from sescomposer.core.identifiers import Identifiers


class Buffer(Protocol):
    """Takes octets once and gives them back as they lie there; see `core.seal.SealTarget`."""

    def write(self, octets: bytes | memoryview, /) -> int:
        """Append octets."""

    def finish(self, sha256: str) -> Octets:
        """Keep what was written under its hash and give it back."""

    def abandon(self) -> None:
        """Forget what was written; does nothing after `finish`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What history keeps of the protection of one submission; holds no secret.

    Attributes:
        method: "smime", "openpgp", "ses", or "dkim" where that is all.
        form: "detached", "opaque", "encrypted", "signed and encrypted".
        signer: Fingerprint of the signer's certificate or key (lower-case hex); "" where not signed.
        chain: Fingerprints of the certificates that were sent along.
        recipients: Pairs of address and fingerprint it was encrypted to.
        digest: Name of the digest, such as "sha-256".
        signed_at: Time of signing.
        is_verified: Whether the sealed octets verified when they were read again, by other code than what signed them.
        outcome: What verifying found, in sentences for people.
        wrong: Those of them that are not good; of evidence that was just made, since it is not kept.
        certificates: The signer's certificate and its chain as DER.
    """

    method: str
    form: str
    signer: str = ""
    chain: tuple[str, ...] = ()
    recipients: tuple[tuple[str, str], ...] = ()
    digest: str = ""
    signed_at: datetime | None = None
    is_verified: bool = False
    outcome: tuple[str, ...] = ()
    certificates: tuple[bytes, ...] = ()
    wrong: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, eq=False)
class Protected:
    """One submission's worth of a protected message.

    Attributes:
        root: What is to be written.
        envelope: Who it is from and for: one encrypted copy for each Bcc recipient is an item of its own.
        evidence: As far as it is known before verifying; None where nothing was protected.
    """

    root: Entity
    envelope: "Envelope"
    evidence: Evidence | None = None


class Protector(Protocol):
    """Protects one message with keys that are open already; blocks, so call it on a worker."""

    def protect(
        self,
        root: Entity,
        envelope: "Envelope",
        *,
        now: datetime,
        ids: "Identifiers",
        into: Callable[[], Buffer],
        progress: Progress,
    ) -> tuple[Protected, ...]:
        """Give the items to write, at least one.

        Args:
            root: With Date, Message-ID and control fields, without Bcc, CRLF everywhere.
            envelope: Who it is for, Bcc included.
            now: The time of sealing; that of signing is the same second, and Date's.
            ids: Maker of boundaries.
            into: Makes a buffer for what is needed as a whole before it is encoded, such as encrypted content.
            progress: May cancel.

        Raises:
            ProtectionError: it cannot be protected as wanted; never a lesser protection.
            OperationCancelledError: cancelled.
        """
