"""Edits of the tree: root in, root out. The path to what changed is copied, everything else is the same object.

Nothing here asks for the time or for chance: boundaries and identifiers come from `Identifiers`. An edit below a
signature or inside encrypted content raises `EditError`; a value that no message can hold raises another
`MessageError`. Structure is decided in `layout` alone.
"""

from sescomposer.core.body_parts import BodyParts, body_parts
from sescomposer.core.structure.attachment import Attachment
from sescomposer.core.structure.containers import lift, unwrap, wrap
from sescomposer.core.structure.header_edits import (
    insert_header_field,
    move_header_field,
    remove_header_field,
    with_header_field,
    with_raw_header_field,
    without_header_fields,
)
from sescomposer.core.structure.layout import arranged, attach, embed, move, remove, with_html, with_text
from sescomposer.core.structure.leaf import (
    editable_text,
    is_clean,
    remake,
    replaced_text,
    splice,
    with_charset,
    with_transfer_encoding,
)
from sescomposer.core.structure.leaf import replaced_content as replace
from sescomposer.core.structure.line_ends import normalise_line_ends
from sescomposer.core.structure.messages import blank_message
from sescomposer.core.structure.ordering import reordered
from sescomposer.core.structure.part_fields import (
    with_content_id,
    with_description,
    with_disposition,
    with_file_name,
    with_media_type,
)

__all__ = [
    "Attachment",
    "BodyParts",
    "arranged",
    "attach",
    "blank_message",
    "body_parts",
    "editable_text",
    "embed",
    "insert_header_field",
    "is_clean",
    "lift",
    "move",
    "move_header_field",
    "normalise_line_ends",
    "remake",
    "remove",
    "remove_header_field",
    "reordered",
    "replace",
    "replaced_text",
    "splice",
    "unwrap",
    "with_charset",
    "with_content_id",
    "with_description",
    "with_disposition",
    "with_file_name",
    "with_header_field",
    "with_html",
    "with_media_type",
    "with_raw_header_field",
    "with_text",
    "with_transfer_encoding",
    "without_header_fields",
    "wrap",
]
