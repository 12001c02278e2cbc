"""Keys from files that OpenSSL wrote, and files of keys that OpenSSL reads."""

import base64
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from authority import Authority, key_pem, pem_of
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import CertificateError, PassphraseError, ProtectionError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_files import (
    chain_of,
    export_p12,
    needs_passphrase,
    read_key_pair,
    read_p12,
    read_pem_pair,
    write_p12,
)
from sescomposer.core.protection.certificates.key_pair import KeyPair

PASSPHRASE = "pässwörd ключ".encode()


def openssl(*arguments: str, cwd: Path) -> bytes:
    done = subprocess.run(["openssl", *arguments], cwd=cwd, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def assert_same(read: KeyPair, pair: KeyPair) -> None:
    assert (read.certificate, read.chain) == (pair.certificate, pair.chain)
    assert read.key.private_numbers() == pair.key.private_numbers()


# --- PKCS#12 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "p521"])
def test_a_p12_with_its_chain_and_the_root(authority: Authority, kind: str, depth: int) -> None:
    pair = authority.leaf(kind=kind, depth=depth)
    assert_same(read_p12(authority.p12(pair), b"secret"), pair)


OLD = {
    "3DES": ("-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    "RC2-40": ("-legacy",),
    "AES": (),
    "not encrypted": ("-keypbe", "NONE", "-certpbe", "NONE"),
    "no MAC": ("-nomac",),
}


@pytest.mark.parametrize("form", OLD)
def test_a_p12_of_openssl_with_a_passphrase_that_is_not_ascii(authority: Authority, tmp_path: Path, form: str) -> None:
    pair = authority.leaf(depth=2)
    (tmp_path / "key.pem").write_bytes(key_pem(pair))
    (tmp_path / "leaf.pem").write_bytes(pem_of(pair.certificate))
    # The chain the wrong way round, as many exports have it.
    (tmp_path / "chain.pem").write_bytes(pem_of(authority.root, *reversed(pair.chain)))
    (tmp_path / "pass").write_bytes(PASSPHRASE)
    command = ["pkcs12", "-export", "-inkey", "key.pem", "-in", "leaf.pem", "-certfile", "chain.pem", *OLD[form]]
    written = openssl(*command, "-passout", "file:pass", cwd=tmp_path)
    assert_same(read_p12(written, PASSPHRASE), pair)
    assert needs_passphrase(written)
    if form != "not encrypted":
        with pytest.raises(PassphraseError):
            read_p12(written, "pässwörd".encode())


@pytest.mark.parametrize("passphrase", [b"wrong", b"", None, b"\xff\xfe"])
def test_a_wrong_or_missing_passphrase(authority: Authority, passphrase: bytes | None) -> None:
    octets = authority.p12(authority.leaf(), b"right")
    with pytest.raises(PassphraseError) as caught:
        read_p12(octets, passphrase)
    assert caught.value.hint
    assert "right" not in repr(caught.value) + str(caught.value.__cause__)


def test_a_p12_without_a_passphrase(authority: Authority) -> None:
    pair = authority.leaf()
    octets = pkcs12.serialize_key_and_certificates(None, pair.key, pair.certificate.x509, None, NoEncryption())
    assert not needs_passphrase(octets)
    assert read_p12(octets, None).certificate == pair.certificate
    assert read_p12(octets, b"").certificate == pair.certificate


def test_a_p12_without_key(authority: Authority) -> None:
    octets = pkcs12.serialize_key_and_certificates(
        None, None, None, [authority.leaf().certificate.x509], BestAvailableEncryption(b"secret")
    )
    with pytest.raises(CertificateError, match="no private key"):
        read_p12(octets, b"secret")


def test_a_p12_without_certificate(authority: Authority) -> None:
    octets = pkcs12.serialize_key_and_certificates(None, authority.leaf().key, None, None, NoEncryption())
    with pytest.raises(CertificateError, match="no certificate"):
        read_p12(octets, None)


@pytest.mark.parametrize("octets", [b"", b"0", b"\x30\x80\x00\x00", b"text", b"\x30\x03\x02\x01\x03"])
def test_what_is_no_p12(octets: bytes) -> None:
    assert not needs_passphrase(octets)
    with pytest.raises(CertificateError, match=r"no PKCS#12|no private key"):
        read_p12(octets, b"secret")


def test_a_p12_that_was_cut(authority: Authority) -> None:
    with pytest.raises(CertificateError, match="no PKCS#12"):
        read_p12(authority.p12(authority.leaf())[:-10], b"secret")


def test_a_file_of_10_mb_is_not_read(authority: Authority) -> None:
    for read in (read_p12, read_pem_pair, read_key_pair):
        with pytest.raises(CertificateError, match="10,000,000 octets"):
            read(b"0" * 10_000_000, b"secret")


def test_a_p12_that_wants_hours_is_not_opened(authority: Authority) -> None:
    octets = write_p12(authority.leaf(), b"secret")
    asked = octets.replace((600_000).to_bytes(3, "big"), (8_000_000).to_bytes(3, "big"))
    assert asked != octets
    with pytest.raises(CertificateError, match="16,002,048 rounds"):
        read_p12(asked, b"secret")


def test_a_pem_key_that_wants_hours_is_not_opened(authority: Authority, tmp_path: Path) -> None:
    pair = authority.leaf()
    (tmp_path / "key.pem").write_bytes(key_pem(pair))
    command = ["pkcs8", "-topk8", "-in", "key.pem", "-outform", "DER", "-iter", "600000", "-passout", "pass:secret"]
    der = openssl(*command, cwd=tmp_path)
    asked = der.replace((600_000).to_bytes(3, "big"), (8_000_000).to_bytes(3, "big"))
    assert asked != der
    label = b"ENCRYPTED PRIVATE KEY-----\n"
    pem = b"-----BEGIN " + label + base64.encodebytes(asked) + b"-----END " + label
    with pytest.raises(CertificateError, match="8,000,000 rounds"):
        read_pem_pair(pem + pem_of(pair.certificate), b"secret")


@pytest.mark.parametrize("kind", ["ed25519", "dsa"])
def test_keys_that_mail_programs_do_not_take(authority: Authority, kind: str) -> None:
    if kind == "dsa":
        key = dsa.generate_private_key(1024)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        octets = pem + pem_of(authority.leaf().certificate)
    else:
        octets = authority.p12(authority.leaf(kind="ed25519"))
    with pytest.raises(CertificateError, match=r"key of the kind (DSA|Ed25519) cannot be used") as caught:
        read_key_pair(octets, b"secret")
    assert "RSA" in caught.value.hint


@given(st.data())
def test_a_damaged_p12_is_read_or_refused(authority: Authority, data: st.DataObject) -> None:
    octets = bytearray(authority.p12(authority.leaf(kind="p256")))
    places = st.one_of(st.integers(0, 80), st.integers(0, len(octets) - 1))
    for place in data.draw(st.lists(places, min_size=1, max_size=3)):
        octets[place] = data.draw(st.integers(0, 255))
    with suppress(ProtectionError):
        read_p12(bytes(octets), b"secret")


@given(st.binary(max_size=100), st.one_of(st.none(), st.binary(max_size=8)))
def test_any_octets_are_no_key(octets: bytes, passphrase: bytes | None) -> None:
    for start in (b"", b"0", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"):
        with pytest.raises(ProtectionError):
            read_key_pair(start + octets + b"\n-----END ENCRYPTED PRIVATE KEY-----", passphrase)


# --- PEM ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_a_pem_pair_in_any_order(authority: Authority, kind: str) -> None:
    pair = authority.leaf(kind=kind, depth=3)
    assert_same(read_pem_pair(authority.pem(pair), None), pair)
    turned = pem_of(authority.root, *reversed(pair.chain), pair.certificate) + key_pem(pair)
    assert_same(read_key_pair(turned, b"not asked for"), pair)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_an_encrypted_pem_key(authority: Authority, kind: str, form: PrivateFormat) -> None:
    pair = authority.leaf(kind=kind)
    key = pair.key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(PASSPHRASE))
    octets = key + pem_of(pair.certificate, *pair.chain)
    assert needs_passphrase(octets)
    assert_same(read_pem_pair(octets, PASSPHRASE), pair)
    for wrong in (b"wrong", b"", None):
        with pytest.raises(PassphraseError):
            read_pem_pair(octets, wrong)


def test_a_pem_pair_that_does_not_match(authority: Authority) -> None:
    octets = key_pem(authority.leaf("bob@example.org")) + pem_of(authority.leaf().certificate)
    with pytest.raises(CertificateError, match="does not match the certificate of 'Ann Example'"):
        read_pem_pair(octets, None)


def test_the_key_that_fits_is_taken_of_two(authority: Authority) -> None:
    pair = authority.leaf()
    octets = key_pem(authority.leaf("bob@example.org")) + authority.pem(pair)
    assert_same(read_pem_pair(octets, None), pair)


def test_a_pem_file_without_key_or_certificate(authority: Authority) -> None:
    with pytest.raises(CertificateError, match="no private key"):
        read_pem_pair(pem_of(authority.root), None)
    with pytest.raises(CertificateError, match="private key and no certificate"):
        read_pem_pair(key_pem(authority.leaf()), None)


def test_a_pem_key_that_cannot_be_read(authority: Authority) -> None:
    octets = b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n" + pem_of(authority.root)
    with pytest.raises(CertificateError, match="cannot be read"):
        read_pem_pair(octets, None)


# --- what we write -----------------------------------------------------------------------------------------------


def test_openssl_reads_what_is_kept(authority: Authority, tmp_path: Path) -> None:
    pair = authority.leaf(depth=2)
    (tmp_path / "pass").write_bytes(PASSPHRASE)
    (tmp_path / "kept.p12").write_bytes(write_p12(pair, PASSPHRASE))
    command = ["openssl", "pkcs12", "-in", "kept.p12", "-passin", "file:pass", "-noenc", "-info"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert_same(read_pem_pair(done.stdout, None), pair)
    told = done.stderr.decode()
    assert told.count("PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256") == 2
    assert "MAC: sha256" in told


def test_openssl_reads_what_is_exported_for_old_programs(authority: Authority, tmp_path: Path) -> None:
    pair = authority.leaf(kind="p256")
    (tmp_path / "pass").write_bytes(PASSPHRASE)
    (tmp_path / "old.p12").write_bytes(export_p12(pair, PASSPHRASE, True))
    command = ["openssl", "pkcs12", "-in", "old.p12", "-passin", "file:pass", "-noenc", "-info", "-legacy"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert_same(read_pem_pair(done.stdout, None), pair)
    assert done.stderr.decode().count("pbeWithSHA1And3-KeyTripleDES-CBC") == 2
    assert_same(read_p12(export_p12(pair, PASSPHRASE, False), PASSPHRASE), pair)


def test_no_key_is_written_in_the_clear(authority: Authority) -> None:
    pair = authority.leaf(kind="p256")
    secret = pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())[-60:]
    for octets in (write_p12(pair, b"x"), export_p12(pair, b"x", True)):
        assert secret not in octets
    for passphrase in (b"", b"\xff"):
        with pytest.raises(PassphraseError):
            write_p12(pair, passphrase)


def test_a_key_that_never_leaves_its_card_is_not_written(authority: Authority) -> None:
    class OnCard:
        def private_bytes(self, *arguments: object) -> bytes:
            raise NotImplementedError

    pair = authority.leaf()
    with pytest.raises(ProtectionError, match="card"):
        write_p12(KeyPair(pair.certificate, OnCard()), b"secret")  # type: ignore[arg-type]


# --- chains ------------------------------------------------------------------------------------------------------


def test_chains_are_put_in_order_and_lose_root_and_strangers(authority: Authority) -> None:
    pair = authority.leaf(depth=3)
    stranger = Authority("Elsewhere")
    mixed = [authority.root, *reversed(pair.chain), *stranger.intermediates(2), pair.certificate, *pair.chain]
    assert chain_of(pair.certificate, mixed) == pair.chain
    assert chain_of(pair.certificate, ()) == ()
    assert chain_of(authority.root, mixed) == ()


def test_a_chain_with_a_gap_ends_there(authority: Authority) -> None:
    pair = authority.leaf(depth=3)
    assert chain_of(pair.certificate, [pair.chain[0], pair.chain[2]]) == pair.chain[:1]


def test_a_circle_of_issuers_ends(authority: Authority) -> None:
    one, other, leaf = circle(authority)
    assert chain_of(leaf.certificate, [other, one]) == (one, other)


def circle(authority: Authority) -> tuple[Certificate, Certificate, KeyPair]:
    """Two CAs that issued each other, and a leaf below the first."""
    made = [authority.issuer("Circle 0"), authority.issuer("Circle 1")]
    one = authority.issuer("Circle 0", made[1])
    other = authority.issuer("Circle 1", made[0])
    return one.certificate, other.certificate, authority.leaf(above=one)
