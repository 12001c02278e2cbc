"""OpenPGP/MIME (RFC 3156): a message as multipart/signed or multipart/encrypted around what OpenPGP made of it."""

from collections.abc import Callable

from sescomposer.core.entity import Entity, Given
from sescomposer.core.errors import ProtectionError
from sescomposer.core.header import HeaderSection, fold
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header, transport_faults
from sescomposer.core.protection.security_multipart import security_multipart

SIGNATURE_TYPE = "application/pgp-signature"
ENCRYPTED_TYPE = "application/pgp-encrypted"

CRLF = b"\r\n"
_VERSION = b"Version: 1\r\n"

Sign = Callable[[Octets], tuple[bytes, str]]
"""Gives an armored detached signature of octets, and the name of its digest ("sha512")."""

Encrypt = Callable[[Octets], bytes]
"""Gives an armored message with octets inside."""


def pgp_signed(
    root: Entity,
    sign: Sign,
    ids: Identifiers,
    progress: Progress = NO_PROGRESS,
    *,
    inside: Entity | None = None,
    outer: HeaderSection | None = None,
) -> Entity:
    r"""Give a message as multipart/signed with an OpenPGP signature (RFC 3156 section 5).

    Args:
        root: The message with CRLF everywhere.
        sign: Signs the octets of the first part, which are written as they were signed.
        ids: Maker of the boundary.
        progress: Told when the octets are signed; may cancel.
        inside: What to sign, such as an entity with protected header fields; by default that of the root.
        outer: The fields outside; by default those of the root.

    Raises:
        ProtectionError: what would be signed does not survive being sent, or cannot be signed.

    >>> from sescomposer.core.identifiers import SeededIdentifiers
    >>> from sescomposer.core.parse import parse
    >>> root = pgp_signed(parse(b"Subject: a\r\n\r\nHi\r\n"), lambda octets: (b"sig\n", "sha512"), SeededIdentifiers())
    >>> root.content_type.get("micalg"), [part.media_type for part in root.children]
    ('pgp-sha512', ['text/plain', 'application/pgp-signature'])
    """
    entity = inside or entity_to_sign(root)
    _refuse_fragile(entity)
    signature, digest = sign(entity.octets)
    progress.step(len(entity.octets), len(entity.octets))
    return signed_of(outer or outer_header(root), entity, with_crlf(signature), digest, ids)


def pgp_encrypted(
    root: Entity,
    encrypt: Encrypt,
    ids: Identifiers,
    progress: Progress = NO_PROGRESS,
    *,
    inside: Entity | None = None,
    outer: HeaderSection | None = None,
) -> Entity:
    r"""Give a message as multipart/encrypted (RFC 3156 section 4); arguments and errors as for `pgp_signed`.

    >>> from sescomposer.core.identifiers import SeededIdentifiers
    >>> from sescomposer.core.parse import parse
    >>> root = pgp_encrypted(parse(b"Subject: a\r\n\r\nHi\r\n"), lambda octets: b"message\n", SeededIdentifiers())
    >>> [part.media_type for part in root.children], bytes(root.children[1].body.octets)
    (['application/pgp-encrypted', 'application/octet-stream'], b'message\r\n')
    """
    entity = inside or entity_to_sign(root)
    message = encrypt(entity.octets)
    progress.step(len(entity.octets), len(entity.octets))
    return encrypted_of(outer or outer_header(root), with_crlf(message), ids)


def signed_of(outer: HeaderSection, entity: Entity, signature: bytes, digest: str, ids: Identifiers) -> Entity:
    """Put what was signed and its signature into a message.

    Args:
        outer: The fields outside.
        entity: What was signed.
        signature: Armored, with CRLF.
        digest: Name of its digest ("sha512").
        ids: Maker of the boundary.
    """
    part = _part(
        (
            fold("Content-Type", f'{SIGNATURE_TYPE}; name="signature.asc"'),
            b"Content-Description: OpenPGP digital signature\r\n",
            b'Content-Disposition: attachment; filename="signature.asc"\r\n',
        ),
        signature,
    )
    kind = f'multipart/signed; protocol="{SIGNATURE_TYPE}"; micalg=pgp-{digest.lower()}'
    return security_multipart(outer, kind, entity, part, ids)


def encrypted_of(outer: HeaderSection, message: bytes, ids: Identifiers) -> Entity:
    """Put what was encrypted, armored and with CRLF, into a message with these fields outside."""
    version = _part(
        (fold("Content-Type", ENCRYPTED_TYPE), b"Content-Description: PGP/MIME version identification\r\n"), _VERSION
    )
    content = _part(
        (
            fold("Content-Type", 'application/octet-stream; name="encrypted.asc"'),
            b"Content-Description: OpenPGP encrypted message\r\n",
            b'Content-Disposition: inline; filename="encrypted.asc"\r\n',
        ),
        message,
    )
    return security_multipart(outer, f'multipart/encrypted; protocol="{ENCRYPTED_TYPE}"', version, content, ids)


def with_crlf(text: bytes) -> bytes:
    r"""Give armored text with CRLF at the end of each line, the last one included.

    >>> with_crlf(b"a\nb\r\nc")
    b'a\r\nb\r\nc\r\n'
    """
    lines = text.replace(CRLF, b"\n").removesuffix(b"\n").split(b"\n")
    return CRLF.join(lines) + CRLF


def _refuse_fragile(entity: Entity) -> None:
    """Raise `ProtectionError` for octets that servers on the way may change (RFC 3156 section 3)."""
    faults = transport_faults(entity.octets)
    if faults:
        raise ProtectionError(
            f"The message cannot be signed as it is: {faults[0].sentence}",
            hint="Encode the part in quoted-printable or base64.",
            position=faults[0].offset,
        )


def _part(fields: tuple[bytes, ...], body: bytes) -> Entity:
    return Entity(HeaderSection.of_octets(Octets.of(b"".join(fields)), CRLF), CRLF, Given(Octets.of(body)))
