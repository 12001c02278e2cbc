"""A private key and its certificates as octets in the clear, as they are handed from one process to another.

They are never written anywhere: what lies on a disk is what `sealed_pair` and `exported_pair` give.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_files import export_p12, paired, read_key_pair, write_p12

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.key_pair import KeyPair


@dataclass(frozen=True, slots=True, repr=False)
class PairOctets:
    """A key that was checked when it was read, or comes from where only checked ones lie; `repr` says nothing of it.

    Attributes:
        key: The private key as PKCS#8 in DER (RFC 5958), not encrypted.
        certificates: DER, in any order; empty for a key without a certificate.
    """

    key: bytes
    certificates: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"<PairOctets with {len(self.certificates)} certificates>"

    @classmethod
    def of(cls, pair: "KeyPair") -> "PairOctets":
        """Give the octets of an open key; raises `ProtectionError` for one that lies on a card."""
        return cls(key_octets(pair.key), tuple(each.der for each in (pair.certificate, *pair.chain)))

    def opened_key(self) -> Any:
        """Give the private key without the long checks of its numbers; raises `CertificateError`."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        try:
            return load_der_private_key(self.key, None, unsafe_skip_rsa_key_validation=True)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CertificateError("The private key is damaged.", hint="Import it again from its file.") from error

    def pair(self) -> "KeyPair":
        """Give the key with its certificates; raises `CertificateError` where they do not belong together."""
        return paired(self.opened_key(), [Certificate(der) for der in self.certificates])


def key_octets(key: Any) -> bytes:
    """Give a private key as PKCS#8 in DER, not encrypted; raises `ProtectionError` for one that lies on a card."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    try:
        octets: bytes = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    except (TypeError, NotImplementedError) as error:
        raise ProtectionError("This key lies on a card or token and never leaves it.") from error
    return octets


def read_pair(octets: bytes, passphrase: bytes | None) -> PairOctets:
    """Read a key with its certificates; see `read_key_pair`.

    >>> read_pair(b"text", None)
    Traceback (most recent call last):
    sescomposer.core.errors.CertificateError: This is no PKCS#12 file that can be read.
    """
    return PairOctets.of(read_key_pair(octets, passphrase))


def sealed_pair(octets: PairOctets, passphrase: bytes) -> bytes:
    """Give a PKCS#12 for keeping; see `write_p12`."""
    return write_p12(octets.pair(), passphrase)


def exported_pair(octets: PairOctets, passphrase: bytes, compatible: bool) -> bytes:
    """Give a PKCS#12 for another program; see `export_p12`."""
    return export_p12(octets.pair(), passphrase, compatible)
