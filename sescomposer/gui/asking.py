"""Questions of worker threads to the user: the worker waits for the answer, the window's thread never waits."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sescomposer.gui.tasks import current_token
from sescomposer.services.account import Secret

_LOOK_SECONDS = 0.1
_TAKEN_SECONDS = 30.0
"""A question that no window took by then comes from one that is going away."""


@dataclass(slots=True, eq=False, kw_only=True)
class Question:
    """One question under way; written by the window's thread until `done` is set.

    Attributes:
        is_taken: Whether the window's thread knows of it.
        is_dropped: Whether the one who asked does not wait any more.
        answer: What was typed, None if the user would not.
        done: Set when there is an answer, or none will come.
    """

    is_taken: bool = False
    is_dropped: bool = False
    answer: Secret | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def wait(self, drop: Callable[[], object]) -> Secret | None:
        """Wait on a worker thread for the answer, until the task of the thread is cancelled or nobody takes it.

        Args:
            drop: Lets the window's thread know that nobody waits any more.

        Raises:
            OperationCancelledError: the task was cancelled.
        """
        begun, token = time.monotonic(), current_token()
        while not self.done.wait(_LOOK_SECONDS):
            is_late = not self.is_taken and time.monotonic() - begun > _TAKEN_SECONDS
            if is_late or (token is not None and token.is_cancelled):
                self.is_dropped = True
                drop()
                break
        if token is not None:
            token.check()
        return self.answer
