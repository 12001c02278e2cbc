"""The verbs `send` and `inbox`, run in this process: what they print, what they keep, and their exit status."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.cli.app import main
from sescomposer.core.errors import ExitCode, StoreError, SubmissionError, UnknownOutcomeError
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.road import Road
from sescomposer.core.seal import Sealed
from sescomposer.services.account import Account, Secret, WayIn
from sescomposer.services.ports import Outcome, Receipt, SubmissionState
from sescomposer.services.review import StaleError
from sescomposer.services.sending import Sending

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


def test_options_reach_the_seal_and_the_receipt(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--configuration-set", "news", "--tag", "a=1", "--tag", "b=x=y", "--tenant", "t", "--contact-list", "l"]
    words += ["--topic", "p", "--opens", "disabled", "--feedback", "Bounces <bounces@b\u00fccher.example>"]
    assert main(["send", str(letter), *words, "--json"]) == ExitCode.FINE
    (receipt,) = json.loads(capsys.readouterr().out)["submissions"]
    options = receipt["options"]
    assert receipt["trace"]
    assert options["tags"] == [
        {"name": "a", "value": "1"},
        {"name": "b", "value": "x=y"},
        {"name": "sescomposer-id", "value": receipt["trace"]},
    ]
    assert (options["configuration_set"], options["tenant"], options["opens"]) == ("news", "t", "disabled")
    assert receipt["envelope"]["mail_from"] == "bounces@xn--bcher-kva.example"
    assert receipt["request_id"] == receipt["code"] == ""
    assert receipt["submitted"] <= receipt["ended"]


def test_options_become_fields_over_smtp(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--tag", "a=1", "--no-trace", "--source-arn", "arn:aws:ses:us-east-1:1:identity/a.example"]
    assert main(["send", str(letter), "--road", "smtp", *words, "--json"]) == ExitCode.FINE
    (receipt,) = json.loads(capsys.readouterr().out)["submissions"]
    assert receipt["trace"] == ""
    octets = bytes(make_services().inbox.submitted(receipt["message_id"]))
    assert b"X-SES-MESSAGE-TAGS: a=1\r\n" in octets
    assert b"X-SES-SOURCE-ARN: arn:aws:ses" in octets


@pytest.mark.parametrize(
    "words",
    [
        ["--tag", "a"],
        ["--tag", "=1"],
        ["--tag", "a=1\nb"],
        ["--configuration-set", "a\rb"],
        ["--feedback", "nonsense"],
        ["--region", "eu-west-1"],
        ["--secret-fd", "0"],
        ["--override", "x"],
        ["--as-is", "--tenant", "t"],
        ["--opens", "maybe"],
    ],
)
def test_wrong_options_send_nothing(letter: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", str(letter), *words]) == ExitCode.USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert make_services().submissions.all() == ()


def test_several_files_are_sealed_before_the_first_leaves(
    letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["send", str(letter), str(tmp_path / "none.eml")]) == ExitCode.UNREADABLE
    assert make_services().submissions.all() == ()
    capsys.readouterr()
    assert main(["send", str(letter), str(letter), "--json"]) == ExitCode.FINE
    assert len(json.loads(capsys.readouterr().out)["submissions"]) == 2
    assert main(["send", str(letter), str(letter), "--dry-run", "--json"]) == ExitCode.FINE
    assert len(json.loads(capsys.readouterr().out)["sealed"]) == 2


class Elsewhere:
    """Stands for SES: remembers what it was given."""

    account, road, region, is_local = "work", Road.SES_V2, "eu-west-1", False

    def __init__(self) -> None:
        self.given: list[Sealed] = []
        self.secret: Secret | None = None

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        self.given.append(sealed)
        return Receipt("0100", "200 0100", "request-1")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """An account that sends to a stand-in."""
    made = Elsewhere()
    make_services().accounts.add(Account("work", WayIn.PROFILE, "eu-west-1", profile="mail"))

    def transport_of(services: Services, account: Account) -> Elsewhere:
        made.account, made.road, made.region = account.name, account.road, account.region
        made.secret = services.secrets.get(account.name)
        return made

    monkeypatch.setattr(Services, "_transport_of", transport_of)
    return made


def test_account_sends_with_its_road_and_region(
    letter: Path, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["send", str(letter), "--account", "work", "--json"]) == ExitCode.FINE
    shown = capsys.readouterr()
    assert "through the account 'work': SES API v2, eu-west-1." in shown.err
    (receipt,) = json.loads(shown.out)["submissions"]
    assert (receipt["account"], receipt["road"], receipt["region"]) == ("work", "ses-v2", "eu-west-1")
    assert (receipt["message_id"], receipt["request_id"]) == ("0100", "request-1")
    words = ["--road", "smtp", "--region", "us-east-1", "--json"]
    assert main(["send", str(letter), "--account", "work", *words]) == ExitCode.FINE
    (receipt,) = json.loads(capsys.readouterr().out)["submissions"]
    assert (receipt["road"], receipt["region"]) == ("smtp", "us-east-1")
    assert main(["send", str(letter), "--account", "work", "--road", "smtp", "--region", "eu-central-2"]) == 2
    assert main(["send", str(letter), "--account", "work", "--secret-fd", "0"]) == ExitCode.USAGE
    assert len(elsewhere.given) == 2


def test_secret_of_this_run_stands_in_place_of_the_keyring(letter: Path, elsewhere: Elsewhere, tmp_path: Path) -> None:
    keys = Account("keys", WayIn.KEYS, "eu-west-1", user="AKIAIOSFODNN7EXAMPLE")
    make_services().accounts.add(keys, Secret("lasts as long as this object"))
    (tmp_path / "secret").write_text("for this run\n")
    with (tmp_path / "secret").open("rb") as file:
        assert main(["send", str(letter), "--account", "keys", "--secret-fd", str(file.fileno())]) == ExitCode.FINE
    assert elsewhere.secret == Secret("for this run")
    assert main(["send", str(letter), "--account", "keys"]) == ExitCode.FINE
    assert elsewhere.secret is None


def test_error_stops_all_until_a_reason_is_given(
    letter: Path, refused: Path, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["send", str(letter), str(refused), "--account", "work", "--json"]
    assert main(words) == ExitCode.NOTHING_DONE
    assert elsewhere.given == []
    capsys.readouterr()
    assert main([*words, "--override", "field-repeated=it is a test"]) == ExitCode.FINE
    receipts = json.loads(capsys.readouterr().out)["submissions"]
    assert {"code": "field-repeated", "reason": "it is a test"} in receipts[1]["overrides"]
    assert len(elsewhere.given) == 2


def test_receipts_of_what_was_sent_outlive_what_stops_the_rest(
    letter: Path, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(sending: Sending, sealed_at: datetime) -> None:
        if elsewhere.given:
            raise StaleError("The message was sealed 46 minutes ago, more than 45.")

    monkeypatch.setattr(Sending, "_refuse_stale", refuse)
    words = ["send", str(letter), str(letter), "--as-is", "--account", "work", "--json"]
    assert main([*words, "--override", "bcc-visible=it is a test"]) == ExitCode.PARTLY
    shown = capsys.readouterr()
    assert "1 of the messages were not sent. The message was sealed 46 minutes ago" in shown.err
    (receipt,) = json.loads(shown.out)["submissions"]
    assert receipt["state"] == "accepted"


def test_what_may_be_on_its_way_decides_the_exit_status(
    letter: Path, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def submit(sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        elsewhere.given.append(sealed)
        if len(elsewhere.given) == 1:
            raise UnknownOutcomeError("The connection broke.")
        raise SubmissionError("No connection.")

    monkeypatch.setattr(elsewhere, "submit", submit)
    assert main(["send", str(letter), str(letter), "--account", "work", "--json"]) == ExitCode.UNKNOWN
    receipts = json.loads(capsys.readouterr().out)["submissions"]
    assert {receipt["state"] for receipt in receipts} == {"outcome unknown", "not sent"}


def test_what_was_sent_in_part_is_not_called_nothing(
    letter: Path, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that tries again whatever ended with "nothing was done" would send the first one twice."""
    usual = elsewhere.submit

    def submit(sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        if elsewhere.given:
            raise SubmissionError("No connection.")
        return usual(sealed, progress)

    monkeypatch.setattr(elsewhere, "submit", submit)
    assert main(["send", str(letter), str(letter), "--account", "work"]) == ExitCode.PARTLY
    assert "accepted: " in capsys.readouterr().out
