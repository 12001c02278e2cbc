"""What speaks against a certificate, one code for each thing that is wrong, and nothing else beside it."""

from datetime import UTC, datetime, timedelta

import pytest
from authority import Authority, signed_with_sha1
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.findings import Severity
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.certificates.suitability import CertificateFault, Use, faults
from sescomposer.core.protection.certificates.test_certificate import make_test_certificate
from sescomposer.core.protection.certificates.trust import Trust

ANN = "ann@example.org"


def found(
    authority: Authority, subject: KeyPair | Certificate, use: Use = "sign", address: str = ANN, accepted: bool = False
) -> tuple[CertificateFault, ...]:
    return faults(
        subject,
        for_=use,
        address=address,
        now=authority.now,
        trust=Trust((authority.root,)),
        others=authority.intermediates(3),
        is_accepted=accepted,
    )


def codes(its: tuple[CertificateFault, ...]) -> list[tuple[str, str]]:
    return [(fault.code, str(fault.severity)) for fault in its]


@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "p256", "p384", "p521"])
@pytest.mark.parametrize("depth", range(4))
def test_nothing_is_wrong_with_a_good_one(authority: Authority, kind: str, depth: int) -> None:
    pair = authority.leaf(kind=kind, depth=depth)
    assert found(authority, pair) == ()
    assert found(authority, pair.certificate, "encrypt") == ()
    assert found(authority, pair, address="ANN@Example.org") == ()


CLIENT = (ExtendedKeyUsageOID.CLIENT_AUTH,)
DAY = timedelta(days=1)

