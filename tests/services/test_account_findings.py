"""What speaks against sending by what is known of the account: each rule with its place, and silence otherwise."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sescomposer.core.findings import Severity
from sescomposer.core.message import EnvelopeOverride, Message, SendingOptions
from sescomposer.core.parse import parse
from sescomposer.services.account_findings import account_findings
from sescomposer.services.knowledge import Denied, Identity, Known, Quota

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DOMAIN = Identity("a.example", "DOMAIN", "SUCCESS", True)
GOOD = Known(
    "work",
    "eu-west-1",
    NOW,
    is_sandbox=False,
    sending_enabled=True,
    enforcement="HEALTHY",
    quota=Quota(200, 14, 50),
    identities=(DOMAIN,),
)
HEAD = b"From: Ada <ada@a.example>\r\nTo: b@b.example\r\nCc: c@a.example\r\nBcc: d@b.example\r\nSubject: Hi\r\n\r\n"


def _message(octets: bytes = HEAD, **values: object) -> Message:
    return replace(Message(parse(octets)), **values)  # type: ignore[arg-type]


def _codes(known: Known | None, message: Message, *others: Known) -> list[str]:
    return [finding.code for finding in account_findings(known, message, others)]


def test_nothing_speaks_against_a_good_account_or_one_nobody_knows() -> None:
    assert _codes(GOOD, _message()) == []
    assert _codes(None, _message()) == []
    assert _codes(Known("work", "eu-west-1", NOW, denied=(_denied("ListEmailIdentities"),)), _message()) == []


def _denied(operation: str) -> Denied:
    return Denied(operation, f"ses:{operation}", "{}", "No.")


STATES = [
    ({"enforcement": "SHUTDOWN", "sending_enabled": False}, "account-shut-down", Severity.ERROR),
    ({"sending_enabled": False}, "account-sending-disabled", Severity.ERROR),
    ({"enforcement": "PROBATION"}, "account-on-probation", Severity.WARNING),
    ({"quota": Quota(200, 14, 198)}, "quota-exceeded", Severity.WARNING),
    ({"quota": Quota(200, 2, 0)}, "rate-exceeded", Severity.NOTE),
]


@pytest.mark.parametrize("values, code, severity", STATES)
def test_state_of_the_account_is_found(values: dict[str, object], code: str, severity: Severity) -> None:
    (found,) = account_findings(replace(GOOD, **values), _message())  # type: ignore[arg-type]
    assert (found.code, found.severity) == (code, severity)
    assert found.refused == (severity is Severity.ERROR)
    assert found.where.field in ("account", "envelope")


@pytest.mark.parametrize("quota", [Quota(-1, 14, 1e9), Quota(200, 14, 197), Quota(200, 3, 0), Quota(200, 0, 0), None])
def test_amounts_within_limits_are_not_found(quota: Quota | None) -> None:
    assert _codes(replace(GOOD, quota=quota), _message()) == []


def test_unverified_from_is_found_in_its_field_with_where_it_is_verified() -> None:
    known = replace(GOOD, identities=())
    (found,) = account_findings(known, _message(), (replace(GOOD, region="us-east-1"), known))
    assert (found.code, found.severity, found.where.field, found.where.index) == (
        "from-not-verified",
        Severity.ERROR,
        "From",
        0,
    )
    assert found.where.start == 0
    assert "it is verified in us-east-1" in found.message
    assert "'ada@a.example' in From is not verified" in found.message


def test_identity_on_its_way_is_named_with_its_status() -> None:
    pending = replace(DOMAIN, status="PENDING", sending_enabled=False)
    (found,) = account_findings(replace(GOOD, identities=(pending,)), _message())
    assert "the identity 'a.example' has the status PENDING" in found.message


def test_sender_and_return_path_must_be_verified_too() -> None:
    octets = b"Return-Path: <r@x.example>\r\nSender: s@x.example\r\n" + HEAD
    found = account_findings(GOOD, _message(octets))
    assert [(each.code, each.where.field) for each in found] == [
        ("sender-not-verified", "Sender"),
        ("return-path-not-verified", "Return-Path"),
    ]
    (override,) = account_findings(GOOD, _message(envelope=EnvelopeOverride(mail_from="r@x.example")))
    assert (override.code, override.where.field) == ("return-path-not-verified", "envelope")
    assert _codes(GOOD, _message(envelope=EnvelopeOverride(mail_from="r+1@a.example"))) == []


@pytest.mark.parametrize(
    "options, codes",
    [
        (SendingOptions(source_arn="arn:aws:ses:x"), []),
        (SendingOptions(from_arn="arn:aws:ses:x"), ["return-path-not-verified"]),
        (SendingOptions(return_path_arn="arn:aws:ses:x"), ["from-not-verified"]),
    ],
)
def test_identity_lent_by_another_account_is_not_looked_for(options: SendingOptions, codes: list[str]) -> None:
    envelope = EnvelopeOverride(mail_from="r@x.example")
    assert _codes(replace(GOOD, identities=()), _message(options=options, envelope=envelope)) == codes


def test_sandbox_reaches_verified_recipients_and_the_simulator_alone() -> None:
    octets = HEAD.replace(b"b@b.example", b"b@b.example, bounce+1@Simulator.amazonSES.com")
    found = account_findings(replace(GOOD, is_sandbox=True), _message(octets))
    assert [(each.code, each.severity, each.where.field) for each in found] == [
        ("sandbox-recipient", Severity.WARNING, "To"),
        ("sandbox-recipient", Severity.WARNING, "Bcc"),
    ]
    assert "'b@b.example' is not verified" in found[0].message


def test_sandbox_with_unread_identities_gives_notes() -> None:
    known = replace(GOOD, is_sandbox=True, identities=(), denied=(_denied("ListEmailIdentities"),))
    found = account_findings(known, _message())
    assert {(each.code, each.severity) for each in found} == {("sandbox-recipient", Severity.NOTE)}


def test_recipients_of_the_override_lie_in_the_envelope() -> None:
    message = _message(envelope=EnvelopeOverride(rcpt_to=("x@x.example",)))
    (found,) = account_findings(replace(GOOD, is_sandbox=True), message)
    assert found.where.field == "envelope"


def test_worst_comes_first() -> None:
    known = replace(GOOD, is_sandbox=True, identities=(), quota=Quota(200, 1, 200), sending_enabled=False)
    ranks = [finding.severity.rank for finding in account_findings(known, _message())]
    assert ranks == sorted(ranks)
    assert len(ranks) > 4
