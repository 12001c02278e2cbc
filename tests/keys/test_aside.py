"""Processes that work on keys: what they give, what they are never told, and that none outlives its call."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from sescomposer.core.errors import (
    CertificateError,
    OperationCancelledError,
    PassphraseError,
    ProtectionError,
    SesComposerError,
)
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS
from sescomposer.core.protection.certificates.pair_octets import PairOctets, exported_pair, read_pair, sealed_pair
from sescomposer.keys.aside import ChildProcesses, command
from sescomposer.keys.aside_child import CALLS, READY, answer, hand_over, name_of, take_over
from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.services.account import Secret
from sescomposer.services.protection.dkim_keys import read_dkim_octets, sealed_dkim_octets

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import PgpLab

SAY_READY = f"import os, sys, time; out = sys.stdout.buffer; out.write({READY!r}); out.flush(); "
HIDDEN = b"a passphrase that nobody may see"


class Stop:
    """A progress that does something at its second step."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then
        self._steps = 0

    def step(self, done: int, total: int) -> None:
        del done, total
        self._steps += 1
        if self._steps == 2:
            self._then()


def cancel() -> None:
    raise OperationCancelledError


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Give the processes that were started; each has ended once its call has."""
    made: list[subprocess.Popen[bytes]] = []

    class Remembered(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **keywords: Any) -> None:
            super().__init__(*args, **keywords)
            made.append(self)

    monkeypatch.setattr(subprocess, "Popen", Remembered)
    yield made
    assert all(child.returncode is not None for child in made)


@pytest.fixture
def children(started: list["subprocess.Popen[bytes]"]) -> ChildProcesses:
    return ChildProcesses()


def saying(code: str) -> ChildProcesses:
    """Give processes that run other code."""
    return ChildProcesses(lambda: (sys.executable, "-I", "-S", "-c", code))


# --- what they give ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CALLS))
def test_all_that_can_be_called_is_there(name: str) -> None:
    module, _, function = name.partition(":")
    assert name_of(getattr(import_module(module), function)) == name


def test_nothing_else_is_called(children: ChildProcesses, started: list["subprocess.Popen[bytes]"]) -> None:
    with pytest.raises(KeyError):
        children(NO_PROGRESS, os.getpid)
    stream = BytesIO()
    hand_over(("os:getpid", (), {}), stream)
    with pytest.raises(KeyError):
        answer(BytesIO(stream.getvalue()), BytesIO())
    assert not started


def test_files_of_keys(children: ChildProcesses, authority: "Authority") -> None:
    pair = authority.leaf(depth=2)
    octets = children(NO_PROGRESS, read_pair, authority.p12(pair, b"secret"), b"secret")
    assert octets == PairOctets.of(pair)
    assert read_pair(children(NO_PROGRESS, sealed_pair, octets, b"x"), b"x") == octets
    assert read_pair(children(NO_PROGRESS, exported_pair, octets, b"x", True), b"x") == octets
    key = children(NO_PROGRESS, read_dkim_octets, authority.pem(pair), None)
    assert key == octets.key
    assert children(NO_PROGRESS, sealed_dkim_octets, key, b"x")[:1] == b"0"


def test_errors_come_back_whole(children: ChildProcesses, authority: "Authority") -> None:
    calls: list[tuple[bytes, bytes | None, type[SesComposerError]]] = [
        (authority.p12(authority.leaf()), b"wrong", PassphraseError),
        (b"text", None, CertificateError),
    ]
    for octets, passphrase, kind in calls:
        with pytest.raises(kind) as there:
            children(NO_PROGRESS, read_pair, octets, passphrase)
        with pytest.raises(kind) as here:
            read_pair(octets, passphrase)
        assert type(there.value) is type(here.value)
        assert vars(there.value) == vars(here.value)
        assert str(there.value) == str(here.value)


@pytest.mark.parametrize("size", [100, 5 << 20])
def test_openpgp(children: ChildProcesses, pgp_lab: "PgpLab", size: int) -> None:
    from pgp_lab import PASSPHRASE

    key, content = pgp_lab.key(), Octets.of(b"line\r\n" * (size // 6))
    library, here = SequoiaOpenPgp(aside=children), SequoiaOpenPgp()
    own = (key.entry, key.secret, Secret(PASSPHRASE))
    signature, digest = library.sign(content, *own)
    assert digest == "sha512"
    assert [found.is_intact for found in library.verify(content, signature, (key.public,))] == [True]
    assert [found.is_intact for found in library.verify(content + b" ", signature, (key.public,))] == [False]
    message = library.encrypt(content, (key.public,), own)
    plain, found = library.decrypt(message, (own,), (key.public,))
    assert content.equals(Octets.of(plain))
    assert found == here.decrypt(message, (own,), (key.public,))[1]
    with pytest.raises(PassphraseError, match="is wrong"):
        library.decrypt(message, ((key.entry, key.secret, Secret("wrong")),), ())


# --- what they are never told ------------------------------------------------------------------------------------


def test_nothing_secret_stands_in_arguments_or_environment(
    authority: "Authority", monkeypatch: pytest.MonkeyPatch, started: list["subprocess.Popen[bytes]"]
) -> None:
    told: list[tuple[object, ...]] = []
    run = subprocess.Popen

    def remembering(words: list[str], **keywords: Any) -> "subprocess.Popen[bytes]":
        told.append((words, sorted(keywords)))
        return run(words, **keywords)

    monkeypatch.setattr(subprocess, "Popen", remembering)
    ChildProcesses()(NO_PROGRESS, sealed_pair, PairOctets.of(authority.leaf()), HIDDEN)
    words, keywords = told[0]
    assert words == list(command())
    assert keywords == ["creationflags", "stderr", "stdin", "stdout"]
    assert HIDDEN.decode() not in repr(words)


def test_a_stranger_is_told_nothing(authority: "Authority", started: list["subprocess.Popen[bytes]"]) -> None:
    octets = PairOctets.of(authority.leaf())
    heard = "import sys; print('hello'); sys.stdout.flush(); sys.exit(9 if sys.stdin.read() else 0)"
    assert saying(heard)(NO_PROGRESS, sealed_pair, octets, HIDDEN)[:1] == b"0"
    assert len(started) == 1


def test_answers_are_values_and_nothing_else() -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (os.system, ("false",))

    for value in (Evil(), os.getpid, subprocess.Popen):
        with pytest.raises(pickle.UnpicklingError, match="no value"):
            take_over(BytesIO(pickle.dumps(value)))


# --- where there is none, and where it fails ---------------------------------------------------------------------


def test_without_a_child_the_work_is_done_in_place(
    authority: "Authority", monkeypatch: pytest.MonkeyPatch, started: list["subprocess.Popen[bytes]"]
) -> None:
    octets = authority.pem(authority.leaf())
    for words in ((), ("/nowhere/python",)):
        found = ChildProcesses(lambda words=words: words)(NO_PROGRESS, read_pair, octets, None)  # type: ignore[misc]
        assert found == PairOctets.of(authority.leaf())
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command() == ()
    assert not started


@pytest.mark.parametrize(
    "code",
    [
        SAY_READY + "os._exit(3)",
        SAY_READY + "sys.stdin.buffer.read(10); os._exit(3)",
        SAY_READY + "out.write(b'garbage'); out.flush(); sys.stdin.buffer.read()",
        SAY_READY + "import pickle; pickle.dump((True, os.getpid), out); out.flush(); sys.stdin.buffer.read()",
    ],
)
def test_a_crash_is_a_sentence(code: str, authority: "Authority", started: list["subprocess.Popen[bytes]"]) -> None:
    octets = PairOctets.of(authority.leaf())
    large = PairOctets(octets.key, (*octets.certificates, bytes(1 << 20)))
    for value in (octets, large):
        with pytest.raises(ProtectionError, match="ended without an outcome; nothing was sent or kept") as caught:
            saying(code)(NO_PROGRESS, sealed_pair, value, HIDDEN)
        assert HIDDEN.decode() not in repr(vars(caught.value))


def test_cancelling_ends_the_child(started: list["subprocess.Popen[bytes]"]) -> None:
    children = saying(SAY_READY + "sys.stdin.buffer.read(); time.sleep(600)")
    with pytest.raises(OperationCancelledError):
        children(Stop(cancel), read_pair, b"", None)
    assert started[0].returncode


def test_the_end_of_the_program_ends_the_child(started: list["subprocess.Popen[bytes]"]) -> None:
    for code in (SAY_READY + "sys.stdin.buffer.read(); time.sleep(600)", "import time; time.sleep(600)"):
        children = saying(code)
        with pytest.raises(OperationCancelledError):
            children(Stop(children.close), read_pair, b"", None)
        with pytest.raises(OperationCancelledError):
            children(NO_PROGRESS, read_pair, b"", None)
    assert len(started) == 2


def test_a_child_starts_wherever_this_process_finds_its_modules(
    authority: "Authority", monkeypatch: pytest.MonkeyPatch, started: list["subprocess.Popen[bytes]"]
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", not sys.dont_write_bytecode)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    found = ChildProcesses()(NO_PROGRESS, read_pair, authority.pem(authority.leaf()), None)
    assert found == PairOctets.of(authority.leaf())
    assert len(started) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_what_would_fill_the_memory_ends_the_child_alone() -> None:
    code = "from sescomposer.keys.aside_child import MEMORY_OCTETS, limit_memory; limit_memory(); bytes(MEMORY_OCTETS)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert "MemoryError" in done.stderr
