"""A keyring that waits for its user: what is waited for is said, and nothing where it answers at once."""

import sys
from threading import Event

import pytest

from sescomposer.cli.slow_keyring import SlowKeyring
from sescomposer.services.account import Secret
from sescomposer.services.secrets import AskedSecrets, MemorySecrets


class Told:
    """Standard error that tells when something was written."""

    def __init__(self) -> None:
        self.words = ""
        self.is_written = Event()

    def write(self, words: str) -> int:
        self.words += words
        self.is_written.set()
        return len(words)

    def flush(self) -> None:
        """Nothing is kept back."""


class Locked(MemorySecrets):
    """A keyring that answers once somebody was told that it waits."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def get(self, account: str) -> Secret | None:
        assert self._told.is_written.wait(30)
        return super().get(account)


def test_a_keyring_that_waits_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    monkeypatch.setattr(sys, "stderr", told)
    keyring = SlowKeyring(Locked(told), seconds=0)
    keyring.set("work", Secret("hush"))
    assert keyring.get("work") == Secret("hush")
    assert told.words.startswith("Waiting for the keyring")


def test_a_keyring_that_answers_at_once_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    keyring = SlowKeyring(MemorySecrets())
    assert keyring.get("work") is None
    assert capsys.readouterr().err == ""
    assert not keyring.is_lasting
    assert keyring.trouble


def test_a_keyring_knows_while_it_is_asked() -> None:
    class Asking(MemorySecrets):
        def get(self, account: str) -> Secret | None:
            assert secrets.is_asked()
            return super().get(account)

    secrets = AskedSecrets(Asking())
    assert not secrets.is_asked()
    secrets.set("work", Secret("hush"))
    assert secrets.get("work") == Secret("hush")
    assert not secrets.is_asked()
    secrets.remove("work")
    assert secrets.get("work") is None
