"""Whether a certificate leads to a trusted root; OpenSSL is asked the same questions where it can answer them."""

import subprocess
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from authority import Authority, Issuer, certificate, dn, key_usage, pem_of, signed_with_sha1
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.issuing import issued_by
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.certificates.test_certificate import make_test_certificate
from sescomposer.core.protection.certificates.trust import LONGEST, MOST_SIGNATURES, Chain, Trust, trusted_chain


@pytest.fixture
def trust(authority: Authority) -> Trust:
    return Trust((authority.root,))


def openssl_takes(folder: Path, pair: KeyPair, root: Certificate, *options: str) -> bool:
    (folder / "root.pem").write_bytes(pem_of(root))
    (folder / "chain.pem").write_bytes(pem_of(*pair.chain, root))
    (folder / "leaf.pem").write_bytes(pem_of(pair.certificate))
    command = ["openssl", "verify", "-purpose", "smimesign", "-CAfile", "root.pem", "-untrusted", "chain.pem", *options]
    return subprocess.run([*command, "leaf.pem"], cwd=folder, capture_output=True, check=False).returncode == 0


def looked_up(authority: Authority, pair: KeyPair) -> Chain:
    return trusted_chain(pair.certificate, pair.chain, Trust((authority.root,)), authority.now)


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "p256", "p384", "p521"])
def test_chains_of_1_to_4(authority: Authority, trust: Trust, kind: str, depth: int) -> None:
    pair = authority.leaf(kind=kind, depth=depth)
    stranger = Authority("Elsewhere").root
    mixed = (stranger, authority.root, *reversed(pair.chain))
    found = trusted_chain(pair.certificate, mixed, Trust((stranger, authority.root)), authority.now)
    assert found.path == (pair.certificate, *pair.chain, authority.root)
    assert (found.is_good, found.fault) == (True, "")
    assert "'Test Lab Root'" in found.sentence


def test_a_trusted_issuer_in_the_middle_is_enough(authority: Authority) -> None:
    pair = authority.leaf(depth=3)
    found = trusted_chain(pair.certificate, pair.chain, Trust((pair.chain[1],)), authority.now)
    assert found.path == (pair.certificate, *pair.chain[:2])


def test_a_certificate_that_is_trusted_itself(authority: Authority) -> None:
    pair = make_test_certificate("Ann", "ann@example.org", authority.now)
    found = trusted_chain(pair.certificate, (), Trust((pair.certificate,)), authority.now)
    assert found.path == (pair.certificate,)
    assert (
        trusted_chain(authority.root, (), Trust((authority.root,)), authority.now).fault == "purpose" or found.is_good
    )


def test_nobody_vouches_for_one_that_signed_itself(authority: Authority, trust: Trust) -> None:
    pair = make_test_certificate("Ann", "ann@example.org", authority.now)
    for others in ((), (pair.certificate,)):
        found = trusted_chain(pair.certificate, others, trust, authority.now)
        assert (found.fault, found.path) == ("untrusted", ())
        assert "without anybody else" in found.sentence


def test_a_root_that_is_not_trusted(authority: Authority, trust: Trust, tmp_path: Path) -> None:
    elsewhere = Authority("Elsewhere")
    pair = elsewhere.leaf()
    found = trusted_chain(pair.certificate, (*pair.chain, elsewhere.root), trust, authority.now)
    assert found.fault == "untrusted"
    assert "'Elsewhere Root'" in found.sentence
    assert not openssl_takes(tmp_path, pair, authority.root)


def test_a_root_of_the_same_name_with_another_key_is_not_that_root(authority: Authority) -> None:
    pair = authority.leaf(depth=0)
    impostor = authority.issuer("Impostor")
    usage = (key_usage(("key_cert_sign",)), True)
    validity = (authority.root.not_before, authority.root.not_after)
    name = authority.root.x509.subject
    same_name = certificate(name, impostor.key.public_key(), name, impostor.key, validity, [usage])
    assert trusted_chain(pair.certificate, (), Trust((same_name,)), authority.now).fault == "incomplete"
    both = Trust((same_name, authority.root))
    assert trusted_chain(pair.certificate, (), both, authority.now).path[-1] == authority.root


def test_a_missing_intermediate_is_named(authority: Authority, trust: Trust, tmp_path: Path) -> None:
    pair = authority.leaf(depth=3)
    found = trusted_chain(pair.certificate, pair.chain[:1], trust, authority.now)
    assert found.fault == "incomplete"
    assert "'Test Lab CA 2'" in found.sentence
    alone = trusted_chain(pair.certificate, (), trust, authority.now)
    assert "its issuer, 'Test Lab CA 3'" in alone.sentence
    assert not openssl_takes(tmp_path, KeyPair(pair.certificate, pair.key, pair.chain[:1]), authority.root)


