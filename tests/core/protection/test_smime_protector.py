"""Messages sealed with S/MIME, read by OpenSSL person by person, and by our own reading."""

import os
import subprocess
import tracemalloc
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from file_target import FileTarget

from sescomposer.core.entity import Entity
from sescomposer.core.errors import ProtectionError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import EnvelopeOverride, Message, Protection, Road, SendingOptions
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.opening import decrypt, encryption_facts
from sescomposer.core.protection.smime_protector import SmimeProtector
from sescomposer.core.seal import MemoryTarget, Sealed, seal
from sescomposer.core.structure.attachment import Attachment
from sescomposer.core.structure.layout import attach

if TYPE_CHECKING:
    from authority import Authority

MESSAGE = """From: Ann Example <ann@example.org>
To: Ben <ben@example.org>, Cem <cem@example.org>
Cc: Dora <dora@example.org>
Bcc: eve@example.org, Fay <fay@example.org>
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from the office
Date: Sat, 21 Nov 2026 12:00:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe!
""".replace("\n", "\r\n")
SIGNED = Protection(sign=True, encrypt=False)
ENCRYPTED = Protection(sign=True, encrypt=True)


@pytest.fixture
def people(authority: "Authority") -> dict[str, KeyPair]:
    kinds = {"ben": "rsa2048", "cem": "p256", "dora": "rsa2048", "eve": "rsa2048", "fay": "p384"}
    return {
        f"{who}@example.org": authority.leaf(f"{who}@example.org", kind=kind, cn=who) for who, kind in kinds.items()
    }


def protector(people: dict[str, KeyPair], wanted: Protection, signer: KeyPair | None) -> SmimeProtector:
    certificates = {address.upper(): (pair.certificate,) for address, pair in people.items()}
    own = signer.certificate if signer else None
    return SmimeProtector(signer, certificates, own, wanted, os.urandom)


def sealed(
    authority: "Authority", how: SmimeProtector, root: Entity | None = None, rcpt_to: tuple[str, ...] | None = None
) -> tuple[Sealed, ...]:
    message = Message(
        root or parse(MESSAGE.encode()),
        EnvelopeOverride(rcpt_to=rcpt_to),
        SendingOptions(traceable=False),
        how.wanted,
    )
    return seal(message, Road.SES_V2, now=authority.now, ids=SeededIdentifiers(1), into=MemoryTarget, protector=how)


def openssl(folder: Path, *arguments: str, **files: bytes) -> bytes:
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    done = subprocess.run(
        ["openssl", "cms", *arguments, "-out", "out"], cwd=folder, capture_output=True, check=False, timeout=120
    )
    if done.returncode:
        raise ChildProcessError(done.stderr.decode())
    return (folder / "out").read_bytes()


def opened(folder: Path, authority: "Authority", mail: Octets, pair: KeyPair) -> bytes:
    arguments = ("-decrypt", "-binary", "-in", "mail", "-recip", "pem", "-inkey", "pem")
    return openssl(folder, *arguments, mail=bytes(mail), pem=authority.pem(pair))


def verified(folder: Path, authority: "Authority", mail: bytes) -> bytes:
    arguments = (
        "-verify",
        "-in",
        "mail",
        "-CAfile",
        "root",
        "-purpose",
        "smimesign",
        "-verify_email",
        "ann@example.org",
    )
    return openssl(folder, *arguments, mail=mail, root=authority.root_pem)


def test_a_signed_message_is_one_item_for_all(
    authority: "Authority", people: dict[str, KeyPair], tmp_path: Path
) -> None:
    ann = authority.leaf()
    (item,) = sealed(authority, protector(people, SIGNED, ann))
    assert item.envelope.rcpt_to == tuple(people)
    inside = verified(tmp_path, authority, bytes(item.octets))
    assert inside == bytes(item.root.children[0].octets)
    assert b"Gr=C3=BC=C3=9Fe!" in inside
    assert b"Subject" not in inside
    evidence = item.evidence
    assert evidence is not None
    assert (evidence.method, evidence.form, evidence.digest) == ("smime", "detached", "sha-256")
    assert (evidence.signer, evidence.signed_at) == (ann.certificate.fingerprint, authority.now)
    assert evidence.chain == (ann.chain[0].fingerprint,)
    assert evidence.certificates == (ann.certificate.der, ann.chain[0].der)


