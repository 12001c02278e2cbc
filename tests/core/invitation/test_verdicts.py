"""What is said of each client, for messages that differ in one thing, and the data that it comes from."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sescomposer import resources
from sescomposer.core.checks import check
from sescomposer.core.checks.invitation_rules import RULES
from sescomposer.core.checks.invitation_verdicts import verdicts_of
from sescomposer.core.entity import Entity
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.invitation.placement import calendar_of
from sescomposer.core.invitation.verdicts import Outcome, verdicts
from sescomposer.core.message import Message
from sescomposer.core.parse import parse

DATA = Path(__file__).parents[2] / "data"
BASES = tomllib.loads((DATA / "checks" / "bases" / "invitation.toml").read_text("utf-8"))
CASES: list[dict[str, Any]] = tomllib.loads((DATA / "invitation" / "verdicts.toml").read_text("utf-8"))["case"]
CLIENTS = ("Gmail", "Outlook classic", "Outlook new", "Outlook web", "Apple Mail", "Thunderbird", "Yahoo")
TABLE = tomllib.loads(resources.read_text("data/calendar_clients.toml"))


def message_of(case: dict[str, Any]) -> Entity:
    text: str = BASES[case["base"]]
    for old, new in case["swap"]:
        assert old in text
        text = text.replace(old, new, 1)
    return parse(text.replace("\n", "\r\n").encode())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_clients_do_as_the_vector_says(case: dict[str, Any]) -> None:
    found = verdicts_of(message_of(case))
    assert tuple(verdict.client for verdict in found) == CLIENTS
    assert [verdict.outcome.value for verdict in found] == case["says"]
    assert [finding.code for finding in found[1].findings] == case["by"]
    assert all(verdict.reason.endswith(".") and verdict.source and verdict.date for verdict in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_known_findings_give_the_same_verdicts(case: dict[str, Any]) -> None:
    root = message_of(case)
    known = verdicts(root, None, check(Message(root)))
    assert [verdict.outcome for verdict in known] == [verdict.outcome for verdict in verdicts_of(root)]


def test_another_calendar_object_is_judged_in_the_place_of_the_one_there() -> None:
    root = message_of(CASES[0])
    calendar = calendar_of(root)
    assert calendar is not None
    twice = b"RDATE:20270308T143000Z\r\nSUMMARY"
    found = verdicts_of(root, read_calendar(calendar.octets.replace(b"SUMMARY", twice)))
    assert found[1].outcome is Outcome.FILE_ONLY
    assert found[0].outcome is Outcome.BUTTONS


def test_a_message_without_an_event_has_no_verdicts() -> None:
    assert verdicts_of(parse(b"To: a@b.example\r\n\r\nHi\r\n")) == ()


def test_every_fact_has_a_source_and_a_date_and_names_rules_that_there_are() -> None:
    rows = [row for client in TABLE["client"] for row in client["rule"]] + [TABLE["broken"], TABLE["otherwise"]]
    for row in rows:
        assert row["source"]
        assert isinstance(row["date"], date)
        assert row["reason"].endswith(".")
        assert Outcome(row["outcome"])
        assert set(row.get("rules", ())) <= set(RULES)
    for row in (row for rows in TABLE["signed"].values() for row in rows):
        assert row["source"]
        assert isinstance(row["date"], date)
        assert row["words"].endswith(".")
        assert set(row.get("clients", ())) <= set(CLIENTS)
