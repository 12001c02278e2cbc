"""What in octets that are to be signed transport may change (RFC 8551 section 3.1.2), found by windows.

Base64 text of ours holds nothing of that and is not looked at: 40 MB of attachments cost nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sescomposer.core.limits import LINE_OCTETS
from sescomposer.core.octets import Octets
from sescomposer.core.piece import Piece
from sescomposer.core.virtual import Base64Piece

EIGHT_BIT = "protect-8bit"
LINE_END = "protect-eol"
TRAILING_BLANK = "protect-trailing-space"
FROM_LINE = "protect-from-line"
LONG_LINE = "protect-long-line"

_WINDOW = 65536
"""What is looked at at once. Larger buffers come from the system each time, page by page: six times as slow."""

_CRLF = b"\r\n"
_CR = 0x0D
_NO_ASCII = re.compile(rb"[^\x01-\x7f]")

_SENTENCES = {
    EIGHT_BIT: "An octet outside ASCII: a server that knows only 7 bits changes it, and the signature with it.",
    LINE_END: "A line end that is not CR LF: it is changed on the way, and the signature with it.",
    TRAILING_BLANK: "A blank at the end of a line: servers may take it away, and the signature is broken.",
    FROM_LINE: 'A line that starts with "From ": mailboxes may put a > before it, and the signature is broken.',
    LONG_LINE: f"A line longer than {LINE_OCTETS} octets: it is cut on the way, and the signature is broken.",
}


@dataclass(frozen=True, slots=True)
class TransportFault:
    """The first place of one kind.

    Attributes:
        code: One of the codes of this module.
        offset: Where it stands, in octets from the start of what was looked at.
    """

    code: str
    offset: int

    @property
    def sentence(self) -> str:
        """What it does, for people."""
        return _SENTENCES[self.code]


class _Scan:
    """Looks at whole lines; octets behind the last line end wait for what follows them."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self._held = b""
        self._offset = 0
        self._is_line_start = True

    @property
    def is_between_lines(self) -> bool:
        return self._is_line_start and not self._held

    def feed(self, chunk: bytes | memoryview) -> None:
        window = self._held + bytes(chunk)
        stop = window.rfind(b"\n") + 1
        if not stop and len(window) < _WINDOW:
            self._held = window
            return
        # Of a line that has no end in a whole window all is looked at but what may belong to its end.
        self._look(window[: stop or len(window) - 3])
        self._held = window[stop or len(window) - 3 :]

    def skip(self, count: int) -> None:
        """Pass over whole lines without faults."""
        self._offset += count

    def finish(self) -> None:
        self._look(self._held)
        self._held = b""

    def _look(self, octets: bytes) -> None:
        for code, offset in self._faults(octets):
            self.found.setdefault(code, self._offset + offset)
        self._offset += len(octets)
        self._is_line_start = octets.endswith(b"\n") or (self._is_line_start and not octets)

    def _faults(self, octets: bytes) -> Iterator[tuple[str, int]]:
        if _is_even_rows(octets):
            return
        if not octets.isascii():
            yield EIGHT_BIT, found.start() if (found := _NO_ASCII.search(octets)) else 0
        elif (at := octets.find(b"\0")) >= 0:
            yield EIGHT_BIT, at
        if not octets.count(_CRLF) == octets.count(b"\n") == octets.count(b"\r"):
            yield LINE_END, _bare_line_end(octets)
        blanks = [at for blank in (b" \r\n", b"\t\r\n", b" \n", b"\t\n") if (at := octets.find(blank)) >= 0]
        if octets.endswith((b" ", b"\t")):
            blanks.append(len(octets) - 1)
        if blanks:
            yield TRAILING_BLANK, min(blanks)
        if self._is_line_start and octets.startswith(b"From "):
            yield FROM_LINE, 0
        elif (at := octets.find(b"\nFrom ")) >= 0:
            yield FROM_LINE, at + 1
        if (at := _long_line(octets)) >= 0:
            yield LONG_LINE, at


def _is_even_rows(octets: bytes) -> bool:
    """Whether it is rows of one length without any fault, as base64 is: told by strides, in a tenth of the time."""
    row = octets.find(b"\n") + 1
    if not len(_CRLF) < row <= LINE_OCTETS + len(_CRLF) or len(octets) % row or not octets.isascii():
        return False
    rows, rest = len(octets) // row, bytearray(octets)
    line_feeds = rest[row - 1 :: row]
    del rest[row - 1 :: row]
    returns = rest[row - 2 :: row - 1]
    del rest[row - 2 :: row - 1]
    is_even = line_feeds == b"\n" * rows and returns == b"\r" * rows
    return is_even and not any(octet in rest for octet in (b"\n", b"\r", b" ", b"\t", b"\0"))


def _bare_line_end(octets: bytes) -> int:
    """Offset of the first CR without LF or LF without CR; there is one."""
    pairs_gone = octets.replace(_CRLF, b"\0\0")
    return min(at for end in (b"\r", b"\n") if (at := pairs_gone.find(end)) >= 0)


def _long_line(octets: bytes) -> int:
    """Offset of the first line that is too long, -1 if there is none: one look a thousand octets, not one a line."""
    start, length = 0, len(octets)
    while length - start > LINE_OCTETS:
        # The last line end within reach; one that lies at its very end must be a whole one, or have another before it.
        end = octets.rfind(b"\n", start, start + LINE_OCTETS + len(_CRLF))
        if end - start > LINE_OCTETS and octets[end - 1] != _CR:
            end = octets.rfind(b"\n", start, end)
        if end < 0:
            return start
        start = end + 1
    return -1


def transport_faults(octets: Octets) -> tuple[TransportFault, ...]:
    r"""Give the first place of each kind of fault, in order; none where the octets travel as they are.

    >>> [(fault.code, fault.offset) for fault in transport_faults(Octets.of(b"a \r\nFrom here\r\n"))]
    [('protect-trailing-space', 1), ('protect-from-line', 4)]
    """
    scan = _Scan()
    for piece in octets.pieces():
        _look_at(piece, scan)
    scan.finish()
    found = [TransportFault(code, offset) for code, offset in scan.found.items()]
    return tuple(sorted(found, key=lambda fault: fault.offset))


def _look_at(piece: Piece, scan: _Scan) -> None:
    start = 0
    if isinstance(piece, Base64Piece) and piece.line_end == _CRLF:
        # Whole rows in the middle are clean; what touches other pieces is looked at.
        first = piece.newline_at(0) + 1 if piece.newlines else piece.length
        scan.feed(piece.window(0, first))
        start = piece.newline_at(piece.newlines - 1) + 1 if piece.newlines else piece.length
        if scan.is_between_lines:
            scan.skip(start - first)
        else:
            start = first
    for chunk in piece.chunks(start, piece.length, _WINDOW) if start < piece.length else ():
        scan.feed(chunk)
