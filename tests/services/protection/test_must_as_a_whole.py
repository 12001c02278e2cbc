"""A policy is fulfilled by protection of the whole message alone, not of a part somewhere in it."""

from typing import Any

import pytest
from authority import Authority
from letters import BOTH, SIGN, codes, letter, must

from sescomposer.bootstrap import Services
from sescomposer.core.octets import Octets
from sescomposer.services.protection.protection_ports import KeyEntry, Policy

pytestmark = pytest.mark.usefixtures("trusting")

PLAIN = b"--zz\r\nContent-Type: text/html\r\n\r\n<b>plain</b>\r\n"


def wrapped(signed: bytes, kind: bytes) -> bytes:
    """Put the protected body of a message beside a part that is not, in a container of some type."""
    header, _, _ = signed.partition(b"\r\nContent-Type:")
    body = signed[len(header) + 2 :]
    around = header + b"\r\nContent-Type: " + kind + b"; boundary=zz\r\n\r\n"
    return around + PLAIN + b"--zz\r\n" + body + b"\r\n--zz--\r\n"


@pytest.mark.parametrize("kind", [b"multipart/signed", b"multipart/mixed", b"multipart/encrypted"])
def test_a_signed_part_in_a_container_is_no_signed_message(
    services: Services, ann: KeyEntry, scripted: Any, kind: bytes
) -> None:
    transport = scripted()
    (signed,) = services.sending.review(letter(services, SIGN), transport).sealed
    must(services)
    octets = Octets.of(wrapped(bytes(signed.octets), kind))
    review = services.sending.review_as_is(octets, signed.envelope, transport)
    assert "protect-must" in codes(review)


@pytest.mark.parametrize("kind", [b"multipart/encrypted", b"multipart/encrypted; protocol=application/pgp-encrypted"])
def test_an_encrypted_part_in_a_container_is_no_encrypted_message(
    services: Services, ann: KeyEntry, bob: None, scripted: Any, authority: Authority, kind: bytes
) -> None:
    transport = scripted()
    sealed = services.sending.review(letter(services, BOTH), transport).sealed[0]
    must(services, encrypt=Policy.MUST)
    octets = Octets.of(wrapped(bytes(sealed.octets), kind))
    review = services.sending.review_as_is(octets, sealed.envelope, transport)
    assert "protect-must" in codes(review)
    found = services.protecting.refusal(review.sealed[0].root, review.sealed[0].evidence)
    assert any("must be encrypted" in finding.message for finding in found)
