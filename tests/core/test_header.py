"""The header section: searched in place, edited field by field, never losing an octet; and fields made from text."""

import email.policy
import re
from email.header import decode_header
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core import header, limits
from sescomposer.core.address import parse_addresses_leniently
from sescomposer.core.errors import HeaderError
from sescomposer.core.header import HeaderField, HeaderSection, check_name, check_value, fold, make_field
from sescomposer.core.header_registry import names
from sescomposer.core.octets import Octets
from sescomposer.core.parameter import parse_parameters

LINE_ENDS = (b"\r\n", b"\n", b"\r")
line_ends = st.sampled_from(LINE_ENDS)
octets_ = st.binary(max_size=200) | st.lists(
    st.sampled_from(
        [b"To", b"to:", b"Subject", b":", b" ", b"\t", b"\r", b"\n", b"\r\n", b"a", b"\xef\xbb\xbf", b"\xff"]
    )
).map(b"".join)
values = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=200)
blank_values = st.text(st.sampled_from(' \taé=?_,"(<@>日\x0b\x85'), max_size=60)
field_names = st.sampled_from(["Subject", "X-Own", "Comments", "X-" + "n" * 70])


def section(octets: bytes, line_end: bytes = b"\r\n") -> HeaderSection:
    return HeaderSection.of_octets(Octets.of(octets), line_end)


@given(octets_, line_ends)
@settings(max_examples=300, deadline=None)
def test_no_octet_is_lost_and_the_search_agrees_with_the_fields(octets: bytes, line_end: bytes) -> None:
    whole = section(octets, line_end)
    assert b"".join(field.octets for field in whole.fields) == octets
    for name in ("To", "subject", "a"):
        named = [field for field in whole.fields if field.name.lower() == name.lower()]
        assert list(whole.all(name)) == named
        assert whole.first(name) == (named[0] if named else None)


@given(octets_, line_ends, st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_edits_leave_the_other_fields(octets: bytes, line_end: bytes, index: int, to: int) -> None:
    whole = section(octets, line_end)
    added = make_field("X-New", "value", line_end=line_end)
    longer = whole.with_field("X-New", added)
    assert longer.get("X-New") == "value"
    assert bytes(longer.octets).startswith(octets)
    assert bytes(longer.without("x-new").octets) in (octets, octets + line_end)
    assert whole.without("x-new") is whole
    count = len(longer.fields)
    moved = longer.moved(index % count, to % count)
    assert len(moved.fields) == count or not all(field.is_field for field in whole.fields)
    assert bytes(longer.replaced_at(count - 1, None).octets).startswith(octets)


@pytest.mark.parametrize("line_end", LINE_ENDS)
def test_a_field_is_replaced_in_its_place(line_end: bytes) -> None:
    lines = (b"From someone Mon Jan 1 00:00:00 2024", b"A: 1", b" 2", b"b : 3", b"\t4", b"A: 5")
    whole = section(line_end.join(lines) + line_end, line_end)
    assert [field.name for field in whole.fields] == ["", "A", "b", "A"]
    assert (whole.get("a"), whole.get("B"), whole.get("From")) == ("1 2", "3\t4", "")
    assert not whole.fields[0].is_field
    edited = whole.with_field("a", make_field("A", "9", line_end=line_end))
    assert [field.body for field in edited.fields][1:] == ["9", "3\t4", "5"]
    assert len(whole.without("A").fields) == 2


def test_a_byte_order_mark_hides_no_field() -> None:
    whole = section(b"\xef\xbb\xbfSubject: a\r\nTo: b\r\n")
    assert whole.get("Subject") == "a"
    edited = whole.with_field("Subject", b"Subject: z\r\n")
    assert bytes(edited.octets) == b"\xef\xbb\xbfSubject: z\r\nTo: b\r\n"


def test_an_unfinished_last_line_is_ended_before_a_new_field() -> None:
    assert bytes(section(b"A: 1").with_field("B", b"B: 2\r\n").octets) == b"A: 1\r\nB: 2\r\n"
    assert bytes(section(b"A: 1").inserted(1, HeaderField(b"B: 2")).octets) == b"A: 1\r\nB: 2"
    assert bytes(section(b"A: 1\r\nB: 2").moved(1, 0).octets) == b"B: 2\r\nA: 1\r\n"


def test_a_name_across_two_windows_is_found() -> None:
    for shift in range(65530, 65545):
        whole = section(b"X: " + b"a" * shift + b"\r\nSubject : found\r\n " + b"b" * 70000 + b"\r\nTo: c\r\n")
        assert whole.get("subject").startswith("found bbb")
        assert whole.get("to") == "c"


def test_a_search_does_not_split_a_million_fields() -> None:
    whole = section(b"A: 1\r\n" * 500_000 + b"Content-Type: text/html\r\n")
    assert whole.get("content-type") == "text/html"
    assert "fields" not in vars(whole)
    folds = section(b"A: 1\r\n" + b" x\r\n" * 500_000 + b"B: 2\r\n")
    assert folds.get("B") == "2"
    assert len(folds.get("A")) == 1_000_001


@given(field_names, values | blank_values, st.sampled_from(["auto", "q", "b"]))
@settings(max_examples=300, deadline=None)
def test_unstructured_text_comes_back_exactly(name: str, value: str, form: str) -> None:
    field = make_field(name, value, encoded_word_form=form)  # type: ignore[arg-type]
    assert field.decoded == value
    _check_wire_form(field)
    header = BytesParser(policy=email.policy.default).parsebytes(field.octets + b"\r\n")[name]
    assert not header.defects
    assert str(header).rstrip(" ") == value.rstrip(" ") or _has_odd_blanks(value)
    parts = decode_header(field.body)
    text = "".join(part if isinstance(part, str) else part.decode(charset or "ascii") for part, charset in parts)
    assert re.sub(r"\s", "", text) == re.sub(r"\s", "", value)


def _has_odd_blanks(value: str) -> bool:
    """The standard library reads a field that starts with blanks or has nothing but blanks in its own way."""
    return value[:1] in (" ", "\t") or value[-1:] in (" ", "\t") or "=?" in value


@given(st.sampled_from(names()), values | blank_values)
@settings(max_examples=400, deadline=None)
def test_any_value_of_any_field_is_stored_in_ascii(name: str, value: str) -> None:
    _check_wire_form(make_field(name, value))


def _check_wire_form(field: HeaderField) -> None:
    assert field.octets.isascii()
    lines = field.octets.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 998 and (line.strip() or len(lines) == 1) for line in lines)
    assert all(line[:1] in (b" ", b"\t") for line in lines[1:])
    assert not re.search(rb"[^\t\x20-\x7e]", b"".join(lines))


