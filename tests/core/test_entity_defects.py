"""Defects: which ones each malformed message has, and where."""

from pathlib import Path

import pytest

from sescomposer.core.entity import Entity, Given
from sescomposer.core.entity_defects import defects, entity_defects
from sescomposer.core.limits import HEADER_FIELDS
from sescomposer.core.location import offset_of
from sescomposer.core.numbering import part_number
from sescomposer.core.parse import parse

CORPUS = Path(__file__).parent.parent / "data" / "eml"

EXPECTED: dict[str, set[tuple[str, str]]] = {
    "malformed/missing_close": {("+", "close-delimiter-missing")},
    "malformed/missing_closes_of_inner": {("1", "close-delimiter-missing")},
    "malformed/start_boundary_missing": {("1", "start-boundary-missing")},
    "malformed/close_before_start": {("1", "start-boundary-missing")},
    "malformed/no_boundary_parameter": {("1", "boundary-missing")},
    "malformed/boundary_reused_by_child": {("1", "boundary-reused")},
    "malformed/duplicate_boundary_parameters": {("+", "parameter-duplicate")},
    "malformed/boundary_of_1000": {("+", "boundary-too-long")},
    "malformed/trailing_blanks": {("+", "delimiter-padding")},
    "malformed/line_without_colon": {("1", "header-line-without-colon")},
    "malformed/header_cut_by_delimiter": {("1", "header-cut")},
    "malformed/mbox_line": {("1", "mbox-line")},
    "malformed/byte_order_mark": {("1", "byte-order-mark")},
    "malformed/only_header_unfinished": {("1", "header-cut")},
    "malformed/only_body": {("1", "header-line-without-colon")},
    "malformed/wrong_charset": {("1", "charset-misfit")},
    "malformed/encoded_message": {("1", "message-encoded")},
    "malformed/encoded_multipart": {("+", "multipart-encoded")},
    "malformed/delimiter_at_the_end": {("+", "close-delimiter-missing")},
    "malformed/mixed_line_ends": {("+", "mixed-line-ends"), ("1", "mixed-line-ends")},
}


def codes(root: Entity) -> set[tuple[str, str]]:
    return {(part_number(root, entity), defect.code) for entity, defect in defects(root)}


@pytest.mark.parametrize("name", EXPECTED)
def test_malformed_messages(name: str) -> None:
    assert codes(parse((CORPUS / name).with_suffix(".eml").read_bytes())) == EXPECTED[name]


@pytest.mark.parametrize("name", ["malformed/dirty_base64", "malformed/broken_quoted_printable"])
def test_defects_of_the_transfer_encoding_are_told(name: str) -> None:
    root = parse((CORPUS / name).with_suffix(".eml").read_bytes())
    encoding = "base64" if "base64" in name else "quoted-printable"
    assert any(code.startswith(encoding) for _, code in codes(root))


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_well_formed_messages_have_none(line_end: bytes) -> None:
    files = [path for folder in ("composed", "international", "reports") for path in (CORPUS / folder).glob("*.eml")]
    assert len(files) >= 15
    for path in files:
        root = parse(path.read_bytes().replace(b"\n", line_end))
        found = {code for _, code in codes(root)}
        # A file name as encoded word, and delimiters with blanks, stand there on purpose.
        assert not found - {"delimiter-padding", "parameter-encoded-word"}, path.name


def test_offsets_are_those_of_the_entity() -> None:
    octets = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nAA!A\n--b--\n"
    root = parse(octets)
    (entity, defect), *_ = [pair for pair in defects(root) if pair[1].code == "base64-character"]
    at = offset_of(root, entity.key) + defect.start
    assert octets[at : at + 1] == b"!"


def test_place_of_padding_and_missing_close() -> None:
    octets = b"Content-Type: multipart/mixed; boundary=b\n\n--b  \n\none"
    padding, missing = entity_defects(parse(octets))
    assert octets[padding.start : padding.stop] == b"--b  \n"
    assert (missing.start, missing.stop) == (len(octets), len(octets))


def test_a_charset_misfit_is_found_where_it_is() -> None:
    header = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    octets = header + (b"\xc3\xa9" * 30 + b"\n") * 2_000 + b"\xfc!\n"
    (defect,) = parse(octets).defects
    assert (defect.code, octets[defect.start : defect.stop]) == ("charset-misfit", b"\xfc")


def test_an_unknown_charset_and_encoding() -> None:
    octets = b"Content-Type: text/plain; charset=x-none\nContent-Transfer-Encoding: 8bit\n\nx\n"
    assert [defect.code for defect in parse(octets).defects] == ["charset-unknown"]
    octets = b"Content-Transfer-Encoding: x-uuencode\n\nx\n"
    assert [defect.code for defect in parse(octets).defects] == ["encoding-unknown"]


def test_first_other_line_end_is_found_across_windows() -> None:
    for length in range((1 << 18) - 20, (1 << 18) + 4):
        octets = b"A: b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + b"x" * 60 + b"\r\n" * 2
        octets += (b"y" * 70 + b"\r\n") * ((length - len(octets)) // 72)
        octets += b"z" * (length - len(octets))
        whole = parse(octets + b"\r\nend\r\n")
        assert "mixed-line-ends" not in {defect.code for defect in whole.defects}
        broken = parse(octets + b"\nend\r\n")
        (defect,) = [defect for defect in broken.defects if defect.code == "mixed-line-ends"]
        assert defect.start == length


def test_too_many_fields() -> None:
    root = parse(b"A: b\n" * (HEADER_FIELDS + 1))
    assert [defect.code for defect in root.defects] == ["too-many-fields"]


def test_a_second_content_type() -> None:
    octets = b"Content-Type: text/plain\nContent-Type: text/html\n\nx\n"
    root = parse(octets)
    (defect,) = root.defects
    assert (defect.code, octets[defect.start : defect.stop]) == ("field-repeated", b"Content-Type: text/html\n")
    assert isinstance(root.body, Given)
    assert root.media_type == "text/plain"


@pytest.mark.parametrize(
    "boundary, code",
    [('"b*b"', "boundary-characters"), ('"b "', "boundary-trailing-blank"), ("b" * 71, "boundary-too-long")],
)
def test_boundaries(boundary: str, code: str) -> None:
    text = boundary.strip('" ')
    root = parse(f"Content-Type: multipart/mixed; boundary={boundary}\n\n--{text}\n\nx\n--{text}--\n".encode())
    assert [defect.code for defect in root.defects] == [code]
