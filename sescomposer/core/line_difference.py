"""Differences between two texts or two messages, line by line, for showing what an edit would change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from sescomposer.core.octets import Octets
from sescomposer.core.rope_difference import Difference, difference

CONTEXT_LINES = 3
MOST_LINES = 2000
"""Lines of either side that are compared, from where they begin to differ; what lies beyond is counted, not shown."""
CLIP_OCTETS = 1000

_CLIP_CHARACTERS = 4000
_LEAD_OCTETS = 40
_JUNK_LINES = 400
_NOT_COMPARED = "further lines, not compared"


class Change(StrEnum):
    """What became of a line."""

    KEPT = " "
    ADDED = "+"
    REMOVED = "-"
    SKIPPED = "~"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a difference; `text` is without line end, of a skipped stretch its description."""

    change: Change
    text: str


def text_difference(before: str, after: str) -> tuple[DiffLine, ...]:
    """Compare two texts with LF line ends; lines are shown to 4,000 characters.

    >>> [f"{line.change}{line.text}" for line in text_difference("a\\nb", "a\\nc")]
    [' a', '-b', '+c']
    """
    if before == after:
        return ()
    old, new = before.split("\n"), after.split("\n")
    head = _equal_lines(old, new)
    tail = _equal_lines(old[head:][::-1], new[head:][::-1])
    lead, trail = max(0, head - CONTEXT_LINES), max(0, tail - CONTEXT_LINES)
    old, new = old[lead : len(old) - trail], new[lead : len(new) - trail]
    return (
        *_skipped(lead, "equal lines before"),
        *_compared(old[:MOST_LINES], new[:MOST_LINES]),
        *_skipped(max(len(old), len(new)) - MOST_LINES, _NOT_COMPARED),
        *_skipped(trail, "equal lines behind"),
    )


def octets_difference(before: Octets, after: Octets) -> tuple[DiffLine, ...]:
    """Compare two messages; only the lines around what differs are read, each clipped to 1,000 octets.

    Octets that are not UTF-8 are shown as escapes, control characters by their pictures, line ends other than CRLF
    at the end of the line.

    >>> found = octets_difference(Octets.of(b"a\\r\\nb\\r\\n"), Octets.of(b"a\\nb\\r\\n"))
    >>> [f"{line.change}{line.text}" for line in found]
    ['-a', '+a␊', ' b']
    """
    found = difference(before, after)
    start, removed, inserted = found.start, found.removed, found.inserted
    if not removed and not len(inserted):
        return ()
    first = before.line_of(start) if start < len(before) else before.line_count()
    lead = max(0, first - CONTEXT_LINES)
    last_old, last_new = _line_behind(before, start + removed), _line_behind(after, start + len(inserted))
    lines = tuple(_compared(_window(before, lead, last_old), _window(after, lead, last_new)))
    if not any(line.change in (Change.ADDED, Change.REMOVED) for line in lines):
        lines = _within_line(before, found, first)
    return (
        *_skipped(lead, "lines before"),
        *lines,
        *_skipped(max(last_old, last_new) - lead - MOST_LINES, _NOT_COMPARED),
        *_skipped(before.line_count() - last_old, "lines behind"),
    )


def _within_line(before: Octets, found: Difference, line: int) -> tuple[DiffLine, ...]:
    """Show a change so far inside a long line that the beginnings of both lines are equal."""
    start = found.start
    lead = before.read(max(before.line_start(line), start - _LEAD_OCTETS), start)
    old = before.read(start, min(start + found.removed, start + CLIP_OCTETS))
    new = found.inserted.read(0, min(len(found.inserted), CLIP_OCTETS))
    return (
        DiffLine(Change.SKIPPED, f"line {line + 1:,}, octet {start - before.line_start(line) + 1:,}"),
        DiffLine(Change.REMOVED, "…" + _shown(lead + old, len(lead) + found.removed, b"")),
        DiffLine(Change.ADDED, "…" + _shown(lead + new, len(lead) + len(found.inserted), b"")),
    )


def _equal_lines(old: Sequence[str], new: Sequence[str]) -> int:
    """Give how many lines are equal from the start."""
    pairs = zip(old, new, strict=False)
    return next((count for count, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _skipped(count: int, words: str) -> tuple[DiffLine, ...]:
    """Say how many lines are not shown; nothing for none."""
    return (DiffLine(Change.SKIPPED, f"{count:,} {words}"),) if count > 0 else ()


def _line_behind(octets: Octets, offset: int) -> int:
    """Give the number of the line to stop before: a few behind `offset`."""
    last = octets.line_of(offset) if offset < len(octets) else octets.line_count()
    return min(last + 1 + CONTEXT_LINES, octets.line_count())


def _window(octets: Octets, first: int, stop: int) -> list[str]:
    """Read lines as text, as many as are compared."""
    count = min(stop - first, MOST_LINES)
    return [_shown(line.octets, line.length, line.ending) for line in octets.lines(first, count, CLIP_OCTETS)]


def _shown(octets: bytes, length: int, ending: bytes) -> str:
    """Write a line for people; a line end other than CRLF is named."""
    text = octets.decode("utf-8", "backslashreplace")
    clipped = f" … {length - len(octets):,} octets more" if length > len(octets) else ""
    return _pictured(text) + clipped + {b"\n": "␊", b"\r": "␍"}.get(ending, "")


def _pictured(text: str) -> str:
    """Give control characters but the tab by their pictures, so that every line is one line."""
    return "".join(chr(0x2400 + ord(ch)) if ord(ch) < 32 and ch != "\t" else ch for ch in text)


def _clipped(line: str) -> str:
    """Cut a line of text that nobody would read to its end."""
    more = len(line) - _CLIP_CHARACTERS
    return f"{line[:_CLIP_CHARACTERS]} … {more:,} characters more" if more > 0 else line


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    """Give the lines of both sides, long equal stretches skipped."""
    # Without junk the time grows with the square of how often a line occurs.
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > _JUNK_LINES)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from _kept(old[i1:i2], is_first=i1 == 0, is_last=i2 == len(old))
            continue
        yield from (DiffLine(Change.REMOVED, _clipped(line)) for line in old[i1:i2])
        yield from (DiffLine(Change.ADDED, _clipped(line)) for line in new[j1:j2])


def _kept(lines: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[DiffLine]:
    """Give equal lines; of a long stretch only what borders on a change."""
    head = 0 if is_first else CONTEXT_LINES
    tail = 0 if is_last else CONTEXT_LINES
    if len(lines) <= head + tail + 1:
        yield from (DiffLine(Change.KEPT, _clipped(line)) for line in lines)
        return
    yield from (DiffLine(Change.KEPT, _clipped(line)) for line in lines[:head])
    yield DiffLine(Change.SKIPPED, f"{len(lines) - head - tail:,} equal lines")
    yield from (DiffLine(Change.KEPT, _clipped(line)) for line in lines[len(lines) - tail :])
