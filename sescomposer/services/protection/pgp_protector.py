"""Protecting one message with OpenPGP/MIME as sealing asks for it: signed, encrypted, or both in one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import Envelope, mailboxes
from sescomposer.core.errors import ProtectionError
from sescomposer.core.header import HeaderSection
from sescomposer.core.message import Protection
from sescomposer.core.octets import Octets
from sescomposer.core.progress import PartOfProgress, Progress
from sescomposer.core.protection.copies import check_recipients, copies, keys_for
from sescomposer.core.protection.header_protection import with_header_protection, with_hidden_fields
from sescomposer.core.protection.openpgp.autocrypt import autocrypt_field
from sescomposer.core.protection.openpgp.pgp_mime import pgp_encrypted, pgp_signed
from sescomposer.core.protection.openpgp.pgp_packets import key_blocks
from sescomposer.core.protection.openpgp.pgp_signature import signatures_of
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header
from sescomposer.core.protection.protector import Buffer, Evidence, Protected
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, OpenPgp

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers

AUTOCRYPT = "Autocrypt"

Signer = tuple[KeyEntry, bytes, Secret | None]
"""The key to sign with: its entry, its secret octets, and its passphrase."""


@dataclass(frozen=True, eq=False)
class _Content:
    """What every copy of a message holds.

    Attributes:
        root: The message.
        inside: What is signed or encrypted.
        outer: The fields outside.
        ids: Maker of boundaries.
        now: The time of sealing.
    """

    root: Entity
    inside: Entity
    outer: HeaderSection
    ids: "Identifiers"
    now: datetime


@dataclass(frozen=True, eq=False, repr=False)
class PgpProtector:
    """Protects with OpenPGP; see `Protector`. Its `repr` shows no key.

    Attributes:
        openpgp: Does what needs keys.
        signer: Signs; None where it is not to be signed.
        recipients: Public keys to encrypt to by addr-spec in wire form; letter case does not count.
        own: The sender's public key: the sent copy can be read with it, and an Autocrypt field tells it.
        wanted: Whether to sign and to encrypt, and in what form.
    """

    openpgp: OpenPgp
    signer: Signer | None
    recipients: Mapping[str, tuple[bytes, ...]]
    own: bytes | None
    wanted: Protection

    def __repr__(self) -> str:
        return f"<PgpProtector for {len(self.recipients)} recipients>"

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
            ProtectionError: there is no key to sign with, or none for a recipient, or one of them cannot be used; it
                would be changed on the way; neither signing nor encrypting is wanted.
            OperationCancelledError: cancelled.
        """
        del into  # what OpenPGP gives is text already
        signs, encrypts = bool(self.wanted.sign), bool(self.wanted.encrypt)
        if not signs and not encrypts:
            raise ProtectionError("Neither signing nor encrypting is wanted.", hint="Choose one of them.")
        if signs and self.signer is None:
            raise ProtectionError("The message is to be signed, and there is no key for it.", hint="Choose a key.")
        inside = entity_to_sign(root)
        outer = self._with_autocrypt(root, outer_header(root))
        if self.wanted.protects_fields:
            inside = with_header_protection(inside, root, encrypts, ids=ids, is_openpgp=True)
            outer = with_hidden_fields(outer) if encrypts else outer
        content = _Content(root, inside, outer, ids, now)
        if not encrypts:
            return (self._signed(content, envelope, progress),)
        check_recipients(envelope, self.recipients, "OpenPGP key")
        envelopes = copies(root, envelope)
        sizes = [len(inside.octets)] * len(envelopes)
        return tuple(
            self._encrypted(content, copy, PartOfProgress.of(progress, sizes, index))
            for index, copy in enumerate(envelopes)
        )

    def _with_autocrypt(self, root: Entity, outer: HeaderSection) -> HeaderSection:
        """Tell the own key in the header where that is wanted; a field that somebody wrote stays."""
        own = self._own
        senders = mailboxes(root, "From")
        if not self.wanted.autocrypt or own is None or not senders or outer.first(AUTOCRYPT) is not None:
            return outer
        field_of_key = autocrypt_field(senders[0].wire_addr_spec, own)
        mime = next(
            (index for index, known in enumerate(outer.fields) if known.name.lower() == "mime-version"),
            len(outer.fields),
        )
        return outer.inserted(mime, field_of_key)

    @property
    def _own(self) -> bytes | None:
        return self.own or (self.signer[0].public if self.signer is not None else None) or None

    def _signed(self, content: _Content, envelope: Envelope, progress: Progress) -> Protected:
        made: list[tuple[bytes, str]] = []

        def sign(octets: Octets) -> tuple[bytes, str]:
            entry, secret, passphrase = self.signer or _no_signer()
            made.append(self.openpgp.sign(octets, entry, secret, passphrase, progress))
            return made[0]

        signed = pgp_signed(content.root, sign, content.ids, inside=content.inside, outer=content.outer)
        signature, digest = made[0]
        signed_at = signatures_of(signature)[0].created or content.now.replace(microsecond=0)
        return Protected(signed, envelope, self._evidence("detached", (), signed_at, _digest_name(digest)))

    def _encrypted(self, content: _Content, envelope: Envelope, progress: Progress) -> Protected:
        own = None if self.own is None else (envelope.mail_from, self.own)
        people = keys_for(envelope, self.recipients, own)
        keys = tuple(dict.fromkeys(key for _, key in people))
        signer = self.signer if self.wanted.sign else None
        encrypted = pgp_encrypted(
            content.root,
            lambda octets: self.openpgp.encrypt(octets, keys, signer, progress),
            content.ids,
            inside=content.inside,
            outer=content.outer,
        )
        pairs = tuple((address, _fingerprint(key)) for address, key in people)
        form = "signed and encrypted" if signer is not None else "encrypted"
        signed_at = content.now.replace(microsecond=0) if signer is not None else None
        return Protected(encrypted, envelope, self._evidence(form, pairs, signed_at, ""))

    def _evidence(
        self, form: str, recipients: tuple[tuple[str, str], ...], signed_at: datetime | None, digest: str
    ) -> Evidence:
        signer = self.signer[0].fingerprint if self.signer is not None and self.wanted.sign else ""
        return Evidence("openpgp", form, signer=signer, recipients=recipients, digest=digest, signed_at=signed_at)


def _no_signer() -> Signer:
    raise ProtectionError("There is no key to sign with.", hint="Choose a key.")


def _digest_name(digest: str) -> str:
    """Give the name of a digest as evidence of S/MIME writes it, too."""
    return digest.replace("sha", "sha-", 1) if digest[3:].isdigit() else digest


def _fingerprint(public: bytes) -> str:
    return key_blocks(public)[0][0].fingerprint
