"""Killed while somebody types; started twice; started with nothing but a name."""

import random
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from sescomposer.core import body_parts

KEY_SECONDS = 0.02
MAY_BE_LOST_SECONDS = 1.0
LETTER = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Opened from a file\r\n\r\nBody\r\n"


def text_of_draft(program: Any) -> str:
    """Give the text of the draft in the journal, "" if there is none."""
    drafts = program.drafts()
    part = body_parts(drafts[0].message.root).text if drafts else None
    return part.text() if part is not None else ""


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_while_typing(program: Any, screen: Any, wait_for: Any, seed: int) -> None:
    chance = random.Random(seed)
    child = program.start("mailto:kai@example.org?subject=Draft")
    screen.wait_for_window("^Draft")
    wait_for(lambda: program.log, "the start is logged")
    screen.key("F6")
    screen.type("begin ")
    wait_for(lambda: "begin" in text_of_draft(program), "the first words are in the journal")

    typed: list[tuple[float, str]] = []
    text = "begin "
    pause = threading.Event()
    end = time.monotonic() + chance.uniform(0.5, 2.5)
    while time.monotonic() < end:
        key = chance.choice("abcdefgh")
        screen.xdotool("key", key)
        text += key
        typed.append((time.monotonic(), text))
        pause.wait(KEY_SECONDS)
    program.kill(child)
    killed = time.monotonic()

    kept = [text for at, text in typed if killed - at > MAY_BE_LOST_SECONDS]
    found = text_of_draft(program)
    assert text.startswith(found.rstrip("\n"))
    assert len(found) >= len(kept[-1] if kept else "begin ")

    program.start()
    screen.wait_for_window("^Draft")
    screen.picture(f"recovered-{seed}")
    screen.type("Z")
    wait_for(lambda: "Z" in program.drafts()[0].message.root.octets.read(0, 10_000).decode(), "it goes on")
    (draft,) = program.drafts()
    assert draft.message.root.subject == "Draft" or "Z" in draft.message.root.subject
    part = body_parts(draft.message.root).text
    assert part is not None
    assert part.text().replace("Z", "").rstrip("\n") == found.rstrip("\n")


def test_second_start_hands_over(program: Any, screen: Any, wait_for: Any, tmp_path: Path) -> None:
    path = tmp_path / "प्रस्ताव 1.eml"
    path.write_bytes(LETTER)
    first = program.start()
    screen.wait_for_window("Garden party")
    wait_for(lambda: list(program.runtime.rglob("window-*")), "the first process listens")
    second = program.start(str(path), "mailto:kai@example.org?subject=From%20a%20link&body=Hello")
    assert second.wait(30) == 0
    opened = screen.wait_for_window("^Opened from a file")
    linked = screen.wait_for_window("^From a link")
    owners = {screen.xdotool("getwindowpid", window) for window in (opened, linked)}
    assert owners == {str(first.pid)}
    assert first.poll() is None
    third = program.start()
    assert third.wait(30) == 0
    screen.wait_for_window("^New message")
    screen.picture("three-windows")
    screen.key("ctrl+q")
    wait_for(lambda: first.poll() is not None, "it ends when all windows are closed")
    assert first.returncode == 0
    assert program.output == ""


def test_version(bare_program: Any) -> None:
    done = bare_program.command("--version")
    assert done.returncode == 0
    assert re.fullmatch(rb"sescomposer \d+\.\d+\.\d+\n", done.stdout)
    assert done.stderr == b""
    assert not (bare_program.home / "data").exists()


def test_file_that_is_no_mail_and_file_that_is_not_there(
    program: Any, screen: Any, wait_for: Any, tmp_path: Path
) -> None:
    (tmp_path / "noise.eml").write_bytes(random.Random(5).randbytes(300_000))
    child = program.start(str(tmp_path / "noise.eml"), str(tmp_path / "none.eml"))
    screen.wait_for_window(r"noise\.eml")
    wait_for(lambda: screen.windows("^SES Composer$"), "a box says that the other file cannot be read")
    screen.picture("no-mail")
    assert child.poll() is None
    assert "Traceback" not in program.log + program.output


def test_full_disk_under_an_open_window(mounted: Path, program: Any, screen: Any, wait_for: Any) -> None:
    child = program.start("mailto:kai@example.org?subject=Draft")
    window = screen.wait_for_window("^Draft")
    wait_for(lambda: program.log, "the start is logged")
    screen.type("a@example.org,")
    wait_for(lambda: program.drafts(), "the draft is in the journal")
    screen.key("F6")
    screen.type("kept ")
    wait_for(lambda: text_of_draft(program).startswith("kept"), "the text is in the journal")
    fill(mounted)
    screen.type("and more " * 3)
    screen.key("ctrl+Return")
    screen.wait_for_window("^Send: ")
    wait_for(lambda: not list(mounted.glob("content/*.part")), "nothing half written stays")
    screen.picture("full-disk")
    (mounted / "filler").unlink()
    wait_for(lambda: screen.key("Escape") or not screen.windows("^Send: "), "the sheet is closed")
    screen.focus(window)
    screen.type("end")
    wait_for(lambda: text_of_draft(program).rstrip() == "kept " + "and more " * 3 + "end", "nothing was lost")
    assert child.poll() is None
    assert "Traceback" not in program.log + program.output


def fill(folder: Path) -> None:
    """Fill the disk of a folder to the last octet."""
    with (folder / "filler").open("wb", buffering=0) as filler:
        for size in (65536, 512, 1):
            try:
                while True:
                    filler.write(bytes(size))
            except OSError:
                continue
