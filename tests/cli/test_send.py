"""The verbs `send` and `inbox`, run in this process: what they print, what they keep, and their exit status."""

import hashlib
import json
from pathlib import Path

import pytest

from sescomposer.bootstrap import make_services
from sescomposer.cli.app import main
from sescomposer.core.errors import ExitCode, StoreError
from sescomposer.services.ports import Outcome, SubmissionState

GOOD = b"From: Ada <ada@a.example>\nTo: b@b.example\nBcc: c@c.example\nSubject: Hi\n\nHello\n"
REFUSED = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: a\r\nSubject: b\r\n\r\nx\r\n"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.eml"
    path.write_bytes(GOOD)
    return path


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    path = tmp_path / "refused.eml"
    path.write_bytes(REFUSED)
    return path


def test_sends_to_the_local_inbox_and_says_so(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", str(letter)]) == ExitCode.FINE
    shown = capsys.readouterr()
    assert "nothing leaves this machine" in shown.err
    assert shown.out.startswith("accepted: b@b.example, c@c.example: 250 Ok ")


def test_receipt_names_the_octets_that_are_kept(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", str(letter), "--json"]) == ExitCode.FINE
    (receipt,) = json.loads(capsys.readouterr().out)["submissions"]
    assert (receipt["state"], receipt["account"], receipt["road"]) == ("accepted", "local inbox", "ses-v2")
    assert receipt["envelope"] == {"mail_from": "ada@a.example", "rcpt_to": ["b@b.example", "c@c.example"]}
    octets = bytes(make_services().inbox.submitted(receipt["message_id"]))
    assert hashlib.sha256(octets).hexdigest() == receipt["sha256"]
    assert b"Bcc" not in octets
    assert b"\n" not in octets.replace(b"\r\n", b"")


def test_as_is_keeps_every_octet(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", str(letter), "--as-is", "--json"]) == ExitCode.FINE
    (receipt,) = json.loads(capsys.readouterr().out)["submissions"]
    assert bytes(make_services().inbox.submitted(receipt["message_id"])) == GOOD
    assert receipt["sha256"] == hashlib.sha256(GOOD).hexdigest()


WORDS = {
    "ses-v1": "InvalidParameterValue: Duplicate header 'Subject'.",
    "ses-v2": "BadRequestException: Duplicate header 'Subject'.",
    "smtp": "554 Transaction failed: Duplicate header 'Subject'.",
}


@pytest.mark.parametrize("road", list(WORDS))
def test_refused_in_the_words_of_the_service(refused: Path, capsys: pytest.CaptureFixture[str], road: str) -> None:
    assert main(["send", str(refused), "--for", road]) == ExitCode.REFUSED
    assert WORDS[road] in capsys.readouterr().out
    assert make_services().inbox.entries() == ()


def test_deliver_anyway_keeps_the_refusal(refused: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", str(refused), "--deliver-anyway"]) == ExitCode.FINE
    (entry,) = make_services().inbox.entries()
    assert entry.refusal == WORDS["ses-v2"]
    capsys.readouterr()
    assert main(["inbox", "show", entry.entry[:18]]) == ExitCode.FINE
    assert f"SES would have refused: {WORDS['ses-v2']}" in capsys.readouterr().out


def test_dry_run_submits_nothing(letter: Path, refused: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", str(letter), "--dry-run"]) == ExitCode.FINE
    assert "to b@b.example, c@c.example" in capsys.readouterr().out
    assert main(["send", str(refused), "--dry-run", "--json"]) == ExitCode.FINDINGS
    answer = json.loads(capsys.readouterr().out)
    assert "field-repeated" in {finding["code"] for finding in answer["findings"]}
    services = make_services()
    assert services.inbox.entries() == ()
    assert services.submissions.all() == ()


def test_unknown_account_and_missing_file(letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", str(letter), "--account", "work"]) == ExitCode.USAGE
    assert main(["send", str(tmp_path / "none.eml")]) == ExitCode.UNREADABLE
    assert "none.eml" in capsys.readouterr().err


def test_acceptance_that_cannot_be_recorded_is_said(
    letter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(log: object, outcome: Outcome) -> None:
        raise StoreError("Could not write: no space left.")

    monkeypatch.setattr("sescomposer.store.submissions.SubmissionLog.record_outcome", full)
    assert main(["send", str(letter)]) == ExitCode.FINE
    shown = capsys.readouterr()
    assert shown.out.startswith("accepted: ")
    assert "do not send again because of that" in shown.err
    (record,) = make_services().submissions.all()
    assert record.state is SubmissionState.UNKNOWN


def test_full_disk_before_sending_sends_nothing(
    letter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(log: object, intent: object) -> None:
        raise StoreError("Could not write: no space left.")

    monkeypatch.setattr("sescomposer.store.submissions.SubmissionLog.record_intent", full)
    assert main(["send", str(letter)]) == ExitCode.NOTHING_DONE
    assert capsys.readouterr().out.startswith("not sent: ")
    assert make_services().inbox.entries() == ()


def test_inbox_lists_shows_and_clears(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inbox", "list"]) == ExitCode.FINE
    assert "is empty" in capsys.readouterr().err
    assert main(["inbox", "show", "x"]) == ExitCode.NOTHING_DONE
    main(["send", str(letter)])
    capsys.readouterr()
    assert main(["inbox", "list", "--json"]) == ExitCode.FINE
    (entry,) = json.loads(capsys.readouterr().out)["messages"]
    assert main(["inbox", "show", entry["entry"]]) == ExitCode.FINE
    shown = capsys.readouterr().out
    assert "Message-ID was replaced." in shown
    assert "b@b.example: delivered." in shown
    assert main(["inbox", "clear"]) == ExitCode.FINE
    assert make_services().inbox.entries() == ()


def test_inbox_writes_octets(letter: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    main(["send", str(letter), "--as-is"])
    (entry,) = make_services().inbox.entries()
    capfdbinary.readouterr()
    assert main(["inbox", "show", entry.entry, "--submitted"]) == ExitCode.FINE
    assert capfdbinary.readouterr().out == GOOD
    assert main(["inbox", "show", entry.entry, "--delivered"]) == ExitCode.FINE
    assert b"@email.amazonses.com>" in capfdbinary.readouterr().out
