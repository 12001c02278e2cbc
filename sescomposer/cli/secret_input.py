"""How a verb is given a secret: by a descriptor, standard input or a prompt; never as an argument or a variable."""

import os
import sys
from getpass import getpass

from sescomposer.cli.streams import unreadable
from sescomposer.core.errors import UnreadableError, UsageError
from sescomposer.core.one_line import misfit_of
from sescomposer.services.account import Secret

_LONGEST_OCTETS = 65536


def read_secret(descriptor: int | None, prompt: str) -> Secret:
    """Give the secret: from a descriptor, else from a person at the terminal without echo, else from standard input.

    What is read ends at the end of the file; one line end behind it does not count.

    Args:
        descriptor: Number of an open file, None to ask or read standard input.
        prompt: What to ask a person for.

    Raises:
        UnreadableError: it cannot be read.
        UsageError: it is empty, of several lines, not UTF-8 or too long; the error does not hold it.
    """
    if descriptor is None and sys.stdin is not None and sys.stdin.isatty():
        return _checked(getpass(f"{prompt} (not shown): ", stream=sys.stderr))
    return _checked(_decoded(_octets_of(descriptor)))


def read_passphrase(descriptor: int) -> Secret:
    """Give the passphrase that an open file holds; it may be empty, and blanks at its ends belong to it.

    Raises:
        UnreadableError: it cannot be read.
        UsageError: it is of several lines, not UTF-8 or too long; the error does not hold it.
    """
    return Secret(_one_line(_decoded(_octets_of(descriptor))))


def ask_passphrase(prompt: str) -> Secret | None:
    """Ask a person for a passphrase without echo; None where there is no terminal, or nothing was typed.

    It is the terminal that is asked, also while standard input is a message.
    """
    if not has_terminal():
        return None
    typed = getpass(f"{prompt} (not shown): ", stream=sys.stderr)
    return Secret(_one_line(typed)) if typed else None


def has_terminal() -> bool:
    """Tell whether there is somebody who can be asked."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)) or _has_other_terminal()


def _has_other_terminal() -> bool:
    """Tell whether a person sees standard error and can type, though standard input is something else."""
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        # Nobody there, or a system that names its terminal otherwise: then nobody is asked.
        return False
    return True


def _octets_of(descriptor: int | None) -> bytes:
    name = "standard input" if descriptor is None else f"descriptor {descriptor}"
    if descriptor is None:
        if sys.stdin is None:
            raise UnreadableError("Standard input is closed.", hint="Give the secret with --secret-fd.", value="-")
        descriptor = sys.stdin.fileno()
    octets = b""
    try:
        while len(octets) <= _LONGEST_OCTETS and (more := os.read(descriptor, _LONGEST_OCTETS)):
            octets += more
    except (OSError, OverflowError) as error:
        raise unreadable(name, error if isinstance(error, OSError) else OSError(str(error))) from error
    return octets


def _decoded(octets: bytes) -> str:
    if len(octets) > _LONGEST_OCTETS:
        raise UsageError("The secret is longer than any secret is.", hint="Give the secret alone, on one line.")
    # Strictly decoded, the exception would hold the secret; what does not fit is half a character now.
    text = octets.decode("utf-8", "surrogateescape")
    return text.removesuffix("\n").removesuffix("\r")


def _checked(text: str) -> Secret:
    if not text.strip():
        raise UsageError("The secret is empty.", hint="Give it with --secret-fd, on standard input or at the prompt.")
    return Secret(_one_line(text).strip())


def _one_line(text: str) -> str:
    if misfit_of(text):
        raise UsageError("The secret is not one line of text in UTF-8.", hint="Give the secret alone, on one line.")
    return text
