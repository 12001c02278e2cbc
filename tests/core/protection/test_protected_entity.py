"""What goes inside a signature and what stays outside."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header


def cut(octets: bytes) -> tuple[bytes, bytes]:
    root = parse(octets)
    return bytes(outer_header(root).octets), bytes(entity_to_sign(root).octets)


def test_content_fields_go_inside_as_they_stand() -> None:
    outside, inside = cut(
        b"From: a@b.example\r\nMIME-Version: 1.0\r\ncontent-type:  text/plain;\r\n\tcharset=utf-8\r\nSubject: x\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\nmime-version: 1.0\r\n\r\nHi\r\n"
    )
    assert outside == b"From: a@b.example\r\nMIME-Version: 1.0\r\nSubject: x\r\n"
    assert inside == (
        b"content-type:  text/plain;\r\n\tcharset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHi\r\n"
    )


def test_a_leaf_declares_its_type_and_encoding() -> None:
    outside, inside = cut(b"From: a@b.example\r\n\r\nHi")
    assert outside == b"From: a@b.example\r\nMIME-Version: 1.0\r\n"
    assert inside == (b"Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHi\r\n")


@pytest.mark.parametrize(
    "tail",
    [
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b--",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi",
        b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nHi",
        b"Content-Type: message/rfc822\r\n\r\nSubject: x",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHi",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit",
    ],
)
def test_the_last_line_has_its_end(tail: bytes) -> None:
    _, inside = cut(b"To: a@b.example\r\n" + tail)
    assert inside.startswith(tail)
    assert inside.endswith(b"\r\n")
    assert len(inside) <= len(tail) + 4


def test_an_empty_body_stays_empty() -> None:
    _, inside = cut(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n")
    assert inside == b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"


def test_octets_are_shared() -> None:
    content = Octets.of(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + b"Hi\r\n" * 100_000 + b"--b--\r\n"
    )
    root = parse(content)
    inside = entity_to_sign(root)
    assert inside.children == root.children
    assert inside.octets.equals(content)


def test_fields_that_are_not_told_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from sescomposer.core import limits

    monkeypatch.setattr(limits, "HEADER_FIELDS", 3)
    with pytest.raises(ProtectionError, match="more than 3 fields"):
        entity_to_sign(parse(b"A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nContent-Type: text/html\r\n\r\nHi\r\n"))


names = st.sampled_from(["From", "Subject", "content-type", "Content-ID", "MIME-Version", "X-Content-Y"])


@settings(max_examples=80)
@given(
    st.lists(st.tuples(names, st.sampled_from(["a", "text/plain", "b\r\n c"])), max_size=8), st.sampled_from(["", "Hi"])
)
def test_every_field_is_on_one_side_in_its_order(fields: list[tuple[str, str]], body: str) -> None:
    octets = "".join(f"{name}: {value}\r\n" for name, value in fields).encode() + b"\r\n" + body.encode()
    outside, inside = cut(octets)
    own = [f"{name}: {value}\r\n".encode() for name, value in fields if name.lower().startswith("content-")]
    header = inside.partition(b"\r\n\r\n")[0] + b"\r\n"
    assert b"".join(own) in header
    assert b"content-" not in outside.lower().replace(b"x-content-y", b"")
    assert outside.count(b"MIME-Version") == 1
