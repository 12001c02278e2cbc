"""Compressed content that is damaged, or made to hold more than any mail does."""

import os
import zlib

import pytest

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection import der
from sescomposer.core.protection.uncompressing import LARGEST_OCTETS, uncompress
from sescomposer.core.seal import MemoryTarget

ZLIB = "1.2.840.113549.1.9.16.3.8"


def compressed(packed: bytes, algorithm: str = ZLIB) -> Octets:
    encapsulated = der.sequence(der.oid("1.2.840.113549.1.7.1"), der.context(0, der.octet_string(packed)))
    data = der.sequence(der.integer(0), der.sequence(der.oid(algorithm)), encapsulated)
    return Octets.of(der.sequence(der.oid("1.2.840.113549.1.9.16.1.9"), der.context(0, data)))


def test_damaged_compressed_content_is_told() -> None:
    packed = zlib.compress(os.urandom(5000))
    for broken in (packed[:-9], packed[:100], b"", b"nonsense", packed[:50] + b"\xff" * 50 + packed[100:]):
        with pytest.raises(ProtectionError, match="damaged"):
            uncompress(compressed(broken), MemoryTarget)


def test_a_bomb_is_not_opened() -> None:
    class Counting(MemoryTarget):
        def write(self, octets: bytes | memoryview, /) -> int:
            return len(octets)

    packer = zlib.compressobj()
    packed = b"".join(packer.compress(bytes(1 << 24)) for _ in range((LARGEST_OCTETS >> 24) + 2)) + packer.flush()
    assert len(packed) < 1 << 20
    with pytest.raises(ProtectionError, match="more than 256 MiB"):
        uncompress(compressed(packed), Counting)


def test_other_ways_to_compress_are_named() -> None:
    with pytest.raises(ProtectionError, match=r"not known here \(1\.2\.3\)"):
        uncompress(compressed(b"", "1.2.3"), MemoryTarget)
