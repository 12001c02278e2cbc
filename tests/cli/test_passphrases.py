"""How passphrases are given: by a descriptor or at a terminal, never as an argument, and never shown."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sescomposer.cli.passphrases import Passphrases
from sescomposer.cli.secret_input import ask_passphrase, read_passphrase
from sescomposer.core.errors import ExitCode, PassphraseError, UnreadableError, UsageError
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

if TYPE_CHECKING:
    from authority import Authority

ROOT = Path(__file__).resolve().parents[2]
ENTRY = KeyEntry("a1", KeyKind.FILE, "Ann", (), "a1")


@pytest.mark.parametrize(
    "octets, value",
    [(b"secret", "secret"), (b"secret\r\n", "secret"), (b" two words \n", " two words "), (b"", ""), (b"\n", "")],
)
def test_descriptor_gives_all_but_the_line_end(octets: bytes, value: str, pipe: Callable[[bytes], str]) -> None:
    assert read_passphrase(int(pipe(octets))).reveal() == value


@pytest.mark.parametrize("octets", [b"a\nb", b"\xff", b"a\x00b"])
def test_what_is_no_line_is_refused_without_being_told(octets: bytes, pipe: Callable[[bytes], str]) -> None:
    with pytest.raises(UsageError) as caught:
        read_passphrase(int(pipe(octets)))
    assert caught.value.value is None


def test_descriptor_is_read_once_for_all_keys(pipe: Callable[[bytes], str]) -> None:
    passphrases = Passphrases(int(pipe(b"secret")))
    assert [passphrases.ask(ENTRY, ""), passphrases.ask(ENTRY, "")] == [passphrases.of("x")] * 2
    assert (passphrases.asked, passphrases.failure) == ({ENTRY.id: ENTRY}, None)


def test_closed_descriptor_is_told() -> None:
    passphrases = Passphrases(9999)
    with pytest.raises(UnreadableError):
        passphrases.ask(ENTRY, "")
    assert isinstance(passphrases.failure, UnreadableError)


def test_nobody_is_asked_without_a_terminal() -> None:
    assert ask_passphrase("Passphrase") is None
    with pytest.raises(PassphraseError, match="no terminal to ask at"):
        Passphrases(None).ask(ENTRY, "")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Give both ends of a terminal: that of the person, and that of the program."""
    pty = pytest.importorskip("pty", reason="needs a terminal as POSIX has it")
    person, program = pty.openpty()
    yield person, program
    os.close(person)
    os.close(program)


@pytest.mark.parametrize("typed, status", [(b"secret\n", ExitCode.FINE), (b"wrong\n", ExitCode.NOTHING_DONE)])
def test_person_is_asked_at_the_terminal(
    typed: bytes, status: int, terminal: tuple[int, int], authority: "Authority", tmp_path: Path
) -> None:
    person, program = terminal
    p12, letter = tmp_path / "ann.p12", tmp_path / "letter.eml"
    p12.write_bytes(authority.p12(authority.leaf()))
    letter.write_bytes(b"From: ann@example.org\nTo: bob@example.net\nSubject: a\n\nHi\n")
    command = [sys.executable, "-m", "sescomposer", "sign", str(letter), "--p12", str(p12), "-o", "-"]
    streams: dict[str, Any] = {"stdin": program, "stdout": subprocess.PIPE, "stderr": program}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **streams) as child:
        shown = os.read(person, 1000)
        while b"(not shown)" not in shown:
            shown += os.read(person, 1000)
        os.write(person, typed)
        written, _ = child.communicate(timeout=60)
    assert child.returncode == status
    assert (b"multipart/signed" in written) is (status == ExitCode.FINE)
    assert typed.strip() not in shown + os.read(person, 10000)
