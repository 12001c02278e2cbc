"""Where the parameters of a field body stand (RFC 2045 section 5.1, RFC 2231): one pass, for reading and for edits."""

import re
from dataclasses import dataclass

from sescomposer.core.address_tokens import comment_stop

_QUOTED = re.compile(r'"((?:[^"\\]++|\\(?:.|\Z)|(?!))*+)("|\Z)', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_STOP = re.compile(r'[;("]')
_BLANK = re.compile(r"[ \t\r\n]*+")
_LINE_END = re.compile(r"\r\n|[\r\n]")
_NAME = re.compile(r"([^*=]*)(?:\*([0-9]{1,5}))?(\*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Segment:
    """One parameter as it stands, a continuation of RFC 2231 section 3 on its own.

    Attributes:
        name: Lower case, without asterisks.
        section: Number of the continuation, -1 where there is none.
        is_extended: Whether the value has charset and percent signs (section 4).
        value: Without quotes and quoting backslashes, not decoded.
        is_quoted: Whether it stood in quotes.
        has_value: Whether there was a "=".
        start: Offset of the semicolon before it.
        name_start, value_start, stop: Offsets of name and value; behind all of it, blanks left out.
    """

    name: str
    section: int
    is_extended: bool
    value: str
    is_quoted: bool
    has_value: bool
    start: int
    name_start: int
    value_start: int
    stop: int


def scan(body: str) -> tuple[str, tuple[Segment, ...]]:
    """Give the main value (comments left out, unfolded) and the parameters as they stand. Never raises.

    >>> value, segments = scan('text/plain (x); charset="utf-8"; format=flowed')
    >>> value, [(segment.name, segment.value) for segment in segments]
    ('text/plain', [('charset', 'utf-8'), ('format', 'flowed')])
    """
    pieces = list(_between_semicolons(body))
    value = _without_comments(body, pieces[0][0], pieces[0][1])
    segments = (_segment(body, start, stop) for start, stop in pieces[1:])
    return value, tuple(segment for segment in segments if segment is not None)


def _between_semicolons(body: str) -> list[tuple[int, int]]:
    """Characters between the semicolons that stand outside quotes and comments."""
    pieces: list[tuple[int, int]] = []
    start = position = 0
    has_comments = True
    while (mark := _STOP.search(body, position)) is not None:
        position = mark.end()
        if mark[0] == ";":
            pieces.append((start, mark.start()))
            start = position
        elif mark[0] == '"':
            quoted = _QUOTED.match(body, mark.start())
            position = quoted.end() if quoted else position
        elif has_comments:
            stop, has_comments = comment_stop(body, mark.start())
            position = stop if has_comments else position
    return [*pieces, (start, len(body))]


def _segment(body: str, start: int, stop: int) -> Segment | None:
    name_start = _skipped(body, start, stop)
    equals = body.find("=", name_start, stop)
    name_stop = stop if equals < 0 else equals
    name = _NAME.fullmatch(body[name_start:name_stop].strip(" \t\r\n").lower())
    parts = (name[1], name[2], name[3]) if name else (body[name_start:name_stop].strip().lower(), None, None)
    if not parts[0]:
        return None
    value_start = _skipped(body, name_stop + 1, stop) if equals >= 0 else stop
    value, is_quoted = _value(body, value_start, stop)
    section = -1 if parts[1] is None else int(parts[1])
    end = value_start + len(body[value_start:stop].rstrip(" \t\r\n"))
    if equals < 0:
        end = name_start + len(body[name_start:stop].rstrip(" \t\r\n"))
    return Segment(
        parts[0], section, parts[2] is not None, value, is_quoted, equals >= 0, start - 1, name_start, value_start, end
    )


def _skipped(body: str, start: int, stop: int) -> int:
    """Offset behind blanks and comments."""
    while True:
        blank = _BLANK.match(body, start, stop)
        start = blank.end() if blank else start
        if start >= stop or body[start] != "(":
            return min(start, stop)
        behind, ended = comment_stop(body, start, stop)
        if not ended:
            return start
        start = behind


def _value(body: str, start: int, stop: int) -> tuple[str, bool]:
    """A value without quotes, or up to the semicolon, whatever blanks it holds; a comment behind it is no part."""
    quoted = _QUOTED.match(body, start, stop) if start < stop else None
    if quoted:
        return _QUOTED_PAIR.sub(r"\1", _LINE_END.sub("", quoted[1])), True
    text = _LINE_END.sub("", body[start:stop]).strip(" \t")
    opening = text.find(" (")
    if opening >= 0 and comment_stop(text, opening + 1) == (len(text), True):
        text = text[:opening].rstrip(" \t")
    return text, False


def _without_comments(body: str, start: int, stop: int) -> str:
    pieces: list[str] = []
    while start < stop:
        opening = body.find("(", start, stop)
        if opening < 0:
            break
        behind, ended = comment_stop(body, opening, stop)
        if not ended:
            break
        pieces.append(body[start:opening])
        start = behind
    pieces.append(body[start:stop])
    return _LINE_END.sub("", "".join(pieces)).strip(" \t")
