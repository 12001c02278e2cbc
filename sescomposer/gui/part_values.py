"""The values that the properties of a part have, and the edit that makes one set of them of another."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sescomposer.core.body_parts import body_parts
from sescomposer.core.encoded_word import decode
from sescomposer.core.entity import Entity, Given, Key, Made
from sescomposer.core.errors import MessageError
from sescomposer.core.header import HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.media_type import guess
from sescomposer.core.parameter import Form
from sescomposer.core.structure import (
    with_charset,
    with_content_id,
    with_description,
    with_disposition,
    with_file_name,
    with_media_type,
    with_transfer_encoding,
)
from sescomposer.core.structure.fields import CONTENT_TYPE, with_parameter
from sescomposer.core.structure.header_edits import with_header
from sescomposer.core.text import Text
from sescomposer.core.transfer_encoding import TransferEncoding
from sescomposer.core.transfer_encoding import decode as decode_octets

DISPOSITIONS = {"": "none", "attachment": "attachment", "inline": "inline"}
FORMS = {"rfc2231": "RFC 2231, the standard", "rfc2047": "Encoded words, RFC 2047"}
CHARSETS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252", "iso-8859-15", "iso-2022-jp", "gb18030", "koi8-r")
_HEAD = 64 * 78
"""Octets looked at: 64 full lines of base64."""

Step = Callable[[Entity], Entity]


@dataclass(frozen=True, slots=True)
class PartValues:
    """What a part says about itself, decoded; "" for what it does not say.

    Attributes:
        media_type: Type and subtype.
        file_name: In any script.
        name_form: "rfc2231" or "rfc2047": how a name outside ASCII is written.
        disposition: "attachment", "inline" or another token.
        content_id: Without angle brackets.
        description: In any script.
        charset: Of a text.
        encoding: Transfer encoding.
    """

    media_type: str
    file_name: str
    name_form: str
    disposition: str
    content_id: str
    description: str
    charset: str
    encoding: str

    @staticmethod
    def of(part: Entity) -> "PartValues":
        """Read them from a part."""
        raw = part.header.get("Content-Disposition") + part.header.get("Content-Type")
        return PartValues(
            part.media_type,
            part.file_name,
            "rfc2047" if "=?" in raw and "name*" not in raw.lower() else "rfc2231",
            part.disposition,
            part.content_id,
            decode(part.header.get("Content-Description")),
            part.charset if part.is_text else "",
            part.transfer_encoding.value,
        )

    def with_encoding_of(self, other: "PartValues") -> "PartValues":
        """Give these values with the transfer encoding of others, to see the header section before all is encoded."""
        return replace(self, encoding=other.encoding)

    def applied(self, root: Entity, key: Key, before: "PartValues", ids: Identifiers) -> Entity:
        """Give the root with every value that differs from `before` said by the part.

        Raises:
            MessageError: one of them cannot be said.
        """
        for step in self._steps(root, key, before, ids).values():
            root = step(root)
        return root

    def faults(self, root: Entity, part: Entity, before: "PartValues", ids: Identifiers) -> dict[str, MessageError]:
        """Try each value that differs by itself; give what is refused, by the name of the value."""
        found: dict[str, MessageError] = {}
        for name, step in self._steps(root, part.key, before, ids).items():
            try:
                step(root)
            except MessageError as error:
                found[name] = error
        return found

    def _steps(self, root: Entity, key: Key, before: "PartValues", ids: Identifiers) -> dict[str, Step]:
        """Give an edit for each value that differs; the disposition comes first, so that a name finds its field."""
        form: Form = "rfc2047" if self.name_form == "rfc2047" else "rfc2231"
        steps: dict[str, Step] = {
            "media_type": lambda r: with_media_type(r, key, self.media_type.strip()),
            "disposition": lambda r: with_disposition(r, key, self.disposition.strip().lower()),
            "file_name": lambda r: with_file_name(r, key, self.file_name, form=form),
            "name_form": lambda r: with_file_name(r, key, self.file_name, form=form) if self.file_name else r,
            "content_id": lambda r: with_content_id(r, key, self.content_id),
            "description": lambda r: with_description(r, key, self.description),
            "charset": lambda r: _with_charset(r, key, self.charset.strip(), ids),
            "encoding": lambda r: with_transfer_encoding(r, key, TransferEncoding(self.encoding), ids),
        }
        return {name: step for name, step in steps.items() if getattr(self, name) != getattr(before, name)}


def detected_type(part: Entity) -> str:
    """Give the media type that content and name suggest; "" for containers."""
    if part.children:
        return ""
    body = part.body
    if isinstance(body, Given):
        head = decode_octets(body.octets[: min(len(body.octets), _HEAD)], part.transfer_encoding)
    else:
        head = part.content.read(0, min(len(part.content), _HEAD))
    return guess(part.file_name, head)


def encodings_for(part: Entity) -> tuple[TransferEncoding, ...]:
    """Give the transfer encodings that can be chosen for a part: of files base64 alone, as nothing else is fit."""
    if part.children or part.media_type.startswith(("multipart/", "message/")):
        return (part.transfer_encoding,)
    if not part.is_text:
        return tuple(dict.fromkeys((part.transfer_encoding, TransferEncoding.BASE64)))
    ours = (
        TransferEncoding.SEVEN_BIT,
        TransferEncoding.QUOTED_PRINTABLE,
        TransferEncoding.BASE64,
        TransferEncoding.EIGHT_BIT,
    )
    return tuple(dict.fromkeys((part.transfer_encoding, *ours)))


def is_relabelled(root: Entity, part: Entity) -> bool:
    """Whether another charset only says how to read the octets: of files, and of what cannot be read as it says."""
    if isinstance(part.body, Made) and isinstance(part.body.content, Text):
        return False
    body = body_parts(root)
    if part not in (body.text, body.html):
        return True
    try:
        part.text()
    except MessageError:
        # Not a failure: then the charset is what is wrong.
        return True
    return False


def _with_charset(root: Entity, key: Key, charset: str, ids: Identifiers) -> Entity:
    """Write a text in another charset, or say that a file is in it."""
    part = root.find(key)
    if part is None or not is_relabelled(root, part):
        return with_charset(root, key, charset, ids)

    def change(header: HeaderSection) -> HeaderSection:
        return with_parameter(header, CONTENT_TYPE, "charset", charset or None, root.line_end)

    return with_header(root, key, change)
