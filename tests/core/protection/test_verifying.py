"""Each fact of a signature, apart from the others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from sescomposer.core.entity import Entity
from sescomposer.core.errors import ProtectionError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection import der
from sescomposer.core.protection.algorithms import SignatureAlgorithm
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.facts import SignatureFacts, Verdict
from sescomposer.core.protection.signing import clear_signed, opaque, sign_detached
from sescomposer.core.protection.verifying import verify_detached, verify_opaque

if TYPE_CHECKING:
    from authority import Authority

Message = Callable[[bytes], Entity]

BODY = b"Content-Type: text/plain\r\n\r\nGood day.\r\n"


def read(
    root: Entity, authority: "Authority", *, now: datetime | None = None, trust: Trust | None = None, label: str = ""
) -> SignatureFacts:
    (facts,) = verify_detached(
        root.children[0].octets,
        root.children[1].content,
        root=root,
        trust=Trust((authority.root,)) if trust is None else trust,
        now=now or authority.now,
        micalg=label or root.content_type.get("micalg") or "",
    )
    return facts


def signed(message: Message, pair: KeyPair, at: datetime, fields: bytes = b"") -> Entity:
    root = message(fields + BODY)
    return parse(clear_signed(root, pair, at, SeededIdentifiers(1)).octets)


def bad(facts: SignatureFacts) -> list[str]:
    return [name for name, fact in facts.facts if not fact.is_good]


def test_all_five_are_good(authority: "Authority", message: Message) -> None:
    pair = authority.leaf(depth=2)
    facts = read(signed(message, pair, authority.now), authority)
    assert bad(facts) == []
    assert facts.chain == (*pair.chain, authority.root)
    assert all(fact.sentence.endswith(".") for _, fact in facts.facts)
    assert "Ann Example" in facts.signer.sentence
    assert facts.algorithm == "RSA PKCS#1 v1.5 with SHA-256"


def test_a_root_nobody_trusts(authority: "Authority", message: Message) -> None:
    facts = read(signed(message, authority.leaf(), authority.now), authority, trust=Trust(()))
    assert bad(facts) == ["trusted"]


def test_a_missing_intermediate(authority: "Authority", message: Message) -> None:
    facts = read(signed(message, replace(authority.leaf(depth=2), chain=()), authority.now), authority)
    assert bad(facts) == ["trusted"]


@pytest.mark.parametrize(
    "eku, ku",
    [((ExtendedKeyUsageOID.CLIENT_AUTH,), None), (None, ("key_encipherment",))],
)
def test_a_certificate_that_is_not_meant_for_signing_mail(
    authority: "Authority", message: Message, eku: tuple[object, ...] | None, ku: tuple[str, ...] | None
) -> None:
    pair = authority.leaf(eku=eku, ku=ku)  # type: ignore[arg-type]
    assert bad(read(signed(message, pair, authority.now), authority)) == ["trusted"]


def test_an_expired_certificate(authority: "Authority", message: Message) -> None:
    pair = authority.leaf(not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2021, 1, 1, tzinfo=UTC))
    assert bad(read(signed(message, pair, authority.now), authority)) == ["trusted", "time"]


def test_a_certificate_that_expired_since(authority: "Authority", message: Message) -> None:
    later = authority.leaf().certificate.not_after + timedelta(days=30)
    facts = read(signed(message, authority.leaf(), authority.now), authority, now=later)
    assert bad(facts) == []
    assert "expired" in facts.trusted.sentence


def test_a_time_to_come_is_not_judged_by_itself(authority: "Authority", message: Message) -> None:
    """A certificate that is valid only later is not good because the signature says it is later."""
    later = authority.now + timedelta(days=400)
    pair = authority.leaf(not_before=later - timedelta(days=1), not_after=later + timedelta(days=1))
    facts = read(signed(message, pair, later), authority)
    assert bad(facts) == ["trusted", "time"]


@pytest.mark.parametrize("addresses", [("bob@example.org",), ()])
def test_another_address_or_none(authority: "Authority", message: Message, addresses: tuple[str, ...]) -> None:
    facts = read(signed(message, authority.leaf(addresses=addresses), authority.now), authority)
    assert bad(facts) == ["address"]


def test_a_time_far_from_date(authority: "Authority", message: Message) -> None:
    facts = read(signed(message, authority.leaf(), authority.now - timedelta(hours=3)), authority)
    assert bad(facts) == ["time"]
    assert "180 minutes apart" in facts.time.sentence


@pytest.mark.parametrize(
    "label, is_good", [("sha-256", True), ("SHA256", True), ("sha-1, sha-256", True), ("sha-1", False)]
)
def test_a_label_that_names_another_digest(authority: "Authority", message: Message, label: str, is_good: bool) -> None:
    facts = read(signed(message, authority.leaf(), authority.now), authority, label=label)
    assert facts.intact.is_good is is_good
    assert facts.intact.verdict is not Verdict.BAD
    assert ("some mail programs" in facts.intact.sentence) is not is_good


def test_a_signature_of_another_key(authority: "Authority", message: Message) -> None:
    """The certificate is Ann's, the key somebody else's."""
    forger = replace(authority.leaf(), key=authority.leaf("mallory@example.org").key)
    root = signed(message, authority.leaf(), authority.now)
    from sescomposer.core.protection import signing

    original = signing._check_key
    signing._check_key = lambda signer: None
    try:
        forged = sign_detached(root.children[0].octets, forger, authority.now)
    finally:
        signing._check_key = original
    (facts,) = verify_detached(
        root.children[0].octets, Octets.of(forged), root=root, trust=Trust((authority.root,)), now=authority.now
    )
    assert bad(facts) == ["intact", "signer"]
    assert facts.intact.verdict is Verdict.BAD
    assert facts.signer.verdict is Verdict.UNKNOWN


def test_a_certificate_put_in_place_of_the_one_that_was_named(authority: "Authority") -> None:
    """Two certificates for one key: the signer named one of them, the other stands there."""
    from asn1crypto import cms as asn1

    pair = authority.leaf()
    other = authority.leaf(addresses=("boss@example.org",), cn="Boss")
    assert other.key is pair.key
    info = asn1.ContentInfo.load(sign_detached(Octets.of(BODY), pair, authority.now))
    signer = info["content"]["signer_infos"][0]
    certificate = asn1.CertificateChoices.load(other.certificate.der)
    info["content"]["certificates"] = [certificate, *info["content"]["certificates"]]
    signer["sid"] = asn1.SignerIdentifier(
        "issuer_and_serial_number",
        {"issuer": certificate.chosen.issuer, "serial_number": other.certificate.serial},
    )
    root = parse(b"From: boss@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n")
    trust = Trust((authority.root,))
    changed = Octets.of(info.dump(force=True))
    (facts,) = verify_detached(Octets.of(BODY), changed, root=root, trust=trust, now=authority.now)
    assert bad(facts) == ["signer"]
    assert "another certificate" in facts.signer.sentence


def test_content_in_a_detached_signature_does_not_stand_for_the_part(authority: "Authority") -> None:
    """Somebody puts what was signed into the signature and another text into the part."""
    root = parse(b"From: ann@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n")
    cms = opaque(Octets.of(BODY), authority.leaf(), authority.now)
    trust = Trust((authority.root,))
    (facts,) = verify_detached(Octets.of(b"Give him all.\r\n"), cms, root=root, trust=trust, now=authority.now)
    assert facts.intact.verdict is Verdict.BAD
    assert all(facts.is_good for facts in verify_opaque(cms, root=root, trust=trust, now=authority.now))


def test_a_signature_without_content(authority: "Authority") -> None:
    signature = Octets.of(sign_detached(Octets.of(BODY), authority.leaf(), authority.now))
    with pytest.raises(ProtectionError, match="content is missing"):
        verify_opaque(signature, root=parse(b""), trust=Trust(()), now=authority.now)


def test_our_own_other_algorithms(authority: "Authority") -> None:
    root = parse(b"From: ann@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n")
    for digest in ("sha-256", "sha-384", "sha-512"):
        for form, name in (("rsa", "RSA PKCS#1 v1.5"), ("rsa-pss", "RSA-PSS")):
            algorithm = SignatureAlgorithm(digest, form)
            signature = sign_detached(Octets.of(BODY), authority.leaf(), authority.now, algorithm=algorithm)
            (facts,) = verify_detached(
                Octets.of(BODY),
                Octets.of(signature),
                root=root,
                trust=Trust((authority.root,)),
                now=authority.now,
            )
            assert facts.is_good, facts.facts
            assert facts.algorithm == f"{name} with {digest.upper()}"


class Edwards(SignatureAlgorithm):
    """Ed25519 as RFC 8419 has it, which we do not write but read."""

    @property
    def identifier(self) -> bytes:
        return der.sequence(der.oid("1.3.101.112"))

    def sign(self, octets: bytes, key: object) -> bytes:
        return key.sign(octets)  # type: ignore[attr-defined,no-any-return]


def test_ed25519_of_others_is_read(authority: "Authority") -> None:
    pair = authority.leaf(kind="ed25519")
    root = parse(b"From: ann@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n")
    signature = sign_detached(Octets.of(BODY), pair, authority.now, algorithm=Edwards("sha-512", "ed25519"))
    for body, is_intact in ((BODY, True), (BODY + b"x", False)):
        (facts,) = verify_detached(
            Octets.of(body), Octets.of(signature), root=root, trust=Trust((authority.root,)), now=authority.now
        )
        assert facts.intact.is_good is is_intact
        assert facts.algorithm == "Ed25519"


def test_an_algorithm_nobody_knows(authority: "Authority") -> None:
    signature = sign_detached(Octets.of(BODY), authority.leaf(), authority.now)
    unknown = signature.replace(
        der.oid("1.2.840.113549.1.1.1") + der.null() + b"\x04", der.oid("1.2.840.113549.1.1.99") + der.null() + b"\x04"
    )
    assert unknown != signature
    (facts,) = verify_detached(
        Octets.of(BODY), Octets.of(unknown), root=parse(b""), trust=Trust((authority.root,)), now=authority.now
    )
    assert facts.intact.verdict is Verdict.UNKNOWN
    assert "cannot be checked here" in facts.intact.sentence


def test_a_sealed_and_signed_message_reads_the_same_after_it_was_kept(authority: "Authority") -> None:
    """Through the whole of sealing, with a protector made of `clear_signed`."""
    from sescomposer.core.compose import compose
    from sescomposer.core.protection.protector import Protected
    from sescomposer.core.road import Road
    from sescomposer.core.seal import MemoryTarget, seal

    class Signing:
        def protect(self, root, envelope, *, now, ids, into, progress):  # type: ignore[no-untyped-def]
            return (Protected(clear_signed(root, authority.leaf(), now, ids, progress), envelope),)

    message = compose("ann@example.org", "b@example.com", "x", text="नमस्ते \n", ids=SeededIdentifiers(1))
    (sealed,) = seal(
        message, Road.SES_V2, now=authority.now, ids=SeededIdentifiers(2), into=MemoryTarget, protector=Signing()
    )
    assert bad(read(sealed.root, authority)) == []
