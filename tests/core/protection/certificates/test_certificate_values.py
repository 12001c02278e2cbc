"""What a certificate says of itself; read again by OpenSSL where it has words for it."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from authority import Authority
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import CertificateError
from sescomposer.core.protection.certificates.certificate import Certificate, comparable
from sescomposer.core.protection.certificates.constraints import matches
from sescomposer.core.protection.certificates.test_certificate import make_test_certificate


@pytest.mark.parametrize(
    "kind, words",
    [("rsa2048", "RSA 2048"), ("rsa1024", "RSA 1024"), ("p256", "P-256"), ("p384", "P-384"), ("p521", "P-521")],
)
def test_the_kind_of_its_key_in_words(authority: Authority, kind: str, words: str) -> None:
    assert authority.leaf(kind=kind).certificate.key_kind == words


def test_the_kind_of_a_key_that_mail_does_not_know(authority: Authority) -> None:
    assert authority.leaf(kind="ed25519").certificate.key_kind == "Ed25519"


def test_the_kind_of_a_key_that_the_library_does_not_know(authority: Authority) -> None:
    of_curve, unknown = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030106")
    der = authority.leaf(kind="p256").certificate.der
    changed = Certificate(der.replace(of_curve, unknown))
    assert changed.key_kind == "unknown"
    whole = der.replace(bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d0271"))
    assert Certificate(whole).key_kind == "unknown"


def test_the_kind_of_a_dsa_key(tmp_path: Path) -> None:
    key = dsa.generate_private_key(1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    request = ["openssl", "req", "-x509", "-new", "-key", "key.pem", "-outform", "DER", "-subj", "/O=Old"]
    made = Certificate(subprocess.run(request, cwd=tmp_path, capture_output=True, check=True).stdout)
    assert (made.key_kind, made.owner) == ("DSA 1024", "Old")
    assert not made.addresses


def test_purposes_of_leaf_and_root(authority: Authority) -> None:
    assert authority.leaf().certificate.purposes == ("sign mail", "encrypt mail")
    assert authority.root.purposes == ("sign certificates",)
    assert (authority.root.is_ca, authority.leaf().certificate.is_ca) == (True, False)


def test_purposes_follow_the_extensions(authority: Authority) -> None:
    client = authority.leaf(eku=(ExtendedKeyUsageOID.CLIENT_AUTH, x509.ObjectIdentifier("1.2.3.4"))).certificate
    assert client.purposes == ("log in to servers", "1.2.3.4")
    encrypts = authority.leaf(ku=("key_encipherment",)).certificate
    assert (encrypts.can_sign, encrypts.can_encrypt) == (False, True)
    free = authority.leaf(eku=(), ku=()).certificate
    assert (free.can_sign, free.can_encrypt, free.usage.is_mail_only) == (True, True, False)


def test_addresses_are_compared_without_case_and_in_a_labels(authority: Authority) -> None:
    certificate = authority.leaf(addresses=("Ann@xn--bcher-kva.example",)).certificate
    assert certificate.has_address("ann@Bücher.example")
    assert certificate.has_address("ANN@xn--BCHER-kva.example")
    assert not certificate.has_address("anne@bücher.example")
    assert not authority.leaf(addresses=()).certificate.has_address("")


@given(st.text(max_size=60))
def test_any_text_can_be_compared(address: str) -> None:
    assert comparable(address) == comparable(address)


@pytest.mark.parametrize("octets", [b"", b"0", b"\x30\x80", b"\x30\x03\x02\x01\x01", b"<html>"])
def test_octets_that_are_no_certificate(octets: bytes) -> None:
    with pytest.raises(CertificateError):
        Certificate(octets)


@given(st.data())
def test_a_changed_certificate_is_read_or_refused(authority: Authority, data: st.DataObject) -> None:
    octets = bytearray(authority.leaf().certificate.der)
    for place in data.draw(st.lists(st.integers(0, len(octets) - 1), min_size=1, max_size=4)):
        octets[place] = data.draw(st.integers(0, 255))
    try:
        read = Certificate(bytes(octets))
    except CertificateError:
        return
    assert all([repr(read), read.owner is not None, read.key_kind, isinstance(read.purposes, tuple)])
    assert isinstance(read.addresses, tuple)
    assert isinstance((read.is_ca, read.is_test, read.can_sign, read.not_after - read.not_before), tuple)


@pytest.mark.parametrize(
    "address, constraint, expected",
    [
        ("ann@example.org", "ann@example.org", True),
        ("bob@example.org", "ann@example.org", False),
        ("ann@a.example.org", ".example.org", True),
        ("ann@example.org", ".example.org", False),
        ("ann@badexample.org", "example.org", False),
        ("ann@example.org", "", True),
    ],
)
def test_name_constraints_on_an_address(address: str, constraint: str, expected: bool) -> None:
    assert matches(address, constraint) is expected


# --- test certificates -------------------------------------------------------------------------------------------


def test_a_test_certificate_is_marked_and_readable_by_openssl(authority: Authority) -> None:
    pair = make_test_certificate("Jörg Ångström", "joerg@bücher.example", authority.now)
    certificate = pair.certificate
    assert certificate.is_test
    assert not authority.leaf().certificate.is_test
    assert certificate.addresses == ("joerg@xn--bcher-kva.example",)
    assert certificate.owner == "Jörg Ångström (TEST ONLY)"
    assert certificate.not_before < authority.now < certificate.not_after == authority.now + timedelta(days=365)
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-text", "-purpose", "-nameopt", "utf8,sep_comma_plus"]
    told = subprocess.run(command, input=certificate.der, capture_output=True, check=True).stdout.decode()
    assert "S/MIME signing : Yes" in told
    assert "S/MIME signing CA : No" in told
    assert "CN=Jörg Ångström (TEST ONLY)" in told


def test_names_for_a_test_certificate_that_are_too_long_or_missing(authority: Authority) -> None:
    assert make_test_certificate("", "ann@example.org", authority.now).certificate.owner.startswith("ann@example.org")
    long = make_test_certificate("x" * 200 + "\ud800", "ann@example.org", authority.now, valid_days=2).certificate
    assert long.owner.endswith("x (TEST ONLY)")
    assert long.not_after == authority.now + timedelta(days=2)


@pytest.mark.parametrize(
    "address", ["", "ann", "@example.org", "ann@", "änn@example.org", "a\r\nb@example.org", "ann@\ud800"]
)
def test_addresses_that_no_certificate_holds(authority: Authority, address: str) -> None:
    with pytest.raises(CertificateError):
        make_test_certificate("Ann", address, authority.now)
