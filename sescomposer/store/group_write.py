"""Many threads that each need octets on the disk before they go on share one synced write.

While one thread writes, those that come meanwhile queue; the next one writes for all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from sescomposer.core.errors import StoreError


@dataclass(slots=True, eq=False)
class _Ticket:
    """Octets that wait to be written, and what became of them."""

    octets: bytes
    is_done: bool = False
    error: StoreError | None = None


class GroupWriter:
    """Writes for several threads at once.

    Args:
        write: Writes octets durably, all or none; raises `StoreError`. Never called by two threads at once.

    >>> written = []
    >>> GroupWriter(written.append).write(b"record")
    >>> written
    [b'record']
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self.queued: list[_Ticket] = []
        self._queue_lock = Lock()
        self._write_lock = Lock()

    def write(self, octets: bytes) -> None:
        """Write octets durably before returning, behind those of earlier calls.

        Raises:
            StoreError: the write that they were part of failed; none of them is written.
        """
        ticket = _Ticket(octets)
        with self._queue_lock:
            self.queued.append(ticket)
        with self._write_lock:
            if not ticket.is_done:
                self._write_queued(ticket)
        if ticket.error is not None:
            error = ticket.error
            raise type(error)(error.sentence, hint=error.hint, value=error.value) from error

    def _write_queued(self, own: _Ticket) -> None:
        """Write what is queued, the caller's own among it."""
        with self._queue_lock:
            tickets, self.queued = self.queued, []
        error: StoreError | None = None
        try:
            self._write(b"".join(ticket.octets for ticket in tickets))
        except StoreError as failure:
            error = failure
        except BaseException:
            # The others were not told anything: the next of them writes.
            with self._queue_lock:
                self.queued[:0] = [ticket for ticket in tickets if ticket is not own]
            raise
        for ticket in tickets:
            ticket.is_done, ticket.error = True, error


__all__ = ["GroupWriter"]