def test_an_opaque_message_verifies(authority: "Authority", people: dict[str, KeyPair], tmp_path: Path) -> None:
    (item,) = sealed(authority, protector(people, replace(SIGNED, opaque=True), authority.leaf(kind="p256")))
    assert b"Gr=C3=BC=C3=9Fe!" in verified(tmp_path, authority, bytes(item.octets))
    assert item.evidence is not None
    assert item.evidence.form == "opaque"


@pytest.mark.parametrize("opaque", [False, True])
def test_each_person_reads_what_was_signed_and_no_stranger(
    opaque: bool, authority: "Authority", people: dict[str, KeyPair], tmp_path: Path
) -> None:
    ann, stranger = authority.leaf(), authority.leaf("gus@example.org", cn="Gus")
    items = sealed(authority, protector(people, replace(ENCRYPTED, opaque=opaque), ann))
    assert [item.envelope.rcpt_to for item in items] == [
        ("ben@example.org", "cem@example.org", "dora@example.org"),
        ("eve@example.org",),
        ("fay@example.org",),
    ]
    for item in items:
        readers = [people[address] for address in item.envelope.rcpt_to] + [ann]
        contents = {opened(tmp_path, authority, item.octets, reader) for reader in readers}
        assert len(contents) == 1
        assert b"Gr=C3=BC=C3=9Fe!" in verified(tmp_path, authority, contents.pop())
        others = [pair for address, pair in people.items() if address not in item.envelope.rcpt_to]
        for other in (*others, stranger):
            with pytest.raises(ChildProcessError):
                opened(tmp_path, authority, item.octets, other)
        recipients = encryption_facts(item.root.content).recipients
        expected = {f"serial number {reader.certificate.serial:x} of Test Lab CA 1" for reader in readers}
        assert set(recipients) == expected
        assert len(recipients) == len(expected)
        assert item.evidence is not None
        assert item.evidence.form == "signed and encrypted"
        assert {print_ for _, print_ in item.evidence.recipients} == {r.certificate.fingerprint for r in readers}


def test_nothing_of_the_subject_stands_outside(authority: "Authority", people: dict[str, KeyPair]) -> None:
    items = sealed(authority, protector(people, ENCRYPTED, authority.leaf()))
    for item in items:
        assert item.root.subject == "[...]"
        assert b"office" not in bytes(item.octets)
        assert item.root.header.first("Bcc") is None
        assert item.root.header.get("MIME-Version") == "1.0"
    inside = decrypt(items[0].root.content, [people["ben@example.org"]], MemoryTarget)
    payload = parse(inside).children[0]
    assert payload.subject == "Grüße from the office"
    assert payload.content_type.get("hp") == "cipher"
    assert payload.text() == "Subject: Grüße from the office\n\nGrüße!\n"
    assert b"Bcc" not in bytes(inside)


def test_without_header_protection_the_subject_stays(authority: "Authority", people: dict[str, KeyPair]) -> None:
    wanted = replace(ENCRYPTED, header_protection=False)
    item = sealed(authority, protector(people, wanted, authority.leaf()))[0]
    assert item.root.subject == "Grüße from the office"
    inside = parse(decrypt(item.root.content, [people["ben@example.org"]], MemoryTarget))
    assert [field.name for field in inside.children[0].header.fields] == ["Content-Type", "Content-Transfer-Encoding"]


def test_header_protection_of_a_signed_message_changes_nothing_outside(
    authority: "Authority", people: dict[str, KeyPair], tmp_path: Path
) -> None:
    wanted = replace(SIGNED, header_protection=True)
    (item,) = sealed(authority, protector(people, wanted, authority.leaf()))
    inside = verified(tmp_path, authority, bytes(item.octets))
    assert b"\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from the office\r\n" in inside
    assert item.root.subject == "Grüße from the office"
    assert item.root.children[0].content_type.get("hp") == "clear"


