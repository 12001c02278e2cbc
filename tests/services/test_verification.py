"""Whether an address may send: the rules of SES for domains, case, labels, and the most specific identity."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.services.knowledge import Denied, Identity, Known
from sescomposer.services.verification import Place, VerificationState, covering, identities_for, verification

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LABEL = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
DOMAIN = st.lists(LABEL, min_size=2, max_size=4).map(".".join)
LOCAL = st.from_regex(r"[A-Za-z][A-Za-z0-9.]{0,6}[A-Za-z]", fullmatch=True)


def _identity(name: str, *, is_verified: bool = True) -> Identity:
    kind = "EMAIL_ADDRESS" if "@" in name else "DOMAIN"
    return Identity(name, kind, "SUCCESS" if is_verified else "PENDING", is_verified)


def _known(*identities: Identity, account: str = "work", region: str = "eu-west-1") -> Known:
    return Known(account, region, NOW, identities=identities)


VECTORS = [
    ("a.example", "ada@a.example", True),
    ("a.example", "ada@A.EXAMPLE", True),
    ("A.Example", "ada@a.example", True),
    ("a.example", "ada@deep.mail.a.example", True),
    ("a.example", "ada@aa.example", False),
    ("mail.a.example", "ada@a.example", False),
    ("ada@a.example", "ada@a.example", True),
    ("ada@A.example", "ada@a.example", False),
    ("Ada@a.example", "ada@a.example", False),
    ("ada@a.example", "ada@mail.a.example", False),
    ("ada@a.example", "ada+x@a.example", True),
    ("ada@a.example", "ada+x+y@a.example", True),
    ("ada+x@a.example", "ada@a.example", False),
    ("ada+x@a.example", "ada+x@a.example", True),
    ("ada+x@a.example", "ada+y@a.example", False),
    ("@a.example", "+x@a.example", False),
]


@pytest.mark.parametrize("name, address, is_covered", VECTORS)
def test_identity_covers_what_ses_says(name: str, address: str, is_covered: bool) -> None:
    found = verification(_known(_identity(name)), address)
    assert found.state is (VerificationState.VERIFIED if is_covered else VerificationState.UNVERIFIED)
    assert found.by == (name if is_covered else "")


def test_most_specific_identity_wins() -> None:
    names = ["example", "a.example", "mail.a.example", "ada@mail.a.example", "ada+x@mail.a.example"]
    while names:
        assert verification(_known(*map(_identity, names)), "ada+x@mail.a.example").by == names.pop()


def test_identity_on_its_way_does_not_hide_a_verified_domain() -> None:
    pending = _identity("ada@a.example", is_verified=False)
    found = verification(_known(pending, _identity("a.example")), "ada@a.example")
    assert (found.state, found.by, found.pending) == (VerificationState.VERIFIED, "a.example", pending)
    alone = verification(_known(pending), "ada@a.example")
    assert (alone.state, alone.pending) == (VerificationState.UNVERIFIED, pending)


def test_identity_that_may_not_send_does_not_count() -> None:
    paused = replace(_identity("a.example"), sending_enabled=False)
    assert verification(_known(paused), "ada@a.example").state is VerificationState.UNVERIFIED


def test_list_that_was_not_read_leaves_it_open() -> None:
    denied = replace(_known(), denied=(Denied("ListEmailIdentities", "ses:ListEmailIdentities", "{}", "No."),))
    failed = replace(_known(_identity("b.example")), failures=("ListEmailIdentities was not answered: x",))
    for known in (denied, failed, None):
        assert verification(known, "ada@a.example").state is VerificationState.UNKNOWN
    assert verification(failed, "ada@b.example").state is VerificationState.VERIFIED


def test_other_regions_and_accounts_are_named() -> None:
    here = _known()
    others = (
        here,
        _known(_identity("a.example"), account="home", region="us-west-2"),
        _known(_identity("a.example"), region="us-east-1"),
        _known(_identity("b.example"), region="ap-south-1"),
    )
    found = verification(here, "ada@a.example", others)
    assert found.places == (Place("work", "us-east-1"), Place("home", "us-west-2"))
    assert found.elsewhere == ("us-east-1", "us-west-2 (account 'home')")


@given(LOCAL, DOMAIN, LABEL, LABEL)
def test_verified_domain_covers_every_address_of_it_and_below(local: str, domain: str, sub: str, label: str) -> None:
    known = _known(_identity(domain))
    for address in (f"{local}@{domain}", f"{local}+{label}@{domain.upper()}", f"{local}@{sub}.{domain}"):
        assert verification(known, address).by == domain
    assert verification(known, f"{local}@{sub}{domain}").state is VerificationState.UNVERIFIED


@given(LOCAL, DOMAIN, LABEL)
def test_verified_address_covers_itself_and_its_labels_alone(local: str, domain: str, label: str) -> None:
    known = _known(_identity(f"{local}@{domain}"))
    assert verification(known, f"{local}@{domain}").by == f"{local}@{domain}"
    assert verification(known, f"{local}+{label}@{domain}").by == f"{local}@{domain}"
    for other in (f"{local.swapcase()}@{domain}", f"{local}@{domain.upper()}", f"{local}@{label}.{domain}"):
        assert verification(known, other).state is VerificationState.UNVERIFIED


@given(st.text(max_size=40))
def test_any_text_is_looked_up(text: str) -> None:
    assert verification(_known(_identity("a.example")), text).state in VerificationState
    assert len({name for name, _ in covering(text)}) == len(covering(text))


@given(st.lists(st.sampled_from(["a.example", "example", "ada@a.example", "b.example"]), unique=True))
def test_covering_identities_come_from_the_most_specific(names: list[str]) -> None:
    found = [identity.name for identity in identities_for(map(_identity, names), "ada@a.example")]
    assert found == [name for name in ("ada@a.example", "a.example", "example") if name in names]
