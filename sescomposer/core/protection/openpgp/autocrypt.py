"""The header field that tells the own OpenPGP key (Autocrypt level 1, version 1.1)."""

import base64

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.header import HeaderField, fold
from sescomposer.core.protection.openpgp.pgp_packets import (
    PRIMARY_TAGS,
    PUBLIC_KEY,
    PUBLIC_SUBKEY,
    USER_ID,
    Packet,
    key_blocks,
)
from sescomposer.core.protection.openpgp.pgp_signature import (
    CERTIFICATIONS,
    DIRECT_KEY,
    MAY_ENCRYPT,
    SUBKEY_BINDING,
    SUBKEY_REVOCATION,
    SignaturePacket,
    read_signature,
)

FIELD_OCTETS = 10 * 1024
"""The largest field, name and folding included: Autocrypt asks readers to ignore larger ones."""

_ROW = 72

Bound = tuple[Packet, tuple[SignaturePacket, ...]]
"""A key or user id, and the signatures behind it."""


def autocrypt_field(address: str, public: bytes, *, prefers_encryption: bool = False) -> HeaderField:
    """Make the Autocrypt field of a sender, folded, with CRLF.

    Args:
        address: The addr-spec of From in its wire form; readers ignore a field with another one.
        public: The OpenPGP certificate; only what is needed to encrypt to it goes into the field.
        prefers_encryption: Whether to ask others to encrypt without being asked each time.

    Raises:
        CertificateError: the key cannot be read, has version 6, or nothing to encrypt to.
        ProtectionError: the field would be over 10 KiB.
    """
    wanted = " prefer-encrypt=mutual;" if prefers_encryption else ""
    data = base64.b64encode(minimal_key(public, address)).decode("ascii")
    rows = " ".join(data[at : at + _ROW] for at in range(0, len(data), _ROW))
    field = HeaderField(fold("Autocrypt", f"addr={address};{wanted} keydata= {rows}"))
    if len(field.octets) > FIELD_OCTETS:
        raise ProtectionError(
            f"The Autocrypt field would have {len(field.octets)} octets; at most {FIELD_OCTETS} are read.",
            hint="Send the message without it, or use a smaller key, such as Ed25519.",
            value=len(field.octets),
        )
    return field


def minimal_key(public: bytes, address: str) -> bytes:
    """Give the least of a certificate that mail can be encrypted to: primary key, one user id, one subkey (binary).

    The user id is the one with that address, else the first; the subkey the newest that encrypts and is not revoked.

    Raises:
        CertificateError: as for `autocrypt_field`.
    """
    bound = _bound(key_blocks(public)[0])
    primary, own = bound[0]
    if primary.tag not in PRIMARY_TAGS or primary.version != 4:
        raise CertificateError(
            f"This OpenPGP key has version {primary.version}; most mail programs read version 4 only.",
            hint="Use a key of version 4.",
            value=primary.version,
        )
    pieces = [_public(primary)]
    pieces += [item.octets for item in _newest(own, (DIRECT_KEY,), primary.fingerprint)]
    pieces += _user_id(bound, address, primary.fingerprint)
    pieces += _encryption_key(bound, primary.fingerprint)
    return b"".join(pieces)


def _bound(block: tuple[Packet, ...]) -> list[Bound]:
    """Give keys and user ids, each with the signatures that follow it."""
    found: list[tuple[Packet, list[SignaturePacket]]] = []
    for packet in block:
        signature = read_signature(packet)
        if signature is not None:
            found[-1][1].append(signature)
        elif packet.is_key or packet.tag == USER_ID:
            found.append((packet, []))
        elif packet.tag == 17:
            # A picture: its signatures must not be taken for those of the user id before it.
            found.append((packet, []))
    return [(packet, tuple(signatures)) for packet, signatures in found]


def _public(key: Packet) -> bytes:
    tag = PUBLIC_KEY if key.tag in PRIMARY_TAGS else PUBLIC_SUBKEY
    return Packet(tag, key.body[: key.public_length]).octets


def _newest(signatures: tuple[SignaturePacket, ...], kinds: tuple[int, ...], by: str) -> list[SignaturePacket]:
    """Give the newest signature of these kinds made by the key itself, if there is one."""
    own = [item for item in signatures if item.kind in kinds and item.is_by(by) and item.created is not None]
    return sorted(own, key=lambda item: (item.created is not None, item.created))[-1:]


def _user_id(bound: list[Bound], address: str, by: str) -> list[bytes]:
    signed = [
        (packet, newest[0])
        for packet, signatures in bound
        if packet.tag == USER_ID and (newest := _newest(signatures, CERTIFICATIONS, by))
    ]
    wanted = address.lower().encode("utf-8", "replace")
    fitting = [item for item in signed if wanted in item[0].body.lower()] or signed
    return [octets for packet, signature in fitting[:1] for octets in (packet.octets, signature.octets)]


def _encryption_key(bound: list[Bound], by: str) -> list[bytes]:
    """Give the newest subkey that encrypts; nothing where the primary key does it itself."""
    found: list[tuple[SignaturePacket, Packet]] = []
    for packet, signatures in bound[1:]:
        is_revoked = any(item.kind == SUBKEY_REVOCATION for item in signatures)
        for binding in _newest(signatures, (SUBKEY_BINDING,), by) if packet.is_key and not is_revoked else []:
            if (binding.flags or 0) & MAY_ENCRYPT:
                found.append((binding, packet))
    if found:
        binding, packet = max(found, key=lambda item: (item[1].created, item[1].fingerprint))
        return [_public(packet), binding.octets]
    own = [item for _, signatures in bound for item in _newest(signatures, (*CERTIFICATIONS, DIRECT_KEY), by)]
    if any((item.flags or 0) & MAY_ENCRYPT for item in own):
        return []
    raise CertificateError(
        "This OpenPGP key has no part that mail can be encrypted to.",
        hint="Add an encryption subkey, or send the message without the Autocrypt field.",
    )
