"""The document: an immutable tree of MIME entities (RFC 2045 section 2.4, RFC 2046 section 5).

An `Entity` is a header section, the octets of the blank line, and a body. The body is one of

* `Given`: octets exactly as they were read, still transfer-encoded;
* `Made`: content that somebody typed or attached, with the charset and transfer encoding to write it in;
* `Multipart`: boundary, children and every octet between them;
* `Nested`: one unencoded message (message/rfc822, message/global, message/news).

Joining all pieces gives the octets of the entity: there is no other way to write one, and nothing to keep in step.
Everything derived (rope, parameters, children) is computed when first asked for and kept on the entity.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NewType

from sescomposer.core.charset import codec_name
from sescomposer.core.defects import Defect
from sescomposer.core.encoded_word import decode as decode_words
from sescomposer.core.errors import EncodingError, MessageError
from sescomposer.core.header import HeaderSection
from sescomposer.core.lazy import lazy
from sescomposer.core.limits import PARAMETERS_CHARACTERS
from sescomposer.core.notes import Note
from sescomposer.core.octets import EMPTY, Octets, base64_octets
from sescomposer.core.parameter import Parameterized, parse_parameters
from sescomposer.core.text import Text
from sescomposer.core.text_encoding import decoded_octets, encode_text
from sescomposer.core.transfer_encoding import TransferEncoding, decode, named

Key = NewType("Key", int)
"""Names an entity through edits and re-parsing; no part of its octets or of equality."""

_PLAIN_TYPE = re.compile(r"([\w!#$&^.+-]++/[\w!#$&^.+-]++)[ \t]*+(?:;|\Z)", re.ASCII)

_next_key = itertools.count(1)


def new_key() -> Key:
    """Make a key that no other entity of this process has.

    >>> new_key() == new_key()
    False
    """
    return Key(next(_next_key))


@dataclass(frozen=True, eq=False)
class Given:
    """A body as it was read: `octets` are transfer-encoded and keep their line ends."""

    octets: Octets


@dataclass(frozen=True, eq=False)
class Made:
    """A body of ours, not yet encoded.

    Attributes:
        content: `Text` with LF line ends, or octets.
        charset: Charset to write a text in; empty for octets.
        encoding: Transfer encoding to write it in.
        line_end: Line end of the encoded octets.
    """

    content: Text | Octets
    charset: str
    encoding: TransferEncoding
    line_end: bytes = b"\r\n"

    @lazy
    def octets(self) -> Octets:
        """The transfer-encoded octets, as they stand in the message."""
        if isinstance(self.content, Text):
            return encode_text(self.content, self.charset, self.encoding, self.line_end)
        if self.encoding is TransferEncoding.BASE64:
            return base64_octets(self.content, self.line_end)
        return self.content


@dataclass(frozen=True, eq=False)
class Multipart:
    """A body of parts (RFC 2046 section 5.1.1).

    Attributes:
        boundary: The boundary without the two leading dashes.
        preamble: Octets before the first delimiter.
        delimiters: One for each child, exactly as it stands: leading line end (where there is one), dashes,
            boundary, padding and the line end behind.
        children: The parts, in order.
        close: The close delimiter in the same form; empty where it is missing.
        epilogue: Octets behind the close delimiter.
    """

    boundary: bytes
    preamble: Octets
    delimiters: tuple[bytes, ...]
    children: "tuple[Entity, ...]"
    close: bytes
    epilogue: Octets

    @lazy
    def octets(self) -> Octets:
        """All pieces in order."""
        return Octets.join(self.pieces())

    def pieces(self) -> list[Octets | bytes]:
        """Give what stands in the body, in order."""
        parts: list[Octets | bytes] = [self.preamble]
        for delimiter, child in zip(self.delimiters, self.children, strict=True):
            parts.append(delimiter)
            parts.append(child.octets)
        parts.append(self.close)
        parts.append(self.epilogue)
        return parts


@dataclass(frozen=True, eq=False)
class Nested:
    """An unencoded message as body (RFC 2046 section 5.2.1)."""

    entity: "Entity"

    @lazy
    def octets(self) -> Octets:
        """The octets of the message inside."""
        return self.entity.octets


Body = Given | Made | Multipart | Nested


@dataclass(frozen=True, eq=False, repr=False)
class Entity:
    """One MIME entity; the root of a tree is the message.

    Attributes:
        header: The header section.
        separator: Octets of the blank line behind it; empty where it is missing.
        body: See the module.
        note: Why the body was left unopened ("" if it was not): one of the words of `core.parse`.
        key: See `Key`.

    Two entities are equal only if they are the same object. Caches are pure functions of the entity, so that threads
    that compute one twice store equal values.

    >>> root = Entity(HeaderSection.of_octets(Octets.of(b"Subject: Hi\\r\\n"), b"\\r\\n"), b"\\r\\n", Given(EMPTY))
    >>> bytes(root.render()), root.media_type, root.subject
    (b'Subject: Hi\\r\\n\\r\\n', 'text/plain', 'Hi')
    """

    header: HeaderSection
    separator: bytes
    body: Body
    note: str = ""
    key: Key = field(default_factory=new_key)

    def __repr__(self) -> str:
        """One line, without content."""
        return f"<Entity {self.key} {self.media_type}, {len(self.octets)} octets, {len(self.children)} children>"

    @lazy
    def octets(self) -> Octets:
        """The entity's octets as a rope."""
        if isinstance(self.body, Multipart):
            # Joined at once, as each key does so at every level above it.
            return Octets.join((self.header.octets, self.separator, *self.body.pieces()))
        return Octets.join((self.header.octets, self.separator, self.body.octets))

    def render(self) -> Octets:
        """Give the octets as a rope, for the form of the call that the public interface promises."""
        return self.octets

    @lazy
    def content_type(self) -> Parameterized:
        """Content-Type with its parameters, lower-case value; an empty value where there is no field."""
        return parse_parameters(self.header.get("Content-Type")[:PARAMETERS_CHARACTERS])

    @lazy
    def media_type(self) -> str:
        """Type and subtype in lower case; text/plain where the field is missing or is no type (RFC 2045 5.2)."""
        plain = _PLAIN_TYPE.match(self.header.get("Content-Type")[:PARAMETERS_CHARACTERS])
        if plain:
            # The parameters need no reading.
            return plain[1].lower()
        value = self.content_type.value.strip().lower()
        kind, slash, subtype = value.partition("/")
        if slash and kind and subtype:
            return value
        # A part of a digest is a message without saying so (RFC 2046 section 5.1.5), also where it stays unopened.
        is_message = isinstance(self.body, Nested) or self.note == Note.ENCODED_MESSAGE
        return "message/rfc822" if is_message else "text/plain"

    @lazy
    def charset(self) -> str:
        """The charset parameter in lower case, "us-ascii" where there is none."""
        return (self.content_type.get("charset") or "us-ascii").lower()

    @lazy
    def transfer_encoding(self) -> TransferEncoding:
        """Content-Transfer-Encoding; 7bit where the field is missing (RFC 2045 section 6.1)."""
        value = self.header.get("Content-Transfer-Encoding")
        return named(value) if value.strip() else TransferEncoding.SEVEN_BIT

    @lazy
    def content_disposition(self) -> Parameterized:
        """Content-Disposition with its parameters (RFC 2183); an empty value where there is no field."""
        return parse_parameters(self.header.get("Content-Disposition")[:PARAMETERS_CHARACTERS])

    @lazy
    def disposition(self) -> str:
        """The disposition in lower case, "" where there is none."""
        return self.content_disposition.value.strip().lower()

    @lazy
    def file_name(self) -> str:
        """The decoded file name: of Content-Disposition, else the name parameter of Content-Type, else ""."""
        return self.content_disposition.get("filename") or self.content_type.get("name") or ""

    @lazy
    def content_id(self) -> str:
        """Content-ID without its angle brackets, "" where there is none (RFC 2392)."""
        return self.header.get("Content-ID").strip().removeprefix("<").removesuffix(">")

    @lazy
    def subject(self) -> str:
        """Decoded Subject, "" where there is none."""
        return decode_words(self.header.get("Subject"))

    @lazy
    def defects(self) -> tuple[Defect, ...]:
        """What is wrong with this entity, its parts left out; offsets are relative to it. See `entity_defects`."""
        from sescomposer.core.entity_defects import entity_defects

        return entity_defects(self)

    @lazy
    def line_end(self) -> bytes:
        """The line end of the header section, which new octets take."""
        return self.header.line_end

    @property
    def is_multipart(self) -> bool:
        """Whether the body was opened as parts."""
        return isinstance(self.body, Multipart)

    @property
    def is_text(self) -> bool:
        """Whether this is a leaf of a text type."""
        return self.media_type.startswith("text/") and not self.children

    @property
    def children(self) -> "tuple[Entity, ...]":
        """The entities directly inside: parts, or the one nested message."""
        match self.body:
            case Multipart(children=children):
                return children
            case Nested(entity=entity):
                return (entity,)
            case _:
                return ()

    def walk(self) -> "Iterator[Entity]":
        """Give all entities, this one first, in the order of their octets; no recursion."""
        open_entities = [self]
        while open_entities:
            entity = open_entities.pop()
            yield entity
            open_entities.extend(reversed(entity.children))

    def find(self, key: Key) -> "Entity | None":
        """Give the entity of that key in this tree, or None."""
        return next((entity for entity in self.walk() if entity.key == key), None)

    def trail(self, key: Key) -> "tuple[Entity, ...]":
        """Give the entities from this one down to that of `key`, both included; empty if it is not here."""
        open_trails: list[tuple[Entity, ...]] = [(self,)]
        while open_trails:
            trail = open_trails.pop()
            if trail[-1].key == key:
                return trail
            open_trails.extend((*trail, child) for child in reversed(trail[-1].children))
        return ()

    def at(self, part: str) -> "Entity":
        """Give the entity with that part number (RFC 9051 section 6.4.5.1).

        Raises:
            MessageError: no part has that number; the number is the value.
        """
        from sescomposer.core.numbering import numbered

        found = numbered(self, part)
        if found is None:
            raise MessageError(
                f"The message has no part {part!r}.", hint="List the parts with the verb 'tree'.", value=part
            )
        return found

    @lazy
    def content(self) -> Octets:
        """The content without transfer encoding: of a leaf decoded, of a container as it stands.

        A text of ours is in its charset and with the line end of the part.
        """
        body = self.body
        if isinstance(body, Made):
            if isinstance(body.content, Octets):
                return body.content
            return decoded_octets(body.content, body.charset, body.encoding, body.line_end)
        if self.transfer_encoding in (TransferEncoding.BASE64, TransferEncoding.QUOTED_PRINTABLE) and not self.children:
            return Octets.of(decode(body.octets, self.transfer_encoding))
        return body.octets

    @lazy
    def text_value(self) -> Text:
        """The text of a leaf with LF line ends.

        Raises:
            EncodingError: the charset is unknown, or the octets are none of its text.
        """
        if isinstance(self.body, Made) and isinstance(self.body.content, Text):
            return self.body.content
        return Text.of(_decoded_text(bytes(self.content), self.charset))

    def text(self) -> str:
        """The text of a leaf as one string with LF line ends; see `text_value` for errors."""
        return str(self.text_value)


def _decoded_text(octets: bytes, charset: str) -> str:
    """Decode by charset, US-ASCII strictly, and turn line ends into LF."""
    codec = codec_name(charset)
    if codec is None:
        raise EncodingError(
            f"The charset {charset!r} is not known.", hint="Change the charset of the part.", value=charset
        )
    try:
        text = octets.decode(codec)
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"The octets are no text in {charset}.",
            hint="Change the charset of the part, or edit its octets.",
            value=charset,
            position=error.start,
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


__all__ = ["EMPTY", "Body", "Entity", "Given", "Key", "Made", "Multipart", "Nested", "new_key"]
