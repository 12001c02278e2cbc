"""Content-Transfer-Encoding (RFC 2045 section 6): names, and decoding as a stream that tolerates what mail contains.

Encoding lives with the encodings: `octets.base64_octets`, `quoted_printable`.
"""

from collections.abc import Iterator
from enum import StrEnum

from sescomposer.core import base64_stream
from sescomposer.core import quoted_printable as quoted_printable_stream
from sescomposer.core.octets import Octets, SupportsWrite, write_all
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.quoted_printable import quoted_printable

__all__ = ["TransferEncoding", "decode", "decode_chunks", "decode_to", "decoded_length", "named", "quoted_printable"]

_WINDOW_OCTETS = 65536
_READ_OCTETS = 1 << 20


class TransferEncoding(StrEnum):
    """How the octets of a body are written (RFC 2045 section 6.1); UNKNOWN for any other name."""

    SEVEN_BIT = "7bit"
    EIGHT_BIT = "8bit"
    BINARY = "binary"
    QUOTED_PRINTABLE = "quoted-printable"
    BASE64 = "base64"
    UNKNOWN = "unknown"

    @property
    def is_identity(self) -> bool:
        """Whether encoded and decoded octets are the same; so they are taken to be for an unknown encoding."""
        return self not in (TransferEncoding.QUOTED_PRINTABLE, TransferEncoding.BASE64)


_NAMED = {encoding.value: encoding for encoding in TransferEncoding if encoding is not TransferEncoding.UNKNOWN}


def named(value: str) -> TransferEncoding:
    """Give the encoding that an unfolded field body names, in any case, comments or not; 7bit for an empty one.

    >>> named(" Base64 (of a picture)"), named("x-uuencode"), named("")
    (<TransferEncoding.BASE64: 'base64'>, <TransferEncoding.UNKNOWN: 'unknown'>, <TransferEncoding.SEVEN_BIT: '7bit'>)
    """
    words = _without_comments(value).replace(";", " ").split()
    return _NAMED.get(words[0].strip('"').lower(), TransferEncoding.UNKNOWN) if words else TransferEncoding.SEVEN_BIT


def _without_comments(value: str) -> str:
    if "(" not in value:
        return value
    depth, kept = 0, []
    for character in value:
        if character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    return "".join(kept)


def decode(octets: Octets, encoding: TransferEncoding) -> bytes:
    """Decode a whole body; never fails, see `encoding_defects` for what was wrong.

    >>> decode(Octets.of(b"bGlnaHQ"), TransferEncoding.BASE64)
    b'light'
    """
    return b"".join(decode_chunks(octets, encoding))


def decode_chunks(octets: Octets, encoding: TransferEncoding) -> Iterator[bytes | memoryview]:
    """Decode a body as a stream of runs of at most about 64 KiB."""
    if encoding.is_identity:
        yield from octets.chunks(_WINDOW_OCTETS)
    elif (content := octets.base64_content()) is not None and encoding is TransferEncoding.BASE64:
        yield from content.chunks(_WINDOW_OCTETS)
    elif encoding is TransferEncoding.BASE64:
        layout = base64_stream.layout_of(octets.read(0, 1024))
        row = layout.row if layout else 1
        yield from base64_stream.decode_stream(_windows(octets, _WINDOW_OCTETS // row * row), layout)
    else:
        yield from quoted_printable_stream.decode_stream(_windows(octets, _WINDOW_OCTETS))


def _windows(octets: Octets, size: int) -> Iterator[memoryview]:
    """Give windows of exactly `size` octets but for the last, whatever the pieces of the rope are."""
    step = max(_READ_OCTETS // size, 1) * size
    for start in range(0, len(octets), step):
        window = memoryview(octets.window(start, start + step))
        for at in range(0, len(window), size):
            yield window[at : at + size]


def decode_to(octets: Octets, encoding: TransferEncoding, sink: SupportsWrite, progress: Progress = NO_PROGRESS) -> int:
    """Decode a body into a sink as a stream and give the number of decoded octets.

    Raises:
        OperationCancelledError: from `progress`, between two writes.
    """
    done = 0
    for chunk in decode_chunks(octets, encoding):
        write_all(sink, chunk)
        done += len(chunk)
        progress.step(done, 0)
    return done


def decoded_length(octets: Octets, encoding: TransferEncoding) -> int:
    """Count the decoded octets: by arithmetic where they are base64 text of ours or stand as is, else by decoding.

    >>> decoded_length(Octets.of(b"caf=C3=A9"), TransferEncoding.QUOTED_PRINTABLE)
    5
    """
    if encoding.is_identity:
        return len(octets)
    if encoding is TransferEncoding.BASE64 and (content := octets.base64_content()) is not None:
        return len(content)
    return sum(map(len, decode_chunks(octets, encoding)))
