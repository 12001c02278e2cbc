"""What anybody may have of a key: certificates as PEM, an OpenPGP certificate, the public half of a DKIM key."""

from collections.abc import Callable
from dataclasses import dataclass

from sescomposer.gui.keys.shown import Shown
from sescomposer.services.protection.protection_ports import KeyEntry, PersonKey, PersonKind


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file to write.

    Attributes:
        suffix: Of its name.
        octets: Makes its content; for workers.
    """

    suffix: str
    octets: Callable[[], bytes]


def public_file(shown: Shown) -> PublicFile:
    """Give the file of an own key, of somebody else's, or of a root."""
    match shown.origin:
        case KeyEntry(certificates=(_, *_) as ders):
            return PublicFile(".pem", lambda: _pem(ders))
        case KeyEntry(public=public) if shown.record:
            return PublicFile(".der", lambda: public)
        case KeyEntry(public=public):
            return PublicFile(".pgp", lambda: public)
        case PersonKey(kind=PersonKind.OPENPGP, octets=octets):
            return PublicFile(".pgp", lambda: octets)
        case PersonKey(octets=octets, chain=chain):
            return PublicFile(".pem", lambda: _pem((octets, *chain)))
        case root:
            return PublicFile(".pem", lambda: _pem((getattr(root, "der", b""),)))


def _pem(ders: tuple[bytes, ...]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    from sescomposer.core.protection.certificates.certificate import Certificate

    return b"".join(Certificate(der).x509.public_bytes(Encoding.PEM) for der in ders)
