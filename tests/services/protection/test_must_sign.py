"""What a policy demands is held on every road, and keys that stay closed seal nothing."""

from dataclasses import replace
from typing import Any

import pytest
from authority import Authority
from letters import ANN, SIGN, accept, codes, letter, must

from sescomposer.bootstrap import Services
from sescomposer.core.errors import PassphraseError, ProtectionError, StoreError
from sescomposer.core.message import Message, Protection, Road
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import Progress
from sescomposer.services.account import Secret
from sescomposer.services.ports import Receipt, SubmissionState
from sescomposer.services.protection.protection_ports import KeyEntry, Policy
from sescomposer.services.review import FindingsError

pytestmark = pytest.mark.usefixtures("trusting")


def test_must_without_a_key_seals_nothing(services: Services, scripted: Any) -> None:
    must(services)
    for transport in (scripted(accept), services.local_transport(Road.SES_V2)):
        with pytest.raises(ProtectionError) as told:
            services.sending.review(letter(services, Protection(sign=False)), transport)
        assert told.value.hint.endswith("or change the policy of this one.")


def test_must_is_fulfilled_by_a_good_signature(services: Services, ann: KeyEntry) -> None:
    must(services)
    transport = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(letter(services), transport), transport)
    assert record.state is SubmissionState.ACCEPTED


@pytest.mark.parametrize("is_local", [False, True])
def test_must_refuses_what_nobody_trusts_on_every_road(
    services: Services, ann: KeyEntry, authority: Authority, scripted: Any, is_local: bool
) -> None:
    must(services)
    services.roots.remove(authority.root.fingerprint)
    transport = services.local_transport(Road.SMTP) if is_local else scripted(accept)
    review = services.sending.review(letter(services), transport)
    assert "protect-must" in codes(review)
    with pytest.raises(FindingsError, match="must bear a good signature") as told:
        services.sending.submit(review, transport, overrides=[("protect-must", "please")])
    assert "Not one octet was changed" not in told.value.sentence, "what is good is no reason"
    assert "'Test Lab Root'" in told.value.sentence
    assert "no reason" in told.value.hint
    assert not services.submissions.all()


def test_certificate_that_nobody_trusts_is_told_before_sealing_where_a_good_signature_is_demanded(
    services: Services,
) -> None:
    entry = services.keys.make_test("Ann", ANN)
    assert not services.protecting.plan(letter(services, SIGN)).errors
    must(services)
    plan = services.protecting.plan(letter(services))
    assert plan.key == entry
    assert [fault.code for fault in plan.errors] == ["protect-untrusted"]
    services.roots.import_file(entry.certificates[0])
    assert not services.protecting.plan(letter(services)).errors


def test_policy_that_is_set_between_review_and_send_counts(services: Services, ann: KeyEntry, scripted: Any) -> None:
    transport = scripted(accept)
    review = services.sending.review(letter(services), transport)
    must(services)
    with pytest.raises(FindingsError, match="must bear a good signature"):
        services.sending.submit(review, transport)
    assert transport.given == []


def test_must_encrypt_refuses_what_is_only_signed(services: Services, ann: KeyEntry, bob: None, scripted: Any) -> None:
    transport = scripted(accept)
    review = services.sending.review(letter(services, SIGN), transport)
    must(services, encrypt=Policy.MUST)
    with pytest.raises(FindingsError, match="must be encrypted"):
        services.sending.submit(review, transport)
    (sealed,) = services.sending.review(letter(services), transport).sealed
    assert sealed.evidence is not None
    assert sealed.evidence.form == "signed and encrypted"


def test_octets_sent_as_they_are_must_verify(services: Services, ann: KeyEntry, scripted: Any) -> None:
    transport = scripted(accept)
    (signed,) = services.sending.review(letter(services, SIGN), transport).sealed
    (plain,) = services.sending.review(letter(services), transport).sealed
    must(services)
    good = services.sending.review_as_is(signed.octets, signed.envelope, transport)
    assert services.sending.submit(good, transport)[0].state is SubmissionState.ACCEPTED
    assert good.sealed[0].evidence is not None
    assert good.sealed[0].evidence.is_verified
    broken = bytes(signed.octets).replace(b"Tea at four", b"Tea at five")
    for octets in (plain.octets, Octets.of(broken)):
        review = services.sending.review_as_is(octets, plain.envelope, transport)
        assert "protect-must" in codes(review)
        with pytest.raises(FindingsError):
            services.sending.submit(review, transport)


def test_message_that_came_signed_is_not_signed_twice_by_a_policy(
    services: Services, ann: KeyEntry, scripted: Any
) -> None:
    transport = scripted(accept)
    (signed,) = services.sending.review(letter(services, SIGN), transport).sealed
    must(services)
    review = services.sending.review(Message(signed.root), transport)
    assert bytes(review.sealed[0].octets) == bytes(signed.octets)
    assert not {"protect-must", "protect-double"} & codes(review)
    chosen = services.sending.review(replace(Message(signed.root), protection=SIGN), transport)
    assert "protect-double" in codes(chosen)


