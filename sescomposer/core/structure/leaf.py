"""Edits of one leaf's content: typed text, whole texts, charset, transfer encoding, other octets."""

from collections.abc import Iterable
from dataclasses import replace

from sescomposer.core.charset import codec_name
from sescomposer.core.entity import Entity, Given, Key, Made, Multipart, Nested
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.lazy import kept
from sescomposer.core.octets import Octets
from sescomposer.core.quoted_printable import quoted_printable
from sescomposer.core.structure.attachment import is_seven_bit, nested
from sescomposer.core.structure.boundaries import searched, without_conflicts
from sescomposer.core.structure.fields import TRANSFER_ENCODING, encoding_field, with_text_fields
from sescomposer.core.structure.glue import with_body
from sescomposer.core.structure.paths import Path, editable_path, grafted, is_message
from sescomposer.core.text import Text
from sescomposer.core.text_encoding import choose_charset, choose_encoding
from sescomposer.core.transfer_encoding import TransferEncoding

_ENCODINGS = (
    TransferEncoding.SEVEN_BIT,
    TransferEncoding.EIGHT_BIT,
    TransferEncoding.QUOTED_PRINTABLE,
    TransferEncoding.BASE64,
)

_LITERAL = (TransferEncoding.SEVEN_BIT, TransferEncoding.EIGHT_BIT)


def splice(
    root: Entity, key: Key, position: int, removed: int, added: str, ids: Identifiers, *, utf16: bool = False
) -> Entity:
    """Apply one edit of an editor to the text of a leaf.

    Args:
        root: The message.
        key: The leaf.
        position, removed: Place and length of what goes, in code points; with `utf16` in UTF-16 units, as Qt counts.
        added: What comes in its place, with any line ends.
        ids: Maker of boundaries, asked only where the text looks like one.
        utf16: How to count.

    Returns:
        The root. The leaf keeps its charset while that can hold the text, else has UTF-8; its transfer encoding is
        chosen anew. Only the charset parameter and the transfer encoding of its header section change.

    Raises:
        EditError: the leaf is no text, is signed or encrypted, or has no such place.
        EncodingError: its octets are no text in its charset, or `added` holds unpaired surrogates.
    """
    path = editable_path(root, key)
    old = editable_text(path[-1])
    length = old.utf16_length if utf16 else len(old)
    if position < 0 or removed < 0 or position + removed > length:
        raise EditError(
            f"The text has no place {position} to {position + removed}.",
            hint=f"It has {length} characters.",
            value=position,
        )
    added = checked_text(added)
    new = old.splice(position, removed, added, utf16=utf16)
    is_counted = not utf16 or length == len(old)
    return _with_leaf_text(path, new, ids, (position, added) if is_counted else None)


def replaced_text(root: Entity, key: Key, text: str, ids: Identifiers) -> Entity:
    """Give a leaf another text; what is equal at both ends stays the same. See `splice`."""
    path = editable_path(root, key)
    old = editable_text(path[-1])
    new = old.replaced(checked_text(text))
    return root if new is old else _with_leaf_text(path, new, ids, None)


