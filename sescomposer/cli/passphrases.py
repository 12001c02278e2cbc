"""How a verb opens keys: passphrases from a descriptor or a prompt at a terminal, where the keyring has none."""

from collections.abc import Sequence
from typing import Annotated

import typer

from sescomposer.cli.secret_input import ask_passphrase, has_terminal, read_passphrase
from sescomposer.cli.streams import STANDARD_INPUT, shown
from sescomposer.core.errors import PassphraseError, SesComposerError, UsageError
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

PassphraseOption = Annotated[
    int | None,
    typer.Option(
        "--passphrase-fd",
        metavar="N",
        min=0,
        help="Descriptor with the passphrase or PIN; without it the keyring, then a prompt at the terminal.",
    ),
]


class Passphrases:
    """The passphrases of one run: from a descriptor, else from whoever sits at the terminal.

    Args:
        descriptor: Number of an open file with the passphrase; None to ask at the terminal.
        files: The inputs of the verb, which cannot be the passphrase as well.

    Attributes:
        failure: Why the last question was not answered; None if all were.
        asked: The keys whose passphrase is not kept, by id.

    >>> Passphrases(0, ["-"])
    Traceback (most recent call last):
    sescomposer.core.errors.UsageError: Standard input cannot be both a file and the passphrase.
    """

    def __init__(self, descriptor: int | None, files: Sequence[str] = ()) -> None:
        if descriptor == 0 and STANDARD_INPUT in files:
            raise UsageError(
                "Standard input cannot be both a file and the passphrase.",
                hint="Give the passphrase by another descriptor.",
            )
        self.failure: SesComposerError | None = None
        self.asked: dict[str, KeyEntry] = {}
        self._descriptor = descriptor
        self._given: Secret | None = None
        self._known: dict[str, Secret] = {}

    @property
    def is_given(self) -> bool:
        """Whether a descriptor was named."""
        return self._descriptor is not None

    def remember(self, key: str, secret: Secret) -> None:
        """Answer for the key with this id with that passphrase."""
        self._known[key] = secret

    def ask(self, entry: KeyEntry, why: str) -> Secret | None:
        """Give the passphrase of a key; see `AskPassphrase`.

        Raises:
            PassphraseError: there is nobody to ask, or nothing was typed.
            UnreadableError, UsageError: see `read_passphrase`.
        """
        self.asked[entry.id] = entry
        if entry.id in self._known:
            return self._known[entry.id]
        try:
            return self.of(f"{entry.label!r}", "PIN" if entry.kind is KeyKind.CARD else "Passphrase", why)
        except SesComposerError as error:
            self.failure = error
            raise

    def of(self, name: str, what: str = "Passphrase", why: str = "") -> Secret:
        """Give the passphrase of what is named so.

        Raises:
            PassphraseError: there is nobody to ask, or nothing was typed.
            UnreadableError, UsageError: see `read_passphrase`.
        """
        if self._descriptor is not None:
            if self._given is None:
                self._given = read_passphrase(self._descriptor)
            return self._given
        typed = ask_passphrase(shown(f"{why} {what} of {name}".strip()))
        if typed is None:
            gone = "" if has_terminal() else ", and there is no terminal to ask at"
            raise PassphraseError(
                f"The {what if what == 'PIN' else what.lower()} of {shown(name)} is needed{gone}.",
                hint="Give it with --passphrase-fd N N<FILE.",
            )
        return typed
