"""Keys that stay in GnuPG: it signs and decrypts, its words become ours, and its agent ends with each test."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sescomposer.core.errors import CertificateError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.keys.gnupg import GnupgKeyring
from sescomposer.keys.gnupg_calls import GnupgCalls, Outcome
from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.keys.pgp import CombinedOpenPgp
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpKey, PgpLab

ENTITY = Octets.of("Content-Type: text/plain\r\n\r\nGrüße\r\n".encode())
WORD = Secret("grüße, secret")
LIBRARY = SequoiaOpenPgp()


@pytest.fixture
def key(pgp_lab: "PgpLab", gpg_home: "GpgHome") -> "PgpKey":
    """Give a key that GnuPG made and has."""
    made = pgp_lab.gnupg_key()
    gpg_home.take(made.secret)
    return made


@pytest.fixture
def entry(key: "PgpKey") -> KeyEntry:
    """Give its entry as that of a key which stays there."""
    return replace(key.entry, kind=KeyKind.GNUPG)


@pytest.fixture
def keyring(gpg_home: "GpgHome") -> GnupgKeyring:
    """Give the keyring of that home."""
    return GnupgKeyring(GnupgCalls(gpg_home.folder))


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    """Its library says nothing to any log: command lines and answers do not belong there."""
    yield
    assert not logging.getLogger("gnupg").isEnabledFor(logging.CRITICAL)


def test_secret_keys_are_listed(keyring: GnupgKeyring, key: "PgpKey") -> None:
    (facts,) = keyring.secret_keys()
    assert (facts.fingerprint, facts.has_secret, facts.addresses) == (
        key.entry.fingerprint,
        True,
        ("gustav@example.org",),
    )
    assert LIBRARY.read(keyring.public_key(facts.fingerprint))[0].fingerprint == facts.fingerprint
    with pytest.raises(KeyGoneError, match="has no key"):
        keyring.public_key("0" * 40)


def test_signature_of_gnupg(keyring: GnupgKeyring, key: "PgpKey", entry: KeyEntry) -> None:
    signature, digest = keyring.sign(ENTITY, entry, b"", WORD)
    (found,) = LIBRARY.verify(ENTITY, signature, (key.public,))
    assert (found.is_intact, found.digest) == (True, digest)


def test_large_content_is_signed_whole(keyring: GnupgKeyring, entry: KeyEntry) -> None:
    entity = Octets.join([b"Content-Type: text/plain\r\n\r\n", base64_octets(Octets.of(bytes(6 * 1024 * 1024)))])
    # `sign` itself verifies what came back.
    assert keyring.sign(entity, entry, b"", WORD)[0].startswith(b"-----BEGIN PGP SIGNATURE-----")


def test_encrypted_and_signed_by_gnupg(
    keyring: GnupgKeyring, pgp_lab: "PgpLab", key: "PgpKey", entry: KeyEntry
) -> None:
    reader = pgp_lab.key()
    message = keyring.encrypt(ENTITY, (reader.public, key.public), (entry, b"", WORD))
    content, (found,) = LIBRARY.decrypt(message, (reader.own,), (key.public,))
    assert content == bytes(ENTITY)
    assert (found.is_intact, found.fingerprint) == (True, entry.fingerprint)
    # And the copy for oneself.
    content, (found,) = keyring.decrypt(message, ((entry, b"", WORD),), (key.public,))
    assert content == bytes(ENTITY)
    assert (found.is_intact, found.fingerprint, found.addresses) == (True, entry.fingerprint, ("gustav@example.org",))
    assert found.signed_at is not None
    assert found.digest.startswith("sha")


def test_signature_inside_by_keys_that_are_given(
    keyring: GnupgKeyring, pgp_lab: "PgpLab", key: "PgpKey", entry: KeyEntry
) -> None:
    writer = pgp_lab.key()
    message = LIBRARY.encrypt(ENTITY, (key.public,), writer.own)
    content, (found,) = keyring.decrypt(message, ((entry, b"", WORD),), (writer.public, b"damaged"))
    assert (content, found.is_intact, found.fingerprint) == (bytes(ENTITY), True, writer.entry.fingerprint)
    content, (found,) = keyring.decrypt(message, ((entry, b"", WORD),), ())
    assert (content, found.is_intact) == (bytes(ENTITY), False)
    assert "is not known" in found.trouble
    assert [facts.fingerprint for facts in keyring.secret_keys()] == [key.entry.fingerprint]


@pytest.mark.parametrize("word", [Secret("wrong"), Secret("two\nlines")])
def test_wrong_passphrase(keyring: GnupgKeyring, key: "PgpKey", entry: KeyEntry, word: Secret) -> None:
    message = LIBRARY.encrypt(ENTITY, (key.public,), None)
    with pytest.raises(PassphraseError, match=r"is wrong|line end"):
        keyring.sign(ENTITY, entry, b"", word)
    with pytest.raises(PassphraseError, match=r"is wrong|line end"):
        keyring.encrypt(ENTITY, (key.public,), (entry, b"", word))
    with pytest.raises(PassphraseError, match=r"is wrong|line end"):
        keyring.decrypt(message, ((entry, b"", word),), ())


def test_key_that_gnupg_does_not_have(keyring: GnupgKeyring, pgp_lab: "PgpLab", entry: KeyEntry) -> None:
    other = replace(pgp_lab.key().entry, kind=KeyKind.GNUPG)
    with pytest.raises(KeyGoneError, match="no secret key"):
        keyring.sign(ENTITY, other, b"", WORD)
    message = LIBRARY.encrypt(ENTITY, (pgp_lab.key().public,), None)
    with pytest.raises(KeyGoneError, match="None of your OpenPGP keys"):
        keyring.decrypt(message, ((entry, b"", WORD),), ())


def test_key_that_was_removed_from_gnupg(
    gpg_home: "GpgHome", keyring: GnupgKeyring, key: "PgpKey", entry: KeyEntry
) -> None:
    message = LIBRARY.encrypt(ENTITY, (key.public,), None)
    removed = gpg_home.run("--yes", "--delete-secret-keys", entry.fingerprint)
    assert removed.returncode == 0, removed.stderr.decode()
    with pytest.raises(KeyGoneError, match="no secret key to decrypt"):
        keyring.decrypt(message, ((entry, b"", WORD),), ())


def test_damaged_message(keyring: GnupgKeyring, key: "PgpKey", entry: KeyEntry) -> None:
    message = bytearray(LIBRARY.encrypt(ENTITY, (key.public,), None))
    message[-60] ^= 1
    with pytest.raises(ProtectionError):
        keyring.decrypt(bytes(message), ((entry, b"", WORD),), ())


def test_recipient_of_version_6_is_refused(keyring: GnupgKeyring, entry: KeyEntry, pgp_lab: "PgpLab") -> None:
    octets = pgp_lab.version_6()
    public = LIBRARY.public(octets, LIBRARY.read(octets)[0].fingerprint)
    with pytest.raises(CertificateError, match="version 6"):
        keyring.encrypt(ENTITY, (public,), (entry, b"", WORD))


def test_without_gnupg() -> None:
    keyring = GnupgKeyring(GnupgCalls(program="no-such-gpg"))
    assert not keyring.is_there
    with pytest.raises(KeyGoneError, match="not installed"):
        keyring.secret_keys()


def test_both_kinds_of_keys_together(keyring: GnupgKeyring, pgp_lab: "PgpLab", key: "PgpKey", entry: KeyEntry) -> None:
    both = CombinedOpenPgp(LIBRARY, keyring)
    ours, theirs = pgp_lab.key(), (entry, b"", WORD)
    for own, public in ((ours.own, ours.public), (theirs, key.public)):
        signature, _ = both.sign(ENTITY, *own)
        assert both.verify(ENTITY, signature, (ours.public, key.public))[0].fingerprint == own[0].fingerprint
        message = both.encrypt(ENTITY, (public,), own)
        content, (found,) = both.decrypt(message, (theirs, ours.own), (ours.public, key.public))
        assert (content, found.is_intact, found.fingerprint) == (bytes(ENTITY), True, own[0].fingerprint)
    message = both.encrypt(ENTITY, (pgp_lab.key("p256").public,), None)
    with pytest.raises(KeyGoneError):
        both.decrypt(message, (theirs, ours.own), ())
    assert both.read(key.public) == LIBRARY.read(key.public)
    assert both.public(key.secret, entry.fingerprint) == LIBRARY.public(key.public, entry.fingerprint)
    assert both.needs_passphrase(key.secret, entry.fingerprint)
    assert both.sealed_key(key.secret, entry.fingerprint, WORD, Secret("new"))


_GOOD = ("GOODSIG", "00AA Ann <ann@example.org>")
_VALID = ("VALIDSIG", "AA 2026-11-21 1795000000 0 4 0 22 10 00 BB")


class _Given(GnupgCalls):
    """Answers what it was given."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self._outcome = outcome

    def decrypt(self, message: bytes, passphrase: Secret | None, keyring: object) -> Outcome:
        """Answer."""
        return self._outcome

    def sign(self, entity: Octets, fingerprint: str, passphrase: Secret | None) -> Outcome:
        """Answer."""
        return self._outcome


