"""Own keys at rest, opened by what lets other threads go on, and files of the same form that OpenSSL wrote."""

import subprocess
from pathlib import Path

import pytest
from authority import Authority, key_pem, pem_of
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import CertificateError, PassphraseError, ProtectionError
from sescomposer.core.protection.certificates import kept_p12, key_files
from sescomposer.core.protection.certificates.kept_p12 import read_kept
from sescomposer.core.protection.certificates.key_files import export_p12, read_p12, write_p12
from sescomposer.core.protection.certificates.pair_octets import (
    PairOctets,
    exported_pair,
    key_octets,
    read_pair,
    sealed_pair,
)
from sescomposer.services.account import Secret
from sescomposer.services.protection.dkim_keys import opened_dkim_key, sealed_dkim_key

PASSPHRASE = "pässwörd ключ 🔑".encode()
AES = ("-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha256")


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases but little, so that tests need not wait."""
    monkeypatch.setattr(key_files, "ROUNDS", 1000)


def openssl_p12(authority: Authority, folder: Path, *options: str, kind: str = "rsa2048") -> bytes:
    """Let OpenSSL write a key with a chain of two."""
    pair = authority.leaf(kind=kind, depth=2)
    (folder / "key.pem").write_bytes(key_pem(pair))
    (folder / "leaf.pem").write_bytes(pem_of(pair.certificate))
    (folder / "chain.pem").write_bytes(pem_of(authority.root, *reversed(pair.chain)))
    (folder / "pass").write_bytes(PASSPHRASE)
    command = ["openssl", "pkcs12", "-export", "-inkey", "key.pem", "-in", "leaf.pem", "-certfile", "chain.pem"]
    done = subprocess.run(
        [*command, *options, "-passout", "file:pass"], cwd=folder, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("depth", range(3))
@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "p521"])
def test_what_is_kept_is_opened_as_the_library_opens_it(authority: Authority, kind: str, depth: int) -> None:
    written = write_p12(authority.leaf(kind=kind, depth=depth), PASSPHRASE)
    kept = read_kept(written, PASSPHRASE)
    assert kept is not None
    pair, other = kept.pair(), read_p12(written, PASSPHRASE)
    assert (pair.certificate, pair.chain) == (other.certificate, other.chain)
    assert pair.key.private_numbers() == other.key.private_numbers()


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_a_file_of_openssl(authority: Authority, tmp_path: Path, kind: str) -> None:
    kept = read_kept(openssl_p12(authority, tmp_path, *AES, kind=kind), PASSPHRASE)
    assert kept is not None
    pair, wanted = kept.pair(), authority.leaf(kind=kind, depth=2)
    assert (pair.certificate, pair.chain) == (wanted.certificate, wanted.chain)
    assert pair.key.private_numbers() == wanted.key.private_numbers()


@pytest.mark.parametrize(
    "options",
    [
        ("-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        ("-keypbe", "NONE", "-certpbe", "NONE"),
        ("-nomac",),
        (*AES[:-1], "sha1"),
        ("-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC"),
        (*AES, "-iter", "30000"),
    ],
)
def test_other_forms_are_left_to_the_library(authority: Authority, tmp_path: Path, options: tuple[str, ...]) -> None:
    written = openssl_p12(authority, tmp_path, *options)
    assert read_kept(written, PASSPHRASE) is None
    assert read_p12(written, PASSPHRASE).certificate == authority.leaf(depth=2).certificate


def test_a_wrong_passphrase(authority: Authority) -> None:
    written = write_p12(authority.leaf(), PASSPHRASE)
    for wrong in (b"wrong", b"", b"\xff", PASSPHRASE + b" "):
        with pytest.raises(PassphraseError):
            read_kept(written, wrong)


def test_more_rounds_than_are_done_are_left_to_what_refuses_them(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = write_p12(authority.leaf(), PASSPHRASE)
    monkeypatch.setattr(kept_p12, "MOST_ROUNDS", 999)
    assert read_kept(written, PASSPHRASE) is None


@given(st.data())
def test_damaged_files_give_the_key_or_nothing(data: st.DataObject) -> None:
    written, key = _written()
    octets = bytearray(written)
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    stop = data.draw(st.one_of(st.just(len(octets)), st.integers(0, len(octets))))
    try:
        found = read_kept(bytes(octets[:stop]), PASSPHRASE)
    except PassphraseError:
        return
    assert found is None or found.key == key


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_octets_that_are_anything_give_nothing(octets: bytes, passphrase: bytes) -> None:
    try:
        assert read_kept(octets, passphrase) is None
    except PassphraseError:
        return


def _written(made: list[tuple[bytes, bytes]] = []) -> tuple[bytes, bytes]:  # noqa: B006 - made once
    if not made:
        pair = Authority("Damage").leaf(kind="p256")
        made.append((write_p12(pair, PASSPHRASE), key_octets(pair.key)))
    return made[0]


def test_a_dkim_key_has_no_certificate(authority: Authority) -> None:
    key = authority.leaf().key
    sealed = sealed_dkim_key(key, Secret("secret"))  # type: ignore[arg-type]
    kept = read_kept(sealed, b"secret")
    assert kept is not None
    assert kept.certificates == ()
    opened = opened_dkim_key(sealed, Secret("secret"))
    assert opened.private_numbers() == key.private_numbers()
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:-3]):
        with pytest.raises(PassphraseError, match="wrong, or its file is damaged"):
            opened_dkim_key(wrong, Secret("other"))


# --- octets in the clear -----------------------------------------------------------------------------------------


def test_a_pair_as_octets_goes_into_every_form_and_back(authority: Authority) -> None:
    pair = authority.leaf(depth=2)
    octets = read_pair(authority.pem(pair), None)
    assert octets == PairOctets.of(pair)
    for written in (sealed_pair(octets, b"x"), exported_pair(octets, b"x", True), exported_pair(octets, b"x", False)):
        assert read_pair(written, b"x") == octets
    assert read_p12(export_p12(octets.pair(), b"x", True), b"x").chain == pair.chain


def test_octets_in_the_clear_are_not_shown(authority: Authority) -> None:
    octets = PairOctets.of(authority.leaf())
    assert repr(octets) == f"<PairOctets with {len(octets.certificates)} certificates>"


def test_a_key_and_a_certificate_that_do_not_belong_together(authority: Authority) -> None:
    ann, bob = PairOctets.of(authority.leaf()), PairOctets.of(authority.leaf("bob@example.org"))
    with pytest.raises(CertificateError, match="does not match"):
        PairOctets(ann.key, bob.certificates).pair()
    with pytest.raises(CertificateError, match="damaged"):
        PairOctets(b"0\x00", ann.certificates).pair()


def test_a_key_on_a_card_has_no_octets() -> None:
    class OnCard:
        def private_bytes(self, *form: object) -> bytes:
            raise NotImplementedError

    with pytest.raises(ProtectionError, match="never leaves it"):
        key_octets(OnCard())
