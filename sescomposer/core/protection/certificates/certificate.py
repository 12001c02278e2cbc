"""X.509 certificates as mail sees them (RFC 5280, RFC 8550): a value around DER, read when asked."""

import warnings
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sescomposer.core.domain import to_ascii
from sescomposer.core.errors import AddressError, CertificateError
from sescomposer.core.lazy import lazy

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from sescomposer.core.protection.certificates.usage import Usage

TEST_MARK = "TEST ONLY"
"""Organisational unit of the test certificates that are made here."""

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


class Certificate:
    """One certificate; two are equal when their DER is.

    Attributes:
        der: The whole certificate in DER, exactly as it came.
    """

    __slots__ = ("__dict__", "der")

    def __init__(self, der: bytes) -> None:
        """Take a certificate in DER; raises `CertificateError` where it is none."""
        self.der = der
        self.x509  # noqa: B018  what is no certificate is refused here, not when it is shown

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and other.der == self.der

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<Certificate of {self.owner!r}, {self.fingerprint[:16]}>"

    @lazy
    def x509(self) -> "x509.Certificate":
        """The certificate as the library reads it; its names, validity and extensions are known to be readable."""
        from cryptography import x509  # here: a start need not wait for it

        _hush()
        try:
            read = x509.load_der_x509_certificate(self.der)
            _ = read.subject, read.issuer, read.not_valid_before_utc, read.not_valid_after_utc, read.extensions
            _ = read.subject.rfc4514_string(), read.issuer.rfc4514_string()
        except (
            *(ValueError, TypeError, OverflowError),
            *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
        ) as error:
            raise CertificateError(
                "These octets are no certificate that can be read.",
                hint="Ask for it again as PEM or DER.",
            ) from error
        return read

    @lazy
    def fingerprint(self) -> str:
        """SHA-256 of the DER in lower-case hex."""
        import hashlib  # here: its library is large

        return hashlib.sha256(self.der).hexdigest()

    @lazy
    def owner(self) -> str:
        """Whom it was made for: common name, else organisation, else the first address, else the whole name."""
        return _called(self.x509.subject) or next(iter(self.addresses), self.x509.subject.rfc4514_string())

    @lazy
    def issuer(self) -> str:
        """Who made it, in the same form."""
        return _called(self.x509.issuer) or self.x509.issuer.rfc4514_string()

    @lazy
    def addresses(self) -> tuple[str, ...]:
        """The addr-specs in it as they stand: rfc822Name, then e-mail addresses of the subject (RFC 8550 section 3)."""
        return _addresses(self.x509)

    @lazy
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name, as of a root."""
        return self.x509.subject == self.x509.issuer

    @lazy
    def key_kind(self) -> str:
        """Its key for people: "RSA 2048", "P-256", "Ed25519"; "unknown" where the library does not know it."""
        return kind_of_key(self)

    @property
    def is_ca(self) -> bool:
        """Whether it may issue other certificates (RFC 5280 section 4.2.1.9)."""
        return self.usage.is_ca

    @property
    def can_sign(self) -> bool:
        """Whether its key usages and extended key usages allow to sign mail (RFC 8550 sections 4.4.2, 4.4.4)."""
        return self.usage.is_for_mail and self.usage.signs

    @property
    def can_encrypt(self) -> bool:
        """Whether they allow to encrypt mail to its owner."""
        return self.usage.is_for_mail and self.usage.encrypts

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it may be used for, in words: "sign mail", "encrypt mail", "sign certificates", and others it names."""
        mail = [(self.can_sign, "sign mail"), (self.can_encrypt, "encrypt mail"), (self.is_ca, "sign certificates")]
        return (*(words for is_so, words in mail if is_so), *self.usage.others)

    @lazy
    def is_test(self) -> bool:
        """Whether it is marked as a test certificate of ours."""
        from cryptography.x509.oid import NameOID

        units = self.x509.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        return any(unit.value == TEST_MARK for unit in units)

    @lazy
    def usage(self) -> "Usage":
        """What its extensions allow."""
        from sescomposer.core.protection.certificates.usage import usage_of  # here: see `x509`

        return usage_of(self.x509)

    def has_address(self, address: str) -> bool:
        """Say whether it holds an addr-spec; case does not count, and a domain may be in Unicode or A-labels.

        Standard: RFC 8550 section 3.
        """
        wanted = comparable(address)
        return any(comparable(own) == wanted for own in self.addresses)

    @property
    def serial(self) -> int:
        """The serial number."""
        return self.x509.serial_number

    @property
    def not_before(self) -> datetime:
        """Valid from then on, UTC."""
        return self.x509.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """Valid until then, UTC."""
        return self.x509.not_valid_after_utc


def _hush() -> None:
    # Roots with serial number 0 lie in every system's store, and nobody who would see the warning can mend them.
    # `catch_warnings` would not do: threads that read certificates at once would leave each other's filters behind.
    warnings.filterwarnings("ignore", r".*\bparsed\b", UserWarning)


@lru_cache(maxsize=16384)
def comparable(address: str) -> str:
    """Give an addr-spec in the form that two are compared in.

    >>> comparable("Ann@B\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example")
    'ann@xn--bcher-kva.example'
    """
    local_part, at, domain = address.rpartition("@")
    with suppress(AddressError):  # what is no domain equals itself alone
        domain = to_ascii(domain)
    return "".join(map(_lower, local_part + at + domain))


def _lower(character: str) -> str:
    """Give the small letter; a sign such as that of Kelvin is none of the letters it looks like."""
    small = character.lower()
    return character if small.isascii() and not character.isascii() else small


def public_key_of(certificate: Certificate) -> "CertificatePublicKeyTypes | None":
    """Give the public key; None where the library does not know its kind or cannot read it."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return certificate.x509.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return None


def kind_of_key(certificate: Certificate) -> str:
    """Give the words of `Certificate.key_kind`."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    match public_key_of(certificate):
        case None:
            return "unknown"
        case rsa.RSAPublicKey() as key:
            return f"RSA {key.key_size}"
        case dsa.DSAPublicKey() as key:
            return f"DSA {key.key_size}"
        case ec.EllipticCurvePublicKey() as key:
            return _CURVES.get(key.curve.name, key.curve.name)
        case key:
            return type(key).__name__.removesuffix("PublicKey")


def _called(name: "x509.Name") -> str:
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            return str(attribute.value)
    return ""


def _addresses(certificate: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    found: list[str] = []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found += names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        # Without such names it has no address there: the checks say so.
        pass
    found += [str(item.value) for item in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys(found))