@pytest.mark.parametrize(
    "statuses, words",
    [
        ([_GOOD, _VALID], ""),
        ([_GOOD], "does not say"),
        ([("EXPKEYSIG", _GOOD[1]), _VALID], "expired"),
        ([("REVKEYSIG", _GOOD[1]), _VALID], "revoked"),
        ([("EXPSIG", _GOOD[1]), _VALID], "expired"),
        ([("BADSIG", _GOOD[1])], "not what was signed"),
        ([("ERRSIG", "00AA 22 10 00 1795000000 9 BB"), ("NO_PUBKEY", "00AA")], "not known"),
    ],
)
def test_good_is_only_what_gnupg_calls_good_and_valid(
    pgp_lab: "PgpLab", statuses: list[tuple[str, str]], words: str
) -> None:
    told = (("NEWSIG", ""), *statuses, ("NEWSIG", ""), _GOOD, _VALID, ("DECRYPTION_OKAY", ""))
    keyring = GnupgKeyring(_Given(Outcome(b"hello", told, 0)))
    _, found = keyring.decrypt(LIBRARY.encrypt(ENTITY, (pgp_lab.key().public,), None), (pgp_lab.key().own,), ())
    assert [item.is_intact for item in found] == [not words, True]
    assert words in found[0].trouble
    assert found[1].fingerprint == "bb"
    assert found[1].digest == "sha512"


