"""Edits as servers on the way make them: to the octets of single parts, without regard to any signature.

Of each body only the first mebibyte is changed. That is enough to tell what a signature survives, for one changed octet
tells as much as all of them, and so 40 MB cost no memory.
"""

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from sescomposer.core.entity import Body, Entity, Given, Multipart, Nested
from sescomposer.core.octets import Octets
from sescomposer.core.quoted_printable import decode_stream, quoted_printable
from sescomposer.core.structure.fields import TRANSFER_ENCODING, encoding_field
from sescomposer.core.transfer_encoding import TransferEncoding

WINDOW_OCTETS = 1 << 20

_CRLF = b"\r\n"
_TRAILING = re.compile(rb"(?<![ \t])[ \t]++(?=\r\n)")
_FROM = re.compile(rb"(?m)^From ")
_LINK = re.compile(rb"\b(https?)://", re.IGNORECASE)
_REDIRECT = rb"\1://click.invalid/L0/\1/"
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]+={0,2}\s*")
_BLANK = re.compile(rb"(?<=[^ \t])[ \t]+(?=[^ \t])")
_WIDTHS = (72, 60)
_FIRST_FOLD = 40


def mapped(root: Entity, change: Callable[[Entity], Entity]) -> Entity:
    """Give the tree with `change` applied to each leaf; the same object where nothing changed."""
    made: dict[int, Entity] = {}
    for entity in reversed(tuple(root.walk())):
        made[id(entity)] = _with_children(entity, made) if entity.children else change(entity)
    return made[id(root)]


def _with_children(entity: Entity, made: dict[int, Entity]) -> Entity:
    body: Body = entity.body
    new = [made[id(child)] for child in entity.children]
    if all(old is child for old, child in zip(entity.children, new, strict=True)):
        return entity
    if isinstance(body, Multipart):
        return replace(entity, body=replace(body, children=tuple(new)))
    return replace(entity, body=Nested(new[0]))


def with_octets(leaf: Entity, change: Callable[[bytes], bytes]) -> Entity:
    """Change the first octets of a body, cut at a line end that is no soft line break."""
    octets = leaf.body.octets
    head = octets.read(0, WINDOW_OCTETS)
    if len(head) < len(octets):
        head = head[: _last_line_end(head)]
    new = change(head)
    return leaf if new == head else replace(leaf, body=Given(Octets.join((new, octets[len(head) :]))))


def _last_line_end(head: bytes) -> int:
    """Give where the last whole line ends, 0 if there is none."""
    stop = head.rfind(_CRLF)
    while stop > 0 and head[stop - 1 : stop] == b"=":
        stop = head.rfind(_CRLF, 0, stop)
    return stop + len(_CRLF) if stop >= 0 else 0


def rewrapped(leaf: Entity) -> Entity:
    """Break base64 at other places."""
    return with_octets(leaf, _rewrapped) if leaf.transfer_encoding is TransferEncoding.BASE64 else leaf


def _rewrapped(head: bytes) -> bytes:
    text = b"".join(head.split())
    if not _BASE64.fullmatch(text):
        return head
    for width in _WIDTHS:
        end = _CRLF if head.endswith(_CRLF) else b""
        new = _CRLF.join(text[at : at + width] for at in range(0, len(text), width)) + end
        if new.split() != head.split():
            return new
    return head


def with_other_soft_breaks(leaf: Entity) -> Entity:
    """Break lines of quoted-printable at other places."""
    return with_octets(leaf, _rebroken) if leaf.transfer_encoding is TransferEncoding.QUOTED_PRINTABLE else leaf


def _rebroken(head: bytes) -> bytes:
    lines = head.replace(b"=\r\n", b"").split(_CRLF)
    for width in _WIDTHS:
        new = _CRLF.join(b"=\r\n".join(_rows(line, width)) for line in lines)
        if new != head:
            return new
    return head


def _rows(line: bytes, width: int) -> Iterator[bytes]:
    start = 0
    while len(line) - start > width:
        stop = start + width - 1
        escape = line.rfind(b"=", stop - 2, stop)
        stop = escape if escape > start else stop
        yield line[start:stop]
        start = stop
    yield line[start:]


def without_trailing_blanks(leaf: Entity) -> Entity:
    """Take blanks at line ends away."""
    return with_octets(leaf, lambda head: _TRAILING.sub(b"", head))


