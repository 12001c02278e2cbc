"""Reading BER (ITU-T X.690) in place: definite and indefinite lengths, strings in pieces, nothing copied that is large.

Other programs write encrypted mail as a stream, of lengths that are known only at its end. What opens and verifies may
read with this; what signs and encrypts does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets

INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x06, 0x10, 0x11
CONTEXT = 0x80

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_INDEFINITE = 0x80
_LEVELS = 24
_VALUES = 200_000
_SMALL_OCTETS = 1 << 22
_HEAD_OCTETS = 12


def damaged(position: int, what: str) -> ProtectionError:
    """Give the error for octets that are no CMS that can be read."""
    return ProtectionError(
        f"The protected content is damaged: {what} at octet {position}.",
        hint="Ask for the message again, best as an attached file.",
        position=position,
    )


class _Source:
    """The octets, and how many values may still be read of them: a hostile file holds millions.

    Where a value of indefinite length ends is looked for once: the one around it has to know that too.
    """

    def __init__(self, octets: Octets) -> None:
        self.octets = octets
        self.values_left = _VALUES
        self.ends: dict[int, int] = {}


@dataclass(frozen=True, slots=True)
class Value:
    """One value.

    Attributes:
        source: Where it stands.
        tag: Its identifier octet without the bit for constructed values: `SEQUENCE`, `CONTEXT | 0`.
        is_constructed: Whether it consists of values.
        start, content, end, stop: Offsets of its first octet, of its content, behind that, and behind its last octet.
        level: How deep it stands.

    >>> value = read(Octets.of(bytes.fromhex("3006020107040161")))
    >>> [child.tag for child in value.children()], value.children()[0].integer(), value.children()[1].small()
    ([2, 4], 7, b'a')
    """

    source: _Source
    tag: int
    is_constructed: bool
    start: int
    content: int
    end: int
    stop: int
    level: int

    @property
    def raw(self) -> bytes:
        """All its octets, tag and length included."""
        return _small(self.source.octets[self.start : self.stop], self.start)

    def children(self) -> "tuple[Value, ...]":
        """Give the values inside; raises `ProtectionError` where it holds none or they do not fill it."""
        if not self.is_constructed:
            raise damaged(self.start, "a value that should hold others does not")
        return tuple(_inside(self.source, self.content, self.end, self.level))

    def expect(self, tag: int) -> "Value":
        """Give itself; raises `ProtectionError` if it has another tag."""
        if self.tag != tag:
            raise damaged(self.start, f"tag {self.tag:#04x} in place of {tag:#04x}")
        return self

    def octets(self) -> Octets:
        """Give the content of a string, also of one in pieces, sharing the octets."""
        if not self.is_constructed:
            return self.source.octets[self.content : self.end]
        return Octets.join(piece.octets() for piece in self.children())

    def small(self) -> bytes:
        """Give the content of a short string."""
        return _small(self.octets(), self.start)

    def bits(self) -> bytes:
        """Give the octets of a BIT STRING."""
        octets = self.expect(BIT_STRING).small()
        if octets[:1] != b"\x00":
            raise damaged(self.start, "bits that are no whole octets")
        return octets[1:]

    def integer(self) -> int:
        """Give an INTEGER."""
        return int.from_bytes(self.expect(INTEGER).small(), "big", signed=True)

    def oid(self) -> str:
        """Give an OBJECT IDENTIFIER as dotted numbers."""
        octets = self.expect(OID).small()
        if not octets or octets[-1] & 0x80 or len(octets) > 64:
            raise damaged(self.start, "an object identifier that is none")
        arcs, arc = [], 0
        for octet in octets:
            arc = arc << 7 | octet & 0x7F
            if not octet & 0x80:
                arcs.append(arc)
                arc = 0
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, (first, arcs[0] - first * 40, *arcs[1:])))


def read(octets: Octets) -> Value:
    """Read the value at the start of octets; what follows it is left alone. Raises `ProtectionError`."""
    return _value(_Source(octets), 0, len(octets), 0)


def _small(octets: Octets, position: int) -> bytes:
    if len(octets) > _SMALL_OCTETS:
        raise damaged(position, f"a value of {len(octets)} octets where a short one belongs")
    return bytes(octets)


def _value(source: _Source, at: int, stop: int, level: int) -> Value:
    source.values_left -= 1
    if level > _LEVELS or source.values_left < 0:
        raise damaged(at, "values nested too deeply, or too many of them")
    head = source.octets.read(at, min(at + _HEAD_OCTETS, stop))
    if len(head) < 2 or head[0] & _LONG_TAG == _LONG_TAG:
        raise damaged(at, "no value")
    tag, is_constructed = head[0] & ~_CONSTRUCTED, bool(head[0] & _CONSTRUCTED)
    if head[1] == _INDEFINITE:
        if not is_constructed:
            raise damaged(at, "a value without an end")
        end = _end_of_contents(source, at + 2, stop, level)
        return Value(source, tag, is_constructed, at, at + 2, end, end + 2, level)
    digits = head[1] & 0x7F if head[1] & 0x80 else 0
    length = int.from_bytes(head[2 : 2 + digits], "big") if digits else head[1]
    content = at + 2 + digits
    if digits > 8 or len(head) < 2 + digits or content + length > stop:
        raise damaged(at, "a value longer than what holds it")
    return Value(source, tag, is_constructed, at, content, content + length, content + length, level)


def _end_of_contents(source: _Source, at: int, stop: int, level: int) -> int:
    start = at
    if source.ends.get(start, stop) + 2 <= stop:
        return source.ends[start]
    while source.octets.read(at, min(at + 2, stop)) != b"\x00\x00":
        at = _value(source, at, stop, level + 1).stop
    source.ends[start] = at
    return at


def _inside(source: _Source, at: int, end: int, level: int) -> Iterator[Value]:
    while at < end:
        value = _value(source, at, end, level + 1)
        yield value
        at = value.stop


__all__ = ["BIT_STRING", "CONTEXT", "INTEGER", "OCTET_STRING", "OID", "SEQUENCE", "SET", "Value", "damaged", "read"]
