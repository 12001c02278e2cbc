"""Protecting: what the policy demands is planned, done, proven, and refused on every road where it is not."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from authority import Authority
from letters import ANN, BOB, BOTH, ENCRYPT, EVE, SIGN, accept, codes, letter, must

from sescomposer.bootstrap import Services
from sescomposer.core.errors import ProtectionError
from sescomposer.core.message import Message, Method, Protection, Road
from sescomposer.core.parse import parse
from sescomposer.core.protection.facts import LayerKind
from sescomposer.core.protection.protector import Protected
from sescomposer.core.protection.smime_protector import SmimeProtector
from sescomposer.services.account import Secret
from sescomposer.services.ports import SubmissionState
from sescomposer.services.protection.protection_plan import ProtectionPlan
from sescomposer.services.protection.protection_ports import IdentityPolicy, KeyEntry, Policy
from sescomposer.services.review import UNPROVEN, FindingsError, can_override

pytestmark = pytest.mark.usefixtures("trusting")


# --- planning ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "policy, chosen, signs",
    [
        (Policy.NEVER, None, False),
        (Policy.OFFER, None, False),
        (Policy.OFFER, True, True),
        (Policy.ALWAYS, None, True),
        (Policy.ALWAYS, False, False),
        (Policy.MUST, None, True),
        (Policy.MUST, False, True),
    ],
)
def test_policy_decides_where_nobody_chose_and_must_decides_always(
    services: Services, ann: KeyEntry, policy: Policy, chosen: bool | None, signs: bool
) -> None:
    must(services, sign=policy)
    plan = services.protecting.plan(letter(services, Protection(sign=chosen)))
    assert plan.signs is signs
    assert plan.can_choose_sign is (policy is not Policy.MUST)
    assert (plan.key == ann) is signs


def test_strictest_policy_of_several_from_mailboxes_holds(services: Services, ann: KeyEntry) -> None:
    must(services)
    message = letter(services)
    both = replace(message, root=parse(bytes(message.root.octets).replace(b"Ann <ann@", b"x@y.example, Ann <ann@", 1)))
    assert services.protecting.plan(both).must_sign


def test_certificate_follows_from_and_the_reason_is_told(
    services: Services, imported: Callable[..., KeyEntry], ann: KeyEntry
) -> None:
    other = imported(EVE)
    plan = services.protecting.plan(letter(services, SIGN))
    assert plan.key is not None
    assert (plan.key.id, other.id != ann.id) == (ann.id, True)
    assert ANN in plan.reason
    assert not plan.errors


def test_pinned_key_is_never_replaced_in_silence(
    services: Services, imported: Callable[..., KeyEntry], ann: KeyEntry
) -> None:
    other = imported(EVE)
    must(services, key=other.id)
    plan = services.protecting.plan(letter(services))
    assert plan.key is not None
    assert plan.key.id == other.id
    assert "protect-address" in {fault.code for fault in plan.errors}
    services.keys.remove(other.id)
    gone = services.protecting.plan(letter(services))
    assert gone.key is None
    assert "not there any more" in gone.reason


def test_expired_certificate_is_told_and_never_signs_by_itself(
    services: Services, imported: Callable[..., KeyEntry], authority: Authority
) -> None:
    imported(not_after=datetime(2026, 11, 1, tzinfo=UTC))
    plan = services.protecting.plan(letter(services, SIGN))
    assert plan.key is None
    assert [fault.code for fault in plan.errors] == ["protect-expired"]
    assert "expired" in plan.reason
    with pytest.raises(ProtectionError, match="no key can do that") as told:
        services.protecting.protector(plan)
    assert told.value.hint.endswith("or do not sign.")


def test_recipients_without_certificate_are_named(services: Services, ann: KeyEntry, bob: None) -> None:
    plan = services.protecting.plan(letter(services, BOTH, cc="zoe@example.org"))
    assert [key.address for key in plan.recipients] == [BOB]
    assert plan.missing == ("zoe@example.org",)
    with pytest.raises(ProtectionError, match="zoe@"):
        services.sending.review(letter(services, BOTH, cc="zoe@example.org"), services.local_transport(Road.SES_V2))


def test_plan_opens_no_key_and_asks_nobody(services: Services, authority: Authority) -> None:
    entry = services.keys.import_file(authority.p12(authority.leaf(ANN)), Secret("secret"), keep_passphrase=False)
    assert services.protecting.plan(letter(services, SIGN)).key == entry
    assert not services.keys.is_open(entry)


def test_switch_keeps_what_the_policy_demands(services: Services) -> None:
    plan = ProtectionPlan(ANN, IdentityPolicy(ANN, sign=Policy.MUST, method="openpgp"), Protection(True, False))
    chosen = plan.chosen(Protection(), sign=False, encrypt=True)
    assert (chosen.sign, chosen.encrypt) == (True, True)


# --- sealing and proof ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384"])
@pytest.mark.parametrize("opaque", [False, True])
def test_signed_message_is_proven_before_it_is_shown(
    services: Services,
    imported: Callable[..., KeyEntry],
    authority: Authority,
    scripted: Any,
    tmp_path: Path,
    kind: str,
    opaque: bool,
) -> None:
    key = imported(kind=kind)
    review = services.sending.review(letter(services, Protection(sign=True, opaque=opaque)), scripted(accept))
    (sealed,) = review.sealed
    assert sealed.evidence is not None
    assert sealed.evidence.is_verified
    assert sealed.evidence.signer == key.fingerprint
    assert sealed.evidence.form == ("opaque" if opaque else "detached")
    assert sealed.evidence.outcome
    assert not review.errors
    (tmp_path / "m.eml").write_bytes(bytes(sealed.octets))
    (tmp_path / "ca.pem").write_bytes(authority.root_pem)
    command = ["openssl", "cms", "-verify", "-in", "m.eml", "-CAfile", "ca.pem", "-purpose", "smimesign"]
    at = ["-attime", str(int(authority.now.timestamp())), "-out", "out"]
    done = subprocess.run([*command, *at], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_bcc_recipients_get_encrypted_copies_of_their_own(
    services: Services, ann: KeyEntry, bob: None, scripted: Any
) -> None:
    review = services.sending.review(letter(services, BOTH, bcc=EVE), scripted(accept))
    assert [item.envelope.rcpt_to for item in review.sealed] == [(BOB,), (EVE,)]
    for item in review.sealed:
        assert item.evidence is not None
        assert item.evidence.is_verified
        assert item.evidence.form == "signed and encrypted"
        assert b"Tea at four" not in bytes(item.octets)
    assert "protect-bcc" in codes(review)
    assert not review.errors


def test_encrypting_alone_without_an_own_key_is_said(services: Services, bob: None, scripted: Any) -> None:
    review = services.sending.review(letter(services, ENCRYPT), scripted(accept))
    (sealed,) = review.sealed
    assert sealed.evidence is not None
    assert not sealed.evidence.is_verified
    assert "protect-unproven" in codes(review)


def test_octets_changed_after_signing_fail_their_proof_and_cannot_be_sent(
    services: Services, ann: KeyEntry, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = SmimeProtector.protect

    def careless(self: SmimeProtector, *args: Any, **keywords: Any) -> tuple[Protected, ...]:
        items = honest(self, *args, **keywords)
        changed = (bytes(item.root.octets).replace(b"Tea at four", b"Tea at five") for item in items)
        return tuple(replace(item, root=parse(octets)) for item, octets in zip(items, changed, strict=True))

    monkeypatch.setattr(SmimeProtector, "protect", careless)
    for transport in (scripted(accept), services.local_transport(Road.SES_V2)):
        review = services.sending.review(letter(services, SIGN), transport)
        assert "protect-selfcheck" in codes(review)
        with pytest.raises(FindingsError):
            services.sending.submit(review, transport, overrides=[("protect-selfcheck", "I know better")])


def test_unproven_codes_have_no_override() -> None:
    from sescomposer.core.findings import Finding, Severity, Where

    for code in UNPROVEN:
        assert not can_override(Finding(code, Severity.ERROR, "", Where(), ""))


def test_evidence_reaches_the_log_the_history_and_the_receipt(services: Services, ann: KeyEntry, scripted: Any) -> None:
    from sescomposer.services.receipts import receipt

    transport = scripted(accept)
    review = services.sending.review(letter(services, SIGN), transport)
    (record,) = services.sending.submit(review, transport)
    assert record.intent.evidence == review.sealed[0].evidence
    (logged,) = services.submissions.all()
    assert logged.intent.evidence == record.intent.evidence
    entry = services.history.get(record.intent.submission)
    assert entry.record.intent.evidence == record.intent.evidence
    assert receipt(entry)["protection"]["verified"] is True
    assert receipt(entry)["protection"]["signer"] == ann.fingerprint
    assert receipt(entry)["request_id"] == "request-1"


def test_what_is_not_protected_has_no_evidence(services: Services, scripted: Any) -> None:
    review = services.sending.review(letter(services), scripted(accept))
    assert review.sealed[0].evidence is None


# --- reading, survival, DKIM, OpenPGP ------------------------------------------------------------------------------


def test_own_encrypted_message_is_read_with_the_own_key(
    services: Services, ann: KeyEntry, bob: None, scripted: Any
) -> None:
    (sealed,) = services.sending.review(letter(services, BOTH), scripted(accept)).sealed
    reading = services.protecting.read(sealed.root)
    assert [layer.kind for layer in reading.layers] == [LayerKind.ENCRYPTED, LayerKind.CLEAR_SIGNED]
    assert reading.is_good
    services.keys.remove(ann.id)
    closed = services.protecting.read(sealed.root)
    assert closed.layers[0].trouble
    assert not closed.is_good


def test_survival_is_told_of_what_was_sealed(services: Services, ann: KeyEntry, scripted: Any) -> None:
    (sealed,) = services.sending.review(letter(services, SIGN), scripted(accept)).sealed
    found = services.protecting.survival(sealed)
    assert {one.survives for one in found if one.applies} == {True, False}


def test_dkim_signs_last(services: Services, ann: KeyEntry, scripted: Any) -> None:
    entry = services.keys.make_dkim("example.org", "s1")
    services.policies.put(IdentityPolicy(ANN, sign=Policy.MUST, dkim=entry.id))
    review = services.sending.review(letter(services), scripted(accept))
    (sealed,) = review.sealed
    assert bytes(sealed.octets).startswith(b"DKIM-Signature:")
    assert sealed.evidence is not None
    assert (sealed.evidence.method, sealed.evidence.is_verified) == ("smime", True)
    services.keys.remove(entry.id)
    with pytest.raises(ProtectionError, match="DKIM"):
        services.sending.review(letter(services), scripted(accept))


def test_dkim_alone_is_evidence_too_and_no_signature_of_the_writer(services: Services, scripted: Any) -> None:
    entry = services.keys.make_dkim("example.org", "s1")
    services.policies.put(IdentityPolicy(ANN, dkim=entry.id))
    review = services.sending.review(letter(services), scripted(accept))
    assert review.sealed[0].evidence is not None
    assert review.sealed[0].evidence.method == "dkim"
    services.policies.put(IdentityPolicy(ANN, sign=Policy.MUST, dkim=entry.id))
    with pytest.raises(FindingsError):
        services.sending.submit(review, scripted(accept))


def test_method_ses_needs_an_account_and_never_signs_here(services: Services, ann: KeyEntry) -> None:
    protection = Protection(sign=True, method=Method.SES)
    plan = services.protecting.plan(letter(services, protection))
    assert not plan.needs_protector
    assert [fault.code for fault in plan.errors] == ["protect-ses-account"]
    must(services, method="ses")
    transport = services.local_transport(Road.SES_V2)
    review = services.sending.review(letter(services), transport)
    with pytest.raises(FindingsError, match="bears none"):
        services.sending.submit(review, transport)


@pytest.fixture
def pgp_key(services: Services) -> KeyEntry:
    """An OpenPGP key of Ann's."""
    from pysequoia import Tsk

    made = bytes(Tsk.generate(f"Ann <{ANN}>"))
    return services.keys.import_file(made)


