"""A fault of ours as it is logged and shown: redacted, with all that helps to mend it."""

import platform
import traceback
from dataclasses import dataclass

from PySide6.QtCore import qVersion

from sescomposer import __version__
from sescomposer.services.redaction import redacted


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as it is shown.

    Attributes:
        sentence: Kind and text of the exception, redacted, one line.
        report: All that helps to mend it, redacted: versions, thread, traceback.
        place: What makes two faults the same: kind of exception and the innermost place in the code.
    """

    sentence: str
    report: str
    place: str


def fault_of(error: BaseException, origin: str) -> Fault:
    """Describe an exception; `origin` says where it surfaced, such as "thread task_0"."""
    lines = "".join(traceback.format_exception(error))
    sentence = " ".join("".join(traceback.format_exception_only(error)).split())
    report = f"{_versions()}\nSurfaced in: {origin}\n\n{lines}"
    return Fault(redacted(sentence)[:500], redacted(report), _place(error))


def _versions() -> str:
    return f"SES Composer {__version__}\nPython {platform.python_version()}, Qt {qVersion()}\n{platform.platform()}"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__qualname__} {at}"
