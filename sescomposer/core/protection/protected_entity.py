"""The cut between what is signed and what is not: fields `Content-*` and the body inside, all other fields outside.

The entity inside shares the octets of the message: what is hashed is what is written (RFC 1847, RFC 8551 section 3.1).
"""

from dataclasses import replace

from sescomposer.core.entity import Body, Entity, Given, Multipart, Nested
from sescomposer.core.errors import ProtectionError
from sescomposer.core.header import BYTE_ORDER_MARK, HeaderField, HeaderSection
from sescomposer.core.octets import Octets
from sescomposer.core.protection.transport_faults import TransportFault, transport_faults

__all__ = ["TransportFault", "entity_to_sign", "outer_header", "transport_faults"]

CRLF = b"\r\n"
_MIME_VERSION = HeaderField(b"MIME-Version: 1.0\r\n")
_TYPE = HeaderField(b"Content-Type: text/plain; charset=us-ascii\r\n")
_ENCODING = HeaderField(b"Content-Transfer-Encoding: 7bit\r\n")


def entity_to_sign(root: Entity) -> Entity:
    r"""Give the entity that is signed or encrypted: the fields `Content-*` of the root, and its body.

    Type and transfer encoding of a leaf are always declared, and the last line always has its end; else all octets are
    those of the root.

    Args:
        root: With CRLF everywhere, as sealing writes it.

    Raises:
        ProtectionError: its header section has more fields than are told apart.

    >>> from sescomposer.core.parse import parse
    >>> bytes(entity_to_sign(parse(b"To: a@b.example\r\nContent-Type: text/html\r\n\r\nHi\r\n")).octets)
    b'Content-Type: text/html\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHi\r\n'
    """
    inside = [_ended(field) for field in _fields(root) if _is_content(field)]
    if not root.children and not isinstance(root.body, Multipart):
        names = {field.name.lower() for field in inside}
        inside = ([] if "content-type" in names else [_TYPE]) + inside
        inside += [] if "content-transfer-encoding" in names else [_ENCODING]
    header = HeaderSection.of_fields(inside, CRLF)
    return Entity(header, root.separator or CRLF, _ended_body(root.body), root.note)


def outer_header(root: Entity) -> HeaderSection:
    r"""Give the fields that stay outside, MIME-Version once among them and none called `Content-*`.

    A mark of byte order before them is left out: it is no field, and readers would take the first one for another.

    Raises:
        ProtectionError: as for `entity_to_sign`.

    >>> from sescomposer.core.parse import parse
    >>> bytes(outer_header(parse(b"To: a@b.example\r\nContent-Type: text/html\r\n\r\nHi\r\n")).octets)
    b'To: a@b.example\r\nMIME-Version: 1.0\r\n'
    """
    outside: list[HeaderField] = []
    has_version = False
    for field in _fields(root):
        is_version = field.name.lower() == "mime-version"
        if not _is_content(field) and not (is_version and has_version):
            outside.append(_ended(field))
        has_version = has_version or is_version
    return HeaderSection.of_fields(outside if has_version else [*outside, _MIME_VERSION], CRLF)


def _fields(root: Entity) -> tuple[HeaderField, ...]:
    fields = root.header.fields
    if fields and fields[-1].is_opaque:
        raise ProtectionError(
            f"The header section has more than {len(fields) - 1} fields; which ones to sign cannot be told.",
            hint="Take fields out.",
        )
    return tuple(field for field in fields if field.octets != BYTE_ORDER_MARK)


def _is_content(field: HeaderField) -> bool:
    return field.name.lower().startswith("content-")


def _ended(field: HeaderField) -> HeaderField:
    return field if field.octets.endswith(CRLF) else HeaderField(field.octets + CRLF)


def _ended_body(body: Body) -> Body:
    """Give the body with an end of its last line; the same object where it has one or is empty."""
    if not len(body.octets) or body.octets.endswith(CRLF):
        return body
    match body:
        case Multipart():
            return replace(body, epilogue=Octets.join((body.epilogue, CRLF)))
        case Nested(entity=entity) if len(entity.body.octets):
            return Nested(replace(entity, body=_ended_body(entity.body)))
        case _:
            return Given(Octets.join((body.octets, CRLF)))
