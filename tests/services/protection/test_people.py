"""Other people's certificates and keys: imported, harvested, found by address; roots to trust; policies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from key_company import pgp_key

from sescomposer.core.errors import CertificateError, KeyGoneError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.facts import Fact, Layer, LayerKind, Reading, SignatureFacts, Verdict
from sescomposer.keys.pgp import CombinedOpenPgp
from sescomposer.services.protection.people import People
from sescomposer.services.protection.policies import Policies
from sescomposer.services.protection.protection_ports import IdentityPolicy, PersonKind, Policy
from sescomposer.services.protection.roots import Roots
from sescomposer.store.people import PeopleFile
from sescomposer.store.policies import PolicyFile
from sescomposer.store.roots import RootFiles

if TYPE_CHECKING:
    from authority import Authority

ADDRESS = "ann@example.org"


@pytest.fixture
def clock(set_clock: Any, authority: "Authority") -> Any:
    set_clock.time = authority.now
    return set_clock


@pytest.fixture
def roots(tmp_path: Path, authority: "Authority") -> Roots:
    return Roots(RootFiles(tmp_path / "roots", lambda: (authority.root,)))


@pytest.fixture
def people(tmp_path: Path, clock: Any, roots: Roots) -> People:
    return People(PeopleFile(tmp_path / "people.json"), roots, clock, CombinedOpenPgp())


def _pem(*certificates: Certificate) -> bytes:
    from authority import pem_of

    return pem_of(*certificates)


def _reading(pair: KeyPair, verdict: Verdict = Verdict.GOOD, signed_at: datetime | None = None) -> Reading:
    fact = Fact(Verdict.UNKNOWN, "")
    signature = SignatureFacts(
        Fact(verdict, ""), fact, fact, fact, fact, certificate=pair.certificate, chain=pair.chain, signed_at=signed_at
    )
    layer = Layer(LayerKind.CLEAR_SIGNED, 1, None, (signature,))  # type: ignore[arg-type]  # its place does not matter
    return Reading((layer,))


def test_certificate_is_kept_for_each_of_its_addresses_with_its_chain(people: People, authority: "Authority") -> None:
    pair = authority.leaf(addresses=("Ann@Example.org", "ann@example.net"), depth=2)
    kept = people.import_file(_pem(*pair.chain, pair.certificate), "ann.pem")
    assert people.all() == tuple(sorted(kept, key=lambda key: key.address))
    assert [key.address for key in people.all()] == ["ann@example.net", "ann@example.org"]
    (key,) = people.for_address("ANN@example.ORG")
    assert (key.kind, key.fingerprint, key.source) == (PersonKind.SMIME, pair.certificate.fingerprint, "file ann.pem")
    assert key.chain == tuple(each.der for each in pair.chain)
    assert people.is_suitable(key)
    assert people.best(ADDRESS) == key
    assert people.best(ADDRESS, PersonKind.OPENPGP) is None
    assert people.for_address("nobody@example.org") == ()


def test_certificate_without_address_is_kept_for_one_that_is_named(people: People, authority: "Authority") -> None:
    octets = authority.leaf(addresses=()).certificate.der
    with pytest.raises(CertificateError, match="has no mail address"):
        people.import_file(octets, "x")
    (key,) = people.import_file(octets, "x", ADDRESS)
    assert key.address == ADDRESS


def test_what_is_nobodys_certificate_is_told(people: People, authority: "Authority") -> None:
    with pytest.raises(CertificateError, match="only certificates of authorities"):
        people.import_file(authority.root_pem, "root.pem")
    for octets in (b"", b"<html>", b"\xc6junk", bytes(11 << 20)):
        with pytest.raises(CertificateError):
            people.import_file(octets, "x")
    assert people.all() == ()


def test_newest_that_can_be_used_comes_first(people: People, authority: "Authority", clock: Any) -> None:
    now = authority.now
    made = {
        "old": authority.leaf(kind="p256", not_before=now - timedelta(days=90), cn="old"),
        "new": authority.leaf(kind="p256", not_before=now - timedelta(days=9), cn="new"),
        "expired": authority.leaf(kind="p256", not_before=now - timedelta(days=5), not_after=now, cn="expired"),
        "signs": authority.leaf(kind="p256", not_before=now - timedelta(days=3), ku=("digital_signature",), cn="signs"),
    }
    for name in ("new", "old", "expired", "signs"):
        people.import_file(_pem(made[name].certificate, *made[name].chain), name)
    clock.advance(hours=1)
    found = [Certificate(key.octets).owner for key in people.for_address(ADDRESS)]
    assert found == ["new", "old", "signs", "expired"]
    assert [people.is_suitable(key) for key in people.for_address(ADDRESS)] == [True, True, False, False]


def test_certificate_that_no_root_vouches_for_needs_to_be_accepted(people: People, authority: "Authority") -> None:
    from authority import Authority

    stranger = Authority("Strangers").leaf(kind="p256")
    (key,) = people.import_file(stranger.certificate.der, "x")
    assert people.best(ADDRESS) is None
    assert [fault.code for fault in people.faults(key) if fault.severity.value == "error"] == ["protect-chain"]
    spelt = key.fingerprint.upper()
    people.accept(":".join(spelt[at : at + 2] for at in range(0, 64, 2)))
    best = people.best(ADDRESS)
    assert best is not None
    assert best.is_accepted
    people.import_file(stranger.certificate.der, "again")
    assert people.best(ADDRESS) == best
    people.accept(key.fingerprint, accepted=False)
    assert people.best(ADDRESS) is None
    with pytest.raises(KeyGoneError, match="Nobody's certificate"):
        people.accept("00")


def test_use_is_noted_and_forgotten_ones_are_gone(people: People, authority: "Authority", clock: Any) -> None:
    (key,) = people.import_file(authority.leaf().certificate.der, "x")
    people.note_use("Ann@example.org", key.fingerprint)
    assert [each.last_used for each in people.all()] == [clock.now()]
    people.remove("Ann@example.org", key.fingerprint)
    people.note_use(ADDRESS, key.fingerprint)
    assert people.all() == ()


def test_signed_mail_gives_the_signers_certificate(people: People, authority: "Authority") -> None:
    pair = authority.leaf(depth=2)
    signed_at = datetime(2026, 11, 20, tzinfo=UTC)
    (key,) = people.harvest(_reading(pair, signed_at=signed_at))
    assert (key.address, key.source) == (ADDRESS, "signed mail of 2026-11-20")
    assert key.chain == tuple(each.der for each in pair.chain)
    assert people.best(ADDRESS) == key
    assert people.harvest(_reading(pair)) == ()
    assert people.all() == (key,)


def test_signed_mail_without_a_time_counts_by_its_date(people: People, authority: "Authority") -> None:
    other = authority.leaf("bob@example.org")
    (key,) = people.harvest(_reading(other), datetime(2026, 1, 2, tzinfo=UTC))
    assert key.source == "signed mail of 2026-01-02"
    (third,) = people.harvest(_reading(authority.leaf("carl@example.org")))
    assert third.source == "signed mail"


@pytest.mark.parametrize("verdict", [Verdict.BAD, Verdict.UNKNOWN])
def test_broken_signature_gives_nothing(people: People, authority: "Authority", verdict: Verdict) -> None:
    assert people.harvest(_reading(authority.leaf(), verdict)) == ()
    assert people.all() == ()


def test_openpgp_keys_are_kept_by_their_addresses(people: People) -> None:
    library = CombinedOpenPgp()
    octets = pgp_key()
    fingerprint = library.read(octets)[0].fingerprint
    public = library.public(octets, fingerprint)
    (key,) = people.import_file(public, "ann.pgp")
    assert (key.address, key.kind, key.fingerprint) == (ADDRESS, PersonKind.OPENPGP, fingerprint.lower())
    assert people.for_address(ADDRESS, PersonKind.OPENPGP) == (key,)
    assert people.best(ADDRESS, PersonKind.OPENPGP) == key
    assert people.faults(key) == ()


def test_secret_key_among_people_is_kept_without_its_secret(people: People, tmp_path: Path) -> None:
    octets = pgp_key()
    (key,) = people.import_file(octets, "ann.pgp")
    assert not CombinedOpenPgp().read(key.octets)[0].has_secret
    assert len(key.octets) < len(octets)


def test_roots_make_one_trust_until_they_change(roots: Roots, authority: "Authority") -> None:
    from authority import Authority

    before = roots.trust
    assert before.roots == (authority.root,)
    assert roots.trust is before
    other = Authority("Others")
    assert roots.import_file(other.root_pem + _pem(other.leaf().certificate)) == (other.root,)
    assert set(roots.trust.roots) == {authority.root, other.root}
    assert roots.own() == (other.root,)
    roots.remove(other.root.fingerprint)
    assert roots.trust.roots == before.roots
    with pytest.raises(CertificateError, match="no certificate of an authority"):
        roots.import_file(authority.leaf().certificate.der)


def test_policy_is_found_in_any_case_and_offers_by_default(tmp_path: Path) -> None:
    policies = Policies(PolicyFile(tmp_path / "policies.json"))
    assert policies.of("Ann@Example.org") == IdentityPolicy(ADDRESS)
    must = IdentityPolicy("Ann@Example.ORG", sign=Policy.MUST, key="a1")
    policies.put(must)
    policies.put(IdentityPolicy("aaron@example.org", encrypt=Policy.ALWAYS))
    assert policies.of("ANN@example.org") == replace(must, address=ADDRESS)
    assert [policy.address for policy in policies.all()] == ["aaron@example.org", ADDRESS]


def test_policy_holds_however_the_domain_is_spelt(tmp_path: Path) -> None:
    policies = Policies(PolicyFile(tmp_path / "policies.json"))
    policies.put(IdentityPolicy("ann@bücher.example", sign=Policy.MUST))
    assert policies.of("Ann@XN--BCHER-KVA.example").sign is Policy.MUST
    policies.put(IdentityPolicy("ann@xn--bcher-kva.example", sign=Policy.NEVER))
    assert [policy.sign for policy in policies.all()] == [Policy.NEVER]
    assert policies.of("ann@bücher.example").sign is Policy.NEVER


def test_certificate_is_found_however_the_domain_is_spelt(people: People, authority: "Authority") -> None:
    (key,) = people.import_file(authority.leaf("ann@xn--bcher-kva.example").certificate.der, "x")
    assert people.for_address("Ann@Bücher.example") == (key,)
    people.note_use("ann@bücher.example", key.fingerprint)
    assert people.all()[0].last_used is not None


def test_certificate_made_to_fill_the_disk_is_kept_for_few_addresses(people: People, authority: "Authority") -> None:
    """Each is a row that is written anew; a certificate in a mail can have thousands."""
    many = authority.leaf("many@example.org", kind="p256", addresses=tuple(f"a{n}@example.org" for n in range(500)))
    assert len(people.harvest(_reading(many))) == 20
    assert len(people.all()) == 20


def test_openpgp_key_that_names_a_further_address_is_accepted_anew(people: People) -> None:
    """Its owner can add any address; what the user compared was a fingerprint for the address it had."""
    octets = pgp_key()
    (key,) = people.import_file(octets, "ann.pgp")
    people.accept(key.fingerprint)
    people.import_file(octets, "ann.pgp")
    assert [each.is_accepted for each in people.all()] == [True]
    people.import_file(octets, "more.pgp", address="boss@bank.example")
    assert [each.is_accepted for each in people.all()] == [False, False]
    people.accept(key.fingerprint)
    assert [each.is_accepted for each in people.all()] == [True, True]
