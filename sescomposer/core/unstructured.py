"""Bodies of unstructured fields: which words are encoded so that every blank comes back (RFC 2047 section 5 (1))."""

import re

from sescomposer.core import limits
from sescomposer.core.encoded_word import Form, encode, is_needed

_PIECE = re.compile(r"[ \t]+|[^ \t]+")
_OUTSIDE = re.compile(r"[^\t\x20-\x7e]")
_LONGEST_BLANK = 40
"""Longer runs of blanks are encoded: folding could make a line of nothing else out of them."""


def encode_text(
    value: str,
    *,
    first_width: int = 75,
    form: Form = "auto",
    longest: int = limits.LINE_OCTETS,
    has_words: bool = False,
) -> str:
    """Give the wire form of an unstructured value, on one line.

    Words in printable ASCII stay readable. Encoded are words outside it, words longer than `longest`, words that look
    like encoded ones (unless `has_words`: then those are the encoded words they look like), and the words beside blanks
    that folding or reading would lose.

    >>> encode_text("two  Gr\u00fc\u00dfe \u00e9 here")
    'two  =?utf-8?b?R3LDvMOfZSDDqQ==?= here'
    """
    pieces = _PIECE.findall(value)
    needed = [_is_needed(piece, longest, has_words) for piece in pieces]
    _spread(pieces, needed)
    body: list[str] = []
    start = 0
    while start < len(pieces):
        stop = _run_stop(pieces, needed, start)
        text = "".join(pieces[start:stop])
        if needed[start]:
            text = encode(text, form=form, first_width=75 if body else first_width)
        body.append(text)
        start = stop
    return "".join(body)


def _is_needed(piece: str, longest: int, has_words: bool) -> bool:
    if piece[0] in " \t":
        return len(piece) > _LONGEST_BLANK
    return len(piece) > longest or (_OUTSIDE.search(piece) is not None if has_words else is_needed(piece))


def _spread(pieces: list[str], needed: list[bool]) -> None:
    """Mark blanks at the ends, and the words beside every marked blank: no word may touch an encoded one."""
    if not pieces:
        return
    for end in (0, len(pieces) - 1):
        needed[end] = needed[end] or pieces[end][0] in " \t"
    for index, piece in enumerate(pieces):
        if needed[index] and piece[0] in " \t":
            for beside in (index - 1, index + 1):
                if 0 <= beside < len(pieces):
                    needed[beside] = True


def _run_stop(pieces: list[str], needed: list[bool], start: int) -> int:
    """End of the run of pieces that are encoded together (or left as they are together)."""
    stop = start + 1
    if not needed[start]:
        while stop < len(pieces) and not needed[stop]:
            stop += 1
        return stop
    while stop < len(pieces):
        if needed[stop]:
            stop += 1
        elif pieces[stop][0] in " \t" and stop + 1 < len(pieces) and needed[stop + 1]:
            stop += 2
        else:
            break
    return stop