def checked_text(text: str) -> str:
    """Give the text with LF line ends.

    Raises:
        EncodingError: it holds unpaired surrogates.
    """
    try:
        # Encoding is many times as fast as any search for the few characters that have no octets.
        text.isascii() or text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise EncodingError(
            f"The text holds half of a character at {error.start}.",
            hint="Type the character again.",
            value=text[max(error.start - 20, 0) : error.start + 20],
            position=error.start,
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def editable_text(leaf: Entity) -> Text:
    """Give the text of a leaf that can be edited without harm.

    Raises:
        EditError: it is no text.
        EncodingError: writing its text back would not give its octets again.
    """
    if isinstance(leaf.body, Made) and isinstance(leaf.body.content, Text):
        return leaf.body.content
    if not leaf.is_text:
        raise EditError(
            f"A part of type {leaf.media_type} holds no text.", hint="Replace its content.", value=leaf.media_type
        )
    text = leaf.text_value
    if not kept(leaf, _comes_back):
        raise EncodingError(
            f"Writing the text back in {leaf.charset!r} would change its octets.",
            hint="Change the charset of the part, or edit its octets.",
            value=leaf.charset,
        )
    return text


def _comes_back(leaf: Entity) -> bool:
    """Whether its charset writes a text as it was read."""
    codec = codec_name(leaf.charset) or leaf.charset
    content = bytes(leaf.content)
    return content.decode(codec).encode(codec) == content


def _with_leaf_text(path: Path, text: Text, ids: Identifiers, change: tuple[int, str] | None) -> Entity:
    leaf, line_end = path[-1], path[0].line_end
    old = leaf.body
    charset = choose_charset(text, _charset_of(leaf))
    encoding = choose_encoding(text, charset)
    header = leaf.header
    if not isinstance(old, Made) or (old.charset, old.encoding) != (charset, encoding):
        header = with_text_fields(leaf, charset, encoding, line_end, is_message(path))
        change = None
    body = Made(text, charset, encoding, line_end)
    new = with_body(leaf, header, body, line_end)
    root = grafted(path, new)
    return without_conflicts(root, leaf.key, _fresh(path, body, change), ids)


def _fresh(path: Path, body: Made, change: tuple[int, str] | None) -> Iterable[Octets]:
    """The encoded octets that may be new, as few as can be told cheaply."""
    if body.encoding is TransferEncoding.BASE64 or len(path) == 1:
        return ()
    if body.encoding is TransferEncoding.QUOTED_PRINTABLE and all(b"=_" in name for name in _boundaries(path)):
        # In quoted-printable two hexadecimal digits or a line end follow each "=".
        return ()
    if change is None or not isinstance(body.content, Text) or body.encoding is TransferEncoding.QUOTED_PRINTABLE:
        return (body.octets,)
    position, added = change
    longest = max(map(len, _boundaries(path)), default=0)
    start = body.content.line_start(body.content.line_of(position))
    return (Octets.of(body.content.slice(start, position + len(added) + longest + 2).encode("utf-8")),)


def _boundaries(path: Path) -> list[bytes]:
    return [entity.body.boundary for entity in path[:-1] if isinstance(entity.body, Multipart)]


def with_charset(root: Entity, key: Key, charset: str, ids: Identifiers) -> Entity:
    """Write the text of a leaf in another charset.

    Raises:
        EncodingError: the charset is unknown or cannot hold the text, or the octets are no text in the present one
            (then set the charset parameter of Content-Type: the octets stay).
        EditError: see `splice`.
    """
    path = editable_path(root, key)
    text = editable_text(path[-1])
    wanted = charset.strip().lower()
    if codec_name(wanted) is None:
        raise EncodingError(f"The charset {charset!r} is not known.", hint="Use utf-8.", value=charset)
    if choose_charset(text, wanted) != wanted:
        raise EncodingError(f"The charset {charset!r} cannot hold the text.", hint="Use utf-8.", value=charset)
    return _made(path, Made(text, wanted, choose_encoding(text, wanted), root.line_end), ids)


def with_transfer_encoding(root: Entity, key: Key, encoding: TransferEncoding, ids: Identifiers) -> Entity:
    """Write the content of a leaf in another transfer encoding; the content stays.

    Raises:
        EncodingError: the encoding cannot hold the content, or none of ours is named.
        EditError: the part is a container, or is signed or encrypted.
    """
    path = editable_path(root, key)
    leaf = path[-1]
    if leaf.children or leaf.media_type.startswith(("multipart/", "message/")):
        raise EditError("Only a leaf has a transfer encoding to choose.", hint="Select a part inside.")
    if encoding not in _ENCODINGS:
        raise EncodingError(f"Nothing is written as {encoding.value!r}.", hint="Use quoted-printable or base64.")
    return _made(path, _encoded(leaf, encoding, root.line_end), ids, encoding)


def _encoded(leaf: Entity, encoding: TransferEncoding, line_end: bytes) -> Made | Given:
    """A leaf's content in another encoding: as text where it is one that survives, else by octets."""
    text = _text_or_none(leaf)
    if text is not None:
        body = Made(text, _charset_of(leaf), encoding, line_end)
        if encoding in _LITERAL:
            _check_literal(body.octets, encoding, line_end)
        return body
    if encoding is TransferEncoding.BASE64:
        return Made(leaf.content, "", encoding, line_end)
    if encoding is TransferEncoding.QUOTED_PRINTABLE:
        return Given(Octets.of(quoted_printable(bytes(leaf.content), line_end=line_end, binary=not leaf.is_text)))
    _check_literal(leaf.content, encoding, line_end)
    return Given(leaf.content)


def _charset_of(leaf: Entity) -> str:
    """What a text of it is written in; a file of ours knows it from its header section alone."""
    return (leaf.body.charset if isinstance(leaf.body, Made) else "") or leaf.charset


def _text_or_none(leaf: Entity) -> Text | None:
    if not leaf.is_text:
        return None
    try:
        return editable_text(leaf)
    except EncodingError:
        # Not a failure: the content is then taken octet by octet.
        return None


def _check_literal(octets: Octets, encoding: TransferEncoding, line_end: bytes) -> None:
    """Raise `EncodingError` if octets cannot stand in the message as they are."""
    if encoding is TransferEncoding.SEVEN_BIT and not is_seven_bit(octets):
        raise EncodingError("The content has octets with the eighth bit set.", hint="Use quoted-printable.")
    if line_end == b"\r" and octets.find(b"\n") >= 0:
        raise EncodingError("The content has LF, and the message ends its lines with CR.", hint="Use base64.")


def _made(path: Path, body: Made | Given, ids: Identifiers, encoding: TransferEncoding | None = None) -> Entity:
    """Put a body into a leaf and say its charset and encoding in the header section."""
    leaf, line_end = path[-1], path[0].line_end
    charset = body.charset if isinstance(body, Made) and body.charset else leaf.charset
    wanted = body.encoding if isinstance(body, Made) else encoding or TransferEncoding.QUOTED_PRINTABLE
    header = with_text_fields(leaf, charset, wanted, line_end, is_message(path))
    new = with_body(leaf, header, body, line_end)
    return without_conflicts(grafted(path, new), leaf.key, searched(new), ids)


def remake(root: Entity, key: Key, ids: Identifiers) -> Entity:
    """Encode a part anew so that it is 7-bit with short lines; of a container every leaf that needs it.

    The text or the octets stay the same; bare CR and LF of a text become line ends.

    Raises:
        EditError: it is signed or encrypted.
    """
    target = editable_path(root, key)[-1]
    for leaf in tuple(target.walk()):
        if leaf.children or leaf.media_type.startswith(("multipart/", "message/rfc822", "message/global")):
            continue
        path = _path_or_none(root, leaf.key)
        if path is not None and (leaf is target or not is_clean(leaf.body.octets)):
            root = _made(path, _clean_body(leaf, root.line_end), ids)
    return _with_clean_claims(root, target)


def _path_or_none(root: Entity, key: Key) -> Path | None:
    try:
        return editable_path(root, key)
    except EditError:
        # A signed part inside the container stays as it is.
        return None


def _clean_body(leaf: Entity, line_end: bytes) -> Made | Given:
    text = _text_or_none(leaf)
    if text is not None:
        return Made(text, leaf.charset, choose_encoding(text, leaf.charset), line_end)
    if leaf.is_text:
        return Given(Octets.of(quoted_printable(bytes(leaf.content), line_end=line_end)))
    return Made(leaf.content, "", TransferEncoding.BASE64, line_end)


def is_clean(octets: Octets) -> bool:
    """Whether octets are 7-bit, without NUL and bare CR, in lines of at most 998 octets with CRLF."""
    rest = b""
    for chunk in octets.chunks():
        window = rest + bytes(chunk)
        if not window.isascii() or b"\x00" in window:
            return False
        *lines, rest = window.split(b"\r\n")
        if any(len(line) > 998 or b"\n" in line or b"\r" in line for line in lines) or len(rest) > 999:
            return False
    return len(rest) <= 998 and b"\r" not in rest and b"\n" not in rest


def _with_clean_claims(root: Entity, target: Entity) -> Entity:
    """Let containers in and above `target` no longer say 8bit or binary where all inside is 7-bit now."""
    keys = [entity.key for entity in target.walk() if entity.children]
    for key in reversed(keys):
        path = _path_or_none(root, key)
        loud = (TransferEncoding.EIGHT_BIT, TransferEncoding.BINARY)
        if path is None or path[-1].transfer_encoding not in loud or not is_seven_bit(path[-1].body.octets):
            continue
        field = encoding_field(TransferEncoding.SEVEN_BIT, root.line_end)
        header = path[-1].header.with_field(TRANSFER_ENCODING, field)
        root = grafted(path, replace(path[-1], header=header))
    return root


def replaced_content(root: Entity, key: Key, octets: Octets, ids: Identifiers) -> Entity:
    """Give a part other content: octets not encoded, for a text in its charset.

    Args:
        root: The message.
        key: A leaf, or a message/rfc822 part.
        octets: The new content; a snapshot.
        ids: Maker of boundaries.

    Raises:
        EditError: the part is a multipart, or is signed or encrypted.
    """
    path = editable_path(root, key)
    part, line_end = path[-1], root.line_end
    if part.media_type.startswith("multipart/"):
        raise EditError("A multipart has no content of its own.", hint="Replace one of its parts.")
    if isinstance(part.body, Nested):
        new = with_body(part, part.header, Nested(nested(octets, line_end)), line_end)
        return without_conflicts(grafted(path, new), key, searched(new), ids)
    as_octets = replace(part, body=Made(octets, "", TransferEncoding.BASE64, line_end))
    text = _text_or_none(as_octets) if not is_attached(part) else None
    if text is None:
        return _made(path, Made(octets, "", TransferEncoding.BASE64, line_end), ids)
    return _made(path, Made(text, part.charset, choose_encoding(text, part.charset), line_end), ids)


def is_attached(part: Entity) -> bool:
    """Whether a part is a file rather than a body."""
    return part.disposition == "attachment" or bool(part.file_name)


__all__ = [
    "checked_text",
    "editable_text",
    "is_clean",
    "remake",
    "replaced_content",
    "replaced_text",
    "splice",
    "with_charset",
    "with_transfer_encoding",
]
