"""What OpenSSL, gpgsm and others sign, read by us; and what nobody can read."""

import subprocess
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.entity import Entity
from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.cms import DATA, read_signed_data
from sescomposer.core.protection.facts import SignatureFacts, Verdict
from sescomposer.core.protection.signing import sign_detached
from sescomposer.core.protection.verifying import verify_detached, verify_opaque, verify_signed_data

if TYPE_CHECKING:
    from authority import Authority
    from smime_readers import CmsUtil, GpgSm, OpenSsl

ENTITY = b"Content-Type: text/plain\r\n\r\nGood day.\r\n"


@pytest.fixture(scope="module")
def root(authority: "Authority") -> Entity:
    """The message around it, dated when other programs sign: now."""
    del authority
    from datetime import UTC, datetime
    from email.utils import format_datetime

    return parse(f"From: ann@example.org\r\nDate: {format_datetime(datetime.now(UTC))}\r\n\r\n".encode())


def detached(signature: bytes, root: Entity, authority: "Authority", entity: bytes = ENTITY) -> list[SignatureFacts]:
    from datetime import UTC, datetime

    trust, now = Trust((authority.root,)), datetime.now(UTC)
    return list(verify_detached(Octets.of(entity), Octets.of(signature), root=root, trust=trust, now=now))


@pytest.mark.parametrize("kind", ["rsa2048", "rsa4096", "p256", "p384", "p521"])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-stream",),
        ("-keyid",),
        ("-noattr",),
        ("-nosmimecap",),
        ("-cades",),
        ("-md", "sha512"),
        ("-md", "sha384"),
    ],
)
def test_what_openssl_signs(
    authority: "Authority", openssl: "OpenSsl", root: Entity, kind: str, options: tuple[str, ...]
) -> None:
    """`openssl cms -sign -binary` detached, in DER and as a stream, with and without attributes."""
    signature = openssl.sign(ENTITY, authority.leaf(kind=kind), options=options)
    (facts,) = detached(signature, root, authority)
    if "-noattr" in options:
        assert all(fact.is_good for name, fact in facts.facts if name != "time"), facts.facts
        assert facts.time.verdict is Verdict.UNKNOWN
    else:
        assert facts.is_good, facts.facts
    (facts,) = detached(signature, root, authority, ENTITY.replace(b"Good", b"Goof"))
    assert facts.intact.verdict is Verdict.BAD


@pytest.mark.parametrize(
    "salt, digest", [("digest", "sha256"), ("max", "sha256"), ("auto", "sha512"), ("20", "sha384")]
)
def test_rsa_pss_of_openssl(authority: "Authority", openssl: "OpenSsl", root: Entity, salt: str, digest: str) -> None:
    options = ("-md", digest, "-keyopt", "rsa_padding_mode:pss", "-keyopt", f"rsa_pss_saltlen:{salt}")
    (facts,) = detached(openssl.sign(ENTITY, authority.leaf(), options=options), root, authority)
    assert facts.is_good, facts.facts
    assert facts.algorithm == f"RSA-PSS with SHA-{digest[3:]}"


@pytest.mark.parametrize("options", [("-nodetach",), ("-nodetach", "-stream"), ("-nodetach", "-stream", "-noattr")])
@pytest.mark.parametrize("size", [1, 20_000])
def test_opaque_content_in_der_and_in_pieces(
    authority: "Authority", openssl: "OpenSsl", root: Entity, options: tuple[str, ...], size: int
) -> None:
    entity = ENTITY * size
    written = openssl.sign(entity, authority.leaf(), options=options)
    data = read_signed_data(written)
    assert data.content is not None
    assert bytes(data.content) == entity
    assert data.content_type == DATA
    from datetime import UTC, datetime

    trust, now = Trust((authority.root,)), datetime.now(UTC)
    (facts,) = verify_opaque(Octets.of(written), root=root, trust=trust, now=now)
    assert facts.intact.is_good
    assert facts.trusted.is_good


def test_several_signers(authority: "Authority", openssl: "OpenSsl", root: Entity) -> None:
    ann, bob = authority.leaf(kind="p256"), authority.leaf("bob@example.com", cn="Bob Example")
    first, second = sorted(
        detached(openssl.sign(ENTITY, ann, bob), root, authority), key=lambda facts: not facts.is_good
    )
    assert first.is_good
    assert not second.is_good
    assert second.intact.is_good
    assert second.signer.sentence.startswith("Signed by 'Bob Example'")
    assert second.address.verdict is Verdict.BAD


