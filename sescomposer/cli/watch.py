"""A submission under way, as the command line shows it: waits are told, and Ctrl+C stops what has not left."""

import signal
from types import FrameType, TracebackType
from typing import Any

from sescomposer.cli.streams import say, shown
from sescomposer.core.errors import OperationCancelledError
from sescomposer.services.ports import SubmissionState
from sescomposer.services.send_control import SendControl
from sescomposer.services.submitting import Step


class Watch:
    """Tells what waits, and turns the first Ctrl+C into a stop, so that every item still gets its record.

    Attributes:
        control: For `Sending.submit`.
        is_interrupted: Whether Ctrl+C came.
    """

    def __init__(self, control: SendControl | None = None) -> None:
        self.control = control or SendControl()
        self.is_interrupted = False
        self._before: Any = None
        self._told: set[tuple[str, str]] = set()

    def __enter__(self) -> "Watch":
        """Begin to listen; only the program's own thread hears signals."""
        self._before = signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        signal.signal(signal.SIGINT, self._before)

    def report(self, step: Step) -> None:
        """Say once until when and why something waits; the items of a batch wait together."""
        if step.state is not SubmissionState.WAITING:
            return
        until = f"{step.until:%H:%M:%S}" if step.until else ""
        if (until, step.reason) not in self._told:
            self._told.add((until, step.reason))
            say(shown(f"Waiting{f' until {until}' if until else ''}: {step.reason} Ctrl+C stops it."))

    def step(self, done: int, total: int) -> None:
        """See `Progress`: what has not left completely is called back after Ctrl+C."""
        if self.is_interrupted:
            raise OperationCancelledError

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        self.is_interrupted = True
        self.control.stop()
        # A second Ctrl+C ends the program as it always does.
        signal.signal(signal.SIGINT, self._before)
