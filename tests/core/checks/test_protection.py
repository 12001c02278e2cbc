"""Findings about signing and encrypting: only where it is wanted, cheap for each key, and mended where they can be."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import Attachment, Octets, SeededIdentifiers, compose, parse, serialize
from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks import check, protection_octets
from sescomposer.core.findings import Severity
from sescomposer.core.message import Message, Method, Road
from sescomposer.core.protection.preflight import UNPROTECTED, ProtectionFacts
from sescomposer.core.protection.protected_entity import entity_to_sign, transport_faults
from sescomposer.core.structure import normalise_line_ends, splice

DATA = Path(__file__).parents[2] / "data"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIGNS = ProtectionFacts(signs=True)
TRACKED = {"protect-tracking"}
TABLE = Attachment(Octets.of(b"a;b\r\n" * 2000), "Täble 表 🌹.csv", "text/csv")
TEXTS = ["", "Hi\n", "Grüße 🌹\nFrom here on\n.\n\x0c trailing \n" + "long " * 400, "नमस्ते \n" * 30]


def codes(message: Message, facts: ProtectionFacts | None, road: Road = Road.SES_V2) -> set[str]:
    """Give the codes that have to do with protection."""
    found = check(message, road, now=NOW, protection=facts)
    return {finding.code for finding in found if finding.code.startswith("protect-")}


@pytest.mark.parametrize("file", sorted((DATA / "eml").rglob("*.eml")), ids=lambda file: file.name)
def test_nothing_is_said_of_what_is_not_protected(file: Path) -> None:
    message = Message(parse(file.read_bytes()))
    assert not codes(message, None)
    is_signed = message.root.media_type == "multipart/signed"
    assert is_signed or not codes(message, UNPROTECTED)
    for finding in check(message, now=NOW, protection=SIGNS):
        if finding.fix is not None:
            finding.fix.edit(message, SeededIdentifiers())


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("html", [None, "<p>Grüße \nFrom 🌹 </p>"])
def test_what_we_compose_can_be_signed_as_it_is(text: str, html: str | None) -> None:
    message = compose(
        "Zoë <zoe@bücher.example>", "b@b.example", "Hi 🌹 ", text=text, html=html, attachments=[TABLE],
        ids=SeededIdentifiers(),
    )  # fmt: skip
    expected = TRACKED if html else set()
    assert codes(message, SIGNS) == codes(Message(parse(serialize(message.root))), SIGNS) == expected


def test_what_is_inside_needs_no_care_for_transport() -> None:
    message = Message(parse(b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nHi \r\nFrom \xff\r\n"))
    assert len(codes(message, SIGNS)) == 3
    inside = ProtectionFacts(signs=True, opaque=True)
    encrypted = ProtectionFacts(signs=True, encrypts=True)
    by_service = ProtectionFacts(signs=True, method=Method.SES, set_signs=True)
    assert not codes(message, inside) | codes(message, encrypted) | codes(message, by_service)
    # There is no such form of OpenPGP.
    assert len(codes(message, replace(inside, method=Method.OPENPGP))) == 3


def test_the_local_inbox_tracks_nobody() -> None:
    message = compose("a@a.example", "b@b.example", "Hi", text="Hi", html="<p>Hi", ids=SeededIdentifiers())
    assert codes(message, SIGNS) == codes(replace(message, account="work"), SIGNS) == TRACKED
    assert not codes(replace(message, account=""), SIGNS)
    assert not codes(message, ProtectionFacts(signs=True, tracks=False))


def test_the_other_form_of_signature_takes_the_finding_away() -> None:
    head = b"From: a@a.example\nTo: b@b.example\nSubject: Hi\nContent-Type: multipart/mixed; boundary=b\n\n"
    raw = head + b"\xff\n--b\n\nHi\n--b--\n"
    message = Message(parse(raw))
    found = next(finding for finding in check(message, protection=SIGNS) if finding.code == "protect-8bit")
    assert found.fix is not None
    fixed = found.fix.edit(message, SeededIdentifiers())
    assert fixed.protection.opaque
    assert fixed.root is message.root


def test_a_message_that_grows_too_large_by_protection_is_told() -> None:
    files = [Attachment(Octets.of(bytes(24_000_000)), "a.bin", "application/octet-stream")]
    message = compose("a@a.example", "b@b.example", "Hi", text="Hi", attachments=files, ids=SeededIdentifiers())
    assert not codes(message, SIGNS)
    assert codes(message, ProtectionFacts(encrypts=True)) == {"protect-size"}
    assert codes(message, ProtectionFacts(signs=True, opaque=True)) == {"protect-size"}


def test_a_key_in_the_text_looks_at_the_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = SeededIdentifiers()
    message = compose("a@a.example", "b@b.example", "Hi", text="Hi\n", attachments=[TABLE] * 3, ids=ids)
    message = Message(parse(serialize(message.root)))
    calls: Counter[str] = Counter()
    looked: Callable[..., object] = transport_faults

    def counting(octets: Octets) -> object:
        calls["octets"] += len(octets)
        return looked(octets)

    monkeypatch.setattr(protection_octets, "transport_faults", counting)
    check(message, protection=SIGNS)
    whole = calls["octets"]
    assert whole > 30_000
    calls.clear()
    text = body_parts(message.root).text
    assert text is not None
    after = message.edited(lambda root: splice(root, text.key, 0, 0, "!", ids))
    check(after, protection=SIGNS)
    assert 0 < calls["octets"] < whole // 10
    calls.clear()
    check(after, Road.SMTP, protection=SIGNS)
    assert not calls


LINES = st.sampled_from(
    [
        b"Hi\r\n", b"Hi \r\n", b"\t\r\n", b"From me\r\n", b"x" * 998 + b"\r\n", b"x" * 999 + b"\r\n", b"\xff\r\n",
        b"a\rb\r\n", b"a\nb\r\n", b"--b\r\n", b"--b--\r\n", b"--b \r\n", b"Content-Type: text/html\r\n", b"\r\n",
        b"Content-Type: message/rfc822\r\n", b"Content-Description: a \r\n", b"Content-Transfer-Encoding: 8bit\r\n",
    ]
)  # fmt: skip


@settings(max_examples=150)
@given(st.booleans(), st.lists(LINES, max_size=12), st.booleans())
def test_the_parts_tell_what_the_whole_entity_would(is_multipart: bool, lines: list[bytes], is_lf: bool) -> None:
    head = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n"
    kind = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" if is_multipart else b"\r\n"
    octets = head + kind + b"".join(lines)
    message = Message(parse(octets.replace(b"\r\n", b"\n") if is_lf else octets))
    whole = {fault.code for fault in transport_faults(entity_to_sign(normalise_line_ends(message.root)).octets)}
    found = [finding for finding in check(message, protection=SIGNS) if finding.code.startswith("protect-")]
    told = {finding.code for finding in found}
    assert told - TRACKED == whole
    for finding in found:
        assert finding.fix is None or finding.fix.edit(message, SeededIdentifiers())
        entity = message.root.find(finding.where.key or message.root.key)
        assert entity is not None
        assert -1 <= finding.where.start <= finding.where.stop <= len(entity.octets)


def test_the_worst_comes_first() -> None:
    raw = b"Date: Sat, 21 Nov 2026 01:00:00 +0000\r\nFrom: a@a.example\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nHi \r\n"
    found = check(Message(parse(raw)), now=NOW, protection=SIGNS)
    assert [finding.severity for finding in found] == [Severity.ERROR, Severity.WARNING]
