"""Every code: a message that triggers it, its place, its severity, SES's words, and a fix that mends and spares."""

import ast
import re
import tomllib
from base64 import encodebytes
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import sescomposer.core.checks
from sescomposer.core.checks import check
from sescomposer.core.checks.invitation_life import Sent
from sescomposer.core.checks.invitation_rules import RULES
from sescomposer.core.checks.structure import ELSEWHERE
from sescomposer.core.entity import Entity, Key
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.header import HeaderSection
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.calendar import read_calendar
from sescomposer.core.location import offset_of
from sescomposer.core.message import EnvelopeOverride, Message, Method, Road, SendingOptions, Tracking
from sescomposer.core.numbering import part_number
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.suitability import CertificateFault
from sescomposer.core.protection.preflight import ProtectionFacts
from sescomposer.core.protection.transport_faults import EIGHT_BIT, FROM_LINE, LINE_END, LONG_LINE, TRAILING_BLANK
from sescomposer.core.serialize import serialize

DATA = Path(__file__).parents[2] / "data" / "checks"
BASES: dict[str, str] = tomllib.loads((DATA / "bases" / "invitation.toml").read_text("utf-8"))
EVENT = re.compile(r"BEGIN:VCALENDAR\n.*?END:VCALENDAR\n", re.DOTALL)
CALENDAR_TYPE = re.compile(r"(Content-Type: text/calendar[^\n]*\n)\n(BEGIN:VCALENDAR\n.*?END:VCALENDAR\n)", re.DOTALL)


def swapped(text: str, case: dict[str, Any], pairs: list[list[str]]) -> str:
    """Change a base as a case says."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, -1 if case.get("everywhere") else 1)
    return text


def encoded(text: str, case: dict[str, Any]) -> str:
    """Encode the calendar part of a message."""

    def part(found: re.Match[str]) -> str:
        octets = found[2].encode("latin-1")
        octets = octets if case.get("lf") else octets.replace(b"\n", b"\r\n")
        mark = case.get("lf_after", "").encode()
        octets = octets.replace(mark + b"\r\n", mark + b"\n") if mark else octets
        return f"{found[1]}Content-Transfer-Encoding: base64\n\n{encodebytes(octets).decode()}"

    return CALENDAR_TYPE.sub(part, text, count=1)


def expanded(case: dict[str, Any]) -> dict[str, Any]:
    """Write out the message of a case that names a base."""
    if "base" not in case:
        return case
    text = swapped(BASES[case["base"]], case, case.get("swap", []))
    return {**case, "message": encoded(text, case) if "base64" in case else text}


CASES: list[dict[str, Any]] = [
    expanded(case) for file in sorted(DATA.glob("*.toml")) for case in tomllib.loads(file.read_text("utf-8"))["case"]
]
SEVERAL = re.compile(r"\{\{((?:(?!\}\}).)*?)\*(\d+)\}\}", re.DOTALL)
OF_WHOLE_MESSAGE = {"bare-lf", "line-ends-cr", "cr-cr-lf", "header-ended-early", "no-text-alternative"}
OF_NAMED_PART = {"cid-without-part"}
"""Codes whose fix changes another part than the one of the place: the one that is meant."""


def octets(text: str, *, crlf: bool = True) -> bytes:
    """Write a vector's text as octets."""
    text = SEVERAL.sub(lambda found: found[1] * int(found[2]), text)
    return (text.replace("\n", "\r\n") if crlf else text).encode("latin-1")


