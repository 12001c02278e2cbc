"""What is shown before sealing has the structure of what sealing makes."""

import os
from datetime import datetime

import pytest
from authority import Authority
from hypothesis import example, given
from hypothesis import strategies as st

from sescomposer.core import SeededIdentifiers, compose
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import envelope_of
from sescomposer.core.message import Message, Method, Protection, Road
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS
from sescomposer.core.protection.provisional import provisional
from sescomposer.core.protection.smime_protector import SmimeProtector
from sescomposer.core.seal import MemoryTarget, as_sealed

BOB = "bob@example.org"


def letter(html: str | None = "<p>Hi</p>") -> Message:
    return compose("ann@example.org", BOB, "Grüße", text="From here\n", html=html, ids=SeededIdentifiers(1))


def shape(root: Entity) -> list[tuple[str, list[str]]]:
    """Give the media type and names of fields of every part."""
    return [(part.media_type, [field.name for field in part.header.fields]) for part in parse(root.octets).walk()]


def sealed(message: Message, now: datetime) -> Entity:
    return as_sealed(message, now, SeededIdentifiers(2), Road.SES_V2)


def made(root: Entity, message: Message, wanted: Protection, authority: Authority) -> Entity:
    """Give what is made of a root by keys."""
    signer, bob = authority.leaf(kind="p256"), authority.leaf(BOB, kind="p256").certificate
    protector = SmimeProtector(signer, {BOB: (bob,)}, signer.certificate, wanted, os.urandom)
    found = protector.protect(
        root,
        envelope_of(message),
        now=authority.now,
        ids=SeededIdentifiers(3),
        into=MemoryTarget,
        progress=NO_PROGRESS,
    )
    return found[0].root


@pytest.mark.parametrize("opaque", [False, True])
@pytest.mark.parametrize("hides", [None, False, True])
@pytest.mark.parametrize("sign, encrypt", [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("html", [None, "<p>Hi</p>"])
def test_the_structure_is_that_of_what_sealing_makes(
    authority: Authority, opaque: bool, hides: bool | None, sign: bool, encrypt: bool, html: str | None
) -> None:
    message = letter(html)
    wanted = Protection(sign=sign, encrypt=encrypt, opaque=opaque, header_protection=hides)
    root = sealed(message, authority.now)
    shown = provisional(root, wanted, SeededIdentifiers(4))
    real = made(root, message, wanted, authority)
    assert shape(shown.root) == shape(real)
    assert parse(shown.root.octets).subject == real.subject


def test_what_is_signed_is_shown_to_the_octet(authority: Authority) -> None:
    message = letter()
    root = sealed(message, authority.now)
    shown = provisional(root, Protection(sign=True), SeededIdentifiers(4))
    real = made(root, message, Protection(sign=True), authority)
    assert shown.inside == root.key
    assert bytes(shown.root.children[0].octets) == bytes(real.children[0].octets)
    assert b"made when the message is sealed" in bytes(shown.stand_in.octets)


@given(octets=st.binary(max_size=300), encrypt=st.booleans(), method=st.sampled_from((Method.SMIME, Method.OPENPGP)))
@example(octets=b"\xef\xbb\xbfSubject: a\r\n\r\nHi", encrypt=False, method=Method.SMIME)
def test_any_message_has_a_shape(octets: bytes, encrypt: bool, method: Method) -> None:
    root = as_sealed(Message(parse(octets)), datetime.fromisoformat("2026-11-21T12:00:00+00:00"), SeededIdentifiers(5))
    shown = provisional(root, Protection(sign=True, encrypt=encrypt, method=method), SeededIdentifiers(6))
    read = parse(shown.root.octets)
    assert bytes(read.octets) == bytes(shown.root.octets)
    assert read.media_type == shown.root.media_type
    if method is Method.OPENPGP or not encrypt:
        assert len(read.children) == 2
