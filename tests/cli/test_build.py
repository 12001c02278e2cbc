"""The verb `build`: what it composes, what it refuses, where it writes."""

import email
import email.policy
import io
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from sescomposer.core import Message, parse
from sescomposer.core.checks import check

Run = Callable[..., Any]
BASE = ("build", "--from", "a@a.example", "--to", "b@b.example")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def read(octets: bytes) -> EmailMessage:
    """Read with the standard library."""
    return email.message_from_bytes(octets, policy=email.policy.default)


def text_of(part: Any) -> str:
    """Give the text of a part with LF."""
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def test_every_option_does_its_part(tmp_path: Path, run: Run) -> None:
    (tmp_path / "letter.txt").write_bytes("\ufeffGrüße,\r\nZoë\r\n".encode())
    (tmp_path / "page.html").write_text('<p>Grüße <img src="cid:leaf.png"></p>\n', "utf-8")
    (tmp_path / "leaf.png").write_bytes(PICTURE)
    (tmp_path / "रिपोर्ट 🌹.csv").write_bytes(b"a;b\r\n")
    (tmp_path / "empty").write_bytes(b"")
    out = tmp_path / "out.eml"
    answer = run(
        *("build", "--from", "Zoë <zoe@a.example>", "--to", "b@b.example", "--to", "Kai <c@c.example>"),
        *("--cc", "d@d.example", "--bcc", "e@e.example", "--reply-to", "f@f.example", "--subject", "Grüße 🌹"),
        *("--text", str(tmp_path / "letter.txt"), "--html", str(tmp_path / "page.html")),
        *("--attach", str(tmp_path / "रिपोर्ट 🌹.csv"), "--attach", str(tmp_path / "empty")),
        *("--inline", str(tmp_path / "leaf.png"), "--header", "X-Campaign: May: 1", "-o", str(out)),
    )
    assert (answer.status, answer.out, answer.err) == (0, b"", "")
    message = read(out.read_bytes())
    assert message["to"] == "b@b.example, Kai <c@c.example>"
    assert [message[name] for name in ("cc", "bcc", "reply-to")] == ["d@d.example", "e@e.example", "f@f.example"]
    assert (message["subject"], message["x-campaign"]) == ("Grüße 🌹", "May: 1")
    parts = {part.get_content_type(): part for part in reversed(list(message.walk()))}
    assert text_of(parts["text/plain"]) == "Grüße,\nZoë\n"
    assert (parts["image/png"]["content-id"], parts["image/png"].get_content()) == ("<leaf.png>", PICTURE)
    # The standard library knows the first form of a name alone; other readers: test_build_readers.py.
    assert [part.get_filename() for part in message.iter_attachments()] == ["_ _.csv", "empty"]
    names = [entity.file_name for entity in parse(out.read_bytes()).walk() if entity.disposition == "attachment"]
    assert names == ["रिपोर्ट 🌹.csv", "empty"]
    assert [f.code for f in check(Message(parse(out.read_bytes())))] == []


def test_without_out_the_message_goes_to_standard_output(run: Run) -> None:
    answer = run(*BASE, "--subject", "Hi", "--text-string", "Grüße")
    assert answer.status == 0
    assert text_of(read(answer.out)).rstrip() == "Grüße"
    assert b"\n" not in answer.out.replace(b"\r\n", b"")
    assert run(*BASE, "--out", "-").out.startswith(b"From: a@a.example\r\n")


OPTIONS = "--from --to --cc --bcc --reply-to --subject --text --text-string --html --attach --inline --header --out"


