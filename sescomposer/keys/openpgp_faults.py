"""Errors of the OpenPGP library as ours: its texts carry stack traces and are never shown, kept or chained."""

from collections.abc import Iterator
from contextlib import contextmanager

from sescomposer.core.errors import ProtectionError

_PANIC = "PanicException"


@contextmanager
def library_errors(kind: type[ProtectionError], sentence: str, hint: str, value: object = None) -> Iterator[None]:
    """Raise `kind` with a sentence of ours for whatever the library raises."""
    try:
        yield
    except (RuntimeError, ValueError, OSError):
        raise kind(sentence, hint=hint, value=value) from None
    except BaseException as error:
        # What fails inside the library without it knowing is no subclass of `Exception`, and not to be imported.
        if type(error).__name__ != _PANIC:
            raise
        raise kind(sentence, hint=hint, value=value) from None


def says(error: RuntimeError | OSError, words: str) -> bool:
    """Whether the first line of an error of the library holds some words.

    >>> says(RuntimeError("No key to decrypt message\\n\\nStack backtrace:"), "No key")
    True
    """
    return words in str(error).partition("\n")[0]
