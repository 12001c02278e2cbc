"""Running verbs in this process and in a child."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import keyring.core
import pytest
from lasting_keyring import LastingKeyring

from sescomposer.cli.app import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a verb said: its exit status, and the octets of both streams."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode("utf-8")


Run = Callable[..., Answer]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run a verb in this process."""

    def running(*arguments: str) -> Answer:
        capsysbinary.readouterr()
        status = main(list(arguments))
        streams = capsysbinary.readouterr()
        return Answer(status, streams.out, streams.err.decode("utf-8", "surrogateescape"))

    return running


@pytest.fixture
def run_child() -> Run:
    """Run a verb in a child process, as a person at a terminal does; `stdin` and `stdout` are handed on."""

    def running(*arguments: str | bytes, **streams: object) -> Answer:
        command = [sys.executable, "-m", "sescomposer", *arguments]
        done = subprocess.run(  # type: ignore[call-overload]
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=60,
            check=False,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        )
        return Answer(done.returncode, done.stdout or b"", (done.stderr or b"").decode())

    return running


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> LastingKeyring:
    made = LastingKeyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", made)
    return made


@pytest.fixture
def pipe() -> Iterator[Callable[[bytes], str]]:
    """Give the number of a descriptor from which these octets can be read."""
    opened: list[int] = []

    def make(octets: bytes) -> str:
        reading, writing = os.pipe()
        opened.append(reading)
        os.write(writing, octets)
        os.close(writing)
        return str(reading)

    yield make
    for descriptor in opened:
        os.close(descriptor)


@pytest.fixture
def openssl() -> Callable[..., bytes]:
    """Run openssl, the independent reader, and give what it printed; it has to end well."""

    def running(*arguments: object, given: bytes = b"", status: int = 0) -> bytes:
        command = ["openssl", *map(str, arguments)]
        done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
        assert done.returncode == status or (status and done.returncode), done.stderr.decode()
        return done.stdout

    return running