def test_batch_cut_short_goes_on_only_where_the_policy_of_now_allows(
    services: Services, ann: KeyEntry, scripted: Any
) -> None:
    class Crash(BaseException):
        """Stands for the end of the process."""

    def crash(octets: Octets, progress: Progress) -> Receipt:
        raise Crash

    transport = scripted(accept, crash)
    review = services.sending.review_all([letter(services), letter(services), letter(services)], transport)
    with pytest.raises(Crash):
        services.sending.submit(review, transport, in_flight=1)
    (batch,) = services.sending.resumable()
    must(services)
    with pytest.raises(FindingsError, match="must bear a good signature"):
        services.sending.resume(batch, transport)


def test_damaged_policies_let_nothing_pass(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    review = services.sending.review(letter(services), transport)
    services.folders.policies.parent.mkdir(parents=True, exist_ok=True)
    services.folders.policies.write_text("{", "utf-8")
    with pytest.raises(StoreError):
        services.sending.submit(review, transport)
    with pytest.raises(StoreError):
        services.sending.review(letter(services), transport)
    assert transport.given == []


def test_passphrase_is_asked_for_and_nothing_is_sealed_without_it(
    services: Services, authority: Authority, scripted: Any
) -> None:
    services.keys.import_file(authority.p12(authority.leaf(ANN)), Secret("secret"), keep_passphrase=False)
    transport = scripted(accept)
    asked: list[str] = []

    def answer(entry: KeyEntry, why: str) -> Secret:
        asked.append(entry.label)
        return Secret("secret")

    with pytest.raises(PassphraseError):
        services.sending.review(letter(services, SIGN), transport)
    review = services.sending.review(letter(services, SIGN), transport, ask=answer)
    assert asked == ["Ann Example"]
    assert review.sealed[0].evidence is not None
    assert review.sealed[0].evidence.is_verified


def test_key_removed_after_review_stops_what_it_signed(services: Services, ann: KeyEntry, scripted: Any) -> None:
    transport = scripted(accept)
    review = services.sending.review(letter(services, SIGN), transport)
    plain = services.sending.review(letter(services, Protection(sign=False)), transport)
    services.keys.remove(ann.id)
    with pytest.raises(FindingsError, match="'Ann Example' was removed after the message was signed") as refused:
        services.sending.submit(review, transport, overrides=[("protect-key-gone", "all the same")])
    assert "protect-key-gone" in repr(refused.value.value)
    assert services.submissions.all() == ()
    assert services.sending.submit(plain, transport)[0].state is SubmissionState.ACCEPTED
    with pytest.raises(ProtectionError):
        services.sending.review(letter(services, SIGN), transport)


@pytest.mark.parametrize(
    "author",
    [
        b"ann@example.org",
        b'"ann"@EXAMPLE.org',
        b"Ann (x) ann@example.org>",
        b"Team: eve@example.org, ANN@example.org;",
        b"eve@example.org, <ann@example.org",
        b"ann@example.org <eve@example.org>",
    ],
)
def test_no_spelling_of_from_takes_the_policy_away(services: Services, author: bytes) -> None:
    must(services)
    root = parse(b"From: " + author + b"\r\nTo: b@b.example\r\n\r\nHi\r\n")
    assert services.protecting.policy(root).sign is Policy.MUST


@pytest.mark.parametrize("author", [b"joann@example.org", b"Ann <eve@example.org>", b"ann@example.org.example"])
def test_policy_is_that_of_the_very_address(services: Services, author: bytes) -> None:
    must(services)
    assert services.protecting.policy(parse(b"From: " + author + b"\r\n\r\n")).sign is Policy.OFFER


def test_part_that_the_signature_leaves_out_is_no_good_signature(
    services: Services, ann: KeyEntry, scripted: Any
) -> None:
    transport = scripted(accept)
    (signed,) = services.sending.review(letter(services, SIGN), transport).sealed
    octets = bytes(signed.octets)
    boundary = signed.root.content_type.get("boundary").encode()
    more = b"\r\nContent-Type: text/plain\r\n\r\nnot signed\r\n--" + boundary + b"--\r\n"
    end = b"--" + boundary + b"--\r\n"
    assert octets.endswith(end)
    added = octets.removesuffix(end) + b"--" + boundary + more
    must(services)
    review = services.sending.review_as_is(Octets.of(added), signed.envelope, transport)
    assert review.sealed[0].evidence is not None
    assert not review.sealed[0].evidence.is_verified
    assert "protect-must" in codes(review)
