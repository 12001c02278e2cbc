"""OpenPGP by the Sequoia library, behind the port of the services; keys of version 4 (RFC 4880, RFC 9580)."""

import os
from collections.abc import Callable
from datetime import datetime

from pysequoia import Cert, PyDecryptor, PySigner, SignatureMode, decrypt, encrypt, sign, sign_file, verify

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection.pgp_packets import recipients_of
from sescomposer.core.protection.pgp_signature import signatures_of
from sescomposer.keys.openpgp_checking import checked, found_inside, known_keys
from sescomposer.keys.openpgp_content import inside, signatures_in
from sescomposer.keys.openpgp_facts import block_facts, certificate_of, facts_of, find_block
from sescomposer.keys.openpgp_faults import library_errors, says
from sescomposer.keys.openpgp_opening import opened_decryptor, opened_signer, own_addressed, recipient, secret_block
from sescomposer.keys.openpgp_secret import needs_passphrase, with_passphrase
from sescomposer.keys.temporary import FILE_OCTETS, written
from sescomposer.services.account import Secret
from sescomposer.services.ports import Clock
from sescomposer.services.protection_ports import KeyEntry, PgpKeyFacts, PgpSignature
from sescomposer.services.system import SystemClock

_DAMAGED = "The OpenPGP message was changed or damaged on the way; nothing of it can be shown."
_COMPRESSED = "The OpenPGP message is compressed in a way that is not read here."
_SEND_AGAIN = "Ask the sender to send it again."
_NOT_SIGNED = ("Signature verification failed", "Unexpected message structure")
"""What the library says of content without a good signature, or without any, where keys to check with were given."""


class SequoiaOpenPgp:
    """Implements `services.protection_ports.OpenPgp` for keys of ours.

    Args:
        clock: Tells which keys are over; the system's by default.
        random_bytes: Makes salts of passphrases.
    """

    def __init__(self, clock: Clock | None = None, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._clock = clock or SystemClock()
        self._random_bytes = random_bytes

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
        return with_passphrase(block, _octets(old), new.reveal().encode("utf-8"), self._random_bytes)

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
        signer = opened_signer(entry, secret, passphrase, self._now)
        progress.step(0, len(entity))
        with library_errors(ProtectionError, "The message could not be signed with OpenPGP.", "Try another key."):
            signature = _signature(signer, entity)
        progress.step(len(entity), len(entity))
        return signature, signatures_of(signature)[0].digest

    def verify(self, entity: Octets, signature: bytes, keys: tuple[bytes, ...]) -> tuple[PgpSignature, ...]:
        """See `OpenPgp`; one answer for each signature. Raises `CertificateError` where none can be read."""
        known = known_keys(keys)
        return tuple(checked(entity, item, known, self._now) for item in signatures_of(signature))

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
        certificates = [recipient(octets, self._now) for octets in recipients]
        opened = opened_signer(*signer, self._now) if signer is not None else None
        progress.step(0, len(entity))
        with library_errors(ProtectionError, "The message could not be encrypted with OpenPGP.", "Check the keys."):
            message = encrypt(bytes(entity), recipients=certificates, signer=opened)
        progress.step(len(entity), len(entity))
        return message

    def decrypt(
        self, message: bytes, secrets: tuple[tuple[KeyEntry, bytes, Secret | None], ...], keys: tuple[bytes, ...]
    ) -> tuple[bytes, tuple[PgpSignature, ...]]:
        """See `OpenPgp`; raises `ProtectionError` where it was changed on the way."""
        entry, secret, passphrase = own_addressed(recipients_of(message), secrets)
        decryptor = opened_decryptor(entry, secret, passphrase)
        known = known_keys(keys)
        asked: list[str] = []

        def certificates(ids: list[str]) -> list[Cert]:
            asked.extend(ids)
            return [key.certificate for key in known]

        # Before the library, which would take up whatever the message grows to.
        packets = inside(message, secret_block(entry, secret), _octets(passphrase))
        try:
            with library_errors(ProtectionError, _DAMAGED, _SEND_AGAIN):
                content, valid = _decrypted(message, decryptor, certificates)
        except ProtectionError:
            if not packets:
                raise
            raise ProtectionError(_COMPRESSED, hint="Ask the sender to send it without compression.") from None
        packets = packets if asked else b""
        if packets and not valid:
            valid = _valid(packets, content, certificates)
        return content, found_inside(asked, valid, known, signatures_in(packets))

    def check_recipient(self, octets: bytes) -> None:
        """Raise `CertificateError` for a key that is over, revoked or cannot be encrypted to."""
        recipient(octets, self._now)

    @property
    def _now(self) -> datetime:
        return self._clock.now()


def _octets(passphrase: Secret | None) -> bytes | None:
    return None if passphrase is None else passphrase.reveal().encode("utf-8")


def _signature(signer: PySigner, entity: Octets) -> bytes:
    """Give an armored detached signature; what is large goes through a file, in little memory."""
    if len(entity) <= FILE_OCTETS:
        return sign(signer, bytes(entity), mode=SignatureMode.DETACHED)
    with written(entity) as path:
        made = path.with_name("signature")
        sign_file(signer, str(path), str(made), mode=SignatureMode.DETACHED)
        return made.read_bytes()


def _decrypted(
    message: bytes, decryptor: PyDecryptor, certificates: Callable[[list[str]], list[Cert]]
) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """Give the content, and the valid signatures as pairs of certificate and key."""
    try:
        found = decrypt(message, decryptor, certificates)
    except (RuntimeError, OSError) as error:
        # Of content that is large the library says the same as an error of reading.
        if not any(says(error, words) for words in _NOT_SIGNED):
            raise
        # The content is whole (its own check says so); that no signature is good is told beside it.
        found = decrypt(message, decryptor)
    valid = tuple((item.certificate, item.signing_key) for item in found.valid_sigs)
    return found.bytes or b"", valid


def _valid(
    packets: bytes, content: bytes, certificates: Callable[[list[str]], list[Cert]]
) -> tuple[tuple[str, str], ...]:
    """Give the valid signatures of what was compressed before it was encrypted, where the library looks for none."""
    try:
        with library_errors(ProtectionError, _DAMAGED, _SEND_AGAIN):
            found = verify(packets, certificates)
    except ProtectionError:
        return ()
    return tuple((item.certificate, item.signing_key) for item in found.valid_sigs) if found.bytes == content else ()
