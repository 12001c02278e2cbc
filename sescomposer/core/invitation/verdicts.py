"""What each mail client will do with an invitation, decided by what the checks find in it and where it stands.

What is known of clients is in `data/calendar_clients.toml`, each fact with its source; where nothing is, we say so.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sescomposer import resources
from sescomposer.core.checks.invitation import calendar_object, faults_of
from sescomposer.core.checks.invitation_headers import headers
from sescomposer.core.checks.invitation_place import placement
from sescomposer.core.checks.invitation_rules import RULES
from sescomposer.core.checks.subject import Subject
from sescomposer.core.entity import Entity
from sescomposer.core.findings import Finding, Where
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.placement import calendar_of, layout_of
from sescomposer.core.message import Message, Road

_NUMBER = 3


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


def verdicts(root: Entity, calendar: Calendar | None = None, findings: Sequence[Finding] = ()) -> tuple[Verdict, ...]:
    r"""Tell what the clients will do with this very invitation.

    Args:
        root: The message.
        calendar: Its calendar object; None for the one in it.
        findings: What `checks.check` found in the message, where that is known; else the invitation is checked here.

    Returns:
        One verdict a client, always in the same order; none for a message without an event.

    >>> from sescomposer.core.parse import parse
    >>> octets = b"To: a@b.example\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
    >>> [str(verdict.outcome) for verdict in verdicts(parse(octets)) if verdict.client == "Thunderbird"]
    ['text-only']
    """
    inside = calendar_of(root)
    calendar = inside if calendar is None else calendar
    if calendar is None:
        return ()
    found = tuple(findings) or _found(root, None if inside == calendar else calendar)
    by_number = _by_number(found)
    layout = str(layout_of(root) or "")
    return tuple(_verdict(name, facts, by_number, calendar.method, layout) for name, facts in _clients())


def _found(root: Entity, other: Calendar | None) -> tuple[Finding, ...]:
    """Check what is about the invitation; `other` is a calendar object that takes the place of the one there."""
    subject = Subject(Message(root), Road.SES_V2)
    about_message = (*placement(subject), *headers(subject))
    if other is None:
        return (*about_message, *calendar_object(subject))
    faults = (
        Finding(fault.rule.code, fault.rule.severity, fault.message, Where(), fault.rule.standard)
        for fault in faults_of(other)
    )
    return (*about_message, *faults)


def _by_number(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        number = finding.code[:_NUMBER]
        if number in RULES and RULES[number].code == finding.code:
            found.setdefault(number, []).append(finding)
    return found


def _verdict(name: str, facts: Sequence[_Fact], found: dict[str, list[Finding]], method: str, layout: str) -> Verdict:
    broken = frozenset(found)
    fact = next(fact for fact in facts if fact.fits(broken, method, layout))
    deciding = tuple(finding for number in sorted(fact.rules & broken) for finding in found[number])
    return Verdict(name, fact.outcome, fact.reason, fact.source, fact.date, deciding)


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
