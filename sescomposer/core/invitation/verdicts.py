"""What each mail client will do with an invitation, decided by what the checks find in it and where it stands.

What is known of clients is in `data/calendar_clients.toml`, each fact with its source; where nothing is, we say so.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

from sescomposer import resources
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.placement import calendar_of, layout_of

_NUMBER = re.compile(r"([a-z]\d\d)-")
_OPENLY, _INSIDE = "openly", "inside"
_SIGNED = ("multipart/signed", "pkcs7-mime")
_SHOWN_BY_READING = ("buttons", "add-only")


class Outcome(StrEnum):
    """What a reader gets."""

    BUTTONS = "buttons"
    """An invitation with buttons to answer, or a cancellation that takes the event away."""
    FILE_ONLY = "file-only"
    """A file to open or save."""
    ADD_ONLY = "add-only"
    """An offer to add the event, without an answer."""
    TEXT_ONLY = "text-only"
    """The text of the message and nothing of the event, or its raw lines."""
    REFUSED = "refused"
    """The message comes back, or the event is refused as a whole."""
    UNKNOWN = "unknown"
    """Nobody has documented it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one client will do.

    Attributes:
        client: Its name, such as "Outlook classic".
        outcome: What a reader gets.
        reason: Why, in one sentence.
        source: Where that is known from.
        date: Date of the source, or on which it was read, as year-month-day.
        findings: Those that decide it; none where the place and the method alone do.
    """

    client: str
    outcome: Outcome
    reason: str
    source: str
    date: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fact:
    """A row of the data: what holds, and what it needs."""

    rules: frozenset[str]
    methods: tuple[str, ...]
    layouts: tuple[str, ...]
    outcome: Outcome
    reason: str
    source: str
    date: str

    def fits(self, broken: frozenset[str], method: str, layout: str) -> bool:
        return (
            (not self.rules or bool(self.rules & broken))
            and (not self.methods or method in self.methods)
            and (not self.layouts or layout in self.layouts)
        )


def verdicts(root: Entity, calendar: Calendar | None, findings: Iterable[Finding]) -> tuple[Verdict, ...]:
    r"""Tell what the clients will do with this very invitation.

    Args:
        root: The message.
        calendar: Its calendar object; None for the one in it.
        findings: What the checks found in them, see `checks.invitation_verdicts`; others than those of invitations do
            not matter.

    Returns:
        One verdict a client, always in the same order; none for a message without an event. Where it is signed, or
        will be by a finding, each says what that changes.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n")
    >>> sorted({str(verdict.outcome) for verdict in verdicts(root, None, ())})
    ['buttons', 'unknown']
    """
    by_number = _by_number(findings)
    signed = _signed(root, by_number)
    if root.media_type.endswith(_SIGNED):
        from sescomposer.core.protection.unsigned import unsigned

        root = unsigned(root)
    calendar = calendar_of(root) if calendar is None else calendar
    if calendar is None:
        return ()
    layout = str(layout_of(root) or "")
    found = (_verdict(name, facts, by_number, calendar.method, layout) for name, facts in _clients())
    return tuple(_when_signed(verdict, signed) for verdict in found)


def _signed(root: Entity, found: dict[str, list[Finding]]) -> str:
    """Tell how it is signed, or will be: "openly", "inside" of what shows nothing to others, "" for not at all."""
    if "m24" in found or root.media_type.endswith("pkcs7-mime"):
        return _INSIDE
    return _OPENLY if "m23" in found or root.media_type == "multipart/signed" else ""


def _when_signed(verdict: Verdict, signed: str) -> Verdict:
    """Add what signing changes; that buttons are shown is not claimed where the event lies inside a signature."""
    if not signed:
        return verdict
    rows = _signatures()[signed]
    fact = next(row for row in rows if not row.clients or verdict.client in row.clients)
    is_hidden = signed == _INSIDE and verdict.outcome in _SHOWN_BY_READING
    return replace(
        verdict,
        outcome=Outcome.UNKNOWN if is_hidden else verdict.outcome,
        reason=fact.words if is_hidden else f"{verdict.reason} {fact.words}",
        source=fact.source if is_hidden else f"{verdict.source}; when signed: {fact.source}",
        date=fact.date if is_hidden else verdict.date,
    )


def _by_number(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Sort findings by the letter and number that the codes of invitations start with."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        match = _NUMBER.match(finding.code)
        if match is not None:
            found.setdefault(match[1], []).append(finding)
    return found


def _verdict(name: str, facts: Sequence[_Fact], found: dict[str, list[Finding]], method: str, layout: str) -> Verdict:
    broken = frozenset(found)
    fact = next(fact for fact in facts if fact.fits(broken, method, layout))
    deciding = tuple(finding for number in sorted(fact.rules & broken) for finding in found[number])
    return Verdict(name, fact.outcome, fact.reason, fact.source, fact.date, deciding)


@dataclass(frozen=True, slots=True)
class _WhenSigned:
    """What is known of some clients, or of all, with signed invitations."""

    clients: tuple[str, ...]
    words: str
    source: str
    date: str


@cache
def _signatures() -> dict[str, tuple[_WhenSigned, ...]]:
    table = tomllib.loads(resources.read_text("data/calendar_clients.toml"))["signed"]
    return {
        form: tuple(
            _WhenSigned(tuple(row.get("clients", ())), row["words"], row["source"], str(row["date"])) for row in rows
        )
        for form, rows in table.items()
    }


@cache
def _clients() -> tuple[tuple[str, tuple[_Fact, ...]], ...]:
    """Give the clients with their facts; faults that a client is known for decide before damage of any kind."""
    table = tomllib.loads(resources.read_text("data/calendar_clients.toml"))
    broken, otherwise = _fact(table["broken"]), _fact(table["otherwise"])
    clients = []
    for client in table["client"]:
        facts = [_fact(row) for row in client["rule"]]
        by_fault = [fact for fact in facts if fact.rules]
        clients.append((str(client["name"]), (*by_fault, broken, *(f for f in facts if not f.rules), otherwise)))
    return tuple(clients)


def _fact(row: dict[str, Any]) -> _Fact:
    return _Fact(
        frozenset(row.get("rules", ())),
        tuple(row.get("methods", ())),
        tuple(row.get("layouts", ())),
        Outcome(row["outcome"]),
        row["reason"],
        row["source"],
        str(row["date"]),
    )


__all__ = ["Outcome", "Verdict", "verdicts"]
