"""Progress and cancellation of long operations, without threads or clocks of their own."""

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
