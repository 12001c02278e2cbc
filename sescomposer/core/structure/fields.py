"""Content-* fields of entities we make or change; every octet that is not concerned stays (RFC 2045, RFC 2183)."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sescomposer.core.entity import Entity
from sescomposer.core.errors import HeaderError
from sescomposer.core.folding import fold
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.header_making import check_value
from sescomposer.core.parameter import Form, format_parameters, set_parameter
from sescomposer.core.transfer_encoding import TransferEncoding

CONTENT_TYPE = "Content-Type"
TRANSFER_ENCODING = "Content-Transfer-Encoding"
DISPOSITION = "Content-Disposition"
VERSION = "MIME-Version"

_TOKEN = re.compile(r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]{1,127}")
_VALUE = re.compile(r"[^;]*")
_CONTENT_ID = re.compile(r"[!-;=?-~]{1,900}")


def is_content(field: HeaderField) -> bool:
    """Whether a field says something about the body, and goes with it."""
    return field.name.lower().startswith("content-")


@lru_cache(maxsize=256)
def content_field(name: str, body: str, line_end: bytes) -> HeaderField:
    """Make a field of a wire form in ASCII."""
    return HeaderField(fold(name, body, line_end=line_end))


def type_field(
    media_type: str, parameters: Iterable[tuple[str, str]], line_end: bytes, form: Form = "rfc2231"
) -> HeaderField:
    """Make a Content-Type field."""
    return _type_field(media_type, tuple(parameters), line_end, form)


@lru_cache(maxsize=64)
def _type_field(media_type: str, parameters: tuple[tuple[str, str], ...], line_end: bytes, form: Form) -> HeaderField:
    # Most of the time it is one of a few.
    for name, value in parameters:
        check_token("parameter", name)
        check_value(f"Content-Type ({name})", value)
    return content_field(CONTENT_TYPE, format_parameters(checked_type(media_type), parameters, form=form), line_end)


def multipart_field(subtype: str, boundary: bytes, line_end: bytes) -> HeaderField:
    """Make the Content-Type field of a container; the boundary is one that `Identifiers` gives."""
    first = b"Content-Type: multipart/" + subtype.encode("ascii")
    return HeaderField(first + b";" + line_end + b' boundary="' + boundary + b'"' + line_end)


def disposition_field(
    disposition: str, parameters: Iterable[tuple[str, str]], line_end: bytes, form: Form = "rfc2231"
) -> HeaderField:
    """Make a Content-Disposition field."""
    for name, value in parameters:
        check_token("parameter", name)
        check_value(f"Content-Disposition ({name})", value)
    check_token("disposition", disposition)
    return content_field(DISPOSITION, format_parameters(disposition, parameters, form=form), line_end)


def encoding_field(encoding: TransferEncoding, line_end: bytes) -> HeaderField:
    """Make a Content-Transfer-Encoding field."""
    return content_field(TRANSFER_ENCODING, encoding.value, line_end)


def checked_type(media_type: str) -> str:
    """Give a media type back, or raise `HeaderError` if it is none (RFC 6838 section 4.2)."""
    kind, slash, subtype = media_type.partition("/")
    if not slash or not _TOKEN.fullmatch(kind) or not _TOKEN.fullmatch(subtype):
        raise HeaderError(
            f"{media_type[:80]!r} is no media type.",
            hint="Write it as type/subtype, such as text/csv.",
            value=media_type,
        )
    return media_type


def check_token(what: str, value: str) -> None:
    """Raise `HeaderError` unless the value is a token (RFC 2045 section 5.1)."""
    if not _TOKEN.fullmatch(value):
        raise HeaderError(
            f"The {what} {value[:80]!r} is no token.", hint="Use letters, digits and dashes.", value=value
        )


def checked_content_id(content_id: str) -> str:
    """Give a Content-ID without its angle brackets, or raise `HeaderError` if none can be written (RFC 2392)."""
    bare = content_id.strip().removeprefix("<").removesuffix(">")
    if not _CONTENT_ID.fullmatch(bare):
        raise HeaderError(
            f"{content_id[:80]!r} is no Content-ID.",
            hint="Use ASCII without blanks and angle brackets, such as logo@example.com.",
            value=content_id,
        )
    return bare


def with_parameter(
    header: HeaderSection, field_name: str, name: str, value: str | None, line_end: bytes, form: Form = "rfc2231"
) -> HeaderSection:
    """Set one parameter of the first field of that name and leave its other octets; None takes it out.

    The same header where there is no such field.
    """
    check_value(f"{field_name} ({name})", value or "")
    field = header.first(field_name)
    if field is None:
        return header
    body = field.raw_body.decode("latin-1")
    changed = set_parameter(body, name, value, form=form, line_end=line_end.decode("ascii"))
    return header.with_field(field_name, _with_body(field, changed))


def with_value(header: HeaderSection, field_name: str, value: str) -> HeaderSection:
    """Set what stands before the parameters of the first field of that name; the field must be there."""
    field = header.first(field_name)
    if field is None:
        return header
    body = field.raw_body.decode("latin-1")
    found = _VALUE.match(body)
    old = found[0] if found else ""
    bare = old.strip(" \t\r\n")
    changed = old.replace(bare, value, 1) if bare else f" {value}{old.lstrip(' ')}"
    return header.with_field(field_name, _with_body(field, changed + body[len(old) :]))


def _with_body(field: HeaderField, body: str) -> HeaderField:
    name = field.octets[: len(field.octets) - len(field.raw_body)]
    return HeaderField(name + body.encode("latin-1"))


def with_version(header: HeaderSection, line_end: bytes) -> HeaderSection:
    """Give a message's header section with MIME-Version, put before its first Content-* field if it was missing."""
    if header.first(VERSION) is not None:
        return header
    fields = header.fields
    index = next((i for i, field in enumerate(fields) if is_content(field)), len(fields))
    return header.inserted(index, content_field(VERSION, "1.0", line_end))


def with_text_fields(
    entity: Entity, charset: str, encoding: TransferEncoding, line_end: bytes, is_root: bool
) -> HeaderSection:
    """Give a leaf's header section that says this charset and encoding, changed only where it says something else."""
    header = entity.header
    if charset != entity.charset:
        if header.first(CONTENT_TYPE) is None:
            header = header.with_field(CONTENT_TYPE, type_field("text/plain", (("charset", charset),), line_end))
        else:
            header = with_parameter(header, CONTENT_TYPE, "charset", charset, line_end)
    if encoding is not entity.transfer_encoding:
        header = header.with_field(TRANSFER_ENCODING, encoding_field(encoding, line_end))
    is_plain = entity.header.first(CONTENT_TYPE) is None and entity.header.first(TRANSFER_ENCODING) is None
    return with_version(header, line_end) if is_root and is_plain and header is not entity.header else header


def with_type_said(entity: Entity, media_type: str, line_end: bytes) -> Entity:
    """Give the entity with a Content-Type field, where the one it has by default would be another elsewhere."""
    if entity.header.first(CONTENT_TYPE) is not None:
        return entity
    header = entity.header.with_field(CONTENT_TYPE, type_field(media_type, (), line_end))
    return replace(entity, header=header, separator=entity.separator or line_end)
