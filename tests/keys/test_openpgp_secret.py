"""Secret keys under another passphrase: read by GnuPG, from whatever GnuPG, the library and older programs make."""

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.errors import CertificateError, PassphraseError
from sescomposer.core.protection.openpgp.pgp_packets import SECRET_KEY, SECRET_SUBKEY, Packet, key_blocks
from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.keys.openpgp_secret import needs_passphrase, secret_numbers, with_passphrase
from sescomposer.services.account import Secret

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpLab

WORD = "grüße, secret".encode()


def _secrets(octets: bytes) -> list[Packet]:
    return [packet for packet in key_blocks(octets)[0] if packet.tag in (SECRET_KEY, SECRET_SUBKEY)]


@pytest.mark.parametrize("kind", ["ed25519", "rsa2048", "p384"])
def test_gnupg_signs_with_a_key_under_its_new_passphrase(pgp_lab: "PgpLab", gpg_home: "GpgHome", kind: str) -> None:
    key = pgp_lab.key(kind)
    octets = SequoiaOpenPgp().sealed_key(key.secret, key.entry.fingerprint, Secret(WORD.decode()), Secret("new one"))
    assert gpg_home.run("--import", given=octets, passphrase="new one").returncode == 0
    made = gpg_home.run("--detach-sign", "--armor", given=b"hello", passphrase="new one")
    assert b"SIG_CREATED" in made.stderr


def test_the_numbers_stay_the_same(pgp_lab: "PgpLab") -> None:
    for key in (pgp_lab.gnupg_key(), pgp_lab.gnupg_key("rsa2048"), pgp_lab.key()):
        before = [secret_numbers(packet, WORD) for packet in _secrets(key.secret)]
        octets = with_passphrase(key_blocks(key.secret)[0], WORD, b"other", os.urandom)
        assert [secret_numbers(packet, b"other") for packet in _secrets(octets)] == before
        # And nothing public changed.
        same = [packet.octets for packet in key_blocks(octets)[0] if packet not in _secrets(octets)]
        assert same == [packet.octets for packet in key_blocks(key.secret)[0] if packet not in _secrets(key.secret)]


@settings(max_examples=8)
@given(
    word=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    seed=st.binary(min_size=24, max_size=24),
)
def test_any_passphrase(pgp_lab: "PgpLab", word: str, seed: bytes) -> None:
    block = key_blocks(pgp_lab.key().open_secret)[0]
    assert not needs_passphrase(block)
    octets = with_passphrase(block[:1], None, word.encode(), lambda count: seed[:count])
    (packet,) = key_blocks(octets)[0]
    assert secret_numbers(packet, word.encode()) == secret_numbers(block[0], None)
    assert needs_passphrase((packet,))
    with pytest.raises(PassphraseError, match="wrong"):
        secret_numbers(packet, word.encode() + b"x")
    with pytest.raises(PassphraseError, match="needs"):
        secret_numbers(packet, None)


def test_parts_that_lie_on_a_card_or_were_left_out_stay(pgp_lab: "PgpLab", gpg_home: "GpgHome") -> None:
    key = pgp_lab.gnupg_key()
    gpg_home.take(key.secret)
    exported = gpg_home.run("--export-secret-subkeys", key.entry.fingerprint, passphrase=WORD.decode()).stdout
    first = key_blocks(exported)[0][0]
    octets = with_passphrase(key_blocks(exported)[0], WORD, b"other", os.urandom)
    assert key_blocks(octets)[0][0] == first
    assert gpg_home.run("--list-packets", given=octets).returncode == 0


def test_older_and_unknown_forms(pgp_lab: "PgpLab") -> None:
    packet = _secrets(pgp_lab.key().open_secret)[0]
    public = packet.body[: packet.public_length]
    for rest in (
        b"\x03" + bytes(40),
        b"\xfe\x03\x03\x02" + bytes(60),
        b"\xfd\x09\x02" + bytes(60),
        b"\xfe\x09\x07\x08" + bytes(60),
    ):
        with pytest.raises(CertificateError, match=r"cannot be opened here|not known here") as caught:
            secret_numbers(Packet(packet.tag, public + rest), b"any")
        assert "GnuPG" in caught.value.hint
    for rest in (b"", b"\0", b"\0\x01\x02\x03\x04", b"\xfe\x09\x03\x08" + bytes(12)):
        with pytest.raises(CertificateError, match="damaged"):
            secret_numbers(Packet(packet.tag, public + rest), b"any")


def test_public_key_has_nothing_to_put_under_a_passphrase(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    with pytest.raises(CertificateError, match="no secret part"):
        with_passphrase(key_blocks(key.public)[0], None, b"new", os.urandom)
    with pytest.raises(CertificateError, match="no secret OpenPGP key"):
        SequoiaOpenPgp().sealed_key(key.public, key.entry.fingerprint, None, Secret("new"))
