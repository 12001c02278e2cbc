"""The files of an evidence bundle: what proves a submission to somebody who has nothing but OpenSSL."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity
from sescomposer.core.errors import CertificateError
from sescomposer.core.octets import Octets
from sescomposer.core.protection.protector import Evidence
from sescomposer.services.history_ports import HistoryEntry

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.trust import Trust

MESSAGE, EVIDENCE, REPORT, VERIFY = "message.eml", "evidence.json", "report.txt", "VERIFY.txt"
SIGNER, CHAIN, ROOT = "signer.pem", "chain.pem", "root.pem"
SIGNED_PART, SIGNATURE, PGP_SIGNATURE = "signed-part.bin", "signature.p7s", "signature.asc"

_SIGNATURES = {
    "application/pkcs7-signature": SIGNATURE,
    "application/x-pkcs7-signature": SIGNATURE,
    "application/pgp-signature": PGP_SIGNATURE,
}


@dataclass(frozen=True, eq=False)
class Material:
    """What a bundle is made of.

    Attributes:
        entry: The submission.
        octets: Those that were submitted.
        root: Their tree.
        certificates: The signer's certificate and its chain; empty where none is known.
        trusted: The root that vouched for it; None where none that is known does.
        at: When the bundle is made.
    """

    entry: HistoryEntry
    octets: Octets
    root: Entity
    certificates: "tuple[Certificate, ...]"
    trusted: "Certificate | None"
    at: datetime

    @property
    def evidence(self) -> Evidence | None:
        """What was recorded of its protection."""
        return self.entry.record.intent.evidence

    @property
    def signed_at(self) -> datetime:
        """The time at which the certificates had to be valid."""
        evidence = self.evidence
        return (evidence.signed_at if evidence is not None else None) or self.entry.record.intent.at


def material_of(entry: HistoryEntry, octets: Octets, root: Entity, trust: "Trust", at: datetime) -> Material:
    """Collect what a bundle is made of; certificates that cannot be read any more are left out."""
    evidence = entry.record.intent.evidence
    certificates = _certificates(evidence.certificates if evidence is not None else ())
    plain = Material(entry, octets, root, certificates, None, at)
    if not certificates:
        return plain
    from sescomposer.core.protection.certificates.trust import trusted_chain

    chain = trusted_chain(certificates[0], certificates[1:], trust, plain.signed_at)
    trusted = chain.path[-1] if chain.path else None
    return Material(entry, octets, root, certificates, trusted, at)


def signed_parts(root: Entity) -> dict[str, Octets]:
    """Give what was signed and its signature as files of their own, octet for octet."""
    if root.media_type != "multipart/signed" or len(root.children) != 2:
        return {}
    signed, signature = root.children
    name = _SIGNATURES.get(signature.media_type)
    return {} if name is None else {SIGNED_PART: signed.octets, name: signature.content}


def pems(material: Material) -> dict[str, Octets]:
    """Give the certificates as files: the signer's, its chain, the root; none of them where it is not known."""
    files = {}
    if material.certificates:
        files[SIGNER] = _pem(material.certificates[:1])
        if chain := [one for one in material.certificates[1:] if one != material.trusted]:
            files[CHAIN] = _pem(chain)
    if material.trusted is not None:
        files[ROOT] = _pem((material.trusted,))
    return files


def _certificates(encoded: tuple[bytes, ...]) -> "tuple[Certificate, ...]":
    from sescomposer.core.protection.certificates.certificate import Certificate

    try:
        return tuple(Certificate(der) for der in encoded)
    except CertificateError:
        # The octets, which hold them too, are what counts.
        return ()


def _pem(certificates: "tuple[Certificate, ...] | list[Certificate]") -> Octets:
    import ssl  # here: a start need not wait for it

    return Octets.of("".join(ssl.DER_cert_to_PEM_cert(one.der) for one in certificates).encode("ascii"))


__all__ = ["Material", "material_of", "pems", "signed_parts"]
