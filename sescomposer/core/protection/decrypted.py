"""A message as it reads once its encryption is taken off; what was signed inside keeps every octet."""

from collections.abc import Iterator
from dataclasses import replace

from sescomposer.core.entity import Entity
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.protection.header_protection import PROTECTED_FIELDS, ProtectedFields, protected_fields
from sescomposer.core.protection.protected_entity import outer_header
from sescomposer.core.structure.fields import is_content
from sescomposer.core.structure.line_ends import normalise_line_ends

_CRLF = b"\r\n"
_TAKEN = frozenset(name.lower() for name in (*PROTECTED_FIELDS, "Date", "Message-ID"))


def decrypted(root: Entity, inside: Entity, payload: Entity | None = None) -> Entity:
    r"""Give the message with what was encrypted in place of the encryption.

    Its header fields are those outside, but for those that stand protected inside (RFC 9788), which win; then come the
    fields `Content-*` and the body that were encrypted, octet for octet.

    Args:
        root: The message as it came.
        inside: What its encryption held.
        payload: The innermost entity, which holds the protected fields; None for the first part of what is signed in
            the open inside, else `inside`.

    Raises:
        ProtectionError: it has more fields than are told apart.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Subject: [...]\nTo: a@b.example\nContent-Type: application/pkcs7-mime\n\n")
    >>> bytes(decrypted(root, parse(b"Content-Type: text/plain; hp=cipher\r\nSubject: Tea\r\n\r\nHi\r\n")).octets)
    b'Subject: Tea\r\nTo: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; hp=cipher\r\n\r\nHi\r\n'
    """
    held = protected_fields(payload or _payload(inside))
    outside = outer_header(normalise_line_ends(root)).fields
    fields = [*_merged(outside, held), *(field for field in inside.header.fields if is_content(field))]
    return replace(inside, header=HeaderSection.of_fields(fields, _CRLF), separator=inside.separator or _CRLF)


def _payload(inside: Entity) -> Entity:
    """Give the first part of what is signed in the open, however often."""
    while inside.media_type == "multipart/signed" and inside.children:
        inside = inside.children[0]
    return inside


def _merged(outside: tuple[HeaderField, ...], held: ProtectedFields | None) -> Iterator[HeaderField]:
    """Give the fields outside, those that are protected in the place of the first of their name, then the rest."""
    waiting: dict[str, list[HeaderField]] = {}
    for field in held.fields if held else ():
        if field.name.lower() not in _TAKEN:
            # Who encrypted it could add fields that servers obey, or that say who it went to.
            continue
        waiting.setdefault(field.name.lower(), []).append(field)
    names = frozenset(waiting)
    for field in outside:
        if field.name.lower() not in names:
            yield field
        else:
            yield from waiting.pop(field.name.lower(), ())
    for fields in waiting.values():
        yield from fields
