"""Whether a signature is that of a key: the arithmetic alone, for the algorithms of mail (RFC 5754, RFC 8419)."""

from typing import TYPE_CHECKING

from sescomposer.core.errors import ProtectionError
from sescomposer.core.protection.certificates.certificate import Certificate, kind_of_key, public_key_of
from sescomposer.core.protection.cms import RSA_PSS, SignerInfo

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

_PLAIN = ("1.2.840.113549.1.1.1", "1.2.840.10045.2.1")
"""Algorithms that name a key alone: the digest is that of the content."""

_WITH_DIGEST = {
    "1.2.840.113549.1.1.5": "sha-1",
    "1.2.840.113549.1.1.14": "sha-224",
    "1.2.840.113549.1.1.11": "sha-256",
    "1.2.840.113549.1.1.12": "sha-384",
    "1.2.840.113549.1.1.13": "sha-512",
    "1.2.840.10045.4.1": "sha-1",
    "1.2.840.10045.4.3.1": "sha-224",
    "1.2.840.10045.4.3.2": "sha-256",
    "1.2.840.10045.4.3.3": "sha-384",
    "1.2.840.10045.4.3.4": "sha-512",
}
_RSA = {oid for oid in (_PLAIN[0], RSA_PSS, *_WITH_DIGEST) if oid.startswith("1.2.840.113549.")}
_ECDSA = {oid for oid in (_PLAIN[1], *_WITH_DIGEST) if oid.startswith("1.2.840.10045.")}
_EDWARDS = ("1.3.101.112", "1.3.101.113")
HASHES = {
    "md5": "md5",
    "sha-1": "sha1",
    "sha-224": "sha224",
    "sha-256": "sha256",
    "sha-384": "sha384",
    "sha-512": "sha512",
}
"""Names of the digests that are known, and what the libraries call them."""


def algorithm_name(signer: SignerInfo, certificate: Certificate | None) -> str:
    """Give the algorithm for people, such as "RSA PKCS#1 v1.5 with SHA-256"."""
    digest = _digest(signer).upper()
    kind = kind_of_key(certificate) if certificate else ""
    oid = signer.algorithm.oid
    if oid == RSA_PSS:
        return f"RSA-PSS with {digest}"
    if oid in _EDWARDS:
        return "Ed25519" if oid == _EDWARDS[0] else "Ed448"
    if oid in _RSA:
        return f"RSA PKCS#1 v1.5 with {digest}"
    if oid in _ECDSA:
        return " ".join(word for word in ("ECDSA", kind, "with", digest) if word)
    return oid


def digests_used(signer: SignerInfo) -> tuple[str, ...]:
    """Give the names of all digests that a signature rests on: of the content, and of what the key signed."""
    return tuple(dict.fromkeys((signer.digest, _digest(signer))))


def is_signed_by(signer: SignerInfo, certificate: Certificate, content_digest: bytes) -> bool:
    """Say whether the signature is that of the certificate's key.

    Args:
        signer: With its attributes, or without: then the content was signed itself.
        certificate: Whose key it should be.
        content_digest: Digest of the content, used where there are no attributes.

    Raises:
        ProtectionError: the algorithm is not known here, or the key is of another kind.
    """
    forms = signer.signed or (content_digest,)
    return any(_is_valid(signer, certificate, octets) for octets in forms)


def _is_valid(signer: SignerInfo, certificate: Certificate, octets: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        _verify(signer, certificate, octets)
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError, OverflowError) as error:
        raise _unknown(signer) from error
    return True


def _verify(signer: SignerInfo, certificate: Certificate, octets: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    oid = signer.algorithm.oid
    match public_key_of(certificate):
        case rsa.RSAPublicKey() as key if oid in _RSA:
            _verify_rsa(signer, key, octets)
        case ec.EllipticCurvePublicKey() as key if oid in _ECDSA:
            _verify_ecdsa(signer, key, octets)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() as key if oid in _EDWARDS and signer.signed:
            key.verify(signer.signature, octets)
        case _:
            raise _unknown(signer)


def _verify_rsa(signer: SignerInfo, key: "RSAPublicKey", octets: bytes) -> None:
    key.verify(signer.signature, octets, _padding(signer), _hash(signer))


def _verify_ecdsa(signer: SignerInfo, key: "EllipticCurvePublicKey", octets: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    key.verify(signer.signature, octets, ec.ECDSA(_hash(signer)))


def _padding(signer: SignerInfo) -> "AsymmetricPadding":
    from cryptography.hazmat.primitives.asymmetric import padding

    if signer.algorithm.oid != RSA_PSS:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(_named(signer.algorithm.pss_digest)), signer.algorithm.salt)


def _hash(signer: SignerInfo) -> "hashes.HashAlgorithm | Prehashed":
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    algorithm = _named(_digest(signer))
    return algorithm if signer.signed else Prehashed(algorithm)


def _digest(signer: SignerInfo) -> str:
    return signer.algorithm.pss_digest or _WITH_DIGEST.get(signer.algorithm.oid, signer.digest)


def _named(digest: str) -> "hashes.HashAlgorithm":
    from cryptography.hazmat.primitives import hashes

    known: dict[str, hashes.HashAlgorithm] = {
        "md5": hashes.MD5(),
        "sha-1": hashes.SHA1(),
        "sha-224": hashes.SHA224(),
        "sha-256": hashes.SHA256(),
        "sha-384": hashes.SHA384(),
        "sha-512": hashes.SHA512(),
    }
    if digest not in known:
        raise ValueError(digest)
    return known[digest]


def _unknown(signer: SignerInfo) -> ProtectionError:
    return ProtectionError(
        f"Signatures of this algorithm ({signer.algorithm.oid} with {signer.digest}) cannot be checked here.",
        hint="Ask the sender for a signature with RSA or on the curve P-256.",
        value=signer.algorithm.oid,
    )
