"""OpenPGP packets: what is written is read again, what GnuPG says of a key is what we say, and nothing else raises."""

import base64
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.openpgp.pgp_packets import (
    LARGEST_KEY_FILE,
    PKESK,
    SIGNATURE,
    USER_ID,
    Packet,
    dearmored,
    key_blocks,
    packets,
    recipients_of,
)
from sescomposer.core.protection.openpgp.pgp_signature import read_signature, signatures_of

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpLab

_BODIES = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([191, 192, 8383, 8384, 70000]).map(lambda length: b"x" * length),
)


def _refusal(read: Callable[[], object]) -> str:
    """Give the last character of the sentence it is refused with, "" where it is read."""
    try:
        read()
    except CertificateError as error:
        return error.sentence[-1] if error.hint else "no hint"
    return ""


@given(st.lists(st.tuples(st.integers(1, 63), _BODIES), max_size=4))
def test_packets_come_back(given_packets: list[tuple[int, bytes]]) -> None:
    octets = b"".join(Packet(tag, body).octets for tag, body in given_packets)
    assert [(packet.tag, packet.body) for packet in packets(octets)] == given_packets


@given(st.binary(max_size=200))
@example(b"\xc1")
@example(b"\x99\xff\xff")
@example(b"\xc6\x06\x04\0\0\0\0\x12")
@example(b"\xc2\x06\x04\x00\x16\x08\xff\xff")
def test_any_octets_are_read_or_refused_in_words(octets: bytes) -> None:
    for read in (lambda: list(packets(octets)), lambda: key_blocks(octets), lambda: recipients_of(octets)):
        assert _refusal(read) in ("", ".")
    assert read_signature(Packet(SIGNATURE, octets)) is None or octets[0] in (3, 4, 6)
    for tag in (5, 6, 7, 14):
        packet = Packet(tag, octets)
        try:
            assert len(packet.fingerprint) in (40, 64)
            assert packet.public_length >= 0
        except CertificateError:
            assert not octets or octets[0] != 6
        assert packet.algorithm


def test_lengths_in_parts_are_joined() -> None:
    octets = b"\xcd\xe1ab\xe0c\x02de"
    assert [packet.body for packet in packets(octets)] == [b"abcde"]


def test_old_headers_of_every_size() -> None:
    octets = b"\xb4\x01a" + b"\xb5\x00\x02bc" + b"\xb6\x00\x00\x00\x01d" + b"\xb7rest"
    assert [packet.body for packet in packets(octets)] == [b"a", b"bc", b"d", b"rest"]


@given(st.binary(max_size=200), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_armor_of_others_is_read(octets: bytes, line_end: str, with_checksum: bool) -> None:
    rows = textwrap.wrap(base64.b64encode(octets).decode(), 64) or [""]
    lines = ["-----BEGIN PGP MESSAGE-----", "Comment: any", "", *rows]
    lines += ["=abcd"] if with_checksum else []
    text = line_end.join([*lines, "-----END PGP MESSAGE-----", ""])
    assert dearmored(b"before it" + line_end.encode() + text.encode()) == (octets,)


def test_several_blocks_and_damaged_ones() -> None:
    block = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n%b\n-----END PGP PUBLIC KEY BLOCK-----\n"
    assert dearmored(block % b"QQ==" + block % b"Qg==") == (b"A", b"B")
    with pytest.raises(CertificateError, match="damaged"):
        dearmored(block % b"Q*==")


def test_what_is_no_key_is_refused_in_words() -> None:
    with pytest.raises(CertificateError, match="no OpenPGP data"):
        key_blocks(b"<html>not found</html>")
    with pytest.raises(CertificateError, match="no OpenPGP key"):
        key_blocks(Packet(USER_ID, b"Ann").octets)
    with pytest.raises(CertificateError, match="at most"):
        key_blocks(b"\xc6" * (LARGEST_KEY_FILE + 1))
    with pytest.raises(CertificateError, match="no OpenPGP message"):
        recipients_of(b"hello")
    with pytest.raises(CertificateError, match="cannot be read"):
        signatures_of(Packet(USER_ID, b"Ann").octets)


@pytest.mark.parametrize(
    "kind, algorithm",
    [("ed25519", "Ed25519"), ("rsa2048", "RSA 2048"), ("p256", "P-256"), ("p384", "P-384")],
)
def test_fingerprints_are_those_of_gnupg(pgp_lab: "PgpLab", gpg_home: "GpgHome", kind: str, algorithm: str) -> None:
    key = pgp_lab.key(kind)
    (block,) = key_blocks(key.public)
    listed = gpg_home.run("--with-colons", "--show-keys", given=key.public).stdout.decode()
    theirs = [line.split(":")[9].lower() for line in listed.splitlines() if line.startswith("fpr")]
    assert [packet.fingerprint for packet in block if packet.is_key] == theirs
    assert block[0].algorithm == algorithm
    # The public part of a secret key is the same.
    assert [packet.fingerprint for packet in key_blocks(key.secret)[0] if packet.is_key] == theirs


def test_recipients_by_key_id_and_by_fingerprint() -> None:
    by_id = Packet(PKESK, b"\x03" + bytes(range(1, 9)) + b"\x12rest").octets
    hidden = Packet(PKESK, b"\x03" + bytes(8) + b"\x12rest").octets
    by_fingerprint = Packet(PKESK, b"\x06\x15\x04" + bytes(range(20)) + b"\x12rest").octets
    found = recipients_of(by_id + hidden + by_fingerprint + b"\xd2\x01\x01")
    assert found == ("0102030405060708", "", bytes(range(20)).hex())
