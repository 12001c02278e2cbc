"""A file to attach, and the part it becomes (RFC 2183, RFC 2387)."""

import codecs
from dataclasses import dataclass

from sescomposer.core.entity import Body, Entity, Made, Nested
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.header_making import check_value, make_field
from sescomposer.core.octets import Octets
from sescomposer.core.parameter import Form, parse_parameters
from sescomposer.core.parse import parse
from sescomposer.core.structure.fields import (
    checked_content_id,
    content_field,
    disposition_field,
    encoding_field,
    type_field,
)
from sescomposer.core.transfer_encoding import TransferEncoding

_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with what its part shall say.

    Attributes:
        octets: Its content, not encoded; a snapshot.
        file_name: Name for the recipient in any script, "" for none.
        media_type: Type and subtype, parameters allowed. A text type without charset gets charset=utf-8 where the
            octets are that and not ASCII.
        disposition: "attachment" or "inline"; "" for no field.
        content_id: Without angle brackets, "" for none.
        description: Text of Content-Description, "" for none.
        parameters: Further parameters of Content-Disposition, such as creation-date.
        form: How a name outside ASCII is written.
    """

    octets: Octets
    file_name: str = ""
    media_type: str = "application/octet-stream"
    disposition: str = "attachment"
    content_id: str = ""
    description: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    form: Form = "rfc2231"


def part_of(attachment: Attachment, line_end: bytes) -> Entity:
    """Make the part: base64, or an unencoded message where it is one (RFC 2046 section 5.2.1).

    Raises:
        HeaderError: a value holds CR, LF, NUL or unpaired surrogates, or the media type is none.
    """
    body, encoding = _body(attachment, line_end)
    fields = [_type_field(attachment, line_end), encoding_field(encoding, line_end)]
    if attachment.disposition:
        named = (("filename", attachment.file_name),) if attachment.file_name else ()
        parameters = (*named, *attachment.parameters)
        fields.append(disposition_field(attachment.disposition, parameters, line_end, attachment.form))
    fields.extend(_further_fields(attachment, line_end))
    return Entity(HeaderSection.of_fields(fields, line_end), line_end, body)


def _further_fields(attachment: Attachment, line_end: bytes) -> list[HeaderField]:
    fields = []
    if attachment.content_id:
        fields.append(content_field("Content-ID", f"<{checked_content_id(attachment.content_id)}>", line_end))
    if attachment.description:
        fields.append(make_field("Content-Description", attachment.description, line_end=line_end))
    return fields


def _type_field(attachment: Attachment, line_end: bytes) -> HeaderField:
    # Reading parameters takes line ends for folding.
    check_value("Content-Type", attachment.media_type)
    given = parse_parameters(attachment.media_type)
    parameters = list(given.parameters)
    if given.value.lower().startswith("text/") and not given.get("charset") and _is_utf8(attachment.octets):
        parameters.append(("charset", "utf-8"))
    if attachment.file_name and not attachment.disposition:
        # Nothing else would say the name.
        parameters.append(("name", attachment.file_name))
    return type_field(given.value, parameters, line_end, attachment.form)


def _body(attachment: Attachment, line_end: bytes) -> tuple[Body, TransferEncoding]:
    if parse_parameters(attachment.media_type).value.lower() in _MESSAGES:
        inner = nested(attachment.octets, line_end)
        encoding = TransferEncoding.SEVEN_BIT if is_seven_bit(inner.octets) else TransferEncoding.EIGHT_BIT
        return Nested(inner), encoding
    return Made(attachment.octets, "", TransferEncoding.BASE64, line_end), TransferEncoding.BASE64


def nested(octets: Octets, line_end: bytes) -> Entity:
    """Read a message to put into another.

    In a message that has CR alone for line ends one LF would end that: there the message inside gets CR too.
    """
    if line_end == b"\r" and octets.find(b"\n") >= 0:
        octets = Octets.of(bytes(octets).replace(b"\r\n", b"\r").replace(b"\n", b"\r"))
    return parse(octets)


def is_seven_bit(octets: Octets) -> bool:
    """Whether no octet has its eighth bit set."""
    return all(bytes(chunk).isascii() for chunk in octets.chunks())


def _is_utf8(octets: Octets) -> bool:
    """Whether the octets are UTF-8 beyond ASCII; looked at by chunks."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    try:
        for chunk in octets.chunks():
            is_ascii = is_ascii and bytes(chunk).isascii()
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not is_ascii
