"""How verbs end: exit status, streams, interruption, help; most in a child, as a person meets them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from sescomposer import __version__
from sescomposer.__main__ import run as start
from sescomposer.cli import look
from sescomposer.cli.app import app
from sescomposer.cli.verbs import VERBS
from sescomposer.core.errors import ExitCode

Run = Callable[..., Any]
GOOD = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nHi\r\n"


@pytest.fixture
def letter(tmp_path: Path) -> str:
    path = tmp_path / "letter.eml"
    path.write_bytes(GOOD)
    return str(path)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_made_of_its_options(verb: str, run: Run) -> None:
    answer = run(verb, "--help")
    assert (answer.status, answer.err) == (0, "")
    command: Any = typer.main.get_command(app)
    for parameter in command.commands[verb].params:
        for option in parameter.opts:
            assert not option.startswith("-") or option[:20] in answer.text
        assert parameter.help
    assert command.commands[verb].help or verb == "inbox"


def test_help_lists_every_verb_with_what_it_does(run: Run) -> None:
    answer = run("--help")
    assert answer.status == 0
    for verb, words in VERBS.items():
        assert verb in answer.text
        assert words.split()[0] in answer.text


def test_version(run: Run, run_child: Run) -> None:
    assert run("--version").text == run_child("--version").text == f"sescomposer {__version__}\n"


def test_a_fault_of_ours_is_said_without_anybodys_mail(letter: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(octets: object) -> object:
        raise KeyError("secret")

    monkeypatch.setattr(look, "parse", broken)
    answer = run("cat", letter)
    assert (answer.status, answer.out) == (70, b"")
    assert "KeyError at test_outcome.py:" in answer.err
    assert "secret" not in answer.err


@pytest.mark.parametrize("error, status", [(KeyboardInterrupt(), 130), (BrokenPipeError(), 0), (MemoryError(), 70)])
def test_other_ways_out(
    error: BaseException, status: int, letter: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(octets: object) -> object:
        raise error

    monkeypatch.setattr(look, "parse", stopped)
    monkeypatch.setattr("sescomposer.cli.outcome.discard_output", lambda: None)
    assert run("cat", letter).status == status


def test_what_ends_the_interpreter_is_let_through(letter: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaving(octets: object) -> object:
        raise SystemExit(9)

    monkeypatch.setattr(look, "parse", leaving)
    with pytest.raises(SystemExit):
        run("cat", letter)


def test_standard_input_and_output_of_a_child(run_child: Run, letter: str) -> None:
    with open(letter, "rb") as given:
        assert run_child("cat", "-", stdin=given).out == GOOD
    with open(letter, "rb") as given:
        answer = run_child("check", "-", "-", stdin=given)
    assert (answer.status, answer.out) == (2, b"")
    assert "Standard input can be read once" in answer.err


def test_a_full_disk_behind_standard_output(run_child: Run, letter: str) -> None:
    for verb in ("cat", "tree"):
        with open("/dev/full", "wb") as full:
            answer = run_child(verb, letter, stdout=full)
        assert answer.status == 6
        assert answer.err == (
            "sescomposer: The output could not be written: No space left on device. Check where standard output goes.\n"
        )


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    path.write_bytes(GOOD + b"x\r\n" * 500_000)
    command = [sys.executable, "-m", "sescomposer", "cat", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.read(4) == b"From"
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(30) == 0


def test_interrupted_while_it_waits(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "sescomposer", "cat", str(pipe)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        writer = os.open(pipe, os.O_WRONLY)  # returns once the child has opened it to read
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
        os.close(writer)
        assert child.stderr is not None
        assert child.stderr.read() == b""


@pytest.mark.parametrize("verb", ["cat", "tree", "check"])
def test_a_verb_imports_nothing_it_does_not_need(verb: str, letter: str) -> None:
    script = (
        "import sys; from sescomposer.__main__ import run; status = run(sys.argv[1:]);"
        "heavy = {'boto3', 'botocore', 'PySide6', 'keyring', 'asyncio', 'sqlite3', 'rich', 'tree_sitter'};"
        "print(status, sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, verb, letter], capture_output=True, check=False, timeout=60)
    assert done.stderr == b"0 []\n"


def test_names_that_are_no_text(run_child: Run, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.eml"
    with open(name, "wb") as file:
        file.write(GOOD)
    assert run_child("cat", name).out == GOOD
    answer = run_child("check", name)
    assert answer.status == 0
    assert answer.out.endswith(b"\\udcff.eml: nothing found\n")
    refused = run_child("build", "--from", "a@a.example", "--attach", name)
    assert (refused.status, refused.out) == (2, b"")


def test_a_terminal_without_unicode(run_child: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.eml"
    path.write_bytes(b"Content-Disposition: a; filename*=utf-8''%F0%9F%8C%B9.txt\r\n\r\nx")
    settings = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "sescomposer", "tree", str(path)]
    for arguments, expected in (([], b"\\U0001f339.txt"), (["--json"], b"\\ud83c\\udf39.txt")):
        done = subprocess.run([*command, *arguments], env=settings, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0
        assert expected in done.stdout


@pytest.mark.parametrize("arguments", [["chekc", "a.eml"], ["settings", "--help"]])
def test_a_mistyped_verb_opens_no_window(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert start(arguments) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert f"'{arguments[0]}'" in told
    assert "`sescomposer --help`" in told


def test_a_file_called_like_a_word_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []

    def window(arguments: list[str]) -> int:
        opened.append(arguments)
        return 0

    monkeypatch.setattr("sescomposer.__main__.run_window", window)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter").write_bytes(b"Subject: x\r\n\r\n")
    assert start(["letter"]) == 0
    assert opened == [["letter"]]
