"""What must break a signature, and what must not (test cases 4 and 8): by our own reader and by OpenSSL."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.facts import SignatureFacts, Verdict
from sescomposer.core.protection.signing import clear_signed, opaque_signed
from sescomposer.core.protection.verifying import verify_detached, verify_opaque
from sescomposer.core.structure import Attachment

if TYPE_CHECKING:
    from authority import Authority
    from smime_readers import OpenSsl


@pytest.fixture(scope="module")
def sealed(authority: "Authority") -> bytes:
    """A signed message with quoted-printable, base64 and a folded header field inside."""
    file = Attachment(Octets.of(random.Random(1).randbytes(400)), "Übersicht für März und April.pdf", "application/pdf")
    text = "Füße\nplain line\nFrom here\nlast \n"
    made = compose(
        "Ann <ann@example.org>", "b@example.com", "x", text=text, attachments=[file], ids=SeededIdentifiers(2)
    )
    root = parse(b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n" + bytes(made.root.octets))
    return bytes(clear_signed(root, authority.leaf(kind="p256"), authority.now, SeededIdentifiers(1)).octets)


def cut(octets: bytes) -> tuple[bytes, bytes]:
    from smime_readers import cut as cutting

    return cutting(octets)


def checked(entity: bytes, signature: bytes, root: Entity, authority: "Authority") -> SignatureFacts:
    (facts,) = verify_detached(
        Octets.of(entity), Octets.of(signature), root=root, trust=Trust((authority.root,)), now=authority.now
    )
    return facts


def test_untouched_it_is_good(authority: "Authority", sealed: bytes) -> None:
    root = parse(sealed)
    signature = root.children[1].content
    label = root.content_type.get("micalg") or ""
    trust = Trust((authority.root,))
    (facts,) = verify_detached(
        root.children[0].octets, signature, root=root, trust=trust, now=authority.now, micalg=label
    )
    assert facts.is_good, facts.facts
    assert facts.fingerprint == authority.leaf(kind="p256").certificate.fingerprint
    assert facts.signed_at == authority.now
    assert (facts.digest, facts.algorithm) == ("sha-256", "ECDSA P-256 with SHA-256")


@settings(max_examples=150)
@given(data=st.data())
def test_one_flipped_octet_anywhere_breaks_it(authority: "Authority", sealed: bytes, data: st.DataObject) -> None:
    entity, signature = cut(sealed)
    position = data.draw(st.integers(0, len(entity) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(entity)
    changed[position] ^= flip
    facts = checked(bytes(changed), signature, parse(sealed), authority)
    assert facts.intact.verdict is Verdict.BAD
    assert not facts.is_good


@settings(max_examples=60)
@given(data=st.data())
def test_one_flipped_octet_of_the_sealed_message_leaves_no_good_signature(
    authority: "Authority", sealed: bytes, data: st.DataObject
) -> None:
    """Read from the whole message again, as sealing does: also a boundary or a header field may be hit."""
    entity, _ = cut(sealed)
    start = sealed.index(entity)
    position = start + data.draw(st.integers(0, len(entity) - 1))
    changed = bytearray(sealed)
    changed[position] ^= data.draw(st.integers(1, 255))
    root = parse(bytes(changed))
    (facts,) = verify_detached(
        root.children[0].octets,
        Octets.of(cut(sealed)[1]),
        root=root,
        trust=Trust((authority.root,)),
        now=authority.now,
    )
    assert not facts.is_good


@settings(max_examples=60)
@given(data=st.data())
def test_octets_added_or_taken_away_break_it(authority: "Authority", sealed: bytes, data: st.DataObject) -> None:
    entity, signature = cut(sealed)
    at = data.draw(st.integers(0, len(entity)))
    taken = data.draw(st.integers(0, 3))
    added = data.draw(st.binary(min_size=0 if taken else 1, max_size=3))
    changed = entity[:at] + added + entity[at + taken :]
    if changed == entity:
        return
    assert checked(changed, signature, parse(sealed), authority).intact.verdict is Verdict.BAD


def flipped(octets: bytes, at: int) -> bytes:
    return octets[:at] + bytes((octets[at] ^ 1,)) + octets[at + 1 :]


TAMPERED: dict[str, Callable[[bytes], bytes]] = {
    "one octet of the body": lambda octets: octets.replace(b"plain line", b"plain lime"),
    "a field of a part": lambda octets: octets.replace(
        b"Content-Disposition: attachment", b"Content-Disposition: inline"
    ),
    "one octet of the attachment": lambda octets: flipped(
        octets, octets.index(b"\r\n\r\n", octets.index(b": base64")) + 9
    ),
    "hexadecimal digits in lower case": lambda octets: octets.replace(b"=C3=BC", b"=c3=bc"),
    "a blank added": lambda octets: octets.replace(b"plain line\r\n", b"plain line \r\n"),
    "a From line protected": lambda octets: octets.replace(b"=46rom here", b">From here"),
    "an empty line at the end": lambda octets: octets + b"\r\n",
    "a line end less at the end": lambda octets: octets.removesuffix(b"\r\n"),
    "a field folded anew": lambda octets: octets.replace(b";\r\n ", b"; ", 1),
    "quoted-printable turned into 8bit": lambda octets: octets.replace(b"=C3=BC", b"\xc3\xbc"),
    "LF line ends": lambda octets: octets.replace(b"\r\n", b"\n"),
    "text cut off": lambda octets: octets[:-40],
}


@pytest.mark.parametrize("how", list(TAMPERED))
def test_what_changes_on_the_way_breaks_it(authority: "Authority", openssl: "OpenSsl", sealed: bytes, how: str) -> None:
    """`openssl cms -verify -binary -inform DER -in S -content E -CAfile R` fails, and so do we."""
    entity, signature = cut(sealed)
    changed = TAMPERED[how](entity)
    assert changed != entity
    assert checked(changed, signature, parse(sealed), authority).intact.verdict is Verdict.BAD
    assert openssl.verify_parts(changed, signature).status != 0


def test_base64_in_other_lines_breaks_it(authority: "Authority", openssl: "OpenSsl", sealed: bytes) -> None:
    entity, signature = cut(sealed)
    at = entity.index(b"\r\n\r\n", entity.index(b": base64")) + 4
    changed = entity[: at + 72] + b"\r\n" + entity[at + 72 :].replace(b"\r\n", b"", 1)
    assert checked(changed, signature, parse(sealed), authority).intact.verdict is Verdict.BAD
    assert openssl.verify_parts(changed, signature).status != 0


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_it_is_said_when_only_line_ends_differ(authority: "Authority", sealed: bytes, end: bytes) -> None:
    entity, signature = cut(sealed)
    if end == b"\n":
        facts = checked(entity.replace(b"\r\n", end), signature, parse(sealed), authority)
        assert "LF in place of CR LF" in facts.intact.sentence
    facts = checked(entity + b"x", signature, parse(sealed), authority)
    assert "line ends" not in facts.intact.sentence


def test_a_preamble_may_be_added(authority: "Authority", openssl: "OpenSsl", sealed: bytes) -> None:
    changed = sealed.replace(b"\r\n\r\n", b"\r\n\r\nThis is signed.\r\n", 1)
    root = parse(changed)
    assert openssl.verify(changed).status == 0
    assert checked(bytes(root.children[0].octets), cut(sealed)[1], root, authority).is_good


def relayed(sealed: bytes) -> bytes:
    """What SES does: Date and Message-ID anew, fields of its own."""
    root = parse(sealed)
    header = root.header.with_field("Date", b"Date: Sat, 21 Nov 2026 12:00:09 +0000\r\n")
    header = header.with_field("Message-ID", b"Message-ID: <0100@eu-west-1.amazonses.example>\r\n")
    added = b"Return-Path: <0100@bounces.example>\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.org;\r\n\tb=YQ==\r\n"
    added += b"Feedback-ID: 1.eu-west-1\r\nX-SES-Outgoing: 2026.11.21-54.240.0.1\r\n"
    return added + bytes(header.octets) + b"\r\n" + bytes(root.body.octets)


def test_what_the_service_does_to_the_header_breaks_nothing(
    authority: "Authority", openssl: "OpenSsl", sealed: bytes
) -> None:
    """Test case 8."""
    changed = relayed(sealed)
    root = parse(changed)
    assert openssl.verify(changed).status == 0
    assert checked(bytes(root.children[0].octets), cut(sealed)[1], root, authority).is_good


@pytest.mark.parametrize(
    "old, new",
    [
        (b"last=20", b"last=20\r\n<img src=3D'https://track.example/1'>"),
        (b"plain line", b"https://track.example/L0/plain"),
    ],
)
def test_a_picture_or_a_link_of_the_service_breaks_it(
    authority: "Authority", openssl: "OpenSsl", sealed: bytes, old: bytes, new: bytes
) -> None:
    assert old in sealed
    changed = relayed(sealed.replace(old, new))
    root = parse(changed)
    assert openssl.verify(changed).status != 0
    facts = checked(bytes(root.children[0].octets), cut(sealed)[1], root, authority)
    assert facts.intact.verdict is Verdict.BAD
    assert facts.signer.is_good


@pytest.fixture(scope="module")
def enclosed(authority: "Authority") -> Entity:
    """A message with the signed content inside."""
    root = parse(b"From: ann@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n" + b"Hi there.\r\n" * 20)
    return opaque_signed(root, authority.leaf(kind="p256"), authority.now)


@settings(max_examples=100)
@given(data=st.data())
def test_one_flipped_octet_of_opaque_content_breaks_it(
    authority: "Authority", enclosed: Entity, data: st.DataObject
) -> None:
    root, made, trust = enclosed, bytes(enclosed.content), Trust((authority.root,))
    (facts,) = verify_opaque(Octets.of(made), root=root, trust=trust, now=authority.now)
    assert facts.is_good, facts.facts
    changed = bytearray(made)
    start = made.index(b"Content-Type")
    stop = made.rindex(b"there.\r\n") + 8
    changed[data.draw(st.integers(start, stop - 1))] ^= data.draw(st.integers(1, 255))
    (facts,) = verify_opaque(Octets.of(bytes(changed)), root=root, trust=trust, now=authority.now)
    assert facts.intact.verdict is Verdict.BAD
