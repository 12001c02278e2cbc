"""What a certificate may be used for: basic constraints, key usage, extended key usage (RFC 5280, RFC 8550)."""

from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

Extension = TypeVar("Extension", bound=x509.ExtensionType)

_MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
_OTHERS = {
    ExtendedKeyUsageOID.CLIENT_AUTH: "log in to servers",
    ExtendedKeyUsageOID.SERVER_AUTH: "run servers",
    ExtendedKeyUsageOID.CODE_SIGNING: "sign programs",
    ExtendedKeyUsageOID.TIME_STAMPING: "time stamps",
    ExtendedKeyUsageOID.SMARTCARD_LOGON: "log in with a smart card",
    ExtendedKeyUsageOID.OCSP_SIGNING: "answer about revoked certificates",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """What the extensions of a certificate allow; an extension that is absent forbids nothing.

    Attributes:
        is_ca: Basic constraints say CA, and the key usage allows to sign certificates.
        signs: Key usage holds digitalSignature or nonRepudiation.
        encrypts: Key usage holds keyEncipherment (RSA) or keyAgreement (elliptic curves).
        is_for_mail: Extended key usage holds emailProtection or any.
        is_mail_only: It holds emailProtection and nothing else.
        others: Further extended key usages, in words or as dotted numbers.
    """

    is_ca: bool
    signs: bool
    encrypts: bool
    is_for_mail: bool
    is_mail_only: bool
    others: tuple[str, ...]


def usage_of(certificate: x509.Certificate) -> Usage:
    """Read the usages of a certificate whose extensions are known to be readable."""
    usage = _found(certificate, x509.KeyUsage)
    purposes = _found(certificate, x509.ExtendedKeyUsage)
    basic = _found(certificate, x509.BasicConstraints)
    named = () if purposes is None else tuple(purposes)
    return Usage(
        is_ca=basic is not None and basic.ca and (usage is None or usage.key_cert_sign),
        signs=usage is None or usage.digital_signature or usage.content_commitment,
        encrypts=usage is None or usage.key_encipherment or usage.key_agreement,
        is_for_mail=purposes is None or any(purpose in _MAIL for purpose in named),
        is_mail_only=named == (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
        others=tuple(_OTHERS.get(purpose, purpose.dotted_string) for purpose in named if purpose not in _MAIL),
    )


def _found(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
