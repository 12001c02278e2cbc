"""Whether one certificate was issued by another (RFC 5280 section 6.1), and what lies between a leaf and its root."""

from collections.abc import Iterable, Sequence

from sescomposer.core.protection.certificates.certificate import Certificate, public_key_of

_OLD_DIGESTS = ("sha1", "md5", "md4", "md2")


def issued_by(child: Certificate, parent: Certificate) -> bool:
    """Say whether the names fit and the signature on the child is that of the parent's key; raises nothing."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if child.x509.issuer != parent.x509.subject:
        return False
    try:
        child.x509.verify_directly_issued_by(parent.x509)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return bool(old_digest(child)) and _signed_with_old_digest(child, parent)
    return True


def _signed_with_old_digest(child: Certificate, parent: Certificate) -> bool:
    """Check RSA with SHA-1 and MD5, which the library refuses: that they are weak is said, not that one is missing."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key = public_key_of(parent)
    try:
        digest = child.x509.signature_hash_algorithm
        if not isinstance(key, RSAPublicKey) or digest is None:
            return False
        key.verify(child.x509.signature, child.x509.tbs_certificate_bytes, PKCS1v15(), digest)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def old_digest(certificate: Certificate) -> str:
    """Give the name of the digest it is signed with if that can be forged ("SHA-1"), else ""."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        digest = certificate.x509.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    name = "" if digest is None else digest.name
    return name.upper().replace("SHA1", "SHA-1") if name in _OLD_DIGESTS else ""


def chain_of(leaf: Certificate, others: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Give those certificates that lead up from the leaf, nearest first.

    A root (self-issued) is left out, since who trusts it has it (RFC 8550 section 2.3), and so is what leads nowhere.
    Two that issued the same one are both kept; circles end where they close.

    Args:
        leaf: Where to start; never part of what is given.
        others: In any order; the leaf and roots may be among them.
    """
    left = [other for other in dict.fromkeys(others) if other != leaf and not other.is_self_issued]
    found: list[Certificate] = []
    level: Sequence[Certificate] = (leaf,)
    while level:
        level = [other for other in left if any(issued_by(child, other) for child in level)]
        left = [other for other in left if other not in level]
        found += level
    return tuple(found)
