"""Private keys for DKIM at rest: RSA in an encrypted PKCS#12 without a certificate (RFC 6376, RFC 8301)."""

from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError, PassphraseError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from sescomposer.services.account import Secret

BITS = 2048
_LEAST_BITS = 1024
_ROUNDS = 600_000


def made_dkim_key() -> "RSAPrivateKey":
    """Make an RSA key of 2048 bits; slow."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, BITS)


def read_dkim_key(octets: bytes, passphrase: "Secret | None" = None) -> "RSAPrivateKey":
    """Read a private key in PEM or DER (PKCS#1, PKCS#8).

    Raises:
        CertificateError: It is none, or none for DKIM.
        PassphraseError: It is encrypted, and the passphrase is missing or wrong.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    from sescomposer.core.protection.certificates.certificate_files import decoded, pem_blocks
    from sescomposer.core.protection.certificates.pkcs12_rounds import refuse_slow

    for structure in [decoded(body) for _, body, _ in pem_blocks(octets)] or [octets]:
        refuse_slow(structure)
    load = serialization.load_pem_private_key if b"-----BEGIN" in octets else serialization.load_der_private_key
    given = passphrase.reveal().encode() if passphrase and passphrase.reveal() else None
    try:
        try:
            key = load(octets, given)
        except TypeError:
            if given is None:
                raise
            key = load(octets, None)  # it is not encrypted: the passphrase is that to keep it with
    except TypeError as error:
        raise PassphraseError("This key needs its passphrase.", hint="Type it and try again.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if given is not None and b"ENCRYPTED" in octets:
            raise PassphraseError("The passphrase of this key is wrong.", hint="Type it again.") from error
        raise CertificateError(
            "These octets are no private key that can be read.", hint="Give it as PEM or DER, PKCS#8 or PKCS#1."
        ) from error
    return _suitable(key)


def _suitable(key: object) -> "RSAPrivateKey":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise CertificateError(
            f"DKIM is signed here with RSA keys of at least {_LEAST_BITS} bits; this is another key.",
            hint=f"Make an RSA key of {BITS} bits.",
        )
    return key


def read_dkim_octets(octets: bytes, passphrase: bytes | None) -> bytes:
    """Give such a key as PKCS#8 in DER, not encrypted; the passphrase is UTF-8. Raises like `read_dkim_key`."""
    from sescomposer.core.protection.certificates.pair_octets import key_octets
    from sescomposer.services.account import Secret

    return key_octets(read_dkim_key(octets, None if passphrase is None else Secret(passphrase.decode())))


def sealed_dkim_octets(key: bytes, passphrase: bytes) -> bytes:
    """Encrypt what `read_dkim_octets` gave; see `sealed_dkim_key`."""
    from sescomposer.core.protection.certificates.pair_octets import PairOctets
    from sescomposer.services.account import Secret

    return sealed_dkim_key(PairOctets(key).opened_key(), Secret(passphrase.decode()))


def dkim_public(key: "RSAPrivateKey") -> bytes:
    """Give its public key as SubjectPublicKeyInfo in DER, as the DNS record holds it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def sealed_dkim_key(key: "RSAPrivateKey", passphrase: "Secret") -> bytes:
    """Give it encrypted: PKCS#12 with PBES2, AES-256-CBC, HMAC-SHA256 and 600000 rounds."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    encryption = builder.build(passphrase.reveal().encode())
    return pkcs12.serialize_key_and_certificates(None, key, None, None, encryption)


def opened_dkim_key(octets: bytes, passphrase: "Secret") -> "RSAPrivateKey":
    """Open what `sealed_dkim_key` gave.

    Raises:
        PassphraseError: The passphrase is wrong.
        CertificateError: It is damaged.
    """
    from cryptography.hazmat.primitives.serialization import pkcs12

    from sescomposer.core.protection.certificates.kept_p12 import read_kept

    word = passphrase.reveal().encode()
    try:
        kept = read_kept(octets, word)
        key = pkcs12.load_key_and_certificates(octets, word)[0] if kept is None else kept.opened_key()
    except (ValueError, PassphraseError) as error:
        raise PassphraseError(
            "The passphrase of the DKIM key is wrong, or its file is damaged.", hint="Type the passphrase again."
        ) from error
    return _suitable(key)


def exported_dkim_key(key: "RSAPrivateKey", passphrase: "Secret") -> bytes:
    """Give it as encrypted PKCS#8 in PEM, as other programs import it."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    encryption = BestAvailableEncryption(passphrase.reveal().encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
