"""An OpenPGP signature packet read for what it says of itself (RFC 9580 section 5.2); nothing is verified here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.openpgp.pgp_packets import SIGNATURE, Packet, dearmored, packets

DIGESTS = {
    1: "md5",
    2: "sha1",
    3: "ripemd160",
    8: "sha256",
    9: "sha384",
    10: "sha512",
    11: "sha224",
    12: "sha3-256",
    14: "sha3-512",
}
BINARY_DOCUMENT, TEXT_DOCUMENT = 0x00, 0x01
CERTIFICATIONS = (0x10, 0x11, 0x12, 0x13)
SUBKEY_BINDING, DIRECT_KEY = 0x18, 0x1F
KEY_REVOCATION, SUBKEY_REVOCATION, CERTIFICATION_REVOCATION = 0x20, 0x28, 0x30
MAY_CERTIFY, MAY_SIGN, MAY_ENCRYPT = 0x01, 0x02, 0x0C

_CREATED, _KEY_EXPIRES, _ISSUER, _FLAGS, _ISSUER_FINGERPRINT = 2, 9, 16, 27, 33
_OLDEST_VERSION = 3


@dataclass(frozen=True, slots=True)
class SignaturePacket:
    """What a signature says of itself.

    Attributes:
        octets: The packet.
        version: 3, 4 or 6.
        kind: Its type, such as `BINARY_DOCUMENT`.
        digest: Name of the digest, such as "sha512"; "digest N" for one not known.
        created: When, None where it does not say so.
        issuer: Fingerprint of the key that made it, else its key id, else ""; lower-case hex.
        flags: Key flags; None where there are none.
        key_lifetime: How long the key is valid from its making; None for ever.
    """

    octets: bytes
    version: int
    kind: int
    digest: str
    created: datetime | None = None
    issuer: str = ""
    flags: int | None = None
    key_lifetime: timedelta | None = None
    issuers: tuple[str, ...] = field(default=())

    def is_by(self, fingerprint: str) -> bool:
        """Whether it says to be made by that key (of version 4 or 6)."""
        key_id = fingerprint[:16] if len(fingerprint) == 64 else fingerprint[-16:]
        return any(name in (fingerprint, key_id) for name in self.issuers)


def read_signature(packet: Packet) -> SignaturePacket | None:
    """Give what a signature packet says; None where it is damaged or of a version nobody knows.

    >>> read_signature(Packet(SIGNATURE, b"\\x09")) is None
    True
    """
    body = packet.body
    if packet.tag != SIGNATURE or not body:
        return None
    try:
        if body[0] == _OLDEST_VERSION:
            return _read_old(packet)
        if body[0] not in (4, 6):
            return None
        return _read_new(packet, 2 if body[0] == 4 else 4)
    except (IndexError, OverflowError):
        return None


def signatures_of(octets: bytes) -> tuple[SignaturePacket, ...]:
    """Give the signatures of a detached signature, armored or binary.

    Raises:
        CertificateError: there is none that can be read.
    """
    found = [read_signature(packet) for block in dearmored(octets) for packet in packets(block)]
    known = tuple(signature for signature in found if signature is not None)
    if not known:
        raise CertificateError(
            "The OpenPGP signature cannot be read.", hint="Ask the sender to send the message again, or as plain text."
        )
    return known


def _read_old(packet: Packet) -> SignaturePacket:
    body = packet.body
    issuer = body[7:15].hex()
    return SignaturePacket(
        packet.octets,
        _OLDEST_VERSION,
        body[2],
        _digest(body[16]),
        datetime.fromtimestamp(int.from_bytes(body[3:7], "big"), UTC),
        issuer,
        issuers=(issuer,),
    )


def _read_new(packet: Packet, size: int) -> SignaturePacket:
    body = packet.body
    start = 4 + size
    stop = start + int.from_bytes(body[4:start], "big")
    hashed = dict(_subpackets(body[start:stop]))
    more = stop + size + int.from_bytes(body[stop : stop + size], "big")
    # Only what is hashed counts, but for the issuer, which proves itself by verifying.
    loose = dict(_subpackets(body[stop + size : more]))
    fingerprint = hashed.get(_ISSUER_FINGERPRINT, loose.get(_ISSUER_FINGERPRINT, b""))[1:].hex()
    key_id = hashed.get(_ISSUER, loose.get(_ISSUER, b"")).hex()
    lifetime = int.from_bytes(hashed.get(_KEY_EXPIRES, b""), "big")
    flags = hashed.get(_FLAGS)
    created = hashed.get(_CREATED)
    return SignaturePacket(
        packet.octets,
        body[0],
        body[1],
        _digest(body[3]),
        datetime.fromtimestamp(int.from_bytes(created, "big"), UTC) if created is not None else None,
        fingerprint or key_id,
        int.from_bytes(flags[:1], "big") if flags is not None else None,
        timedelta(seconds=lifetime) if lifetime else None,
        tuple(name for name in (fingerprint, key_id) if name),
    )


def _subpackets(area: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(area):
        first = area[at]
        if first < 192:
            length, at = first, at + 1
        elif first < 255:
            length, at = ((first - 192) << 8) + area[at + 1] + 192, at + 2
        else:
            length, at = int.from_bytes(area[at + 1 : at + 5], "big"), at + 5
        if length:
            yield area[at] & 0x7F, area[at + 1 : at + length]
        at += length


def _digest(number: int) -> str:
    return DIGESTS.get(number, f"digest {number}")
