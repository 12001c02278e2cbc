"""What a part says about itself: file name, media type, disposition, Content-ID, description (RFC 2183, RFC 2045)."""

from collections.abc import Callable

from sescomposer.core.entity import Entity, Key
from sescomposer.core.header import HeaderSection
from sescomposer.core.header_making import check_value, make_field
from sescomposer.core.parameter import Form
from sescomposer.core.structure.fields import (
    CONTENT_TYPE,
    DISPOSITION,
    check_token,
    checked_content_id,
    checked_type,
    content_field,
    disposition_field,
    type_field,
    with_parameter,
    with_value,
    with_version,
)
from sescomposer.core.structure.header_edits import with_header
from sescomposer.core.structure.paths import is_message, path_to

Change = Callable[[HeaderSection], HeaderSection]


def with_file_name(root: Entity, key: Key, file_name: str, *, form: Form = "rfc2231") -> Entity:
    """Set the file name of a part in any script; "" takes it out.

    It is written into Content-Disposition (attachment, where there was none), and into the name parameter of
    Content-Type where that is there already.

    Raises:
        HeaderError: the name holds CR, LF, NUL or unpaired surrogates.
        EditError: there is no such part, or it is signed or encrypted.
    """
    check_value("Content-Disposition (filename)", file_name)

    def change(header: HeaderSection) -> HeaderSection:
        line_end = root.line_end
        if header.first(DISPOSITION) is None and file_name:
            header = header.with_field(
                DISPOSITION, disposition_field("attachment", (("filename", file_name),), line_end, form)
            )
        else:
            header = with_parameter(header, DISPOSITION, "filename", file_name or None, line_end, form)
        if not root_part.content_type.get("name"):
            return header
        return with_parameter(header, CONTENT_TYPE, "name", file_name or None, line_end, form)

    root_part = path_to(root, key)[-1]
    return _changed(root, key, change)


def with_media_type(root: Entity, key: Key, media_type: str) -> Entity:
    """Set type and subtype of a part; its parameters and its octets stay.

    Raises:
        HeaderError: `media_type` is none.
        EditError: see `with_file_name`.
    """
    checked_type(media_type)

    def change(header: HeaderSection) -> HeaderSection:
        if header.first(CONTENT_TYPE) is None:
            return header.with_field(CONTENT_TYPE, type_field(media_type, (), root.line_end))
        return with_value(header, CONTENT_TYPE, media_type)

    return _changed(root, key, change)


def with_disposition(root: Entity, key: Key, disposition: str) -> Entity:
    """Set the disposition ("attachment", "inline" or another token); "" takes the field out.

    Raises:
        HeaderError: it is no token.
        EditError: see `with_file_name`.
    """
    if disposition:
        check_token("disposition", disposition)

    def change(header: HeaderSection) -> HeaderSection:
        if not disposition:
            return header.without(DISPOSITION)
        if header.first(DISPOSITION) is None:
            return header.with_field(DISPOSITION, disposition_field(disposition, (), root.line_end))
        return with_value(header, DISPOSITION, disposition)

    return _changed(root, key, change)


def with_content_id(root: Entity, key: Key, content_id: str) -> Entity:
    """Set Content-ID, with or without angle brackets; "" takes the field out (RFC 2392).

    Raises:
        HeaderError: no Content-ID can be written so.
        EditError: see `with_file_name`.
    """
    bare = checked_content_id(content_id) if content_id else ""

    def change(header: HeaderSection) -> HeaderSection:
        if not bare:
            return header.without("Content-ID")
        return header.with_field("Content-ID", content_field("Content-ID", f"<{bare}>", root.line_end))

    return _changed(root, key, change)


def with_description(root: Entity, key: Key, description: str) -> Entity:
    """Set Content-Description in any script; "" takes the field out.

    Raises:
        HeaderError: it holds CR, LF, NUL or unpaired surrogates.
        EditError: see `with_file_name`.
    """
    name = "Content-Description"
    field = make_field(name, description, line_end=root.line_end)
    return _changed(root, key, lambda header: header.with_field(name, field) if description else header.without(name))


def _changed(root: Entity, key: Key, change: Change) -> Entity:
    """Change a part's header section; a message that gets a Content-* field gets MIME-Version with it."""
    if not is_message(path_to(root, key)):
        return with_header(root, key, change)

    def with_mime(header: HeaderSection) -> HeaderSection:
        changed = change(header)
        return header if changed is header else with_version(changed, root.line_end)

    return with_header(root, key, with_mime)


__all__ = ["with_content_id", "with_description", "with_disposition", "with_file_name", "with_media_type"]
