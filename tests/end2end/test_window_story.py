"""The main job, done in the real window with keyboard and mouse: write, attach, look, send, read it there, undo all."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from sescomposer.core import body_parts, parse
from sescomposer.store.submissions import SubmissionLog

SUBJECT = "Quarterly figures"
TEXT = "Dear Kai,"
MORE = "the figures are attached."
FILE = "figures.csv"
FIGURES = b"quarter,figure\r\n1,4711\r\n"


@pytest.fixture
def empty_window(program: Any, screen: Any, wait_for: Any) -> str:
    """A window with a new message, opened from that of the first start, which is closed."""
    program.start()
    sample = screen.wait_for_window("Garden party")
    wait_for(lambda: program.log, "the start is logged")
    screen.picture("1-first-start")
    screen.key("ctrl+n")
    window = screen.wait_for_window("^New message")
    screen.focus(sample)
    screen.key("ctrl+w")
    screen.wait_until_gone("Garden party")
    screen.focus(window)
    return str(window)


def draft(program: Any) -> Any:
    """Give the root of the only draft, as the journal has it; None if there is none."""
    drafts = program.drafts()
    assert len(drafts) <= 1
    return drafts[0].message.root if drafts else None


def holds(program: Any, words: bytes) -> bool:
    """Tell whether the draft in the journal holds octets."""
    root = draft(program)
    return root is not None and words in bytes(root.octets)


def write(screen: Any, window: str, program: Any, wait_for: Any) -> None:
    """Fill the window by keyboard: From has the focus, Tab goes on."""
    screen.type("Zoe Schmidt <zoe@example.com>")
    screen.key("Tab")
    screen.type("kai@example.org, bob@example.net,")
    wait_for(lambda: holds(program, b"bob@example.net"), "the recipients are in the journal")
    screen.key("Tab")
    screen.type(SUBJECT)
    wait_for(lambda: SUBJECT in screen.title(window), "the title says the subject")
    focus_text(screen, program, wait_for)
    screen.key("Return", "Return")
    screen.type(MORE)
    wait_for(lambda: holds(program, MORE.encode()), "the text is in the journal")


def focus_text(screen: Any, program: Any, wait_for: Any) -> None:
    """Go on to the editor: F6 moves to the next zone."""
    screen.key("F6")
    screen.type(TEXT)
    wait_for(lambda: holds(program, TEXT.encode()), "the text gets what is typed")


def attach(screen: Any, window: str, path: Path, program: Any, wait_for: Any) -> None:
    """Attach a file by the dialog, its path typed."""
    screen.key("ctrl+shift+a")
    screen.wait_for_window("^Attach")
    screen.type(str(path))
    screen.picture("3-file-dialog")
    screen.key("Return")
    screen.wait_until_gone("^Attach")
    screen.focus(window)
    wait_for(lambda: holds(program, path.name.encode()), "the attachment is in the journal")


def send(screen: Any, window: str, program: Any, wait_for: Any) -> dict[str, Any]:
    """Review, confirm, send now; gives what the inbox lists."""
    screen.key("ctrl+Return")
    screen.wait_for_window("^Send: ")
    log = SubmissionLog(program.data / "submissions")
    contents = program.data / "content"
    wait_for(lambda: has_sealed(contents), "the sheet has sealed octets")
    screen.picture("5-sheet")
    confirm(screen, log, wait_for)
    wait_for(lambda: log.all()[0].outcome, "the outcome is recorded")
    (record,) = log.all()
    wait_for(lambda: program_lists(program), "the inbox has it")
    (entry,) = program_lists(program)
    assert record.intent.sha256 == entry["submitted"]
    screen.picture("7-accepted")
    screen.key("Escape")
    screen.wait_until_gone("^Send: ")
    screen.focus(window)
    return entry


def has_sealed(contents: Path) -> bool:
    """Tell whether a sealed message stands in the content store."""
    return any(b"\r\nMessage-ID: " in path.read_bytes()[:4000] for path in contents.glob("??/*"))


def confirm(screen: Any, log: SubmissionLog, wait_for: Any) -> None:
    """Press the keys of Send and of Send now, each of which does nothing until its stage has come."""

    def is_recorded() -> bool:
        screen.key("ctrl+Return")
        screen.picture("6-held")
        screen.key("alt+n")
        return bool(log.all())

    wait_for(is_recorded, "the intent is recorded")


def program_lists(program: Any) -> list[dict[str, Any]]:
    """Give what the local inbox has, as the command line says while the window is open."""
    answer = program.command("inbox", "list", "--json")
    assert answer.returncode == 0, answer.stderr
    return list(json.loads(answer.stdout)["messages"])


def delete_in_inbox(screen: Any, inbox: str, subject: str, program: Any, wait_for: Any) -> None:
    """Find a message that another process sent in the inbox window, which alone is listed then, and delete it."""
    screen.click(inbox, 120, 28)
    screen.type(subject)

    def is_deleted() -> bool:
        screen.click(inbox, 300, 80)
        screen.picture("8-inbox")
        screen.key("Delete")
        return subject not in [entry["subject"] for entry in program_lists(program)]

    wait_for(is_deleted, "the inbox window shows what another process sent")


def undo_all(screen: Any, program: Any, wait_for: Any) -> None:
    """Press Ctrl+Z until the message is as it was opened: then the journal has nothing to keep."""

    def is_empty() -> bool:
        screen.key("ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
        return draft(program) is None

    wait_for(is_empty, "everything is undone")


def test_write_attach_send_read_undo(
    program: Any, screen: Any, empty_window: str, wait_for: Any, tmp_path: Path
) -> None:
    path = tmp_path / FILE
    path.write_bytes(FIGURES)
    write(screen, empty_window, program, wait_for)
    screen.picture("2-written")
    attach(screen, empty_window, path, program, wait_for)
    screen.picture("4-attached")

    entry = send(screen, empty_window, program, wait_for)
    octets = program.command("inbox", "show", entry["entry"], "--submitted").stdout
    assert hashlib.sha256(octets).hexdigest() == entry["submitted"]
    root = parse(octets)
    assert root.subject == SUBJECT
    assert root.header.get("From") == "Zoe Schmidt <zoe@example.com>"
    assert root.header.get("To") == "kai@example.org, bob@example.net"
    text = body_parts(root).text
    assert text is not None
    assert text.text().split() == f"{TEXT} {MORE}".split()
    (part,) = [part for part in root.walk() if part.file_name]
    assert (part.file_name, bytes(part.content), part.media_type) == (FILE, FIGURES, "text/csv")

    screen.key("ctrl+shift+l")
    inbox = screen.wait_for_window("[Ii]nbox")
    sent = program.command("send", "-", given=b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Late\r\n\r\nx\r\n")
    assert sent.returncode == 0
    assert len(program_lists(program)) == 2
    delete_in_inbox(screen, inbox, "Late", program, wait_for)
    assert [message["entry"] for message in program_lists(program)] == [entry["entry"]]
    screen.key("ctrl+w")
    screen.wait_until_gone("[Ii]nbox")
    screen.focus(empty_window)

    undo_all(screen, program, wait_for)
    screen.picture("9-undone")
    assert screen.title(empty_window).startswith("New message")
    screen.key("ctrl+w")
    wait_for(lambda: program.running[0].poll() is not None, "the program ends with its last window")
    assert program.running[0].returncode == 0
    assert program.output == ""
    check_log(program)


def check_log(program: Any) -> None:
    """Hold the log to what it may say: no address, no words of the message, no fault."""
    log = program.log
    assert "started" in log
    assert "Traceback" not in log
    for secret in ("zoe", "kai@", "example", "Schmidt", SUBJECT, "figures", FILE):
        assert secret not in log
    for path in program.home.rglob("*"):
        if path.is_file() and path.is_relative_to(program.data):
            assert os.stat(path).st_mode & 0o077 == 0, path
