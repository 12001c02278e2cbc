"""Where verbs read and write: files by name, "-" for standard input (once), octets untouched."""

import json
import re
import stat
import sys
from pathlib import Path
from typing import Any

from sescomposer.core.errors import StoreError, UnreadableError, UsageError
from sescomposer.core.octets import Octets
from sescomposer.core.one_line import misfit_of

SCHEMA = 1
"""Version of every JSON answer; raised when a key changes its meaning."""

STANDARD_INPUT = "-"

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def checked(option: str, value: str) -> str:
    """Give the value of an option back, or raise `UsageError` for CR, LF, NUL and unpaired surrogates.

    >>> checked("--subject", "Grüße")
    'Grüße'
    """
    misfit = misfit_of(value)
    if misfit is not None:
        position, what = misfit
        raise UsageError(
            f"The value of {option} holds {what} at character {position + 1}: {value[:80]!r}.",
            hint="A value stands on one line; text of several lines comes from a file.",
            value=value,
            position=position,
        )
    return value


def shown(text: str) -> str:
    """Give text for a terminal: nothing in it moves the cursor, changes a colour or turns the direction.

    >>> shown("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return _INVISIBLE.sub(lambda found: ascii(found[0])[1:-1], text)


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
            UnreadableError: it cannot be read.
            UsageError: standard input was asked for twice.
        """
        if source == STANDARD_INPUT:
            return self._standard_input()
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise unreadable(source, error) from error
        except ValueError as error:
            raise UnreadableError(
                f"{shown(source)!r} is no name of a file.", hint="Check the name.", value=source
            ) from error

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
        """Give the octets of a message file, read once: a file that shrinks under a mapping would end the process."""
        return Octets.of(self.read(source))

    def _standard_input(self) -> bytes:
        if self._taken:
            raise UsageError("Standard input can be read once.", hint="Name a file for the other '-'.", value="-")
        self._taken = True
        if sys.stdin is None:
            raise UnreadableError("Standard input is closed.", hint="Name a file.", value="-")
        try:
            return sys.stdin.buffer.read()
        except OSError as error:
            raise unreadable("standard input", error) from error

    @staticmethod
    def name(source: str) -> str:
        """Give words for an input."""
        return "standard input" if source == STANDARD_INPUT else repr(source)


def unreadable(source: str, error: OSError) -> UnreadableError:
    """Translate what the system said about a file."""
    reason = error.strerror or type(error).__name__
    return UnreadableError(
        f"{source!r} cannot be read: {reason}.", hint="Check the name and the permissions.", value=source
    )


def write_octets(octets: Octets, target: str | None) -> None:
    """Write octets exactly, to a file (whole or not at all) or to standard output.

    Raises:
        StoreError: the file cannot be written; what stood there before still stands.
    """
    if target is not None and target != STANDARD_INPUT:
        _write_file(octets, target)
    elif sys.stdout is None:
        raise StoreError("Standard output is closed.", hint="Name a file with --out.")
    else:
        octets.write_to(sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _write_file(octets: Octets, target: str) -> None:
    path = Path(target)
    if _is_device(path):
        # What is no file cannot be replaced by one: a device, a pipe.
        try:
            with path.open("wb", buffering=0) as device:
                octets.write_to(device)
        except OSError as error:
            raise disk_error(target, error) from error
        return
    from sescomposer.bootstrap import write_file

    write_file(path, octets)


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        # Whatever is wrong with the place, writing there will say it.
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def print_json(answer: dict[str, Any]) -> None:
    """Print one JSON answer with its schema number; what the output can hold stays as it is."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    text = json.dumps({"schema": SCHEMA, **answer}, ensure_ascii=encoding != "utf8", indent=2)
    print(re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text))


def say(sentence: str) -> None:
    """Say something to people: on standard error, so that standard output stays data."""
    print(sentence, file=sys.stderr)


def disk_error(target: str, error: OSError) -> StoreError:
    """Translate what the system said about a file that could not be written."""
    reason = error.strerror or type(error).__name__
    return StoreError(f"{target!r} cannot be written: {reason}.", hint="Check space and permissions.")
