"""Files of private keys with their certificates: PKCS#12 (RFC 7292) and PEM (RFC 7468, RFC 5958), read and written.

What is written for keeping is PKCS#12 with PBES2 (AES-256-CBC, PBKDF2 with HMAC-SHA256), so that no key ever lies on a
disk in the clear.
"""

from typing import TYPE_CHECKING, Any

from sescomposer.core.errors import CertificateError, PassphraseError, ProtectionError
from sescomposer.core.protection.certificates.certificate import Certificate, public_key_of
from sescomposer.core.protection.certificates.certificate_files import (
    decoded,
    pem_blocks,
    read_certificates,
    refuse_large,
)
from sescomposer.core.protection.certificates.issuing import chain_of as chain_of
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.certificates.pkcs12_rounds import refuse_slow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sescomposer.core.protection.certificates.key_pair import PrivateKey

ROUNDS = 600_000
"""Of PBKDF2 in what is kept (OWASP, Password Storage Cheat Sheet, for HMAC-SHA256): about a quarter of a second."""

_WRONG = "The passphrase does not open this key."
_NEEDED = "This key is protected by a passphrase."
_TRY = "Type it again; mind capitals and the keyboard layout."
_MOST_KEYS = 10
_KEY_LABELS = ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY")


def read_key_pair(octets: bytes, passphrase: bytes | None) -> KeyPair:
    """Read a key with its certificates, whichever kind of file it is; see `read_p12` and `read_pem_pair`."""
    return read_pem_pair(octets, passphrase) if b"-----BEGIN " in octets else read_p12(octets, passphrase)


def read_p12(octets: bytes, passphrase: bytes | None) -> KeyPair:
    """Read a PKCS#12 file (.p12, .pfx) with its chain.

    Args:
        octets: The whole file; old encryption (3DES, RC2) is read as well.
        passphrase: UTF-8; None and empty are tried alike where there is none.

    Raises:
        PassphraseError: It does not open it, or one is needed.
        CertificateError: It is no PKCS#12, holds no key or no certificate, or a key that mail programs do not take.

    >>> read_p12(b"text", None)
    Traceback (most recent call last):
    sescomposer.core.errors.CertificateError: This is no PKCS#12 file that can be read.
    """
    refuse_large(octets)
    refuse_slow(octets)
    loaded = _loaded(octets, passphrase)
    if loaded.key is None:
        raise CertificateError(
            "This file has no private key in it.",
            hint="Export the certificate again with its private key; as it is, it can only serve as a recipient's.",
        )
    held = [loaded.cert, *loaded.additional_certs]
    return paired(loaded.key, [_certificate(item.certificate) for item in held if item is not None])


def read_pem_pair(octets: bytes, passphrase: bytes | None) -> KeyPair:
    """Read a private key, its certificate and its chain from PEM, in any order; several files may be joined.

    Raises:
        PassphraseError: The key is encrypted and the passphrase (UTF-8) does not open it, or is missing.
        CertificateError: There is no key or no certificate, they do not match, or mail programs do not take the key.

    >>> read_pem_pair(b"text", None)
    Traceback (most recent call last):
    sescomposer.core.errors.CertificateError: This file has no private key in it.
    """
    refuse_large(octets)
    blocks = [(body, block) for label, body, block in pem_blocks(octets) if label in _KEY_LABELS]
    if not blocks:
        raise CertificateError(
            "This file has no private key in it.", hint="Choose the file that starts with BEGIN PRIVATE KEY as well."
        )
    if len(blocks) > _MOST_KEYS:
        raise CertificateError(
            f"This file has {len(blocks)} private keys in it; at most {_MOST_KEYS} are tried.",
            hint="Choose the file with the one key to import.",
            value=len(blocks),
        )
    certificates = read_certificates(octets)
    opened = [_opened(body, block, passphrase) for body, block in blocks]
    fitting = [key for key in opened if any(is_pair_of(key, certificate) for certificate in certificates)]
    return paired((fitting or opened)[0], certificates)


def needs_passphrase(octets: bytes) -> bool:
    """Say whether a file of a key opens only with a passphrase; False for what is no such file."""
    try:
        read_key_pair(octets, None)
    except PassphraseError:
        return True
    except CertificateError:
        return False
    return False


