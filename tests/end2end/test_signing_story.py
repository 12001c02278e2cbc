"""The life of a signed message in the real window: key, root, policy, sent, read, proved; and a key that goes."""

import json
import shlex
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.services.system import SystemClock
from sescomposer.store.content import DiskContentStore
from sescomposer.store.submissions import SubmissionLog

if TYPE_CHECKING:
    from authority import Authority

    from sescomposer.core.protection.certificates.key_pair import KeyPair

ANN = "ann@example.org"
SUBJECT = "Signed figures"
TEXT = "The figures are right."
MORE = "And those of May."
PASSPHRASE = "hush-hush"


class Story:
    """What the story does again and again."""

    def __init__(self, program: Any, screen: Any, wait_for: Any) -> None:
        self.program, self.screen, self.wait_for = program, screen, wait_for

    @property
    def records(self) -> tuple[SubmissionRecord, ...]:
        """What was submitted, as the log has it."""
        return tuple(SubmissionLog(self.program.data / "submissions").all())

    def octets(self, record: SubmissionRecord) -> bytes:
        """Give what was submitted."""
        return bytes(DiskContentStore(self.program.data / "content", SystemClock()).open(record.intent.sha256))

    def listed(self, name: str, *words: str) -> list[Any]:
        """Give what a verb of the command line lists while the window is open."""
        answer = self.program.command(*words, "--json")
        assert answer.returncode == 0, answer.stderr
        return list(json.loads(answer.stdout)[name])

    def holds(self, words: str) -> bool:
        """Tell whether a draft in the journal holds some words."""
        return any(words.encode() in bytes(draft.message.root.octets) for draft in self.program.drafts())

    def keys_window(self, page: str) -> str:
        """Show a page of keys and certificates, from whichever window has the keyboard."""
        title = "^Keys and certificates"
        is_open = self.screen.windows(title)
        window = self.screen.wait_for_window(title) if is_open else self.screen.open_by("ctrl+shift+j", title)
        self.screen.key(page)
        return str(window)

    def choose(self, title: str, path: Path) -> None:
        """Choose a file in the dialog that is open."""
        self.screen.wait_for_window(title)
        self.screen.type(str(path))
        self.screen.key("Return")
        self.screen.wait_until_gone(title)


@pytest.fixture
def story(program: Any, screen: Any, wait_for: Any, lasting_ring: Path) -> Story:
    """The story; the program has a keyring."""
    return Story(program, screen, wait_for)


@pytest.fixture
def ann(authority: "Authority") -> "KeyPair":
    """A key with a certificate for a year around today, since the program asks the real clock."""
    now = datetime.now(UTC).replace(microsecond=0)
    return authority.leaf(ANN, not_before=now - timedelta(days=65), not_after=now + timedelta(days=300))


def import_key(story: Story, path: Path) -> None:
    """Import a key by its file and its passphrase."""
    window = story.keys_window("alt+m")
    story.screen.picture("1-no-keys")
    story.screen.key("ctrl+o")
    story.choose("^Import keys", path)
    story.screen.wait_for_window("^Import a key")
    story.screen.type(PASSPHRASE)
    story.screen.picture("2-import")
    story.screen.key("Return")
    story.screen.wait_until_gone("^Import a key")
    story.screen.focus(window)
    story.wait_for(lambda: story.listed("keys", "keys", "list"), "the key is kept")
    story.screen.picture("3-key")


def trust(story: Story, path: Path) -> None:
    """Trust a root by its file."""
    window = story.keys_window("alt+r")
    story.screen.key("ctrl+o")
    story.choose("^Import keys", path)
    story.screen.wait_for_window("^SES Composer")
    story.screen.picture("4-trust")
    story.screen.key("alt+t")
    story.screen.wait_until_gone("^SES Composer")
    story.screen.focus(window)
    story.wait_for(lambda: story.listed("roots", "keys", "trust"), "the root is trusted")


