"""OpenPGP signatures checked by our own code: those of GnuPG and of the library, whole and with one octet changed."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.octets import Octets
from sescomposer.core.protection.openpgp.pgp_packets import Packet, key_blocks, packets
from sescomposer.core.protection.openpgp.pgp_signature import SignaturePacket, read_signature, signatures_of
from sescomposer.core.protection.openpgp.pgp_verifying import matches
from sescomposer.keys.openpgp import SequoiaOpenPgp

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpKey, PgpLab

ENTITY = b"Content-Type: text/plain\r\n\r\n" + "नमस्ते\r\n".encode()


def _signing(key: "PgpKey", signature: SignaturePacket) -> Packet:
    (block,) = key_blocks(key.public)
    return next(packet for packet in block if packet.is_key and signature.is_by(packet.fingerprint))


@pytest.mark.parametrize("kind", ["ed25519", "rsa2048", "p256", "p384"])
def test_signatures_of_the_library(pgp_lab: "PgpLab", kind: str) -> None:
    key = pgp_lab.key(kind)
    (signature,) = signatures_of(SequoiaOpenPgp().sign(Octets.of(ENTITY), *key.own)[0])
    signing = _signing(key, signature)
    assert matches(Octets.of(ENTITY), signature, signing) is True
    assert matches(Octets.of(ENTITY + b"x"), signature, signing) is False


@pytest.mark.parametrize("kind", ["ed25519", "rsa2048"])
@pytest.mark.parametrize("digest", ["SHA256", "SHA384", "SHA512"])
def test_signatures_of_gnupg(pgp_lab: "PgpLab", gpg_home: "GpgHome", kind: str, digest: str) -> None:
    key = pgp_lab.gnupg_key(kind)
    gpg_home.take(key.secret)
    made = gpg_home.run("--detach-sign", "--digest-algo", digest, given=ENTITY, passphrase="grüße, secret").stdout
    (signature,) = signatures_of(made)
    assert signature.digest == digest.lower()
    assert matches(Octets.of(ENTITY), signature, _signing(key, signature)) is True
    assert matches(Octets.of(ENTITY.lower()), signature, _signing(key, signature)) is False


def test_what_it_does_not_know_it_leaves_to_the_library(pgp_lab: "PgpLab", gpg_home: "GpgHome") -> None:
    key = pgp_lab.gnupg_key()
    gpg_home.take(key.secret)
    made = gpg_home.run("--detach-sign", "--textmode", given=ENTITY, passphrase="grüße, secret").stdout
    (signature,) = signatures_of(made)
    assert matches(Octets.of(ENTITY), signature, _signing(key, signature)) is None
    assert SequoiaOpenPgp().verify(Octets.of(ENTITY), made, (key.public,))[0].is_intact


@settings(max_examples=40)
@given(data=st.data())
def test_one_changed_octet_of_entity_or_signature(pgp_lab: "PgpLab", data: st.DataObject) -> None:
    key = pgp_lab.key(data.draw(st.sampled_from(["ed25519", "p256"])))
    (signature,) = signatures_of(SequoiaOpenPgp().sign(Octets.of(ENTITY), *key.own)[0])
    entity = bytearray(ENTITY)
    entity[data.draw(st.integers(0, len(entity) - 1))] ^= data.draw(st.integers(1, 255))
    assert matches(Octets.of(bytes(entity)), signature, _signing(key, signature)) is False
    (packet,) = packets(signature.octets)
    body = bytearray(packet.body)
    body[data.draw(st.integers(-30, -3))] ^= data.draw(st.integers(1, 255))
    changed = read_signature(Packet(packet.tag, bytes(body)))
    assert changed is not None
    assert matches(Octets.of(ENTITY), changed, _signing(key, signature)) is False
