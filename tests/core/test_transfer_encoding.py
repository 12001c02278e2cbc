"""Decoding and encoding against the standard library, and octets of any shape."""

import base64
import binascii
import email
import email.policy
import io
import itertools
import quopri
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core import base64_stream
from sescomposer.core import quoted_printable as quoted_printable_stream
from sescomposer.core.encoding_defects import encoding_defects
from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.transfer_encoding import (
    TransferEncoding,
    decode,
    decode_to,
    decoded_length,
    named,
    quoted_printable,
)

BASE64, QUOTED = TransferEncoding.BASE64, TransferEncoding.QUOTED_PRINTABLE
MAILISH = st.lists(
    st.sampled_from(
        [b"From ", b".", b"\n", b"\r\n", b"\r", b" ", b"\t", b"=", b"word ", b"\xc3\xa4", b"x" * 74, b"\0"]
    ),
    max_size=40,
).map(b"".join)


@pytest.mark.parametrize("encoding", [*TransferEncoding])
def test_names_are_found_in_any_case(encoding: TransferEncoding) -> None:
    assert named(f" (a comment (nested)) {encoding.value.upper()} ; junk") is encoding
    assert named("x-uuencode") is TransferEncoding.UNKNOWN


@settings(max_examples=200)
@given(st.binary(max_size=300) | MAILISH, st.sampled_from([b"\r\n", b"\n"]), st.booleans(), st.booleans())
def test_quoted_printable_is_read_by_others(octets: bytes, line_end: bytes, binary: bool, header: bool) -> None:
    encoded = quoted_printable(octets, line_end=line_end, binary=binary)
    expected = octets if binary else octets.replace(b"\r\n", b"\n").replace(b"\n", line_end)
    assert binascii.a2b_qp(encoded) == expected
    assert quopri.decodestring(encoded) == expected
    assert decode(Octets.of(encoded), QUOTED) == expected
    lines = encoded.split(line_end)
    assert max(map(len, lines)) <= 76
    assert not [line for line in lines if line == b"." or line.startswith(b"From ") or line.endswith((b" ", b"\t"))]
    assert re.fullmatch(rb"[\t\r\n\x20-\x7e]*", encoded)
    assert encoding_defects(Octets.of(encoded), QUOTED) == ()


@pytest.mark.parametrize(
    "encoded, expected",
    [
        (b"=\rabc\r\n=41", b"abc\r\nA"),
        (b"a= \t\r\nb", b"ab"),
        (b"a=\nb=", b"ab"),
        (b"=3d=3D=zz =", b"===zz "),
        (b"===\r\n==", b"==="),
        (b"a  \r\n \t\nb  ", b"a\r\n\nb"),
        (b"", b""),
    ],
)
def test_quoted_printable_of_others(encoded: bytes, expected: bytes) -> None:
    assert decode(Octets.of(encoded), QUOTED) == expected
    assert decoded_length(Octets.of(encoded), QUOTED) == len(expected)


@given(MAILISH, st.lists(st.integers(0, 400), max_size=5))
def test_quoted_printable_does_not_depend_on_windows(octets: bytes, cuts: list[int]) -> None:
    bounds = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    windows = [octets[start:stop] for start, stop in itertools.pairwise(bounds)]
    assert b"".join(quoted_printable_stream.decode_stream(windows)) == decode(Octets.of(octets), QUOTED)


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b""])
@pytest.mark.parametrize("width", [76, 60, 75, 4])
def test_base64_in_lines_of_any_length(
    line_end: bytes, width: int, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base64_stream, "HAS_PYBASE64", fast and base64_stream.HAS_PYBASE64)
    content = bytes(range(256)) * 700
    characters = base64.b64encode(content)
    encoded = b"".join(characters[at : at + width] + line_end for at in range(0, len(characters), width))
    assert decode(Octets.of(encoded), BASE64) == content
    assert decode(Octets.join([encoded[:1001], encoded[1001:]]), BASE64) == content
    junk = encoded[:200] + b"!\0 " + encoded[200:70_001] + b"\xff-" + encoded[70_001:]
    assert decode(Octets.of(junk), BASE64) == content


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from([b"QUJD", b"QQ==", b"=", b"Q", b"\r\n", b"!", b"QUI=", b"\n"]), max_size=12).map(b"".join),
    st.integers(1, 9),
    st.booleans(),
)
def test_base64_of_any_shape_does_not_depend_on_windows(octets: bytes, size: int, fast: bool) -> None:
    whole = decode(Octets.of(octets), BASE64)
    windows = [octets[at : at + size] for at in range(0, len(octets), size)]
    layout = base64_stream.layout_of(octets) if fast else None
    assert b"".join(base64_stream.decode_stream(windows, layout)) == whole
    try:
        assert binascii.a2b_base64(octets) == whole
    except binascii.Error:
        assert [defect for defect in encoding_defects(Octets.of(octets), BASE64) if "line" not in defect.code]


