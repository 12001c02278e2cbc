"""The Autocrypt field: folded, small, and enough for GnuPG to encrypt to."""

import base64
import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.protection.openpgp.autocrypt import FIELD_OCTETS, autocrypt_field, minimal_key
from sescomposer.core.protection.openpgp.pgp_packets import (
    PUBLIC_KEY,
    PUBLIC_SUBKEY,
    SIGNATURE,
    USER_ID,
    Packet,
    key_blocks,
)
from sescomposer.keys.openpgp import SequoiaOpenPgp

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpKey, PgpLab


def _key_data(octets: bytes) -> bytes:
    """Read the field as its readers do: unfolded by another reader, blanks taken out of the data."""
    body = message_from_bytes(octets + b"\r\n", policy=policy.default)["Autocrypt"]
    values = dict(part.strip().split("=", 1) for part in str(body).split(";"))
    assert values["addr"] == "ann@example.org"
    return base64.b64decode(re.sub(r"\s", "", values["keydata"]), validate=True)


@pytest.mark.parametrize("kind", ["ed25519", "rsa2048"])
def test_gnupg_encrypts_to_the_key_of_the_field(pgp_lab: "PgpLab", gpg_home: "GpgHome", kind: str) -> None:
    key = pgp_lab.gnupg_key(kind, "ann@example.org")
    field = autocrypt_field("ann@example.org", key.public)
    assert len(field.octets) <= FIELD_OCTETS
    assert all(len(line) <= 78 for line in field.octets.split(b"\r\n"))
    gpg_home.take(_key_data(field.octets))
    sent = gpg_home.run("--encrypt", "--armor", "-r", "ann@example.org", given=b"hello")
    assert sent.returncode == 0
    assert SequoiaOpenPgp().decrypt(sent.stdout, (key.own,), ())[0] == b"hello"


def test_only_the_least_of_a_key_goes_in(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key(with_others=True)
    (block,) = key_blocks(minimal_key(key.public, "OTHER@example.org"))
    tags = [packet.tag for packet in block]
    assert tags == [PUBLIC_KEY, SIGNATURE, USER_ID, SIGNATURE, PUBLIC_SUBKEY, SIGNATURE]
    assert block[2].body == b"Ann <other@example.org>"
    assert len(minimal_key(key.public, "ann@example.org")) < len(key.public)
    # Nothing secret can slip in: a secret key gives the same.
    assert minimal_key(key.secret, "ann@example.org") == minimal_key(key.public, "ann@example.org")


def test_wish_for_encryption(pgp_lab: "PgpLab") -> None:
    field = autocrypt_field("ann@example.org", pgp_lab.key().public, prefers_encryption=True)
    assert "prefer-encrypt=mutual;" in field.body


def test_version_6_is_refused(pgp_lab: "PgpLab") -> None:
    with pytest.raises(CertificateError, match="version 6"):
        autocrypt_field("vera@example.org", pgp_lab.version_6())


def test_a_key_that_only_signs_is_refused(pgp_lab: "PgpLab") -> None:
    (block,) = key_blocks(pgp_lab.key().public)
    signing = b"".join(packet.octets for packet in block[:6])
    with pytest.raises(CertificateError, match="encrypted to"):
        autocrypt_field("ann@example.org", signing)


def test_a_field_over_the_limit_is_refused(pgp_lab: "PgpLab") -> None:
    (block,) = key_blocks(pgp_lab.key().public)
    long_name = Packet(USER_ID, b"Ann " + b"x" * FIELD_OCTETS + b" <ann@example.org>")
    octets = b"".join((long_name if packet.tag == USER_ID else packet).octets for packet in block)
    with pytest.raises(ProtectionError, match="10240"):
        autocrypt_field("ann@example.org", octets)


def test_each_key_of_the_lab_fits(pgp_lab: "PgpLab") -> None:
    keys: list[PgpKey] = [pgp_lab.key(kind) for kind in ("ed25519", "rsa2048", "p256", "p384")]
    for key in keys:
        assert len(autocrypt_field("ann@example.org", key.public).octets) < 2500
