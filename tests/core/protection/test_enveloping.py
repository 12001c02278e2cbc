"""What we encrypt, read by OpenSSL and by our own reading; what OpenSSL encrypts, read by us."""

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from file_target import FileTarget
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sescomposer.core.errors import KeyGoneError, OperationCancelledError, ProtectionError
from sescomposer.core.header import HeaderSection
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.enveloping import encrypt
from sescomposer.core.protection.opening import addressed, decrypt, encryption_facts
from sescomposer.core.protection.signing import enclosed_message
from sescomposer.core.seal import MemoryTarget

if TYPE_CHECKING:
    from authority import Authority

CONTENT = b"Content-Type: text/plain\r\n\r\nThe secret of the day.\r\n"
KINDS = ("rsa2048", "rsa3072", "p256", "p384", "p521")


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[..., bytes]:
    """Run `openssl cms` with files made of octets, and give what it writes."""

    def run(*arguments: str, **files: bytes) -> bytes:
        for name, octets in files.items():
            (tmp_path / name).write_bytes(octets)
        call = ["openssl", "cms", *arguments, "-out", "written"]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, check=False, timeout=120)
        if done.returncode:
            raise ChildProcessError(done.stderr.decode())
        return (tmp_path / "written").read_bytes()

    return run


def enveloped(content: bytes | Octets, *certificates: Certificate) -> Octets:
    return encrypt(Octets.of(content), certificates, os.urandom, MemoryTarget)


def opened(cms: bytes | Octets, *pairs: KeyPair) -> bytes:
    return bytes(decrypt(Octets.of(cms), pairs, MemoryTarget))


def opened_by_openssl(
    openssl: Callable[..., bytes], authority: "Authority", cms: Octets, pair: KeyPair, *more: str
) -> bytes:
    arguments = ("-decrypt", "-binary", "-inform", "DER", "-in", "cms", "-recip", "pem", "-inkey", "pem", *more)
    return openssl(*arguments, cms=bytes(cms), pem=authority.pem(pair))


def written_by_openssl(
    openssl: Callable[..., bytes], authority: "Authority", pairs: Sequence[KeyPair], *options: str
) -> bytes:
    files = {f"to{number}": authority.pem(pair) for number, pair in enumerate(pairs)}
    arguments = ["-encrypt", "-binary", "-outform", "DER", "-in", "content", *options]
    for name in files:
        arguments += ["-recip", name]
    return openssl(*arguments, content=CONTENT, **files)


@pytest.mark.parametrize("kind", KINDS)
def test_openssl_reads_what_we_encrypt(kind: str, authority: "Authority", openssl: Callable[..., bytes]) -> None:
    ann = authority.leaf("ann@example.org", kind=kind)
    cms = enveloped(CONTENT, ann.certificate)
    assert opened_by_openssl(openssl, authority, cms, ann) == CONTENT
    assert opened(cms, ann) == CONTENT


def test_each_recipient_reads_and_a_stranger_does_not(authority: "Authority", openssl: Callable[..., bytes]) -> None:
    people = [
        authority.leaf("ann@example.org"),
        authority.leaf("ben@example.org", cn="Ben"),
        authority.leaf("cem@example.org", kind="p256", cn="Cem"),
    ]
    stranger = authority.leaf("dora@example.org", cn="Dora")
    cms = enveloped(CONTENT, *(person.certificate for person in people))
    for person in people:
        assert opened_by_openssl(openssl, authority, cms, person) == CONTENT
        assert opened(cms, person) == CONTENT
        assert addressed(cms, [stranger.certificate, person.certificate]) == (person.certificate,)
    with pytest.raises(ChildProcessError):
        opened_by_openssl(openssl, authority, cms, stranger)
    with pytest.raises(KeyGoneError, match="for 3 keys, and yours is not among them"):
        opened(cms, stranger)


def test_openssl_lists_exactly_the_recipients(authority: "Authority", openssl: Callable[..., bytes]) -> None:
    people = [authority.leaf("ann@example.org"), authority.leaf("cem@example.org", kind="p384", cn="Cem")]
    cms = enveloped(CONTENT, *(person.certificate for person in people), people[0].certificate)
    printed = openssl("-cmsout", "-print", "-noout", "-inform", "DER", "-in", "cms", cms=bytes(cms)).decode()
    # Long serial numbers are printed in hexadecimal or decimal, by their size.
    serials = [line.split(":", 1)[1].strip() for line in printed.splitlines() if "serialNumber:" in line]
    assert len(serials) == 2
    assert {int(serial, 0) for serial in serials} == {person.certificate.serial for person in people}
    assert encryption_facts(cms).algorithm == "AES-256-CBC"
    assert len(encryption_facts(cms).recipients) == 2
    assert f"{people[0].certificate.serial:x} of Test Lab CA 1" in encryption_facts(cms).recipients[0]


