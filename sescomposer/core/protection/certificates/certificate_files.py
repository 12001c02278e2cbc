"""Files of certificates: PEM (RFC 7468), DER, certs-only CMS (.p7b, .p7c), and the KEY of a vCard (RFC 6350)."""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.certificates.certificate import Certificate

FILE_OCTETS = 2**20
"""Largest file of certificates or keys that is read; a chain has a few thousand octets, the system's roots 220,000."""

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,40})-----((?:(?!-----).)*)-----END \1-----", re.DOTALL)
_ONE = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
_MANY = ("PKCS7", "CMS", "PKCS #7 SIGNED DATA")
_VCARD = re.compile(rb"BEGIN:VCARD\s", re.IGNORECASE)
_VCARD_KEY = re.compile(rb"^(?:[\w-]+\.)?KEY([;:][^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_BARE = re.compile(rb"M[A-Za-z0-9+/]+={0,2}")
_BLANKS = b" \t\r\n\v\f"
_HINT = "Ask for the certificate as .pem, .cer, .crt or .p7b."


def read_certificates(octets: bytes) -> tuple[Certificate, ...]:
    """Give the certificates of a file, in their order, each once; private keys beside them are passed over.

    Args:
        octets: The whole file: PEM with any text around it, DER, Base64 alone, CMS in DER or BER, or a vCard.

    Raises:
        CertificateError: The file is larger than `FILE_OCTETS`, holds no certificate, or one that cannot be read.

    >>> read_certificates(b"<html><body>Please log in</body></html>")
    Traceback (most recent call last):
    sescomposer.core.errors.CertificateError: This is a web page, not a certificate.
    """
    refuse_large(octets)
    octets = octets.removeprefix(b"\xef\xbb\xbf")
    found = _read(octets)
    if not found:
        raise CertificateError(*_why_none(octets), hint=_HINT)
    return tuple(dict.fromkeys(found))


def refuse_large(octets: bytes) -> None:
    """Raise `CertificateError` for a file of more than `FILE_OCTETS`; nothing of it is read."""
    if len(octets) > FILE_OCTETS:
        raise CertificateError(
            f"This file has {len(octets):,} octets; files of certificates or keys have at most {FILE_OCTETS:,}.",
            hint="Choose the file with the certificate; this one is something else.",
            value=len(octets),
        )


def pem_blocks(octets: bytes) -> tuple[tuple[str, bytes, bytes], ...]:
    """Give label, body (Base64, as it stands) and the whole block of everything armored as PEM, in their order.

    >>> pem_blocks(b"text -----BEGIN X-----\\nAAA=\\n-----END X----- text")
    (('X', b'\\nAAA=\\n', b'-----BEGIN X-----\\nAAA=\\n-----END X-----'),)
    """
    return tuple((match[1].decode("ascii"), match[2], match[0]) for match in _PEM.finditer(octets))


def decoded(base64: bytes) -> bytes:
    """Decode Base64 with line ends in it; raises `CertificateError` where it is cut off."""
    try:
        return a2b_base64(base64)
    except Base64Error as error:
        raise CertificateError("The Base64 of this certificate is cut off.", hint="Ask for the file again.") from error


def _read(octets: bytes) -> list[Certificate]:
    if octets[:1] == b"\x30":
        return _of_der(octets)
    if _VCARD.match(octets.lstrip()):
        return _of_vcard(octets)
    if b"-----BEGIN " in octets:
        return _of_pem(octets)
    # Without the blanks first: looking for them on both sides of the end takes the square of their number.
    if _BARE.fullmatch(octets.translate(None, _BLANKS)):
        der = decoded(octets)
        return _of_der(der) if der[:1] == b"\x30" else []
    return []


def _of_pem(octets: bytes) -> list[Certificate]:
    from sescomposer.core.protection.certificates.pkcs7_certificates import certificates_of

    found: list[Certificate] = []
    for label, body, _ in pem_blocks(octets):
        if label in _ONE:
            found.append(Certificate(_one_value(decoded(body))))
        elif label in _MANY:
            found += certificates_of(decoded(body))
    return found


def _of_der(octets: bytes) -> list[Certificate]:
    from sescomposer.core.protection.certificates.pkcs7_certificates import certificates_of

    # A certificate starts with two sequences, CMS with a sequence and an object identifier.
    if _content_tag(octets) == 0x30:
        return [Certificate(_one_value(octets))]
    return list(certificates_of(octets)) if _content_tag(octets) == 0x06 else []


def _of_vcard(octets: bytes) -> list[Certificate]:
    found: list[Certificate] = []
    # Folded lines (RFC 6350 section 3.2); vCard 2.1 folds Base64 in the same way.
    for match in _VCARD_KEY.finditer(re.sub(rb"\r?\n[ \t]", b"", octets)):
        parameters, _, value = match[1].partition(b":")
        value = value.rpartition(b"base64,")[2] if value.lower().startswith(b"data:") else value
        is_link = value.lower().startswith((b"http:", b"https:", b"ftp:", b"ldap:"))
        if is_link or b"PGP" in (parameters + match[1][:80]).upper():
            continue
        der = decoded(value)
        found += _of_pem(der) if der.startswith(b"-----") else _of_der(der)
    return found


def _content_tag(octets: bytes) -> int:
    if len(octets) < 4:
        return -1
    place = 2 + (octets[1] & 0x7F if octets[1] > 0x80 else 0)
    return octets[place] if place < len(octets) else -1


def _one_value(octets: bytes) -> bytes:
    """Give the first DER value alone: OpenSSL's "trusted" certificates have settings of its own behind it."""
    count = octets[1] & 0x7F if len(octets) > 1 and octets[1] > 0x80 else 0
    length = int.from_bytes(octets[2 : 2 + count], "big") if count else (octets[1] if len(octets) > 1 else 0)
    return octets[: 2 + count + length]


def _why_none(octets: bytes) -> tuple[str]:
    start = octets[:2000].lstrip().lower()
    labels = {label for label, _, _ in pem_blocks(octets)}
    match start:
        case b"":
            return ("This file is empty.",)
        case _ if start.startswith((b"<!doctype", b"<html", b"<?xml")) or b"<html" in start:
            return ("This is a web page, not a certificate.",)
        case _ if any(label.endswith("PRIVATE KEY") for label in labels):
            return ("This file holds a private key and no certificate.",)
        case _ if b"-----begin pgp" in start:
            return ("This is an OpenPGP key, not an S/MIME certificate.",)
        case _ if b"-----begin certificate request" in start:
            return ("This is a request for a certificate; the certificate is what the authority answers.",)
        case _ if start.startswith(b"begin:vcard"):
            return ("This vCard holds no S/MIME certificate.",)
        case _ if octets[:1] == b"\x30" and _content_tag(octets) == 0x02:
            return ("This is a file with a private key (PKCS#12 or PKCS#8): import it as a key of your own.",)
        case _:
            return ("This file holds no certificate.",)
