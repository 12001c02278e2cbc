"""A message as it reads once the signatures around all of it are taken off; what needs a key stays closed.

Nothing is verified here: this is for those who look at what a message holds, not for those who say what it is worth.
"""

from dataclasses import replace

from sescomposer.core.entity import Entity
from sescomposer.core.errors import ProtectionError
from sescomposer.core.lazy import kept
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure.fields import CONTENT_TYPE, with_parameter

SIGNED_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
"""Types whose content may be signed and nothing else; its octets tell."""

_SIGNED_OPENLY = "multipart/signed"
_DEEPEST = 10
_LARGEST_OCTETS = 4 << 20
"""Our own: what is larger holds no invitation, and decoding it here would take its size in memory."""

_OF_OTHERS = ("enveloped-data", "authenveloped-data", "compressed-data", "certs-only")
_PARAMETERS = ("hp", "protected-headers")


def is_signed_around(root: Entity) -> bool:
    """Whether a message may have a signature around all of it, told by its type alone.

    >>> is_signed_around(parse(b"Content-Type: text/plain\\r\\n\\r\\n"))
    False
    """
    return root.media_type == _SIGNED_OPENLY or root.media_type in SIGNED_CMS


def unsigned(root: Entity) -> Entity:
    r"""Give the message without the signatures around all of it; itself where there are none, or one is unreadable.

    Header fields are those outside, but for those that stand protected inside (RFC 9788), which win. Parts of what is
    signed in the open stay the same objects with the same keys; what lies inside a signature (RFC 8551 section 3.5.2)
    is a tree of its own. Read once for each root.

    >>> root = parse(
    ...     b"To: a@b.example\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n"
    ...     b"--b\r\nContent-Type: text/html\r\n\r\nHi\r\n--b\r\n\r\n--b--\r\n"
    ... )
    >>> bytes(unsigned(root).octets)
    b'To: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nHi'
    """
    return kept(root, _unsigned) if is_signed_around(root) else root


def _unsigned(root: Entity) -> Entity:
    from sescomposer.core.protection.decrypted import decrypted

    inside = root
    for _ in range(_DEEPEST):
        found = _inside(inside)
        if found is None:
            break
        inside = found
    if inside is root:
        return root
    try:
        plain = decrypted(root, inside, inside)
    except ProtectionError:
        # More fields than are told apart: it is shown as it is.
        return root
    header = plain.header
    for name in _PARAMETERS:
        if plain.content_type.get(name):
            header = with_parameter(header, CONTENT_TYPE, name, None, plain.line_end)
    return plain if header is plain.header else replace(plain, header=header)


def _inside(entity: Entity) -> Entity | None:
    if entity.media_type == _SIGNED_OPENLY and entity.is_multipart and entity.children:
        return entity.children[0]
    return _opaque_content(entity) if entity.media_type in SIGNED_CMS else None


def _opaque_content(entity: Entity) -> Entity | None:
    """Give what lies inside a signature; None where it is encrypted, damaged or too large to be taken up here."""
    from sescomposer.core.protection.cms import read_signed_data
    from sescomposer.core.protection.envelope_reading import kind_of

    named = (entity.content_type.get("smime-type") or "").lower()
    if named in _OF_OTHERS or len(entity.body.octets) > 2 * _LARGEST_OCTETS:
        return None
    try:
        cms: Octets = entity.content
        content = read_signed_data(cms).content if kind_of(cms).lower() == "signed-data" else None
    except ProtectionError:
        return None
    return None if content is None else parse(content)


__all__ = ["SIGNED_CMS", "is_signed_around", "unsigned"]
