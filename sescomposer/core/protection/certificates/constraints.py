"""Which addresses an issuer may vouch for (name constraints, RFC 5280 section 4.2.1.10).

The verifier of `cryptography` holds the subject alternative names to them; here the addresses in the subject's name are
held to them as well, since they count where a mail program looks for the owner's address.
"""

from collections.abc import Sequence

from sescomposer.core.protection.certificates.certificate import Certificate, comparable


def refused_address(path: Sequence[Certificate]) -> str:
    """Give an address of the first certificate that an issuer after it may not vouch for; "" if there is none."""
    for address in path[0].addresses:
        if any(not _allowed(address, issuer) for issuer in path[1:]):
            return address
    return ""


def matches(address: str, constraint: str) -> bool:
    """Say whether an addr-spec lies in a constraint: mailbox, host, with a leading dot all below it, empty all.

    >>> matches("ann@example.org", "example.org"), matches("ann@a.example.org", "example.org")
    (True, False)
    >>> matches("ann@a.example.org", ".example.org"), matches("Ann@Example.org", "ann@example.org")
    (True, True)
    """
    if not constraint:
        return True
    address, constraint = comparable(address), comparable(constraint)
    if "@" in constraint:
        return address == constraint
    host = address.rpartition("@")[2]
    return host.endswith(constraint) if constraint.startswith(".") else host == constraint


def _allowed(address: str, issuer: Certificate) -> bool:
    from cryptography import x509

    try:
        constraints = issuer.x509.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return True
    permitted = _mail(constraints.permitted_subtrees)
    excluded = _mail(constraints.excluded_subtrees)
    is_permitted = not permitted or any(matches(address, one) for one in permitted)
    return is_permitted and not any(matches(address, one) for one in excluded)


def _mail(names: object) -> list[str]:
    from cryptography import x509

    return [name.value for name in names if isinstance(name, x509.RFC822Name)] if isinstance(names, list) else []
