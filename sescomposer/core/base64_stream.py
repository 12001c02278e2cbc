"""Base64 (RFC 2045 section 6.8) at memory speed: lines of 76 characters out, and streams of any shape in.

`pybase64` is used where it is installed; without it the standard library's functions give the same octets, slower.
"""

import binascii
import struct
from collections.abc import Iterable, Iterator, Sequence

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
_CHUNK_ROWS = struct.Struct(f"{LINE_CHARACTERS}s" * ROWS_PER_CHUNK)
_JUNK = bytes(sorted(set(range(256)) - set(ALPHABET + b"=")))


def encode_lines(octets: bytes | memoryview, line_end: bytes = b"\r\n") -> bytes:
    """Encode as lines of 76 characters, a line end after each, the last one included.

    >>> encode_lines(b"light work")
    b'bGlnaHQgd29yaw==\\r\\n'
    """
    parts = [
        line_end.join(_rows(_encode(octets[at : at + CHUNK_OCTETS]))) for at in range(0, len(octets), CHUNK_OCTETS)
    ]
    return b"".join([part + line_end for part in parts]) if len(parts) != 1 else parts[0] + line_end


def _encode(octets: bytes | memoryview) -> bytes:
    return b64encode(octets) if HAS_PYBASE64 else binascii.b2a_base64(octets, newline=False)


def _rows(characters: bytes) -> Sequence[bytes]:
    # Unpacking cuts a whole chunk into rows three times as fast as replacing line ends does.
    if len(characters) == _CHUNK_ROWS.size:
        return _CHUNK_ROWS.unpack(characters)
    return [characters[at : at + LINE_CHARACTERS] for at in range(0, len(characters), LINE_CHARACTERS)]


def _decode_quads(characters: bytes) -> bytes:
    return b64decode(characters) if HAS_PYBASE64 else binascii.a2b_base64(characters)


def decode_stream(windows: Iterable[bytes]) -> Iterator[bytes]:
    """Decode a stream of any shape: what is not of the alphabet is ignored, missing padding is supplied.

    The data ends at its padding, as RFC 2045 allows to assume. One character left over says nothing and is dropped.

    >>> b"".join(decode_stream([b"bGlna!HQg", b"d29yaw"]))
    b'light work'
    """
    rest = b""
    for window in windows:
        if not rest and (octets := _decode_clean(window)):
            yield octets
            continue
        characters, ended = _to_padding(rest + window.translate(None, _JUNK))
        whole = len(characters) // 4 * 4
        if whole:
            yield _decode_quads(characters[:whole])
        rest = characters[whole:]
        if ended:
            break
    if len(rest) > 1:
        yield binascii.a2b_base64(rest + b"=" * (4 - len(rest)))


def _decode_clean(window: bytes) -> bytes:
    """Decode whole lines of equal length at full speed; nothing where they are not that."""
    row = window.find(b"\n") + 1
    characters = row - (2 if window[row - 2 : row] == b"\r\n" else 1)
    if row < 5 or characters % 4 or len(window) % row:
        return b""
    try:
        octets = _decode_quads(window)
    except ValueError:
        return b""
    # As many octets as the lines have room for: so there is neither junk nor padding before the last line's end.
    return octets if len(octets) * 4 == len(window) // row * characters * 3 else b""


def _to_padding(characters: bytes) -> tuple[bytes, bool]:
    """Cut at the padding and say whether there was one; `=` where no padding can be counts as junk."""
    if b"=" not in characters:
        return characters, False
    runs = characters.split(b"=")
    length = 0
    for number, run in enumerate(runs[:-1], 1):
        length += len(run)
        if length % 4 > 1:
            return b"".join(runs[:number]), True
    return b"".join(runs), False
