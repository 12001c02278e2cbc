"""OpenPGP keys opened for one use: whether they can do it is asked before, since the library does not always ask."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from pysequoia import Cert, PyDecryptor, PySigner, Tsk

from sescomposer.core.errors import CertificateError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.core.protection.openpgp.pgp_packets import (
    PUBLIC_KEY,
    PUBLIC_SUBKEY,
    SECRET_KEY,
    SECRET_SUBKEY,
    Packet,
    key_blocks,
)
from sescomposer.keys.openpgp_facts import block_facts, certificate_of, find_block
from sescomposer.keys.openpgp_faults import library_errors, says
from sescomposer.keys.openpgp_secret import is_elsewhere, needs_passphrase
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry

Own = tuple[KeyEntry, bytes, Secret | None]
"""An own key: its entry, its secret octets, and its passphrase."""

_Opened = TypeVar("_Opened")


def recipient(octets: bytes, now: datetime) -> Cert:
    """Give a certificate to encrypt to; raises `CertificateError` for one that is over, revoked or cannot."""
    block = key_blocks(octets)[0]
    facts = block_facts(block, now)
    name = next(iter(facts.user_ids), facts.fingerprint)
    if facts.trouble:
        raise CertificateError(f"{name}: {facts.trouble}", value=facts.fingerprint)
    if not facts.can_encrypt:
        raise CertificateError(
            f"The OpenPGP key of {name} has no part that is valid now and can be encrypted to.",
            hint="Ask for the newest form of the key.",
            value=facts.fingerprint,
        )
    return certificate_of(block)


def opened_signer(entry: KeyEntry, secret: bytes, passphrase: Secret | None, now: datetime) -> PySigner:
    """Open an own key to sign; errors as for `SequoiaOpenPgp.sign`."""
    block = secret_block(entry, secret)
    facts = block_facts(block, now)
    if facts.trouble:
        raise CertificateError(facts.trouble, value=entry.fingerprint)
    if not facts.can_sign:
        raise _unusable(entry, "sign")
    return _opened(entry, block, passphrase, lambda key, word: key.signer(word), "sign")


def own_addressed(named: tuple[str, ...], owns: tuple[Own, ...]) -> Own:
    """Give the own key that a message is encrypted to.

    Args:
        named: Key ids or fingerprints in the message, "" for one that is hidden.
        owns: Own keys.

    Raises:
        KeyGoneError: it is encrypted to none of them.
        ProtectionError: it is not encrypted to any key.
    """
    if not named:
        raise ProtectionError(
            "This OpenPGP message is not encrypted to a key.", hint="Ask the sender to encrypt it to your key."
        )
    for entry, secret, passphrase in owns:
        if is_named(secret_block(entry, secret), named):
            return entry, secret, passphrase
    raise for_nobody(named)


def for_nobody(named: tuple[str, ...]) -> KeyGoneError:
    """Give the error for a message that no own key can open."""
    return KeyGoneError(
        f"None of your OpenPGP keys can open this message; it is encrypted to {', '.join(named) or 'nobody'}.",
        hint="Import the key it was encrypted to.",
        value=named,
    )


def opened_decryptor(entry: KeyEntry, secret: bytes, passphrase: Secret | None) -> PyDecryptor:
    """Open an own key to decrypt.

    Raises:
        CertificateError: it is damaged, or cannot decrypt (any more).
        KeyGoneError, PassphraseError: the key cannot be opened.
    """
    block = secret_block(entry, secret)
    return _opened(entry, block, passphrase, lambda key, word: key.decryptor(word), "decrypt")


def is_named(block: tuple[Packet, ...], named: tuple[str, ...]) -> bool:
    """Whether a message with these recipients may be encrypted to a key; "" may be anybody."""
    names = {name for packet in block if packet.is_key for name in (packet.fingerprint, packet.key_id)}
    return "" in named or not names.isdisjoint(named)


def secret_block(entry: KeyEntry, secret: bytes) -> tuple[Packet, ...]:
    """Give the packets of an own key; raises `KeyGoneError` where its octets are gone."""
    if not secret:
        raise KeyGoneError(
            f"The secret OpenPGP key of {entry.label!r} is not there any more.",
            hint="Import the key again, or choose another one.",
            value=entry.id,
        )
    return find_block(secret, entry.fingerprint, secret=True)


def _opened(
    entry: KeyEntry,
    block: tuple[Packet, ...],
    passphrase: Secret | None,
    take: Callable[[Tsk, str | None], _Opened],
    purpose: str,
) -> _Opened:
    """Open a key with its passphrase, which a key that lies open must not be given."""
    is_locked = needs_passphrase(block)
    if is_locked and passphrase is None:
        raise PassphraseError(
            f"The OpenPGP key of {entry.label!r} needs its passphrase.", hint="Type the passphrase of the key."
        )
    word = passphrase.reveal() if is_locked and passphrase is not None else None
    with library_errors(CertificateError, f"The OpenPGP key of {entry.label!r} is damaged.", "Import it again."):
        key = Tsk.from_bytes(b"".join(_usable(packet).octets for packet in block))
    sentence = f"The passphrase of the OpenPGP key of {entry.label!r} is wrong."
    with library_errors(PassphraseError, sentence, "Type it again."):
        try:
            return take(key, word)
        except RuntimeError as error:
            if says(error, "No suitable"):
                raise _unusable(entry, purpose) from None
            raise


def _usable(packet: Packet) -> Packet:
    """Give a packet as the library must see it: it would choose a key whose secret part is elsewhere."""
    if packet.tag not in (SECRET_KEY, SECRET_SUBKEY) or not is_elsewhere(packet):
        return packet
    tag = PUBLIC_KEY if packet.tag == SECRET_KEY else PUBLIC_SUBKEY
    return Packet(tag, packet.body[: packet.public_length])


def _unusable(entry: KeyEntry, purpose: str) -> CertificateError:
    return CertificateError(
        f"The OpenPGP key of {entry.label!r} has no part that is valid now and can {purpose}.",
        hint="Extend the key in the program that made it, then import it again.",
        value=entry.fingerprint,
    )
