"""Edits that checks offer as fixes. Each finds its field again, so that a fix shown late changes nothing else."""

import re
from collections.abc import Callable
from dataclasses import replace

from sescomposer.core import limits
from sescomposer.core.entity import Entity, Key, Multipart, Nested
from sescomposer.core.errors import EditError, HeaderError
from sescomposer.core.findings import Fix
from sescomposer.core.header import HeaderField, HeaderSection, fold, make_field
from sescomposer.core.header_registry import Form, form_of
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.parameter import format_parameters, parameter_defects, parse_parameters
from sescomposer.core.reparse import reparse
from sescomposer.core.structure import remake, remove
from sescomposer.core.structure.attachment import is_seven_bit, nested
from sescomposer.core.structure.boundaries import searched, without_conflicts
from sescomposer.core.structure.fields import TRANSFER_ENCODING, encoding_field, is_content
from sescomposer.core.structure.header_edits import with_header
from sescomposer.core.structure.paths import editable_path, grafted
from sescomposer.core.transfer_encoding import TransferEncoding

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_BLANK_LINE_INSIDE = re.compile(rb"[\r\n][ \t]+(?:\r\n|[\r\n]|\Z)")


def encode_part(key: Key) -> Fix:
    """Write the part anew: 7-bit, short lines, CRLF."""
    return Fix("Encode the part anew", lambda message, ids: message.edited(lambda root: remake(root, key, ids)))


def remove_part(key: Key) -> Fix:
    """Take the part out."""
    return Fix("Remove the part", lambda message, ids: message.edited(lambda root: remove(root, key, ids)))


def _in_header(key: Key, label: str, change: Callable[[HeaderSection], HeaderSection]) -> Fix:
    return Fix(label, lambda message, ids: message.edited(lambda root: with_header(root, key, change)))


def _found(header: HeaderSection, index: int, field: HeaderField) -> int:
    """Give the index of a field as it is now: fields before it may have come or gone."""
    fields = header.fields
    if index < len(fields) and fields[index].octets == field.octets:
        return index
    for at, other in enumerate(fields):
        if other.octets == field.octets:
            return at
    raise EditError("The field is no longer as it was when it was checked.", hint="Check again.", value=field.name)


def remove_field(key: Key, index: int, field: HeaderField) -> Fix:
    """Take one field out."""
    name = field.name or "line"
    return _in_header(key, f"Remove this {name}", lambda header: header.replaced_at(_found(header, index, field), None))


def replace_field(key: Key, index: int, field: HeaderField, new: HeaderField, label: str = "") -> Fix:
    """Put another field in its place."""
    words = label or f"Write {field.name} anew"
    return _in_header(key, words, lambda header: header.replaced_at(_found(header, index, field), new))


def rewrite(entity: Entity, index: int, field: HeaderField) -> Fix | None:
    """Write a field anew from what it means, encoded and folded; None where that would not mend it."""
    new = rewritten(field, entity.line_end) if len(field.octets) <= limits.HEADER_SECTION_WARNING else None
    return None if new is None else replace_field(entity.key, index, field, new)


def rewritten(field: HeaderField, line_end: bytes) -> HeaderField | None:
    """Give the field with the same meaning in a form without fault; None if there is none."""
    if not field.name:
        return None
    try:
        if form_of(field.name) is Form.PARAMETERS:
            return _with_parameters(field, line_end)
        new = make_field(field.name, _CONTROLS.sub(" ", field.decoded).strip(), line_end=line_end)
    except HeaderError:
        # What even our own writer cannot store has no such fix.
        return None
    return new if _is_sound(new) else None


def _is_sound(field: HeaderField) -> bool:
    is_short = all(len(line) <= limits.LINE_OCTETS for line in field.octets.splitlines())
    return is_short and field.octets.isascii() and not has_blank_line(field)


def _with_parameters(field: HeaderField, line_end: bytes) -> HeaderField | None:
    """Write value and parameters anew; readers know no boundary in pieces, so such a field stays."""
    old = parse_parameters(_CONTROLS.sub(" ", field.body))
    new = HeaderField(fold(field.name, format_parameters(old.value, old.parameters), line_end=line_end))
    now = parse_parameters(new.body)
    is_same = (
        not parameter_defects(new.body) and old.value == now.value and dict(old.parameters) == dict(now.parameters)
    )
    return new if is_same and _is_sound(new) and "boundary*" not in new.body else None


