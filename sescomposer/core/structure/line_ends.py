"""CRLF for a whole message, as it goes over the wire (RFC 5321 section 2.3.8)."""

from dataclasses import replace
from weakref import WeakKeyDictionary

from sescomposer.core.entity import Body, Entity, Given, Made, Multipart, Nested
from sescomposer.core.header import HeaderSection
from sescomposer.core.octets import Octets
from sescomposer.core.transfer_encoding import TransferEncoding

CRLF = b"\r\n"

_known: WeakKeyDictionary[Entity, dict[bytes, Entity | None]] = WeakKeyDictionary()
"""Results; None stands for the entity itself, which must not keep itself alive."""


def normalise_line_ends(root: Entity) -> Entity:
    """Give the message with CRLF at every line end; what has it already stays the same object.

    LF becomes CRLF; where the message has no LF at all, CR does. A CR elsewhere stays as it is. So do binary parts
    that are no text: what looks like a line end there is content. The line ends of signed parts are turned too:
    signatures are made over CRLF (RFC 1847 section 2.1, RFC 8551 section 3.1.1).

    >>> from sescomposer.core.parse import parse
    >>> bytes(normalise_line_ends(parse(b"Subject: a\\n\\nHi\\n")).octets)
    b'Subject: a\\r\\n\\r\\nHi\\r\\n'
    """
    newline = root.line_end[-1:] or b"\n"
    made: dict[int, Entity] = {}
    for entity in reversed(tuple(root.walk())):
        results = _known.setdefault(entity, {})
        if newline not in results:
            new = _normalised(entity, newline, made)
            results[newline] = None if new is entity else new
        made[id(entity)] = results[newline] or entity
    return made[id(root)]


def _normalised(entity: Entity, newline: bytes, made: dict[int, Entity]) -> Entity:
    """One entity whose children are in `made`."""
    header = _header(entity.header, newline)
    separator = _octets(entity.separator, newline)
    body = _body(entity, newline, made)
    if header is entity.header and separator == entity.separator and body is entity.body:
        return entity
    return replace(entity, header=header, separator=separator, body=body)


def _header(header: HeaderSection, newline: bytes) -> HeaderSection:
    octets = _rope(header.octets, newline)
    if octets is header.octets and header.line_end == CRLF:
        return header
    return HeaderSection.of_octets(octets, CRLF)


def _body(entity: Entity, newline: bytes, made: dict[int, Entity]) -> Body:
    match entity.body:
        case Given(octets=octets) as body:
            is_text = entity.media_type.startswith(("text/", "multipart/", "message/"))
            if entity.transfer_encoding is TransferEncoding.BINARY and not is_text:
                return body
            new = _rope(octets, newline)
            return body if new is octets else Given(new)
        case Made(line_end=line_end) as body:
            return body if line_end == CRLF else replace(body, line_end=CRLF)
        case Nested(entity=inner) as body:
            return body if made[id(inner)] is inner else Nested(made[id(inner)])
        case Multipart() as body:
            return _multipart(body, newline, made)


def _multipart(body: Multipart, newline: bytes, made: dict[int, Entity]) -> Multipart:
    new = Multipart(
        body.boundary,
        _rope(body.preamble, newline),
        tuple(_octets(delimiter, newline) for delimiter in body.delimiters),
        tuple(made[id(child)] for child in body.children),
        _octets(body.close, newline),
        _rope(body.epilogue, newline),
    )
    same = new.preamble is body.preamble and new.epilogue is body.epilogue and new.close == body.close
    same = same and new.delimiters == body.delimiters
    return body if same and all(a is b for a, b in zip(new.children, body.children, strict=True)) else new


def _rope(octets: Octets, newline: bytes) -> Octets:
    """The same object where nothing is to be done; found by counting, chunk by chunk."""
    if _is_normal(octets, newline):
        return octets
    turned: list[bytes] = []
    last = b""
    for chunk in octets.chunks():
        piece = last + bytes(chunk)
        # A CR at the end of a chunk may be half of a CRLF.
        last = b"\r" if piece.endswith(b"\r") else b""
        turned.append(_octets(piece[: len(piece) - len(last)], newline))
    turned.append(_octets(last, newline))
    return Octets.of(b"".join(turned))


def _is_normal(octets: Octets, newline: bytes) -> bool:
    ends = pairs = 0
    last = b""
    for chunk in octets.chunks():
        piece = bytes(chunk)
        ends += piece.count(newline)
        pairs += piece.count(CRLF) + (last == b"\r" and piece.startswith(b"\n"))
        last = piece[-1:]
    return ends == pairs


def _octets(octets: bytes, newline: bytes) -> bytes:
    if newline == b"\r":
        return octets.replace(CRLF, b"\r").replace(b"\r", CRLF)
    return octets.replace(CRLF, b"\n").replace(b"\n", CRLF)
