"""Whose address a signature is for, and when it was made."""

from datetime import UTC, datetime, timedelta

import pytest

from sescomposer.core.parse import parse
from sescomposer.core.protection.facts import Verdict
from sescomposer.core.protection.message_facts import address_fact, date_of, shown, time_fact

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields, addresses, verdict",
    [
        ("From: Ann <ann@example.org>", ["ann@example.org"], "good"),
        ("From: Ann <ANN@Example.ORG>", ["bob@example.org", "ann@example.org"], "good"),
        ("From: ann@bücher.example", ["ann@xn--bcher-kva.example"], "good"),
        ("From: ann@example.org", ["ann@example.com"], "bad"),
        ("From: ann@example.org", [], "bad"),
        ("To: ann@example.org", ["ann@example.org"], "bad"),
        ("From: nobody", ["ann@example.org"], "bad"),
        ("From: ann@example.org, bob@example.org\r\nSender: ann@example.org", ["ann@example.org"], "unknown"),
        ("From: ann@example.org\r\nFrom: boss@example.org", ["ann@example.org"], "unknown"),
        ("From: boss@example.org\r\nSender: ann@example.org", ["ann@example.org"], "bad"),
        ("From: ann@example.org <boss@example.org>", ["ann@example.org"], "bad"),
    ],
)
def test_address(fields: str, addresses: list[str], verdict: str) -> None:
    fact = address_fact(parse(f"{fields}\r\n\r\n".encode()), addresses)
    assert fact.verdict.value == verdict
    assert fact.sentence.endswith(".")


def dated(date: str) -> bytes:
    return f"{date}\r\n\r\n".encode()


DATE = "Date: Sat, 21 Nov 2026 12:00:00 +0000"


@pytest.mark.parametrize(
    "minutes, verdict", [(0, "good"), (60, "good"), (-60, "good"), (61, "bad"), (-61, "bad"), (-100_000_000, "bad")]
)
def test_time_apart_from_date(minutes: int, verdict: str) -> None:
    signed_at = NOW + timedelta(minutes=minutes)
    assert time_fact(parse(dated(DATE)), signed_at, NOW + timedelta(days=400)).verdict.value == verdict


def test_a_time_to_come() -> None:
    fact = time_fact(parse(dated(DATE)), NOW, NOW - timedelta(hours=2))
    assert fact.verdict is Verdict.BAD
    assert "still to come" in fact.sentence


def test_a_time_outside_the_validity() -> None:
    fact = time_fact(parse(dated(DATE)), NOW, NOW, (NOW + timedelta(days=1), NOW + timedelta(days=2)))
    assert fact.verdict is Verdict.BAD
    assert "2026-11-22" in fact.sentence


@pytest.mark.parametrize(
    "date", ["X: y", f"{DATE}\r\n{DATE}", "Date: yesterday", "Date: Sat, 99 Nov 2026 12:00:00 +0000"]
)
def test_without_a_date_nothing_is_known(date: str) -> None:
    assert date_of(parse(dated(date))) is None
    assert time_fact(parse(dated(date)), NOW, NOW).verdict is Verdict.UNKNOWN


def test_without_a_time_nothing_is_known() -> None:
    assert time_fact(parse(dated(DATE)), None, NOW).verdict is Verdict.UNKNOWN


def test_a_date_without_offset_is_utc() -> None:
    assert date_of(parse(dated("Date: Sat, 21 Nov 2026 12:00:00 -0000"))) == NOW
    assert shown(NOW.replace(year=987)) == "0987-11-21 12:00 UTC"
