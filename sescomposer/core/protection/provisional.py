"""The structure a message will have once it is sealed, without a key: what only sealing can make has a stand-in."""

from dataclasses import dataclass, replace

from sescomposer.core.entity import Entity, Given, Key
from sescomposer.core.header import HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Method, Protection
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.protection.header_protection import with_header_protection, with_hidden_fields
from sescomposer.core.protection.openpgp.pgp_mime import encrypted_of, signed_of
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header
from sescomposer.core.protection.security_multipart import security_multipart
from sescomposer.core.protection.signing import enclosed_message, signature_part

_SIGNATURE = b"(The signature is made when the message is sealed.)\r\n"
_SIGNED = b"(The message with its signature is put in here when it is sealed.)\r\n"
_ENCRYPTED = b"(The encrypted message is put in here when it is sealed.)\r\n"


@dataclass(frozen=True, eq=False)
class Provisional:
    """A message as it will be.

    Attributes:
        root: Its tree.
        inside: Key of the entity that is signed; None where it cannot be seen from outside.
        stand_in: The entity whose body sealing will make.
    """

    root: Entity
    inside: Key | None
    stand_in: Entity


def provisional(root: Entity, wanted: Protection, ids: Identifiers) -> Provisional:
    r"""Give the structure of a message that is to be signed or encrypted by us.

    Args:
        root: As sealing would write it otherwise, with CRLF.
        wanted: At least one of `sign` and `encrypt`, and a method of ours.
        ids: Maker of the boundary.

    Raises:
        ProtectionError: its header section has more fields than are told apart.

    >>> from sescomposer.core.identifiers import SeededIdentifiers
    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Subject: a\r\nMIME-Version: 1.0\r\n\r\nHi\r\n")
    >>> found = provisional(root, Protection(sign=True), SeededIdentifiers())
    >>> [part.media_type for part in found.root.children]
    ['text/plain', 'application/pkcs7-signature']
    >>> provisional(root, Protection(encrypt=True), SeededIdentifiers()).root.subject
    '[...]'
    """
    hides = wanted.protects_fields
    outer = outer_header(root)
    if wanted.encrypt:
        return _enclosed(with_hidden_fields(outer) if hides else outer, wanted, ids)
    if wanted.opaque and wanted.method is Method.SMIME:
        return _cms(outer, "signed-data", _SIGNED)
    inside = entity_to_sign(root)
    if hides:
        is_openpgp = wanted.method is Method.OPENPGP
        inside = with_header_protection(inside, root, False, ids=ids, is_openpgp=is_openpgp)
    return _clear(outer, replace(inside, key=root.key), wanted.method, ids)


def _clear(outer: HeaderSection, inside: Entity, method: Method, ids: Identifiers) -> Provisional:
    if method is Method.OPENPGP:
        root = signed_of(outer, inside, _SIGNATURE, "sha512", ids)
        return Provisional(root, inside.key, root.children[1])
    part = _with_words(signature_part(EMPTY), _SIGNATURE)
    kind = 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256'
    return Provisional(security_multipart(outer, kind, inside, part, ids), inside.key, part)


def _enclosed(outer: HeaderSection, wanted: Protection, ids: Identifiers) -> Provisional:
    if wanted.method is not Method.OPENPGP:
        return _cms(outer, "enveloped-data", _ENCRYPTED)
    root = encrypted_of(outer, _ENCRYPTED, ids)
    return Provisional(root, None, root.children[1])


def _cms(outer: HeaderSection, smime_type: str, words: bytes) -> Provisional:
    root = _with_words(enclosed_message(outer, smime_type, EMPTY), words)
    return Provisional(root, None, root)


def _with_words(entity: Entity, words: bytes) -> Entity:
    """Give an entity with a body that says what will stand there, in the clear whatever its fields say."""
    return replace(entity, body=Given(Octets.of(words)))


__all__ = ["Provisional", "provisional"]
