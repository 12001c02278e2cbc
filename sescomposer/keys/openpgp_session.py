"""The session key of an OpenPGP message, taken with an own key of version 4 (RFC 9580 sections 5.1 and 11.5)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sescomposer.core.protection.openpgp.pgp_packets import PKESK, SECRET_KEY, SECRET_SUBKEY, Packet, numbers_in
from sescomposer.keys.openpgp_secret import secret_numbers

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve

_RSA, _ECDH = (1, 2, 3), 18
_X25519_CURVE = "2b060104019755010501"
_WRAP_OCTETS = {7: 16, 8: 24, 9: 32}
_DIGESTS = {8: "sha256", 9: "sha384", 10: "sha512"}


def session_key(packet: Packet, block: tuple[Packet, ...], passphrase: bytes | None) -> tuple[int | None, bytes] | None:
    """Give cipher and session key; the cipher is None where the content names it, all is None for another's key.

    Raises:
        CertificateError, PassphraseError: the own key cannot be opened.
        ValueError: the packet is damaged.
    """
    for key in block:
        if packet.tag == PKESK and key.tag in (SECRET_KEY, SECRET_SUBKEY) and _is_for(packet, key):
            return _opened(packet, key, secret_numbers(key, passphrase))
    return None


def _is_for(packet: Packet, key: Packet) -> bool:
    if packet.version == 6:
        return packet.body[3 : 2 + packet.body[1]].hex() == key.fingerprint
    return packet.body[1:9] in (bytes.fromhex(key.key_id), bytes(8))


def _opened(packet: Packet, key: Packet, numbers: bytes) -> tuple[int | None, bytes]:
    at = 2 + packet.body[1] if packet.version == 6 else 9
    number, rest = packet.body[at], packet.body[at + 1 :]
    if number in _RSA:
        content = _rsa(rest, key, numbers)
    elif number == _ECDH:
        content = _ecdh(rest, key, numbers)
    else:
        raise ValueError(f"algorithm {number} is not read here")
    cipher, content = (None, content) if packet.version == 6 else (content[0], content[1:])
    secret, check = content[:-2], content[-2:]
    if sum(secret) & 0xFFFF != int.from_bytes(check, "big"):
        raise ValueError("the session key does not match its sum")
    return cipher, secret


def _rsa(rest: bytes, key: Packet, numbers: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    modulus, exponent = (int.from_bytes(item, "big") for item in numbers_in(key.body[6 : key.public_length])[:2])
    d, p, q = (int.from_bytes(item, "big") for item in numbers_in(numbers)[:3])
    private = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(exponent, modulus),
    ).private_key(unsafe_skip_rsa_key_validation=True)
    length = (modulus.bit_length() + 7) // 8
    return private.decrypt(numbers_in(rest)[0].rjust(length, b"\0"), padding.PKCS1v15())


def _ecdh(rest: bytes, key: Packet, numbers: bytes) -> bytes:
    import hashlib

    from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

    point = numbers_in(rest)[0]
    at = 2 + len(point)
    wrapped = rest[at + 1 : at + 1 + rest[at]]
    size = key.body[6]
    oid, parameters = key.body[7 : 7 + size], key.body[key.public_length - 4 : key.public_length]
    shared = _agreed(oid.hex(), point, numbers_in(numbers)[0])
    digest, wrap = _DIGESTS.get(parameters[2]), _WRAP_OCTETS.get(parameters[3])
    if digest is None or wrap is None:
        raise ValueError("the key derivation is not known")
    facts = (
        bytes((size,)) + oid + bytes((_ECDH,)) + parameters + b"Anonymous Sender    " + bytes.fromhex(key.fingerprint)
    )
    made = hashlib.new(digest, b"\0\0\0\1" + shared + facts).digest()[:wrap]
    padded = aes_key_unwrap(made, wrapped)
    return padded[: -padded[-1]]


def _agreed(curve: str, point: bytes, secret: bytes) -> bytes:
    """Give what both sides of a key agreement know."""
    if curve == _X25519_CURVE:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

        own = X25519PrivateKey.from_private_bytes(secret.rjust(32, b"\0")[::-1])
        return own.exchange(X25519PublicKey.from_public_bytes(point[1:]))
    from cryptography.hazmat.primitives.asymmetric import ec

    curves: dict[str, Callable[[], EllipticCurve]] = {
        "2a8648ce3d030107": ec.SECP256R1,
        "2b81040022": ec.SECP384R1,
        "2b81040023": ec.SECP521R1,
    }
    if curve not in curves:
        raise ValueError("the curve is not known")
    known = curves[curve]()
    private = ec.derive_private_key(int.from_bytes(secret, "big"), known)
    return private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(known, point))
