"""Keys for DKIM: what they must be, and the record of the public half for the DNS (RFC 6376 section 3.6.1)."""

import binascii
from typing import TYPE_CHECKING

from sescomposer.core.errors import ProtectionError
from sescomposer.core.protection.dkim.dkim_names import checked_names

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

LEAST_BITS = 1024
"""RFC 8301 section 3.2."""

_STRING_OCTETS = 255


def checked_key(key: object) -> "RSAPrivateKey":
    """Give the key.

    Raises:
        ProtectionError: it is no RSA key, or too short for DKIM (RFC 8301 section 3.2).
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey):
        raise ProtectionError(
            "The key is no RSA key; no other kind verifies everywhere with DKIM.", hint="Make an RSA key of 2048 bits."
        )
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