@pytest.mark.parametrize("option", OPTIONS.split())
@pytest.mark.parametrize("octet", ["\r", "\n", "\r\nBcc: e@e.example", "\0", "\ud83c"])
def test_no_value_holds_a_line_end(option: str, octet: str, tmp_path: Path, run: Run) -> None:
    value = f"X-A: a{octet}b"
    answer = run(*BASE, option, value)
    assert (answer.status, answer.out) == (2, b"")
    assert answer.err.startswith(f"sescomposer: The value of {option} holds ")
    assert answer.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--to", "b@b.example"),
        (*BASE, "--header", "no colon"),
        (*BASE, "--header", "two words: x"),
        (*BASE, "--header", ": x"),
        (*BASE, "--text", "a", "--text-string", "b"),
        (*BASE, "--inline", "a.png"),
        (*BASE, "--text", "-", "--attach", "-"),
        (*BASE, "--no-such-option"),
        (*BASE, "extra"),
        ("no-such-verb",),
        ("cat",),
        ("check",),
        ("inbox",),
    ],
    ids=lambda arguments: " ".join(arguments[-3:]),
)
def test_wrong_usage_is_told_in_one_sentence(
    arguments: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    answer = run(*arguments)
    assert (answer.status, answer.out) == (2, b"")
    assert answer.err.startswith("sescomposer: ")
    assert answer.err.count("\n") == 1


def test_standard_input_is_a_text_or_a_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüße\n".encode())))
    assert text_of(read(run(*BASE, "--text", "-").out)) == "Grüße\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PICTURE)))
    (part,) = read(run(*BASE, "--attach", "-").out).iter_attachments()
    assert (part.get_content_type(), part.get_content(), part.get_filename()) == ("image/png", PICTURE, "attachment")
    monkeypatch.setattr(sys, "stdin", None)
    assert run(*BASE, "--attach", "-").status == 3


def test_images_are_shown_by_their_file_names(tmp_path: Path, run: Run) -> None:
    page, other = tmp_path / "page.html", tmp_path / "b"
    other.mkdir()
    for name in ("a.png", "रोज़ 🌹.png", "b/a.png", "unused.png"):
        (tmp_path / name).write_bytes(PICTURE)
    page.write_text('<img src="cid:a.png">', "utf-8")
    made = run(
        *BASE, "--html", str(page), "--inline", str(tmp_path / "a.png"), "--inline", str(tmp_path / "unused.png")
    )
    ids = [part["content-id"] for part in read(made.out).walk() if part.get_content_type() == "image/png"]
    assert ids[0] == "<a.png>"
    assert ids[1].endswith("@a.example>")
    images = ("--inline", str(tmp_path / "a.png"), "--inline", str(other / "a.png"))
    assert run(*BASE, "--html", str(page), *images).status == 2
    page.write_text('<img src="cid:%E0%A4%B0%E0%A5%8B%E0%A4%9C%E0%A4%BC%20%F0%9F%8C%B9.png">', "utf-8")
    answer = run(*BASE, "--html", str(page), "--inline", str(tmp_path / "रोज़ 🌹.png"))
    assert answer.status == 2
    assert "Rename the file" in answer.err


def test_what_cannot_be_read_makes_no_file(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out.eml"
    (tmp_path / "latin.txt").write_bytes(b"Gr\xfc\xdfe")
    for arguments in (
        ("--attach", str(tmp_path / "absent")),
        ("--attach", str(tmp_path)),
        ("--inline", str(tmp_path / "absent"), "--html", str(tmp_path / "latin.txt")),
        ("--text", str(tmp_path / "latin.txt")),
        ("--html", str(tmp_path / "absent")),
    ):
        answer = run(*BASE, *arguments, "--out", str(out))
        assert (answer.status, answer.out) == (3, b"")
        assert answer.err.count("\n") == 1
        assert not out.exists()


def test_what_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (tmp_path / "absent" / "out.eml", tmp_path):
        answer = run(*BASE, "--out", str(place))
        assert (answer.status, answer.out) == (6, b"")
        assert answer.err.count("\n") == 1
    answer = run(*BASE, "--out", "/dev/full")
    assert answer.status == 6
    assert "No space left" in answer.err
    assert Path("/dev/full").is_char_device()
    assert run(*BASE, "--out", "/dev/null").status == 0
    assert Path("/dev/null").is_char_device()


def test_a_large_file_is_attached_and_checked(tmp_path: Path, run: Run) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(41 * 1024 * 1024))
    out = tmp_path / "out.eml"
    assert run(*BASE, "--subject", "Hi", "--text-string", "Hi", "--attach", str(large), "-o", str(out)).status == 0
    assert out.stat().st_size > 41 * 1024 * 1024 * 4 // 3
    answer = run("check", str(out))
    assert answer.status == 1
    assert "takes 41,943,040" in answer.text


def test_header_fields_of_mime_replace_ours(run: Run) -> None:
    made = run(*BASE, "--text-string", "Hi", "--header", "Content-Language: de", "--header", "Content-Type: text/x-a")
    message = read(made.out)
    assert message.get_content_type() == "text/x-a"
    assert message["content-language"] == "de"
    assert len(message.get_all("content-type", [])) == 1
