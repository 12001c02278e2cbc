"""OpenPGP/MIME as written: the octets of what is signed, read by the standard library's email."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity
from sescomposer.core.errors import ProtectionError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.openpgp.pgp_mime import pgp_encrypted, pgp_signed, with_crlf
from sescomposer.core.protection.protected_entity import entity_to_sign

_ARMOR = b"-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n"


def _message(text: str) -> Entity:
    ids = SeededIdentifiers(7)
    return compose(from_="ann@example.org", to="bob@example.org", subject="Grüße", text=text, ids=ids).root


def _read(root: Entity) -> EmailMessage:
    read = email.message_from_bytes(bytes(root.octets), policy=email.policy.SMTP)
    assert isinstance(read, EmailMessage)
    return read


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_signed_octets_stand_in_the_message_as_they_were_signed(text: str) -> None:
    seen: list[bytes] = []

    def sign(octets: Octets) -> tuple[bytes, str]:
        seen.append(bytes(octets))
        return _ARMOR, "sha256"

    message = _message(text.rstrip() + "ü")
    root = pgp_signed(message, sign, SeededIdentifiers(1))
    octets = bytes(root.octets)
    boundary = root.content_type.get("boundary").encode()
    first, second = octets.split(b"--" + boundary + b"\r\n")[1:]
    assert first == seen[0] + b"\r\n"
    assert second.endswith(b"-----END PGP SIGNATURE-----\r\n\r\n--" + boundary + b"--\r\n")
    assert bytes(parse(octets).children[0].octets) == seen[0]
    assert b"\n" not in octets.replace(b"\r\n", b"")


def test_signed_structure_read_by_another_reader() -> None:
    read = _read(pgp_signed(_message("Grüße"), lambda octets: (_ARMOR, "sha512"), SeededIdentifiers(1)))
    assert read.get_content_type() == "multipart/signed"
    assert dict(read["Content-Type"].params) | {"boundary": ""} == {
        "protocol": "application/pgp-signature",
        "micalg": "pgp-sha512",
        "boundary": "",
    }
    body, signature = read.iter_parts()
    assert body.get_content_type() == "text/plain"
    assert signature.get_content_type() == "application/pgp-signature"
    assert signature.get_filename() == "signature.asc"
    assert (read["Subject"], read["To"], len(read.get_all("MIME-Version") or [])) == ("Grüße", "bob@example.org", 1)


def test_encrypted_structure_read_by_another_reader() -> None:
    seen: list[bytes] = []
    message = _message("Grüße")

    def encrypt(octets: Octets) -> bytes:
        seen.append(bytes(octets))
        return b"armored\n"

    root = pgp_encrypted(message, encrypt, SeededIdentifiers(1))
    read = _read(root)
    assert read.get_content_type() == "multipart/encrypted"
    assert read["Content-Type"].params["protocol"] == "application/pgp-encrypted"
    version, content = read.iter_parts()
    assert (version.get_content_type(), version.get_payload(decode=True)) == (
        "application/pgp-encrypted",
        b"Version: 1\r\n",
    )
    assert (content.get_content_type(), content.get_filename()) == ("application/octet-stream", "encrypted.asc")
    assert content.get_payload(decode=True) == b"armored\r\n"
    assert seen == [bytes(entity_to_sign(message).octets)]
    assert "Grüße" not in str(content)


@pytest.mark.parametrize(
    "body", [b"Gr\xc3\xbc\xc3\x9fe\r\n", b"blank \r\n", b"From me\r\n", b"x" * 999 + b"\r\n", b"bare\nline\r\n"]
)
def test_what_would_be_changed_on_the_way_is_not_signed(body: bytes) -> None:
    root = parse(b"From: a@b.example\r\nContent-Type: text/plain\r\n\r\n" + body)
    with pytest.raises(ProtectionError, match="cannot be signed as it is") as caught:
        pgp_signed(root, lambda octets: (_ARMOR, "sha512"), SeededIdentifiers(1))
    assert caught.value.position >= 0
    assert caught.value.hint


def test_a_boundary_inside_is_not_taken() -> None:
    ids = SeededIdentifiers(3)
    taken = f"=_{SeededIdentifiers(3).token()}"
    root = pgp_signed(parse(b"Subject: a\r\n\r\n--" + taken.encode() + b"\r\n"), lambda octets: (_ARMOR, "sha512"), ids)
    assert root.content_type.get("boundary") != taken


@given(st.binary(max_size=100))
def test_armor_gets_crlf_once(text: bytes) -> None:
    made = with_crlf(text)
    assert made.endswith(b"\r\n")
    assert b"\n" not in made.replace(b"\r\n", b"")
    assert with_crlf(made) == made