def message_of(case: dict[str, Any]) -> Message:
    """Make the message of a case."""
    message = Message(parse(octets(case["message"], crlf=case.get("crlf", True))))
    if "header" in case:
        # What was read never has such a section, for it would end there; what a program put together may.
        section = HeaderSection(Octets.of(octets(case["header"])), b"\r\n")
        message = Message(replace(message.root, header=section))
    if "recipients" in case:
        names = tuple(f"r{number}@b.example" for number in range(case["recipients"]))
        message = replace(message, envelope=EnvelopeOverride(rcpt_to=names))
    if "rcpt_to" in case:
        message = replace(message, envelope=EnvelopeOverride(rcpt_to=tuple(case["rcpt_to"])))
    tags = tuple((name, value) for name, value in case.get("tags", ()))
    opens, clicks = (Tracking(case.get("tracking", {}).get(name, "account")) for name in ("opens", "clicks"))
    options = SendingOptions(tags=tags, opens=opens, clicks=clicks, contact_list=case.get("contact_list", ""))
    return replace(message, options=options)


def facts_of(message: Message, case: dict[str, Any]) -> ProtectionFacts | None:
    """Give what a case says of the protection of its message."""
    if "protection" not in case:
        return None
    told = {**case["protection"]}
    return ProtectionFacts(
        missing=tuple(told.pop("missing", ())),
        faults=tuple(CertificateFault(**fault) for fault in told.pop("faults", ())),
        method=Method(told.pop("method", "smime")),
        opaque=message.protection.opaque,
        **told,
    )


def checked(message: Message, case: dict[str, Any]) -> tuple[Finding, ...]:
    """Check a message with what the case knows beside it."""
    sent: tuple[Sent, ...] = ()
    if "sent" in case:
        event = EVENT.search(case["message"])
        assert event is not None
        before = read_calendar(octets(swapped(event[0], case, case["sent"])))
        sent = (Sent(before, frozenset(case.get("sent_to", ()))),)
    now = datetime.fromisoformat(case["now"]) if "now" in case else None
    road = Road(case.get("road", "ses-v2"))
    aligned, facts = case.get("is_aligned"), facts_of(message, case)
    return check(message, road, now=now, sent_before=sent, is_aligned=aligned, protection=facts)


def found_in(case: dict[str, Any]) -> tuple[Message, Finding, tuple[Finding, ...]]:
    """Give the message, the finding that the case is about, and all findings."""
    message = message_of(case)
    findings = checked(message, case)
    answer = SEVERAL.sub(lambda found: found[1] * int(found[2]), case.get("answer", ""))
    fitting = [finding for finding in findings if finding.code == case["code"] and finding.answer == answer]
    assert fitting, [(finding.code, finding.answer) for finding in findings]
    return message, fitting[0], findings


def place(root: Entity, finding: Finding) -> bytes:
    """Give the octets that a finding names."""
    key = root.key if finding.where.key is None else finding.where.key
    start = offset_of(root, key)
    return root.octets.read(start + finding.where.start, start + finding.where.stop)


def identifier(case: dict[str, Any]) -> str:
    """Name a case in the report."""
    return f"{case['code']}-{CASES.index(case)}"


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_a_message_triggers_the_finding(case: dict[str, Any]) -> None:
    message, finding, findings = found_in(case)
    assert finding.severity.value == case["severity"]
    assert finding.refused == case.get("is_refused", bool(case.get("answer")))
    assert finding.message.endswith((".", "?", ")"))
    assert finding.standard
    if "place" in case:
        assert place(message.root, finding) == octets(case["place"], crlf=case.get("crlf", True))
    if "part" in case:
        assert finding.where.key is not None
        entity = message.root.find(finding.where.key)
        assert entity is not None
        assert part_number(message.root, entity) == case["part"]
    assert (finding.fix.label if finding.fix else "") == case.get("fix", "")
    assert not {found.code for found in findings} & set(case.get("absent", ()))


