"""Encrypting: CMS EnvelopedData in DER, AES-256-CBC (RFC 5652 section 6, RFC 8551 section 2.7), written as a stream.

RSA recipients get the content key by PKCS #1 v1.5, those with an elliptic curve by ECDH with the X9.63 derivation and
an AES-256 wrap (RFC 5753). Each is named by issuer and serial number, which everybody can read who has the message.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection import der
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.hashed_buffer import HashedBuffer
from sescomposer.core.protection.issuer_and_serial import issuer_and_serial
from sescomposer.core.protection.protector import Buffer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

RandomBytes = Callable[[int], bytes]
"""Gives so many random octets, such as `secrets.token_bytes`."""

_DATA = "1.2.840.113549.1.7.1"
_ENVELOPED_DATA = "1.2.840.113549.1.7.3"
_AES_256_CBC = "2.16.840.1.101.3.4.1.42"
_AES_256_WRAP = "2.16.840.1.101.3.4.1.45"
_RSA = "1.2.840.113549.1.1.1"
_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_ECDH_SHA_256 = "1.3.132.1.11.1"

_BLOCK_OCTETS = 16
_KEY_OCTETS = 32
_CHUNK_OCTETS = 262144
_SMALLEST_RSA_BITS = 2048
_CURVES = {"secp256r1": "1.2.840.10045.3.1.7", "secp384r1": "1.3.132.0.34", "secp521r1": "1.3.132.0.35"}


def encrypt(
    content: Octets,
    recipients: Sequence[Certificate],
    random_bytes: RandomBytes,
    into: Callable[[], Buffer],
    progress: Progress = NO_PROGRESS,
) -> Octets:
    """Encrypt content for recipients and give the ContentInfo in DER.

    Args:
        content: A whole MIME entity with CRLF.
        recipients: At least one; each certificate once.
        random_bytes: Gives the content key, the initial vector and the ephemeral keys.
        into: Makes the buffer it is written to.
        progress: Told of the octets encrypted; may cancel.

    Raises:
        ProtectionError: a certificate has a key that nothing can be encrypted to; nobody is named.
        OperationCancelledError: cancelled; no buffer remains.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # here: a start need not wait for it

    if not recipients:
        raise ProtectionError("There is nobody to encrypt to.", hint="Add a recipient.")
    key, vector = random_bytes(_KEY_OCTETS), random_bytes(_BLOCK_OCTETS)
    unique = tuple(dict.fromkeys(recipients))
    infos = [_recipient_info(certificate, key, random_bytes) for certificate in unique]
    with HashedBuffer(into) as buffer:
        buffer.write(_opening(infos, vector, len(content)))
        encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        for chunk in content.chunks(_CHUNK_OCTETS):
            buffer.write(encryptor.update(chunk))
            progress.step(buffer.length, len(content))
        pad = _BLOCK_OCTETS - len(content) % _BLOCK_OCTETS
        buffer.write(encryptor.update(bytes([pad]) * pad) + encryptor.finalize())
        return buffer.finish()


def refusal(certificate: Certificate) -> str:
    """Give a sentence why nothing can be encrypted to the key of a certificate, "" if it can."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key = _public_key(certificate)
    if isinstance(key, RSAPublicKey):
        if key.key_size < _SMALLEST_RSA_BITS:
            return f"The key of {certificate.owner!r} has {key.key_size} bits, which is too weak to encrypt to."
        return ""
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return ""
    return f"The key of {certificate.owner!r} is of a kind that mail programs cannot encrypt to."


def _public_key(certificate: Certificate) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return certificate.x509.public_key()
    except (ValueError, UnsupportedAlgorithm):
        # A key of an unknown kind is none that is used here; `refusal` says so.
        return None


def _opening(infos: list[bytes], vector: bytes, length: int) -> bytes:
    """Give all octets before the encrypted ones; those end every value that is opened here."""
    padded = length + _BLOCK_OCTETS - length % _BLOCK_OCTETS
    algorithm = der.sequence(der.oid(_AES_256_CBC), der.octet_string(vector))
    # Version 2 as soon as somebody is no plain RSA recipient (RFC 5652 section 6.1).
    version = der.integer(0 if all(info[0] == der.SEQUENCE for info in infos) else 2)
    opened = der.head(0x80, padded)
    inner = der.oid(_DATA) + algorithm
    opened = der.head(der.SEQUENCE, len(inner) + len(opened) + padded) + inner + opened
    for before, tag in ((version + der.set_of(infos), der.SEQUENCE), (b"", 0xA0), (der.oid(_ENVELOPED_DATA), 0x30)):
        opened = der.head(tag, len(before) + len(opened) + padded) + before + opened
    return opened


def _recipient_info(certificate: Certificate, key: bytes, random_bytes: RandomBytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if sentence := refusal(certificate):
        raise ProtectionError(
            sentence,
            hint="Ask for a certificate with an RSA key of at least 2048 bits, or P-256, P-384 or P-521.",
            value=certificate.fingerprint,
        )
    public = _public_key(certificate)
    if isinstance(public, RSAPublicKey):
        return _transported(certificate, public, key)
    return _agreed(certificate, public, key, random_bytes)  # type: ignore[arg-type]  # `refusal` left nothing else


def _transported(certificate: Certificate, public: "RSAPublicKey", key: bytes) -> bytes:
    """KeyTransRecipientInfo (RFC 5652 section 6.2.1)."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    return der.sequence(
        der.integer(0),
        issuer_and_serial(certificate),
        der.sequence(der.oid(_RSA), der.null()),
        der.octet_string(public.encrypt(key, PKCS1v15())),
    )


def _agreed(certificate: Certificate, public: "EllipticCurvePublicKey", key: bytes, random_bytes: RandomBytes) -> bytes:
    """KeyAgreeRecipientInfo with an ephemeral key (RFC 5753 section 3.1)."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    ephemeral = _ephemeral(public, random_bytes)
    wrap = der.sequence(der.oid(_AES_256_WRAP))
    shared_info = der.sequence(wrap, der.context(2, der.octet_string((_KEY_OCTETS * 8).to_bytes(4, "big"))))
    secret = ephemeral.exchange(ec.ECDH(), public)
    wrapping = X963KDF(SHA256(), _KEY_OCTETS, shared_info).derive(secret)
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    curve = der.sequence(der.oid(_EC_PUBLIC_KEY), der.oid(_CURVES[public.curve.name]))
    originator = der.context(0, der.context(1, curve + der.bit_string(point)))
    wrapped = der.sequence(issuer_and_serial(certificate), der.octet_string(aes_key_wrap(wrapping, key)))
    agreement = der.sequence(der.oid(_ECDH_SHA_256), wrap)
    return der.context(1, der.integer(3) + originator + agreement + der.sequence(wrapped))


def _ephemeral(public: "EllipticCurvePublicKey", random_bytes: RandomBytes) -> "EllipticCurvePrivateKey":
    """Make a key of the same curve: 64 bits more than needed, reduced (FIPS 186-5 appendix A.2.1)."""
    from cryptography.hazmat.primitives.asymmetric import ec

    order = public.curve.group_order
    drawn = int.from_bytes(random_bytes((order.bit_length() + 7) // 8 + 8), "big")
    return ec.derive_private_key(drawn % (order - 1) + 1, public.curve)