def has_blank_line(field: HeaderField) -> bool:
    """Whether a line of the field holds nothing but blanks."""
    return _BLANK_LINE_INSIDE.search(field.octets) is not None


def insert_field(key: Key, name: str, new: HeaderField, *, after: str = "") -> Fix:
    """Put a new field behind the first of the name `after`, else before the fields of MIME."""

    def change(header: HeaderSection) -> HeaderSection:
        fields = header.fields
        found = [at for at, field in enumerate(fields) if after and field.name.lower() == after.lower()]
        mime = next((at for at, field in enumerate(fields) if is_content(field)), len(fields))
        return header.inserted(found[0] + 1 if found else mime, new)

    return _in_header(key, f"Add {name}", change)


def join_fields(key: Key, name: str, line_end: bytes) -> Fix:
    """Make one field of several address lists, each on lines of its own as it stands."""

    def change(header: HeaderSection) -> HeaderSection:
        fields = header.fields
        same = [at for at, field in enumerate(fields) if field.name.lower() == name.lower()]
        bodies = [body for at in same if (body := fields[at].raw_body.strip(b" \t\r\n,"))]
        octets = name.encode("ascii") + b": " + (b"," + line_end + b" ").join(bodies) + line_end
        joined = HeaderField(octets)
        kept = [joined if at == same[0] else field for at, field in enumerate(fields) if at not in same[1:]]
        return HeaderSection.of_fields(kept, header.line_end)

    return _in_header(key, f"Join the {name} fields", change)


def remove_octets(start: int, stop: int) -> Fix:
    """Take octets out of the message and read it again."""

    def change(root: Entity) -> Entity:
        octets = Octets.join((root.octets[:start], root.octets[stop:]))
        return reparse(root, octets, start, stop - start, 0)

    return Fix("Remove what stands before the header", lambda message, ids: message.edited(change))


def replace_throughout(old: bytes, new: bytes, label: str) -> Fix:
    """Replace octets in the whole message and read it again."""

    def change(root: Entity) -> Entity:
        octets = Octets.of(bytes(root.octets).replace(old, new))
        return reparse(root, octets, 0, len(root.octets), len(octets))

    return Fix(label, lambda message, ids: message.edited(change))


def add_blank_line(key: Key) -> Fix:
    """Put the empty line between a header section and its body."""

    def change(root: Entity) -> Entity:
        path = editable_path(root, key)
        entity = path[-1]
        return root if entity.separator else grafted(path, replace(entity, separator=entity.line_end))

    return Fix("Put an empty line behind the header", lambda message, ids: message.edited(change))


def add_close_delimiter(key: Key) -> Fix:
    """Write the close delimiter of a multipart."""

    def change(root: Entity) -> Entity:
        path = editable_path(root, key)
        entity = path[-1]
        body, line_end = entity.body, entity.line_end
        if not isinstance(body, Multipart) or body.close:
            return root
        close = line_end + b"--" + body.boundary + b"--" + line_end
        return grafted(path, replace(entity, body=replace(body, close=close)))

    return Fix("Write the close delimiter", lambda message, ids: message.edited(change))


def open_message(key: Key) -> Fix:
    """Put a message into its part as it is, without the transfer encoding that it must not have."""

    def change(root: Entity) -> Entity:
        path = editable_path(root, key)
        part = path[-1]
        inner = nested(Octets.of(bytes(part.content)), root.line_end)
        encoding = TransferEncoding.SEVEN_BIT if is_seven_bit(inner.octets) else TransferEncoding.EIGHT_BIT
        header = part.header.with_field(TRANSFER_ENCODING, encoding_field(encoding, part.line_end))
        return grafted(path, replace(part, header=header, body=Nested(inner), note=""))

    def edit(message: Message, ids: Identifiers) -> Message:
        root = change(message.root)
        return message.with_root(without_conflicts(root, key, searched(editable_path(root, key)[-1]), ids))

    return Fix("Take the transfer encoding off", edit)


def honest_encoding(key: Key) -> Fix:
    """Let a container say 7bit or 8bit, as it must."""

    def change(root: Entity) -> Entity:
        part = editable_path(root, key)[-1]
        is_seven = is_seven_bit(part.body.octets)
        field = encoding_field(TransferEncoding.SEVEN_BIT if is_seven else TransferEncoding.EIGHT_BIT, part.line_end)
        return with_header(root, key, lambda header: header.with_field(TRANSFER_ENCODING, field))

    return Fix("Say how the parts are written", lambda message, ids: message.edited(change))