def is_pair_of(key: object, certificate: Certificate) -> bool:
    """Say whether a private key is that of a certificate."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    public = public_key_of(certificate)
    return isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) and key.public_key() == public


def write_p12(pair: KeyPair, passphrase: bytes) -> bytes:
    """Give a PKCS#12 for keeping: AES-256-CBC and HMAC-SHA256, `ROUNDS` rounds, the chain included.

    The integrity check over the whole has the 2,048 rounds that the library sets; only a passphrase that is hard to
    guess is as strong as the encryption.

    Raises:
        PassphraseError: The passphrase is empty or no UTF-8.
        ProtectionError: The key lies on a card, which never gives it away.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(ROUNDS)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    return _written(pair, builder, passphrase)


def export_p12(pair: KeyPair, passphrase: bytes, compatible: bool) -> bytes:
    """Give a PKCS#12 for another program: as `write_p12`, or 3DES with SHA-1 for programs that know nothing newer.

    Raises:
        PassphraseError: The passphrase is empty or no UTF-8.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    if not compatible:
        return write_p12(pair, passphrase)
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(50_000)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())
    return _written(pair, builder, passphrase)


def _written(pair: KeyPair, builder: Any, passphrase: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import pkcs12

    if not passphrase:
        raise PassphraseError("A key is not written without a passphrase.", hint="Type one.")
    refuse_other_than_utf8(passphrase)
    name = pair.certificate.owner.encode()
    chain = [certificate.x509 for certificate in pair.chain]
    encryption = builder.build(passphrase)
    try:
        return pkcs12.serialize_key_and_certificates(name, pair.key, pair.certificate.x509, chain, encryption)
    except (TypeError, NotImplementedError) as error:
        raise ProtectionError("This key lies on a card or token and never leaves it.") from error


def refuse_other_than_utf8(passphrase: bytes) -> None:
    """Raise `PassphraseError` for octets that are no UTF-8, which no key file can have as its passphrase."""
    try:
        passphrase.decode()
    except UnicodeDecodeError as error:
        raise PassphraseError("The passphrase is not in UTF-8.", hint=_TRY) from error


def _loaded(octets: bytes, passphrase: bytes | None) -> Any:
    """Load with the passphrase; without one, with none and with an empty one, which are not the same (RFC 7292 B.1)."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    refuse_other_than_utf8(passphrase or b"")
    try:
        return pkcs12.load_pkcs12(octets, passphrase)
    except UnsupportedAlgorithm as error:
        raise CertificateError(
            "This PKCS#12 file is encrypted, or holds a key, in a way that cannot be read.",
            hint="Export it again with AES or 3DES encryption.",
        ) from error
    except (ValueError, TypeError) as error:
        if passphrase is None:
            return _loaded(octets, b"")
        if "assword" not in str(error):
            raise CertificateError(
                "This is no PKCS#12 file that can be read.", hint="Export the key again as .p12 or .pfx."
            ) from error
        raise wrong_passphrase(passphrase) from error


def wrong_passphrase(passphrase: bytes) -> PassphraseError:
    """Give the error for a passphrase that opens nothing, or is missing."""
    return PassphraseError(_WRONG if passphrase else _NEEDED, hint=_TRY if passphrase else "Type it.")


def _opened(body: bytes, block: bytes, passphrase: bytes | None) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    is_encrypted = b"ENCRYPTED" in block
    if is_encrypted and not passphrase:
        raise PassphraseError(_NEEDED, hint="Type it.")
    if b":" not in body:  # else it is of the old form, which has one round
        refuse_slow(decoded(body))
    try:
        return load_pem_private_key(block, passphrase if is_encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if is_encrypted:
            raise PassphraseError(_WRONG, hint=_TRY) from error
        raise CertificateError("The private key cannot be read.", hint="Export it again.") from error


def _certificate(loaded: Any) -> Certificate:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Certificate(loaded.public_bytes(Encoding.DER))


def paired(key: object, certificates: "Sequence[Certificate]") -> KeyPair:
    """Put a private key with its certificate and the chain of it; raises `CertificateError` where none is its own."""
    usable = _usable(key)
    if not certificates:
        raise CertificateError(
            "This file has a private key, but no certificate that says whose it is.",
            hint="Export the key again together with its certificate.",
        )
    own = next((certificate for certificate in certificates if is_pair_of(key, certificate)), None)
    if own is None:
        raise CertificateError(
            f"The private key does not match the certificate of {certificates[0].owner!r}.",
            hint="Choose the key that the certificate was requested with.",
        )
    return KeyPair(own, usable, chain_of(own, certificates))


def _usable(key: object) -> "PrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return key
    kind = type(key).__name__.removesuffix("PrivateKey").lstrip("_")
    raise CertificateError(
        f"A key of the kind {kind} cannot be used for S/MIME: mail programs do not read its signatures.",
        hint="Ask for a certificate with an RSA or P-256 key.",
    )
