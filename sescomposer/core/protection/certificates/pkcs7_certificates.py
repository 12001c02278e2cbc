"""The certificates in a CMS SignedData, BER or DER, such as a certs-only file (.p7b, .p7c; RFC 8551 section 3.8).

The one module that reads certificate files with `asn1crypto`: it takes BER, which others write and `cryptography` not.
"""

from typing import Any

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.certificates.certificate import Certificate

STRANGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What the reader raises on octets that are no ASN.1, or another structure than they say."""


def certificates_of(octets: bytes) -> tuple[Certificate, ...]:
    """Give the certificates of a ContentInfo with SignedData, in their order; () where it holds none.

    Attribute certificates and the obsolete forms are left out.

    Raises:
        CertificateError: It is no such structure, or a certificate in it cannot be read.

    >>> content = "0201 01 3100 300b 0609 2a864886f70d010701 3100"
    >>> certificates_of(bytes.fromhex("3023 0609 2a864886f70d010702 a016 3014" + content))
    ()
    """
    from asn1crypto import cms  # here: a start need not wait for it

    try:
        content: Any = cms.ContentInfo.load(octets)
        if content["content_type"].native != "signed_data":
            raise CertificateError(
                f"This file holds CMS content of kind {str(content['content_type'].native)!r}, not certificates.",
                hint="A .p7b or .p7c file with certificates is wanted.",
            )
        ders = [choice.chosen.dump() for choice in content["content"]["certificates"] if choice.name == "certificate"]
    except STRANGE as error:
        raise CertificateError(
            "This file is neither a certificate nor a collection of certificates that can be read.",
            hint="Ask for the certificate again, as .pem, .cer or .p7b.",
        ) from error
    return tuple(Certificate(der) for der in ders)
