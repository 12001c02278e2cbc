"""Writing DER (ITU-T X.690): definite lengths, sets sorted.

What signs and encrypts writes with this; nothing reads with it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, SEQUENCE, SET = 0x0C, 0x30, 0x31

_LAST_UTC_TIME_YEAR = 2049
_FIRST_UTC_TIME_YEAR = 1950


def head(tag: int, length: int) -> bytes:
    """Give tag and length of a value that follows as a stream.

    >>> head(0x30, 3).hex(), head(0x04, 300).hex()
    ('3003', '0482012c')
    """
    if length < 0x80:
        return bytes((tag, length))
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits


def tlv(tag: int, content: bytes) -> bytes:
    """Give a whole value: tag, length, content."""
    return head(tag, len(content)) + content


def tlv_length(length: int) -> int:
    """Give the length of a whole value whose content has `length` octets.

    >>> tlv_length(3), tlv_length(300)
    (5, 304)
    """
    return len(head(0, length)) + length


def sequence(*items: bytes) -> bytes:
    """Give a SEQUENCE of whole values."""
    return tlv(SEQUENCE, b"".join(items))


def set_of(items: Iterable[bytes], tag: int = SET) -> bytes:
    """Give a SET OF whole values, sorted by their octets as DER wants; `tag` in place of its own where it is implicit.

    >>> set_of([integer(2), integer(1)]).hex()
    '3106020101020102'
    """
    return tlv(tag, b"".join(sorted(items)))


def context(number: int, content: bytes, *, is_constructed: bool = True) -> bytes:
    """Give a value with the context tag [number]: explicit around whole values, implicit around the content of one."""
    return tlv((0xA0 if is_constructed else 0x80) | number, content)


def integer(value: int) -> bytes:
    """Give an INTEGER.

    >>> integer(0).hex(), integer(128).hex(), integer(-1).hex()
    ('020100', '02020080', '0201ff')
    """
    bits = value.bit_length() if value >= 0 else (value + 1).bit_length()
    return tlv(INTEGER, value.to_bytes(bits // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    """Give an OBJECT IDENTIFIER.

    >>> oid("1.2.840.113549.1.7.2").hex()
    '06092a864886f70d010702'
    """
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(OID, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(0x80 | arc & 0x7F)
    return bytes(reversed(digits))


def octet_string(octets: bytes) -> bytes:
    """Give an OCTET STRING."""
    return tlv(OCTET_STRING, octets)


def bit_string(octets: bytes) -> bytes:
    """Give a BIT STRING of whole octets."""
    return tlv(BIT_STRING, b"\x00" + octets)


def null() -> bytes:
    """Give a NULL."""
    return tlv(NULL, b"")


def time(at: datetime) -> bytes:
    """Give a Time (RFC 5652 section 11.3) in whole seconds: UTCTime for the years 1950 to 2049, else GeneralizedTime.

    >>> time(datetime(2026, 11, 21, 12, 0, 5, 999, UTC))
    b'\\x17\\r261121120005Z'
    """
    at = at.astimezone(UTC)
    if _FIRST_UTC_TIME_YEAR <= at.year <= _LAST_UTC_TIME_YEAR:
        return tlv(0x17, f"{at:%y%m%d%H%M%S}Z".encode("ascii"))
    return tlv(0x18, f"{at.year:04}{at:%m%d%H%M%S}Z".encode("ascii"))
