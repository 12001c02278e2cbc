"""Line ends that are not those of the message (RFC 5322 section 2.1, RFC 2045 section 2.7)."""

import re
from collections.abc import Iterator

from sescomposer.core.defects import Defect
from sescomposer.core.entity import Entity, Given, Multipart
from sescomposer.core.octets import Octets
from sescomposer.core.places import body_start, multipart_ends
from sescomposer.core.transfer_encoding import TransferEncoding

_OTHER_END = {
    b"\r\n": re.compile(rb"(?<!\r)\n|\r(?!\n)"),
    b"\n": re.compile(rb"\r"),
    b"\r": re.compile(rb"\n"),
}
_WINDOW = 1 << 18


def line_end_defects(entity: Entity, line_end: bytes) -> Iterator[Defect]:
    """Give the first place of an entity, its parts left out, where a line end is not `line_end`.

    A body of binary or of our own making is left out: the first may hold any octets, the second holds no others.
    """
    for start, octets in _own_octets(entity):
        at = first_other_line_end(octets, line_end)
        if at >= 0:
            message = "Line ends are mixed: here is the first that differs from those of the message."
            yield Defect("mixed-line-ends", message, start + at, start + at + 1, "RFC 5322 2.1")
            return


def _own_octets(entity: Entity) -> Iterator[tuple[int, Octets]]:
    start, body = body_start(entity), entity.body
    # A line end that a delimiter took belongs to the header section: it is seen there.
    yield 0, entity.octets[:start]
    if isinstance(body, Given):
        if entity.transfer_encoding is not TransferEncoding.BINARY:
            yield start, body.octets
    elif isinstance(body, Multipart):
        ends = multipart_ends(body)
        yield start, body.preamble
        before = b""
        for index, delimiter in enumerate(body.delimiters):
            # Nearly always it is the same one again.
            if delimiter != before:
                yield start + ends[2 * index], Octets.of(delimiter)
            before = delimiter
        yield start + ends[-3], Octets.of(body.close)
        yield start + ends[-2], body.epilogue


def first_other_line_end(octets: Octets, line_end: bytes) -> int:
    r"""Give the first offset of a line end that is not `line_end`, or -1.

    >>> first_other_line_end(Octets.of(b"a\r\nb\nc\r\n"), b"\r\n")
    4
    """
    pattern = _OTHER_END[line_end]
    for start in range(0, len(octets), _WINDOW):
        # One octet more on both sides, so that no CRLF is seen in halves.
        before = 1 if start else 0
        window = octets.read(start - before, start + _WINDOW + 1)
        if line_end == b"\r\n" and window.count(b"\r\n") == window.count(b"\n") == window.count(b"\r"):
            continue
        last = min(start + _WINDOW, len(octets)) - start + before
        match = next((found for found in pattern.finditer(window, before) if found.start() < last), None)
        if match:
            return start - before + match.start()
    return -1
