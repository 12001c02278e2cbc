"""Differences between two texts or two messages, line by line, for showing what an edit would change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from sescomposer.core.octets import Octets
from sescomposer.core.rope_difference import difference

CONTEXT_LINES = 3
MOST_LINES = 4000
"""Lines of either side that are compared; what lies beyond is counted, not shown."""
CLIP_OCTETS = 1000


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
    """Compare two texts with LF line ends.

    >>> [f"{line.change}{line.text}" for line in text_difference("a\\nb", "a\\nc")]
    [' a', '-b', '+c']
    """
    return tuple(_compared(before.split("\n"), after.split("\n")))


def octets_difference(before: Octets, after: Octets) -> tuple[DiffLine, ...]:
    """Compare two messages; only the lines around what differs are read, each clipped to 1,000 octets.

    Octets that are not UTF-8 are shown as escapes, CR, LF and other controls by name where they stand inside a line.
    """
    found = difference(before, after)
    start, removed, inserted = found.start, found.removed, found.inserted
    if not removed and not len(inserted):
        return ()
    first = before.line_of(start) if start < len(before) else before.line_count()
    lead = max(0, first - CONTEXT_LINES)
    old = _window(before, lead, _line_behind(before, start + removed))
    new = _window(after, lead, _line_behind(after, start + len(inserted)))
    skipped = [DiffLine(Change.SKIPPED, f"{lead:,} lines before")] if lead else []
    return (*skipped, *_compared(old, new))


def _line_behind(octets: Octets, offset: int) -> int:
    """Give the number of the line to stop before: a few behind `offset`."""
    last = octets.line_of(offset) if offset < len(octets) else octets.line_count()
    return last + 1 + CONTEXT_LINES


def _window(octets: Octets, first: int, stop: int) -> list[str]:
    """Read lines as text."""
    count = min(stop - first, MOST_LINES)
    return [_shown(line.octets, line.length, line.ending) for line in octets.lines(first, count, CLIP_OCTETS)]


def _shown(octets: bytes, length: int, ending: bytes) -> str:
    """Write a line for people; a line end other than CRLF is named."""
    text = octets.decode("utf-8", "backslashreplace")
    text = "".join(chr(0x2400 + ord(ch)) if ord(ch) < 32 and ch != "\t" else ch for ch in text)
    clipped = f" … {length - len(octets):,} octets more" if length > len(octets) else ""
    return text + clipped + {b"\n": "␊", b"\r": "␍"}.get(ending, "")


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    """Give the lines of both sides, long equal stretches skipped."""
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > MOST_LINES)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from _kept(old[i1:i2], is_first=i1 == 0, is_last=i2 == len(old))
            continue
        yield from (DiffLine(Change.REMOVED, line) for line in old[i1:i2])
        yield from (DiffLine(Change.ADDED, line) for line in new[j1:j2])


def _kept(lines: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[DiffLine]:
    """Give equal lines; of a long stretch only what borders on a change."""
    head = 0 if is_first else CONTEXT_LINES
    tail = 0 if is_last else CONTEXT_LINES
    if len(lines) <= head + tail + 1:
        yield from (DiffLine(Change.KEPT, line) for line in lines)
        return
    yield from (DiffLine(Change.KEPT, line) for line in lines[:head])
    yield DiffLine(Change.SKIPPED, f"{len(lines) - head - tail:,} equal lines")
    yield from (DiffLine(Change.KEPT, line) for line in lines[len(lines) - tail :])
