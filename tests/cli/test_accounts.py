"""The verb `accounts`: what it keeps, what it refuses, and that a secret is neither shown nor an argument."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from lasting_keyring import LastingKeyring

from sescomposer.bootstrap import make_services
from sescomposer.cli import secret_input
from sescomposer.core.errors import ExitCode
from sescomposer.services.account import Secret

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = ("--way-in", "keys", "--region", "eu-west-1", "--user", "AKIAIOSFODNN7EXAMPLE")

Run = Callable[..., Any]


def test_account_is_added_listed_changed_and_removed(run: Run, lasting: LastingKeyring, pipe: Any) -> None:
    answer = run("accounts", "list")
    assert (answer.status, answer.text) == (ExitCode.FINE, "")
    assert "no accounts" in answer.err
    added = run("accounts", "add", "work", *KEYS, "--mailbox", "Ada <a@a.example>", "--secret-fd", pipe(b"one\r\n"))
    assert (added.status, added.text) == (ExitCode.FINE, "")
    assert lasting.kept == {("sescomposer", "work"): "one"}
    (account,) = json.loads(run("accounts", "list", "--json").text)["accounts"]
    assert account["place"] == "Europe (Ireland)"
    assert (account["way_in"], account["road"], account["port"]) == ("keys", "ses-v2", 587)
    assert account["mailboxes"] == ["Ada <a@a.example>"]
    assert run("accounts", "list").text.startswith("work  SES API v2, eu-west-1, Europe (Ireland)  keys AKIA")
    changed = run("accounts", "change", "work", "--name", "office", "--road", "smtp", "--port", "2465", "--mailbox", "")
    assert changed.status == ExitCode.FINE
    assert lasting.kept == {("sescomposer", "office"): "one"}
    replaced = run("accounts", "change", "office", "--secret-fd", pipe(b"two"))
    assert replaced.status == ExitCode.FINE
    assert lasting.kept == {("sescomposer", "office"): "two"}
    assert run("accounts", "change", "office", "--way-in", "profile", "--profile", "mail").status == ExitCode.FINE
    assert lasting.kept == {}
    (account,) = json.loads(run("accounts", "list", "--json").text)["accounts"]
    assert (account["user"], account["profile"], account["mailboxes"]) == ("", "mail", [])
    assert run("accounts", "remove", "office").status == ExitCode.FINE
    assert json.loads(run("accounts", "list", "--json").text) == {"schema": 1, "accounts": [], "problems": []}


_STEPS = """
printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
"$@" accounts add work --way-in keys --region eu-west-1 --user AKIAIOSFODNN7EXAMPLE --secret-fd 3 3<"$SECRET_FILE"
"$@" accounts change work --name office --region us-east-1
"$@" accounts list --json
"""


@pytest.mark.skipif(
    not all(map(shutil.which, ("dbus-run-session", "gnome-keyring-daemon"))), reason="needs D-Bus and gnome-keyring"
)
def test_real_keyring_keeps_the_secret_and_no_file_of_ours_does(home: Path, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_text(SECRET)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    environment |= {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "SECRET_FILE": str(given)}
    environment.pop("DISPLAY", None)
    command = ["dbus-run-session", "--", "sh", "-e", "-c", _STEPS, "sh", sys.executable, "-m", "sescomposer"]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert b"its secret lies in the keyring" in done.stderr
    assert json.loads(done.stdout)["accounts"][0]["name"] == "office"
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert files
    encoded = base64.b64encode(SECRET.encode())[:-4]
    assert not [
        octets for octets in (done.stdout, done.stderr, *files) if SECRET.encode() in octets or encoded in octets
    ]


def test_without_a_keyring_no_secret_is_taken(run: Run, pipe: Any) -> None:
    answer = run("accounts", "add", "work", *KEYS, "--secret-fd", pipe(SECRET.encode()))
    assert answer.status == ExitCode.NOTHING_DONE
    assert "nothing would keep the secret" in answer.err
    assert make_services().accounts.all() == ()
    assert run("accounts", "add", "role", "--way-in", "profile", "--region", "eu-west-1", "--profile", "p").status == 0


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("", *KEYS), "needs a name"),
        (("a\nb", *KEYS), "not one line"),
        (("a", "--way-in", "keys", "--region", "eu-west-1"), "access key id"),
        (("a", "--way-in", "keys", "--region", "nowhere", "--user", "A"), "not the name of a region"),
        (("a", "--way-in", "smtp", "--region", "eu-central-2", "--user", "A"), "no SMTP interface"),
        (("a", "--way-in", "smtp", "--region", "eu-west-1", "--user", "A", "--road", "ses-v2"), "SMTP alone"),
        (("a", "--way-in", "profile", "--region", "eu-west-1", "--profile", "p", "--user", "A"), "no --user"),
        (("a", *KEYS, "--profile", "p"), "no --profile"),
        (("a", *KEYS, "--endpoint", "http://a.example"), "https"),
        (("a", *KEYS, "--endpoint", "fips"), "no FIPS endpoint"),
        (("a", "--way-in", "magic", "--region", "eu-west-1"), "magic"),
        (("a", "--region", "eu-west-1"), "accounts --help"),
    ],
)
def test_wrong_account_is_refused_before_its_secret_is_asked(
    words: tuple[str, ...], sentence: str, run: Run, lasting: LastingKeyring
) -> None:
    answer = run("accounts", "add", *words)
    assert answer.status == ExitCode.USAGE
    assert sentence in answer.err
    assert len(answer.err.splitlines()) == 1
    assert lasting.kept == {}


def test_account_that_is_not_there(run: Run) -> None:
    for words in (("remove", "x"), ("change", "x")):
        answer = run("accounts", *words)
        assert answer.status == ExitCode.USAGE
        assert "no account 'x'" in answer.err


def test_damaged_file_is_told(run: Run) -> None:
    path = make_services().folders.accounts
    path.parent.mkdir(parents=True)
    path.write_text("account = 1\n")
    answer = run("accounts", "list", "--json")
    assert answer.status == ExitCode.NOTHING_DONE
    assert "left as it is" in json.loads(answer.text)["problems"][0]
    assert run("accounts", "remove", "x").status == ExitCode.NOTHING_DONE


@pytest.mark.parametrize("octets", [b"", b"\n", b" ", b"one\ntwo\n", b"a\x00b", b"\xff\xfe", b"x" * 70000])
def test_secret_that_is_none_is_refused_without_showing_it(
    octets: bytes, run: Run, lasting: LastingKeyring, pipe: Any
) -> None:
    if len(octets) > 65536:
        path = Path(os.environ["HOME"]) / "long"
        path.write_bytes(octets)
        with path.open("rb") as file:
            answer = run("accounts", "add", "work", *KEYS, "--secret-fd", str(file.fileno()))
    else:
        answer = run("accounts", "add", "work", *KEYS, "--secret-fd", pipe(octets))
    assert answer.status == ExitCode.USAGE
    assert "The secret is" in answer.err
    assert "two" not in answer.err
    assert lasting.kept == {}


@pytest.mark.parametrize("number", ["99", str(2**70), "-1"])
def test_descriptor_that_is_not_open_is_told(number: str, run: Run, lasting: LastingKeyring) -> None:
    answer = run("accounts", "add", "work", *KEYS, "--secret-fd", number)
    assert answer.status == ExitCode.UNREADABLE
    assert f"descriptor {number}" in answer.err


def test_secret_comes_from_standard_input_where_that_is_no_terminal(
    run: Run, lasting: LastingKeyring, monkeypatch: pytest.MonkeyPatch, pipe: Any
) -> None:
    with open(int(pipe(SECRET.encode() + b"\n")), "rb", closefd=False) as raw, TextIOWrapper(raw) as text:
        monkeypatch.setattr(sys, "stdin", text)
        assert run("accounts", "add", "work", *KEYS).status == ExitCode.FINE
    assert list(lasting.kept.values()) == [SECRET]
    monkeypatch.setattr(sys, "stdin", None)
    assert run("accounts", "add", "other", *KEYS).status == ExitCode.UNREADABLE


def test_person_at_a_terminal_is_asked_without_echo(
    run: Run, lasting: LastingKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    asked: list[str] = []

    def answer(prompt: str, stream: object) -> str:
        asked.append(prompt)
        return SECRET

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(secret_input, "getpass", answer)
    assert run("accounts", "add", "work", *KEYS).status == ExitCode.FINE
    assert asked == ["Secret access key of AKIAIOSFODNN7EXAMPLE (not shown): "]
    assert make_services().secrets.get("work") == Secret(SECRET)


def test_secret_is_in_no_file_and_on_no_stream(
    run: Run, lasting: LastingKeyring, home: Path, tmp_path: Path, pipe: Any
) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nHi\r\n")
    endpoint = ("--endpoint", "http://127.0.0.1:9")
    answers = [
        run("accounts", "add", "work", *KEYS, *endpoint, "--secret-fd", pipe(SECRET.encode())),
        run("accounts", "list", "--json"),
        run("send", str(letter), "--account", "work", "--json"),
        run("send", str(letter), "--account", "work", "--secret-fd", pipe(SECRET.encode()), "--road", "ses-v1"),
    ]
    assert [answer.status for answer in answers] == [0, 0, ExitCode.NOTHING_DONE, ExitCode.NOTHING_DONE]
    written = [path for path in home.rglob("*") if path.is_file()]
    assert {"accounts.toml", "submissions"} <= {path.name for path in written}
    texts = [path.read_bytes() for path in written]
    texts += [answer.out + answer.err.encode() for answer in answers]
    encoded = base64.b64encode(SECRET.encode())[:-4]
    for octets in texts:
        assert SECRET.encode() not in octets
        assert encoded not in octets
