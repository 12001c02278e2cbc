"""Base64 (RFC 2045 section 6.8) at memory speed: lines of 76 characters out, and streams of any shape in.

`pybase64` is used where it is installed; without it the standard library's functions give the same octets, slower.
"""

import binascii
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

try:
    from pybase64 import b64decode, b64encode
except ImportError:  # compiled code that cannot be installed everywhere
    HAS_PYBASE64 = False
else:
    HAS_PYBASE64 = True

LINE_OCTETS = 57
LINE_CHARACTERS = 76
ROWS_PER_CHUNK = 512
CHUNK_OCTETS = ROWS_PER_CHUNK * LINE_OCTETS
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_JUNK = bytes(sorted(set(range(256)) - set(ALPHABET + b"=")))


def encode_lines(octets: bytes | memoryview, line_end: bytes = b"\r\n") -> bytes:
    """Encode as lines of 76 characters, a line end after each, the last one included.

    >>> encode_lines(b"light work")
    b'bGlnaHQgd29yaw==\\r\\n'
    """
    parts = [line_end.join(_rows(encode(octets[at : at + CHUNK_OCTETS]))) for at in range(0, len(octets), CHUNK_OCTETS)]
    return b"".join([part + line_end for part in parts]) if len(parts) != 1 else parts[0] + line_end


def encode(octets: bytes | memoryview) -> bytes:
    """Encode without any line end.

    >>> encode(b"light work")
    b'bGlnaHQgd29yaw=='
    """
    return b64encode(octets) if HAS_PYBASE64 else binascii.b2a_base64(octets, newline=False)


def _rows(characters: bytes) -> Sequence[bytes]:
    # Unpacking cuts a whole chunk into rows three times as fast as replacing line ends does.
    whole, rest = divmod(len(characters), LINE_CHARACTERS)
    rows = _rows_struct(whole).unpack_from(characters)
    return (*rows, characters[-rest:]) if rest else rows


@lru_cache(maxsize=64)
def _rows_struct(count: int) -> struct.Struct:
    return struct.Struct(f"{LINE_CHARACTERS}s" * count)


def _decode_quads(characters: bytes) -> bytes:
    return b64decode(characters) if HAS_PYBASE64 else binascii.a2b_base64(characters)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of base64 text look where all are alike: characters of the alphabet, then a line end."""

    characters: int
    line_end: bytes

    @property
    def row(self) -> int:
        """Length of a line with its line end, in octets."""
        return self.characters + len(self.line_end)


def layout_of(head: bytes) -> Layout | None:
    """Give the layout that the first line suggests; None where its end is not in `head` or would cut a group of four.

    >>> layout_of(b"bGlnaHQg\\r\\nd29yaw==")
    Layout(characters=8, line_end=b'\\r\\n')
    """
    end = head.find(b"\n")
    line_end = b"\r\n" if head[end - 1 : end] == b"\r" else b"\n"
    characters = end + 1 - len(line_end)
    return Layout(characters, line_end) if characters > 0 and characters % 4 == 0 else None


def decode_stream(windows: Iterable[bytes | memoryview], layout: Layout | None = None) -> Iterator[bytes]:
    """Decode a stream of any shape: what is not of the alphabet is ignored, missing padding is supplied.

    The data ends at its padding, as RFC 2045 allows to assume. One character left over says nothing and is dropped.
    Windows that consist of whole lines of the layout are decoded ten times as fast as others.

    >>> b"".join(decode_stream([b"bGlna!HQg", b"d29yaw"]))
    b'light work'
    """
    rest = b""
    for window in windows:
        if layout and not rest and (octets := _decode_clean(window, layout)):
            yield octets
            continue
        characters, ended = _to_padding(rest + bytes(window).translate(None, _JUNK))
        whole = len(characters) // 4 * 4
        if whole:
            yield _decode_quads(characters[:whole])
        rest = characters[whole:]
        if ended:
            break
    if len(rest) > 1:
        yield binascii.a2b_base64(rest + b"=" * (4 - len(rest)))


def _decode_clean(window: bytes | memoryview, layout: Layout) -> bytes:
    """Decode lines of the layout; nothing where there is anything else, padding included."""
    lines, rest = divmod(len(window), layout.row)
    if rest:
        return b""
    characters = bytearray(window)
    for column, octet in enumerate(layout.line_end):
        # Deleting a column is a few block moves; skipping line ends while decoding takes twice as long.
        if characters[layout.characters :: layout.row - column] != bytes([octet]) * lines:
            return b""
        del characters[layout.characters :: layout.row - column]
    try:
        octets = _decode_strictly(characters)
    except ValueError:
        return b""
    return octets if len(octets) * 4 == len(characters) * 3 else b""


def _decode_strictly(characters: bytearray) -> bytes:
    if HAS_PYBASE64:
        return b64decode(characters, validate=True)
    return binascii.a2b_base64(characters, strict_mode=True)


def _to_padding(characters: bytes) -> tuple[bytes, bool]:
    """Cut at the padding that completes a group and say whether there was one; any other `=` counts as junk.

    The first `=` of two that may still come stays at the end.
    """
    if b"=" not in characters:
        return characters, False
    runs = characters.split(b"=")
    length = pads = 0
    for number, run in enumerate(runs[:-1], 1):
        length += len(run)
        pads = 1 if run else pads + 1
        if length % 4 > 1 and length % 4 + pads >= 4:
            return b"".join(runs[:number]), True
    awaited = b"=" if length % 4 == 2 and not runs[-1] else b""
    return b"".join(runs) + awaited, False
