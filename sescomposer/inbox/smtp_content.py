"""The content of an SMTP transaction, read in large pieces: up to its end mark and no further, dots taken out."""

import asyncio
from collections.abc import AsyncIterator

END_MARK = b"\r\n.\r\n"


class Unstuffing:
    """Takes the transparency dots out (RFC 5321 section 4.5.2); everything else stays, lone CR and LF too.

    >>> unstuffing = Unstuffing()
    >>> b"".join(unstuffing.feed(piece) for piece in (b"..a\\r", b"\\n", b"..\\r\\nb.\\r\\n"))
    b'.a\\r\\n.\\r\\nb.\\r\\n'
    """

    def __init__(self) -> None:
        # The content begins as if a line had ended before it.
        self._tail = b"\r\n"

    def feed(self, piece: bytes) -> bytes:
        """Give the octets of the next piece."""
        if not piece:
            return b""
        before, joined = len(self._tail), self._tail + piece
        self._tail = joined[-2:]
        if b"\r\n." not in joined:
            return piece
        # What the tail holds was given out already, and never ends with the dot of a stuffed line.
        return joined.replace(b"\r\n.", b"\r\n")[before:]


async def content_pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Give the content as it came, dots included, up to the line end before its end mark.

    The reader stands behind the mark then: what a client sends without waiting (RFC 2920) is not lost.
    """
    head = bytearray(b"\r\n")
    # One octet at a time as long as the mark could begin with the line end of the command itself.
    while _may_begin(head) and not head.endswith(END_MARK):
        head += await reader.readexactly(1)
    if head.endswith(END_MARK):
        if len(head) > len(END_MARK):
            yield bytes(head[2:-3])
        return
    yield bytes(head[2:])
    while True:
        try:
            yield (await reader.readuntil(END_MARK))[:-3]
            return
        except asyncio.LimitOverrunError as error:
            yield await reader.readexactly(error.consumed)


def _may_begin(head: bytearray) -> bool:
    """Whether the end of what was read is a beginning of the mark."""
    return any(head.endswith(END_MARK[:length]) for length in range(1, len(END_MARK) + 1))
