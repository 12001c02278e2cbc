"""Starts a process of ours for each call that would hold up every thread here, and ends it whatever happens.

What is secret goes through pipes alone, never through arguments, the environment or files.
"""

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from sescomposer.core.errors import OperationCancelledError, ProtectionError, SesComposerError
from sescomposer.keys.aside_child import READY, hand_over, name_of, take_over

if TYPE_CHECKING:
    from subprocess import Popen

    from sescomposer.core.progress import Progress

P = ParamSpec("P")
T = TypeVar("T")

_START = "import sys; sys.path[:] = sys.argv[1:]; from sescomposer.keys.aside_child import main; main()"
_LOOK_SECONDS = 0.1
_NO_ANSWER = (OSError, EOFError, ValueError, AttributeError, ImportError, IndexError, pickle.UnpicklingError)


def command() -> tuple[str, ...]:
    """Give the command that starts a child; empty where this program can start none (it is frozen)."""
    if getattr(sys, "frozen", False) or not sys.executable:
        return ()
    written = () if not sys.dont_write_bytecode else ("-B",)
    # It finds modules where this process does; without `site` it starts in half the time.
    return (sys.executable, "-I", "-S", *written, "-c", _START, *(os.path.abspath(place) for place in sys.path))


class ChildProcesses:
    """Implements `services.aside.Aside` with a child process for each call.

    Where none can be started, calls are made in place.

    Args:
        command: Gives what starts a child.
    """

    def __init__(self, command: Callable[[], Sequence[str]] = command) -> None:
        self._command = command
        self._lock = Lock()
        self._running: set[Popen[bytes]] = set()
        self._is_closed = False

    def __call__(self, progress: "Progress", function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Aside`; functions are those of `aside_child.CALLS`."""
        call = (name_of(function), args, kwargs)
        child = self._started()
        if child is None:
            return function(*args, **kwargs)
        try:
            exchange = _Exchange(child, call)
            exchange.wait(progress)
        finally:
            self._end(child)
        if not exchange.is_ready and not self._is_closed:
            return function(*args, **kwargs)
        made: T = self._outcome(exchange, child)
        return made

    def close(self) -> None:
        """End what is running, and start no child any more."""
        with self._lock:
            self._is_closed = True
            for child in self._running:
                child.kill()

    def _started(self) -> "Popen[bytes] | None":
        from subprocess import DEVNULL, PIPE, Popen

        words = list(self._command())
        # Windows would open a console for it.
        flags = 0x08000000 if sys.platform == "win32" else 0
        with self._lock:
            if self._is_closed:
                raise OperationCancelledError
            if not words:
                return None
            try:
                child = Popen(words, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, creationflags=flags)
            except OSError:
                return None
            self._running.add(child)
            return child

    def _end(self, child: "Popen[bytes]") -> None:
        with self._lock:
            self._running.discard(child)
        if child.poll() is None:
            child.kill()
        for pipe in (child.stdin, child.stdout):
            _close(pipe)
        child.wait()

    def _outcome(self, exchange: "_Exchange", child: "Popen[bytes]") -> Any:
        match exchange.outcome:
            case (True, made):
                return made
            case (False, SesComposerError() as error):
                raise error
        if self._is_closed:
            raise OperationCancelledError
        raise ProtectionError(
            "The work with the key ended without an outcome; nothing was sent or kept.",
            hint="Try again. If it happens again, the key or the message may be damaged.",
            value=child.returncode,
        )


class _Exchange:
    """One call and its answer, on a thread of its own, so that whoever waits can be told to stop.

    Attributes:
        is_ready: Whether the child is one of ours.
        outcome: What it answered, None if nothing.
    """

    def __init__(self, child: "Popen[bytes]", call: tuple[object, ...]) -> None:
        self.is_ready = False
        self.outcome: object = None
        self._child = child
        self._call = call

    def wait(self, progress: "Progress") -> None:
        """Make the call; raises `OperationCancelledError`, the child being dead then."""
        work = Thread(target=self._run, name="aside")
        work.start()
        try:
            while work.is_alive():
                progress.step(0, 0)
                work.join(_LOOK_SECONDS)
        finally:
            if work.is_alive():
                self._child.kill()
            work.join()

    def _run(self) -> None:
        calls, answers = self._child.stdin, self._child.stdout
        assert calls is not None
        assert answers is not None
        try:
            self.is_ready = answers.readline(len(READY)) == READY
            if self.is_ready:
                hand_over(self._call, calls)
                calls.close()
                self.outcome = take_over(answers)
        except _NO_ANSWER:
            # That there is no outcome is told by whoever waits.
            self.outcome = None


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        # A child that died leaves octets that nobody took.
        return
