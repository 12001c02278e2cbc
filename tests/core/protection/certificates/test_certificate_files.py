"""Files of certificates in every form others write; those that OpenSSL can write are written by it."""

import base64
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from authority import Authority, key_pem, pem_of
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.certificates.certificate_files import FILE_OCTETS, pem_blocks, read_certificates


def openssl(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture
def folder(authority: Authority, tmp_path: Path) -> Path:
    """A folder with a leaf, its key and its chain as PEM."""
    pair = authority.leaf(depth=2)
    (tmp_path / "leaf.pem").write_bytes(pem_of(pair.certificate))
    (tmp_path / "key.pem").write_bytes(key_pem(pair))
    (tmp_path / "chain.pem").write_bytes(pem_of(*pair.chain))
    (tmp_path / "all.pem").write_bytes(pem_of(pair.certificate, *pair.chain))
    return tmp_path


def test_der_and_pem(authority: Authority) -> None:
    pair = authority.leaf(depth=2)
    expected = (pair.certificate, *pair.chain)
    assert read_certificates(pair.certificate.der) == expected[:1]
    assert read_certificates(b"Bag Attributes\r\n" + pem_of(*expected).replace(b"\n", b"\r\n")) == expected
    assert read_certificates(b"\xef\xbb\xbf" + pem_of(*expected, *expected)) == expected
    assert read_certificates(authority.pem(pair)) == expected


def test_base64_without_armor(authority: Authority) -> None:
    certificate = authority.leaf().certificate
    assert read_certificates(base64.encodebytes(certificate.der)) == (certificate,)


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_certs_only_cms(authority: Authority, folder: Path, form: str) -> None:
    written = openssl(folder, "crl2pkcs7", "-nocrl", "-certfile", "all.pem", "-outform", form)
    pair = authority.leaf(depth=2)
    assert set(read_certificates(written)) == {pair.certificate, *pair.chain}


def test_cms_in_ber_of_indefinite_length(authority: Authority, folder: Path) -> None:
    command = ["cms", "-sign", "-signer", "leaf.pem", "-inkey", "key.pem", "-certfile", "chain.pem", "-in", "all.pem"]
    written = openssl(folder, *command, "-nodetach", "-stream", "-outform", "DER")
    assert written[1] == 0x80
    pair = authority.leaf(depth=2)
    assert set(read_certificates(written)) == {pair.certificate, *pair.chain}


def test_what_openssl_calls_trusted(authority: Authority, folder: Path) -> None:
    written = openssl(folder, "x509", "-in", "leaf.pem", "-trustout", "-addtrust", "emailProtection")
    assert b"TRUSTED" in written
    assert read_certificates(written) == (authority.leaf(depth=2).certificate,)


VCARD_KEYS = {
    "2.1": "KEY;X509;ENCODING=BASE64:\r\n {folded}\r\n",
    "3.0": "item1.KEY;ENCODING=b;TYPE=X509:{base64}",
    "4.0": "KEY;MEDIATYPE=application/pkix-cert:data:application/pkix-cert;base64,{folded}",
}


@pytest.mark.parametrize("version", VCARD_KEYS)
def test_the_key_of_a_vcard(authority: Authority, version: str) -> None:
    certificate = authority.leaf().certificate
    encoded = base64.b64encode(certificate.der).decode()
    folded = "\r\n ".join(encoded[place : place + 70] for place in range(0, len(encoded), 70))
    key = VCARD_KEYS[version].format(base64=encoded, folded=folded)
    pgp = "KEY;TYPE=PGP:http://example.org/key.asc\r\nKEY:data:application/pgp-keys;base64,AAAA"
    card = f"BEGIN:VCARD\r\nVERSION:{version}\r\nFN:Ann\r\n{pgp}\r\n{key}\r\nEND:VCARD\r\n"
    assert read_certificates(card.encode()) == (certificate,)


def cases(authority: Authority) -> dict[str, tuple[bytes, str]]:
    pair = authority.leaf()
    pem = pem_of(pair.certificate)
    return {
        "empty": (b"", "empty"),
        "web page": (b"\n<!DOCTYPE html><html><body>log in</body></html>", "web page"),
        "words": (b"no certificate at all", "no certificate"),
        "key alone": (key_pem(pair), "private key and no certificate"),
        "p12": (authority.p12(pair), "private key"),
        "OpenPGP": (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----", "OpenPGP"),
        "request": (b"-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----", "request"),
        "vCard without": (b"BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\n", "vCard"),
        "cut DER": (pair.certificate.der[:-20], "no certificate"),
        "cut PEM": (pem[:-40], "no certificate"),
        "damaged PEM": (pem.replace(b"MII", b"AII", 1), "no certificate"),
        "odd Base64": (b"-----BEGIN CERTIFICATE-----\nMIIBx\n-----END CERTIFICATE-----", "Base64"),
        "10 MB": (pem * (10_000_000 // len(pem)), "octets"),
        "nested": (b"\x30\x80\x06\x80" + b"\x30\x80" * 50_000, "neither"),
    }


NAMES = (
    *("empty", "web page", "words", "key alone", "p12", "OpenPGP", "request", "vCard without"),
    *("cut DER", "cut PEM", "damaged PEM", "odd Base64", "10 MB", "nested"),
)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_certificate_is_refused_with_a_sentence(authority: Authority, name: str) -> None:
    octets, words = cases(authority)[name]
    with pytest.raises(CertificateError, match=words) as caught:
        read_certificates(octets)
    assert caught.value.hint
    assert len(str(caught.value)) < 200


def test_every_other_kind_of_cms_is_named(authority: Authority, folder: Path) -> None:
    written = openssl(folder, "cms", "-digest_create", "-in", "leaf.pem", "-outform", "DER")
    with pytest.raises(CertificateError, match="digested_data"):
        read_certificates(written)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"0", b"0\x80\x06", b"-----BEGIN CERTIFICATE-----\n", b"BEGIN:VCARD\nKEY:"]),
)
def test_any_octets_are_read_or_refused(octets: bytes, start: bytes) -> None:
    with pytest.raises(CertificateError):
        read_certificates(start + octets + b"\n-----END CERTIFICATE-----")


@given(st.data())
def test_damaged_cms_is_read_or_refused(authority: Authority, data: st.DataObject) -> None:
    from asn1crypto import cms

    certificates = [cms.CertificateChoices("certificate", cms.Certificate.load(authority.leaf().certificate.der))]
    content = {
        "version": "v1",
        "digest_algorithms": [],
        "encap_content_info": {"content_type": "data"},
        "certificates": certificates,
        "signer_infos": [],
    }
    whole = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)}).dump()
    octets = bytearray(whole)
    places = st.one_of(st.integers(0, 80), st.integers(0, len(octets) - 1))
    for place in data.draw(st.lists(places, max_size=4)):
        octets[place] = data.draw(st.integers(0, 255))
    with suppress(CertificateError):
        read_certificates(bytes(octets[: data.draw(st.integers(0, len(octets)))]))


def test_the_largest_file_is_read_in_time_like_its_size(
    costs_at_most: Callable[[float, Callable[[], object], Callable[[], object]], None],
) -> None:
    def armored(octets: int) -> bytes:
        return (b"-----BEGIN A-----" * octets)[:octets]

    costs_at_most(40, lambda: pem_blocks(armored(FILE_OCTETS)), lambda: pem_blocks(armored(FILE_OCTETS // 10)))
