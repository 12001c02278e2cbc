"""Work on keys that may be done aside: in another process, so that nobody here is held up by it.

The libraries for keys hold up every thread while they work, so a worker thread is not enough to keep a window alive.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from sescomposer.core.progress import Progress

P = ParamSpec("P")
T = TypeVar("T")


class Aside(Protocol):
    """Calls a function somewhere, waits for it and gives what it gives; raises what it raises of ours."""

    def __call__(self, progress: "Progress", function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function of a module with octets, text, numbers and frozen values.

        Args:
            progress: Asked now and then whether to go on.
            function: What to call.
            args: For it.
            kwargs: For it.

        Raises:
            OperationCancelledError: the user cancelled.
            ProtectionError: the work ended without an outcome.
        """


def in_place(progress: "Progress", function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function here and now.

    >>> from sescomposer.core.progress import NO_PROGRESS
    >>> in_place(NO_PROGRESS, max, 1, 2)
    2
    """
    del progress
    return function(*args, **kwargs)
