"""Keys on cards, of OpenPGP, in GnuPG, for DKIM: imported, opened, and what goes wrong."""

from base64 import encodebytes
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from key_company import Asked, FakeCards, Gnupg, LockedKeyring, Maker, pgp_key

from sescomposer.core.errors import CertificateError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.core.protection import der
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.openpgp.pgp_packets import SECRET_SUBKEY, packets
from sescomposer.keys.pgp import CombinedOpenPgp
from sescomposer.services.account import Secret
from sescomposer.services.protection.keys import Keys
from sescomposer.services.protection.protection_ports import KeyKind

if TYPE_CHECKING:
    from authority import Authority


def test_card_asks_for_its_pin_once(keys: Keys, authority: "Authority") -> None:
    (found,) = keys.card_keys("module.so")
    entry = keys.import_card(found)
    assert (entry.kind, entry.asks_always) == (KeyKind.CARD, True)
    assert dict(entry.details) == {"module": "module.so", "token": "token", "object": "01"}
    ask = Asked(["wrong"])
    with pytest.raises(PassphraseError, match="The PIN is wrong"):
        keys.unlock(entry, ask)
    assert ask.whys == [""]
    with pytest.raises(PassphraseError, match="its PIN was not given"):
        keys.unlock(entry)
    assert keys.unlock(entry, Asked(["1234"])) is keys.unlock(entry)
    with pytest.raises(ProtectionError, match="lies in a card"):
        keys.export(entry.id, Secret("x"))
    keys.remove(entry.id)
    assert keys.all() == ()


def test_card_that_refused_the_pin_later_asks_anew(keys: Keys, cards: FakeCards) -> None:
    entry = keys.import_card(keys.card_keys(keys.card_modules()[0])[0])
    cards.pair = KeyPair(cards.pair.certificate, SimpleNamespace(is_refused=False))  # type: ignore[arg-type]
    first = keys.unlock(entry, Asked(["1234"]))
    assert keys.unlock(entry) is first
    first.key.is_refused = True  # type: ignore[union-attr]
    with pytest.raises(PassphraseError, match="was not given"):
        keys.unlock(entry)
    cards.pair = KeyPair(cards.pair.certificate, SimpleNamespace(is_refused=False))  # type: ignore[arg-type]
    assert keys.unlock(entry, Asked(["1234"])) is cards.pair


def test_openpgp_key_is_kept_under_a_passphrase_of_ours(keys: Keys, new_keys: Maker, ring: LockedKeyring) -> None:
    for passphrase in (None, Secret("typed")):
        octets = pgp_key(passphrase.reveal() if passphrase else "")
        entry = keys.import_file(octets, passphrase)
        assert (entry.kind, entry.addresses) == (KeyKind.OPENPGP, ("ann@example.org",))
        assert entry.public
        sealed, secret = new_keys().secret_of(entry)
        assert secret == Secret(ring.kept["sescomposer", f"key:{entry.id}"])
        library = CombinedOpenPgp()
        assert library.needs_passphrase(sealed, entry.fingerprint)
        assert library.sealed_key(sealed, entry.fingerprint, secret, Secret("x"))
    assert len(keys.all()) == 2
    with pytest.raises(ProtectionError, match="is no S/MIME key"):
        keys.unlock(entry)


def test_openpgp_passphrase_is_tried_before_it_is_used(keys: Keys) -> None:
    with pytest.raises(PassphraseError):
        keys.import_file(pgp_key("typed"), Secret("wrong"))
    entry = keys.import_file(pgp_key("typed"), Secret("typed"), keep_passphrase=False)
    ask = Asked(["wrong", "typed"])
    assert keys.secret_of(entry, ask)[1] == Secret("typed")
    assert keys.secret_of(entry)[1] == Secret("typed")
    exported = keys.export(entry.id, Secret("other"))
    assert CombinedOpenPgp().sealed_key(exported, entry.fingerprint, Secret("other"), Secret("x"))


