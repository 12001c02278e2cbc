"""One forward pass over octets: which entity lies where (RFC 2046 section 5.1.1), in offsets only.

The scanner keeps an explicit stack of open entities and never recurses. At every delimiter line:

* the line end before it belongs to it, also when that is the blank line of the part before; but directly behind the
  blank line of its own container's header it has none;
* it closes everything that is open inside its container, and a closed container's boundary may be used again;
* behind a close delimiter all is epilogue, and a delimiter with no octet behind it makes no part.

Beyond `limits.TREE_DEPTH` containers stay closed; beyond `limits.TREE_PARTS` all that follows is one opaque part.
Since every delimiter either makes a part or ends a container, at most twice as many delimiter lines count.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

from sescomposer.core.header_scan import BodyKind, HeaderSpan, body_kind, find_header
from sescomposer.core.limits import TREE_DEPTH, TREE_PARTS
from sescomposer.core.notes import Note
from sescomposer.core.octets import Octets
from sescomposer.core.open_boundaries import Delimiter, OpenBoundaries
from sescomposer.core.scan_buffer import ScanBuffer, buffer_of
from sescomposer.core.transfer_encoding import TransferEncoding

MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
"""Types whose body is a message (RFC 2046 section 5.2.1, RFC 6532 section 3.7, RFC 5537 section 4.1)."""

_IDENTITY = frozenset({TransferEncoding.SEVEN_BIT, TransferEncoding.EIGHT_BIT, TransferEncoding.BINARY})


_FIRST_HEADER_STEP = 512


class Kind(Enum):
    """What the body of an entity is."""

    LEAF = auto()
    MULTIPART = auto()
    NESTED = auto()


@dataclass(slots=True)
class Frame:
    """Where one entity lies; all offsets are those of the scanned octets.

    Attributes:
        start: First octet of the header section.
        header_stop: End of the header section, start of the blank line.
        body_start: End of the blank line.
        stop: End of the entity.
        line_end: The line end of the header section, else that of the entity around it.
        delimiters: Start and stop of the delimiter before each child, line ends included.
        close: The same of the close delimiter, None where it is missing.
        close_text_stop: End of the close delimiter without its line end.
        parts_stop: End of the last child where a delimiter without a part follows it; -1 otherwise.
    """

    start: int
    header_stop: int
    body_start: int
    line_end: bytes
    stop: int = -1
    kind: Kind = Kind.LEAF
    note: str = ""
    media_type: str = "text/plain"
    is_base64: bool = False
    boundary: bytes = b""
    delimiters: list[tuple[int, int]] = field(default_factory=list)
    close: tuple[int, int] | None = None
    close_text_stop: int = -1
    parts_stop: int = -1
    children: "list[Frame]" = field(default_factory=list)

    def end(self, stop: int) -> None:
        """Set the end; a blank line or line end that a delimiter took is given up."""
        self.stop = stop
        self.body_start = min(self.body_start, stop)
        self.header_stop = min(self.header_stop, stop)
        if self.close:
            self.close = (self.close[0], min(self.close[1], stop))
        if self.kind is Kind.MULTIPART and not self.children:
            self.kind = Kind.LEAF
            self.note = self.note or (Note.START_MISSING if self.parts_stop < 0 else Note.NO_PARTS)


def scan(octets: Octets) -> Frame:
    """Find every entity in `octets`; gives that of the message.

    >>> root = scan(Octets.of(b"Content-Type: multipart/mixed; boundary=b\\n\\n--b\\n\\nHi\\n--b--\\n"))
    >>> [(child.start, child.body_start, child.stop) for child in root.children]
    [(47, 48, 50)]
    """
    return _Scanner(octets).run()


class _Scanner:
    def __init__(self, octets: Octets) -> None:
        self.octets = octets
        self.buffer: ScanBuffer = buffer_of(octets)
        self.length = len(octets)
        first = self.buffer.find(b"\n", 0, self.length)
        self.newline = b"\n" if first >= 0 or self.buffer.find(b"\r", 0, self.length) < 0 else b"\r"
        self.boundaries = OpenBoundaries(self.buffer, self.newline)
        self.stack: list[Frame] = []
        self.count = 0

    def run(self) -> Frame:
        """Scan to the end."""
        position = self._open(0, "text/plain", is_message=True)
        root = self.stack[0]
        while hit := self.boundaries.next(position, self.length, is_base64=self.stack[-1].is_base64):
            position = self._take(hit)
        self._drop_empty_messages(self.length)
        self._close_down_to(0, self.length)
        return root

    def _open(self, start: int, default_type: str, *, is_message: bool) -> int:
        """Open the entity at `start` and all messages that start inside; gives where to look for a delimiter next."""
        while True:
            header = self._header_at(start, is_message)
            if header is None:
                self._push(Frame(start, self.length, self.length, self._line_end_in(start, start)))
                return start
            frame = Frame(start, header.stop, header.body_start, self._line_end_in(start, header.body_start))
            self._push(frame)
            self._decide(frame, body_kind(self.octets[start : header.stop], self.newline, default_type))
            if frame.kind is not Kind.NESTED:
                return frame.body_start
            start, default_type, is_message = frame.body_start, "text/plain", True

    def _push(self, frame: Frame) -> None:
        if self.stack:
            self.stack[-1].children.append(frame)
        self.stack.append(frame)
        self.count += 1

    def _header_at(self, start: int, is_message: bool) -> HeaderSpan | None:
        """Find the header section; None if a delimiter cuts it.

        A delimiter may look like a field. So the search goes on step by step, each eight times as long, lest every
        part of a message made of such lines is searched to its end.
        """
        stop = start + _FIRST_HEADER_STEP if self.boundaries else self.length
        while True:
            header = find_header(self.buffer, start, stop, self.newline, is_message=is_message)
            if self.boundaries.next(start, min(stop, self.length) if header is None else header.body_start):
                return None
            if header:
                return header
            stop = start + (stop - start) * 8

    def _line_end_in(self, start: int, stop: int) -> bytes:
        at = self.buffer.find(self.newline, start, stop)
        if at < 0 and self.stack:
            return self.stack[-1].line_end
        if at < 0:
            at = self.buffer.find(self.newline, 0, self.length)
        if at < 0 or (self.newline == b"\n" and at > 0 and self.buffer.read(at - 1, at) == b"\r"):
            return b"\r\n"
        return self.newline

    def _decide(self, frame: Frame, kind: BodyKind) -> None:
        """Make `frame` a container if it may be one, else say why it is none."""
        frame.media_type = kind.media_type
        frame.is_base64 = kind.encoding is TransferEncoding.BASE64
        if kind.media_type.startswith("multipart/"):
            frame.note = self._reason_against_parts(kind)
            if not frame.note:
                frame.kind = Kind.MULTIPART
                frame.boundary = kind.boundary
                self.boundaries.open(kind.boundary, len(self.stack) - 1)
        elif kind.media_type in MESSAGE_TYPES and frame.body_start < self.length:
            frame.note = Note.ENCODED_MESSAGE if kind.encoding not in _IDENTITY else self._reached_limit()
            frame.kind = Kind.LEAF if frame.note else Kind.NESTED

    def _reason_against_parts(self, kind: BodyKind) -> str:
        if not kind.boundary:
            return Note.NO_BOUNDARY
        return Note.BOUNDARY_IN_USE if kind.boundary in self.boundaries else self._reached_limit()

    def _reached_limit(self) -> str:
        if len(self.stack) >= TREE_DEPTH:
            return Note.TOO_DEEP
        return Note.TOO_MANY_PARTS if self.count >= TREE_PARTS else ""

    def _take(self, hit: Delimiter) -> int:
        """Handle a delimiter line; gives where to look for the next one."""
        self._drop_empty_messages(hit.start)
        start = self._line_end_before(hit)
        self._drop_empty_messages(start)
        self._close_down_to(hit.level + 1, start)
        container = self.stack[hit.level]
        if hit.is_close:
            self.boundaries.close(container.boundary)
            container.close = (start, hit.stop) if container.children else None
            container.close_text_stop = hit.text_stop
            if not container.children:
                container.kind, container.note = Kind.LEAF, Note.START_MISSING
            return hit.stop
        if hit.stop >= self.length:
            container.parts_stop = start
            return self.length
        container.delimiters.append((start, hit.stop))
        if self.count >= TREE_PARTS - 1:
            return self._take_rest(container, hit.stop)
        default_type = "message/rfc822" if container.media_type == "multipart/digest" else "text/plain"
        return self._open(hit.stop, default_type, is_message=False)

    def _take_rest(self, container: Frame, start: int) -> int:
        """Make one opaque part of all that follows."""
        rest = Frame(start, start, start, container.line_end, stop=self.length, note=Note.TOO_MANY_PARTS)
        container.children.append(rest)
        self.count += 1
        return self.length

    def _line_end_before(self, hit: Delimiter) -> int:
        """Give the start of a delimiter, the line end before it included where there is one to take."""
        top = self.stack[-1]
        if hit.level == len(self.stack) - 1:
            floor = top.body_start
        else:
            floor = top.close_text_stop if top.close else top.start
        start = hit.start
        if start > floor:
            start -= 1
            if self.newline == b"\n" and start > floor and self.buffer.read(start - 1, start) == b"\r":
                start -= 1
        return start

    def _drop_empty_messages(self, stop: int) -> None:
        """Forget messages without one octet: the part around them is a leaf then."""
        while len(self.stack) > 1 and self.stack[-2].kind is Kind.NESTED and self.stack[-1].start >= stop:
            self.stack.pop()
            self.stack[-1].children.clear()
            self.stack[-1].kind = Kind.LEAF
            self.count -= 1

    def _close_down_to(self, level: int, stop: int) -> None:
        while len(self.stack) > level:
            frame = self.stack.pop()
            self.boundaries.close(frame.boundary)
            frame.end(stop)