def test_encrypted_alone(authority: "Authority", people: dict[str, KeyPair], tmp_path: Path) -> None:
    item = sealed(authority, protector(people, Protection(sign=False, encrypt=True), None))[0]
    content = opened(tmp_path, authority, item.octets, people["ben@example.org"])
    assert content.endswith(b"Gr=C3=BC=C3=9Fe!\r\n")
    assert item.evidence is not None
    assert (item.evidence.form, item.evidence.signer) == ("encrypted", "")


def test_recipients_of_the_envelope_alone_get_a_copy_of_their_own(
    authority: "Authority", people: dict[str, KeyPair]
) -> None:
    how = protector(people, ENCRYPTED, authority.leaf())
    items = sealed(authority, how, rcpt_to=("ben@example.org", "fay@example.org"))
    assert [item.envelope.rcpt_to for item in items] == [("ben@example.org",), ("fay@example.org",)]
    only = sealed(authority, how, rcpt_to=("fay@example.org",))
    assert [item.envelope.rcpt_to for item in only] == [("fay@example.org",)]


def test_a_recipient_without_certificate_stops_all(authority: "Authority", people: dict[str, KeyPair]) -> None:
    del people["cem@example.org"], people["fay@example.org"]
    with pytest.raises(ProtectionError, match=r"for cem@example\.org, fay@example\.org") as caught:
        sealed(authority, protector(people, ENCRYPTED, authority.leaf()))
    assert caught.value.value == ("cem@example.org", "fay@example.org")


def test_never_a_lesser_protection(authority: "Authority", people: dict[str, KeyPair]) -> None:
    with pytest.raises(ProtectionError, match="no key for it"):
        sealed(authority, protector(people, SIGNED, None))
    with pytest.raises(ProtectionError, match="Neither"):
        sealed(authority, protector(people, Protection(sign=False), authority.leaf()))
    with pytest.raises(ProtectionError, match="nobody to encrypt to"):
        sealed(authority, protector(people, ENCRYPTED, authority.leaf()), rcpt_to=())


def test_nothing_secret_is_shown(authority: "Authority", people: dict[str, KeyPair]) -> None:
    shown = repr(protector(people, ENCRYPTED, authority.leaf()))
    assert "random" not in shown
    assert "KeyPair of" in shown


def test_a_large_message_is_not_held(authority: "Authority", people: dict[str, KeyPair], tmp_path: Path) -> None:
    root = attach(
        parse(MESSAGE.encode()),
        Attachment(Octets.of(Random(1).randbytes(1 << 20) * 20), "big.bin"),
        SeededIdentifiers(2),
    )
    how = protector(people, ENCRYPTED, authority.leaf())
    files = iter(range(100))
    ids = SeededIdentifiers(1)
    message = Message(root, EnvelopeOverride(rcpt_to=("ben@example.org",)), SendingOptions(), how.wanted)

    def seal_it(target: Message) -> Sealed:
        return seal(
            target,
            Road.SES_V2,
            now=authority.now,
            ids=ids,
            into=lambda: FileTarget(tmp_path / str(next(files))),
            protector=how,
        )[0]

    seal_it(message.with_root(parse(MESSAGE.encode())))
    tracemalloc.start()
    item = seal_it(message)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20
    inner = opened(tmp_path, authority, item.octets, people["ben@example.org"])
    verified(tmp_path, authority, inner)


def test_certificates_of_one_person_are_all_encrypted_to(authority: "Authority", tmp_path: Path) -> None:
    old = authority.leaf("ben@example.org", cn="ben")
    new = authority.leaf("ben@example.org", cn="ben", depth=2)
    certificates: dict[str, tuple[Certificate, ...]] = {"ben@example.org": (new.certificate, old.certificate)}
    how = SmimeProtector(authority.leaf(), certificates, None, ENCRYPTED, os.urandom)
    (item,) = sealed(authority, how, rcpt_to=("ben@example.org",))
    for pair in (old, new):
        opened(tmp_path, authority, item.octets, pair)