@pytest.mark.parametrize(
    "name, value",
    [
        ("From", "Zoë <zoe@bücher.example>"),
        ("To", '"Müller, Hans" <hans@müller.example>, b@example.org (Bö)'),
        ("To", "Grüße: a@example.org, Ö <b@example.org>;"),
        ("Cc", "jürgen@example.org"),
        ("Bcc", '"jür gen"@example.org'),
        ("To", "no address at all: ü ("),
        ("Date", "Mön, nö date"),
        ("Message-ID", "<ü@example.org>"),
        ("Keywords", 'eins, "zwei, ü", drei'),
        ("Content-Type", 'text/plain; charset=utf-8; name="é.txt"'),
        ("Content-Disposition", 'attachment; filename="परिणाम.pdf"; size=3'),
        ("List-Unsubscribe", "<https://example.org/ü>"),
        ("References", "<a@b.example> <c@d.example>"),
        ("DKIM-Signature", "v=1; a=rsa-sha256; b=" + "x" * 300),
        ("Content-Type", "ü; ü=ü"),
    ],
)
def test_structured_text_comes_back(name: str, value: str) -> None:
    field = make_field(name, value)
    assert field.decoded == value
    assert make_field(name, field.decoded) == field
    _check_wire_form(field)


@given(st.lists(st.sampled_from(["Zoë <z@e.example>", "ü", "a@b.example", '"q, ü" <c@d.example>', "g: h@i.example;"])))
@settings(max_examples=100, deadline=None)
def test_typed_addresses_mean_the_same_on_the_wire(parts: list[str]) -> None:
    typed = ",".join(parts)
    field = make_field("To", typed)
    read = (parse_addresses_leniently(text)[0] for text in (typed, field.body, field.decoded))
    assert len(set(read)) == 1


