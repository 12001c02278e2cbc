"""The certificate of the servers on loopback: made on first use, signed by itself, its key for the user alone."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.errors import StoreError
from sescomposer.store.atomic import make_folder, replace_file, translated

if TYPE_CHECKING:
    from cryptography.x509 import KeyUsage

NAMES = ("localhost",)
ADDRESSES = ("127.0.0.1", "::1")

_DAYS = 825
_RENEW_DAYS = 7


@dataclass(frozen=True, slots=True)
class LoopbackCertificate:
    """Where it lies.

    Attributes:
        chain: The certificate in PEM: what clients trust.
        key: Its private key in PEM; mode 0600.
    """

    chain: Path
    key: Path


def loopback_certificate(folder: Path, now: datetime) -> LoopbackCertificate:
    """Give the certificate that lies in a folder; make one if there is none, it is damaged, or it ends within a week.

    Args:
        folder: Made if need be.
        now: With an offset.

    Raises:
        StoreError: it cannot be read or written.
    """
    found = LoopbackCertificate(folder / "localhost.pem", folder / "localhost.key")
    if not _is_good(found, now):
        make_folder(folder)
        key, chain = _made(now)
        replace_file(found.key, (key,), "keep the key of the local servers in")
        replace_file(found.chain, (chain,), "keep the certificate of the local servers in")
    return found


def _is_good(found: LoopbackCertificate, now: datetime) -> bool:
    """Whether both files are there, fit each other and hold for some time."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        with translated("read the certificate", found.chain):
            chain, key = found.chain.read_bytes(), found.key.read_bytes()
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return False
        raise
    try:
        certificate, private = load_pem_x509_certificate(chain), load_pem_private_key(key, None)
    except (ValueError, TypeError):
        return False
    ends = certificate.not_valid_after_utc - timedelta(days=_RENEW_DAYS)
    return certificate.public_key() == private.public_key() and certificate.not_valid_before_utc <= now < ends


def _made(now: datetime) -> tuple[bytes, bytes]:
    """Give a new key and its certificate, both in PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SES Composer local inbox")])
    addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_key_usage(), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([*map(x509.DNSName, NAMES), *addresses]), False),
        (identifier, False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False),
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=_DAYS))
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, is_critical)
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return secret, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _key_usage() -> "KeyUsage":
    from cryptography.x509 import KeyUsage

    return KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
