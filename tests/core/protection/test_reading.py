"""Reading protected messages: ours, those of OpenSSL, and damaged ones; every layer, and what none of them covers."""

import subprocess
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_mail import ENCRYPTED, MESSAGE, SIGNED, ProtectedMail

from sescomposer.core.entity import Entity
from sescomposer.core.errors import KeyGoneError, ProtectionError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import Protection
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.parse import parse
from sescomposer.core.protection import der
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.facts import LayerKind, Reading, Verdict
from sescomposer.core.protection.opening import decrypt
from sescomposer.core.protection.openpgp.pgp_facts import CheckedSignature
from sescomposer.core.protection.reading import DEEPEST, Opener, read
from sescomposer.core.protection.signing import clear_signed, enclosed_message
from sescomposer.core.protection.uncompressing import uncompress
from sescomposer.core.seal import MemoryTarget

if TYPE_CHECKING:
    from authority import Authority


@dataclass
class Keys:
    """Opens with given keys."""

    pairs: Sequence[KeyPair] = ()

    def decrypt_cms(self, der: Octets) -> Octets:
        return decrypt(der, self.pairs, MemoryTarget)

    def decrypt_pgp(self, message: bytes) -> tuple[bytes, Sequence[CheckedSignature]]:
        raise KeyGoneError("It is for another key.", hint="Import it.")

    def verify_pgp(self, entity: Octets, signature: bytes) -> Sequence[CheckedSignature]:
        return ()

    def trusts_pgp(self, fingerprint: str) -> bool:
        return False


@pytest.fixture
def people(authority: "Authority") -> tuple[KeyPair, KeyPair]:
    return authority.leaf("ann@example.org"), authority.leaf("ben@example.org", kind="p256", cn="Ben")


Read = Callable[..., Reading]


@pytest.fixture
def reading(authority: "Authority") -> Read:
    """Read a message with the root of the tests."""

    def run(octets: bytes | Octets | Entity, keys: Opener | None = None, *, is_trusted: bool = True) -> Reading:
        root = octets if isinstance(octets, Entity) else parse(octets)
        trust = Trust((authority.root,) if is_trusted else ())
        return read(root, trust=trust, now=authority.now, keys=keys, into=MemoryTarget)

    return run


def protected(
    authority: "Authority", people: tuple[KeyPair, KeyPair], wanted: Protection, message: bytes = MESSAGE
) -> bytes:
    ann, ben = people
    return ProtectedMail(authority).ours(wanted, message, signer=ann, to=(ben.certificate,))


def kinds(found: Reading) -> list[LayerKind]:
    return [layer.kind for layer in found.layers]


def test_an_ordinary_message_has_no_layer(reading: Read) -> None:
    found = reading(MESSAGE)
    assert (found.layers, found.uncovered, found.uncovered_parts, found.is_good) == ((), (), (), False)


def test_a_signed_message_is_good_and_its_fields_are_uncovered(
    authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read
) -> None:
    octets = protected(authority, people, SIGNED)
    root = parse(octets)
    found = reading(root)
    assert kinds(found) == [LayerKind.CLEAR_SIGNED]
    assert found.layers[0].entity == root.key
    assert found.layers[0].inside is root.children[0]
    assert found.is_good, found.signatures
    assert found.uncovered == (
        "The signature does not cover the header fields: From, To, Subject, Date and Message-ID could have been "
        "changed on the way.",
    )
    assert found.uncovered_fields == ("From", "To", "Subject", "Date", "Message-ID")
    assert not found.uncovered_parts
    assert not found.outer_differs


