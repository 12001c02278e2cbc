"""The content of a message as SMTP carries it: dots at line starts doubled, the end marked (RFC 5321 section 4.5.2).

Chunk by chunk, so that a message of any size needs the memory of one chunk.
"""

import re
from collections.abc import Iterable, Iterator

CHUNK = 256 * 1024

_DOT = re.compile(rb"\n\.")


class DotStuffer:
    """Doubles dots across the borders of chunks.

    >>> stuffer = DotStuffer()
    >>> b"".join([stuffer.stuffed(b".a\\r\\n"), stuffer.stuffed(b".b\\r\\n"), stuffer.end()])
    b'..a\\r\\n..b\\r\\n.\\r\\n'
    """

    def __init__(self) -> None:
        self._last = b"\r\n"

    def stuffed(self, chunk: bytes | memoryview) -> bytes | memoryview:
        """Give a chunk as it is sent; the same object where nothing had to change.

        A dot behind a lone LF is doubled too: a server that takes LF for a line end would else see the message end.
        """
        begins_line = self._last.endswith(b"\n") and chunk[:1] == b"."
        self._last = (self._last + chunk[-2:])[-2:]
        # Of most chunks nothing has to change, and those are not copied; a search by pattern takes a third of `in`.
        if not begins_line and not _DOT.search(chunk):
            return chunk
        stuffed = bytes(chunk).replace(b"\n.", b"\n..")
        return b"." + stuffed if begins_line else stuffed

    @property
    def needs_line_end(self) -> bool:
        """Whether the content does not end with CRLF, so that one is added."""
        return self._last != b"\r\n"

    def end(self) -> bytes:
        """Give what ends the message, with a line end before it where the content has none."""
        return b"\r\n.\r\n" if self.needs_line_end else b".\r\n"


def stuffed_chunks(chunks: Iterable[bytes | memoryview]) -> Iterator[tuple[int, bytes | memoryview]]:
    """Give for each chunk its length and the octets to send; the end of the message comes last with length 0.

    >>> list(stuffed_chunks([b"a\\r\\n", b".\\r\\n"]))
    [(3, b'a\\r\\n'), (3, b'..\\r\\n'), (0, b'.\\r\\n')]
    """
    stuffer = DotStuffer()
    for chunk in chunks:
        yield len(chunk), stuffer.stuffed(chunk)
    yield 0, stuffer.end()
