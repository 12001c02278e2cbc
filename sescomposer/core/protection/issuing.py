"""Whether one certificate was issued by another (RFC 5280 section 6.1), and what lies between a leaf and its root."""

from collections.abc import Iterable, Sequence

from sescomposer.core.protection.certificate import Certificate


def issued_by(child: Certificate, parent: Certificate) -> bool:
    """Say whether the names fit and the signature on the child is that of the parent's key; raises nothing."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if child.x509.issuer != parent.x509.subject:
        return False
    try:
        child.x509.verify_directly_issued_by(parent.x509)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


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
