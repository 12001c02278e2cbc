"""Passes over windows full of lines that start with dashes but are no delimiters.

One pattern has, for each length of an open boundary, one class of octets at each place; so its size does not grow with
the number of boundaries. What it lets through is compared as a set.
"""

import re
from collections.abc import Collection, Iterator

PATTERN_OCTETS = 72
"""How much of a boundary the pattern looks at: a little more than a boundary may have (RFC 2046 section 5.1.1)."""


class DenseLines:
    """A filter for the boundaries that are open.

    Args:
        boundaries: Those that are open.
        newline: The last octet of a line end.
        padding: Octets that may stand between boundary and newline.

    >>> list(DenseLines([b"ab", b"cd"], b"\\n", b" ").candidates(b"x\\n--ax\\n--ad\\n--cd--\\n", 18))
    [11]
    """

    def __init__(self, boundaries: Collection[bytes], newline: bytes, padding: bytes) -> None:
        by_length: dict[int, list[bytes]] = {}
        for boundary in boundaries:
            by_length.setdefault(min(len(boundary), PATTERN_OCTETS + 1), []).append(boundary)
        self._has_long = PATTERN_OCTETS + 1 in by_length
        self._texts = {text for boundary in boundaries for text in (boundary, boundary + b"--")}
        lines = [_line(length, group, newline, padding) for length, group in sorted(by_length.items())]
        self._pattern = re.compile(newline + b"--(" + b"|".join(lines) + b")")

    def candidates(self, window: bytes, stop: int) -> Iterator[int]:
        """Give the offsets of newline octets in `window[:stop]` that a delimiter stands behind; few are wrong."""
        if self._has_long or not self._texts.isdisjoint(self._pattern.findall(window, 0, stop)):
            for match in self._pattern.finditer(window, 0, stop):
                if match[1] in self._texts or len(match[1]) > PATTERN_OCTETS:
                    yield match.start()


def _line(length: int, boundaries: list[bytes], newline: bytes, padding: bytes) -> bytes:
    """Make a pattern for what stands behind the dashes."""
    places = [
        b"[" + b"".join(rb"\x%02x" % octet for octet in sorted({boundary[place] for boundary in boundaries})) + b"]"
        for place in range(min(length, PATTERN_OCTETS))
    ]
    if length > PATTERN_OCTETS:
        return b"".join(places)
    return b"".join(places) + b"(?:--)?(?=[" + padding + b"]*(?:" + newline + rb"|\Z))"
