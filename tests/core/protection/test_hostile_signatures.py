"""Signatures and files made to deceive or to keep us busy."""

import hashlib
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from sescomposer.core.errors import CertificateError, ProtectionError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.parse import parse
from sescomposer.core.protection import ber, der
from sescomposer.core.protection.certificates.certificate import comparable
from sescomposer.core.protection.certificates.certificate_files import read_certificates
from sescomposer.core.protection.certificates.key_files import read_key_pair
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.content_key import content_key
from sescomposer.core.protection.decrypted import decrypted
from sescomposer.core.protection.envelope_reading import read_enveloped
from sescomposer.core.protection.enveloping import encrypt
from sescomposer.core.protection.facts import LayerKind, SignatureFacts, Verdict
from sescomposer.core.protection.issuer_and_serial import issuer_and_serial
from sescomposer.core.protection.layers import Surroundings, opened
from sescomposer.core.protection.message_facts import address_fact, time_fact
from sescomposer.core.protection.opening import decrypt, encryption_facts
from sescomposer.core.protection.reading import read
from sescomposer.core.protection.signing import clear_signed
from sescomposer.core.protection.uncompressing import LARGEST_OCTETS, uncompress
from sescomposer.core.protection.verifying import verify_detached
from sescomposer.core.seal import MemoryTarget

if TYPE_CHECKING:
    from authority import Authority

Costs = Callable[[float, Callable[[], object], Callable[[], object]], None]

BODY = b"Content-Type: text/plain\r\n\r\nGood day.\r\n"
ROOT = parse(b"From: ann@example.org\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n" + BODY)
DATA, SHA_256, RSA = "1.2.840.113549.1.7.1", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"
RSA_SHA_1, PSS = "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.10"


def attributes(authority: "Authority") -> list[bytes]:
    values = (
        ("1.2.840.113549.1.9.3", der.oid(DATA)),
        ("1.2.840.113549.1.9.4", der.octet_string(hashlib.sha256(BODY).digest())),
        ("1.2.840.113549.1.9.5", der.time(authority.now)),
    )
    return [der.sequence(der.oid(kind), der.set_of((value,))) for kind, value in values]


def signature_by(
    authority: "Authority",
    algorithm: bytes,
    digest: hashes.HashAlgorithm,
    how: padding.AsymmetricPadding | None = None,
    *,
    leave_out: bool = False,
) -> bytes:
    """Sign Ann's attributes; SHA-256 is named as the digest of the content, whatever the key signs."""
    pair = authority.leaf()
    held = attributes(authority)
    made = pair.key.sign(der.set_of(held), how or padding.PKCS1v15(), digest)  # type: ignore[call-arg,arg-type]
    info = der.sequence(
        der.integer(1),
        issuer_and_serial(pair.certificate),
        der.sequence(der.oid(SHA_256)),
        *(() if leave_out else (der.set_of(held, tag=0xA0),)),
        algorithm,
        der.octet_string(made),
    )
    certificates = b"".join(item.der for item in (pair.certificate, *pair.chain))
    around = (der.integer(1), der.set_of(()), der.sequence(der.oid(DATA)), der.tlv(0xA0, certificates))
    inner = der.sequence(*around, der.tlv(0x31, info))
    return der.sequence(der.oid("1.2.840.113549.1.7.2"), der.context(0, inner))


def verified(authority: "Authority", signature: bytes, content: bytes = BODY) -> SignatureFacts:
    (facts,) = verify_detached(
        Octets.of(content), Octets.of(signature), root=ROOT, trust=Trust((authority.root,)), now=authority.now
    )
    return facts


def test_a_signature_made_as_they_all_are_is_good(authority: "Authority") -> None:
    plain = signature_by(authority, der.sequence(der.oid(RSA), der.null()), hashes.SHA256())
    assert verified(authority, plain).is_good


@pytest.mark.parametrize("form", ["sha1WithRSA", "PSS without parameters"])
def test_a_weak_digest_behind_a_strong_one(authority: "Authority", form: str) -> None:
    """The content is hashed with SHA-256, but what the key signed only with SHA-1."""
    if form == "PSS without parameters":
        how = padding.PSS(padding.MGF1(hashes.SHA1()), 20)
        weak = signature_by(authority, der.sequence(der.oid(PSS), der.sequence()), hashes.SHA1(), how)
    else:
        weak = signature_by(authority, der.sequence(der.oid(RSA_SHA_1), der.null()), hashes.SHA1())
    facts = verified(authority, weak)
    assert facts.intact.verdict is Verdict.UNKNOWN
    assert "SHA-1 can be forged" in facts.intact.sentence