@given(values)
@settings(max_examples=100, deadline=None)
def test_typed_file_names_mean_the_same_on_the_wire(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    field = make_field("Content-Disposition", f'attachment; filename="{quoted}"; size=1')
    if "=?" not in name and not re.search(r"[ \t]{41}", name):
        assert parse_parameters(field.body).parameters == (("filename", name), ("size", "1"))


def test_a_long_list_without_blanks_is_folded() -> None:
    field = make_field("To", ",".join(f"somebody{n}@example.org" for n in range(500)))
    _check_wire_form(field)
    addresses, defects = parse_addresses_leniently(field.body)
    assert len(addresses) == 500
    assert not defects


@pytest.mark.parametrize("name", ["Subject", "To", "Content-Type", "Date", "References", "Keywords"])
def test_a_word_longer_than_a_line_is_stored(name: str) -> None:
    for value in ("x" * 3000, '"' + "x" * 3000 + '" <a@b.example>', "x" * 3000 + "@b.example", "a" + " " * 3000 + "b"):
        _check_wire_form(make_field(name, value))


@pytest.mark.parametrize("value", ["a\rb", "a\nBcc: x@y.example", "a\r\n b", "a\x00b", "a\ud800b"])
@pytest.mark.parametrize("name", ["Subject", "To", "Content-Type", "X-Any"])
def test_what_no_field_can_hold_is_refused_with_its_place(name: str, value: str) -> None:
    for check in (check_value, make_field):
        with pytest.raises(HeaderError) as caught:
            check(name, value)
        assert caught.value.position == 1


@pytest.mark.parametrize("name", ["", "Two words", "X:Y", "Sübject", "X\r\nBcc", "X\x00", "X" * 2000])
def test_what_no_field_can_be_called_is_refused(name: str) -> None:
    for check in (check_name, lambda name: make_field(name, "a")):
        with pytest.raises(HeaderError):
            check(name)


@pytest.mark.parametrize("name", ["X-A", "!#$%&'*+-.^_`|~9", "X" * 900, '"', ">From"])
def test_any_other_name_is_allowed(name: str) -> None:
    field = make_field(name, "some text and ü and more " * 9)
    assert field.name == name
    assert field.decoded == ("some text and ü and more " * 9)


@given(st.text(st.sampled_from('ab \t"\\(,'), max_size=300), st.integers(20, 998))
@settings(max_examples=150, deadline=None)
def test_unfolding_gives_the_body_again(body: str, limit: int) -> None:
    folded = fold("X-Own", body, limit=limit)
    assert HeaderField(folded).body == body.strip(" \t")
    assert all(line.strip() for line in folded.split(b"\r\n")[:-1])


def test_a_word_too_long_for_a_line_cannot_be_folded() -> None:
    with pytest.raises(HeaderError):
        fold("X-Own", "x" * 1000)
    assert fold("X" * 900, "y" * 200, line_end=b"\n") == b"X" * 900 + b":\n " + b"y" * 200 + b"\n"


def test_raw_octets_are_read_as_utf8_or_latin1() -> None:
    assert HeaderField("Subject: ü\r\n".encode()).decoded == "ü"
    assert HeaderField("Subject: ü\r\n".encode("latin-1")).decoded == "ü"
    assert HeaderField(b"no field\r\n").raw_body == b"no field\r\n"
    assert [HeaderField(o).line_end for o in (b"a\r\n", b"a\n", b"a\r", b"a")] == [b"\r\n", b"\n", b"\r", b""]


def test_fields_beyond_the_limit_stay_one_piece() -> None:
    octets = b"A: 1\r\n" * (limits.HEADER_FIELDS + 5)
    whole = section(octets)
    assert len(whole.fields) == limits.HEADER_FIELDS + 1
    assert whole.fields[-1].octets == b"A: 1\r\n" * 5
    assert not whole.fields[-1].is_field
    assert bytes(HeaderSection.of_fields(whole.fields).octets) == octets


def test_a_field_with_an_odd_name_is_not_searched_for() -> None:
    assert section(b"A B: 1\r\n").first("A B") is None
    assert section(b"A: 1\r\nB: 2").with_field("A", b"A: 9").fields[1].body == "2"


def test_encoded_words_inside_quotes_and_long_blanks_are_read() -> None:
    assert HeaderField(b'To: "=?utf-8?q?Z=C3=BC?=" <a@b.example>').decoded == 'To: "Zü" <a@b.example>'[4:]
    assert make_field("To", "ü" + " " * 600 + "<a@b.example>").decoded == "ü <a@b.example>"


FIELD_LINES = st.lists(
    st.sampled_from(
        [b"To: a\n", b"to : b\n", b"Subject: c\n d\n", b" To: e\n", b"X\n", b"To:\n", b"\xef\xbb\xbfTo: f\n"]
    ),
    max_size=8,
)


@given(FIELD_LINES.map(b"".join), st.sampled_from(["To", "SUBJECT", "X", "None"]), st.integers(0, 60))
def test_a_short_section_is_searched_as_a_long_one(octets: bytes, name: str, start: int) -> None:
    short = HeaderSection.of_octets(Octets.of(octets), b"\n").span(name, start)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(header, "_SHORT", -1)
        assert HeaderSection.of_octets(Octets.of(octets), b"\n").span(name, start) == short
