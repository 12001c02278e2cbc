"""What OpenPGP keys say of themselves: read with the library where it judges, by packets where it says nothing."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from pysequoia import Cert, Tsk

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.openpgp.pgp_packets import (
    PUBLIC_KEY,
    SECRET_KEY,
    SECRET_SUBKEY,
    SIGNATURE,
    USER_ID,
    Packet,
    key_blocks,
)
from sescomposer.core.protection.openpgp.pgp_signature import (
    CERTIFICATION_REVOCATION,
    CERTIFICATIONS,
    DIRECT_KEY,
    KEY_REVOCATION,
    MAY_ENCRYPT,
    MAY_SIGN,
    SUBKEY_BINDING,
    SUBKEY_REVOCATION,
    SignaturePacket,
    read_signature,
)
from sescomposer.keys.openpgp_faults import library_errors
from sescomposer.keys.openpgp_secret import is_elsewhere
from sescomposer.services.protection.protection_ports import PgpKeyFacts

_ADDRESS = re.compile(r"<([^<>\s@]+@[^<>\s@]+)>\s*\Z|\A\s*([^<>\s@]+@[^<>\s@]+)\s*\Z")

VERSION_6 = (
    "This OpenPGP key has version 6, which GnuPG and Thunderbird cannot read yet. Use a key of version 4 instead."
)


_UNSAFE = "The OpenPGP key is damaged, or made in a way that is no longer safe."
_NEWER = "Ask for a newer key."


def facts_of(octets: bytes, now: datetime) -> tuple[PgpKeyFacts, ...]:
    """Read a file of keys, armored or binary, each key once.

    Raises:
        CertificateError: it is too large, damaged or holds no key.
    """
    found: dict[str, PgpKeyFacts] = {}
    for block in key_blocks(octets):
        facts = block_facts(block, now)
        known = found.get(facts.fingerprint)
        # Programs export the public and the secret form of one key into one file.
        found[facts.fingerprint] = facts if known is None or facts.has_secret else known
    return tuple(found.values())


def block_facts(block: tuple[Packet, ...], now: datetime) -> PgpKeyFacts:
    """Give what one key says; `trouble` where it cannot be used."""
    primary = block[0]
    facts = _by_packets(block, now)
    if primary.version == 6:
        return replace(facts, trouble=VERSION_6)
    try:
        certificate = certificate_of(block)
        with library_errors(CertificateError, _UNSAFE, _NEWER):
            revoked = _revoked_names(block)
            user_ids = tuple(name for name in map(str, certificate.user_ids) if name not in revoked)
            expires, is_revoked = certificate.expiration, certificate.is_revoked
    except CertificateError as error:
        return replace(facts, trouble=f"{error.sentence} {error.hint}")
    facts = replace(facts, user_ids=user_ids, addresses=_addresses(user_ids), expires=expires)
    return replace(facts, trouble=_trouble(facts, is_revoked, now))


def _revoked_names(block: tuple[Packet, ...]) -> frozenset[str]:
    """Give the user ids that their owner took back and did not certify again; the library gives these as well."""
    primary = block[0].fingerprint
    found: set[str] = set()
    name, newest = None, datetime.fromtimestamp(0, UTC)
    for packet in block[1:]:
        if packet.tag != SIGNATURE:
            name = packet.body.decode("utf-8", "replace") if packet.tag == USER_ID else None
            newest = datetime.fromtimestamp(0, UTC)
            continue
        signature = read_signature(packet)
        if name is None or signature is None or signature.created is None or not signature.is_by(primary):
            continue
        if signature.created >= newest and signature.kind in (*CERTIFICATIONS, CERTIFICATION_REVOCATION):
            newest = signature.created
            (found.add if signature.kind == CERTIFICATION_REVOCATION else found.discard)(name)
    return frozenset(found)


def find_block(octets: bytes, fingerprint: str, *, secret: bool = False) -> tuple[Packet, ...]:
    """Give the packets of one key of a file, its secret form if that is wanted.

    Raises:
        CertificateError: the file holds no such key.
    """
    tags = (SECRET_KEY,) if secret else (PUBLIC_KEY, SECRET_KEY)
    for block in key_blocks(octets):
        if block[0].tag in tags and block[0].fingerprint == fingerprint.lower():
            return block
    raise CertificateError(
        f"The file holds no {'secret ' if secret else ''}OpenPGP key {fingerprint}.",
        hint="Choose the file that was exported for this key.",
        value=fingerprint,
    )


def certificate_of(block: tuple[Packet, ...]) -> Cert:
    """Give the public certificate of a key; raises `CertificateError` where the library refuses it."""
    octets = b"".join(packet.octets for packet in block)
    with library_errors(CertificateError, _UNSAFE, _NEWER):
        if block[0].tag == SECRET_KEY:
            return Tsk.from_bytes(octets).extract_certificate()
        return Cert.from_bytes(octets)


def _by_packets(block: tuple[Packet, ...], now: datetime) -> PgpKeyFacts:
    primary = block[0]
    names = tuple(packet.body.decode("utf-8", "replace") for packet in block if packet.tag == USER_ID)
    usable = _usable(block, now)
    is_secret = primary.tag == SECRET_KEY
    return PgpKeyFacts(
        fingerprint=primary.fingerprint,
        user_ids=names,
        addresses=_addresses(names),
        algorithm=primary.algorithm,
        created=datetime.fromtimestamp(primary.created, UTC),
        expires=None,
        can_sign=any(flags & MAY_SIGN for key, flags in usable if not is_secret or _has_secret(key)),
        can_encrypt=any(flags & MAY_ENCRYPT for _, flags in usable),
        has_secret=any(packet.tag in (SECRET_KEY, SECRET_SUBKEY) for packet in block),
    )


def _has_secret(key: Packet) -> bool:
    """Whether the secret part of a key stands in its packet."""
    return key.tag in (SECRET_KEY, SECRET_SUBKEY) and not is_elsewhere(key)


def _usable(block: tuple[Packet, ...], now: datetime) -> list[tuple[Packet, int]]:
    """Give each key of the block with its flags; none for one that is revoked or over."""
    primary = block[0].fingerprint
    keys: list[tuple[Packet, list[SignaturePacket]]] = []
    for packet in block:
        signature = read_signature(packet)
        if packet.is_key:
            keys.append((packet, []))
        elif signature is not None and signature.is_by(primary):
            keys[-1][1].append(signature)
    return [(key, _flags(key, signatures, now)) for key, signatures in keys]


def _flags(key: Packet, signatures: list[SignaturePacket], now: datetime) -> int:
    if any(item.kind in (KEY_REVOCATION, SUBKEY_REVOCATION) for item in signatures):
        return 0
    kinds = (*CERTIFICATIONS, DIRECT_KEY, SUBKEY_BINDING)
    own = [item for item in signatures if item.kind in kinds and item.flags is not None and item.created is not None]
    if not own:
        return 0
    newest = max(own, key=lambda item: item.created or now)
    made = datetime.fromtimestamp(key.created, UTC)
    is_over = newest.key_lifetime is not None and made + newest.key_lifetime <= now
    return 0 if is_over else newest.flags or 0


def _addresses(user_ids: tuple[str, ...]) -> tuple[str, ...]:
    found = [match[1] or match[2] for name in user_ids if (match := _ADDRESS.search(name))]
    return tuple(dict.fromkeys(found))


def _trouble(facts: PgpKeyFacts, is_revoked: bool, now: datetime) -> str:
    if is_revoked:
        return "This OpenPGP key was revoked by its owner. Ask for the new one."
    if facts.expires is not None and facts.expires <= now:
        return f"This OpenPGP key expired on {facts.expires:%d %B %Y}. Extend it, or ask for it again, and import it."
    if not facts.can_sign and not facts.can_encrypt:
        return "This OpenPGP key can neither sign nor encrypt. Ask for another one."
    return ""