def test_base64_padding_inside_stops_like_the_standard_library() -> None:
    row = base64.b64encode(b"x" * 57)
    encoded = row + b"\r\n" + row[:-4] + b"QQ==\r\n" + row + b"\r\n"
    assert decode(Octets.of(encoded), BASE64) == binascii.a2b_base64(encoded) == b"x" * 111 + b"A"


def test_decoding_our_own_base64_reads_the_content_itself() -> None:
    content = Octets.of(b"content" * 30_000)
    rope = base64_octets(content)
    sink = io.BytesIO()
    assert decode_to(rope, BASE64, sink) == decoded_length(rope, BASE64) == len(content)
    assert sink.getvalue() == bytes(content) == decode(Octets.of(bytes(rope)), BASE64)
    assert bytes(content) == decode(rope[:], BASE64) == decode(rope[:100] + rope[100:], BASE64)
    assert decoded_length(rope, TransferEncoding.UNKNOWN) == len(rope)
    assert decode(rope, TransferEncoding.BINARY) == bytes(rope)


@given(st.binary(max_size=200))
def test_what_we_encode_is_read_by_the_email_package(octets: bytes) -> None:
    for name, body in (
        ("base64", bytes(base64_octets(Octets.of(octets)))),
        ("quoted-printable", quoted_printable(octets, binary=True)),
    ):
        head = f"Content-Type: application/x-test\r\nContent-Transfer-Encoding: {name}\r\n\r\n".encode()
        message = email.message_from_bytes(head + body, policy=email.policy.SMTP)
        assert message.get_payload(decode=True) == octets
        assert not message.defects


@pytest.mark.parametrize(
    "encoding, octets, expected",
    [
        ("base64", b"QUJD\r\nQ Q==\r\n", []),
        ("base64", b"QU\x00JD", [("base64-character", 2, 3)]),
        ("base64", b"QUJDQ=", [("base64-padding", 5, 6)]),
        ("base64", b"QQ==QUJD\r\n", [("base64-after-padding", 4, 8)]),
        ("base64", b"QUJD" * 20, [("base64-line-length", 0, 80)]),
        ("base64", b"QUJDQ", [("base64-length", 5, 5)]),
        ("quoted-printable", b"a=\r\nb=20=\r\n=3d =", []),
        ("quoted-printable", b"a=4 \xe4", [("quoted-printable-escape", 1, 2), ("quoted-printable-character", 4, 5)]),
        ("quoted-printable", b"\r\n" + b"x" * 77 + b"\r\n", [("quoted-printable-line-length", 2, 79)]),
        ("7bit", b"a\x80\xff\0\r", [("eight-bit", 1, 3), ("nul", 3, 4), ("bare-cr", 4, 5)]),
        ("8bit", b"\xe4" * 999 + b"\r\n" + b"x" * 998, [("line-length", 0, 999)]),
        ("binary", b"\0\r" + b"x" * 2000, []),
        ("unknown", b"abc", [("encoding-unknown", 0, 3)]),
    ],
)
def test_defects_have_places(encoding: str, octets: bytes, expected: list[tuple[str, int, int]]) -> None:
    found = encoding_defects(Octets.of(octets), TransferEncoding(encoding))
    assert [(defect.code, defect.start, defect.stop) for defect in found] == expected


def test_defects_of_many_kinds_are_counted_out_and_found_across_windows() -> None:
    octets = b"\r\n".join([b"x" * 1000] * 900)
    found = encoding_defects(Octets.of(octets), TransferEncoding.SEVEN_BIT)
    assert [defect.start for defect in found] == [number * 1002 for number in range(20)]
    assert encoding_defects(Octets.of(b"\r\n".join([b"x" * 997] * 900)), TransferEncoding.SEVEN_BIT) == ()
