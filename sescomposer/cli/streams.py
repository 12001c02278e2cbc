"""Where verbs read and write: files by name, "-" for standard input (once), octets untouched."""

import json
import sys
from pathlib import Path
from typing import Any

from sescomposer.core.errors import StoreError, UnreadableError, UsageError
from sescomposer.core.octets import Octets

SCHEMA = 1
"""Version of every JSON answer; raised when a key changes its meaning."""

STANDARD_INPUT = "-"


class Inputs:
    """The inputs of one invocation; standard input is given out once.

    >>> Inputs().name("-")
    'standard input'
    """

    def __init__(self) -> None:
        self._taken = False

    def read(self, source: str) -> bytes:
        """Give the octets of a file or of standard input.

        Raises:
            UnreadableError: the file cannot be read.
            UsageError: standard input was asked for twice.
        """
        if source == STANDARD_INPUT:
            return self._standard_input()
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise unreadable(source, error) from error

    def read_text(self, source: str) -> str:
        """Give a file's text, which is UTF-8, with LF line ends.

        Raises:
            UnreadableError: the file cannot be read or is not UTF-8.
        """
        try:
            text = self.read(source).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnreadableError(
                f"{self.name(source)} is not UTF-8 at octet {error.start}.",
                hint="Convert the file to UTF-8, or attach it.",
                value=source,
                position=error.start,
            ) from error
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def message(self, source: str) -> Octets:
        """Give the octets of a message file; mapped is not needed, the verb ends soon."""
        return Octets.of(self.read(source))

    def _standard_input(self) -> bytes:
        if self._taken:
            raise UsageError("Standard input can be read once.", hint="Name a file for the other '-'.", value="-")
        self._taken = True
        return sys.stdin.buffer.read()

    @staticmethod
    def name(source: str) -> str:
        """Give words for an input."""
        return "standard input" if source == STANDARD_INPUT else repr(source)


def unreadable(source: str, error: OSError) -> UnreadableError:
    """Translate what the system said about a file."""
    return UnreadableError(
        f"{source!r} cannot be read: {error.strerror}.", hint="Check the name and the permissions.", value=source
    )


def write_octets(octets: Octets, target: str | None) -> None:
    """Write octets exactly, to a file (whole or not at all) or to standard output.

    Raises:
        StoreError: the file cannot be written; what stood there before still stands.
    """
    if target is None or target == STANDARD_INPUT:
        octets.write_to(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    from sescomposer.bootstrap import write_file

    write_file(Path(target), octets)


def print_json(answer: dict[str, Any]) -> None:
    """Print one JSON answer with its schema number; non-ASCII stays as it is."""
    print(json.dumps({"schema": SCHEMA, **answer}, ensure_ascii=False, indent=2))


def say(sentence: str) -> None:
    """Say something to people: on standard error, so that standard output stays data."""
    print(sentence, file=sys.stderr)


def disk_error(target: str, error: OSError) -> StoreError:
    """Translate what the system said about a file that could not be written."""
    return StoreError(f"{target!r} cannot be written: {error.strerror}.", hint="Check space and permissions.")
