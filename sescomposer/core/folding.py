"""Folding of header fields into lines (RFC 5322 sections 2.1.1 and 2.2.3)."""

import re
from collections.abc import Iterator

from sescomposer.core import limits
from sescomposer.core.errors import HeaderError

_CHUNK = re.compile(r'[ \t]*(?:"(?:[^"\\]|\\.){0,70}"|[^ \t])+')
"""Blanks and the word behind them; a quoted string that fits on a line is not cut."""

_WORD = re.compile(r"[ \t]*[^ \t]+")
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
    for index, chunk in enumerate(_chunks(body.strip(" \t"), width)):
        if len(line) + len(chunk) > (width if index else limits.LINE_OCTETS):
            lines.append(line.rstrip(b" "))
            line = chunk if index else b" " + chunk
            _check_length(line)
        else:
            line += chunk
    lines.append(line)
    return line_end.join(lines) + line_end


def _chunks(body: str, width: int) -> Iterator[bytes]:
    """What stays on one line, its blanks first; quoted strings too long for one are cut at their blanks."""
    for found in _CHUNK.finditer(body):
        if len(found[0]) <= width - 2:
            yield found[0].encode("utf-8")
        else:
            for word in _WORD.finditer(found[0]):
                yield word[0].encode("utf-8")


def _check_length(line: bytes) -> None:
    if len(line) > limits.LINE_OCTETS:
        raise HeaderError(
            f"A word of {len(line)} octets cannot be folded; a line has at most {limits.LINE_OCTETS}.",
            hint="Put a blank into it.",
            value=line[:80].decode("utf-8", "replace"),
        )
