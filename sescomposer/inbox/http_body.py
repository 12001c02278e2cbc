"""The body of an HTTP request, read once into one buffer: of a known length or in chunks (RFC 9112 section 7.1)."""

from collections.abc import Mapping
from typing import Protocol

MOST = 128 << 20
"""Octets of a body: a message of 40 MB as percent-encoded base64 text, with room for the rest."""

_LINE = 4096
_DIGITS = 18
_PIECE = 1 << 18


class Reader(Protocol):
    """Where it is read from."""

    def read(self, size: int, /) -> bytes:
        """Give so many octets, fewer only at the end."""

    def readline(self, size: int, /) -> bytes:
        """Give a line with its end, at most so many octets."""


class BodyError(Exception):
    """It cannot be read; the connection is of no further use."""

    def __init__(self, words: str, *, is_too_long: bool = False) -> None:
        super().__init__(words)
        self.is_too_long = is_too_long


def read_body(reader: Reader, fields: Mapping[str, str], *, half: bool = False) -> bytearray:
    """Read a body.

    Args:
        reader: Stands behind the header section.
        fields: The header fields; names in any case.
        half: To read no further than the middle, of chunks than the first one.

    Raises:
        BodyError: it has no length, is longer than any message, or ends early.

    >>> import io
    >>> bytes(read_body(io.BytesIO(b"3\\r\\nabc\\r\\n0\\r\\n\\r\\n"), {"Transfer-Encoding": "chunked"}))
    b'abc'
    """
    lower = {name.lower(): value for name, value in fields.items()}
    if "chunked" in lower.get("transfer-encoding", "").lower():
        return _chunked(reader, half)
    length = lower.get("content-length", "0").strip()
    if not (length.isascii() and length.isdecimal()):
        raise BodyError("The length of the body is no number.")
    # Of more digits no number is made: that takes long, or fails.
    total = int(length) if len(length) <= _DIGITS else MOST + 1
    if total > MOST:
        raise BodyError("The body is too long.", is_too_long=True)
    body = bytearray()
    _read_into(body, reader, total // 2 if half else total)
    return body


def _chunked(reader: Reader, half: bool) -> bytearray:
    body = bytearray()
    while size := _chunk_size(reader):
        if len(body) + size > MOST:
            raise BodyError("The body is too long.", is_too_long=True)
        _read_into(body, reader, size)
        if half:
            return body
        if reader.readline(_LINE).strip():
            raise BodyError("A chunk of the body is longer than it says.")
    while reader.readline(_LINE).strip():
        pass  # fields behind the last chunk
    return body


def _chunk_size(reader: Reader) -> int:
    text = reader.readline(_LINE).partition(b";")[0].strip()
    try:
        size = int(text, 16)
    except ValueError as error:
        raise BodyError("The length of a chunk is no number.") from error
    if size < 0:
        raise BodyError("The length of a chunk is negative.")
    return size


def _read_into(body: bytearray, reader: Reader, size: int) -> None:
    stop = len(body) + size
    while len(body) < stop:
        piece = reader.read(min(_PIECE, stop - len(body)))
        if not piece:
            raise BodyError("The body ended early.")
        body += piece
