"""Naming a certificate in CMS by its issuer and serial number (RFC 5652 section 10.2.4), as they stand in it.

The name is cut out of the certificate: encoding it anew could give another string type, and a reader that compares
octets would not find its certificate.
"""

from sescomposer.core.protection import der
from sescomposer.core.protection.certificates.certificate import Certificate

_VERSION = 0xA0


def issuer_and_serial(certificate: Certificate) -> bytes:
    """Give IssuerAndSerialNumber in DER."""
    return der.sequence(issuer_octets(certificate), der.integer(certificate.serial))


def issuer_octets(certificate: Certificate) -> bytes:
    """Give the issuer's Name in DER.

    TBSCertificate holds version (where it is not 1), serial number, algorithm, issuer (RFC 5280 section 4.1); that it
    is well-formed is known, since the certificate was read.
    """
    octets = certificate.x509.tbs_certificate_bytes
    at, _ = _content(octets, 0)
    skipped = 3 if octets[at] == _VERSION else 2
    for _ in range(skipped):
        at = _content(octets, at)[1]
    return octets[at : _content(octets, at)[1]]


def _content(octets: bytes, at: int) -> tuple[int, int]:
    """Give where the content of the value at an offset starts and ends."""
    digits = octets[at + 1] & 0x7F if octets[at + 1] & 0x80 else 0
    start = at + 2 + digits
    length = int.from_bytes(octets[at + 2 : start], "big") if digits else octets[at + 1]
    return start, start + length
