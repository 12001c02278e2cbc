"""Base64 (RFC 2045 section 6.8) at memory speed: lines of 76 characters out, and streams of any shape in.

`pybase64` is used where it is installed; without it the standard library's functions give the same octets, slower.
"""

import binascii
from collections.abc import Iterable, Iterator

try:
    from pybase64 import b64decode, encodebytes
except ImportError:  # compiled code that cannot be installed everywhere
    HAS_PYBASE64 = False
else:
    HAS_PYBASE64 = True

LINE_OCTETS = 57
LINE_CHARACTERS = 76
ROWS_PER_CHUNK = 512
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_JUNK = bytes(sorted(set(range(256)) - set(ALPHABET + b"=")))


def encode_lines(octets: bytes | memoryview, line_end: bytes = b"\r\n") -> bytes:
    """Encode as lines of 76 characters, a line end after each, the last one included.

    >>> encode_lines(b"light work")
    b'bGlnaHQgd29yaw==\\r\\n'
    """
    lines = _encode_lf(octets)
    return lines if line_end == b"\n" else lines.replace(b"\n", line_end)


def _encode_lf(octets: bytes | memoryview) -> bytes:
    if HAS_PYBASE64:
        return encodebytes(octets)
    characters = binascii.b2a_base64(octets, newline=False)
    rows = [characters[at : at + LINE_CHARACTERS] for at in range(0, len(characters), LINE_CHARACTERS)]
    return b"\n".join([*rows, b""])


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
    """Decode whole lines of equal length without looking at each octet; nothing where they are not that."""
    row = window.find(b"\n") + 1
    characters = row - (2 if window[row - 2 : row] == b"\r\n" else 1)
    if row < 5 or characters % 4 or len(window) % row:
        return b""
    joined = window.replace(window[characters:row], b"")
    if len(joined) != len(window) // row * characters:
        return b""
    try:
        octets = _decode_strictly(joined)
    except ValueError:
        return b""
    return octets if len(octets) * 4 == len(joined) * 3 else b""


def _decode_strictly(characters: bytes) -> bytes:
    if HAS_PYBASE64:
        return b64decode(characters, validate=True)
    return binascii.a2b_base64(characters, strict_mode=True)


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
