"""What the OpenPGP library does with secret keys and with much content: it holds up every thread meanwhile.

So these functions take and give nothing but values that can be handed to another process. Passphrases are UTF-8, None
where there is none; content is octets, or the path of a file where it is large.
"""

import mmap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pysequoia import Cert, PyDecryptor, PySigner, SignatureMode, decrypt, encrypt, sign, sign_file, verify

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection.openpgp.pgp_packets import recipients_of
from sescomposer.core.protection.openpgp.pgp_signature import signatures_of
from sescomposer.keys.openpgp_checking import checked, found_inside, known_keys
from sescomposer.keys.openpgp_content import inside, signatures_in
from sescomposer.keys.openpgp_faults import library_errors, says
from sescomposer.keys.openpgp_opening import opened_decryptor, opened_signer, own_addressed, recipient, secret_block
from sescomposer.keys.temporary import FILE_OCTETS, written
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, PgpSignature

Own = tuple[KeyEntry, bytes, bytes | None]
"""An own key: its entry, its secret octets, and its passphrase."""

_DAMAGED = "The OpenPGP message was changed or damaged on the way; nothing of it can be shown."
_COMPRESSED = "The OpenPGP message is compressed in a way that is not read here."
_SEND_AGAIN = "Ask the sender to send it again."
_NOT_SIGNED = ("Signature verification failed", "Unexpected message structure")
"""What the library says of content without a good signature, or without any, where keys to check with were given."""


@contextmanager
def laid(entity: Octets) -> Iterator[bytes | str]:
    """Give content as these functions take it; what is large lies in a file meanwhile. Raises `StoreError`."""
    if len(entity) <= FILE_OCTETS:
        yield bytes(entity)
        return
    with written(entity) as path:
        yield str(path)


def signed(content: bytes | str, own: Own, now: datetime) -> tuple[bytes, str]:
    """Give an armored detached signature and the name of its digest; raises as `SequoiaOpenPgp.sign`."""
    signer = _signer(own, now)
    with library_errors(ProtectionError, "The message could not be signed with OpenPGP.", "Try another key."):
        signature = _signature(signer, content)
    return signature, signatures_of(signature)[0].digest


def verified(
    content: bytes | str, signature: bytes, keys: tuple[bytes, ...], now: datetime
) -> tuple[PgpSignature, ...]:
    """Check a detached signature; raises as `SequoiaOpenPgp.verify`."""
    known = known_keys(keys)
    with _mapped(content) as entity:
        path = content if isinstance(content, str) else ""
        return tuple(checked(entity, item, known, now, path) for item in signatures_of(signature))


def encrypted(content: bytes, recipients: tuple[bytes, ...], own: Own | None, now: datetime) -> bytes:
    """Give an armored message, signed inside where there is an own key; raises as `SequoiaOpenPgp.encrypt`."""
    certificates = [recipient(octets, now) for octets in recipients]
    signer = _signer(own, now) if own is not None else None
    with library_errors(ProtectionError, "The message could not be encrypted with OpenPGP.", "Check the keys."):
        return encrypt(content, recipients=certificates, signer=signer)


def decrypted(message: bytes, owns: tuple[Own, ...], keys: tuple[bytes, ...]) -> tuple[bytes, tuple[PgpSignature, ...]]:
    """Give the content and what is known of the signatures inside; raises as `SequoiaOpenPgp.decrypt`."""
    secrets = tuple((entry, secret, _secret(passphrase)) for entry, secret, passphrase in owns)
    entry, secret, passphrase = own_addressed(recipients_of(message), secrets)
    decryptor = opened_decryptor(entry, secret, passphrase)
    known = known_keys(keys)
    asked: list[str] = []

    def certificates(ids: list[str]) -> list[Cert]:
        asked.extend(ids)
        return [key.certificate for key in known]

    # Before the library, which would take up whatever the message grows to.
    packets = inside(message, secret_block(entry, secret), octets_of(passphrase))
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


def octets_of(passphrase: Secret | None) -> bytes | None:
    """Give a passphrase as these functions take it."""
    return None if passphrase is None else passphrase.reveal().encode("utf-8")


def _secret(passphrase: bytes | None) -> Secret | None:
    return None if passphrase is None else Secret(passphrase.decode("utf-8"))


def _signer(own: Own, now: datetime) -> PySigner:
    entry, secret, passphrase = own
    return opened_signer(entry, secret, _secret(passphrase), now)


@contextmanager
def _mapped(content: bytes | str) -> Iterator[Octets]:
    if isinstance(content, bytes):
        yield Octets.of(content)
        return
    with open(content, "rb") as file:
        yield Octets.of(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _signature(signer: PySigner, content: bytes | str) -> bytes:
    """Give an armored detached signature; what is large is read from its file, in little memory."""
    if isinstance(content, bytes):
        return sign(signer, content, mode=SignatureMode.DETACHED)
    made = Path(content).with_name("signature")
    sign_file(signer, content, str(made), mode=SignatureMode.DETACHED)
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
