"""Secrets in a real Secret Service (also locked and gone), and in memory where there is none that is safe."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.core
import keyring.errors
import pytest

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Secret
from sescomposer.store.secrets import KeyringSecrets, system_keyring

ROOT = Path(__file__).resolve().parents[2]
_NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
_UNLOCKED = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
_SENTENCES = {
    "get": "The secret could not be read from the keyring:",
    "set": "The secret could not be kept in the keyring:",
    "remove": "The secret could not be removed from the keyring:",
}


class FaultyKeyring(keyring.backend.KeyringBackend):
    """A keyring that raises what a test says."""

    priority = 5.0

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error

    def delete_password(self, service: str, username: str) -> None:
        raise self.error


class PlainFile(keyring.backend.KeyringBackend):
    """Stands for a keyring that writes plain text."""

    priority = 0.5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("a secret was written in plain text")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("nothing is here")


@pytest.mark.skipif(not all(map(shutil.which, _NEEDED)), reason="needs D-Bus and gnome-keyring")
def test_real_secret_service_keeps_secrets_and_says_when_it_is_locked_or_gone(home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    environment |= {"PYTHONPATH": str(ROOT), "HOME": str(home)}
    environment.pop("DISPLAY", None)
    script = [sys.executable, str(Path(__file__).with_name("keyring_session.py"))]
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", _UNLOCKED, "sh", *script],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answers = json.loads(done.stdout)
    assert answers["kept"] == [["bÜro", "ünï"], ["work", "second"]]
    assert (answers["lasting"], answers["trouble"]) == (True, "")
    assert answers["found"]
    assert answers["other"]
    assert answers["removed"]
    assert answers["locked"] == {name: f"{sentence} it is locked." for name, sentence in _SENTENCES.items()}
    # The service is started anew by the bus at some moment, locked then.
    for state in ("killed", "gone"):
        assert all(answers[state][name].startswith(sentence) for name, sentence in _SENTENCES.items())
    assert all("No such file or directory" in sentence for sentence in answers["gone"].values())


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, PlainFile],
    ids=lambda kind: kind.__module__,
)
def test_what_is_no_keyring_means_memory(
    backend: type[keyring.backend.KeyringBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend())
    secrets = KeyringSecrets()
    assert not secrets.is_lasting
    assert "in memory until the program ends" in secrets.trouble
    assert secrets.get("work") is None
    secrets.set("work", Secret("hush"))
    assert secrets.get("work") == Secret("hush")
    assert KeyringSecrets().get("work") is None
    secrets.remove("work")
    secrets.remove("work")
    assert secrets.get("work") is None


def test_chain_is_searched_for_a_safe_link(monkeypatch: pytest.MonkeyPatch) -> None:
    safe = FaultyKeyring(OSError("x"))
    monkeypatch.setattr(keyring.backends.chainer.ChainerBackend, "backends", [PlainFile(), safe])
    chain = cast(Callable[[], keyring.backend.KeyringBackend], keyring.backends.chainer.ChainerBackend)
    monkeypatch.setattr(keyring.core, "_keyring_backend", chain())
    assert system_keyring() is safe
    monkeypatch.setattr(keyring.backends.chainer.ChainerBackend, "backends", [PlainFile()])
    assert system_keyring() is None


@pytest.mark.parametrize("name", ["no.such.module.Keyring", "keyring.core.nothing", "x"])
def test_keyring_that_the_user_names_wrongly_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    secrets = KeyringSecrets()
    assert not secrets.is_lasting
    assert "cannot be used" in secrets.trouble


@pytest.mark.parametrize(
    "error, words",
    [
        (keyring.errors.KeyringLocked("x"), "it is locked"),
        (keyring.errors.InitError("no collection"), "no collection"),
        (keyring.errors.PasswordSetError("password='hush'"), r"password=\[hidden\]"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset"),
        (EOFError(), "EOFError"),
        (RuntimeError("two\nlines."), r"two lines\.$"),
    ],
)
def test_what_a_keyring_raises_is_ours(error: Exception, words: str) -> None:
    secrets = KeyringSecrets(lambda: FaultyKeyring(error))
    uses: tuple[Callable[[], object], ...] = (
        lambda: secrets.get("work"),
        lambda: secrets.set("work", Secret("hush")),
        lambda: secrets.remove("work"),
    )
    for use in uses:
        with pytest.raises(AccountError, match=words) as caught:
            use()
        assert caught.value.hint
        assert caught.value.__cause__ is error
        assert "hush" not in caught.value.sentence


def test_keyring_that_cannot_be_found_means_memory() -> None:
    def fail() -> keyring.backend.KeyringBackend:
        raise RuntimeError("no bus")

    secrets = KeyringSecrets(fail)
    assert not secrets.is_lasting
    assert secrets.trouble == "The keyring cannot be used: no bus: secrets are kept in memory until the program ends."


def test_library_is_loaded_at_first_use() -> None:
    script = (
        "import sys; from sescomposer.store.secrets import KeyringSecrets; secrets = KeyringSecrets();"
        "before = 'keyring' in sys.modules; secrets.is_lasting; print(before, 'keyring' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
