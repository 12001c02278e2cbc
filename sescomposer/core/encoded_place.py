"""Which octets of an encoded body decoded octets come from (RFC 2045 section 6), found without decoding into memory."""

import re
from itertools import islice

from sescomposer.core.base64_stream import ALPHABET
from sescomposer.core.octets import Octets
from sescomposer.core.quoted_printable import decode_stream
from sescomposer.core.transfer_encoding import TransferEncoding

_WINDOW_OCTETS = 65536
_BASE64_CHARACTER = re.compile(rb"[A-Za-z0-9+/]")
_NO_CHARACTERS = bytes(set(range(256)) - set(ALPHABET))
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_END = rb"(?=\r*(?:\n|\Z))"
_QUOTED_RUN = re.compile(
    rb"(?P<escapes>(?:=[0-9A-Fa-f]{2})+)|(?P<nothing>=(?:[ \t]+%b)?(?:\r?\n|\r)|[ \t]++%b)|[ \t]+|[^= \t]+|="
    % (_END, _END)
)


def encoded_span(octets: Octets, encoding: TransferEncoding, start: int, stop: int) -> tuple[int, int]:
    r"""Give the encoded octets that decoded octets come from.

    Args:
        octets: The encoded body.
        encoding: How it is encoded.
        start, stop: Offsets in the decoded octets, `stop` behind `start` and not beyond their end.

    Returns:
        Start and stop in `octets`. Base64 characters are whole; so is a quoted-printable line above 64 KiB.

    >>> body = Octets.of(b"caf=C3=A9\n")
    >>> encoded_span(body, TransferEncoding.QUOTED_PRINTABLE, 4, 5)
    (6, 9)
    """
    match encoding:
        case TransferEncoding.BASE64:
            return _base64_at(octets, start * 8 // 6), _base64_at(octets, (stop * 8 - 1) // 6) + 1
        case TransferEncoding.QUOTED_PRINTABLE:
            return _quoted_span(octets, start)[0], _quoted_span(octets, stop - 1)[1]
        case _:
            return start, stop


def _base64_at(octets: Octets, number: int) -> int:
    """Give the offset of a character of base64; what is none between them does not count."""
    done = at = 0
    for chunk in octets.chunks(_WINDOW_OCTETS):
        window = bytes(chunk)
        count = len(window.translate(None, _NO_CHARACTERS))
        if done + count > number:
            found = next(islice(_BASE64_CHARACTER.finditer(window), number - done, None))
            return at + found.start()
        done += count
        at += len(window)
    return len(octets) - 1


def _quoted_span(octets: Octets, number: int) -> tuple[int, int]:
    """Give the octets that one decoded octet of quoted-printable text comes from."""
    at = done = 0
    while at < len(octets):
        block = _whole_lines(octets, at)
        length = _decoded_length(block)
        if done + length > number:
            start, stop = _in_block(block, number - done)
            return at + start, at + stop
        at += len(block)
        done += length
    return len(octets), len(octets)


def _whole_lines(octets: Octets, start: int) -> bytes:
    """Read lines; only behind a line end does decoding need nothing of what came before."""
    size = _WINDOW_OCTETS
    while True:
        window = octets.read(start, start + size)
        end = window.rfind(b"\n") + 1
        if end or len(window) < size:
            return window[: end or len(window)]
        size *= 4


def _decoded_length(lines: bytes) -> int:
    return sum(map(len, decode_stream([lines])))


def _in_block(block: bytes, number: int) -> tuple[int, int]:
    """Find the line, and in it the octets."""
    at = done = 0
    for line in _LINE.findall(block):
        length = _decoded_length(line)
        if done + length > number:
            start, stop = _in_line(line, number - done)
            return at + start, at + stop
        at += len(line)
        done += length
    return at, len(block)


def _in_line(line: bytes, number: int) -> tuple[int, int]:
    """Walk over escapes, what stands for nothing (soft line breaks, blanks at the end), and what stands for itself."""
    if len(line) > _WINDOW_OCTETS:
        return 0, len(line)
    done = 0
    for run in _QUOTED_RUN.finditer(line):
        if run["nothing"]:
            continue
        width = 3 if run["escapes"] else 1
        length = len(run[0]) // width
        if done + length > number:
            start = run.start() + (number - done) * width
            return start, start + width
        done += length
    return 0, len(line)