def test_no_green_mark_without_trust(authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    found = reading(protected(authority, people, SIGNED), is_trusted=False)
    assert found.signatures[0].intact.is_good
    assert not found.signatures[0].trusted.is_good
    assert not found.is_good


@pytest.mark.parametrize("opaque", [False, True])
def test_signed_and_encrypted(
    opaque: bool, authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read
) -> None:
    octets = protected(authority, people, replace(ENCRYPTED, opaque=opaque))
    found = reading(octets, Keys([people[1]]))
    signed = LayerKind.OPAQUE_SIGNED if opaque else LayerKind.CLEAR_SIGNED
    assert kinds(found) == [LayerKind.ENCRYPTED, signed]
    assert found.is_good
    assert found.is_encrypted
    assert found.layers[0].algorithm == "AES-256-CBC"
    assert found.layers[0].inside is not None
    assert found.layers[0].inside.find(found.layers[1].entity) is not None
    payload = found.layers[1].inside
    assert payload is not None
    assert payload.subject == "Top secret"
    assert found.outer_differs == ()
    assert found.uncovered == (
        "The signature does not cover the header fields: Date and Message-ID could have been changed on the way.",
    )


def test_without_the_key_the_reason_and_the_recipients_are_told(
    authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read
) -> None:
    octets = protected(authority, people, ENCRYPTED)
    for keys in (None, Keys([people[0]])):
        (layer,) = reading(octets, keys).layers
        assert layer.inside is None
        assert f"{people[1].certificate.serial:x}" in layer.recipients[0]
        assert "Import the key it was encrypted to" in layer.trouble
    assert not reading(octets).is_good
    assert reading(octets).uncovered == (), "who knows whether it is signed inside"


def test_encrypted_alone_proves_nothing(authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    found = reading(protected(authority, people, Protection(sign=False, encrypt=True)), Keys([people[1]]))
    assert kinds(found) == [LayerKind.ENCRYPTED]
    assert "not signed" in found.uncovered[0]
    assert not found.is_good


def test_false_fields_outside_are_told(authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    wanted = replace(SIGNED, header_protection=True)
    octets = protected(authority, people, wanted)
    assert reading(octets).outer_differs == ()
    refolded = octets.replace(b"Subject: Top secret", b"Subject: Top\r\n  secret", 1)
    assert reading(refolded).outer_differs == ()
    false = octets.replace(b"Subject: Top secret", b"Subject: Pay now", 1)
    found = reading(false)
    assert found.outer_differs == ("Subject",)
    assert found.is_good, "the signature does not cover it, which is why it is told"
    hidden = protected(authority, people, ENCRYPTED).replace(b"Subject: [...]", b"Subject: Pay now", 1)
    assert reading(hidden, Keys([people[1]])).outer_differs == ("Subject",)


def test_one_changed_octet(authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    octets = protected(authority, people, SIGNED).replace(b"Hello.", b"Hellu.")
    found = reading(octets)
    assert found.signatures[0].intact.verdict is Verdict.BAD
    assert not found.is_good


def test_a_wrong_label_of_the_digest_is_told(
    authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read
) -> None:
    found = reading(protected(authority, people, SIGNED).replace(b"micalg=sha-256", b"micalg=sha-512"))
    assert not found.signatures[0].intact.is_good
    assert "sha-512" in found.signatures[0].intact.sentence


def test_a_footer_stands_outside(authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    signed = protected(authority, people, SIGNED)
    header, _, rest = signed.partition(b"Content-Type: multipart/signed")
    octets = (
        header
        + b'Content-Type: multipart/mixed; boundary="list"\r\n\r\n--list\r\nContent-Type: multipart/signed'
        + rest
        + b"\r\n--list\r\nContent-Type: text/plain\r\n\r\nTo unsubscribe\r\n--list--\r\n"
    )
    root = parse(octets)
    found = reading(root)
    assert kinds(found) == [LayerKind.CLEAR_SIGNED]
    assert found.uncovered_parts == (root.children[1].key,)
    assert "of type text/plain stands outside the signature" in found.uncovered[1]


def test_a_part_beside_the_encryption_stands_outside(
    authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read
) -> None:
    octets = protected(authority, people, Protection(sign=False, encrypt=True))
    header, _, rest = octets.partition(b"Content-Type: application/pkcs7-mime")
    mixed = (
        header
        + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<img src="'
        + b"\r\n--x\r\nContent-Type: application/pkcs7-mime"
        + rest
        + b"\r\n--x--\r\n"
    )
    root = parse(mixed)
    found = reading(root, Keys([people[1]]))
    assert kinds(found) == [LayerKind.ENCRYPTED]
    assert found.uncovered_parts == (root.children[0].key,)
    assert "outside the encryption" in found.uncovered[1]


def test_text_around_and_a_third_part_are_told(
    authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read
) -> None:
    octets = protected(authority, people, SIGNED)
    boundary = parse(octets).content_type.get("boundary").encode()
    end = b"--" + boundary + b"--"
    with_text = octets.replace(b"\r\n\r\n--" + boundary, b"\r\n\r\nLook here\r\n--" + boundary, 1)
    assert "text before or after" in reading(with_text).uncovered[1]
    third = octets.replace(end, b"--" + boundary + b"\r\nContent-Type: text/plain\r\n\r\nadded\r\n" + end)
    found = reading(third)
    assert len(found.uncovered_parts) == 1
    assert "stands outside the signature" in found.uncovered[1]


def test_an_attached_signed_message_is_read_when_it_is_opened(
    authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read
) -> None:
    inner = protected(authority, people, SIGNED)
    message = (
        b"From: ann@example.org\r\nTo: ben@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    )
    assert reading(message).layers == ()
    found = reading(protected(authority, people, SIGNED, message))
    assert kinds(found) == [LayerKind.CLEAR_SIGNED]
    assert found.is_good


def test_signed_twice_by_two_people(authority: "Authority", people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    once = parse(protected(authority, people, SIGNED))
    twice = clear_signed(once, people[1], authority.now, SeededIdentifiers(9))
    found = reading(parse(twice.octets))
    assert kinds(found) == [LayerKind.CLEAR_SIGNED] * 2
    assert [signature.address.is_good for signature in found.signatures] == [False, True]
    assert all(signature.intact.is_good for signature in found.signatures)


def test_too_many_layers_are_not_opened(people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    entity = parse(b"Content-Type: text/plain\r\n\r\nHi\r\n")
    for _ in range(DEEPEST + 2):
        entity = enclosed_message(entity.header.without("Content-Type"), "compressed-data", compressed(entity.octets))
        entity = replace(entity, header=entity.header.without("MIME-Version"))
    found = reading(entity)
    assert len(found.layers) == DEEPEST + 1
    assert f"More than {DEEPEST} layers" in found.layers[-1].trouble


def compressed(content: Octets | bytes, packed: bytes | None = None) -> Octets:
    packed = zlib.compress(bytes(content)) if packed is None else packed
    encapsulated = der.sequence(der.oid("1.2.840.113549.1.7.1"), der.context(0, der.octet_string(packed)))
    algorithm = der.sequence(der.oid("1.2.840.113549.1.9.16.3.8"))
    data = der.sequence(der.integer(0), algorithm, encapsulated)
    return Octets.of(der.sequence(der.oid("1.2.840.113549.1.9.16.1.9"), der.context(0, data)))


def test_compressed_content(people: tuple[KeyPair, KeyPair], reading: Read) -> None:
    content = b"Content-Type: text/plain\r\n\r\n" + b"Hello. " * 100_000
    assert bytes(uncompress(compressed(content), MemoryTarget)) == content
    found = reading(enclosed_message(parse(b"\r\n").header, "compressed-data", compressed(content)))
    assert kinds(found) == [LayerKind.COMPRESSED]
    assert found.layers[0].inside is not None
    assert found.layers[0].inside.text().startswith("Hello. Hello.")


# --- what OpenSSL writes -----------------------------------------------------------------------------------------


def openssl(folder: Path, *arguments: str, **files: bytes) -> bytes:
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    call = ["openssl", "cms", *arguments, "-out", "out"]
    subprocess.run(call, cwd=folder, capture_output=True, check=True, timeout=60)
    return (folder / "out").read_bytes()


OUTER = b"From: ann@example.org\r\nTo: ben@example.org\r\nSubject: x\r\nDate: %s\r\n"


def headed(authority: "Authority", mail: bytes, at: datetime) -> bytes:
    return OUTER.replace(b"%s", at.strftime("%a, %d %b %Y %H:%M:%S +0000").encode()) + mail


@pytest.mark.parametrize("options", [(), ("-stream",), ("-nodetach",), ("-nodetach", "-stream"), ("-keyid",)])
def test_we_read_what_openssl_signs_and_encrypts_and_signs_again(
    options: tuple[str, ...],
    authority: "Authority",
    people: tuple[KeyPair, KeyPair],
    tmp_path: Path,
) -> None:
    ann, ben = people
    chain = ann.chain[0].x509.public_bytes(Encoding.PEM)
    pems = {"ann": authority.pem(ann), "ben": authority.pem(ben), "chain": chain}
    signing = ("-sign", "-crlfeol", "-signer", "ann", "-certfile", "chain", "-in", "content", *options)
    keyid = tuple(option for option in options if option == "-keyid")
    stream = tuple(option for option in options if option == "-stream")
    inner = openssl(tmp_path, *signing, content=b"Content-Type: text/plain\r\n\r\nHello.\r\n", **pems)
    middle = openssl(
        tmp_path, "-encrypt", "-binary", "-aes256", "-in", "content", "-recip", "ben", *keyid, *stream, content=inner
    )
    outer = openssl(tmp_path, *signing, content=middle)
    now = datetime.now(UTC)
    root = parse(headed(authority, outer, now))
    found = read(root, trust=Trust((authority.root,)), now=now, keys=Keys([ben]), into=MemoryTarget)
    signed = LayerKind.OPAQUE_SIGNED if "-nodetach" in options else LayerKind.CLEAR_SIGNED
    assert kinds(found) == [signed, LayerKind.ENCRYPTED, signed]
    assert [layer.trouble for layer in found.layers] == ["", "", ""]
    assert found.signatures[0].intact.is_good, found.signatures
    assert found.signatures[0].trusted.is_good
    assert found.signatures[1].signer.is_good
    assert found.layers[2].inside is not None
    assert "Hello." in found.layers[2].inside.text()


def test_certificates_alone(
    authority: "Authority", people: tuple[KeyPair, KeyPair], tmp_path: Path, reading: Read
) -> None:
    from sescomposer.core.protection.der import context, integer, oid, sequence, set_of

    data = sequence(
        integer(1),
        set_of(()),
        sequence(oid("1.2.840.113549.1.7.1")),
        context(0, people[0].certificate.der),
        set_of(()),
    )
    cms = Octets.of(sequence(oid("1.2.840.113549.1.7.2"), context(0, data)))
    found = reading(enclosed_message(parse(b"\r\n").header, "certs-only", cms))
    assert kinds(found) == [LayerKind.CERTIFICATES]
    assert (found.signatures, found.layers[0].trouble) == ((), "")


# --- malformed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    [
        b"multipart/signed; protocol=application/pkcs7-signature; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--",
        b"multipart/signed; protocol=application/pgp-signature; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--",
        b"multipart/encrypted; protocol=application/pgp-encrypted; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--",
        b"application/pkcs7-mime; smime-type=signed-data\r\n\r\nnonsense",
        b"application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\nMAA=",
        b"application/x-pkcs7-mime\r\n\r\n",
        b"application/octet-stream; name=smime.p7m\r\n\r\n\x30\x80",
    ],
)
def test_what_cannot_be_read_is_told(octets: bytes, reading: Read) -> None:
    found = reading(b"Content-Type: " + octets, Keys())
    assert len(found.layers) == 1
    layer = found.layers[0]
    assert layer.trouble.endswith(".") or layer.signatures[0].intact.sentence.endswith(".")
    assert not found.is_good


@settings(max_examples=150)
@given(data=st.data())
def test_damaged_messages_never_stop_reading(
    data: st.DataObject, damageable: tuple[bytes, ...], authority: "Authority"
) -> None:
    octets = bytearray(data.draw(st.sampled_from(damageable)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(octets) - 1))
        octets[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not octets:
            return
    cms = Octets.of(bytes(octets))
    root = parse(
        b"From: ann@example.org\r\nContent-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + bytes(base64_octets(cms))
    )
    keys = Keys([authority.leaf("ben@example.org", kind="p256", cn="Ben")])
    found = read(root, trust=Trust((authority.root,)), now=authority.now, keys=keys, into=MemoryTarget)
    assert found.layers
    with suppress(ProtectionError):
        uncompress(cms, MemoryTarget)


@pytest.fixture(scope="module")
def damageable(authority: "Authority") -> tuple[bytes, ...]:
    pair = authority.leaf("ann@example.org"), authority.leaf("ben@example.org", kind="p256", cn="Ben")
    opaque = parse(protected(authority, pair, replace(SIGNED, opaque=True))).content
    encrypted = parse(protected(authority, pair, ENCRYPTED)).content
    return bytes(opaque), bytes(encrypted), bytes(compressed(MESSAGE))
