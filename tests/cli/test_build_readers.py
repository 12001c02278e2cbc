"""What `build` makes, read by programs that are not ours: the standard library, and postal-mime from npm."""

import base64
import email
import email.policy
import json
import shutil
import subprocess
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from sescomposer.cli.app import main

NODE = Path(__file__).parents[1] / "node"
TWO_FORMS = {
    "duplicate parameter name; duplicate(s) ignored",
    "Apparent initial-extra-parameter-segment; value ignored",
}
"""What the standard library says where a file name stands in two forms, as RFC 6266 advises and readers need it."""

NAMES = [
    *("plain.txt", "two words.txt", "Täble.csv", "résumé – final.pdf", "रिपोर्ट.pdf", "报告書.docx", "عقد عمل.txt"),
    *("🌹👩‍👩‍👧.png", "חוזה.pdf", "ภาษาไทย.txt", "한국어 파일.hwp", "a;b=c.txt", "it's 100%.txt", 'say "hi".txt'),
    *("back\\slash.txt", "x" * 120 + ".txt", "длинное имя " * 10 + ".txt", "a'b'c.txt"),
    *("(x) [y] {z}.txt", "%41.txt", "filename*=utf-8''x.txt", "e\u0301.txt", "\u00e9.txt", "..txt", "-dash", "a,b.txt"),
    *("comma, semi; colon: at@.txt", "trailing.", "🇫🇷.txt"),
]


def build(folder: Path, out: Path, names: list[str], *further: str) -> EmailMessage:
    """Build a message with those files attached and read it with the standard library, which finds no defect."""
    arguments = ["build", "--from", "Zoë <zoe@a.example>", "--to", "b@b.example", "--out", str(out), *further]
    for name in names:
        (folder / name).write_bytes(name.encode())
        arguments += ["--attach", str(folder / name)]
    assert main(arguments) == 0
    message = email.message_from_bytes(out.read_bytes(), policy=email.policy.default)
    for part in message.walk():
        assert part.defects == []
        for field, value in part.items():
            found = {str(defect) for defect in value.defects}
            assert found <= (TWO_FORMS if field == "Content-Disposition" else set()), (field, str(value), found)
    return message


def test_the_standard_library_finds_no_defect_and_the_same_content(tmp_path: Path) -> None:
    # postal-mime decodes what looks like an encoded word also where RFC 2231 says that it is none.
    names = [*NAMES, "=?utf-8?q?no?=.txt"]
    message = build(tmp_path, tmp_path / "out.eml", names, "--subject", "Grüße 🌹 " * 30, "--text-string", "Grüße")
    assert message["subject"] == ("Grüße 🌹 " * 30).strip(" ") or message["subject"] == "Grüße 🌹 " * 30
    assert str(message["from"].addresses[0]) == "Zoë <zoe@a.example>"
    attached = list(message.iter_attachments())
    assert [part.get_payload(decode=True) for part in attached] == [name.encode() for name in names]
    for name, part in zip(names, attached, strict=True):
        if name.isascii() and not set(name) & set('"\\=') and len(name) < 100:
            assert part.get_filename() == name


LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=90), min_size=1, max_size=12
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, subject=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120))
def test_any_text_and_subject_come_back(lines: list[str], subject: str, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("\n".join(lines), "utf-8", newline="")
    message = build(tmp_path, tmp_path / "out.eml", [], "--text", str(text), f"--subject={subject}")
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    wanted = "\n".join(lines).removeprefix("\ufeff")
    assert payload.decode("utf-8").replace("\r\n", "\n") == wanted
    assert str(message["subject"] or "").split() == subject.split()


@pytest.fixture(scope="module")
def postal_mime() -> Callable[[Path], dict[str, Any]]:
    """Read a folder of messages with postal-mime, in one process."""
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "postal-mime").is_dir():
        pytest.skip("node and its packages are not installed: `python3 packaging/bootstrap.py test` does it")

    def reading(folder: Path) -> dict[str, Any]:
        command = [node, str(NODE / "read_names.mjs"), str(folder)]
        done = subprocess.run(command, cwd=NODE, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return reading


def test_postal_mime_reads_the_same_names_and_octets(
    tmp_path: Path, postal_mime: Callable[[Path], dict[str, Any]]
) -> None:
    files, made = tmp_path / "files", tmp_path / "made"
    files.mkdir()
    made.mkdir()
    page, text, image = files / "page.html", files / "letter.txt", files / "leaf.png"
    page.write_text('<p>Grüße 🌹 <img src="cid:leaf.png">', "utf-8")
    text.write_text("Grüße 🌹\n", "utf-8")
    image.write_bytes(b"\x89PNG\r\n\x1a\n")
    for number, name in enumerate(NAMES):
        build(files, made / f"{number:02}.eml", [name], "--subject", f"Grüße {name[:40]}", "--text", str(text))
    shown = ("--html", str(page), "--inline", str(image), "--text", str(text))
    build(files, made / "all.eml", NAMES, *shown)
    found = postal_mime(made)
    for number, name in enumerate(NAMES):
        message = found[f"{number:02}.eml"]
        assert [attached["name"] for attached in message["attachments"]] == [name]
        assert base64.b64decode(message["attachments"][0]["content"]) == name.encode()
        assert (message["from"], message["fromName"]) == ("zoe@a.example", "Zoë")
        assert message["text"].replace("\r\n", "\n") == "Grüße 🌹\n"
    message = found["all.eml"]
    inline, *attached = message["attachments"]
    assert (inline["name"], inline["contentId"], inline["disposition"]) == ("leaf.png", "<leaf.png>", "inline")
    assert [part["name"] for part in attached] == NAMES
    assert message["html"].strip() == page.read_text("utf-8")
