"""What we sign, read by OpenSSL, gpgsm and NSS."""

import random
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asn1crypto import cms as asn1
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity
from sescomposer.core.errors import OperationCancelledError, ProtectionError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.algorithms import SignatureAlgorithm, algorithm_for
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.protected_entity import entity_to_sign, transport_faults
from sescomposer.core.protection.signing import clear_signed, opaque, opaque_signed, sign_detached
from sescomposer.core.protection.verifying import verify_detached, verify_opaque
from sescomposer.core.structure import Attachment

if TYPE_CHECKING:
    from authority import Authority
    from smime_readers import CmsUtil, GpgSm, OpenSsl

Message = Callable[[bytes], Entity]

ASCII = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\nGood day.\r\n"
DEVANAGARI = "नमस्ते, यह एक परीक्षण है।\n" * 40


def rich() -> Entity:
    """Text, HTML and a PDF with umlauts everywhere (test case 1)."""
    pdf = Attachment(Octets.of(random.Random(1).randbytes(9000)), "Übersicht für März.pdf", "application/pdf")
    made = compose(
        "Ann Example <ann@example.org>",
        "bob@example.com",
        "Grüße",
        text="Füße \nFrom here\n.\n",
        html="<p>Grüße</p>",
        attachments=[pdf],
        ids=SeededIdentifiers(2),
    ).root
    return parse(b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n" + bytes(made.octets))


def signed(root: Entity, pair: KeyPair, authority: "Authority") -> bytes:
    return bytes(clear_signed(root, pair, authority.now, SeededIdentifiers(1)).octets)


def parts(octets: bytes) -> tuple[bytes, bytes]:
    from smime_readers import cut

    return cut(octets)


KINDS = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521"]


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_reads_every_kind_of_key(
    authority: "Authority", openssl: "OpenSsl", gpgsm: "GpgSm", cmsutil: "CmsUtil", kind: str
) -> None:
    """`openssl cms -verify -in M -CAfile R -purpose smimesign -verify_email FROM`; gpgsm --verify; cmsutil -D."""
    octets = signed(rich(), authority.leaf(kind=kind), authority)
    entity, signature = parts(octets)
    answer = openssl.verify(octets, "-verify_email", "ann@example.org")
    assert answer.status == 0, answer.text
    assert (openssl.folder / "out").read_bytes() == entity
    assert openssl.verify_parts(entity, signature).status == 0
    assert parse(octets).content_type.get("micalg") == algorithm_for(authority.leaf(kind=kind).key).digest
    if kind == "p521":
        return  # which neither of the two reads (measured with gpgsm 2.2 and NSS 3.87)
    said = gpgsm.verify(entity, signature)
    assert said.status == 0, said.text
    assert "GOODSIG" in said.text
    assert "VALIDSIG" in said.text
    assert "EXPKEYSIG" not in said.text
    assert " ERROR " not in said.text
    assert cmsutil.verify(entity, signature) == "GoodSignature"


def test_what_is_signed_is_safe_on_the_way(authority: "Authority") -> None:
    """Test case 2: no bare line end, no octet over 127, CRLF at the end, nothing that transport changes."""
    entity, _ = parts(signed(rich(), authority.leaf(), authority))
    assert entity.isascii()
    assert entity.count(b"\r\n") == entity.count(b"\r") == entity.count(b"\n")
    assert entity.endswith(b"\r\n")
    assert transport_faults(Octets.of(entity)) == ()


def body(name: str, authority: "Authority", message: Message) -> Entity:
    match name:
        case "ascii":
            return message(ASCII)
        case "no fields":
            return message(b"\r\nHi")
        case "empty":
            return message(b"Content-Type: text/plain\r\n\r\n")
        case "devanagari":
            made = compose("ann@example.org", "b@example.com", "नमस्ते", text=DEVANAGARI, ids=SeededIdentifiers(3))
            return parse(b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n" + bytes(made.root.octets))
        case "nested signed":
            inner = signed(message(ASCII), authority.leaf(), authority)
            return message(b"Content-Type: message/rfc822\r\n\r\n" + inner)
        case "part without end":
            return message(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b--")
        case _:
            return message(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\r\n--b--\r\nepilogue\r\n")


@pytest.mark.parametrize("form", ["clear", "opaque"])
@pytest.mark.parametrize(
    "name", ["ascii", "no fields", "empty", "devanagari", "nested signed", "part without end", "epilogue"]
)
def test_bodies_of_every_kind(
    authority: "Authority", openssl: "OpenSsl", message: Message, name: str, form: str
) -> None:
    root = body(name, authority, message)
    inside = bytes(entity_to_sign(root).octets)
    pair = authority.leaf(kind="p256")
    if form == "opaque":
        octets = bytes(opaque_signed(root, pair, authority.now).octets)
    else:
        octets = signed(root, pair, authority)
        assert parts(octets)[0] == inside
    answer = openssl.verify(octets)
    assert answer.status == 0, answer.text
    assert (openssl.folder / "out").read_bytes() == inside


@pytest.mark.parametrize("depth", range(4))
def test_chains_of_one_to_four(authority: "Authority", openssl: "OpenSsl", message: Message, depth: int) -> None:
    """Test case 5: the reader has the root alone; the message has the leaf and every intermediate, not the root."""
    pair = authority.leaf(depth=depth)
    octets = signed(message(ASCII), pair, authority)
    assert openssl.verify(octets).status == 0
    found = asn1.ContentInfo.load(parts(octets)[1])["content"]["certificates"]
    assert {item.dump() for item in found} == {item.der for item in (pair.certificate, *pair.chain)}
    assert authority.root.der not in {item.dump() for item in found}


def test_without_intermediates_the_reader_finds_no_way(
    authority: "Authority", openssl: "OpenSsl", message: Message
) -> None:
    pair = replace(authority.leaf(depth=2), chain=())
    answer = openssl.verify(signed(message(ASCII), pair, authority))
    assert answer.status != 0
    assert "unable to get local issuer certificate" in answer.text


def test_certificates_stand_there_once_and_a_root_never(authority: "Authority") -> None:
    pair = authority.leaf()
    twice = replace(pair, chain=(*pair.chain, *pair.chain, pair.certificate, authority.root))
    found = asn1.ContentInfo.load(sign_detached(Octets.of(b"a\r\n"), twice, authority.now))["content"]["certificates"]
    assert sorted(item.dump() for item in found) == sorted((pair.certificate.der, *[item.der for item in pair.chain]))


@pytest.mark.parametrize("digest", ["sha-256", "sha-384", "sha-512"])
@pytest.mark.parametrize("form", ["rsa", "rsa-pss"])
def test_other_algorithms_of_rsa(authority: "Authority", openssl: "OpenSsl", digest: str, form: str) -> None:
    """Test case 6: RSA with SHA-512, PSS with a salt as long as the digest."""
    algorithm = SignatureAlgorithm(digest, form)
    octets = b"Content-Type: text/plain\r\n\r\nHi\r\n"
    signature = sign_detached(Octets.of(octets), authority.leaf(kind="rsa4096"), authority.now, algorithm=algorithm)
    answer = openssl.verify_parts(octets, signature)
    assert answer.status == 0, answer.text


def test_signed_attributes_are_strict_der(authority: "Authority") -> None:
    pair = authority.leaf()
    signature = sign_detached(Octets.of(b"a\r\n"), pair, authority.now)
    info = asn1.ContentInfo.load(signature, strict=True)
    data = info["content"]
    assert info.copy().dump(force=True) == signature
    assert data["encap_content_info"]["content"].native is None
    attributes = data["signer_infos"][0]["signed_attrs"]
    names = [attribute["type"].native for attribute in attributes]
    assert (
        sorted(names)
        == sorted(["content_type", "message_digest", "signing_time", "signing_certificate_v2", "1.2.840.113549.1.9.15"])
        or "smime_capabilities" in names
    )
    values = {attribute["type"].native: attribute["values"] for attribute in attributes}
    assert all(len(value) == 1 for value in values.values())
    assert values["signing_time"].native == [authority.now]
    assert [attribute.dump() for attribute in attributes] == sorted(attribute.dump() for attribute in attributes)


def test_the_same_key_and_time_give_the_same_octets(authority: "Authority", message: Message) -> None:
    pair = authority.leaf()
    assert signed(message(ASCII), pair, authority) == signed(message(ASCII), pair, authority)


@pytest.mark.parametrize(
    "kind, code",
    [("ed25519", "protect-algorithm"), ("rsa1024", "protect-weak")],
)
def test_keys_that_readers_refuse_are_refused(authority: "Authority", message: Message, kind: str, code: str) -> None:
    with pytest.raises(ProtectionError) as caught:
        signed(message(ASCII), authority.leaf(kind=kind), authority)
    assert caught.value.value == code
    assert caught.value.hint


def test_a_key_of_another_certificate_is_refused(authority: "Authority", message: Message) -> None:
    pair = replace(authority.leaf(), key=authority.leaf("other@example.org").key)
    with pytest.raises(ProtectionError, match="not that of the certificate") as caught:
        signed(message(ASCII), pair, authority)
    assert caught.value.value == "protect-key-mismatch"


@pytest.mark.parametrize(
    "octets, code, is_opaque_refused",
    [
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n", "protect-8bit", False),
        (b"\r\nbare\rhere\r\n", "protect-eol", True),
        (b"\r\n" + b"x" * 999 + b"\r\n", "protect-long-line", False),
    ],
)
def test_what_would_be_changed_on_the_way_is_not_signed(
    authority: "Authority", message: Message, octets: bytes, code: str, is_opaque_refused: bool
) -> None:
    with pytest.raises(ProtectionError, match="changed on the way") as caught:
        signed(message(octets), authority.leaf(), authority)
    assert caught.value.value == code
    if is_opaque_refused:
        with pytest.raises(ProtectionError, match="changed on the way"):
            opaque_signed(message(octets), authority.leaf(), authority.now)
    else:
        assert opaque_signed(message(octets), authority.leaf(), authority.now).media_type == "application/pkcs7-mime"


def test_a_boundary_that_stands_in_the_content_is_not_taken(authority: "Authority", message: Message) -> None:
    taken = f"=_{SeededIdentifiers(1).token()}".encode()
    octets = signed(message(b"\r\n--" + taken + b"\r\n"), authority.leaf(), authority)
    root = parse(octets)
    assert root.content_type.get("boundary") != taken.decode()
    assert len(root.children) == 2
    assert bytes(root.children[0].octets).endswith(b"--" + taken + b"\r\n")


def test_what_stands_outside(authority: "Authority", message: Message) -> None:
    root = parse(signed(message(ASCII), authority.leaf(), authority))
    names = [field.name for field in root.header.fields]
    assert names == ["From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Content-Type"]
    assert root.content_type.get("protocol") == "application/pkcs7-signature"
    assert [part.media_type for part in root.children] == ["text/plain", "application/pkcs7-signature"]
    assert root.children[1].file_name == "smime.p7s"
    assert root.defects == ()


def test_inside_and_outside_can_be_given(authority: "Authority", message: Message) -> None:
    from sescomposer.core.header import HeaderSection
    from sescomposer.core.octets import EMPTY

    inside = parse(b"Content-Type: text/plain\r\nSubject: inside\r\n\r\nHi\r\n")
    nothing = HeaderSection.of_octets(EMPTY)
    pair, ids = authority.leaf(), SeededIdentifiers(1)
    made = clear_signed(message(ASCII), pair, authority.now, ids, inside=inside, outer=nothing)
    assert [field.name for field in made.header.fields] == ["Content-Type"]
    assert made.children[0] is inside
    made = opaque_signed(message(ASCII), pair, authority.now, inside=inside, outer=nothing)
    assert made.header.fields[0].name == "Content-Type"


class Cancelling:
    def step(self, done: int, total: int) -> None:
        raise OperationCancelledError


def test_it_can_be_cancelled(authority: "Authority", message: Message) -> None:
    with pytest.raises(OperationCancelledError):
        clear_signed(message(ASCII), authority.leaf(), authority.now, SeededIdentifiers(1), Cancelling())


def large(megabytes: int) -> Octets:
    """An entity with that many MB of base64 text, of which nothing is held but 64 KiB of content."""
    noise = Octets.of(random.Random(1).randbytes(57 * 1024))
    content = Octets.join([noise] * (megabytes * (1 << 20) // len(noise)))
    fields = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return Octets.join((fields, base64_octets(content)))


def test_forty_mb_are_signed_without_being_held(authority: "Authority", openssl: "OpenSsl") -> None:
    """Test case 10: `openssl cms -verify -binary -inform DER -in S -content E`; under 16 MB of memory."""
    entity, pair = large(28), authority.leaf(kind="p256")
    assert len(entity) > 38 << 20
    sign_detached(Octets.of(b"once\r\n"), pair, authority.now)
    tracemalloc.start()
    try:
        signature = sign_detached(entity, pair, authority.now)
        inside = opaque(entity, pair, authority.now)
        faults = transport_faults(entity)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20
    assert faults == ()
    root, trust = parse(b""), Trust((authority.root,))
    tracemalloc.start()
    try:
        found = verify_detached(entity, Octets.of(signature), root=root, trust=trust, now=authority.now)
        found += verify_opaque(inside, root=root, trust=trust, now=authority.now)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20
    assert all(facts.intact.is_good for facts in found)
    assert openssl.verify_parts(bytes(entity), signature).status == 0
    (openssl.folder / "opaque").write_bytes(bytes(inside))
    from smime_readers import run

    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "opaque", "-CAfile", "root.pem"]
    words += ["-purpose", "smimesign", "-attime", openssl.time, "-out", "out"]
    assert run(words, openssl.folder).status == 0
    assert (openssl.folder / "out").read_bytes() == bytes(entity)


def test_a_message_with_28_mb_goes_through_whole(authority: "Authority", openssl: "OpenSsl") -> None:
    noise = Octets.of(random.Random(1).randbytes(57 * 1024))
    file = Attachment(Octets.join([noise] * 503), "file.bin", "application/octet-stream")
    made = compose("ann@example.org", "b@example.com", "x", text="x\n", attachments=[file], ids=SeededIdentifiers(3))
    root = clear_signed(made.root, authority.leaf(), authority.now, SeededIdentifiers(4))
    octets = bytes(root.octets)
    assert len(octets) > 37 << 20
    assert openssl.verify_parts(*parts(octets)).status == 0


@pytest.mark.parametrize("length", [34, 35, 60])
def test_nasty_entities_stay_as_they_are(authority: "Authority", openssl: "OpenSsl", length: int) -> None:
    """Test case 9: long file names, an attached message with odd spacing, `From ` and `.` lines, an empty part."""
    odd = (
        b"Subject:two  blanks\r\nX-Empty: \r\nX-None:\r\nX-Folded: a\r\n \tb\r\n"
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x \r\n\r\nFrom me\r\n.\r\n--x--"
    )
    made = compose(
        "ann@example.org",
        "b@example.com",
        "x",
        text="From here\n.\n trailing \n",
        attachments=[
            Attachment(Octets.of(b""), "n" * length + ".txt", "text/plain"),
            Attachment(Octets.of(odd), "odd.eml", "message/rfc822"),
        ],
        ids=SeededIdentifiers(5),
    ).root
    inside = bytes(entity_to_sign(made).octets)
    assert odd in inside
    first = bytes(clear_signed(made, authority.leaf(), authority.now, SeededIdentifiers(6)).octets)
    entity, signature = parts(first)
    assert entity == inside
    assert openssl.verify_parts(entity, signature).status == 0
    again = parse(first)
    assert bytes(again.octets) == first
    assert bytes(again.children[0].octets) == inside


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200), subject=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
def test_any_text_that_is_typed_verifies(authority: "Authority", openssl: "OpenSsl", text: str, subject: str) -> None:
    made = compose("ann@example.org", "b@example.com", subject, text=text, ids=SeededIdentifiers(7)).root
    root = parse(b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n" + bytes(made.octets))
    octets = signed(root, authority.leaf(kind="p256"), authority)
    assert openssl.verify_parts(*parts(octets)).status == 0
    assert openssl.verify(octets).status == 0
    read = parse(octets)
    trust = Trust((authority.root,))
    (facts,) = verify_detached(
        read.children[0].octets, read.children[1].content, root=read, trust=trust, now=authority.now
    )
    assert facts.is_good, facts.facts
