"""A message protected with OpenPGP/MIME as sealing asks for it: who can open which copy, and what others say of it."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sescomposer.core.compose import compose
from sescomposer.core.errors import KeyGoneError, ProtectionError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import Message, Method, Protection, Road
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.header_protection import protected_fields
from sescomposer.core.seal import MemoryTarget, Sealed, seal
from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.services.account import Secret
from sescomposer.services.protection.pgp_protector import PgpProtector

if TYPE_CHECKING:
    from pgp_lab import GpgHome, PgpKey, PgpLab

LIBRARY = SequoiaOpenPgp()
SIGN = Protection(sign=True, method=Method.OPENPGP)
ENCRYPT = Protection(encrypt=True, method=Method.OPENPGP)
BOTH = Protection(sign=True, encrypt=True, method=Method.OPENPGP)


def _message(**more: str) -> Message:
    fields = {"to": "bob@example.org", "cc": "", "bcc": ""} | more
    return compose(
        from_="ann@example.org",
        to=fields["to"],
        cc=fields["cc"],
        bcc=fields["bcc"],
        subject="Grüße aus Bonn",
        text="Grüße,\n\nFrom Ann\n",
        ids=SeededIdentifiers(1),
    )


def _sealed(message: Message, protector: PgpProtector) -> tuple[Sealed, ...]:
    return seal(
        message,
        Road.SES_V2,
        now=datetime.now(UTC),
        ids=SeededIdentifiers(2),
        into=MemoryTarget,
        protector=protector,
    )


def _protector(key: "PgpKey", wanted: Protection, **people: "PgpKey") -> PgpProtector:
    recipients = {f"{name}@example.org": (person.public,) for name, person in people.items()}
    signer = key.own if wanted.sign else None
    return PgpProtector(LIBRARY, signer, recipients, key.public, wanted)


def _armored(sealed: Sealed) -> bytes:
    return bytes(sealed.root.children[1].content)


@pytest.mark.parametrize("kind", ["ed25519", "rsa2048"])
def test_gnupg_verifies_the_sealed_octets(pgp_lab: "PgpLab", gpg_home: "GpgHome", tmp_path: Path, kind: str) -> None:
    key = pgp_lab.key(kind)
    (sealed,) = _sealed(_message(), _protector(key, SIGN))
    gpg_home.take(key.public)
    # The parts as bytes between the boundaries: no library in between.
    boundary = sealed.root.content_type.get("boundary").encode()
    first, second = bytes(sealed.octets).split(b"--" + boundary + b"\r\n")[1:]
    (tmp_path / "E").write_bytes(first.removesuffix(b"\r\n"))
    (tmp_path / "S").write_bytes(second.split(b"\r\n\r\n", 1)[1].split(b"\r\n--" + boundary)[0])
    statuses = gpg_home.statuses("--verify", str(tmp_path / "S"), str(tmp_path / "E"))
    assert any(line.startswith("GOODSIG") for line in statuses)
    assert any(line.startswith("VALIDSIG") and line.split()[-1].lower() == key.entry.fingerprint for line in statuses)
    listed = gpg_home.run("--list-packets", str(tmp_path / "S")).stdout.decode()
    digests = {"8": "pgp-sha256", "9": "pgp-sha384", "10": "pgp-sha512"}
    assert digests[re.findall(r"digest algo (\d+)", listed)[0]] == sealed.root.content_type.get("micalg")

    evidence = sealed.evidence
    assert evidence is not None
    assert (evidence.method, evidence.form, evidence.signer) == ("openpgp", "detached", key.entry.fingerprint)
    assert evidence.digest in ("sha-256", "sha-512")
    assert sealed.root.subject == "Grüße aus Bonn"


def test_one_copy_for_those_who_are_seen_and_one_for_each_other(pgp_lab: "PgpLab") -> None:
    ann = pgp_lab.key()
    people = {name: pgp_lab.key("p256", f"{name}@example.org") for name in ("bob", "cid", "dan", "eve")}
    message = _message(cc="cid@example.org", bcc="dan@example.org, eve@example.org")
    items = _sealed(message, _protector(ann, BOTH, **people))
    assert [item.envelope.rcpt_to for item in items] == [
        ("bob@example.org", "cid@example.org"),
        ("dan@example.org",),
        ("eve@example.org",),
    ]
    for item in items:
        readers = {name for name, key in people.items() if _opens(item, key)}
        assert {f"{name}@example.org" for name in readers} == set(item.envelope.rcpt_to)
        content, (found,) = LIBRARY.decrypt(_armored(item), (ann.own,), (ann.public,))
        assert found.is_intact
        assert "Grüße" in parse(content).text()
        assert b"Bcc" not in bytes(item.octets)
        assert item.evidence is not None
        named = [address for address, _ in item.evidence.recipients]
        assert named == [*item.envelope.rcpt_to, "ann@example.org"]
        assert (item.evidence.form, item.evidence.signer) == ("signed and encrypted", ann.entry.fingerprint)


def _opens(item: Sealed, key: "PgpKey") -> bool:
    try:
        LIBRARY.decrypt(_armored(item), (key.own,), ())
    except KeyGoneError:
        return False
    return True


def test_subject_is_hidden_outside_and_stands_inside(pgp_lab: "PgpLab", gpg_home: "GpgHome") -> None:
    ann, bob = pgp_lab.key(), pgp_lab.gnupg_key("ed25519", "bob@example.org")
    (item,) = _sealed(_message(), _protector(ann, BOTH, bob=bob))
    read = email.message_from_bytes(bytes(item.octets), policy=email.policy.default)
    assert read["Subject"] == "[...]"
    assert "Bonn" not in bytes(item.octets).decode()
    gpg_home.take(bob.secret)
    gpg_home.take(ann.public)
    opened = gpg_home.run("--decrypt", given=_armored(item), passphrase="grüße, secret")
    assert b"GOODSIG" in opened.stderr
    inside = parse(opened.stdout)
    protected = protected_fields(inside)
    assert protected is not None
    assert (protected.scheme, protected.all("Subject")) == ("cipher", ("Grüße aus Bonn",))
    assert inside.content_type.get("protected-headers") == "v1"
    assert b"\r\nFrom Ann" in opened.stdout or b"=46rom" in opened.stdout or inside.text().count("From Ann") == 1


def test_header_protection_of_signed_mail_is_by_choice(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    (plain,) = _sealed(_message(), _protector(key, SIGN))
    assert protected_fields(plain.root.children[0]) is None
    (item,) = _sealed(_message(), _protector(key, replace(SIGN, header_protection=True)))
    protected = protected_fields(item.root.children[0])
    assert protected is not None
    assert (protected.scheme, protected.all("Subject")) == ("clear", ("Grüße aus Bonn",))
    assert item.root.subject == "Grüße aus Bonn"
    signature = _armored(item)
    assert LIBRARY.verify(item.root.children[0].octets, signature, (key.public,))[0].is_intact


def test_autocrypt_by_choice(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    (plain,) = _sealed(_message(), _protector(key, SIGN))
    assert plain.root.header.first("Autocrypt") is None
    (item,) = _sealed(_message(), _protector(key, replace(SIGN, autocrypt=True)))
    assert item.root.header.get("Autocrypt").startswith("addr=ann@example.org; keydata=")
    assert item.root.header.get("MIME-Version") == "1.0"
    written = _message()
    header = written.root.header.with_field("Autocrypt", b"Autocrypt: addr=mine; keydata=QQ==\r\n")
    (kept,) = _sealed(
        replace(written, root=replace(written.root, header=header)), _protector(key, replace(SIGN, autocrypt=True))
    )
    assert kept.root.header.get("Autocrypt") == "addr=mine; keydata=QQ=="


def test_encrypted_without_a_signature(pgp_lab: "PgpLab") -> None:
    ann, bob = pgp_lab.key(), pgp_lab.key("p256", "BOB@example.org")
    protector = PgpProtector(LIBRARY, None, {"BOB@Example.org": (bob.public,)}, None, ENCRYPT)
    (item,) = _sealed(_message(), protector)
    assert LIBRARY.decrypt(_armored(item), (bob.own,), (ann.public,))[1] == ()
    assert item.evidence is not None
    assert (item.evidence.form, item.evidence.signer, item.evidence.signed_at) == ("encrypted", "", None)


def test_never_a_lesser_protection(pgp_lab: "PgpLab") -> None:
    ann, bob = pgp_lab.key(), pgp_lab.key("p256", "bob@example.org")
    without = PgpProtector(LIBRARY, None, {}, None, SIGN)
    wrong = PgpProtector(
        LIBRARY, (ann.entry, ann.secret, Secret("wrong")), {"bob@example.org": (bob.public,)}, None, BOTH
    )
    cases = [
        (_protector(ann, Protection(method=Method.OPENPGP)), _message(), "Neither"),
        (without, _message(), "no key for it"),
        (wrong, _message(), "wrong"),
        (
            _protector(ann, BOTH, bob=bob),
            _message(cc="cid@example.org"),
            "no OpenPGP key to encrypt to for cid@example.org",
        ),
        (_protector(ann, BOTH, bob=bob), _message(to=""), "nobody to encrypt to"),
        (
            _protector(ann, SIGN),
            Message(parse(b"From: ann@example.org\r\n\r\nblank \r\n")),
            "cannot be signed as it is",
        ),
    ]
    for protector, message, words in cases:
        with pytest.raises(ProtectionError, match=words) as caught:
            _sealed(message, protector)
        assert caught.value.hint


def test_nothing_secret_is_shown(pgp_lab: "PgpLab") -> None:
    protector = _protector(pgp_lab.key(), SIGN)
    assert repr(protector) == "<PgpProtector for 0 recipients>"


def test_large_message_is_not_copied_into_the_tree(pgp_lab: "PgpLab") -> None:
    key = pgp_lab.key()
    head = b"From: ann@example.org\r\nTo: bob@example.org\r\nContent-Type: text/plain\r\n\r\n"
    body = b"0123456789" * 7 + b"\r\n"
    root = parse(Octets.of(head + body * 80000))
    (item,) = _sealed(Message(root), _protector(key, SIGN))
    assert LIBRARY.verify(item.root.children[0].octets, _armored(item), (key.public,))[0].is_intact
