"""Signing with S/MIME (RFC 8551, RFC 5652): clear-signed and opaque, byte for byte what is hashed is what is written.

Content is hashed by 1 MiB and never held: memory does not grow with the message. What is written here is read by
`cms` and `verifying`, which share no code with it.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.entity import Entity, Made
from sescomposer.core.errors import ProtectionError
from sescomposer.core.folding import fold
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection import der
from sescomposer.core.protection.algorithms import SignatureAlgorithm, algorithm_for
from sescomposer.core.protection.certificates.certificate import public_key_of
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.issuer_and_serial import issuer_and_serial
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header, transport_faults
from sescomposer.core.protection.security_multipart import security_multipart
from sescomposer.core.protection.transport_faults import EIGHT_BIT, LINE_END, LONG_LINE
from sescomposer.core.transfer_encoding import TransferEncoding

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers
    from sescomposer.core.protection.certificates.certificate import Certificate

CRLF = b"\r\n"
READ_OCTETS = 1 << 20

_DATA = "1.2.840.113549.1.7.1"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_CAPABILITIES = "1.2.840.113549.1.9.15"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
_AES_256_CBC = "2.16.840.1.101.3.4.1.42"
_AES_128_CBC = "2.16.840.1.101.3.4.1.2"
_HARMFUL = (EIGHT_BIT, LINE_END, LONG_LINE)


def digest_of(content: Octets, algorithm: SignatureAlgorithm, progress: Progress = NO_PROGRESS) -> bytes:
    """Hash content, 1 MiB at a time; raises `OperationCancelledError` from `progress`."""
    digest = algorithm.new_digest()
    done, total = 0, len(content)
    for chunk in content.chunks(READ_OCTETS):
        digest.update(chunk)
        done += len(chunk)
        progress.step(done, total)
    return digest.digest()


def sign_digest(digest: bytes, signer: KeyPair, signed_at: datetime, algorithm: SignatureAlgorithm) -> bytes:
    """Give a SignerInfo (RFC 5652 section 5.3) in DER over content with that digest.

    Args:
        digest: Of the content, made with the algorithm's digest.
        signer: An open key.
        signed_at: Time of signing, with an offset; written in whole seconds of UTC.
        algorithm: Of that key.

    Raises:
        ProtectionError: the key is not that of the certificate.
    """
    _check_key(signer)
    attributes = _attributes(digest, signer.certificate, signed_at)
    # Signed as a SET OF (tag 0x31), stored with a tag of its own (RFC 5652 section 5.4).
    signature = algorithm.sign(der.set_of(attributes), signer.key)
    return der.sequence(
        der.integer(1),
        issuer_and_serial(signer.certificate),
        algorithm.digest_identifier,
        der.set_of(attributes, tag=0xA0),
        algorithm.identifier,
        der.octet_string(signature),
    )


def sign_detached(
    entity: Octets,
    signer: KeyPair,
    signed_at: datetime,
    progress: Progress = NO_PROGRESS,
    *,
    algorithm: SignatureAlgorithm | None = None,
) -> bytes:
    """Give a detached signature: SignedData in DER without the content, with the certificate and its chain.

    Args:
        entity: What is signed, CRLF everywhere; hashed as it is.
        signer: An open key.
        signed_at: Time of signing, with an offset.
        progress: May cancel.
        algorithm: In place of the one that fits the key.

    Raises:
        ProtectionError: the key cannot sign mail (see `algorithm_for`), or is not that of the certificate.
        OperationCancelledError: cancelled.
    """
    used = algorithm_for(signer.key) if algorithm is None else algorithm
    info = sign_digest(digest_of(entity, used, progress), signer, signed_at, used)
    before, after = _around(b"", signer, used, info, 0)
    return before + after


def opaque(entity: Octets, signer: KeyPair, signed_at: datetime, progress: Progress = NO_PROGRESS) -> Octets:
    """Give SignedData in DER with the content inside: a rope that shares the content, of definite lengths.

    Args and errors are as of `sign_detached`.
    """
    used = algorithm_for(signer.key)
    info = sign_digest(digest_of(entity, used, progress), signer, signed_at, used)
    octet_string = der.head(der.OCTET_STRING, len(entity))
    content = der.head(0xA0, len(octet_string) + len(entity)) + octet_string
    before, after = _around(content, signer, used, info, len(entity))
    return Octets.join((before, entity, after))


def clear_signed(
    root: Entity,
    signer: KeyPair,
    now: datetime,
    ids: "Identifiers",
    progress: Progress = NO_PROGRESS,
    *,
    inside: Entity | None = None,
    outer: HeaderSection | None = None,
) -> Entity:
    """Give the message as multipart/signed (RFC 8551 section 3.5.3): its fields outside, what was its root inside.

    Args:
        root: As sealing writes it: with Date, CRLF everywhere.
        signer: An open key.
        now: Time of signing, that of Date.
        ids: Maker of the boundary.
        progress: May cancel.
        inside: What to sign, such as an entity with protected header fields; by default that of the root.
        outer: The fields outside; by default those of the root, none for what is to be encrypted.

    Raises:
        ProtectionError: the key cannot be used, or what is to be signed has octets outside ASCII, a line end that is
            not CRLF or a line over 998 octets: it would be changed on the way. The code is the value.
        OperationCancelledError: cancelled.
    """
    entity = entity_to_sign(root) if inside is None else inside
    algorithm = algorithm_for(signer.key)
    _check_transport(entity.octets, _HARMFUL)
    signature = sign_detached(entity.octets, signer, now, progress, algorithm=algorithm)
    kind = f'multipart/signed; protocol="application/pkcs7-signature"; micalg={algorithm.digest}'
    part = signature_part(Octets.of(signature))
    return security_multipart(outer_header(root) if outer is None else outer, kind, entity, part, ids)


def opaque_signed(
    root: Entity,
    signer: KeyPair,
    now: datetime,
    progress: Progress = NO_PROGRESS,
    *,
    inside: Entity | None = None,
    outer: HeaderSection | None = None,
) -> Entity:
    """Give the message as application/pkcs7-mime with signed-data (RFC 8551 section 3.5.2), which survives relays.

    Args and errors are as of `clear_signed`; lines that only transport would change are allowed inside.
    """
    entity = entity_to_sign(root) if inside is None else inside
    _check_transport(entity.octets, (LINE_END,))
    signed = opaque(entity.octets, signer, now, progress)
    return enclosed_message(outer_header(root) if outer is None else outer, "signed-data", signed)


def signature_part(signature: Octets) -> Entity:
    """Give the second part of multipart/signed (RFC 8551 section 3.5.3.1) with a signature in DER."""
    return _pkcs7_part("application/pkcs7-signature", "smime.p7s", signature)


def enclosed_message(outer: HeaderSection, smime_type: str, cms: Octets) -> Entity:
    """Give an application/pkcs7-mime message (RFC 8551 section 3.2).

    Args:
        outer: The fields outside.
        smime_type: "signed-data", "enveloped-data" and so on.
        cms: Its content in DER; encoded in base64 when it is written.
    """
    part = _pkcs7_part(f"application/pkcs7-mime; smime-type={smime_type}", "smime.p7m", cms)
    return Entity(HeaderSection.of_fields((*outer.fields, *part.header.fields), CRLF), CRLF, part.body)


def _pkcs7_part(kind: str, name: str, content: Octets) -> Entity:
    fields = (
        HeaderField(fold("Content-Type", f'{kind}; name="{name}"')),
        HeaderField(fold("Content-Transfer-Encoding", "base64")),
        HeaderField(fold("Content-Disposition", f'attachment; filename="{name}"')),
    )
    return Entity(HeaderSection.of_fields(fields), CRLF, Made(content, "", TransferEncoding.BASE64))


def _check_transport(octets: Octets, codes: tuple[str, ...]) -> None:
    for fault in transport_faults(octets):
        if fault.code in codes:
            raise ProtectionError(
                f"What is to be signed would be changed on the way. {fault.sentence}",
                hint="Let the part be encoded as quoted-printable or base64.",
                value=fault.code,
                position=fault.offset,
            )


def _check_key(signer: KeyPair) -> None:
    if signer.key.public_key() != public_key_of(signer.certificate):
        raise ProtectionError(
            f"The key is not that of the certificate of {signer.certificate.owner}.",
            hint="Import the key together with its own certificate.",
            value="protect-key-mismatch",
        )


def _attributes(digest: bytes, certificate: "Certificate", signed_at: datetime) -> list[bytes]:
    """Signed attributes (RFC 5652 section 11, RFC 8551 section 2.5, RFC 5035), each with one value."""
    capabilities = der.sequence(*(der.sequence(der.oid(cipher)) for cipher in (_AES_256_CBC, _AES_128_CBC)))
    # SHA-256 is the default there and is left out.
    named = der.sequence(der.sequence(der.sequence(der.octet_string(bytes.fromhex(certificate.fingerprint)))))
    values = (
        (_CONTENT_TYPE, der.oid(_DATA)),
        (_SIGNING_TIME, der.time(signed_at)),
        (_MESSAGE_DIGEST, der.octet_string(digest)),
        (_CAPABILITIES, capabilities),
        (_SIGNING_CERTIFICATE, named),
    )
    return [der.sequence(der.oid(kind), der.set_of((value,))) for kind, value in values]


def _around(
    content: bytes, signer: KeyPair, algorithm: SignatureAlgorithm, info: bytes, length: int
) -> tuple[bytes, bytes]:
    """Give what stands before and after the content: `content` is the head of its own tags, `length` that of itself."""
    kind = der.oid(_DATA)
    encapsulated = der.head(der.SEQUENCE, len(kind) + len(content) + length) + kind + content
    version, digests = der.integer(1), der.set_of((algorithm.digest_identifier,))
    certificates = der.set_of(_certificates(signer), tag=0xA0)
    after = certificates + der.set_of((info,))
    inner = version + digests + encapsulated
    signed = der.head(der.SEQUENCE, len(inner) + length + len(after)) + inner
    wrapped = der.head(0xA0, len(signed) + length + len(after)) + signed
    outer = der.oid(_SIGNED_DATA) + wrapped
    return der.head(der.SEQUENCE, len(outer) + length + len(after)) + outer, after


def _certificates(signer: KeyPair) -> list[bytes]:
    """The certificate and its chain without a root, each once (RFC 8550 section 2.3)."""
    chain = (item.der for item in signer.chain if not item.is_self_issued)
    return list(dict.fromkeys((signer.certificate.der, *chain)))