WRONG: dict[str, tuple[dict[str, object], list[tuple[str, str]], list[tuple[str, str]]]] = {
    "client log-in only": (
        {"eku": CLIENT},
        [("protect-extended-usage", "error")],
        [("protect-extended-usage", "error")],
    ),
    "encryption only": ({"ku": ("key_encipherment",)}, [("protect-usage", "error")], []),
    "signing only": ({"ku": ("digital_signature",)}, [], [("protect-usage", "error")]),
    "non-repudiation only": ({"ku": ("content_commitment",)}, [], [("protect-usage", "error")]),
    "no usages named": ({"ku": (), "eku": ()}, [], []),
    "no address": ({"addresses": ()}, [("protect-no-address", "error")], [("protect-no-address", "warning")]),
    "other address": (
        {"addresses": ("bob@example.org",)},
        [("protect-address", "error")],
        [("protect-address", "warning")],
    ),
    "RSA 1024": ({"kind": "rsa1024"}, [("protect-weak", "error")], [("protect-weak", "error")]),
    "Ed25519": ({"kind": "ed25519"}, [("protect-algorithm", "error")], [("protect-algorithm", "error")]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_certificate(authority: Authority, name: str) -> None:
    arguments, signing, encrypting = WRONG[name]
    pair = authority.leaf(ANN, **arguments)  # type: ignore[arg-type]
    assert codes(found(authority, pair)) == signing
    assert codes(found(authority, pair.certificate, "encrypt")) == encrypting
    for fault in (*found(authority, pair), *found(authority, pair.certificate, "encrypt")):
        assert fault.sentence.endswith(".")
        assert fault.mend.endswith(".")
        assert "Ann Example" in fault.sentence


VALIDITY = [
    (None, -DAY, [("protect-expired", "error")]),
    (None, timedelta(seconds=-1), [("protect-expired", "error")]),
    (None, timedelta(hours=3), [("protect-expiring", "warning")]),
    (None, 7 * DAY, [("protect-expiring", "warning")]),
    (None, 8 * DAY, [("protect-expiring", "note")]),
    (None, 30 * DAY, [("protect-expiring", "note")]),
    (None, 31 * DAY, []),
    (DAY, None, [("protect-not-yet", "error")]),
]


@pytest.mark.parametrize("start, end, expected", VALIDITY)
@pytest.mark.parametrize("use", ["sign", "encrypt"])
def test_validity(
    authority: Authority, start: timedelta | None, end: timedelta | None, expected: list[tuple[str, str]], use: Use
) -> None:
    not_before = None if start is None else authority.now + start
    not_after = None if end is None else authority.now + end
    pair = authority.leaf(not_before=not_before, not_after=not_after)
    assert codes(found(authority, pair, use)) == expected


def test_the_days_that_are_left_are_named(authority: Authority) -> None:
    (fault,) = found(authority, authority.leaf(not_after=authority.now + 8 * DAY))
    assert fault.sentence == "The certificate of 'Ann Example' expires on 29 November 2026, in 8 days."
    (fault,) = found(authority, authority.leaf(not_after=authority.now + DAY))
    assert fault.sentence.endswith("in 1 day.")
    (fault,) = found(authority, authority.leaf(not_after=authority.now + timedelta(hours=3)))
    assert fault.sentence.endswith("in less than a day.")


def test_the_addresses_it_is_for_are_named(authority: Authority) -> None:
    pair = authority.leaf(addresses=("bob@example.org", "info@example.org"))
    (fault,) = found(authority, pair)
    assert "for bob@example.org, info@example.org, not for ann@example.org" in fault.sentence
    (fault,) = found(authority, pair, address="")
    assert fault.code == "protect-address"
    assert fault.severity is Severity.ERROR
    assert fault.sentence.endswith("info@example.org, and the message names no mailbox that it could belong to.")
    assert "From" in fault.mend


def test_key_and_certificate_that_do_not_match(authority: Authority) -> None:
    ann, bob = authority.leaf(), authority.leaf("bob@example.org")
    assert codes(found(authority, KeyPair(ann.certificate, bob.key, ann.chain))) == [("protect-key-mismatch", "error")]
    mixed = KeyPair(ann.certificate, ec.generate_private_key(ec.SECP256R1()), ann.chain)
    assert codes(found(authority, mixed)) == [("protect-key-mismatch", "error")]


def test_sha1(authority: Authority) -> None:
    ann = authority.leaf()
    old = signed_with_sha1(ann.certificate, authority.issuers(1)[1])
    assert codes(found(authority, KeyPair(old, ann.key, ann.chain))) == [("protect-weak", "error")]
    assert codes(found(authority, old, "encrypt")) == [("protect-weak", "warning")]


def alone(
    authority: Authority, subject: KeyPair | Certificate, use: Use, accepted: bool = False
) -> list[tuple[str, str]]:
    trust = Trust((authority.root,))
    asked = faults(subject, for_=use, address=ANN, now=authority.now, trust=trust, is_accepted=accepted)
    return codes(asked)


def test_an_incomplete_chain(authority: Authority) -> None:
    ann = authority.leaf(depth=2)
    cut = KeyPair(ann.certificate, ann.key, ann.chain[:1])
    assert alone(authority, cut, "sign") == [("protect-chain", "error")]
    assert alone(authority, ann.certificate, "encrypt") == [("protect-chain", "error")]
    assert alone(authority, ann.certificate, "encrypt", accepted=True) == []
    assert alone(authority, ann, "sign") == []


def test_a_root_that_is_not_trusted(authority: Authority) -> None:
    elsewhere = Authority("Elsewhere")
    ann = elsewhere.leaf()
    pair = KeyPair(ann.certificate, ann.key, (*ann.chain, elsewhere.root))
    assert alone(authority, pair, "sign") == [("protect-untrusted", "warning")]
    asked = faults(
        ann.certificate,
        for_="encrypt",
        address=ANN,
        now=authority.now,
        trust=Trust((authority.root,)),
        others=(*ann.chain, elsewhere.root),
    )
    assert codes(asked) == [("protect-untrusted", "error")]
    assert "fingerprint" in asked[0].mend


def test_a_weak_issuer(authority: Authority) -> None:
    ann = authority.leaf()
    issuer = authority.issuers(1)[1]
    pair = KeyPair(ann.certificate, ann.key, (signed_with_sha1(issuer.certificate, authority.issuers(0)[0]),))
    assert alone(authority, pair, "sign") == [("protect-weak", "error")]


def test_an_issuer_that_has_expired(authority: Authority) -> None:
    ann = authority.leaf(not_after=datetime(2049, 1, 1, tzinfo=UTC))
    later = datetime(2047, 1, 1, tzinfo=UTC)
    asked = faults(ann, for_="sign", address=ANN, now=later, trust=Trust((authority.root,)))
    assert codes(asked) == [("protect-chain", "error")]
    assert "Test Lab CA 1" in asked[0].sentence


def test_a_test_certificate_is_told_once(authority: Authority) -> None:
    pair = make_test_certificate("Ann", ANN, authority.now, valid_days=100)
    assert alone(authority, pair, "sign") == [("protect-test", "warning")]
    assert alone(authority, pair.certificate, "encrypt") == [("protect-test", "warning")]


def test_everything_that_is_wrong_is_told_worst_first(authority: Authority) -> None:
    pair = authority.leaf(
        addresses=(), eku=CLIENT, ku=("key_cert_sign",), kind="rsa1024", not_after=authority.now + 5 * DAY
    )
    its = found(authority, pair)
    assert {fault.code for fault in its} == {
        *("protect-no-address", "protect-extended-usage", "protect-usage", "protect-weak", "protect-expiring")
    }
    assert its[-1].severity is Severity.WARNING


@given(st.text(max_size=40), st.sampled_from(["sign", "encrypt"]))
def test_any_address_can_be_asked_for(authority: Authority, address: str, use: Use) -> None:
    assert codes(found(authority, authority.leaf(), use, address))[0][0] == "protect-address"
