"""How a verb ends: every way out of it as an exit status and at most one sentence on standard error."""

import io
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

import typer
from typer.exceptions import TyperException

from sescomposer.core.errors import ExitCode, SesComposerError

_OUTPUT = "The output could not be written: {reason}. Check where standard output goes."
_FAULT = "A fault of ours: {kind} at {place}. Nothing more was done; please report it with the command."


class Outcome:
    """The frame around a verb: `status` is its exit status when the block has ended.

    Whatever is raised inside becomes a status, but for what ends the interpreter itself.

    Args:
        verb: First word of the command line, for the hint to its help.

    >>> with Outcome("tree") as outcome:
    ...     raise typer.Exit(3)
    >>> outcome.status
    3
    """

    def __init__(self, verb: str) -> None:
        self.status: int = ExitCode.FINE
        self._verb = verb

    def __enter__(self) -> "Outcome":
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Turn what was raised into a status."""
        if error is None:
            return True
        status = self._status(error)
        if status is None:
            return False
        self.status = status
        return True

    def _status(self, error: BaseException) -> int | None:
        """Give the status of an exception, None for one that is not ours to end; say what there is to say."""
        match error:
            case typer.Exit(exit_code=code):
                return code
            case typer.Abort() | KeyboardInterrupt():
                return ExitCode.INTERRUPTED
            case TyperException():
                return self._usage(error)
            case SesComposerError():
                _complain(f"{error.sentence} {error.hint}")
                return error.exit_code
            case BrokenPipeError():
                # Whoever reads has seen enough: `sescomposer cat x | head`.
                discard_output()
                return ExitCode.FINE
            case OSError():
                discard_output()
                _complain(_OUTPUT.format(reason=error.strerror or type(error).__name__))
                return ExitCode.NOTHING_DONE
            case Exception():
                _complain(_FAULT.format(kind=type(error).__name__, place=_place(error)))
                return ExitCode.FAULT
            case _:
                return None

    def _usage(self, error: TyperException) -> int:
        words = error.format_message().strip().rstrip(".")
        sentence = f"{words}. " if words and "\n" not in words else ""
        _complain(f"{sentence}`sescomposer {self._verb} --help` lists what there is.")
        return ExitCode.USAGE


def _place(error: BaseException) -> str:
    """Give file and line where a fault of ours was noticed; no values, which could be somebody's mail."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


def _complain(words: str) -> None:
    if sys.stderr is not None:
        print(f"sescomposer: {' '.join(words.split())}", file=sys.stderr)


def discard_output() -> None:
    """Let what is buffered for standard output go nowhere, or the interpreter would stumble over it at its end."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, io.UnsupportedOperation):
        # Closed, or no file at all: then there is nothing to stumble over.
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
