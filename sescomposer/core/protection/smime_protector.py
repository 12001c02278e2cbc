"""Protecting one message with S/MIME as sealing asks for it: signed, encrypted, or signed and then encrypted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import ProtectionError
from sescomposer.core.header import HeaderSection
from sescomposer.core.message import Protection
from sescomposer.core.octets import EMPTY
from sescomposer.core.progress import PartOfProgress, Progress
from sescomposer.core.protection.algorithms import algorithm_for
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.copies import check_recipients, copies, keys_for
from sescomposer.core.protection.enveloping import RandomBytes, encrypt
from sescomposer.core.protection.header_protection import with_header_protection, with_hidden_fields
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header
from sescomposer.core.protection.protector import Buffer, Evidence, Protected
from sescomposer.core.protection.signing import clear_signed, enclosed_message, opaque_signed

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers

_NO_FIELDS = HeaderSection.of_octets(EMPTY)


@dataclass(frozen=True, eq=False)
class SmimeProtector:
    """Protects with keys that are open; see `Protector`.

    Attributes:
        signer: Signs; None where it is not to be signed.
        recipients: The certificates to encrypt to by addr-spec in wire form; letter case does not count.
        own: The sender's certificate, so that the sent copy can be read; None to do without.
        wanted: Whether to sign and to encrypt, and in what form.
        random_bytes: Gives keys for the content.
    """

    signer: KeyPair | None
    recipients: Mapping[str, tuple[Certificate, ...]]
    own: Certificate | None
    wanted: Protection
    random_bytes: RandomBytes = field(repr=False)

    def protect(
        self,
        root: Entity,
        envelope: Envelope,
        *,
        now: datetime,
        ids: "Identifiers",
        into: Callable[[], Buffer],
        progress: Progress,
    ) -> tuple[Protected, ...]:
        """Give the message protected, as `Protector` says: one item, or one more for each recipient nobody sees.

        Raises:
            ProtectionError: there is no key to sign with, or no certificate for a recipient, or one of them cannot be
                used; it would be changed on the way; neither signing nor encrypting is wanted.
            OperationCancelledError: cancelled.
        """
        signs, encrypts = bool(self.wanted.sign), bool(self.wanted.encrypt)
        if not signs and not encrypts:
            raise ProtectionError("Neither signing nor encrypting is wanted.", hint="Choose one of them.")
        inside = self._inside(root, ids)
        if not encrypts:
            signed = self._signed(root, inside, outer_header(root), now, ids, progress)
            return (Protected(signed, envelope, self._evidence(now, ())),)
        check_recipients(envelope, self.recipients, "certificate")
        envelopes = copies(root, envelope)
        sizes = [len(inside.octets)] * (len(envelopes) + signs)
        payload = inside
        if signs:
            payload = self._signed(root, inside, _NO_FIELDS, now, ids, PartOfProgress.of(progress, sizes, 0))
        outer = outer_header(root)
        outer = with_hidden_fields(outer) if self.wanted.protects_fields else outer
        return tuple(
            self._encrypted(payload, outer, copy, now, into, PartOfProgress.of(progress, sizes, index + signs))
            for index, copy in enumerate(envelopes)
        )

    def _inside(self, root: Entity, ids: "Identifiers") -> Entity:
        entity = entity_to_sign(root)
        if not self.wanted.protects_fields:
            return entity
        return with_header_protection(entity, root, bool(self.wanted.encrypt), ids=ids)

    def _signed(
        self,
        root: Entity,
        inside: Entity,
        outer: HeaderSection,
        now: datetime,
        ids: "Identifiers",
        progress: Progress,
    ) -> Entity:
        if self.signer is None:
            raise ProtectionError("The message is to be signed, and there is no key for it.", hint="Choose a key.")
        at = now.replace(microsecond=0)
        if self.wanted.opaque:
            return opaque_signed(root, self.signer, at, progress, inside=inside, outer=outer)
        return clear_signed(root, self.signer, at, ids, progress, inside=inside, outer=outer)

    def _encrypted(
        self,
        payload: Entity,
        outer: HeaderSection,
        envelope: Envelope,
        now: datetime,
        into: Callable[[], Buffer],
        progress: Progress,
    ) -> Protected:
        own = None if self.own is None else (next(iter(self.own.addresses), envelope.mail_from), self.own)
        people = keys_for(envelope, self.recipients, own)
        certificates = [certificate for _, certificate in people]
        content = encrypt(payload.octets, certificates, self.random_bytes, into, progress)
        root = enclosed_message(outer, "enveloped-data", content)
        pairs = tuple((address, certificate.fingerprint) for address, certificate in people)
        return Protected(root, envelope, self._evidence(now, pairs))

    def _evidence(self, now: datetime, recipients: tuple[tuple[str, str], ...]) -> Evidence:
        form = "opaque" if self.wanted.opaque else "detached"
        if recipients:
            form = "signed and encrypted" if self.wanted.sign else "encrypted"
        if self.signer is None or not self.wanted.sign:
            return Evidence("smime", form, recipients=recipients)
        chain = tuple(item for item in self.signer.chain if not item.is_self_issued)
        return Evidence(
            "smime",
            form,
            signer=self.signer.certificate.fingerprint,
            chain=tuple(item.fingerprint for item in chain),
            recipients=recipients,
            digest=algorithm_for(self.signer.key).digest,
            signed_at=now.replace(microsecond=0),
            certificates=(self.signer.certificate.der, *(item.der for item in chain)),
        )
