"""The verb `check` on calendar files: line numbers, as text and as JSON, and its status."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOOD = (Path(__file__).parents[1] / "data" / "invitation" / "clients" / "apple.ics").read_bytes()
PAST = GOOD.replace(b"DTSTAMP:2027", b"DTSTAMP:2024")


@pytest.mark.parametrize("name", ["invite.ics", "invite.ICS", "anything"])
def test_a_calendar_file_is_told_by_its_name_or_its_start(name: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / name
    path.write_bytes(PAST)
    answer = run("check", str(path))
    assert (answer.status, answer.out.decode()) == (0, f"{path}: nothing found\n")


def test_findings_come_with_the_line_and_the_fix(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "invite.ics"
    path.write_bytes(PAST.replace(b"SUMMARY:Lunch", b"SUMMARY:Lunch, tea"))
    number = PAST[: PAST.index(b"SUMMARY")].count(b"\n") + 1
    answer = run("check", str(path))
    assert answer.status == 1
    assert answer.out.decode().startswith(f"{path}:{number}: error: ',' in SUMMARY is not escaped")
    assert answer.out.decode().endswith("[fix: Escape it]\n")


def test_json_has_the_place_in_the_file(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "invite.ics"
    octets = PAST.replace(b"TRANSP:OPAQUE", b"TRANSP:MAYBE")
    path.write_bytes(octets)
    answer = run("check", "--json", str(path))
    (finding,) = json.loads(answer.out)["files"][0]["findings"]
    start, stop = finding["span"]
    assert octets[start:stop] == b"TRANSP:MAYBE"
    assert (answer.status, finding["code"], finding["part"]) == (0, "t17-unknown-value", None)


def test_a_page_that_calls_itself_a_calendar_gets_a_sentence(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "invite.ics"
    path.write_bytes(b"<!DOCTYPE html>\n<p>Not found</p>\n")
    answer = run("check", str(path))
    assert answer.status == 1
    assert b"There is no BEGIN:VCALENDAR" in answer.out
