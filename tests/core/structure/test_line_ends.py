"""CRLF for whole messages."""

import re

import hypothesis.strategies as st
from hypothesis import given, settings

from sescomposer.core import SeededIdentifiers, parse
from sescomposer.core.structure import normalise_line_ends, with_text


@given(
    octets=st.lists(
        st.sampled_from([b"a", b"\n", b"\r\n", b"--b", b": ", b"\r", b"Content-Type: multipart/mixed; boundary=b"])
    ).map(b"".join)
)
@settings(max_examples=100, deadline=None)
def test_every_lf_gets_its_cr_and_nothing_else_changes(octets: bytes) -> None:
    root = parse(octets)
    turned = bytes(normalise_line_ends(root).octets)
    if b"\n" in octets:
        assert turned == re.sub(rb"\r?\n", b"\r\n", octets)
    else:
        assert turned == octets.replace(b"\r", b"\r\n")
    assert normalise_line_ends(root) is normalise_line_ends(root)


def test_a_long_body_is_turned_across_chunks() -> None:
    for body in (b"x" * 65535 + b"\r\n" + b"y" * 65535 + b"\n", b"\r\n" * 70000 + b"\n"):
        root = parse(b"\n" + body)
        assert bytes(normalise_line_ends(root).octets) == b"\r\n" + re.sub(rb"\r?\n", b"\r\n", body)


def test_a_part_of_ours_in_an_lf_message_is_turned_too() -> None:
    root = with_text(parse(b"Subject: a\n\nold\n"), "new\nü\n", SeededIdentifiers())
    assert b"\r" not in bytes(root.octets)
    octets = bytes(normalise_line_ends(root).octets)
    assert octets == bytes(root.octets).replace(b"\n", b"\r\n")


def test_binary_content_that_is_no_text_stays() -> None:
    octets = b"Content-Type: image/png\nContent-Transfer-Encoding: binary\n\n\x89PNG\n\x1a"
    assert bytes(normalise_line_ends(parse(octets)).octets).endswith(b"\r\n\r\n\x89PNG\n\x1a")


def test_crlf_stays_the_same_object() -> None:
    root = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\rtwo\r\n--b--\r\n")
    assert normalise_line_ends(root) is root
