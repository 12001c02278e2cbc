"""Getting at the content key of encrypted mail with one's own key: PKCS #1 v1.5, OAEP, ECDH (RFC 5652, RFC 5753).

What goes wrong with a key of PKCS #1 v1.5 is not told: the content then fails to decrypt, with the same words as for
any other damage, so that nobody learns from the answers what the key would be (RFC 8017 section 7.2).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sescomposer.core.errors import ProtectionError
from sescomposer.core.protection import ber
from sescomposer.core.protection.ber import CONTEXT, Value
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.envelope_reading import Algorithm, RecipientInfo, algorithm_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import OAEP
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_RSA = "1.2.840.113549.1.1.1"
_OAEP = "1.2.840.113549.1.1.7"
_SHA_1 = "1.3.14.3.2.26"
_HASHES = {
    _SHA_1: "SHA1",
    "2.16.840.1.101.3.4.2.4": "SHA224",
    "2.16.840.1.101.3.4.2.1": "SHA256",
    "2.16.840.1.101.3.4.2.2": "SHA384",
    "2.16.840.1.101.3.4.2.3": "SHA512",
}
_AGREEMENTS = {
    # Plain and cofactor ECDH come to the same on the curves that are used here: their cofactor is 1.
    "1.3.133.16.840.63.0.2": "SHA1",
    "1.3.133.16.840.63.0.3": "SHA1",
    **{
        f"1.3.132.1.{arc}.{number}": name
        for arc in (11, 14)
        for number, name in enumerate(("SHA224", "SHA256", "SHA384", "SHA512"))
    },
}
_WRAPS = {
    "2.16.840.1.101.3.4.1.5": 16,
    "2.16.840.1.101.3.4.1.25": 24,
    "2.16.840.1.101.3.4.1.45": 32,
}
_TRIPLE_DES_WRAP = "1.2.840.113549.1.9.16.3.6"
_TRIPLE_DES_KEY_OCTETS = 24
_TRIPLE_DES_VECTOR = bytes.fromhex("4adda22c79e82105")


def content_key(info: RecipientInfo, pair: KeyPair, length: int) -> bytes:
    """Give the content key.

    Args:
        info: What the message says for this key.
        pair: The key, open.
        length: Octets that the content key must have; 0 where any will do.

    Raises:
        ProtectionError: the algorithm is unknown, the key is of another kind, or it is damaged.
        KeyGoneError: from a key on a card.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    name = info.algorithm.oid
    if name in (_RSA, _OAEP) and isinstance(pair.key, RSAPrivateKey):
        return _transported(info, pair.key, length)
    if name in _AGREEMENTS and isinstance(pair.key, EllipticCurvePrivateKey):
        return _agreed(info, pair.key)
    raise unsupported("the key", name)


def unsupported(what: str, oid: str) -> ProtectionError:
    """Give the error for an algorithm that is not known here."""
    return ProtectionError(
        f"The message encrypts {what} by an algorithm that is not known here ({oid}).",
        hint="Ask the sender to encrypt with AES-256-CBC and RSA or a NIST curve.",
        value=oid,
    )


def undecryptable() -> ProtectionError:
    """Give the error for content that a key of ours does not open, whatever the reason."""
    return ProtectionError(
        "The message could not be decrypted: it is damaged, or was encrypted wrongly.",
        hint="Ask the sender to send it again.",
    )


def _transported(info: RecipientInfo, key: "RSAPrivateKey", length: int) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    try:
        if info.algorithm.oid == _OAEP:
            return key.decrypt(info.encrypted_key, _oaep(info.algorithm))
        found = key.decrypt(info.encrypted_key, PKCS1v15())
    except ValueError as error:
        if info.algorithm.oid == _OAEP:
            raise undecryptable() from error
        found = b""
    return found if found and len(found) == (length or len(found)) else _stand_in(info, key, length)


