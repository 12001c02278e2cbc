"""Charset names of mail, and the codecs behind them."""

import pytest

from sescomposer.core.charset import codec_name, decode_leniently


@pytest.mark.parametrize(
    "name, codec",
    [
        ("UTF-8", "utf-8"),
        (" us-ascii ", "ascii"),
        ("ISO-8859-8-I", "iso8859-8"),
        ("windows-1252", "cp1252"),
        ("ks_c_5601-1987", "cp949"),
        ("rot13", None),
        ("zlib", None),
        ("punycode", None),
        ("unicode_escape", None),
        ("idna", None),
        ("x-unknown", None),
        ("undefined", None),
        ("", None),
        ("utf-8\x00", None),
        ("../os", None),
    ],
)
def test_only_charsets_have_codecs(name: str, codec: str | None) -> None:
    assert codec_name(name) == codec


def test_octets_are_read_as_far_as_they_go() -> None:
    assert decode_leniently(b"\xc3\xbc", "us-ascii") == "ü"
    assert decode_leniently(b"\xfc", "us-ascii") == "ü"
    assert decode_leniently(b"a\xff", "utf-8") == "a\ufffd"
    assert decode_leniently(b"a", "base64") is None
