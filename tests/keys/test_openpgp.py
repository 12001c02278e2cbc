"""OpenPGP by the library: read by GnuPG, sqop and sqv, and what GnuPG makes read by us; each fault with its words."""

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysequoia import ArmorKind, Tsk, armor

from sescomposer.core.errors import CertificateError, KeyGoneError, PassphraseError, ProtectionError
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.protection.openpgp.pgp_packets import key_blocks
from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.keys.temporary import FILE_OCTETS
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import PgpSignature

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpKey, PgpLab

ENTITY = Octets.of("Content-Type: text/plain\r\n\r\nनमस्ते, Grüße\r\n".encode())
LIBRARY = SequoiaOpenPgp()
KINDS = ["ed25519", "rsa2048"]


class _Later:
    """A clock that is ahead."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        """Give the time."""
        return datetime.now(UTC) + self._ahead


def _sop(*words: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("sqop") is None:
        pytest.skip("sqop (package sqop) is not installed")
    return subprocess.run(["sqop", *words], input=given, capture_output=True, timeout=60)


def _files(folder: Path, **octets: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, content in octets.items():
        (folder / name).write_bytes(content)
        found[name] = str(folder / name)
    return found


def _no_library_words(error: ProtectionError) -> None:
    shown = f"{error} {error.hint} {error.value!r}"
    assert not re.search(r"backtrace|sequoia|anyhow|::|EOF|grüße", shown)
    assert error.__suppress_context__ or error.__context__ is None


# --- signing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_others_verify_what_we_sign(pgp_lab: "PgpLab", gpg_home: "GpgHome", tmp_path: Path, kind: str) -> None:
    key = pgp_lab.key(kind)
    signature, digest = LIBRARY.sign(ENTITY, *key.own)
    gpg_home.take(key.public)
    changed = bytes(ENTITY).replace(b"Gr", b"GR")
    files = _files(tmp_path, sig=signature, cert=key.public, good=bytes(ENTITY), bad=changed)

    statuses = gpg_home.statuses("--verify", files["sig"], files["good"])
    assert any(line.startswith("GOODSIG") for line in statuses)
    assert any(line.startswith("VALIDSIG") and line.split()[-1].lower() == key.entry.fingerprint for line in statuses)
    assert gpg_home.run("--verify", files["sig"], files["bad"]).returncode == 1
    listed = gpg_home.run("--list-packets", files["sig"]).stdout.decode()
    assert {"8": "sha256", "9": "sha384", "10": "sha512"}[re.findall(r"digest algo (\d+)", listed)[0]] == digest


@pytest.mark.parametrize("kind", KINDS)
def test_sqop_verifies_what_we_sign(pgp_lab: "PgpLab", tmp_path: Path, kind: str) -> None:
    key = pgp_lab.key(kind)
    files = _files(tmp_path, sig=LIBRARY.sign(ENTITY, *key.own)[0], cert=key.public)
    assert _sop("verify", files["sig"], files["cert"], given=bytes(ENTITY)).returncode == 0
    assert _sop("verify", files["sig"], files["cert"], given=bytes(ENTITY) + b" ").returncode == 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.skipif(shutil.which("sqv") is None, reason="sqv (package sqv) is not installed")
def test_sqv_verifies_what_we_sign(pgp_lab: "PgpLab", tmp_path: Path, kind: str) -> None:
    key = pgp_lab.key(kind)
    signature, _ = LIBRARY.sign(ENTITY, *key.own)
    changed = bytes(ENTITY).replace(b"Gr", b"GR")
    files = _files(tmp_path, sig=signature, cert=key.public, good=bytes(ENTITY), bad=changed)
    command = ["sqv", "--keyring", files["cert"], files["sig"]]
    assert subprocess.run([*command, files["good"]], capture_output=True, timeout=60).returncode == 0
    assert subprocess.run([*command, files["bad"]], capture_output=True, timeout=60).returncode != 0


@pytest.mark.parametrize("kind", KINDS)
def test_we_verify_what_gnupg_signs(pgp_lab: "PgpLab", gpg_home: "GpgHome", kind: str) -> None:
    key = pgp_lab.gnupg_key(kind)
    gpg_home.take(key.secret)
    word = "grüße, secret"
    made = gpg_home.run("--detach-sign", "--armor", given=bytes(ENTITY), passphrase=word).stdout
    (found,) = LIBRARY.verify(ENTITY, made, (key.public,))
    assert found == PgpSignature(
        True, key.entry.fingerprint, found.signed_at, found.digest, ("gustav@example.org",), ""
    )
    assert found.signed_at is not None
    assert found.digest in ("sha256", "sha512")


@settings(max_examples=40)
@given(data=st.data())
def test_one_changed_octet_is_found(pgp_lab: "PgpLab", data: st.DataObject) -> None:
    key = pgp_lab.key()
    octets = bytearray(bytes(ENTITY))
    signature, _ = LIBRARY.sign(ENTITY, *key.own)
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    (found,) = LIBRARY.verify(Octets.of(bytes(octets)), signature, (key.public,))
    assert not found.is_intact
    assert "not what was signed" in found.trouble


def test_large_content_goes_through_a_file_that_is_gone_afterwards(
    pgp_lab: "PgpLab", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    key = pgp_lab.key()
    entity = Octets.join([b"Content-Type: text/plain\r\n\r\n", base64_octets(Octets.of(bytes(FILE_OCTETS)))])
    steps: list[tuple[int, int]] = []

    class Steps:
        def step(self, done: int, total: int) -> None:
            steps.append((done, total))

    signature, _ = LIBRARY.sign(entity, *key.own, Steps())
    assert LIBRARY.verify(entity, signature, (key.public,))[0].is_intact
    assert not LIBRARY.verify(entity + b"x", signature, (key.public,))[0].is_intact
    assert list(tmp_path.iterdir()) == []
    assert steps == [(0, len(entity)), (len(entity), len(entity))]


def test_each_of_several_signatures_is_told(pgp_lab: "PgpLab") -> None:
    first, second = pgp_lab.key(), pgp_lab.key("p256", "bob@example.org")
    of_both = b"".join(LIBRARY.sign(ENTITY, *key.own)[0] for key in (first, second))
    found = LIBRARY.verify(ENTITY, of_both, (first.public,))
    assert [item.is_intact for item in found] == [True, False]
    assert "is not known" in found[1].trouble
    assert found[1].fingerprint


def test_signature_that_cannot_be_read() -> None:
    with pytest.raises(CertificateError) as caught:
        LIBRARY.verify(ENTITY, b"-----BEGIN PGP SIGNATURE-----\n\nQUJD\n-----END PGP SIGNATURE-----\n", ())
    _no_library_words(caught.value)


# --- encrypting --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_gnupg_decrypts_what_we_encrypt(pgp_lab: "PgpLab", gpg_home: "GpgHome", kind: str) -> None:
    reader, writer = pgp_lab.gnupg_key(kind), pgp_lab.key()
    message = LIBRARY.encrypt(ENTITY, (reader.public, writer.public), writer.own)
    gpg_home.take(reader.secret)
    gpg_home.take(writer.public)
    opened = gpg_home.run("--decrypt", given=message, passphrase="grüße, secret")
    assert opened.stdout == bytes(ENTITY)
    assert b"GOODSIG" in opened.stderr


def test_sqop_decrypts_what_we_encrypt(pgp_lab: "PgpLab", tmp_path: Path) -> None:
    # A reader of older programs among the recipients keeps the message in the form that all of them read.
    writer = pgp_lab.key()
    message = LIBRARY.encrypt(ENTITY, (writer.public, pgp_lab.gnupg_key().public), writer.own)
    files = _files(tmp_path, key=writer.open_secret)
    assert _sop("decrypt", files["key"], given=message).stdout == bytes(ENTITY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compress", ["none", "zip", "zlib"])
def test_we_decrypt_what_gnupg_encrypts(pgp_lab: "PgpLab", gpg_home: "GpgHome", kind: str, compress: str) -> None:
    reader, writer = pgp_lab.key(kind, "reader@example.org"), pgp_lab.gnupg_key()
    gpg_home.take(reader.public)
    gpg_home.take(writer.secret)
    words = ["--encrypt", "--sign", "--armor", "-r", "reader@example.org", "--compress-algo", compress]
    made = gpg_home.run(*words, given=bytes(ENTITY) * 50, passphrase="grüße, secret")
    content, (found,) = LIBRARY.decrypt(made.stdout, (reader.own,), (writer.public,))
    assert content == bytes(ENTITY) * 50
    assert (found.is_intact, found.fingerprint) == (True, writer.entry.fingerprint)
    assert found.signed_at is not None
    assert found.digest in ("sha256", "sha512")


def test_compression_that_is_not_read_is_called_so(pgp_lab: "PgpLab", gpg_home: "GpgHome") -> None:
    key = pgp_lab.key()
    gpg_home.take(key.public)
    words = ["--encrypt", "--armor", "-r", key.entry.fingerprint, "--compress-algo", "bzip2"]
    made = gpg_home.run(*words, given=bytes(ENTITY) * 50)
    with pytest.raises(ProtectionError, match="compressed"):
        LIBRARY.decrypt(made.stdout, (key.own,), ())


@pytest.mark.parametrize("kind", ["ed25519", "rsa2048", "p256", "p384"])
def test_time_and_digest_of_a_signature_inside(pgp_lab: "PgpLab", kind: str) -> None:
    reader, writer = pgp_lab.key(kind, "reader@example.org"), pgp_lab.key()
    before = datetime.now(UTC).replace(microsecond=0)
    message = LIBRARY.encrypt(ENTITY, (reader.public,), writer.own)
    _, (found,) = LIBRARY.decrypt(message, (reader.own,), (writer.public,))
    assert found.is_intact
    assert found.digest == "sha512"
    assert found.signed_at is not None
    assert before <= found.signed_at <= datetime.now(UTC)


def test_signature_inside_of_an_unknown_key(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    message = LIBRARY.encrypt(ENTITY, (key.public,), key.own)
    content, (found,) = LIBRARY.decrypt(message, (key.own,), (pgp_lab.key("p256", "bob@example.org").public,))
    assert content == bytes(ENTITY)
    assert not found.is_intact
    assert "is not known" in found.trouble


def test_no_signature_inside(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    message = LIBRARY.encrypt(ENTITY, (key.public,), None)
    for keys in ((), (key.public,)):
        assert LIBRARY.decrypt(message, (key.own,), keys) == (bytes(ENTITY), ())


def test_message_for_somebody_else(pgp_lab: "PgpLab") -> None:
    key, other = pgp_lab.key(), pgp_lab.key("p256", "bob@example.org")
    message = LIBRARY.encrypt(ENTITY, (other.public,), None)
    with pytest.raises(KeyGoneError, match="None of your OpenPGP keys") as caught:
        LIBRARY.decrypt(message, (key.own,), ())
    _no_library_words(caught.value)


def test_hidden_recipient(pgp_lab: "PgpLab", gpg_home: "GpgHome") -> None:
    reader = pgp_lab.key()
    gpg_home.take(reader.public)
    made = gpg_home.run("--encrypt", "--armor", "--hidden-recipient", reader.entry.fingerprint, given=b"hello")
    assert LIBRARY.decrypt(made.stdout, (reader.own,), ())[0] == b"hello"


@settings(max_examples=30)
@given(data=st.data())
def test_damaged_messages_are_refused_in_words(pgp_lab: "PgpLab", data: st.DataObject) -> None:
    key = pgp_lab.key()
    message = bytearray(LIBRARY.encrypt(ENTITY, (key.public,), None))
    for _ in range(data.draw(st.integers(1, 3))):
        message[data.draw(st.integers(30, len(message) - 30))] = data.draw(st.integers(33, 126))
    try:
        content, _ = LIBRARY.decrypt(bytes(message), (key.own,), ())
    except ProtectionError as error:
        _no_library_words(error)
    else:
        # Only letters of the checksum, or none at all, were changed.
        assert content == bytes(ENTITY)


@pytest.mark.parametrize("octets", [b"", b"hello", b"\xd2\x01\x01", b"\xc1\x01\x03"])
def test_what_is_no_message_is_refused_in_words(pgp_lab: "PgpLab", octets: bytes) -> None:
    with pytest.raises(ProtectionError) as caught:
        LIBRARY.decrypt(octets, (pgp_lab.key().own,), ())
    _no_library_words(caught.value)
    assert caught.value.hint


# --- keys --------------------------------------------------------------------------------------------------------


def _uses(key: "PgpKey", passphrase: Secret | None) -> list[Callable[[], object]]:
    message = LIBRARY.encrypt(ENTITY, (key.public,), None)
    own = (key.entry, key.secret, passphrase)
    return [
        lambda: LIBRARY.sign(ENTITY, *own),
        lambda: LIBRARY.encrypt(ENTITY, (key.public,), own),
        lambda: LIBRARY.decrypt(message, (own,), ()),
        lambda: LIBRARY.sealed_key(key.secret, key.entry.fingerprint, passphrase, Secret("new")),
    ]


@pytest.mark.parametrize("passphrase", [None, Secret("wrong"), Secret("")])
def test_wrong_or_missing_passphrase(pgp_lab: "PgpLab", passphrase: Secret | None) -> None:
    for key in (pgp_lab.key(), pgp_lab.gnupg_key(), pgp_lab.key("rsa2048")):
        for use in _uses(key, passphrase):
            with pytest.raises(PassphraseError, match=r"needs its passphrase|is wrong") as caught:
                use()
            _no_library_words(caught.value)


def test_key_that_was_removed(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    with pytest.raises(KeyGoneError, match="not there any more"):
        LIBRARY.sign(ENTITY, key.entry, b"", Secret("any"))


def test_key_whose_secret_part_lies_elsewhere(pgp_lab: "PgpLab", gpg_home: "GpgHome") -> None:
    key = pgp_lab.gnupg_key()
    gpg_home.take(key.secret)
    word, name = "grüße, secret", key.entry.fingerprint
    only_decrypts = gpg_home.run("--export-secret-subkeys", name, passphrase=word).stdout
    (facts,) = LIBRARY.read(only_decrypts)
    assert (facts.has_secret, facts.can_sign, facts.can_encrypt) == (True, False, True)
    with pytest.raises(CertificateError, match="can sign"):
        LIBRARY.sign(ENTITY, key.entry, only_decrypts, Secret(word))
    message = LIBRARY.encrypt(ENTITY, (key.public,), None)
    assert LIBRARY.decrypt(message, ((key.entry, only_decrypts, Secret(word)),), ())[0] == bytes(ENTITY)

    # With a subkey that signs, the primary key may stay at home.
    assert gpg_home.run("--quick-add-key", name, "ed25519", "sign", "1y", passphrase=word).returncode == 0
    subkeys = gpg_home.run("--export-secret-subkeys", name, passphrase=word).stdout
    kept = LIBRARY.sealed_key(subkeys, name, Secret(word), Secret("new"))
    signature, _ = LIBRARY.sign(ENTITY, key.entry, kept, Secret("new"))
    assert LIBRARY.verify(ENTITY, signature, (LIBRARY.public(subkeys, name),))[0].is_intact

    primary_only = b"".join(packet.octets for packet in key_blocks(subkeys)[0][:3])
    with pytest.raises(CertificateError, match="on a card") as caught:
        LIBRARY.sealed_key(primary_only, name, Secret(word), Secret("new"))
    assert "GnuPG" in caught.value.hint


def test_facts_of_a_key(pgp_lab: "PgpLab") -> None:
    for key in (pgp_lab.key(), pgp_lab.gnupg_key()):
        (secret,), (public,) = LIBRARY.read(key.secret), LIBRARY.read(key.public)
        assert (secret.has_secret, public.has_secret) == (True, False)
        assert secret.fingerprint == public.fingerprint == key.entry.fingerprint
        assert public.addresses == key.entry.addresses
        assert (public.algorithm, public.can_sign, public.can_encrypt, public.trouble) == ("Ed25519", True, True, "")
        assert LIBRARY.public(key.secret, key.entry.fingerprint) == LIBRARY.public(key.public, key.entry.fingerprint)
    assert pgp_lab.gnupg_key().entry.addresses == ("gustav@example.org",)


def test_public_and_secret_blocks_of_one_armored_file(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    file = "\n".join([armor(key.public, ArmorKind.PublicKey), armor(key.secret, ArmorKind.SecretKey)]).encode()
    (facts,) = LIBRARY.read(file)
    assert facts.has_secret
    assert LIBRARY.sealed_key(file, facts.fingerprint, Secret("grüße, secret"), Secret("new"))
    assert LIBRARY.needs_passphrase(file, facts.fingerprint)
    assert not LIBRARY.needs_passphrase(key.open_secret, facts.fingerprint)


def test_version_6_is_refused_with_a_sentence(pgp_lab: "PgpLab") -> None:
    octets = pgp_lab.version_6()
    (facts,) = LIBRARY.read(octets)
    assert "version 6" in facts.trouble
    with pytest.raises(CertificateError, match="version 6"):
        LIBRARY.sealed_key(octets, facts.fingerprint, None, Secret("new"))
    public = LIBRARY.public(octets, facts.fingerprint)
    with pytest.raises(CertificateError, match="version 6"):
        LIBRARY.encrypt(ENTITY, (public,), None)


def test_expired_key_neither_signs_nor_is_encrypted_to(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key(lifetime=3600)
    later = SequoiaOpenPgp(_Later(timedelta(hours=2)))
    assert LIBRARY.read(key.public)[0].trouble == ""
    assert "expired on" in later.read(key.public)[0].trouble
    with pytest.raises(CertificateError, match="expired"):
        later.sign(ENTITY, *key.own)
    with pytest.raises(CertificateError, match="expired"):
        later.encrypt(ENTITY, (key.public,), None)


def test_revoked_key_neither_signs_nor_is_encrypted_to(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key("p256")
    opened = Tsk.from_bytes(key.open_secret)
    revocation = bytes(opened.extract_certificate().revoke(certifier=opened.certifier()))
    public = key.public + revocation
    assert "revoked" in LIBRARY.read(public)[0].trouble
    with pytest.raises(CertificateError, match="revoked"):
        LIBRARY.encrypt(ENTITY, (public,), None)
    with pytest.raises(CertificateError, match="revoked"):
        LIBRARY.sign(ENTITY, key.entry, key.secret + revocation, Secret("grüße, secret"))
    signature, _ = LIBRARY.sign(ENTITY, *key.own)
    (found,) = LIBRARY.verify(ENTITY, signature, (public,))
    assert not found.is_intact
    assert "revoked" in found.trouble


@settings(max_examples=40)
@given(data=st.data())
def test_damaged_keys_are_refused_in_words(pgp_lab: "PgpLab", data: st.DataObject) -> None:
    key = pgp_lab.key()
    octets = bytearray(key.secret)
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    octets = octets[: data.draw(st.integers(1, len(octets)))]
    own = (key.entry, bytes(octets), Secret("grüße, secret"))
    for use in (lambda: LIBRARY.read(bytes(octets)), lambda: LIBRARY.sign(ENTITY, *own)):
        try:
            use()
        except ProtectionError as error:
            _no_library_words(error)


def test_nothing_secret_is_shown(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    assert "grüße" not in repr((key.own, key.entry, LIBRARY))
