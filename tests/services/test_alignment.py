"""Whether DKIM or SPF proves the domain of From: only what is sure is said."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sescomposer.core.checks.invitation_rules import RULES
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.services.account_findings import NOT_PROVEN, account_findings
from sescomposer.services.alignment import is_aligned
from sescomposer.services.knowledge import Denied, Identity, Known

BASES = tomllib.loads((Path(__file__).parents[1] / "data" / "checks" / "bases" / "invitation.toml").read_text("utf-8"))
DOMAIN = Identity("example.com", "DOMAIN", "SUCCESS", True, dkim="NOT_STARTED", has_details=True)
ADDRESS = Identity("events@example.com", "EMAIL_ADDRESS", "SUCCESS", True, dkim="NOT_STARTED", has_details=True)
KNOWN = Known("work", "eu-west-1", datetime(2026, 1, 2, tzinfo=UTC), identities=(DOMAIN,))
DENIED = Denied("ListEmailIdentities", "ses:ListEmailIdentities", "{}", "No.")
HEAD = "From: Events <events@{}>\r\nTo: b@b.example\r\nSubject: Hi\r\n\r\nHi\r\n"


@pytest.mark.parametrize(
    "identities, expected",
    [
        ((), None),
        ((DOMAIN,), False),
        ((ADDRESS,), False),
        ((replace(DOMAIN, has_details=False, dkim=""),), None),
        ((ADDRESS, replace(DOMAIN, has_details=False, dkim="")), None),
        ((replace(DOMAIN, dkim="SUCCESS"),), True),
        ((ADDRESS, replace(DOMAIN, dkim="SUCCESS")), True),
        ((replace(DOMAIN, dkim="PENDING"),), False),
        ((replace(DOMAIN, mail_from="bounce.example.com", mail_from_status="SUCCESS"),), True),
        ((replace(DOMAIN, mail_from="bounce.example.com", mail_from_status="PENDING"),), False),
        ((replace(DOMAIN, name="other.example", dkim="SUCCESS"),), None),
    ],
)
@pytest.mark.parametrize("domain", ["example.com", "mail.Example.COM"])
def test_what_proves_the_domain_of_from(identities: tuple[Identity, ...], expected: bool | None, domain: str) -> None:
    if domain != "example.com" and ADDRESS in identities:
        # That identity is of another address.
        identities = tuple(identity for identity in identities if identity is not ADDRESS)
        expected = expected if identities else None
    root = parse(HEAD.format(domain).encode())
    assert is_aligned(replace(KNOWN, identities=identities), root) is expected


def test_what_nobody_knows_is_not_said() -> None:
    root = parse(HEAD.format("example.com").encode())
    assert is_aligned(None, root) is None
    assert is_aligned(replace(KNOWN, denied=(DENIED,)), root) is None
    assert is_aligned(KNOWN, parse(b"DKIM-Signature: v=1\r\n" + bytes(root.octets))) is None
    assert is_aligned(KNOWN, parse(b"To: b@b.example\r\n\r\n")) is None
    assert is_aligned(KNOWN, parse(b"From: a@example.com, b@example.com\r\n\r\n")) is None


def test_an_invitation_from_a_sender_without_proof_is_told() -> None:
    assert RULES["m20"].code == NOT_PROVEN
    invitation = Message(parse(BASES["once"].replace("\n", "\r\n").encode()))
    (found,) = account_findings(KNOWN, invitation)
    assert found.code == NOT_PROVEN
    assert found.where.field == "From"
    assert account_findings(replace(KNOWN, identities=(replace(DOMAIN, dkim="SUCCESS"),)), invitation) == ()
    assert account_findings(KNOWN, Message(parse(HEAD.format("example.com").encode()))) == ()
