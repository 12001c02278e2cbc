"""OpenPGP signatures of version 4 checked by code of our own (RFC 9580 sections 5.2.3 and 5.2.4), octet for octet.

A second opinion beside the library's, so that what it signed is not verified by itself alone. Whether the key may sign,
and whether it is still valid, is the library's to say.
"""

from typing import TYPE_CHECKING

from sescomposer.core.octets import Octets
from sescomposer.core.protection.openpgp.pgp_packets import Packet, numbers_in, packets
from sescomposer.core.protection.openpgp.pgp_signature import BINARY_DOCUMENT, SignaturePacket

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_RSA, _ECDSA, _EDDSA, _ED25519 = (1, 3), 19, 22, 27
_DIGESTS = ("sha224", "sha256", "sha384", "sha512")
_ED25519_CURVE = "2b06010401da470f01"
_CHUNK_OCTETS = 1024 * 1024


def matches(entity: Octets, signature: SignaturePacket, key: Packet) -> bool | None:
    """Tell whether a signature is that of a key over these octets; None where this code does not know its form.

    Args:
        entity: What was signed; read in chunks.
        signature: Over a binary document, version 4.
        key: The primary key or subkey that made it, public or secret.
    """
    (packet,) = packets(signature.octets)
    body = packet.body
    if signature.version != 4 or signature.kind != BINARY_DOCUMENT or signature.digest not in _DIGESTS:
        return None
    if key.version != 4 or body[2] != key.body[5]:
        return None
    hashed = 6 + int.from_bytes(body[4:6], "big")
    behind = hashed + 2 + int.from_bytes(body[hashed : hashed + 2], "big")
    digest = _digest(entity, body[:hashed], signature.digest)
    if body[behind : behind + 2] != digest[:2]:
        return False
    return _verifies(body[2], body[behind + 2 :], digest, signature.digest, key)


def _digest(entity: Octets, hashed: bytes, name: str) -> bytes:
    import hashlib  # here: its library is large

    made = hashlib.new(name)
    for chunk in entity.chunks(_CHUNK_OCTETS):
        made.update(chunk)
    made.update(hashed)
    made.update(b"\x04\xff" + len(hashed).to_bytes(4, "big"))
    return made.digest()


def _verifies(algorithm: int, numbers: bytes, digest: bytes, name: str, key: Packet) -> bool | None:
    from cryptography.exceptions import InvalidSignature

    public = key.body[6 : key.public_length]
    try:
        if algorithm in _RSA:
            _verify_rsa(numbers, digest, name, public)
        elif algorithm == _ECDSA:
            return _verify_ecdsa(numbers, digest, name, public)
        elif algorithm == _EDDSA and public[1 : 1 + public[0]].hex() == _ED25519_CURVE:
            r, s = (number.rjust(32, b"\0") for number in numbers_in(numbers)[:2])
            _verify_ed25519(r + s, digest, numbers_in(public[1 + public[0] :])[0][1:])
        elif algorithm == _ED25519:
            _verify_ed25519(numbers[:64], digest, public[:32])
        else:
            return None
    except (InvalidSignature, ValueError, IndexError):
        # Numbers that are none of this algorithm's prove nothing either.
        return False
    return True


def _hash(name: str) -> "HashAlgorithm":
    from cryptography.hazmat.primitives import hashes

    kinds: dict[str, type[HashAlgorithm]] = {
        "sha224": hashes.SHA224,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
    }
    return kinds[name]()


def _verify_rsa(numbers: bytes, digest: bytes, name: str, public: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    modulus, exponent = (int.from_bytes(number, "big") for number in numbers_in(public)[:2])
    known = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    octets = numbers_in(numbers)[0].rjust((modulus.bit_length() + 7) // 8, b"\0")
    known.verify(octets, digest, padding.PKCS1v15(), Prehashed(_hash(name)))


def _verify_ecdsa(numbers: bytes, digest: bytes, name: str, public: bytes) -> bool | None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

    curves: dict[str, type[EllipticCurve]] = {
        "2a8648ce3d030107": ec.SECP256R1,
        "2b81040022": ec.SECP384R1,
        "2b81040023": ec.SECP521R1,
    }
    curve = curves.get(public[1 : 1 + public[0]].hex())
    if curve is None:
        return None
    point = numbers_in(public[1 + public[0] :])[0]
    r, s = (int.from_bytes(number, "big") for number in numbers_in(numbers)[:2])
    known = ec.EllipticCurvePublicKey.from_encoded_point(curve(), point)
    known.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(_hash(name))))
    return True


def _verify_ed25519(octets: bytes, digest: bytes, public: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    Ed25519PublicKey.from_public_bytes(public).verify(octets, digest)
