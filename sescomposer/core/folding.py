"""Folding of header fields into lines (RFC 5322 sections 2.1.1 and 2.2.3)."""

import re

from sescomposer.core import limits
from sescomposer.core.errors import HeaderError

_CHUNK = re.compile(r'[ \t]*(?:"(?:[^"\\]|\\.){0,70}"|[^ \t])+')
"""Blanks and the word behind them; a quoted string that fits on a line is not cut."""

_ENCODED_LINE = 76
"""Longest line with an encoded word (RFC 2047 section 2)."""


def fold(name: str, body: str, *, line_end: bytes = b"\r\n", limit: int = limits.LINE_ADVISED) -> bytes:
    """Write a field in lines of at most `limit` octets where its blanks allow it, never over 998.

    Args:
        name: Field name.
        body: Wire form on one line, without CR and LF; blanks around it are dropped. Only the line ends are added
            before blanks that stand there anyway, so that unfolding gives `body` again.
        line_end: CRLF, LF or CR.
        limit: Octets of a line without its line end.

    Returns:
        The field with its line end; text outside ASCII as UTF-8 (RFC 6532).

    Raises:
        HeaderError: A word is longer than a line may be.

    >>> fold("Subject", "a bb ccc", limit=12)
    b'Subject: a\\r\\n bb ccc\\r\\n'
    """
    width = min(limit, _ENCODED_LINE) if "=?" in body else limit
    line = name.encode("ascii") + b":"
    if body.strip(" \t"):
        line += b" "
    lines: list[bytes] = []
    for found in _CHUNK.finditer(body.strip(" \t")):
        chunk = found[0].encode("utf-8")
        if len(line) + len(chunk) > (width if found.start() else limits.LINE_OCTETS):
            lines.append(line.rstrip(b" "))
            line = chunk if found.start() else b" " + chunk
            _check_length(line, body, found.start())
        else:
            line += chunk
    lines.append(line)
    return line_end.join(lines) + line_end


def _check_length(line: bytes, body: str, position: int) -> None:
    if len(line) > limits.LINE_OCTETS:
        raise HeaderError(
            f"A word of {len(line)} octets cannot be folded; a line has at most {limits.LINE_OCTETS}.",
            hint="Put a blank into it.",
            value=body[position : position + 80],
            position=position,
        )
