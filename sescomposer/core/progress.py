"""Progress and cancellation of long operations, without threads or clocks of their own."""

from collections.abc import Sequence
from typing import Protocol


class Progress(Protocol):
    """What a long operation reports to.

    `step` is called from the thread that works, at least every 256 KiB of octets or every 100 items.
    """

    def step(self, done: int, total: int) -> None:
        """Tell how much is done; raises `OperationCancelledError` when the user has cancelled.

        Args:
            done: Octets or items done so far.
            total: Octets or items in all; 0 when it is not known.
        """


class NoProgress:
    """Reports to nobody and is never cancelled.

    >>> NoProgress().step(1, 2)
    """

    def step(self, done: int, total: int) -> None:
        """Do nothing."""


NO_PROGRESS = NoProgress()


class PartOfProgress:
    """The progress of one of several operations, told as a part of the whole.

    Args:
        progress: Told of the whole.
        before: What the operations before this one did.
        size: What this one does.
        whole: What all do.
    """

    def __init__(self, progress: Progress, before: int, size: int, whole: int) -> None:
        self._progress = progress
        self._before = before
        self._size = size
        self._whole = whole

    @classmethod
    def of(cls, progress: Progress, sizes: Sequence[int], index: int) -> Progress:
        """Give the progress of operation number `index`; of one alone its own numbers are told.

        >>> class Show:
        ...     def step(self, done, total):
        ...         print(done, "of", total)
        >>> PartOfProgress.of(Show(), [10, 20], 1).step(3, 6)
        20 of 30
        """
        if len(sizes) == 1:
            return progress
        return cls(progress, sum(sizes[:index]), sizes[index], sum(sizes))

    def step(self, done: int, total: int) -> None:
        """See `Progress`."""
        self._progress.step(self._before + (done * self._size // total if total else 0), self._whole)
