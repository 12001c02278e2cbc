"""Header fields of any entity: set, insert, remove, move, or typed octet by octet."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from sescomposer.core.encoded_word import Form
from sescomposer.core.entity import Entity, Given, Key, Made, Multipart
from sescomposer.core.errors import EditError, HeaderError
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.header_making import make_field
from sescomposer.core.places import body_start, child_start
from sescomposer.core.reparse import reparse
from sescomposer.core.structure.boundaries import looks_like
from sescomposer.core.structure.fields import CONTENT_TYPE, TRANSFER_ENCODING
from sescomposer.core.structure.paths import Path, editable_path, grafted

_LINE_END = re.compile(rb"\r\n|\n|\r")
_RAW_LINE = re.compile(rb"[!-9;-~]+[ \t]*:")


def with_header_field(
    root: Entity, key: Key, name: str, value: str, *, index: int | None = None, encoded_word_form: Form = "auto"
) -> Entity:
    """Set a header field of an entity from decoded text.

    Args:
        root: The message.
        key: The entity.
        name: Any name that RFC 5322 section 3.6.8 allows.
        value: Text on one line; see `header.make_field`.
        index: Number of the field to replace; None replaces the first of that name, or appends.
        encoded_word_form: "q", "b" or "auto".

    Raises:
        HeaderError: the name or the value cannot be stored.
        EditError: there is no such entity or field, or it is signed or encrypted.
    """
    field = make_field(name, value, line_end=root.line_end, encoded_word_form=encoded_word_form)
    if index is None:
        return with_header(root, key, lambda header: header.with_field(name, field))
    return with_header(root, key, lambda header: header.replaced_at(_checked(header, index), field))


def insert_header_field(
    root: Entity, key: Key, index: int, name: str, value: str, *, encoded_word_form: Form = "auto"
) -> Entity:
    """Put a new field before field number `index`; behind the last if that is their number."""
    field = make_field(name, value, line_end=root.line_end, encoded_word_form=encoded_word_form)
    return with_header(root, key, lambda header: header.inserted(_checked(header, index, 1), field))


def with_raw_header_field(root: Entity, key: Key, index: int, octets: bytes) -> Entity:
    """Replace field number `index`, or append where that is their number, by octets as they were typed.

    Args:
        root: The message.
        key: The entity.
        index: Number of the field.
        octets: One whole field with its folding, with any line ends; those of the message are written.

    Raises:
        HeaderError: the octets are not one field, or hold NUL.
        EditError: see `with_header_field`.
    """
    field = raw_field(octets, root.line_end)

    def change(header: HeaderSection) -> HeaderSection:
        _checked(header, index, 1)
        is_new = index == len(header.fields)
        return header.inserted(index, field) if is_new else header.replaced_at(index, field)

    return with_header(root, key, change)


def raw_field(octets: bytes, line_end: bytes) -> HeaderField:
    """Make one field of typed octets; see `with_raw_header_field`.

    >>> raw_field(b"Subject: a\\n b", b"\\r\\n").octets
    b'Subject: a\\r\\n b\\r\\n'
    """
    lines = _LINE_END.split(octets)
    if lines and not lines[-1]:
        lines.pop()
    if not lines or not _RAW_LINE.match(lines[0]):
        raise HeaderError("A header field starts with a name and a colon.", hint="Write 'Name: value'.", value=octets)
    fault = next((line for line in lines[1:] if line[:1] not in (b" ", b"\t")), None)
    if fault is None:
        fault = next((line for line in lines[1:] if not line.strip(b" \t")), None)
    if fault is not None:
        raise HeaderError(
            f"The line {fault[:80]!r} would not belong to the field.",
            hint="Start each further line with a blank and a word.",
            value=octets,
            position=octets.find(fault),
        )
    if b"\x00" in octets:
        raise HeaderError(
            "A header field cannot hold NUL.", hint="Remove it.", value=octets, position=octets.find(b"\0")
        )
    return HeaderField(line_end.join(lines) + line_end)


def remove_header_field(root: Entity, key: Key, index: int) -> Entity:
    """Take field number `index` out."""
    return with_header(root, key, lambda header: header.replaced_at(_checked(header, index), None))


def without_header_fields(root: Entity, key: Key, name: str) -> Entity:
    """Take every field of that name out; the same root if there is none."""
    return with_header(root, key, lambda header: header.without(name))


def move_header_field(root: Entity, key: Key, index: int, to: int) -> Entity:
    """Move field number `index` so that it becomes number `to`."""
    return with_header(root, key, lambda header: header.moved(_checked(header, index), _checked(header, to)))


def _checked(header: HeaderSection, index: int, extra: int = 0) -> int:
    """Give the number of a field back if there is one."""
    count = len(header.fields) + extra
    if not 0 <= index < count:
        raise EditError(f"There is no header field number {index}.", hint=f"There are {count - extra}.", value=index)
    return index


def with_header(root: Entity, key: Key, change: Callable[[HeaderSection], HeaderSection]) -> Entity:
    """Give the root with the header section of an entity changed, and its body as that section says.

    A leaf whose Content-Type or Content-Transfer-Encoding now says something else keeps its octets: they are read
    anew. A container whose boundary changed is read anew as well.

    Raises:
        EditError: there is no such entity, it is signed or encrypted, or a field would look like a delimiter.
    """
    path = editable_path(root, key)
    old = path[-1]
    header = change(old.header)
    if header is old.header:
        return root
    _check_delimiters(path, header)
    separator = old.separator or (root.line_end if len(old.body.octets) else b"")
    new = replace(old, header=header, separator=separator)
    if all(_octets_of(old, name) == _octets_of(new, name) for name in (CONTENT_TYPE, TRANSFER_ENCODING)):
        return grafted(path, new)
    return grafted(path, _agreed(new)) if _is_same_kind(path, new) else _read_anew(path, new)


def _check_delimiters(path: Path, header: HeaderSection) -> None:
    for container in path[:-1]:
        if isinstance(container.body, Multipart) and looks_like(header.octets, container.body.boundary):
            raise EditError(
                "A line of the header section would end the part: it looks like a delimiter of its container.",
                hint="Choose another name for the field.",
                value=container.body.boundary,
            )


def _octets_of(entity: Entity, name: str) -> bytes:
    field = entity.header.first(name)
    return field.octets if field else b""


def _is_same_kind(path: Path, new: Entity) -> bool:
    """Whether the last entity of `path` is still a leaf with the new header section, or the same container."""
    old = path[-1]
    if len(path) > 1 and path[-2].media_type == "multipart/digest":
        return False
    if isinstance(old.body, Multipart):
        same = old.content_type.get("boundary") == new.content_type.get("boundary")
        same = same and old.transfer_encoding is new.transfer_encoding and new.media_type.startswith("multipart/")
        return same and (old.media_type == "multipart/digest") is (new.media_type == "multipart/digest")
    return not old.children and not any(e.media_type.startswith(("multipart/", "message/")) for e in (old, new))


def _agreed(leaf: Entity) -> Entity:
    """Give a leaf with a body that is what its header section says; the octets stay."""
    body = leaf.body
    if not isinstance(body, Made):
        return replace(leaf, note="") if leaf.note and not leaf.children else leaf
    is_true = (body.charset or leaf.charset) == leaf.charset and body.encoding is leaf.transfer_encoding
    return leaf if is_true else replace(leaf, body=Given(body.octets))


def _read_anew(path: Path, new: Entity) -> Entity:
    """Parse the message with an entity that may hold other parts now; what was not touched stays the same object."""
    start = sum(child_start(parent, parent.children.index(child)) for parent, child in pairwise(path))
    return reparse(path[0], grafted(path, new).octets, start, body_start(path[-1]), body_start(new))