def demand(story: Story) -> None:
    """Let mail from the address of the key be signed in any case."""
    story.keys_window("alt+d")
    story.screen.picture("5-identities")

    def is_kept() -> bool:
        story.screen.key("alt+s")
        story.screen.type("m")
        return bool(story.listed("policies", "keys", "policy", "list"))

    story.wait_for(is_kept, "the policy is kept")
    story.screen.picture("6-must")
    (policy,) = story.listed("policies", "keys", "policy", "list")
    assert (policy["address"], policy["sign"], policy["encrypt"]) == (ANN, "must", "offer")


def write(story: Story, window: str) -> None:
    """Write a message from that address, and try in vain to switch signing off."""
    screen = story.screen
    screen.key("Escape")
    screen.wait_until_gone("^Keys and certificates")
    screen.focus(window)
    screen.type(f"Ann <{ANN}>")
    screen.key("Tab")
    screen.type("kai@example.net,")
    story.wait_for(lambda: story.holds("kai@example.net"), "the recipient is in the journal")
    screen.key("Tab")
    screen.type(SUBJECT)
    story.wait_for(lambda: SUBJECT in screen.title(window), "the title says the subject")
    screen.key("F6")
    screen.type(TEXT)
    story.wait_for(lambda: story.holds(TEXT), "the text is in the journal")
    screen.picture("7-written")
    screen.key("F9")
    screen.picture("8-stays-signed")
    screen.key("ctrl+F9")
    screen.picture("9-menu")
    screen.key("Escape")
    assert [draft.message.protection.sign for draft in story.program.drafts()] != [False]


def send(story: Story, window: str, name: str) -> SubmissionRecord:
    """Review, confirm, send now; gives what the log has of it."""
    screen, before = story.screen, len(story.records)
    screen.focus(window)
    screen.open_by("ctrl+Return", "^Send: ")

    def is_recorded() -> bool:
        screen.picture(f"{name}-sheet")
        screen.key("ctrl+Return")
        screen.key("alt+n")
        return len(story.records) > before

    story.wait_for(is_recorded, "the intent is recorded")
    story.wait_for(lambda: all(record.outcome for record in story.records), "the outcome is recorded")
    screen.picture(f"{name}-sent")
    screen.key("Escape")
    screen.wait_until_gone("^Send: ")
    screen.focus(window)
    record = max(story.records, key=lambda known: known.intent.at)
    assert record.state is SubmissionState.ACCEPTED, record.outcome
    return record


def read_in_inbox(story: Story, path: Path) -> None:
    """Look at the message in the local inbox, and save what was submitted."""
    screen = story.screen
    inbox = screen.open_by("ctrl+shift+l", "[Ii]nbox")
    screen.picture("11-inbox")

    screen.open_by("ctrl+s", "^Save ")
    screen.picture("12-inbox")
    story.choose("^Save ", path)
    story.wait_for(path.exists, "the octets are saved")
    screen.focus(inbox)
    screen.key("alt+t")
    assert len(story.listed("messages", "inbox", "list")) == 1
    screen.picture("12-facts")
    screen.key("ctrl+w")
    screen.wait_until_gone("[Ii]nbox")


def read_in_window(story: Story, path: Path) -> None:
    """Open the file in the main window, look at its signature; that brings the certificate of who signed it."""
    screen, before = story.screen, set(story.screen.windows(SUBJECT))
    story.program.start(str(path))
    story.wait_for(lambda: set(screen.windows(SUBJECT)) - before, "the file is opened")
    (opened,) = set(screen.windows(SUBJECT)) - before
    screen.focus(opened)
    story.wait_for(lambda: story.listed("people", "keys", "people", "list"), "the certificate was taken")
    screen.key("alt+7")
    screen.picture("13-opened")
    screen.key("ctrl+w")
    story.wait_for(lambda: opened not in screen.windows(SUBJECT), "it is closed")


def prove(story: Story, window: str, path: Path) -> None:
    """Export the evidence from the history, and check it with nothing but the commands that it names."""
    screen = story.screen
    screen.focus(window)
    history = screen.open_by("ctrl+shift+y", "^Sent and tried")

    screen.open_by("ctrl+shift+s", "^Export evidence")
    screen.picture("14-history")
    story.choose("^Export evidence", path)
    story.wait_for(lambda: path.exists() and zipfile.is_zipfile(path), "the evidence is written")
    screen.focus(history)
    screen.picture("15-written")
    screen.key("ctrl+w")
    screen.wait_until_gone("^Sent and tried")
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    (told,) = folder.rglob("VERIFY.txt")
    commands = [line.strip() for line in told.read_text("utf-8").splitlines() if line.strip().startswith("openssl ")]
    for command in commands:
        subprocess.run(shlex.split(command), cwd=told.parent, capture_output=True, check=True)
    assert any("cms -verify" in command for command in commands)