def test_a_circle_of_issuers(authority: Authority, trust: Trust) -> None:
    made = [authority.issuer("Circle 0"), authority.issuer("Circle 1")]
    one, other = authority.issuer("Circle 0", made[1]), authority.issuer("Circle 1", made[0])
    pair = authority.leaf(above=one)
    found = trusted_chain(pair.certificate, (one.certificate, other.certificate), trust, authority.now)
    assert found.fault == "loop"
    assert "circle" in found.sentence


def test_a_circle_with_a_way_out(authority: Authority, trust: Trust) -> None:
    made = [authority.issuer("Circle 0"), authority.issuer("Circle 1")]
    one, other = authority.issuer("Circle 0", made[1]), authority.issuer("Circle 1", made[0])
    out = authority.issuer("Circle 1", authority.issuers(0)[0])
    pair = authority.leaf(above=one)
    others = (one.certificate, other.certificate, out.certificate)
    found = trusted_chain(pair.certificate, others, trust, authority.now)
    assert found.path == (pair.certificate, one.certificate, out.certificate, authority.root)


def test_too_long_a_way(authority: Authority, trust: Trust) -> None:
    pair = authority.leaf(depth=LONGEST)
    found = looked_up(authority, pair)
    assert found.fault == "incomplete"
    assert f"within {LONGEST}" in found.sentence


def test_a_collection_with_countless_ways_ends(
    authority: Authority, trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each of six layers has six issuers of one name and one key, and each of them could have issued all below it.
    above: Issuer | None = None
    others: list[Certificate] = []
    for number in reversed(range(6)):
        layer = [authority.issuer(f"Layer {number}", above) for _ in range(6)]
        others += [issuer.certificate for issuer in layer]
        above = layer[0]
    pair = authority.leaf(above=above)
    asked: list[Certificate] = []

    def counted(child: Certificate, parent: Certificate) -> bool:
        asked.append(child)
        return issued_by(child, parent)

    monkeypatch.setattr("sescomposer.core.protection.certificates.trust.issued_by", counted)
    assert not trusted_chain(pair.certificate, others, trust, authority.now).is_good
    assert len(asked) == MOST_SIGNATURES


@pytest.mark.parametrize("seconds, fault", [(-1, "not-yet"), (0, ""), (1, "")])
def test_the_first_moment_of_validity(authority: Authority, trust: Trust, seconds: int, fault: str) -> None:
    pair = authority.leaf()
    at = pair.certificate.not_before + timedelta(seconds=seconds)
    assert trusted_chain(pair.certificate, pair.chain, trust, at).fault == fault


@pytest.mark.parametrize("seconds, fault", [(-1, ""), (0, ""), (1, "expired")])
def test_the_last_moment_of_validity(authority: Authority, trust: Trust, seconds: int, fault: str) -> None:
    pair = authority.leaf()
    at = pair.certificate.not_after + timedelta(seconds=seconds)
    assert trusted_chain(pair.certificate, pair.chain, trust, at).fault == fault


def test_an_expired_leaf_is_named(authority: Authority) -> None:
    old = authority.leaf(not_after=authority.now - timedelta(days=1))
    assert looked_up(authority, old).sentence == "The certificate of 'Ann Example' expired on 20 November 2026."
    young = authority.leaf(not_before=authority.now + timedelta(days=1))
    assert looked_up(authority, young).fault == "not-yet"


def test_it_was_good_when_it_was_used(authority: Authority, trust: Trust) -> None:
    old = authority.leaf(not_after=authority.now - timedelta(days=1))
    assert trusted_chain(old.certificate, old.chain, trust, authority.now - timedelta(days=2)).is_good


def test_short_rsa_keys_are_not_trusted(authority: Authority) -> None:
    found = looked_up(authority, authority.leaf(kind="rsa1024"))
    assert found.fault == "weak"
    assert "RSA 1024" in found.sentence


def test_sha1_is_not_trusted(authority: Authority, trust: Trust) -> None:
    pair, issuer = authority.leaf(), authority.issuers(1)[1]
    old = signed_with_sha1(pair.certificate, issuer)
    assert trusted_chain(old, pair.chain, trust, authority.now).fault == "weak"
    above = signed_with_sha1(issuer.certificate, authority.issuers(0)[0])
    found = trusted_chain(pair.certificate, (above,), trust, authority.now)
    assert (found.fault, "SHA-1" in found.sentence) == ("weak", True)


def test_the_signature_of_a_root_on_itself_does_not_count(authority: Authority) -> None:
    pair = authority.leaf(depth=0)
    old_root = signed_with_sha1(authority.root, authority.issuers(0)[0])
    assert trusted_chain(pair.certificate, (), Trust((old_root,)), authority.now).is_good


def test_certificates_for_other_purposes(authority: Authority, tmp_path: Path) -> None:
    pair = authority.leaf(eku=(ExtendedKeyUsageOID.CLIENT_AUTH,))
    assert looked_up(authority, pair).fault == "purpose"
    assert not openssl_takes(tmp_path, pair, authority.root)
    assert looked_up(authority, authority.leaf(eku=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,))).is_good
    assert looked_up(authority, authority.leaf(eku=())).is_good


