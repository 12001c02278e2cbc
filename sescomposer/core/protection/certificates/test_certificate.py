"""Certificates for trying things out: made here, marked as such, trusted by nobody."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sescomposer.core.domain import to_ascii
from sescomposer.core.errors import AddressError, CertificateError
from sescomposer.core.protection.certificates.certificate import TEST_MARK, Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_NAME_CHARACTERS = 64
"""Longest common name (RFC 5280 appendix A.1, ub-common-name)."""


def make_test_certificate(name: str, address: str, now: datetime, *, valid_days: int = 365) -> KeyPair:
    """Make a key and a certificate for it that it has signed itself; `Certificate.is_test` knows it again.

    Args:
        name: Of its owner, may be empty. The mark is put behind it.
        address: addr-spec with an ASCII local part; the domain may be in Unicode.
        now: Aware; it is valid from the hour before.
        valid_days: From now.

    Raises:
        CertificateError: The address is none that a certificate can hold.

    >>> make_test_certificate("Ann", "nobody", datetime(2026, 1, 1))
    Traceback (most recent call last):
    sescomposer.core.errors.CertificateError: A certificate cannot be made for the address 'nobody'.
    """
    written = _written(address)
    from cryptography.hazmat.primitives.asymmetric import rsa  # here: a start need not wait for it

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return KeyPair(_signed(key, name or written, written, now, now + timedelta(days=valid_days)), key)


def _written(address: str) -> str:
    local_part, _, domain = address.rpartition("@")
    try:
        written = f"{local_part}@{to_ascii(domain)}"
        if local_part and domain and written.isascii() and written.isprintable():
            return written
        raise CertificateError(
            f"A certificate cannot be made for the address {address!r}.",
            hint="Type an address such as ann@example.org, without accents before the @.",
            value=address,
        )
    except AddressError as error:
        raise CertificateError(error.sentence, hint=error.hint, value=address) from error


def _signed(key: "RSAPrivateKey", name: str, address: str, now: datetime, until: datetime) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    mark = f" ({TEST_MARK})"
    owner = name.encode(errors="replace").decode()[: _NAME_CHARACTERS - len(mark)] + mark
    named = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TEST_MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, owner),
        ]
    )
    public = key.public_key()
    # From the key in place of a random source: a key is never made twice, and neither is its number.
    serial = int.from_bytes(sha256(public.public_bytes(Encoding.DER, PublicFormat.PKCS1)).digest()[:15], "big") + 1
    builder = x509.CertificateBuilder(named, named, public, serial, now - timedelta(hours=1), until)
    for extension, is_critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        (x509.SubjectAlternativeName([x509.RFC822Name(address)]), False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
    ):
        builder = builder.add_extension(extension, is_critical)
    return Certificate(builder.sign(key, SHA256()).public_bytes(Encoding.DER))


def _usage() -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