def test_public_openpgp_key_is_none_of_ours(keys: Keys) -> None:
    octets = pgp_key()
    library = CombinedOpenPgp()
    with pytest.raises(CertificateError, match="holds no secret key"):
        keys.import_file(library.public(octets, library.read(octets)[0].fingerprint))


def test_key_of_gnupg_stays_there(new_keys: Maker) -> None:
    octets = pgp_key()
    keys = new_keys(gnupg=Gnupg(octets))
    (facts,) = keys.gnupg_keys()
    entry = keys.import_gnupg(facts.fingerprint.upper())
    assert (entry.kind, keys.secret_of(entry)) == (KeyKind.GNUPG, (b"", None))
    assert keys.is_open(entry)
    with pytest.raises(KeyGoneError, match="Your GnuPG has no secret key"):
        keys.import_gnupg("00")
    with pytest.raises(ProtectionError, match="lies in GnuPG"):
        keys.export(entry.id, Secret("x"))
    assert new_keys().gnupg_keys() == ()


def test_dkim_key_is_made_and_kept_encrypted(keys: Keys, new_keys: Maker) -> None:
    entry = keys.make_dkim("example.org", "mail")
    assert (entry.kind, entry.label) == (KeyKind.DKIM, "mail._domainkey.example.org")
    assert (entry.details["domain"], entry.details["selector"]) == ("example.org", "mail")
    key = new_keys().dkim_key(entry)
    assert key.key_size == 2048
    exported = keys.export(entry.id, Secret("other"))
    assert load_pem_private_key(exported, b"other").public_key() == key.public_key()
    with pytest.raises(ProtectionError, match="is no S/MIME key"):
        keys.unlock(entry)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_dkim_key_is_imported(keys: Keys, authority: "Authority", form: PrivateFormat) -> None:
    private = authority.leaf().key
    for encoding in (Encoding.PEM, Encoding.DER):
        octets = private.private_bytes(encoding, form, NoEncryption())
        entry = keys.make_dkim("example.org", "own", octets, Secret("typed"), keep_passphrase=False)
        ask = Asked(["wrong", "typed"])
        assert keys.dkim_key(entry, ask).private_numbers() == private.private_numbers()
    for octets in (b"text", b"x" * (2 << 20), authority.pem(authority.leaf(kind="p256"))):
        with pytest.raises(CertificateError):
            keys.make_dkim("example.org", "own", octets)


def test_encrypted_dkim_key_needs_its_passphrase(keys: Keys, authority: "Authority") -> None:
    from authority import key_pem

    octets = key_pem(authority.leaf(), b"typed")
    for wrong in (None, Secret("wrong")):
        with pytest.raises(PassphraseError):
            keys.make_dkim("example.org", "own", octets, wrong)
    assert keys.make_dkim("example.org", "own", octets, Secret("typed"))


@pytest.mark.parametrize("is_pem", [False, True])
def test_dkim_key_that_wants_hours_to_be_opened_is_refused(keys: Keys, is_pem: bool) -> None:
    rounds = der.sequence(der.octet_string(bytes(8)), der.integer(1 << 30))
    derived = der.sequence(der.oid("1.2.840.113549.1.5.12"), rounds)
    cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.42"), der.octet_string(bytes(16)))
    scheme = der.sequence(der.oid("1.2.840.113549.1.5.13"), der.sequence(derived, cipher))
    octets = der.sequence(scheme, der.octet_string(bytes(160)))
    if is_pem:
        label = b"ENCRYPTED PRIVATE KEY-----\n"
        octets = b"-----BEGIN " + label + encodebytes(octets) + b"-----END " + label
    with pytest.raises(CertificateError, match="rounds of work"):
        keys.make_dkim("example.org", "s1", octets, Secret("secret"))


def test_openpgp_key_of_countless_secret_parts_is_refused(keys: Keys) -> None:
    octets = pgp_key()
    *_, subkey = (packet for packet in packets(octets) if packet.tag == SECRET_SUBKEY)
    with pytest.raises(CertificateError, match="secret parts"):
        keys.import_file(octets + subkey.octets * 60, Secret("typed"))