def test_openpgp_is_planned_done_and_proven(services: Services, pgp_key: KeyEntry, scripted: Any) -> None:
    services.clock.time = datetime.now(UTC)  # type: ignore[attr-defined]  # the library goes by the system's clock
    services.policies.put(IdentityPolicy(ANN, sign=Policy.MUST, method="openpgp"))
    transport = scripted(accept)
    review = services.sending.review(letter(services), transport)
    (sealed,) = review.sealed
    assert sealed.evidence is not None
    assert (sealed.evidence.method, sealed.evidence.outcome, sealed.evidence.is_verified)[::2] == ("openpgp", True)
    assert services.sending.submit(review, transport)[0].state is SubmissionState.ACCEPTED
    mine = services.sending.review(letter(services, to=ANN, protection=replace(BOTH, method=Method.OPENPGP)), transport)
    assert mine.sealed[0].evidence is not None
    assert mine.sealed[0].evidence.is_verified


def test_use_of_a_certificate_is_noted_once_it_was_accepted(
    services: Services, ann: KeyEntry, bob: None, scripted: Any
) -> None:
    transport = scripted(accept)
    review = services.sending.review(letter(services, BOTH), transport)
    assert [key.last_used for key in services.people.for_address(BOB)] == [None]
    services.sending.submit(review, transport)
    assert [key.last_used for key in services.people.for_address(BOB)] == [services.clock.now()]
    assert [key.last_used for key in services.people.for_address(EVE)] == [None]


def test_survival_names_what_a_footer_does_to_a_detached_signature(
    services: Services, ann: KeyEntry, scripted: Any
) -> None:
    (sealed,) = services.sending.review(letter(services, SIGN), scripted(accept)).sealed
    assert all(one.sentence for one in services.protecting.survival(sealed))


def test_message_without_from_has_no_policy(services: Services) -> None:
    plan = services.protecting.plan(Message(parse(b"To: b@b.example\r\n\r\nHi\r\n")))
    assert (plan.address, plan.signs, plan.must_sign) == ("", False, False)


def test_evidence_of_foreign_octets_tells_encryption_nobody_here_opens(
    services: Services, ann: KeyEntry, bob: None, scripted: Any
) -> None:
    transport = scripted(accept)
    (sealed,) = services.sending.review(letter(services, BOTH), transport).sealed
    services.keys.remove(ann.id)
    (again,) = services.sending.review_as_is(sealed.octets, sealed.envelope, transport).sealed
    assert again.evidence is not None
    assert (again.evidence.form, again.evidence.is_verified) == ("encrypted", False)
