"""Quoted-printable (RFC 2045 section 6.7): lines of at most 76 characters that also survive mailboxes and gateways.

Beyond the standard, no encoded line starts with `From ` or is a lone `.`, as mbox files and careless SMTP software
change such lines. `binascii.b2a_qp` protects neither.
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

LINE_CHARACTERS = 76
_FEW = 24
_UNSAFE = re.compile(rb"[^\t\x20-\x3c\x3e-\x7e]+")
_UNSAFE_IN_LINES = re.compile(rb"[^\t\n\x20-\x3c\x3e-\x7e]+")
_SAFE_IN_LINES = bytes([9, 10, *range(32, 61), *range(62, 127)])
_CRITICAL = (b" \n", b"\t\n", b"\nFrom ", b"\n.\n")
_DOUBLE = re.compile(rb"=(?==)")
_SOFT_CR = re.compile(rb"=\r(?!\n)")
_BLANKS_BEFORE_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r*\n)")


def quoted_printable(octets: bytes, *, line_end: bytes = b"\r\n", binary: bool = False) -> bytes:
    """Encode octets.

    Args:
        octets: Text with CRLF or LF line ends (a CR elsewhere is encoded), or anything with `binary`.
        line_end: Written between lines, and after the last one where `octets` ends with a line end.
        binary: Whether line ends are octets like any other, to come out as they are.

    >>> quoted_printable("Füße \\n.\\nFrom here".encode())
    b'F=C3=BC=C3=9Fe=20\\r\\n=2E\\r\\n=46rom here'
    """
    if binary:
        return _finished(_UNSAFE.sub(_escape, octets), line_end)
    return encode_lines(octets.replace(b"\r\n", b"\n"), line_end)


def encode_lines(octets: bytes, line_end: bytes, *, continued: bool = False, plain: bool = False) -> bytes:
    """Encode text with LF line ends, each line by itself; any CR is encoded.

    Args:
        octets: Lines; the last one may have no LF.
        line_end: Written for each LF and after each soft line break.
        continued: Whether to end with a soft line break, as more of the last line follows.
        plain: Whether it is known that no line starts with `From `, is a lone `.` or ends with a blank or a tab.
    """
    quoted = _quoted_lines(octets)
    lines = quoted.split(b"\n")
    tail = b""
    if continued:
        tail = b"".join([row + b"=" + line_end for row in _rows(lines.pop(), LINE_CHARACTERS - 1)])
        lines.append(b"")
    if not plain and _is_critical(b"\n" + quoted + b"\n"):
        return line_end.join([_finished(line, line_end) for line in lines]) + tail
    soft = b"=" + line_end
    fitting = [line if len(line) <= LINE_CHARACTERS else soft.join(_rows(line, LINE_CHARACTERS)) for line in lines]
    return line_end.join(fitting) + tail


def _is_critical(framed: bytes) -> bool:
    return any(octets in framed for octets in _CRITICAL)


def _quoted_lines(octets: bytes) -> bytes:
    """Escape what is unsafe in lines: few different octets one after the other, which takes a tenth of the time."""
    # The equals sign comes first, as all others become escapes with one.
    unsafe = sorted(set(octets.translate(None, _SAFE_IN_LINES)), key=lambda octet: octet != ord("="))
    if len(unsafe) > _FEW:
        return _UNSAFE_IN_LINES.sub(_escape, octets)
    for octet in unsafe:
        octets = octets.replace(b"%c" % octet, b"=%02X" % octet)
    return octets


def _finished(quoted: bytes, line_end: bytes) -> bytes:
    """Cut and protect a whole line in which all unsafe octets are escaped."""
    if quoted[-1:] in (b" ", b"\t"):
        quoted = quoted[:-1] + b"=%02X" % quoted[-1]
    if len(quoted) <= LINE_CHARACTERS - 2:
        return _protected(quoted)
    return (b"=" + line_end).join(_rows(quoted, LINE_CHARACTERS))


def _escape(match: re.Match[bytes]) -> bytes:
    return _escaped(match.group())


@lru_cache(maxsize=1024)
def _escaped(run: bytes) -> bytes:
    return b"=" + run.hex("=").upper().encode()


def _protected(row: bytes) -> bytes:
    if row.startswith(b"From "):
        return b"=46" + row[1:]
    return b"=2E" if row == b"." else row


def _rows(quoted: bytes, last: int) -> list[bytes]:
    """Cut encoded octets into rows of at most 75 characters, the last of at most `last`; never inside an escape."""
    rows: list[bytes] = []
    start, length, may_need_care = 0, len(quoted), b"From " in quoted
    while True:
        # A protected row grows by two characters.
        spare = 2 if may_need_care and quoted.startswith(b"From ", start) else 0
        if length - start <= last - spare:
            rows.append(_protected(quoted[start:]))
            return rows
        stop = start + LINE_CHARACTERS - 1 - spare
        escape = quoted.rfind(b"=", stop - 2, stop)
        stop = escape if escape >= 0 else stop
        rows.append(_protected(quoted[start:stop]) if spare else quoted[start:stop])
        start = stop


def decode_stream(windows: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Decode a stream of any shape; an `=` that starts no escape stays, blanks at line ends go.

    >>> b"".join(decode_stream([b"F=C3=B", b"C=C3=9Fe  \\r\\nsoft=", b"\\r\\n =xy"])).decode()
    'Füße\\r\\nsoft =xy'
    """
    held: list[bytes] = []
    for window in windows:
        held.append(bytes(window))
        if not held[-1].strip(b" \t\r"):
            # They may all go: they wait for what follows without being looked at again.
            continue
        octets = b"".join(held)
        at = _safe_cut(octets)
        # Of a run of equals signs only the last one can start an escape.
        signs = max(len(octets) - at - len(octets[at:].lstrip(b"=")) - 1, 0)
        held = [octets[at + signs :]]
        if at + signs:
            yield _decode(octets[:at]) + b"=" * signs
    if rest := b"".join(held):
        yield _decode(_without_blanks(rest))


def _safe_cut(octets: bytes) -> int:
    """Find where decoding may pause: after an LF, else before trailing blanks and before what may be half an escape."""
    at = octets.rfind(b"\n") + 1
    if at:
        return at
    kept = octets.rstrip(b" \t\r")
    escape = kept.rfind(b"=", max(len(kept) - 2, 0))
    return len(kept[: escape + 1].rstrip(b"=")) if escape >= 0 else len(kept)


def _decode(octets: bytes) -> bytes:
    octets = _BLANKS_BEFORE_END.sub(b"", octets)
    if b"=" not in octets:
        return octets
    # After `=` and CR, binascii skips all octets to the next LF; of `==` it keeps one.
    return binascii.a2b_qp(_DOUBLE.sub(b"=3D", _SOFT_CR.sub(b"=\n", octets)))


def _without_blanks(line: bytes) -> bytes:
    body = line.rstrip(b"\r")
    return body.rstrip(b" \t") + line[len(body) :]