def _stand_in(info: RecipientInfo, key: "RSAPrivateKey", length: int) -> bytes:
    """Give some key: decrypting goes on with it and fails there, as with a wrong key of the right length.

    Only the owner can know it: others would encrypt content with it, and learn from what opens that the padding was
    wrong. A key on a card gives nothing away that it could be made of.
    """
    import hashlib  # here: its library is large

    try:
        secret = key.private_numbers().d
    except ProtectionError as error:
        raise undecryptable() from error
    octets = secret.to_bytes((secret.bit_length() + 7) // 8, "big") + info.encrypted_key
    return hashlib.shake_256(octets).digest(length or 32)


def _oaep(algorithm: Algorithm) -> "OAEP":
    """Read RSAES-OAEP-params (RFC 8017 appendix A.2.1); a label is not used in mail."""
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP

    digest, mask = _SHA_1, _SHA_1
    for value in algorithm.parameters.expect(ber.SEQUENCE).children() if algorithm.parameters else ():
        if value.tag == CONTEXT | 0:
            digest = algorithm_of(_only(value)).oid
        elif value.tag == CONTEXT | 1:
            generator = algorithm_of(_only(value))
            mask = algorithm_of(generator.parameters).oid if generator.parameters else _SHA_1
    return OAEP(MGF1(_hash(mask)), _hash(digest), None)


def _only(value: Value) -> Value:
    children = value.children()
    if len(children) != 1:
        raise ber.damaged(value.start, "not one value")
    return children[0]


def _hash(oid: str) -> "HashAlgorithm":
    if oid not in _HASHES:
        raise unsupported("the key", oid)
    return _named_hash(_HASHES[oid])


def _named_hash(name: str) -> "HashAlgorithm":
    from cryptography.hazmat.primitives import hashes

    known: dict[str, Callable[[], HashAlgorithm]] = {
        "SHA1": hashes.SHA1,
        "SHA224": hashes.SHA224,
        "SHA256": hashes.SHA256,
        "SHA384": hashes.SHA384,
        "SHA512": hashes.SHA512,
    }
    return known[name]()


def _agreed(info: RecipientInfo, key: "EllipticCurvePrivateKey") -> bytes:
    """Agree on a key by ECDH and unwrap the content key with it (RFC 5753 section 7)."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

    if info.algorithm.parameters is None:
        raise unsupported("the key", info.algorithm.oid)
    wrap = algorithm_of(info.algorithm.parameters)
    if wrap.oid not in _WRAPS and wrap.oid != _TRIPLE_DES_WRAP:
        raise unsupported("the key", wrap.oid)
    size = _WRAPS.get(wrap.oid, _TRIPLE_DES_KEY_OCTETS)
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, info.point)
        secret = key.exchange(ec.ECDH(), point)
    except ValueError as error:
        raise undecryptable() from error
    digest = _named_hash(_AGREEMENTS[info.algorithm.oid])
    wrapping = X963KDF(digest, size, _shared_info(wrap, info.user_key_material, size)).derive(secret)
    return _unwrapped(wrap.oid, wrapping, info.encrypted_key)


def _shared_info(wrap: Algorithm, material: bytes | None, size: int) -> bytes:
    """Write ECC-CMS-SharedInfo (RFC 5753 section 7.2)."""
    entity = _tlv(0xA0, _tlv(0x04, material)) if material is not None else b""
    return _tlv(0x30, wrap.raw + entity + _tlv(0xA2, _tlv(0x04, (size * 8).to_bytes(4, "big"))))


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


def _unwrapped(oid: str, wrapping: bytes, wrapped: bytes) -> bytes:
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    if oid == _TRIPLE_DES_WRAP:
        return _triple_des_unwrapped(wrapping, wrapped)
    try:
        return aes_key_unwrap(wrapping, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise undecryptable() from error


def _triple_des_unwrapped(wrapping: bytes, wrapped: bytes) -> bytes:
    """Unwrap as RFC 3217 section 3.2 says: twice decrypted, reversed between, ended by a checksum."""
    import hashlib

    if len(wrapped) != 40:
        raise undecryptable()
    turned = _triple_des(wrapping, _TRIPLE_DES_VECTOR, wrapped)[::-1]
    key = _triple_des(wrapping, turned[:8], turned[8:])
    if hashlib.sha1(key[:24], usedforsecurity=False).digest()[:8] != key[24:]:
        raise undecryptable()
    return key[:24]


def _triple_des(key: bytes, vector: bytes, octets: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    decryptor = Cipher(TripleDES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(octets) + decryptor.finalize()