def test_signers_with_digests_of_their_own(authority: "Authority", openssl: "OpenSsl", root: Entity) -> None:
    from asn1crypto import cms as asn1

    one = asn1.ContentInfo.load(openssl.sign(ENTITY, authority.leaf(kind="p256")))
    other = openssl.sign(ENTITY, authority.leaf(kind="rsa2048"), options=("-md", "sha384"))
    two = asn1.ContentInfo.load(other)
    for name in ("signer_infos", "certificates", "digest_algorithms"):
        one["content"][name] = [*one["content"][name], *two["content"][name]]
    data = read_signed_data(one.dump(force=True))
    assert sorted(data.digests) == ["sha-256", "sha-384"]
    found = verify_signed_data(
        data, Octets.of(ENTITY), root=root, trust=Trust((authority.root,)), now=authority.now, micalg="sha-256"
    )
    assert sorted(facts.digest for facts in found if facts.intact.is_good) == ["sha-256"]
    assert [facts.intact.verdict for facts in found if facts.digest == "sha-384"] == [Verdict.UNKNOWN]


@pytest.mark.parametrize("digest, name", [("sha1", "SHA-1"), ("md5", "MD5")])
def test_digests_that_can_be_forged_are_not_good(
    authority: "Authority", openssl: "OpenSsl", root: Entity, digest: str, name: str
) -> None:
    (facts,) = detached(openssl.sign(ENTITY, authority.leaf(), options=("-md", digest)), root, authority)
    assert facts.intact.verdict is Verdict.UNKNOWN
    assert f"{name} can be forged" in facts.intact.sentence


def test_without_the_certificate_nothing_is_proved(authority: "Authority", openssl: "OpenSsl", root: Entity) -> None:
    pair = replace(authority.leaf(), chain=())
    signature = openssl.sign(ENTITY, pair, options=("-nocerts",))
    (facts,) = detached(signature, root, authority)
    verdicts = [fact.verdict for _, fact in facts.facts[:4]]
    assert verdicts == [Verdict.UNKNOWN, Verdict.BAD, Verdict.UNKNOWN, Verdict.UNKNOWN]
    (facts,) = detached(signature, root, authority, ENTITY + b"x")
    assert facts.intact.verdict is Verdict.BAD


def test_what_gpgsm_signs(authority: "Authority", gpgsm: "GpgSm", root: Entity) -> None:
    pair = authority.leaf("carol@example.org", cn="Carol Example")
    signature = gpgsm.sign(ENTITY, pair)
    (facts,) = detached(signature, root, authority)
    assert facts.intact.is_good, facts.intact
    assert facts.certificate == pair.certificate


@pytest.mark.parametrize("digest", ["SHA256", "SHA512"])
def test_what_nss_signs(authority: "Authority", cmsutil: "CmsUtil", root: Entity, digest: str) -> None:
    signature = cmsutil.sign(ENTITY, authority.leaf("dora@example.org", cn="Dora Example"), digest)
    (facts,) = detached(signature, root, authority)
    assert facts.intact.is_good, facts.intact
    assert facts.trusted.is_good, facts.trusted
    assert facts.digest == f"sha-{digest[3:]}"


def test_whole_messages_of_openssl(authority: "Authority", openssl: "OpenSsl") -> None:
    """The old names with x-, LF where openssl writes it, a body of more than one kind."""
    (openssl.folder / "entity").write_bytes(ENTITY)
    openssl.sign(ENTITY, authority.leaf())
    for program in ("cms", "smime"):
        words = ["openssl", program, "-sign", "-binary", "-crlfeol", "-in", "entity", "-signer", "signer0.pem"]
        words += ["-certfile", "chain0.pem", "-from", "ann@example.org"]
        written = subprocess.run(words, cwd=openssl.folder, check=True, capture_output=True).stdout
        root = parse(written)
        assert root.children[1].media_type in ("application/pkcs7-signature", "application/x-pkcs7-signature")
        (facts,) = verify_detached(
            root.children[0].octets,
            root.children[1].content,
            root=root,
            trust=Trust((authority.root,)),
            now=authority.now,
            micalg=root.content_type.get("micalg") or "",
        )
        assert facts.intact.is_good, facts.intact
        assert facts.signer.is_good


