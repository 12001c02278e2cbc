"""Keys for DKIM: reading a private key, and the record of its public half for the DNS (RFC 6376 section 3.6.1)."""

import binascii
import re
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError, PassphraseError, ProtectionError
from sescomposer.core.protection.dkim_names import checked_names

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

LEAST_BITS = 1024
"""RFC 8301 section 3.2."""

_LARGEST_FILE = 65536
_STRING_OCTETS = 255
_BARE = re.compile(rb"[A-Za-z0-9+/\s]{100,}={0,2}\s*")


def read_dkim_key(octets: bytes, passphrase: bytes | None = None) -> "RSAPrivateKey":
    """Read a private RSA key for DKIM.

    Args:
        octets: PEM (PKCS#1 or PKCS#8), DER, or the base64 of DER without armor, as the service shows it.
        passphrase: Of an encrypted one, else None.

    Raises:
        CertificateError: they hold no key, or one of another kind.
        PassphraseError: the passphrase is missing or wrong.
        ProtectionError: the key is too short.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if len(octets) > _LARGEST_FILE:
        raise CertificateError("The file is far too large for a private key.", hint="Choose another file.")
    try:
        if b"-----BEGIN" in octets:
            key = serialization.load_pem_private_key(octets, passphrase)
        else:
            key = serialization.load_der_private_key(_der(octets), passphrase)
    except TypeError as error:
        # The library says so of a passphrase that is missing, and of one that is not needed.
        return _without_needless(octets, passphrase, error)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unreadable(octets, passphrase) from error
    if not isinstance(key, RSAPrivateKey):
        raise CertificateError(
            "The key is no RSA key; no other kind verifies everywhere with DKIM.",
            hint="Make an RSA key of 2048 bits.",
        )
    return checked_key(key)


def _without_needless(octets: bytes, passphrase: bytes | None, error: TypeError) -> "RSAPrivateKey":
    if passphrase is not None:
        return read_dkim_key(octets)
    raise PassphraseError("The private key is encrypted.", hint="Give its passphrase.") from error


def _unreadable(octets: bytes, passphrase: bytes | None) -> ProtectionError:
    if passphrase is not None and b"ENCRYPTED" in octets:
        return PassphraseError("The passphrase of the private key is wrong.", hint="Type it again.")
    return CertificateError("The file holds no private key that can be read.", hint="Choose a PEM file.")


def _der(octets: bytes) -> bytes:
    if not _BARE.fullmatch(octets):
        return octets
    try:
        return binascii.a2b_base64(octets)
    except binascii.Error:
        # Then it is no base64; that it is no key either is said by who reads it.
        return octets


def checked_key(key: "RSAPrivateKey") -> "RSAPrivateKey":
    """Give the key; raises `ProtectionError` where it is too short for DKIM (RFC 8301 section 3.2)."""
    if key.key_size < LEAST_BITS:
        raise ProtectionError(
            f"The DKIM key has {key.key_size} bits; fewer than {LEAST_BITS} verify nowhere.",
            hint="Make a key of 2048 bits.",
            value=key.key_size,
        )
    return key


def public_key_record(key: "RSAPrivateKey | RSAPublicKey | bytes") -> str:
    """Give the text of the TXT record.

    Args:
        key: The key, its public half, or that as SubjectPublicKeyInfo in DER.
    """
    der = key if isinstance(key, bytes) else public_octets(key)
    return f"v=DKIM1; k=rsa; p={binascii.b2a_base64(der, newline=False).decode('ascii')}"


def public_octets(key: "RSAPrivateKey | RSAPublicKey") -> bytes:
    """Give the public half as SubjectPublicKeyInfo in DER."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    public = key.public_key() if isinstance(key, RSAPrivateKey) else key
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def zone_line(domain: str, selector: str, record: str) -> str:
    """Give the line for the zone of the domain: name, type, and the record in strings of at most 255 octets.

    Raises:
        ProtectionError: the domain or the selector is none.

    >>> zone_line("a.example", "s1", "v=DKIM1; k=rsa; p=AAAA")
    's1._domainkey.a.example. IN TXT ( "v=DKIM1; k=rsa; p=AAAA" )'
    """
    domain, selector = checked_names(domain, selector)
    strings = (record[at : at + _STRING_OCTETS] for at in range(0, len(record), _STRING_OCTETS))
    quoted = " ".join(f'"{string}"' for string in strings)
    return f"{selector}._domainkey.{domain}. IN TXT ( {quoted} )"
