"""Which certificate signs for an address, and the reason that is shown."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from authority import Authority
from cryptography.x509.oid import ExtendedKeyUsageOID

from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.choosing import Choice, choose
from sescomposer.core.protection.certificates.test_certificate import make_test_certificate
from sescomposer.core.protection.certificates.trust import Trust

ANN = "ann@example.org"


def chosen(authority: Authority, candidates: Sequence[Certificate], address: str = ANN, pinned: str = "") -> Choice:
    trust = Trust((authority.root,))
    both = [
        choose(order, address, authority.now, trust, pinned, authority.intermediates(1))
        for order in (candidates, candidates[::-1])
    ]
    assert both[0] == both[1]
    return both[0]


def test_the_only_one(authority: Authority) -> None:
    own, other = authority.leaf().certificate, authority.leaf("bob@example.org").certificate
    found = chosen(authority, [own, other])
    assert found == Choice(own, "It is the only one of yours that can sign for ann@example.org.")


def test_one_that_is_trusted_before_one_that_is_not(authority: Authority) -> None:
    own = authority.leaf().certificate
    test = make_test_certificate("Ann", ANN, authority.now, valid_days=9000).certificate
    elsewhere = Authority("Elsewhere").leaf(depth=0, not_after=datetime(2045, 1, 1, tzinfo=UTC)).certificate
    found = chosen(authority, [test, elsewhere, own])
    assert found.certificate == own
    assert chosen(authority, [test]).certificate == test


def test_exactly_this_spelling_comes_first(authority: Authority) -> None:
    exact = authority.leaf(not_after=authority.now + timedelta(days=40)).certificate
    other = authority.leaf("Ann@Example.org").certificate
    found = chosen(authority, [other, exact])
    assert found == Choice(
        exact, "Of 2 that can sign for ann@example.org, this one has exactly this spelling of the address."
    )
    assert chosen(authority, [other, exact], "Ann@Example.org").certificate == other
    assert chosen(authority, [other], "ANN@EXAMPLE.ORG").certificate == other


def test_for_mail_alone_comes_before_for_more(authority: Authority) -> None:
    eku = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH)
    more = authority.leaf(eku=eku, not_after=datetime(2040, 1, 1, tzinfo=UTC)).certificate
    found = chosen(authority, [more, authority.leaf().certificate])
    assert found.certificate == authority.leaf().certificate
    assert found.reason.endswith("this one is for mail alone.")


def test_valid_longest_then_newest(authority: Authority) -> None:
    long = authority.leaf(not_after=datetime(2040, 1, 1, tzinfo=UTC)).certificate
    found = chosen(authority, [authority.leaf().certificate, long])
    assert found == Choice(long, "Of 2 that can sign for ann@example.org, this one is valid longest.")
    new = authority.leaf(not_before=datetime(2026, 6, 1, tzinfo=UTC)).certificate
    found = chosen(authority, [authority.leaf().certificate, new])
    assert found == Choice(new, "Of 2 that can sign for ann@example.org, this one is the newest.")


def test_nothing_tells_them_apart(authority: Authority) -> None:
    twins = [authority.leaf().certificate, authority.leaf(cn="Ann Twin").certificate]
    found = choose(twins, ANN, authority.now, Trust((authority.root,)), "", authority.intermediates(1))
    assert found.certificate == twins[0]
    assert "nothing else tells them apart" in found.reason


def test_a_pin_decides(authority: Authority) -> None:
    worse = authority.leaf(not_after=authority.now + timedelta(days=40)).certificate
    candidates = [authority.leaf().certificate, worse]
    for pinned in (worse.fingerprint, worse.fingerprint[:16], worse.fingerprint.upper()):
        assert chosen(authority, candidates, pinned=pinned) == Choice(worse, "It is fixed for ann@example.org.")


def test_a_pin_that_cannot_be_used_is_never_passed_over(authority: Authority) -> None:
    old = authority.leaf(not_after=authority.now - timedelta(days=1)).certificate
    found = chosen(authority, [authority.leaf().certificate, old], pinned=old.fingerprint)
    assert found.certificate is None
    assert "cannot be used" in found.reason
    assert "expired" in found.reason
    gone = chosen(authority, [authority.leaf().certificate], pinned="00ff")
    assert gone.certificate is None
    assert "no longer among yours" in gone.reason


NONE_FITS = [
    ([], "You have no certificate yet"),
    ([{"address": "bob@example.org"}, {"addresses": ("info@example.org",)}], "they are for bob@example.org, info@"),
    ([{"addresses": ()}], "they have no address in them"),
    ([{"not_after": datetime(2026, 2, 1, tzinfo=UTC)}], "cannot be used. The certificate of 'Ann Example' expired"),
    ([{"kind": "rsa1024"}], "too short"),
]


@pytest.mark.parametrize("made, words", NONE_FITS)
def test_nothing_fits(authority: Authority, made: list[dict[str, object]], words: str) -> None:
    candidates = [authority.leaf(**arguments).certificate for arguments in made]  # type: ignore[arg-type]
    trust = Trust((authority.root,))
    found = choose(candidates, ANN, authority.now, trust, "", authority.intermediates(1))
    assert found.certificate is None
    assert words in found.reason
