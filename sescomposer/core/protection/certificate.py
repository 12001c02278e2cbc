"""X.509 certificates as mail sees them (RFC 5280, RFC 8550): a value around DER, read when asked."""

from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError
from sescomposer.core.lazy import lazy

if TYPE_CHECKING:
    from cryptography import x509


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
        """The certificate as the library reads it."""
        from cryptography import x509  # here: a start need not wait for it

        try:
            return x509.load_der_x509_certificate(self.der)
        except ValueError as error:
            raise CertificateError(
                "These octets are no certificate that can be read.",
                hint="Ask for it again as PEM or DER.",
            ) from error

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
    except (x509.ExtensionNotFound, ValueError):
        # Without such names, or with an extension nobody can read, it has no address there: the checks say so.
        pass
    found += [str(item.value) for item in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys(found))
