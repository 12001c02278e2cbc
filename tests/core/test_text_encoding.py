"""Octets of texts: rules of charset and transfer encoding, and the standard library as the reader."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.encoding_defects import encoding_defects
from sescomposer.core.errors import EncodingError
from sescomposer.core.text import Text
from sescomposer.core.text_encoding import choose_charset, choose_encoding, decoded_octets, encode_text
from sescomposer.core.transfer_encoding import TransferEncoding, decode

SEVEN, QUOTED, BASE64 = TransferEncoding.SEVEN_BIT, TransferEncoding.QUOTED_PRINTABLE, TransferEncoding.BASE64
LONG_HTML = "".join(f'<td style="color:#{number:06x}">Größe {number}</td>' for number in range(900))


@pytest.mark.parametrize(
    "text, charset, expected",
    [
        ("", "utf-8", SEVEN),
        ("plain\n", "utf-8", SEVEN),
        ("plain without line end", "us-ascii", SEVEN),
        ("x" * 998 + "\n", "utf-8", SEVEN),
        ("x" * 999 + "\n", "utf-8", QUOTED),
        ("x" * 100_000, "utf-8", QUOTED),
        ("a\nFrom here\n", "utf-8", QUOTED),
        ("From", "utf-8", SEVEN),
        ("a\n.\nb", "utf-8", QUOTED),
        ("..\n", "utf-8", SEVEN),
        ("signature\n-- \n", "utf-8", QUOTED),
        ("tab\t", "utf-8", QUOTED),
        ("word\rword", "utf-8", QUOTED),
        ("word\0word", "utf-8", QUOTED),
        ("é\n", "utf-8", BASE64),
        ("café au lait\n", "utf-8", QUOTED),
        ("日本語の手紙です。\n", "utf-8", BASE64),
        ("日本語の手紙です。\n", "iso-2022-jp", SEVEN),
        ("abcdefg" + "é" * 3, "iso-8859-1", QUOTED),
        ("abcdef" + "é" * 3, "iso-8859-1", BASE64),
        ("plain", "utf-16", BASE64),
    ],
)
def test_encoding_follows_the_rule(text: str, charset: str, expected: TransferEncoding) -> None:
    assert choose_encoding(Text.of(text), charset) is expected


@pytest.mark.parametrize(
    "text, wanted, expected",
    [
        ("naïve", "ISO-8859-1", "ISO-8859-1"),
        ("naïve", "us-ascii", "utf-8"),
        ("plain", "us-ascii", "us-ascii"),
        ("plain", "x-unknown", "utf-8"),
        ("10 €", "iso-8859-1", "utf-8"),
        ("10 €", "windows-1252", "windows-1252"),
        ("10 €", "utf-16", "utf-16"),
        ("é" * 5000 + "日", "latin-1", "utf-8"),
    ],
)
def test_charset_is_kept_while_it_can_hold_the_text(text: str, wanted: str, expected: str) -> None:
    assert choose_charset(Text.of(text), wanted) == expected


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16", "utf-7", "iso-2022-kr", "hz", "utf-8-sig"])
@pytest.mark.parametrize("encoding", [SEVEN, QUOTED, BASE64])
@pytest.mark.parametrize("text", ["", "Grüße\nzwei \n\n", LONG_HTML, "a ~ b + c = d\n" * 1000 + LONG_HTML + "\nend"])
def test_octets_are_the_text_again(charset: str, encoding: TransferEncoding, text: str) -> None:
    if charset in ("iso-2022-kr", "hz"):
        text = text.replace("ö", "o").replace("ü", "u").replace("ß", "s")
    whole = Text.of(text)
    octets = encode_text(whole, charset, encoding, b"\r\n")
    assert encode_text(whole, charset, encoding, b"\r\n") is octets
    assert decode(octets, encoding).decode(charset) == text.replace("\n", "\r\n")
    assert bytes(decoded_octets(whole, charset, encoding, b"\r\n")) == decode(octets, encoding)
    if encoding in (QUOTED, BASE64):
        assert encoding_defects(octets, encoding) == ()


@given(st.text(max_size=300).filter(lambda text: "\r" not in text))
def test_the_email_package_reads_the_same_text(text: str) -> None:
    whole = Text.of(text)
    charset = choose_charset(whole, "iso-8859-1")
    encoding = choose_encoding(whole, charset)
    head = f'Content-Type: text/plain; charset="{charset}"\r\nContent-Transfer-Encoding: {encoding.value}\r\n\r\n'
    octets = head.encode() + bytes(encode_text(whole, charset, encoding, b"\r\n"))
    message = email.message_from_bytes(octets, policy=email.policy.SMTP)
    assert not message.defects
    assert message.get_payload(decode=True) == text.replace("\n", "\r\n").encode(charset)


def test_an_edit_in_a_long_line_encodes_few_blocks_anew() -> None:
    text = Text.of(LONG_HTML * 4)
    encode_text(text, "utf-8", QUOTED, b"\r\n")
    for position in (0, 5, 50_000, len(text)):
        edited = text.splice(position, 0, "ü")
        fresh = Text.of(str(edited))
        assert bytes(encode_text(edited, "utf-8", QUOTED, b"\r\n")) == bytes(
            encode_text(fresh, "utf-8", QUOTED, b"\r\n")
        )
        assert len(set(map(id, edited.blocks)) - set(map(id, text.blocks))) <= 4


def test_a_misfit_names_the_character_and_its_place() -> None:
    text = Text.of("x\n" * 5000 + "10 €")
    for write in (
        lambda: encode_text(text, "iso-8859-1", QUOTED, b"\r\n"),
        lambda: choose_encoding(text, "iso-8859-1"),
        lambda: encode_text(text, "iso-8859-1", BASE64, b"\r\n"),
    ):
        with pytest.raises(EncodingError, match=r"'€' \(U\+20AC\), character 10003") as caught:
            write()
        assert (caught.value.value, caught.value.position) == ("€", 10_003)
    with pytest.raises(EncodingError, match="not known"):
        encode_text(text, "x-none", SEVEN, b"\n")
    with pytest.raises(EncodingError, match="cannot hold"):
        encode_text(Text.of("日本語 ü"), "iso2022_kr", SEVEN, b"\n")


def test_base64_text_is_canonical_whatever_the_line_end() -> None:
    octets = encode_text(Text.of("a\nb\n"), "utf-8", BASE64, b"\n")
    assert bytes(octets) == b"YQ0KYg0K\n"
