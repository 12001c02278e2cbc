"""Search in a rope window by window, so that it can be cancelled and nothing is joined. No Qt here."""

from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress

WINDOW_OCTETS = 256 * 1024


def find(
    octets: Octets, needle: bytes, start: int, stop: int, *, fold_case: bool = False, progress: Progress = NO_PROGRESS
) -> int:
    """Give the first offset of `needle` that begins and ends between `start` and `stop`, or -1.

    Args:
        fold_case: Take ASCII letters of both cases as equal.
        progress: Told after every window; its `OperationCancelledError` ends the search.

    >>> find(Octets.of(b"One one"), b"ONE", 1, 7, fold_case=True)
    4
    """
    needle = needle.lower() if fold_case else needle
    at = start
    while needle and at + len(needle) <= stop:
        window = octets.read(at, min(at + WINDOW_OCTETS + len(needle) - 1, stop))
        found = (window.lower() if fold_case else window).find(needle)
        if found >= 0:
            return at + found
        at += WINDOW_OCTETS
        progress.step(min(at, stop) - start, stop - start)
    return -1


def find_last(
    octets: Octets, needle: bytes, start: int, stop: int, *, fold_case: bool = False, progress: Progress = NO_PROGRESS
) -> int:
    """Give the last offset of `needle` that begins and ends between `start` and `stop`, or -1; otherwise as `find`.

    >>> find_last(Octets.of(b"one one"), b"one", 0, 6)
    0
    """
    needle = needle.lower() if fold_case else needle
    end = stop
    while needle and start + len(needle) <= end:
        low = max(start, end - WINDOW_OCTETS - len(needle) + 1)
        window = octets.read(low, end)
        found = (window.lower() if fold_case else window).rfind(needle)
        if found >= 0:
            return low + found
        if low == start:
            return -1
        end = low + len(needle) - 1
        progress.step(stop - end, stop - start)
    return -1
