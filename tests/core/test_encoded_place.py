"""Where decoded octets stand in an encoded body: exact for what we write, within bounds for anything."""

import base64

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from sescomposer.core.encoded_place import encoded_span
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.transfer_encoding import TransferEncoding, decode, quoted_printable

QUOTED = TransferEncoding.QUOTED_PRINTABLE
TEXT = "ab  =\n\t.é€🌹 "


@settings(max_examples=100)
@given(st.text(TEXT, min_size=1, max_size=300), st.data())
def test_a_character_of_quoted_printable_text(text: str, data: st.DataObject) -> None:
    body = quoted_printable(text.encode(), line_end=b"\n")
    decoded = decode(Octets.of(body), QUOTED)
    at = data.draw(st.integers(0, len(decoded) - 1))
    start, stop = encoded_span(Octets.of(body), QUOTED, at, at + 1)
    assert body[start:stop] in (b"=%02X" % decoded[at], decoded[at : at + 1])
    assert len(decode(Octets.of(body[:start] + b"|"), QUOTED)) == at + 1


@settings(max_examples=100)
@given(st.binary(min_size=1, max_size=200), st.data())
def test_octets_of_base64(octets: bytes, data: st.DataObject) -> None:
    body = base64.encodebytes(octets).replace(b"A", b"A!")
    at = data.draw(st.integers(0, len(octets) - 1))
    start, stop = encoded_span(Octets.of(body), TransferEncoding.BASE64, at, at + 1)
    assert len(decode(Octets.of(body[:stop]), TransferEncoding.BASE64)) >= at + 1
    assert len(decode(Octets.of(body[: stop - 1]), TransferEncoding.BASE64)) <= at
    assert not start or len(decode(Octets.of(body[:start]), TransferEncoding.BASE64)) <= at


@settings(max_examples=200)
@given(st.lists(st.sampled_from([b"=", b"\r", b"\n", b" ", b"4", b"1", b"\xff", b"==", b"=41", b"g"]), min_size=1))
@example([b"=", b"\r", b"=41", b"==41", b"\xff"])
def test_any_quoted_octets_have_a_place(tokens: list[bytes]) -> None:
    body = Octets.of(b"".join(tokens))
    decoded = decode(body, QUOTED)
    for at in range(len(decoded)):
        start, stop = encoded_span(body, QUOTED, at, at + 1)
        octet = decoded[at : at + 1]
        assert (bytes(body[start:stop]) if octet in b" =" else decode(body[start:stop], QUOTED)) == octet


def test_a_place_beyond_the_first_window_and_in_a_long_line() -> None:
    lines = (b"x" * 70 + b"=C3=A9\n") * 3000
    body = Octets.of(lines + b"ok =FC\n")
    at = decode(body, QUOTED).index(b"\xfc")
    assert encoded_span(body, QUOTED, at, at + 1) == (len(lines) + 3, len(lines) + 6)
    body = Octets.of(b"a\n" + b"x" * 100_000 + b"=FC")
    assert encoded_span(body, QUOTED, 100_002, 100_003) == (2, 100_005)


@pytest.mark.parametrize("body", [b"=E2=82(", b"\xe2\x82("])
def test_all_octets_of_half_a_character_are_the_place(body: bytes) -> None:
    head = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: %b\n\n"
    octets = head % (b"quoted-printable" if b"=" in body else b"8bit") + body + b"\n"
    (defect,) = parse(octets).defects
    assert (defect.code, octets[defect.start : defect.stop]) == ("charset-misfit", body[:-1])