@pytest.mark.parametrize(
    "statuses, kind, words",
    [
        ([("FAILURE", "sign 67108875")], PassphraseError, "is wrong"),
        ([("FAILURE", "sign 100663383")], PassphraseError, "is wrong"),
        ([("FAILURE", "sign 100663425")], PassphraseError, "is locked"),
        ([("FAILURE", "sign 83886179")], PassphraseError, "not given"),
        ([("FAILURE", "sign 108986480")], KeyGoneError, "card"),
        ([("FAILURE", "sign 54")], CertificateError, "expired"),
        ([("KEYEXPIRED", "1795000000"), ("INV_SGNR", "0 AA"), ("FAILURE", "sign 17")], CertificateError, "expired"),
        ([("INV_SGNR", "9 AA"), ("FAILURE", "sign 17")], KeyGoneError, "no secret key"),
        ([], ProtectionError, "could not sign"),
    ],
)
def test_faults_of_gnupg_have_words_of_ours(
    pgp_lab: "PgpLab", statuses: list[tuple[str, str]], kind: type[ProtectionError], words: str
) -> None:
    keyring = GnupgKeyring(_Given(Outcome(b"", tuple(statuses), 2)))
    with pytest.raises(kind, match=words) as caught:
        keyring.sign(ENTITY, pgp_lab.key().entry, b"", None)
    assert caught.value.hint
