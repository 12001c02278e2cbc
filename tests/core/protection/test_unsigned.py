"""Taking signatures off: what was signed comes out octet for octet, with the fields that count; nothing else opens."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sescomposer.core.entity import Entity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.parse import parse
from sescomposer.core.protection.header_protection import with_header_protection
from sescomposer.core.protection.protected_entity import entity_to_sign
from sescomposer.core.protection.signing import clear_signed, opaque_signed
from sescomposer.core.protection.unsigned import is_signed_around, unsigned

if TYPE_CHECKING:
    from authority import Authority

BODY = (
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n"
    b"--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n"
)
Make = Callable[[bytes], Entity]
TYPES = st.sampled_from(
    [
        b"multipart/signed; boundary=b",
        b"multipart/signed",
        b"application/pkcs7-mime; smime-type=signed-data",
        b"application/x-pkcs7-mime",
        b"text/plain",
    ]
)


def signed(root: Entity, authority: "Authority", *, opaque: bool) -> Entity:
    pair = authority.leaf()
    if opaque:
        made = opaque_signed(root, pair, authority.now)
    else:
        made = clear_signed(root, pair, authority.now, SeededIdentifiers(len(root.octets)))
    return parse(bytes(made.octets))


@pytest.mark.parametrize("opaque", [False, True])
def test_what_was_signed_comes_out_with_the_fields_around_it(
    message: Make, authority: "Authority", opaque: bool
) -> None:
    root = message(BODY)
    found = signed(root, authority, opaque=opaque)
    assert is_signed_around(found)
    plain = unsigned(found)
    assert bytes(plain.octets) == bytes(root.octets)
    assert unsigned(found) is plain, "it is read once"
    assert unsigned(plain) is plain


def test_parts_signed_in_the_open_stay_the_same_objects(message: Make, authority: "Authority") -> None:
    found = signed(message(BODY), authority, opaque=False)
    inside = found.children[0]
    assert [part.key for part in unsigned(found).children] == [part.key for part in inside.children]


@pytest.mark.parametrize("order", [(False, True), (True, False), (True, True), (False, False)])
def test_signatures_around_signatures_are_taken_off_as_well(
    message: Make, authority: "Authority", order: tuple[bool, bool]
) -> None:
    root = message(BODY)
    found = root
    for opaque in order:
        found = signed(found, authority, opaque=opaque)
    assert bytes(unsigned(found).octets) == bytes(root.octets)


def test_protected_fields_win_and_leave_no_trace(message: Make) -> None:
    root = message(BODY)
    inside = with_header_protection(entity_to_sign(root), root, False)
    whole = parse(
        b"From: ann@example.org\r\nSubject: changed on the way\r\n"
        b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n"
        + bytes(inside.octets)
        + b"\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--s--\r\n"
    )
    plain = unsigned(whole)
    assert plain.subject == "Grüße"
    assert plain.content_type.get("hp") == ""
    assert len(plain.header.all("Subject")) == 1
    assert [part.media_type for part in plain.children] == ["text/plain", "text/calendar"]


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIAGCSqGSIb3DQEHA6CA\r\n",
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nno base64\r\n",
        b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n",
        b"Content-Type: multipart/signed; boundary=b\r\n\r\nnothing in it\r\n",
        b"Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nVersion: 1\r\n--b--\r\n",
        b"Content-Type: text/plain\r\n\r\nHi\r\n",
    ],
)
def test_what_is_no_signature_or_cannot_be_read_stays_as_it_is(octets: bytes) -> None:
    root = parse(octets)
    assert unsigned(root) is root


@settings(max_examples=100, deadline=None)
@given(TYPES, st.binary(max_size=300))
@example(b"multipart/signed; boundary=b", b"--b\r\n" * 40)
def test_any_octets_are_taken(kind: bytes, body: bytes) -> None:
    root = parse(b"Subject: a\r\nContent-Type: " + kind + b"\r\n\r\n" + body)
    assert unsigned(root).subject == "a"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_of_any_octet_is_taken(authority: "Authority", data: st.DataObject) -> None:
    octets = bytearray(_opaque(authority))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert isinstance(unsigned(parse(bytes(octets))), Entity)


def _opaque(authority: "Authority") -> bytes:
    found = _made.get("opaque")
    if found is None:
        root = parse(b"From: ann@example.org\r\nSubject: a\r\n" + BODY)
        found = _made["opaque"] = bytes(signed(root, authority, opaque=True).octets)
    return found


_made: dict[str, bytes] = {}
