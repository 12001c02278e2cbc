"""OpenPGP data made to deceive or to keep us busy."""

from typing import TYPE_CHECKING

import pytest

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection.openpgp.pgp_packets import USER_ID, Packet, packets
from sescomposer.keys import openpgp_content
from sescomposer.keys.openpgp import SequoiaOpenPgp

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpLab

ENTITY = b"Content-Type: text/plain\r\n\r\nHello.\r\n"
LIBRARY = SequoiaOpenPgp()


def test_a_bomb_is_not_opened(pgp_lab: "PgpLab", gpg_home: "GpgHome", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpgp_content, "_LARGEST", 1 << 20)
    key = pgp_lab.key()
    gpg_home.take(key.public)
    words = ["--encrypt", "--armor", "-r", key.entry.fingerprint, "--compress-algo"]
    for name in ("zip", "zlib"):
        made = gpg_home.run(*words, name, given=bytes(2 << 20)).stdout
        assert len(made) < 20_000
        with pytest.raises(ProtectionError, match="compressed content holds more than"):
            LIBRARY.decrypt(made, (key.own,), ())
    small = gpg_home.run(*words, "zip", given=bytes(1 << 19)).stdout
    assert LIBRARY.decrypt(small, (key.own,), ())[0] == bytes(1 << 19)


def test_large_content_that_is_not_signed_opens_where_keys_to_check_with_are_known(pgp_lab: "PgpLab") -> None:
    """Above what the library keeps back until all is checked it has other words for a signature that is missing."""
    key = pgp_lab.key()
    content = bytes(range(256)) * (120 << 10)
    message = LIBRARY.encrypt(Octets.of(content), (key.public,), None)
    found, signatures = LIBRARY.decrypt(message, (key.own,), (key.public,))
    assert found == content
    assert signatures == ()


@pytest.mark.parametrize("kind", [0x13, 0x18])
def test_signatures_on_keys_are_none_on_messages(pgp_lab: "PgpLab", kind: int) -> None:
    key = pgp_lab.key()
    of_keys = [packet for packet in packets(key.public) if packet.tag == 2 and packet.body[1] == kind]
    for packet in of_keys:
        (found,) = LIBRARY.verify(Octets.of(ENTITY), packet.octets, (key.public,))
        assert not found.is_intact
        assert "of a kind" in found.trouble


def test_a_name_that_its_owner_never_certified_or_took_back_does_not_count(
    pgp_lab: "PgpLab", gpg_home: "GpgHome"
) -> None:
    writer = pgp_lab.gnupg_key()
    gpg_home.take(writer.secret)
    signature = LIBRARY.sign(Octets.of(ENTITY), *writer.own)[0]
    first, *rest = packets(writer.public)
    added = first.octets + Packet(USER_ID, b"Boss <boss@bank.example>").octets
    forged = added + b"".join(packet.octets for packet in rest)
    (found,) = LIBRARY.verify(Octets.of(ENTITY), signature, (forged,))
    assert "boss@bank.example" not in found.addresses
    for verb in ("--quick-add-uid", "--quick-revoke-uid"):
        gpg_home.run(verb, writer.entry.fingerprint, "Old <old@example.org>", passphrase="grüße, secret")
        public = gpg_home.run("--export", writer.entry.fingerprint).stdout
        (found,) = LIBRARY.verify(Octets.of(ENTITY), signature, (public,))
        assert found.is_intact
        assert ("old@example.org" in found.addresses) is (verb == "--quick-add-uid")