@pytest.mark.parametrize("salt", [1 << 40, 1 << 200])
def test_a_salt_of_any_length_is_no_crash(authority: "Authority", salt: int) -> None:
    odd = der.sequence(der.oid(PSS), der.sequence(der.context(2, der.integer(salt))))
    facts = verified(authority, signature_by(authority, odd, hashes.SHA256()))
    assert facts.intact.verdict is Verdict.UNKNOWN


def test_the_attributes_of_a_signature_are_no_message(authority: "Authority") -> None:
    """Who leaves the attributes out and sends them as the content has a signature of the owner over that."""
    cut = signature_by(authority, der.sequence(der.oid(RSA), der.null()), hashes.SHA256(), leave_out=True)
    facts = verified(authority, cut, der.set_of(attributes(authority)))
    assert facts.intact.verdict is Verdict.UNKNOWN
    assert "inside of another signature" in facts.intact.sentence


def test_what_stands_in_for_a_damaged_content_key_is_known_to_nobody(authority: "Authority") -> None:
    """Else content that others encrypt with it would open where the padding is wrong, and only there."""
    ann, eve = authority.leaf(), authority.leaf("eve@example.org")
    cms = encrypt(Octets.of(BODY), [ann.certificate], lambda count: bytes(range(count)), MemoryTarget)
    (info,) = read_enveloped(cms).recipients
    damaged = type(info)(info.issuer, info.serial, info.key_id, info.algorithm, bytes(256))
    made = {content_key(damaged, pair, 32) for pair in (ann, eve)}
    assert len(made) == 2
    assert hashlib.shake_256(bytes(256)).digest(32) not in made
    assert content_key(damaged, ann, 32) in made
    with pytest.raises(ProtectionError, match="damaged, or was encrypted wrongly"):
        decrypt(Octets.of(bytes(cms).replace(info.encrypted_key, bytes(256))), [ann], MemoryTarget)


def test_base64_with_blanks_is_read_in_time_like_its_size(authority: "Authority", costs_at_most: Costs) -> None:
    def refused(blanks: int) -> None:
        with pytest.raises(CertificateError):
            read_certificates(b"M" + b" " * blanks + b"!")

    costs_at_most(40, lambda: refused(200_000), lambda: refused(20_000))


def compressed(data: bytes) -> bytes:
    inner = der.sequence(der.oid(DATA), der.context(0, der.octet_string(data)))
    packed = der.sequence(der.integer(0), der.sequence(der.oid("1.2.840.113549.1.9.16.3.8")), inner)
    return der.sequence(der.oid("1.2.840.113549.1.9.16.1.9"), der.context(0, packed))


def test_octets_behind_compressed_content_cost_nothing(costs_at_most: Costs) -> None:
    def file(behind: int) -> Octets:
        return Octets.of(compressed(zlib.compress(b"Tea") + bytes(behind)))

    large, small = file(40 << 20), file(4 << 20)
    assert bytes(uncompress(large, MemoryTarget)) == b"Tea"
    costs_at_most(40, lambda: uncompress(large, MemoryTarget), lambda: uncompress(small, MemoryTarget))


