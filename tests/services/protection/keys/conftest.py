"""Helpers of the tests of own keys: keys over one folder, and every file that was written."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from key_company import FakeCards, Gnupg, LockedKeyring, Maker

from sescomposer.core.protection.certificates import key_files
from sescomposer.keys import openpgp_secret
from sescomposer.keys.pgp import CombinedOpenPgp
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.ports import Clock
from sescomposer.services.protection import dkim_keys
from sescomposer.services.protection.keys import Keys
from sescomposer.store.keys import KeyFolder
from sescomposer.store.secrets import KeyringSecrets

if TYPE_CHECKING:
    from authority import Authority

_watched: list[list[bytes]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    """Read each file before it is removed or gets another name."""
    if _watched and event in ("os.remove", "os.rename"):
        place = arguments[1 if event == "os.remove" else 2]
        folder = f"/proc/self/fd/{place}" if isinstance(place, int) and place >= 0 else ""
        path = Path(folder, os.fsdecode(arguments[0]))  # type: ignore[arg-type]
        if path.is_file():
            _watched[0].append(path.read_bytes())


sys.addaudithook(_watch)


@pytest.fixture
def every_written_file(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], list[bytes]]]:
    """Give what stood in every file that was written meanwhile, temporary ones included."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    _watched.append([])

    def read() -> list[bytes]:
        there = [path for folder in (tmp_path, home) for path in folder.rglob("*") if path.is_file()]
        return [*_watched[0], *(path.read_bytes() for path in there)]

    yield read
    _watched.clear()


@pytest.fixture
def all_rounds() -> None:
    """Let passphrases be stretched as ever."""


@pytest.fixture(autouse=True)
def few_rounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases but little, so that tests need not wait; not where `all_rounds` is asked for."""
    if "all_rounds" not in request.fixturenames:
        monkeypatch.setattr(key_files, "ROUNDS", 1000)
        monkeypatch.setattr(dkim_keys, "_ROUNDS", 1000)
        monkeypatch.setattr(openpgp_secret, "_COUNT", 0x60)


@pytest.fixture
def ring() -> LockedKeyring:
    return LockedKeyring()


@pytest.fixture
def cards(authority: "Authority") -> FakeCards:
    return FakeCards(authority.leaf())


@pytest.fixture
def new_keys(tmp_path: Path, set_clock: Clock, ring: LockedKeyring, cards: FakeCards) -> Maker:
    """Make keys over one folder and one keyring; each stands for a program that was started."""

    def new(secrets: SecretStore | None = None, gnupg: Gnupg | None = None) -> Keys:
        store = KeyFolder(tmp_path / "keys")
        return Keys(
            store,
            secrets or KeyringSecrets(lambda: ring),
            cards,
            CombinedOpenPgp(),
            set_clock,
            gnupg=gnupg,
            changing=store.changing,
        )

    return new


@pytest.fixture
def keys(new_keys: Maker) -> Keys:
    return new_keys()
