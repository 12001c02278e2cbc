"""What is wrong with the octets of a body for its transfer encoding (RFC 2045 sections 2.7, 2.8, 6.7 and 6.8).

Derived when asked for, as it reads the whole body; of each kind at most 20 places are told.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from sescomposer.core.base64_stream import ALPHABET
from sescomposer.core.defects import Defect
from sescomposer.core.limits import ENCODED_LINE, LINE_OCTETS
from sescomposer.core.octets import Octets
from sescomposer.core.transfer_encoding import TransferEncoding

TOLD = 20
_WINDOW_OCTETS = 262144
_LOOKED_AHEAD = 64

_BASE64_JUNK = re.compile(rb"[^A-Za-z0-9+/=\r\n\t ]+")
_EIGHT_BIT = re.compile(rb"[\x80-\xff]+")
_NUL = re.compile(rb"\0+")
_NOT_PRINTABLE = re.compile(rb"[^\t\n\r\x20-\x7e]+")
_BARE_CR = re.compile(rb"\r(?!\n)")
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:[\r\n]|\Z))")
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
# What tells in a tenth of a pattern's time that there is nothing to find.
_IS_HARMLESS: dict[re.Pattern[bytes], Callable[[bytes], bool]] = {
    _BASE64_JUNK: lambda window: not window.translate(None, ALPHABET + b"=\r\n\t "),
    _NOT_PRINTABLE: lambda window: not window.translate(None, _PRINTABLE),
    _EIGHT_BIT: bytes.isascii,
    _NUL: lambda window: b"\0" not in window,
    _BARE_CR: lambda window: window.count(b"\r") == window.count(b"\r\n"),
    _BAD_ESCAPE: lambda window: b"=" not in window,
}
_EIGHT_BIT_IN_7BIT = ("eight-bit", "A 7bit body has an octet above 127.", "RFC 2045 2.7")
_NO_CHARACTERS = bytes(set(range(256)) - set(ALPHABET))


def encoding_defects(octets: Octets, encoding: TransferEncoding) -> tuple[Defect, ...]:
    """Give what breaks the rules of the encoding, with offsets in `octets`.

    >>> [(defect.code, defect.start) for defect in encoding_defects(Octets.of(b"AA!A"), TransferEncoding.BASE64)]
    [('base64-character', 2), ('base64-length', 4)]
    """
    if not len(octets) and encoding is not TransferEncoding.UNKNOWN:
        return ()
    match encoding:
        case TransferEncoding.BASE64:
            return tuple(_base64_defects(octets))
        case TransferEncoding.QUOTED_PRINTABLE:
            return tuple(_quoted_printable_defects(octets))
        case TransferEncoding.SEVEN_BIT | TransferEncoding.EIGHT_BIT if _is_short_and_plain(octets):
            return ()
        case TransferEncoding.SEVEN_BIT:
            return (*_matches(octets, _EIGHT_BIT, *_EIGHT_BIT_IN_7BIT), *_line_defects(octets))
        case TransferEncoding.EIGHT_BIT:
            return tuple(_line_defects(octets))
        case TransferEncoding.UNKNOWN:
            sentence = "The transfer encoding is unknown, so the octets are shown as they stand."
            return (Defect("encoding-unknown", sentence, 0, len(octets), "RFC 2045 6.4"),)
        case TransferEncoding.BINARY:
            return ()


def _is_short_and_plain(octets: Octets) -> bool:
    """Whether one look finds nothing but ASCII in lines of the permitted length; so it is with most parts of many."""
    if len(octets) > _WINDOW_OCTETS:
        return False
    window = octets.read(0, _WINDOW_OCTETS)
    if not all(_IS_HARMLESS[pattern](window) for pattern in (_EIGHT_BIT, _NUL, _BARE_CR)):
        return False
    start = 0
    while len(window) - start > LINE_OCTETS:
        start = window.rfind(b"\n", start, start + LINE_OCTETS + 1) + 1
        if not start:
            return False
    return True


def _line_defects(octets: Octets) -> Iterator[Defect]:
    yield from _matches(octets, _NUL, "nul", "A NUL octet needs the transfer encoding binary.", "RFC 2045 2.8")
    yield from _matches(
        octets, _BARE_CR, "bare-cr", "A CR without LF needs the transfer encoding binary.", "RFC 2045 2.8"
    )
    yield from _long_lines(octets, LINE_OCTETS, "line-length", "RFC 5322 2.1.1")


def _quoted_printable_defects(octets: Octets) -> Iterator[Defect]:
    standard = "RFC 2045 6.7"
    yield from _matches(octets, _BAD_ESCAPE, "quoted-printable-escape", "No two hexadecimal digits follow =.", standard)
    sentence = "Quoted-printable text has an octet that must be encoded."
    yield from _matches(octets, _NOT_PRINTABLE, "quoted-printable-character", sentence, standard)
    yield from _long_lines(octets, ENCODED_LINE, "quoted-printable-line-length", standard)


def _base64_defects(octets: Octets) -> Iterator[Defect]:
    standard = "RFC 2045 6.8"
    yield from _matches(octets, _BASE64_JUNK, "base64-character", "This is no character of base64.", standard)
    yield from _padding_defects(octets, standard)
    yield from _long_lines(octets, ENCODED_LINE, "base64-line-length", standard)


def _padding_defects(octets: Octets, standard: str) -> Iterator[Defect]:
    pad = octets.find(b"=")
    end = pad if pad >= 0 else len(octets)
    characters = sum(len(bytes(run).translate(None, _NO_CHARACTERS)) for run in octets[:end].chunks(_WINDOW_OCTETS))
    needed = -characters % 4
    if pad < 0:
        if needed:
            yield Defect("base64-length", "The base64 text ends inside a group of four.", end, end, standard)
        return
    after = bytes(octets[pad:]).rstrip()
    pads = len(after) - len(after.lstrip(b"="))
    if needed not in (1, 2) or pads != needed:
        yield Defect("base64-padding", "The padding does not complete a group of four.", pad, pad + pads, standard)
    if pads < len(after):
        stop = pad + len(after)
        yield Defect("base64-after-padding", "There is more after the padding.", pad + pads, stop, standard)


def _matches(octets: Octets, pattern: re.Pattern[bytes], code: str, message: str, standard: str) -> Iterator[Defect]:
    told = islice(_spans(octets, pattern), TOLD)
    return (Defect(code, message, start, stop, standard) for start, stop in told)


def _spans(octets: Octets, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    is_harmless = _IS_HARMLESS[pattern]
    for base in range(0, len(octets), _WINDOW_OCTETS):
        window = octets.read(base, base + _WINDOW_OCTETS + _LOOKED_AHEAD)
        if is_harmless(window):
            continue
        for match in pattern.finditer(window):
            if match.start() >= _WINDOW_OCTETS:
                break
            yield base + match.start(), base + min(match.end(), _WINDOW_OCTETS)


def _long_lines(octets: Octets, limit: int, code: str, standard: str) -> Iterator[Defect]:
    sentence = f"A line is longer than {limit} characters."
    told = islice(_longer_lines(octets, limit), TOLD)
    return (Defect(code, sentence, start, stop, standard) for start, stop in told)


def _longer_lines(octets: Octets, limit: int) -> Iterator[tuple[int, int]]:
    """Give where each line longer than `limit` starts, and stops without its line end.

    From a line start, all lines are short up to the last LF within the limit: so the search leaps over many at once,
    and over whole windows of lines of one length, as every encoder writes them.
    """
    start, length = 0, len(octets)
    base, window = 0, b""
    while start < length:
        if base + len(window) < min(start + limit + 2, length):
            base, window = start, octets.read(start, start + _WINDOW_OCTETS)
            start += _regular(window, limit)
        at = _last_line_end(window, start - base, limit)
        if at >= 0:
            start = base + at + 1
            continue
        found = octets.find(b"\n", start + limit)
        line_stop = length if found < 0 else found
        stop = line_stop - (line_stop > start and octets.read(line_stop - 1, line_stop) == b"\r")
        if stop - start > limit:
            yield start, stop
        start = line_stop + 1


def _last_line_end(window: bytes, start: int, limit: int) -> int:
    """Give the last LF up to which all lines from `start` on are short, -1 if the first one is not."""
    at = window.rfind(b"\n", start, start + limit + 2)
    if at == start + limit + 1 and window[at - 1 : at] != b"\r":
        return window.rfind(b"\n", start, at)
    return at


def _regular(window: bytes, limit: int) -> int:
    """Give how many octets at the start of a window are lines of one length within the limit; 0 where they are not."""
    stride = _last_line_end(window, 0, limit) + 1
    if not stride:
        return 0
    count = len(window) // stride
    ends = window[stride - 1 : count * stride : stride] == b"\n" * count
    # The longest line has room for LF only behind a CR.
    if stride == limit + 2:
        ends = ends and window[stride - 2 : count * stride : stride] == b"\r" * count
    return count * stride if ends else 0