def test_the_entity_is_a_mail_that_openssl_reads(authority: "Authority", openssl: Callable[..., bytes]) -> None:
    ann = authority.leaf("ann@example.org")
    header = HeaderSection.of_octets(Octets.of(b"Subject: [...]\r\nMIME-Version: 1.0\r\n"))
    entity = enclosed_message(header, "enveloped-data", enveloped(CONTENT, ann.certificate))
    arguments = ("-decrypt", "-binary", "-in", "mail", "-recip", "pem", "-inkey", "pem")
    assert openssl(*arguments, mail=bytes(entity.octets), pem=authority.pem(ann)) == CONTENT
    assert (entity.media_type, entity.content_type.get("smime-type")) == ("application/pkcs7-mime", "enveloped-data")
    assert max(map(len, bytes(entity.octets).split(b"\r\n"))) <= 76


OPENSSL_FORMS = {
    "default (Triple DES)": ("rsa2048", ()),
    "AES-128": ("rsa2048", ("-aes128",)),
    "AES-192": ("rsa2048", ("-aes192",)),
    "AES-256": ("rsa3072", ("-aes256",)),
    "BER stream": ("rsa2048", ("-aes256", "-stream")),
    "AES-128-GCM": ("rsa2048", ("-aes-128-gcm",)),
    "AES-256-GCM stream": ("rsa2048", ("-aes-256-gcm", "-stream")),
    "key identifier": ("rsa2048", ("-aes256", "-keyid")),
    "ECDH": ("p256", ("-aes256",)),
    "ECDH P-384": ("p384", ("-aes128",)),
    "ECDH P-521 GCM": ("p521", ("-aes-256-gcm",)),
    "ECDH Triple DES": ("p256", ("-des3",)),
    "ECDH key identifier": ("p256", ("-aes256", "-keyid")),
}


@pytest.mark.parametrize("kind, options", OPENSSL_FORMS.values(), ids=OPENSSL_FORMS)
def test_we_read_what_openssl_encrypts(
    kind: str, options: tuple[str, ...], authority: "Authority", openssl: Callable[..., bytes]
) -> None:
    ann = authority.leaf("ann@example.org", kind=kind)
    cms = written_by_openssl(openssl, authority, [authority.leaf("ben@example.org", cn="Ben"), ann], *options)
    assert opened(cms, ann) == CONTENT
    with pytest.raises(KeyGoneError):
        opened(cms, authority.leaf("dora@example.org", cn="Dora"))