def with_trailing_blanks(leaf: Entity) -> Entity:
    """Put a blank at each line end."""
    return with_octets(leaf, lambda head: head.replace(_CRLF, b" \r\n"))


def with_marked_from(leaf: Entity) -> Entity:
    """Mark lines that start with `From `, as mailboxes in one file do."""
    is_base64 = leaf.transfer_encoding is TransferEncoding.BASE64
    return leaf if is_base64 else with_octets(leaf, lambda head: _FROM.sub(b">From ", head))


def converted(leaf: Entity) -> Entity:
    """Turn quoted-printable into 8-bit octets, and 8-bit octets into quoted-printable."""
    match leaf.transfer_encoding:
        case TransferEncoding.QUOTED_PRINTABLE:
            encoding, changed = TransferEncoding.EIGHT_BIT, with_octets(leaf, _to_eight_bit)
        case TransferEncoding.EIGHT_BIT if leaf.is_text:
            encoding, changed = TransferEncoding.QUOTED_PRINTABLE, with_octets(leaf, _to_seven_bit)
        case _:
            return leaf
    if changed is leaf:
        return leaf
    header = leaf.header.with_field(TRANSFER_ENCODING, encoding_field(encoding, _CRLF))
    return replace(changed, header=header)


def _to_eight_bit(head: bytes) -> bytes:
    decoded = b"".join(decode_stream([head]))
    return head if decoded.isascii() else decoded


def _to_seven_bit(head: bytes) -> bytes:
    return head if head.isascii() else quoted_printable(head)


def with_links(leaf: Entity) -> Entity:
    """Let links lead over another server."""
    if not leaf.is_text:
        return leaf
    is_base64 = leaf.transfer_encoding is TransferEncoding.BASE64
    return with_octets(leaf, _redirected_base64 if is_base64 else _redirected)


def _redirected(head: bytes) -> bytes:
    return _LINK.sub(_REDIRECT, head)


def _redirected_base64(head: bytes) -> bytes:
    text = b"".join(head.split())
    if not _BASE64.fullmatch(text) or len(text) % 4:
        return head
    content = binascii.a2b_base64(text)
    new = _redirected(content)
    if new == content:
        return head
    # No padding may come before what follows.
    new = new.replace(b"/L0/", b"/L0" + b"0" * (-len(new) % 3) + b"/", 1)
    return _base64_lines(new)


def _base64_lines(content: bytes) -> bytes:
    text = binascii.b2a_base64(content, newline=False)
    return b"".join(text[at : at + 76] + _CRLF for at in range(0, len(text), 76))


def appended(leaf: Entity, text: bytes) -> Entity:
    """Put text behind a body, in its transfer encoding; `text` is ASCII with CRLF."""
    octets = leaf.body.octets
    match leaf.transfer_encoding:
        case TransferEncoding.QUOTED_PRINTABLE:
            new = octets + quoted_printable(_CRLF + text)
        case TransferEncoding.BASE64:
            new = _appended_base64(octets, text)
        case _:
            new = octets + _CRLF + text
    return replace(leaf, body=Given(new))


def _appended_base64(octets: Octets, text: bytes) -> Octets:
    """Write the last row anew with the text behind it: only there may padding be."""
    end = octets.read(len(octets) - 200, len(octets)).rstrip()
    row = end[end.rfind(b"\n") + 1 :]
    start = max(len(octets) - 200, 0) + len(end) - len(row)
    try:
        content = binascii.a2b_base64(row)
    except binascii.Error:
        # A server that cannot decode a body puts what it adds behind it.
        return octets + _CRLF + text
    return octets[:start] + _base64_lines(content + _CRLF + text)


def refolded(octets: bytes) -> bytes:
    """Fold a header field at other blanks.

    >>> refolded(b"To: b@b.example,\\r\\n c@c.example\\r\\n")
    b'To: b@b.example, c@c.example\\r\\n'
    """
    line = b"".join(octets.removesuffix(_CRLF).split(_CRLF)).rstrip(b" \t")
    rows: list[bytes] = []
    while blank := _BLANK.search(line, _FIRST_FOLD):
        rows.append(line[: blank.start()])
        line = line[blank.start() :]
    return _CRLF.join((*rows, line)) + _CRLF