def test_many_bombs_in_one_message_have_room_for_one(authority: "Authority") -> None:
    """What they hold is counted over all layers."""
    part = parse(b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n")
    bomb = base64_octets(Octets.of(compressed(zlib.compress(bytes(1 << 20)))))
    part = parse(Octets.join((part.octets, bomb)))
    around = Surroundings(part, Trust(()), authority.now, None, MemoryTarget)
    assert around.room.octets == LARGEST_OCTETS
    around.room.octets = 5 << 19
    layers = [opened(part, LayerKind.COMPRESSED, around) for _ in range(4)]
    assert ["more than 256 MiB" in layer.trouble for layer in layers] == [False, False, True, True]


def signed_letter(authority: "Authority", author: bytes = b"Ann <ann@example.org>") -> bytes:
    root = parse(b"From: " + author + b"\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n" + BODY)
    return bytes(clear_signed(root, authority.leaf(), authority.now, SeededIdentifiers(1)).octets)


def uncovered(authority: "Authority", octets: bytes) -> str:
    reading = read(parse(octets), trust=Trust((authority.root,)), now=authority.now, into=MemoryTarget)
    assert reading.is_good
    return " ".join(reading.uncovered)


def test_text_behind_any_number_of_blanks_is_told(authority: "Authority") -> None:
    assert "text before or after" not in uncovered(authority, signed_letter(authority) + b" \r\n" * 50_000)
    assert "text before or after" in uncovered(authority, signed_letter(authority) + b" \r\n" * 50_000 + b"Pay!\r\n")


def test_a_second_type_of_content_is_told(authority: "Authority") -> None:
    """Some programs take the last of two fields: to them the message is another one."""
    twice = signed_letter(authority).replace(b"\r\n\r\n", b"\r\nContent-Type: text/html\r\n\r\n", 1)
    assert "more than once" in uncovered(authority, twice)
    assert "more than once" not in uncovered(authority, signed_letter(authority))


@pytest.mark.parametrize(
    "author, is_false",
    [
        (b'"boss@bank.example" <ann@example.org>', True),
        (b"=?utf-8?q?boss=40bank=2Eexample?= <ann@example.org>", True),
        (b'"Boss (boss@bank.example)" <ann@example.org>', True),
        (b'"Ann@EXAMPLE.org" <ann@example.org>', False),
        (b'"Ann @ work" <ann@example.org>', False),
    ],
)
def test_a_name_that_is_the_address_of_another_is_told(authority: "Authority", author: bytes, is_false: bool) -> None:
    assert ("another address" in uncovered(authority, signed_letter(authority, author))) is is_false


@pytest.mark.parametrize(
    "written, same", [("KATE@example.org", True), ("\N{KELVIN SIGN}ate@example.org", False), ("kate@EXAMPLE.ORG", True)]
)
def test_a_sign_that_looks_like_a_letter_is_another_address(written: str, same: bool) -> None:
    assert (comparable(written) == comparable("kate@example.org")) is same


def pfx(*contents: bytes, mac: bytes = b"") -> bytes:
    safe = der.sequence(der.oid(DATA), der.context(0, der.octet_string(der.sequence(*contents))))
    return der.sequence(der.integer(3), safe, *([mac] if mac else []))


def derivation(rounds: int) -> bytes:
    parameters = der.sequence(der.octet_string(bytes(8)), der.integer(rounds), der.integer(32))
    return der.sequence(der.oid("1.2.840.113549.1.5.12"), parameters)


def shrouded(key_derivation: bytes) -> bytes:
    """Give a bag with a key under PBES2, in a collection of bags."""
    cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.42"), der.octet_string(bytes(16)))
    scheme = der.sequence(der.oid("1.2.840.113549.1.5.13"), der.sequence(key_derivation, cipher))
    key = der.sequence(scheme, der.octet_string(bytes(160)))
    return der.sequence(der.sequence(der.oid("1.2.840.113549.1.12.10.1.2"), der.context(0, key)))


def content(bags: bytes) -> bytes:
    return der.sequence(der.oid(DATA), der.context(0, der.octet_string(bags)))


def slow_files() -> dict[str, bytes]:
    nested = der.sequence(
        der.sequence(der.oid("1.2.840.113549.1.12.10.1.6"), der.context(0, shrouded(derivation(10**7))))
    )
    scheme = der.sequence(derivation(10**7), der.sequence(der.oid("1.2.840.113549.2.9"), der.null()))
    digest = der.sequence(der.sequence(der.oid("1.2.840.113549.1.5.14"), scheme), der.octet_string(bytes(32)))
    steps = der.sequence(der.octet_string(bytes(8)), der.integer(16384), der.integer(8), der.integer(10_000))
    damaged = der.sequence(der.sequence(der.integer(1)))
    return {
        "plain": pfx(content(shrouded(derivation(10**7)))),
        "bags in bags": pfx(content(nested)),
        "many": pfx(*[content(shrouded(derivation(10**6)))] * 10),
        "behind damage": pfx(content(damaged), content(shrouded(derivation(10**7)))),
        "PBMAC1": pfx(mac=der.sequence(digest, der.octet_string(bytes(8)), der.integer(1))),
        "scrypt": pfx(content(shrouded(der.sequence(der.oid("1.3.6.1.4.1.11591.4.11"), steps)))),
        "less than none": pfx(content(shrouded(derivation(-(10**8)))), content(shrouded(derivation(10**7)))),
        "a number without end": pfx(content(shrouded(derivation(1 << 40_000)))),
    }


@pytest.mark.parametrize("name", slow_files())
def test_a_key_that_wants_minutes_to_be_opened_is_refused(name: str) -> None:
    with pytest.raises(CertificateError, match="rounds of work"):
        read_key_pair(slow_files()[name], b"secret")


def test_a_file_of_countless_keys_is_refused(authority: "Authority") -> None:
    key = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
    with pytest.raises(CertificateError, match="11 private keys"):
        read_key_pair(key * 11 + authority.pem(authority.leaf()).partition(b"-----END PRIVATE KEY-----")[2], b"secret")


def test_the_last_hour_of_all_years_is_no_crash(authority: "Authority") -> None:
    root = parse(b"From: ann@example.org\r\nDate: Fri, 31 Dec 9999 23:59:59 -2359\r\n\r\n")
    assert time_fact(root, authority.now, authority.now).verdict is Verdict.UNKNOWN


def test_content_in_very_many_pieces_is_read(authority: "Authority", costs_at_most: Costs) -> None:
    """Some programs write pieces of 1,000 octets, each value around them without a length."""
    piece = der.octet_string(bytes(1000))

    def nested(pieces: int) -> bytes:
        value = b"\x24\x80" + piece * pieces + b"\0\0"
        for _ in range(6):
            value = b"\x30\x80" + value + b"\0\0"
        return value

    def length(octets: bytes) -> int:
        value = ber.read(Octets.of(octets))
        while value.tag == ber.SEQUENCE:
            (value,) = value.children()
        return len(value.octets())

    large, small = nested(45_000), nested(4_500)
    assert length(large) == 45_000_000
    costs_at_most(40, lambda: length(large), lambda: length(small))


def test_fields_that_servers_obey_do_not_come_out_of_encryption() -> None:
    root = parse(b"From: eve@example.org\r\nTo: ann@example.org\r\nSubject: [...]\r\n\r\n")
    hostile = b"Bcc: all@example.org\r\nX-SES-CONFIGURATION-SET: x\r\nReturn-Path: <x@example.org>\r\nReceived: x\r\n"
    inside = parse(b"Content-Type: text/plain; hp=cipher\r\nSubject: Tea\r\n" + hostile + b"\r\nHi\r\n")
    names = [field.name for field in decrypted(root, inside).header.fields]
    assert names == ["From", "To", "Subject", "MIME-Version", "Content-Type"]


def test_sentences_stay_short_whatever_a_certificate_holds() -> None:
    fact = address_fact(ROOT, [f"a{number}@example.net" for number in range(20_000)])
    assert fact.verdict is Verdict.BAD
    assert "and 19,995 more" in fact.sentence
    assert len(fact.sentence) < 250


def test_a_serial_number_without_end_is_cut(authority: "Authority") -> None:
    cms = bytes(encrypt(Octets.of(BODY), [authority.leaf().certificate], lambda count: bytes(count), MemoryTarget))
    (info,) = read_enveloped(Octets.of(cms)).recipients
    certificate = der.sequence(info.issuer, der.tlv(2, bytes(range(1, 250)) * 100))
    recipient = der.sequence(
        *(der.integer(0), certificate, der.sequence(der.oid(RSA), der.null()), der.octet_string(info.encrypted_key))
    )
    cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.42"), der.octet_string(bytes(16)))
    content = der.sequence(der.oid(DATA), cipher, der.tlv(0x80, bytes(32)))
    inner = der.sequence(der.integer(0), der.tlv(0x31, recipient), content)
    facts = encryption_facts(Octets.of(der.sequence(der.oid("1.2.840.113549.1.7.3"), der.context(0, inner))))
    assert len(facts.recipients[0]) < 100