def lose_key(story: Story, window: str) -> None:
    """Review another message, go back, remove the key, and send: it goes nowhere, and the sheet leads to the keys."""
    screen, before = story.screen, len(story.records)
    screen.focus(window)
    screen.open_by("ctrl+Return", "^Send: ")
    screen.key("Escape")
    screen.wait_until_gone("^Send: ")
    screen.focus(window)
    remove_key(story)
    screen.focus(window)
    screen.open_by("ctrl+Return", "^Send: ")

    def leads_to_keys() -> bool:
        screen.picture("17-refused")
        screen.key("ctrl+Return")
        screen.key("alt+n")
        screen.key("alt+k")
        return bool(screen.windows("^Keys and certificates"))

    story.wait_for(leads_to_keys, "the sheet leads to the keys")
    assert len(story.records) == before


def remove_key(story: Story) -> None:
    """Remove the only key."""
    window = story.keys_window("alt+m")
    story.screen.key("alt+v")
    story.screen.wait_for_window("^SES Composer")
    story.screen.picture("16-remove")
    story.screen.key("alt+r")
    story.screen.wait_until_gone("^SES Composer")
    story.screen.focus(window)
    story.wait_for(lambda: not story.listed("keys", "keys", "list"), "the key is gone")
    story.screen.key("Escape")
    story.screen.wait_until_gone("^Keys and certificates")


def take_policy_back(story: Story) -> None:
    """Reset the policy of the mailbox."""
    story.keys_window("alt+d")
    story.screen.picture("18-identities")
    story.screen.key("alt+t")
    story.wait_for(lambda: not story.listed("policies", "keys", "policy", "list"), "the policy is gone")
    story.screen.key("Escape")
    story.screen.wait_until_gone("^Keys and certificates")


def check_signed(story: Story, record: SubmissionRecord, ann: "KeyPair", path: Path, root: Path) -> None:
    """Hold what was sent to its evidence, and to what OpenSSL says."""
    evidence = record.intent.evidence
    assert evidence is not None
    assert (evidence.signer, evidence.form, evidence.is_verified) == (ann.certificate.fingerprint, "detached", True)
    assert path.read_bytes() == story.octets(record)
    words = ("-verify", "-in", str(path), "-CAfile", str(root), "-purpose", "smimesign")
    verified = subprocess.run(["openssl", "cms", *words], capture_output=True, check=True)
    assert TEXT.encode() in verified.stdout


def test_sign_send_read_prove_and_lose_the_key(
    story: Story, window: str, ann: "KeyPair", authority: "Authority", tmp_path: Path
) -> None:
    p12, root, received = (tmp_path / name for name in ("ann.p12", "root.pem", "received.eml"))
    p12.write_bytes(authority.p12(ann, PASSPHRASE.encode()))
    root.write_bytes(authority.root_pem)
    import_key(story, p12)
    trust(story, root)
    demand(story)
    write(story, window)

    record = send(story, window, "10")
    read_in_inbox(story, received)
    check_signed(story, record, ann, received, root)
    read_in_window(story, received)
    prove(story, window, tmp_path / "evidence.zip")

    lose_key(story, window)
    take_policy_back(story)
    record = send(story, window, "19")
    assert record.intent.evidence is None
    assert b"multipart/signed" not in story.octets(record)
    assert story.program.output == ""
    assert "Traceback" not in story.program.log
    check_no_secret(story)


def check_no_secret(story: Story) -> None:
    """Hold files and log to what they may hold: no passphrase, and no key that is not encrypted."""
    for path in story.program.home.rglob("*"):
        if path.is_file() and path.name != "keyring.json":
            octets = path.read_bytes()
            assert PASSPHRASE.encode() not in octets, path
            assert b"BEGIN PRIVATE KEY" not in octets, path
    assert ANN not in story.program.log
