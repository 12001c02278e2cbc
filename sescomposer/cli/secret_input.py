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
    if misfit_of(text):
        raise UsageError("The secret is not one line of text in UTF-8.", hint="Give the secret alone, on one line.")
    return Secret(text.strip())
