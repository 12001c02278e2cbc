"""The log file: readable by its owner alone, rotated by size, and without secrets or (above DEBUG) mail addresses."""

import logging
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path

from sescomposer.core.errors import StoreError
from sescomposer.services.redaction import redacted, without_secrets

LOG_NAME = "sescomposer.log"
MAXIMUM_OCTETS = 1_000_000
KEPT_FILES = 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(process)d %(threadName)s] %(message)s"


class RedactingFormatter(logging.Formatter):
    """Formats a record with its traceback and then hides what no file may hold.

    It works on the finished line: arguments, exception texts and stacks are covered whoever wrote them.

    >>> record = logging.LogRecord("x", logging.INFO, "", 0, "sent to %s", ("ada@example.org",), None)
    >>> RedactingFormatter("%(message)s").format(record)
    'sent to [address]'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the redacted text of a record; addresses stay in records of level DEBUG."""
        text = super().format(record)
        return redacted(text) if record.levelno > logging.DEBUG else without_secrets(text)


class OwnFileHandler(logging.FileHandler):
    """Appends to a file of mode 0600 and starts a new one when it is full; the last few are kept as `.1`, `.2`, ...

    Two processes may write to one log: a file that another process has rotated away is opened anew.
    """

    def __init__(self, path: Path, maximum_octets: int = MAXIMUM_OCTETS, kept: int = KEPT_FILES) -> None:
        self._maximum_octets = maximum_octets
        self._kept = kept
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, rotating before it if the file is full."""
        try:
            self._rotate_if_full()
        except OSError:
            self.handleError(record)
        super().emit(record)

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", errors=self.errors, opener=_private)

    def _rotate_if_full(self) -> None:
        try:
            status = os.stat(self.baseFilename)
        except FileNotFoundError:
            self.close_stream()
            return
        if self.stream is not None and not os.path.samestat(os.fstat(self.stream.fileno()), status):
            self.close_stream()
        if status.st_size >= self._maximum_octets:
            self.close_stream()
            for number in range(self._kept - 1, 0, -1):
                _move(f"{self.baseFilename}.{number}", f"{self.baseFilename}.{number + 1}")
            _move(self.baseFilename, f"{self.baseFilename}.1")

    def close_stream(self) -> None:
        """Close the file until the next record."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None


def start_log(folder: Path, level: int = logging.INFO) -> Callable[[], None]:
    """Log everything of at least a level, from any library, to the log file in a folder (made if it is missing).

    Returns:
        What ends the log again.

    Raises:
        StoreError: the folder cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The log folder {str(folder)!r} cannot be made ({error.strerror}).",
            hint="Make the folder above it writable.",
            value=str(folder),
        ) from error
    handler = OwnFileHandler(folder / LOG_NAME)
    handler.setFormatter(RedactingFormatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
    logging.getLogger(__name__).info("started, Python %s on %s", sys.version.split()[0], sys.platform)
    return lambda: _stop(handler)


def _stop(handler: logging.Handler) -> None:
    logging.captureWarnings(False)
    logging.getLogger().removeHandler(handler)
    handler.close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _move(source: str, target: str) -> None:
    # Another process may rotate at the same moment: then the file has moved already.
    try:
        os.replace(source, target)
    except FileNotFoundError:
        return
