"""The structure a message will have once it is sealed, without a key: what only sealing can make has a stand-in."""

from dataclasses import dataclass, replace

from sescomposer.core.entity import Entity, Given, Key
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Method, Protection
from sescomposer.core.octets import Octets
from sescomposer.core.protection.header_protection import with_header_protection, with_hidden_fields
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header
from sescomposer.core.protection.signing import signed_message

_SIGNATURE = b"(The signature is made when the message is sealed.)\r\n"
_SIGNED = b"(The message with its signature is put in here when it is sealed.)\r\n"
_ENCRYPTED = b"(The encrypted message is put in here when it is sealed.)\r\n"
_CRLF = b"\r\n"
_P7S = (
    b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="smime.p7s"\r\n'
)
_P7M = (
    b'Content-Type: application/pkcs7-mime; smime-type=%b;\r\n name="smime.p7m"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="smime.p7m"\r\n'
)
_ASC = (
    b'Content-Type: application/pgp-signature; name="signature.asc"\r\n'
    b"Content-Description: OpenPGP digital signature\r\n"
    b'Content-Disposition: attachment; filename="signature.asc"\r\n'
)
_VERSION = b"Content-Type: application/pgp-encrypted\r\nContent-Description: PGP/MIME version identification\r\n"
_PGP_MESSAGE = (
    b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n'
    b"Content-Description: OpenPGP encrypted message\r\n"
    b'Content-Disposition: inline; filename="encrypted.asc"\r\n'
)


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
    hides = bool(wanted.encrypt) if wanted.header_protection is None else wanted.header_protection
    outer = outer_header(root)
    if wanted.encrypt:
        return _enclosed(with_hidden_fields(outer) if hides else outer, wanted, ids)
    if wanted.opaque and wanted.method is Method.SMIME:
        return _cms(outer, b"signed-data", _SIGNED)
    inside = entity_to_sign(root)
    if hides:
        is_openpgp = wanted.method is Method.OPENPGP
        inside = with_header_protection(inside, root, False, ids=ids, is_openpgp=is_openpgp)
    return _clear(outer, replace(inside, key=root.key), wanted.method, ids)


def _clear(outer: HeaderSection, inside: Entity, method: Method, ids: Identifiers) -> Provisional:
    if method is Method.OPENPGP:
        kind, part = 'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512', _part(_ASC)
    else:
        kind, part = 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256', _part(_P7S)
    return Provisional(signed_message(outer, kind, inside, part, ids), inside.key, part)


def _enclosed(outer: HeaderSection, wanted: Protection, ids: Identifiers) -> Provisional:
    if wanted.method is not Method.OPENPGP:
        return _cms(outer, b"enveloped-data", _ENCRYPTED)
    version, content = _part(_VERSION, b"Version: 1\r\n"), _part(_PGP_MESSAGE, _ENCRYPTED)
    kind = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    return Provisional(signed_message(outer, kind, version, content, ids), None, content)


def _cms(outer: HeaderSection, kind: bytes, words: bytes) -> Provisional:
    fields = HeaderSection.of_octets(Octets.of(_P7M % kind), _CRLF).fields
    root = Entity(_joined(outer, fields), _CRLF, Given(Octets.of(words)))
    return Provisional(root, None, root)


def _joined(header: HeaderSection, fields: tuple[HeaderField, ...]) -> HeaderSection:
    return HeaderSection.of_fields((*header.fields, *fields), _CRLF)


def _part(header: bytes, body: bytes = _SIGNATURE) -> Entity:
    return Entity(HeaderSection.of_octets(Octets.of(header), _CRLF), _CRLF, Given(Octets.of(body)))


__all__ = ["Provisional", "provisional"]
