"""The verb `history`: what was sent is listed, shown, exported and compared."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sescomposer.bootstrap import make_services
from sescomposer.core.errors import ExitCode
from sescomposer.core.protection.protector import Evidence

ONE = b"From: Ada <ada@a.example>\r\nTo: b@b.example\r\nSubject: Offer one\r\n\r\nThe quarterly figures.\r\n"
OTHER = ONE.replace(b"one", b"other").replace(b"quarterly", b"yearly").replace(b"b@b", b"c@c")
Run = Callable[..., Any]


@pytest.fixture
def sent(run: Run, tmp_path: Path) -> list[dict[str, Any]]:
    """Send two messages to the local inbox and give their receipts."""
    receipts = []
    for number, octets in enumerate((ONE, OTHER)):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(octets)
        receipts += json.loads(run("send", str(path), "--json").text)["submissions"]
    return receipts


def listed(run: Run, *arguments: str) -> list[str]:
    """Give the subjects that are listed."""
    answer = run("history", "list", *arguments, "--json")
    assert answer.status == ExitCode.FINE
    value = json.loads(answer.text)
    assert value["schema"] == 1
    assert value["total"] >= len(value["submissions"])
    return [item["subject"] for item in value["submissions"]]


def test_an_empty_history_says_so(run: Run) -> None:
    answer = run("history", "list")
    assert (answer.status, answer.text) == (ExitCode.FINE, "")
    assert "Nothing was sent yet." in answer.err


def test_submissions_are_listed_newest_first(run: Run, sent: list[dict[str, Any]]) -> None:
    assert listed(run) == ["Offer other", "Offer one"]
    lines = run("history", "list").text.splitlines()
    assert lines[1].startswith(sent[0]["submission"][:12])
    assert "b@b.example" in lines[1]
    answer = run("history", "list", "--limit", "1")
    assert len(answer.text.splitlines()) == 1
    assert "1 of 2" in answer.err


@pytest.mark.parametrize(
    "arguments, subjects",
    [
        (("quarterly", "fig"), ["Offer one"]),
        (("c@c.example",), ["Offer other"]),
        (("nowhere",), []),
        (("--state", "accepted", "offer"), ["Offer other", "Offer one"]),
        (("--state", "refused", "--state", "unknown"), []),
        (("--account", "local inbox"), ["Offer other", "Offer one"]),
        (("--account", "work"), []),
        (("--since", "2001-01-01", "--until", "2001-12-31T23:59"), []),
        (("--since", "2001-01-01", "--until", "9000-01-01"), ["Offer other", "Offer one"]),
        (("--", '"', "*"), []),
    ],
)
def test_words_and_filters(run: Run, sent: object, arguments: tuple[str, ...], subjects: list[str]) -> None:
    *options, last = arguments
    if "--" in arguments:
        answer = run("history", "list", "--json", *options, last)
        assert json.loads(answer.text)["submissions"] == []
    else:
        assert listed(run, *arguments) == subjects


@pytest.mark.parametrize("arguments", [("--state", "sent"), ("--since", "yesterday"), ("--until", "2026-13-01")])
def test_wrong_filters_are_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("history", "list", *arguments).status == ExitCode.USAGE


def test_one_is_shown_by_any_of_its_names(run: Run, sent: list[dict[str, Any]]) -> None:
    receipt = sent[0]
    for name in (receipt["submission"], receipt["submission"][:10], receipt["message_id"]):
        value = json.loads(run("history", "show", name, "--json").text)
        assert value["schema"] == 1
        assert value["submission"]["sha256"] == receipt["sha256"]
        assert value["submission"]["envelope"] == receipt["envelope"]
    words = run("history", "show", receipt["message_id"]).text
    assert receipt["sha256"] in words
    assert "ada@a.example" in words


def test_what_is_not_there_is_told(run: Run, sent: object) -> None:
    answer = run("history", "show", "nobody")
    assert answer.status == ExitCode.NOTHING_DONE
    assert "holds no submission" in answer.err


def test_octets_are_exact(run: Run, sent: list[dict[str, Any]], tmp_path: Path) -> None:
    services = make_services()
    octets = bytes(services.content.open(sent[0]["sha256"]))
    assert run("history", "show", sent[0]["submission"], "--octets").out == octets
    assert run("history", "export", sent[0]["submission"], "-o", "-").out == octets
    out = tmp_path / "out.eml"
    assert run("history", "export", sent[0]["submission"], "-o", str(out), "--receipt").status == ExitCode.FINE
    assert out.read_bytes() == octets
    assert json.loads(Path(f"{out}.receipt.json").read_text())["submission"]["state"] == "accepted"
    assert run("history", "export", sent[0]["submission"], "-o", "-", "--receipt").status == ExitCode.USAGE


def test_events_of_the_local_inbox_are_nowhere_else(run: Run, sent: list[dict[str, Any]]) -> None:
    answer = run("history", "show", sent[0]["submission"], "--events")
    assert answer.status != ExitCode.FINE
    assert "local inbox" in answer.err


def test_two_are_compared(run: Run, sent: list[dict[str, Any]]) -> None:
    one, other = (receipt["submission"] for receipt in sent)
    answer = run("history", "diff", one, other)
    assert answer.status == ExitCode.FINDINGS
    assert "+Subject: Offer other" in answer.text
    assert "-Subject: Offer one" in answer.text
    value = json.loads(run("history", "diff", one, other, "--json").text)
    assert (value["schema"], value["equal"]) == (1, False)
    assert run("history", "diff", one, one).status == ExitCode.FINE


def test_bundle_is_written_as_a_folder_or_a_zip(run: Run, sent: list[dict[str, Any]], tmp_path: Path) -> None:
    submission, folder = sent[0]["submission"], tmp_path / "evidence"
    answer = run("history", "export", submission, "--bundle", "-o", str(folder))
    assert answer.status == ExitCode.FINE
    assert f"Written: {folder / 'VERIFY.txt'}" in answer.err
    assert sent[0]["sha256"] in (folder / "VERIFY.txt").read_text()
    assert run("history", "export", submission, "--bundle", "-o", str(tmp_path / "e.zip")).status == ExitCode.FINE
    assert (tmp_path / "e.zip").read_bytes().startswith(b"PK")
    for arguments in (("-o", "-"), ("-o", str(tmp_path / "x"), "--receipt")):
        assert run("history", "export", submission, "--bundle", *arguments).status == ExitCode.USAGE
    assert not (tmp_path / "x").exists()


def test_protection_is_shown(run: Run, sent: list[dict[str, Any]]) -> None:
    assert "protection" not in run("history", "show", sent[0]["submission"]).text
    value = json.loads(run("history", "show", sent[0]["submission"], "--json").text)
    assert value["submission"]["protection"] is None
    services = make_services()
    try:
        entry = services.history.get(sent[0]["submission"])
        evidence = Evidence("smime", "detached", signer="abc", outcome=("It is intact.",))
        services.history.take_up(replace(entry.record, intent=replace(entry.record.intent, evidence=evidence)))
    finally:
        services.close()
    text = run("history", "show", sent[0]["submission"]).text
    assert "smime, detached, key abc: not verified in every respect" in text
    assert "It is intact." in text