def test_certificates_alone_are_no_signature(authority: "Authority", openssl: "OpenSsl", root: Entity) -> None:
    from authority import pem_of

    (openssl.folder / "some.pem").write_bytes(pem_of(authority.leaf().certificate))
    words = ["openssl", "crl2pkcs7", "-nocrl", "-certfile", "some.pem", "-outform", "DER"]
    bundle = subprocess.run(words, cwd=openssl.folder, check=True, capture_output=True).stdout
    assert read_signed_data(bundle).certificates == (authority.leaf().certificate,)
    with pytest.raises(ProtectionError, match="certificates alone"):
        detached(bundle, root, authority)
    with pytest.raises(ProtectionError, match="content is missing"):
        verify_opaque(Octets.of(bundle), root=root, trust=Trust(()), now=authority.now)


def test_encrypted_content_is_not_taken_for_signed(authority: "Authority", openssl: "OpenSsl") -> None:
    from authority import pem_of

    (openssl.folder / "to.pem").write_bytes(pem_of(authority.leaf().certificate))
    words = ["openssl", "cms", "-encrypt", "-aes256", "-outform", "DER", "to.pem"]
    octets = subprocess.run(words, cwd=openssl.folder, check=True, capture_output=True, input=ENTITY).stdout
    with pytest.raises(ProtectionError, match="no signed content"):
        read_signed_data(octets)


@pytest.mark.parametrize("octets", [b"", b"\0", b"hello", b"0\x80", b"0\x03\x02\x01\x01", b"\x30\x84\xff\xff\xff\xff"])
def test_what_is_no_cms_is_told_so(octets: bytes) -> None:
    with pytest.raises(ProtectionError) as caught:
        read_signed_data(octets)
    assert caught.value.sentence.endswith(".")
    assert caught.value.hint


def test_a_signature_of_10_mb_is_refused(authority: "Authority", root: Entity) -> None:
    with pytest.raises(ProtectionError, match="none has more than"):
        verify_detached(Octets.of(ENTITY), Octets.of(bytes(10 << 20)), root=root, trust=Trust(()), now=authority.now)


def test_more_signers_than_any_mail_has(authority: "Authority") -> None:
    signature = sign_detached(Octets.of(ENTITY), authority.leaf(kind="p256"), authority.now)
    from asn1crypto import cms as asn1

    info = asn1.ContentInfo.load(signature)
    (signer,) = info["content"]["signer_infos"]
    info["content"]["signer_infos"] = [signer] * 51
    with pytest.raises(ProtectionError, match="51 signers"):
        read_signed_data(info.dump(force=True))


@pytest.fixture(scope="module")
def ours(authority: "Authority") -> bytes:
    return sign_detached(Octets.of(ENTITY), authority.leaf(kind="p256"), authority.now)


@settings(max_examples=200)
@given(data=st.data())
def test_damage_anywhere_is_an_error_of_ours_or_no_good_signature(
    authority: "Authority", ours: bytes, data: st.DataObject
) -> None:
    pair = authority.leaf(kind="p256")
    root = parse(b"From: ann@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n")
    signature = bytearray(ours)
    for _ in range(data.draw(st.integers(1, 3))):
        signature[data.draw(st.integers(0, len(signature) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.sampled_from([0, 0, 0, 1, 7, 300]))
    octets = Octets.of(bytes(signature[: len(signature) - cut]))
    found: tuple[SignatureFacts, ...] = ()
    with suppress(ProtectionError):
        found = verify_detached(Octets.of(ENTITY), octets, root=root, trust=Trust((authority.root,)), now=authority.now)
    for facts in found:
        # Damage in a certificate of the chain that is not needed, or in the hint of what is encrypted, changes nothing.
        if facts.is_good:
            assert facts.certificate == pair.certificate
            assert facts.signed_at == authority.now


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_noise_is_never_more_than_an_error_of_ours(octets: bytes) -> None:
    with pytest.raises(ProtectionError):
        read_signed_data(b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02" + octets)
