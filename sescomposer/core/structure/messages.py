"""What makes an entity a message: its fields that are not Content-*, which stay when its body becomes another."""

from dataclasses import replace

from sescomposer.core.entity import Entity, Made, new_key
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.structure.fields import encoding_field, is_content, type_field, with_version
from sescomposer.core.text import Text
from sescomposer.core.text_encoding import choose_charset, choose_encoding

NEW_CHARSET = "utf-8"
"""Charset of a new text; every reader knows it (RFC 6657)."""


def without_content(message: Entity, line_end: bytes) -> Entity:
    """Give the part that a message's body is when it stands inside a container: its Content-* fields alone.

    The part keeps the key: it is what an editor has open.
    """
    fields = [field for field in message.header.fields if is_content(field)]
    header = HeaderSection.of_fields(_closed(fields, line_end), message.header.line_end)
    return replace(message, header=header, separator=message.separator or line_end)


def message_around(message: Entity, container: Entity, line_end: bytes) -> Entity:
    """Give the message with the fields and the body of `container` in place of its own Content-* fields and body."""
    header = with_content_fields(message.header, container.header.fields, line_end)
    return replace(container, header=header, separator=line_end, note="")


def with_content_fields(header: HeaderSection, wanted: tuple[HeaderField, ...], line_end: bytes) -> HeaderSection:
    """Put `wanted` where Content-Type stands (else behind the last field) and take all other Content-* fields out."""
    kept: list[HeaderField] = []
    at = -1
    for field in header.fields:
        if not is_content(field):
            kept.append(field)
        elif field.name.lower() == "content-type" and at < 0:
            at = len(kept)
    at = len(kept) if at < 0 else at
    fields = _closed([*kept[:at], *wanted, *kept[at:]], line_end)
    return with_version(HeaderSection.of_fields(fields, header.line_end), line_end)


def _closed(fields: list[HeaderField], line_end: bytes) -> list[HeaderField]:
    """Fields of which the last has a line end, for a blank line follows."""
    if fields and not fields[-1].line_end:
        fields[-1] = HeaderField(fields[-1].octets + line_end)
    return fields


def text_leaf(subtype: str, text: str | Text, line_end: bytes) -> Entity:
    """Make a new text part in UTF-8 with LF line ends in `text`."""
    content = text if isinstance(text, Text) else Text.of(text)
    charset = choose_charset(content, NEW_CHARSET)
    encoding = choose_encoding(content, charset)
    fields = (
        type_field(f"text/{subtype}", (("charset", charset),), line_end),
        encoding_field(encoding, line_end),
    )
    body = Made(content, charset, encoding, line_end)
    return Entity(HeaderSection.of_fields(fields, line_end), line_end, body, key=new_key())


def blank_message(line_end: bytes = b"\r\n") -> Entity:
    """Make a message with an empty text and no fields but those of MIME.

    >>> bytes(blank_message().octets).splitlines()[0]
    b'MIME-Version: 1.0'
    """
    leaf = text_leaf("plain", "", line_end)
    return replace(leaf, header=with_version(leaf.header, line_end))


def emptied(message: Entity) -> Entity:
    """Give a message whose body was taken out: an empty text, all other fields kept."""
    leaf = text_leaf("plain", "", message.line_end)
    header = with_content_fields(message.header, leaf.header.fields, message.line_end)
    return replace(leaf, header=header, key=message.key)


def is_empty_text(entity: Entity) -> bool:
    """Whether this is a text/plain leaf without a character."""
    return entity.media_type == "text/plain" and not entity.children and not len(entity.body.octets)


__all__ = [
    "NEW_CHARSET",
    "blank_message",
    "emptied",
    "is_empty_text",
    "message_around",
    "text_leaf",
    "with_content_fields",
    "without_content",
]