def test_an_issuer_for_other_purposes(authority: Authority, tmp_path: Path) -> None:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    pair = authority.leaf(above=authority.issuer("Servers only", authority.issuers(0)[0], extensions=(usage,)))
    assert looked_up(authority, pair).fault == "purpose"
    assert not openssl_takes(tmp_path, pair, authority.root)


def test_a_leaf_that_issues_certificates(authority: Authority, trust: Trust, tmp_path: Path) -> None:
    leaf = authority.leaf()
    validity = (leaf.certificate.not_before, leaf.certificate.not_after)
    forged = certificate(dn("Forged"), leaf.key.public_key(), leaf.certificate.x509.subject, leaf.key, validity)
    chain = (leaf.certificate, *leaf.chain)
    found = trusted_chain(forged, chain, trust, authority.now)
    assert found.fault == "purpose"
    assert "may not issue" in found.sentence
    assert not openssl_takes(tmp_path, KeyPair(forged, leaf.key, chain), authority.root)


CONSTRAINTS = [
    (["example.com"], None, ("ann@example.com",), True),
    (["example.com"], None, ("ann@example.org",), False),
    (["example.com"], None, ("ann@example.com", "ann@example.org"), False),
    ([".example.com"], None, ("ann@a.example.com",), True),
    (["ann@example.com"], None, ("bob@example.com",), False),
    (None, ["example.com"], ("ann@example.org",), True),
    (None, ["example.com"], ("ann@example.com",), False),
]


@pytest.mark.parametrize("permitted, excluded, addresses, expected", CONSTRAINTS)
def test_name_constraints_as_openssl_sees_them(
    authority: Authority,
    tmp_path: Path,
    permitted: list[str] | None,
    excluded: list[str] | None,
    addresses: tuple[str, ...],
    expected: bool,
) -> None:
    def names(of: list[str] | None) -> list[x509.RFC822Name] | None:
        return None if of is None else [x509.RFC822Name(name) for name in of]

    constraints = x509.NameConstraints(names(permitted), names(excluded))
    issuer = authority.issuer("Constrained", authority.issuers(0)[0], extensions=(constraints,))
    pair = authority.leaf(above=issuer, addresses=addresses)
    assert looked_up(authority, pair).fault == ("" if expected else "constraints")
    assert openssl_takes(tmp_path, pair, authority.root) is expected


def test_name_constraints_hold_for_an_address_in_the_subject(authority: Authority, tmp_path: Path) -> None:
    constraints = x509.NameConstraints([x509.RFC822Name("example.com")], None)
    issuer = authority.issuer("Constrained", authority.issuers(0)[0], extensions=(constraints,))
    leaf = authority.leaf()
    name = x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ann@example.org")])
    validity = (leaf.certificate.not_before, leaf.certificate.not_after)
    made = certificate(name, leaf.key.public_key(), issuer.certificate.x509.subject, issuer.key, validity)
    pair = KeyPair(made, leaf.key, (issuer.certificate,))
    assert looked_up(authority, pair).fault == "constraints"
    assert not openssl_takes(tmp_path, pair, authority.root)


def test_nobody_is_trusted_without_roots(authority: Authority) -> None:
    pair = authority.leaf()
    assert trusted_chain(pair.certificate, (*pair.chain, authority.root), Trust(()), authority.now).fault == "untrusted"


@given(st.data())
def test_a_changed_certificate_is_never_trusted(authority: Authority, data: st.DataObject) -> None:
    pair = authority.leaf(kind="p256", depth=2)
    octets = bytearray(pair.certificate.der)
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    with suppress(CertificateError):
        changed = Certificate(bytes(octets))
        found = trusted_chain(changed, pair.chain, Trust((authority.root,)), authority.now)
        assert not found.is_good
        assert found.sentence


def test_what_the_library_does_not_take_is_not_trusted(authority: Authority, trust: Trust, tmp_path: Path) -> None:
    leaf = authority.leaf(depth=0)
    validity = (leaf.certificate.not_before, leaf.certificate.not_after)
    unknown = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
    root = authority.issuers(0)[0]
    made = certificate(dn("Ann"), leaf.key.public_key(), root.certificate.x509.subject, root.key, validity, [unknown])
    found = trusted_chain(made, (), trust, authority.now)
    assert found.fault == "constraints"
    assert "critical" in found.sentence
    assert not openssl_takes(tmp_path, KeyPair(made, leaf.key), authority.root)


def test_a_sha1_signature_that_is_wrong_leads_nowhere(authority: Authority, trust: Trust) -> None:
    leaf = authority.leaf(depth=0)
    ours = signed_with_sha1(leaf.certificate, authority.issuers(0)[0])
    theirs = signed_with_sha1(leaf.certificate, authority.issuer("Impostor"))
    assert trusted_chain(ours, (), trust, authority.now).fault == "weak"
    assert trusted_chain(theirs, (), trust, authority.now).fault == "incomplete"
