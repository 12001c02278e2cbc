"""The process that works on keys for another of ours: one call on its standard input, the outcome on its output.

It imports little, for its start is waited for at each call. What the call needs, it imports itself.
"""

import os
import pickle
import sys
from collections.abc import Callable
from importlib import import_module
from typing import IO, Any

from sescomposer.core.errors import SesComposerError

READY = b"sescomposer aside 1\n"
"""What a child says first: nothing secret is told to another program."""

CALLS = frozenset(
    {
        "sescomposer.core.protection.certificates.pair_octets:exported_pair",
        "sescomposer.core.protection.certificates.pair_octets:read_pair",
        "sescomposer.core.protection.certificates.pair_octets:sealed_pair",
        "sescomposer.keys.openpgp_work:decrypted",
        "sescomposer.keys.openpgp_work:encrypted",
        "sescomposer.keys.openpgp_work:signed",
        "sescomposer.keys.openpgp_work:verified",
        "sescomposer.services.protection.dkim_keys:read_dkim_octets",
        "sescomposer.services.protection.dkim_keys:sealed_dkim_octets",
    }
)
"""All that can be called in a child."""

MEMORY_OCTETS = 2 << 30
"""Our own: 40 MB take a fifth of it."""

_PROTOCOL = 5
_OURS = ("sescomposer.core.", "sescomposer.keys.", "sescomposer.services.")
_TIMES = (("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "timezone"))


class _Values(pickle.Unpickler):
    """Reads values of ours and times, and nothing else that a stream may name."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _TIMES or module.startswith(_OURS):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value that is handed over")


def name_of(function: Callable[..., object]) -> str:
    """Give the name by which a function is called in a child; raises `KeyError` for one that is not called there.

    >>> from sescomposer.core.protection.certificates.pair_octets import read_pair
    >>> name_of(read_pair)
    'sescomposer.core.protection.certificates.pair_octets:read_pair'
    """
    name = f"{function.__module__}:{function.__name__}"
    if name not in CALLS:
        raise KeyError(name)
    return name


def hand_over(values: object, file: IO[bytes]) -> None:
    """Write values; what is large in them is not copied."""
    pickle.dump(values, file, _PROTOCOL)


def take_over(file: IO[bytes]) -> Any:
    """Read values; raises `EOFError` or `pickle.UnpicklingError` where there are none.

    >>> from io import BytesIO
    >>> stream = BytesIO()
    >>> hand_over(("a", b"octets"), stream)
    >>> take_over(BytesIO(stream.getvalue()))
    ('a', b'octets')
    """
    return _Values(file).load()


def answer(calls: IO[bytes], answers: IO[bytes]) -> None:
    """Make one call: the outcome is True and what it gives, or False and an error of ours."""
    answers.write(READY)
    answers.flush()
    name, args, kwargs = take_over(calls)
    if name not in CALLS:
        raise KeyError(name)
    module, _, function = name.partition(":")
    try:
        outcome = (True, getattr(import_module(module), function)(*args, **kwargs))
    except SesComposerError as error:
        outcome = (False, error)
    hand_over(outcome, answers)
    answers.flush()


def limit_memory() -> None:
    """Let the process end rather than fill the memory of the machine: compressed content can grow a thousandfold."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_OCTETS if most == resource.RLIM_INFINITY else min(MEMORY_OCTETS, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def main() -> None:
    """Make the call that stands on the standard input."""
    limit_memory()
    answers = os.fdopen(os.dup(1), "wb")
    # What a library may print must not stand among the octets of the answer.
    os.dup2(2, 1)
    answer(sys.stdin.buffer, answers)