OPENSSL_KEY_OPTIONS = {
    "OAEP": ("rsa2048", ("rsa_padding_mode:oaep",)),
    "OAEP SHA-256": ("rsa2048", ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256")),
    "OAEP SHA-256, mask SHA-1": ("rsa2048", ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha1")),
    "SHA-256 derivation": ("p256", ("ecdh_kdf_md:sha256",)),
    "SHA-512 derivation, cofactor": ("p384", ("ecdh_kdf_md:sha512", "ecdh_cofactor_mode:1")),
}


@pytest.mark.parametrize("kind, keys", OPENSSL_KEY_OPTIONS.values(), ids=OPENSSL_KEY_OPTIONS)
def test_we_read_other_ways_to_wrap_the_key(
    kind: str, keys: tuple[str, ...], authority: "Authority", openssl: Callable[..., bytes]
) -> None:
    ann = authority.leaf("ann@example.org", kind=kind)
    options = [word for key in keys for word in ("-keyopt", key)]
    arguments = ("-encrypt", "-binary", "-outform", "DER", "-aes256", "-in", "content", "-recip", "to", *options)
    assert opened(openssl(*arguments, content=CONTENT, to=authority.pem(ann)), ann) == CONTENT


def test_damaged_authenticated_content_is_never_given(authority: "Authority", openssl: Callable[..., bytes]) -> None:
    ann = authority.leaf("ann@example.org")
    cms = bytearray(written_by_openssl(openssl, authority, [ann], "-aes-256-gcm"))
    cms[-25] ^= 1
    with pytest.raises(ProtectionError, match="could not be decrypted"):
        opened(bytes(cms), ann)


def test_large_content_is_neither_held_nor_copied(
    authority: "Authority", openssl: Callable[..., bytes], tmp_path: Path
) -> None:
    import tracemalloc

    ann = authority.leaf("ann@example.org")
    content = base64_octets(Octets.of(Random(1).randbytes(1 << 20) * 29))
    targets = [FileTarget(tmp_path / "a"), FileTarget(tmp_path / "b")]
    enveloped(CONTENT, ann.certificate)
    tracemalloc.start()
    cms = encrypt(content, [ann.certificate], os.urandom, lambda: targets[0])
    inside = decrypt(cms, [ann], lambda: targets[1])
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()
    assert inside.equals(content)
    written = opened_by_openssl(openssl, authority, cms, ann)
    assert content.equals(written)


def test_cancelling_leaves_no_buffer(authority: "Authority") -> None:
    class Cancelled:
        def step(self, done: int, total: int) -> None:
            raise OperationCancelledError

    class Watched(MemoryTarget):
        was_abandoned = False

        def abandon(self) -> None:
            super().abandon()
            self.was_abandoned = True

    target = Watched()
    with pytest.raises(OperationCancelledError):
        encrypt(Octets.of(CONTENT), [authority.leaf().certificate], os.urandom, lambda: target, Cancelled())
    assert target.was_abandoned


@pytest.mark.parametrize("kind", ["ed25519", "rsa1024"])
def test_unsuitable_keys_are_refused(kind: str, authority: "Authority") -> None:
    pair = authority.leaf("weak@example.org", kind=kind)
    with pytest.raises(ProtectionError, match="key of 'Ann Example'"):
        enveloped(CONTENT, pair.certificate)


def test_nobody_to_encrypt_to() -> None:
    with pytest.raises(ProtectionError, match="nobody to encrypt to"):
        enveloped(CONTENT)


def test_same_randomness_gives_the_same_agreement(authority: "Authority") -> None:
    cem = authority.leaf("cem@example.org", kind="p256", cn="Cem")
    made = [bytes(encrypt(Octets.of(CONTENT), [cem.certificate], Random(7).randbytes, MemoryTarget)) for _ in range(2)]
    assert made[0] == made[1]


def test_a_wrong_key_of_rsa_is_not_told_from_other_damage(authority: "Authority") -> None:
    """Against oracles: same sentence whether the key or the content is wrong."""
    ann = authority.leaf("ann@example.org")
    cms = bytes(enveloped(CONTENT, ann.certificate))
    assert isinstance(ann.key, rsa.RSAPrivateKey)
    key_at = cms.index(b"\x04\x82\x01\x00") + 40
    sentences = set()
    for position in (key_at, len(cms) - 20, len(cms) - 1):
        for flipped in (1, 2, 0x80):
            broken = bytearray(cms)
            broken[position] ^= flipped
            try:
                opened(bytes(broken), ann)
            except ProtectionError as error:
                sentences.add(error.sentence)
    assert len(sentences) == 1


@settings(max_examples=400)
@given(data=st.data())
def test_damaged_content_raises_only_our_errors(
    data: st.DataObject, samples: "tuple[bytes, ...]", authority: "Authority"
) -> None:
    cms = bytearray(data.draw(st.sampled_from(samples)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(cms) - 1))
        match data.draw(st.sampled_from(("change", "cut", "insert", "remove"))):
            case "change":
                cms[at] = data.draw(st.integers(0, 255))
            case "cut":
                del cms[at + 1 :]
            case "insert":
                cms[at:at] = data.draw(st.binary(max_size=8))
            case _:
                del cms[at : at + 2]
        if not cms:
            break
    pairs = [authority.leaf("ann@example.org"), authority.leaf("cem@example.org", kind="p256", cn="Cem")]
    octets = Octets.of(bytes(cms))
    with suppress(ProtectionError):
        encryption_facts(octets)
    for pair in pairs:
        with suppress(ProtectionError):
            decrypt(octets, [pair], MemoryTarget)


@pytest.fixture(scope="module")
def samples(authority: "Authority", tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ...]:
    folder = tmp_path_factory.mktemp("samples")
    ann, cem = authority.leaf("ann@example.org"), authority.leaf("cem@example.org", kind="p256", cn="Cem")
    (folder / "content").write_bytes(CONTENT)
    (folder / "ann").write_bytes(authority.pem(ann))
    (folder / "cem").write_bytes(authority.pem(cem))
    found = [bytes(enveloped(CONTENT, ann.certificate, cem.certificate))]
    for options in (["-aes256", "-stream"], ["-aes-128-gcm"], ["-des3", "-keyid"]):
        call = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-in", "content", *options]
        call += ["-recip", "ann", "-recip", "cem", "-out", "cms"]
        subprocess.run(call, cwd=folder, check=True, capture_output=True, timeout=60)
        found.append((folder / "cms").read_bytes())
    return tuple(found)


@given(st.binary(max_size=200))
@example(b"\x30\x80" * 100)
@example(b"\x30\x84\xff\xff\xff\xff")
@example(b"\x30\x80\x06\x80\x00\x00\x00\x00")
def test_any_octets_raise_only_our_errors(octets: bytes) -> None:
    with pytest.raises(ProtectionError):
        encryption_facts(Octets.of(octets))


@given(octets=st.binary(max_size=300))
def test_any_content_comes_back(octets: bytes, authority: "Authority") -> None:
    cem = authority.leaf("cem@example.org", kind="p256", cn="Cem")
    assert opened(enveloped(octets, cem.certificate), cem) == octets
