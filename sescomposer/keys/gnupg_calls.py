"""Calls of the user's GnuPG, each with all its statuses; what it writes for people is neither shown nor kept."""

import contextlib
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gnupg

from sescomposer.core.errors import KeyGoneError, PassphraseError
from sescomposer.core.octets import Octets
from sescomposer.core.octets_reader import OctetsReader
from sescomposer.services.account import Secret

# It logs command lines and answers; what matters of them is in the statuses.
logging.getLogger("gnupg").setLevel(logging.CRITICAL + 1)

_OPTIONS = (
    # The user's own options (other recipients, hidden key ids, other keys) are not for mail of this program.
    "--no-options",
    "--disable-dirmngr",
    "--no-auto-key-locate",
    "--trust-model",
    "always",
)


@dataclass(frozen=True)
class Outcome:
    """What one call gave.

    Attributes:
        data: Its output.
        statuses: Pairs of keyword and value, as GnuPG wrote them.
        code: Its exit status; on its own it says little.
    """

    data: bytes
    statuses: tuple[tuple[str, str], ...]
    code: int

    def values(self, keyword: str) -> tuple[str, ...]:
        """Give the values of all statuses of that keyword."""
        return tuple(value for name, value in self.statuses if name == keyword)

    @property
    def failures(self) -> frozenset[int]:
        """Error codes without their source, of everything that failed."""
        words = [value.split()[-1:] for name, value in self.statuses if name in ("FAILURE", "ERROR")]
        return frozenset(int(word[0]) & 0xFFFF for word in words if word and word[0].isdigit())


class GnupgCalls:
    """Starts GnuPG.

    Args:
        home: Its home folder; None for the user's own.
        program: Its name or path.
    """

    def __init__(self, home: Path | None = None, program: str = "gpg") -> None:
        self._home = home
        self._program = program

    @property
    def is_there(self) -> bool:
        """Whether the program is installed."""
        return shutil.which(self._program) is not None

    def fingerprints(self) -> tuple[str, ...]:
        """Give the fingerprints of the keys whose secret part is there or on a card, lower case."""
        return tuple(str(key["fingerprint"]).lower() for key in self._gpg([]).list_keys(secret=True))

    def export(self, fingerprint: str) -> bytes:
        """Give a public key, binary; empty where there is none."""
        return bytes(self._gpg([]).export_keys(fingerprint, armor=False))

    def sign(self, entity: Octets, fingerprint: str, passphrase: Secret | None) -> Outcome:
        """Make an armored detached binary signature."""
        arguments = ["--local-user", fingerprint]
        return self._call(
            "sign",
            lambda gpg, word: gpg.sign_file(
                # An open file: given a path, it would sign what it had read of it so far.
                OctetsReader(entity),
                passphrase=word,
                clearsign=False,
                detach=True,
                extra_args=arguments,
            ),
            passphrase,
        )

    def encrypt(
        self,
        entity: Octets,
        recipients: Sequence[str],
        signer: str,
        passphrase: Secret | None,
        keyring: Path,
    ) -> Outcome:
        """Encrypt and sign, with public keys from a file beside the user's own."""
        return self._call(
            "crypt",
            lambda gpg, word: gpg.encrypt_file(
                OctetsReader(entity),
                list(recipients),
                sign=signer,
                always_trust=True,
                passphrase=word,
                extra_args=["--local-user", signer],
            ),
            passphrase,
            ["--keyring", str(keyring)],
        )

    def decrypt(self, message: bytes, passphrase: Secret | None, keyring: Path) -> Outcome:
        """Decrypt, and check signatures inside with public keys from a file beside the user's own."""
        return self._call(
            "crypt",
            lambda gpg, word: gpg.decrypt_file(OctetsReader(Octets.of(message)), always_trust=True, passphrase=word),
            passphrase,
            ["--keyring", str(keyring)],
        )

    def _call(
        self,
        kind: str,
        call: Callable[[Any, str | None], Any],
        passphrase: Secret | None,
        options: Sequence[str] = (),
    ) -> Outcome:
        """Make a call and listen to it; a call that ends before it has read all says why in its statuses."""
        word = None if passphrase is None else _word(passphrase)
        gpg = self._gpg(options)
        heard: list[tuple[str, str]] = []
        made: list[Any] = []
        gpg.result_map = dict(gpg.result_map, **{kind: _listening(gpg.result_map[kind], heard, made)})
        # Where the pipe breaks, GnuPG was done before it had read all; its statuses say with what.
        with contextlib.suppress(OSError):
            call(gpg, word)
        result = made[-1]
        data = result.data if isinstance(result.data, bytes) else b""
        return Outcome(data, tuple(heard), result.returncode if result.returncode is not None else -1)

    def _gpg(self, options: Sequence[str]) -> Any:
        home = str(self._home) if self._home is not None else None
        try:
            # Statuses can hold any octets; read as Latin-1, each is one character.
            return gnupg.GPG(self._program, home, options=[*_OPTIONS, *options], encoding="latin-1")
        except (OSError, ValueError) as error:
            raise KeyGoneError(
                "GnuPG is not installed, or cannot be started.", hint="Install GnuPG (gpg), then try again."
            ) from error


def _word(passphrase: Secret) -> str:
    """Give a passphrase so that its octets, written as Latin-1, are UTF-8."""
    word = passphrase.reveal()
    if any(character in word for character in "\r\n\0"):
        raise PassphraseError("A passphrase for GnuPG cannot hold a line end.", hint="Type it again.")
    return word.encode("utf-8").decode("latin-1")


def _listening(kind: type[Any], heard: list[tuple[str, str]], made: list[Any]) -> Callable[[Any], Any]:
    """Give a maker of results that note each status before they read it in their own way."""

    class Listening(kind):  # type: ignore[misc]
        def handle_status(self, key: str, value: str) -> None:
            heard.append((key, value.encode("latin-1").decode("utf-8", "replace")))
            super().handle_status(key, value)

    def make(gpg: Any) -> Any:
        made.append(Listening(gpg))
        return made[-1]

    return make
