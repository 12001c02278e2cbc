"""Reading compressed mail: CompressedData with zlib (RFC 3274, RFC 8551 section 3.6), as a stream."""

from collections.abc import Callable

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection import ber
from sescomposer.core.protection.ber import CONTEXT
from sescomposer.core.protection.envelope_reading import algorithm_of, content_info
from sescomposer.core.protection.hashed_buffer import HashedBuffer
from sescomposer.core.protection.protector import Buffer

COMPRESSED_DATA = "1.2.840.113549.1.9.16.1.9"
LARGEST_OCTETS = 256 << 20
"""Where reading ends: a few octets can be made to hold any number of them."""

_ZLIB = "1.2.840.113549.1.9.16.3.8"
_READ_OCTETS = 65536
_WRITE_OCTETS = 262144


def uncompress(cms: Octets, into: Callable[[], Buffer], most: int = LARGEST_OCTETS) -> Octets:
    """Give what was compressed.

    Args:
        cms: The ContentInfo in BER or DER.
        into: Makes the buffer it is written to.
        most: Octets that it may hold.

    Raises:
        ProtectionError: it is damaged, of an unknown form, or holds more than `most`.
    """
    import zlib

    compressed = _compressed(cms)
    stream = zlib.decompressobj()
    with HashedBuffer(into) as buffer:
        try:
            for chunk in compressed.chunks(_READ_OCTETS):
                buffer.write(stream.decompress(chunk, _WRITE_OCTETS))
                while stream.unconsumed_tail:
                    _check_size(buffer.length, most)
                    buffer.write(stream.decompress(stream.unconsumed_tail, _WRITE_OCTETS))
                if stream.eof:
                    # What follows means nothing, and the library would join it anew for each chunk.
                    break
        except zlib.error as error:
            raise ber.damaged(buffer.length, "compressed content that ends in nonsense") from error
        while not stream.eof:
            rest = stream.decompress(b"", _WRITE_OCTETS)
            if not rest:
                raise ber.damaged(buffer.length, "compressed content without its end")
            _check_size(buffer.length, most)
            buffer.write(rest)
        return buffer.finish()


def _compressed(cms: Octets) -> Octets:
    kind, content = content_info(cms)
    values = content.expect(ber.SEQUENCE).children()
    if kind != COMPRESSED_DATA or len(values) != 3:
        raise ber.damaged(content.start, "no compressed content")
    name = algorithm_of(values[1]).oid
    if name != _ZLIB:
        raise ProtectionError(
            f"The content is compressed in a way that is not known here ({name}).",
            hint="Ask the sender to send it uncompressed.",
            value=name,
        )
    inner = values[2].expect(ber.SEQUENCE).children()
    wrapped = inner[1].expect(CONTEXT | 0).children() if len(inner) == 2 else ()
    if len(wrapped) != 1:
        raise ber.damaged(values[2].start, "no compressed content")
    return wrapped[0].expect(ber.OCTET_STRING).octets()


def _check_size(length: int, most: int) -> None:
    if length > most:
        raise ProtectionError(
            f"The compressed content holds more than {LARGEST_OCTETS >> 20} MiB; it is not opened.",
            hint="Ask the sender to send it uncompressed.",
        )