@pytest.mark.parametrize("case", [case for case in CASES if "fix" in case], ids=identifier)
def test_the_fix_mends_and_changes_nothing_else(case: dict[str, Any]) -> None:
    message, finding, findings = found_in(case)
    assert finding.fix is not None
    before = serialize(message.root)
    fixed = finding.fix.edit(message, SeededIdentifiers())
    assert serialize(message.root) == before
    after = checked(fixed, case)
    assert sum(f.code == case["code"] for f in after) < sum(f.code == case["code"] for f in findings)
    errors = Counter(f.code for f in after if f.severity is Severity.ERROR)
    assert not errors - Counter(f.code for f in findings if f.severity is Severity.ERROR)
    if "gives" in case:
        assert octets(case["gives"], crlf=case.get("crlf", True)) in serialize(fixed.root)
    assert serialize(parse(serialize(fixed.root))) == serialize(fixed.root)
    if case["code"] not in OF_WHOLE_MESSAGE:
        assert_spared(message.root, fixed.root, finding, case["code"] in OF_NAMED_PART)


def assert_spared(before: Entity, after: Entity, finding: Finding, is_elsewhere: bool) -> None:
    """Hold every leaf that is not concerned, and the root's fields, to what they were."""
    concerned = before.find(finding.where.key or before.key)
    assert concerned is not None
    touched = {entity.key for entity in concerned.walk()}
    kept: dict[Key, bytes] = {e.key: bytes(e.octets) for e in after.walk() if not e.children}
    changed = [
        entity
        for entity in before.walk()
        if not entity.children and entity.key not in touched and kept.get(entity.key) != bytes(entity.octets)
    ]
    assert len(changed) <= is_elsewhere
    if concerned is not before:
        own = [field.octets for field in before.header.fields if not field.name.lower().startswith("content-")]
        assert [f.octets for f in after.header.fields if not f.name.lower().startswith("content-")] == own


@pytest.mark.parametrize("case", [case for case in CASES if "fix" in case], ids=identifier)
def test_a_fix_shown_late_changes_nothing_else(case: dict[str, Any]) -> None:
    """Between a check and its fix a field may come before the one that is meant."""
    message, finding, _ = found_in(case)
    assert finding.fix is not None
    if finding.where.index < 0 or case["code"] == "byte-order-mark":
        return
    from sescomposer.core.structure import insert_header_field

    entity = message.root.find(finding.where.key or message.root.key)
    assert entity is not None
    later = message.edited(lambda root: insert_header_field(root, entity.key, 0, "X-New", "1"))
    fixed = finding.fix.edit(later, SeededIdentifiers())
    found = fixed.root.find(entity.key)
    assert found is not None
    assert found.header.get("X-New") == "1"
    codes = Counter(f.code for f in checked(fixed, case))
    assert codes[case["code"]] < Counter(f.code for f in checked(later, case))[case["code"]]


def declared_codes() -> set[str]:
    """Read the codes out of the source: first arguments of findings, and the codes of defects."""
    package = Path(sescomposer.core.checks.__file__).parent
    codes = set()
    for file in package.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                first = node.args[0]
                codes |= {first.value} if isinstance(first, ast.Constant) else set()
    for name in ("header", "entity", "multipart", "encoding", "content"):
        text = (package.parent / f"{name}_defects.py").read_text("utf-8")
        codes |= set(re.findall(r'(?:Defect\(|: \(|octets, _\w+, |LINE\w*, )\s*"([a-z0-9-]+)"', text))
    return {str(code) for code in codes} - ELSEWHERE


def test_nothing_is_wrong_with_the_bases_but_the_missing_file() -> None:
    for text in BASES.values():
        found = check(Message(parse(octets(text))))
        assert {finding.code for finding in found} <= {RULES["m09"].code}


def test_every_rule_for_invitations_has_a_vector() -> None:
    assert {rule.code for rule in RULES.values()} - {case["code"] for case in CASES} == set()


def test_every_code_has_a_vector() -> None:
    told = {EIGHT_BIT, FROM_LINE, LINE_END, LONG_LINE, TRAILING_BLANK}
    assert (declared_codes() | told) - {case["code"] for case in CASES} - NOT_IN_VECTORS == set()


NOT_IN_VECTORS = {
    "findings-cut",  # a thousand findings: test_check.py
    "large-in-decimal",  # 40,000,001 octets: test_check.py
    "protect-size",  # as many: test_protection.py
}
