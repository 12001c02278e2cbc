"""Everything that the window of keys shows, read on a worker; a part that cannot be read does not hide others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sescomposer.core.errors import SesComposerError
from sescomposer.gui.keys.identity_facts import Identity, identities
from sescomposer.gui.keys.others_facts import people, roots
from sescomposer.gui.keys.own_facts import own_keys
from sescomposer.gui.keys.shown import Shown

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services

Row = TypeVar("Row")

_ASKED = "So the passphrase of a key is asked for once in each run."


@dataclass(frozen=True, slots=True)
class Shelf:
    """What there is.

    Attributes:
        keys, people, roots, identities: By page.
        system_roots: How many the system has.
        is_lasting: Whether a keyring keeps passphrases.
        keyring: Why it does not, "" if it does.
        trouble: What could not be read, in sentences.
    """

    keys: tuple[Shown, ...] = ()
    people: tuple[Shown, ...] = ()
    roots: tuple[Shown, ...] = ()
    identities: tuple[Identity, ...] = ()
    system_roots: int = 0
    is_lasting: bool = True
    keyring: str = ""
    trouble: tuple[str, ...] = ()


def read_shelf(services: "Services", *, with_system: bool = False, typed: Iterable[str] = ()) -> Shelf:
    """Read everything.

    Args:
        services: What it is read through.
        with_system: Whether the roots of the system are wanted.
        typed: From mailboxes that were just added and have no policy yet.
    """
    trouble: list[str] = []

    def tried(read: Callable[[], tuple[Row, ...]]) -> tuple[Row, ...]:
        try:
            return read()
        except SesComposerError as error:
            trouble.append(f"{error.sentence} {error.hint}".strip())
            return ()

    is_lasting = services.secrets.is_lasting
    return Shelf(
        keys=tried(lambda: own_keys(services)),
        people=tried(lambda: people(services)),
        roots=tried(lambda: roots(services, with_system)),
        identities=tried(lambda: identities(services, tuple(typed))),
        system_roots=len(services.roots.system()),
        is_lasting=is_lasting,
        keyring="" if is_lasting else f"{services.keys.trouble} {_ASKED}".strip(),
        trouble=tuple(dict.fromkeys(trouble)),
    )
