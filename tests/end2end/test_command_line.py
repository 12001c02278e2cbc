"""The story from the command line alone: build, look, check, send, read; also with disks that do not help."""

import email
import email.policy
import hashlib
import json
import random
import subprocess
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path
from typing import Any

import pytest

NAMES = ("दीवाली प्रस्ताव.pdf", "🌹 roses 🇮🇳.png", 'naïve "quoted" 100%\'.txt')
SUBJECT = "नमस्ते 🌹 – invitation"
MB = 1_000_000


@pytest.fixture
def written(tmp_path: Path, bare_program: Any) -> Path:
    """A message of 28 MB with file names in three scripts, built by the program."""
    sizes = (28 * MB, 2000, 300)
    files = [tmp_path / name for name in NAMES]
    for path, size in zip(files, sizes, strict=True):
        path.write_bytes(random.Random(path.name).randbytes(size))
    (tmp_path / "text.txt").write_text("Grüße,\n\nअनु 🌹\n", "utf-8")
    (tmp_path / "page.html").write_text('<!DOCTYPE html><p>नमस्ते <img src="cid:leaf.png" alt="a leaf"></p>\n', "utf-8")
    (tmp_path / "leaf.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    out = tmp_path / "दीवाली.eml"
    attach = [word for path in files for word in ("--attach", str(path))]
    done = bare_program.command(
        "build", "--from", "अनु <anu@example.org>", "--to", "Zoë <zoe@bücher.example>", "--bcc", "hidden@example.net",
        "--subject", SUBJECT, "--text", str(tmp_path / "text.txt"), "--html", str(tmp_path / "page.html"),
        "--inline", str(tmp_path / "leaf.png"), "--header", "X-Campaign: spring", *attach, "-o", str(out),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return out


def test_the_story(bare_program: Any, written: Path, tmp_path: Path) -> None:
    checked = bare_program.command("check", str(written), "--json")
    assert checked.returncode == 0, checked.stdout.decode() + checked.stderr.decode()
    sent = bare_program.command("send", str(written), "--json")
    assert sent.returncode == 0, sent.stderr.decode()
    assert b"nothing leaves this machine" in sent.stderr
    (receipt,) = json.loads(sent.stdout)["submissions"]
    assert receipt["state"] == "accepted"
    assert receipt["envelope"]["rcpt_to"] == ["zoe@xn--bcher-kva.example", "hidden@example.net"]

    (entry,) = json.loads(bare_program.command("inbox", "list", "--json").stdout)["messages"]
    assert entry["submitted"] == receipt["sha256"]
    octets = bare_program.command("inbox", "show", entry["entry"], "--submitted").stdout
    assert hashlib.sha256(octets).hexdigest() == receipt["sha256"]
    assert b"hidden@example.net" not in octets
    check_as_another_reader_does(octets, tmp_path)
    delivered = bare_program.command("inbox", "show", entry["entry"], "--delivered").stdout
    assert b"@email.amazonses.com" in delivered[:4000]
    shown = bare_program.command("inbox", "show", entry["entry"][:6]).stdout.decode()
    assert "hidden@example.net" in shown
    assert bare_program.command("inbox", "clear").returncode == 0
    assert json.loads(bare_program.command("inbox", "list", "--json").stdout)["messages"] == []


def check_as_another_reader_does(octets: bytes, folder: Path) -> None:
    """Read the sealed octets with the standard library."""
    message = email.message_from_bytes(octets[: octets.index(b"\r\n\r\n")], policy=email.policy.default)
    parts = email.message_from_bytes(octets).walk()
    assert message["Subject"] == SUBJECT
    assert message["Date"]
    assert message["Message-ID"].endswith("@example.org>")
    assert message["X-Campaign"] == "spring"
    found = {file_name(part): part.get_payload(decode=True) for part in parts}
    for name in (*NAMES, "leaf.png"):
        assert found[name] == (folder / name).read_bytes()
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    assert octets.count(b"\n") == octets.count(b"\r\n")


def file_name(part: Message) -> str:
    """Give the file name of a part; where it stands in two forms, the later one, which has all characters."""
    parameters = part.get_params([], "content-disposition")
    names = [collapse_rfc2231_value(value) for name, value in parameters if name == "filename"]
    return names[-1] if names else ""


def test_usage_and_unreadable_input(bare_program: Any, tmp_path: Path) -> None:
    version = bare_program.command("--version")
    assert version.returncode == 0
    assert version.stdout.startswith(b"sescomposer ")
    wrong = bare_program.command("cat", str(tmp_path), "and more")
    assert wrong.returncode == 2
    assert wrong.stderr.decode().count("\n") == 1
    injected = bare_program.command(
        "build", "--from", "a@example.org", "--to", "b@example.org", "--subject", "x\nBcc: c"
    )
    assert injected.returncode == 2
    assert b"Traceback" not in injected.stderr
    for verb in ("tree", "send"):
        missing = bare_program.command(verb, str(tmp_path / "none.eml"))
        assert missing.returncode == 3, verb
        assert missing.stderr.decode().count("\n") == 1


SMALL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: small\r\n\r\nBody\r\n"


def check_refused(done: subprocess.CompletedProcess[bytes], words: str) -> None:
    """Hold a verb to one sentence that can be understood, and to the status for "can be tried again"."""
    told = done.stderr.decode()
    assert done.returncode == 6, told
    assert words in told
    assert "Traceback" not in told
    assert "accepted" not in done.stdout.decode()


def listed(program: Any) -> list[Any]:
    """Give what the local inbox has."""
    answer = program.command("inbox", "list", "--json")
    assert answer.returncode == 0, answer.stderr
    return list(json.loads(answer.stdout)["messages"])


def test_full_disk(bare_program: Any, mounted: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.eml"
    large.write_bytes(SMALL + b"More text.\r\n" * 300_000)
    assert bare_program.command("send", "-", given=SMALL).returncode == 0
    check_refused(bare_program.command("send", str(large)), "the disk is full")
    assert len(listed(bare_program)) == 1
    assert bare_program.command("send", "-", given=SMALL).returncode == 0
    assert len(listed(bare_program)) == 2
    (mounted / "filler").write_bytes(b"x" * 4096)
    out = mounted / "out.eml"
    out.write_bytes(b"what stood there before")
    built = bare_program.command(
        "build", "--from", "a@example.org", "--to", "b@example.org", "--attach", str(large), "-o", str(out)
    )
    check_refused(built, "the disk is full")
    assert out.read_bytes() == b"what stood there before"
    assert [path.name for path in mounted.iterdir() if path.name.endswith(".part")] == []


def test_read_only_folder(bare_program: Any, mounted: Path) -> None:
    assert bare_program.command("send", "-", given=SMALL).returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    check_refused(bare_program.command("send", "-", given=SMALL), "read-only")
    assert len(listed(bare_program)) == 1


def test_data_folder_that_is_a_file(bare_program: Any) -> None:
    bare_program.data.parent.mkdir(parents=True)
    bare_program.data.write_text("in the way")
    check_refused(bare_program.command("send", "-", given=SMALL), str(bare_program.data))
    assert bare_program.data.read_text() == "in the way"


def test_two_senders_at_once(bare_program: Any) -> None:
    path = bare_program.home / "m.eml"
    path.write_bytes(SMALL)
    children = [bare_program.start("send", str(path)) for _ in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0], bare_program.output
    entries = listed(bare_program)
    assert len({entry["entry"] for entry in entries}) == 3
