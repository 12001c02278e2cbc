"""Header fields of any entity, and what a part says about itself."""

import email
import email.policy
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import Attachment, Octets, SeededIdentifiers, compose, parse
from sescomposer.core.entity import Entity, Given, Made
from sescomposer.core.errors import EditError, HeaderError, MessageError
from sescomposer.core.structure import (
    attach,
    blank_message,
    insert_header_field,
    move_header_field,
    remove_header_field,
    with_content_id,
    with_description,
    with_disposition,
    with_file_name,
    with_header_field,
    with_media_type,
    with_raw_header_field,
    with_text,
    without_header_fields,
)

OCTETS = b"A: 1\r\nB: folded\r\n here\r\nA: 2\r\n\r\nbody\r\n"
NAME = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=50)


def names(root: Entity) -> list[str]:
    """Names in order."""
    return [field.name for field in root.header.fields]


def test_fields_are_set_inserted_moved_and_removed_and_the_others_stay() -> None:
    root = parse(OCTETS)
    key = root.key
    root = with_header_field(root, key, "a", "3")
    root = insert_header_field(root, key, 1, "C", "ü")
    assert bytes(root.octets).startswith(b"a: 3\r\nC: =?utf-8?")
    root = move_header_field(root, key, 0, 3)
    assert names(root) == ["C", "B", "A", "a"]
    root = with_header_field(root, key, "D", "4", index=0)
    root = remove_header_field(root, key, 2)
    assert bytes(root.octets) == b"D: 4\r\nB: folded\r\n here\r\na: 3\r\n\r\nbody\r\n"
    root = without_header_fields(root, key, "b")
    assert names(root) == ["D", "a"]
    assert root.key == key
    assert without_header_fields(root, key, "none") is root


def test_typed_octets_become_one_field() -> None:
    root = parse(b"A: 1\n\nbody\n")
    root = with_raw_header_field(root, root.key, 1, b"B: x\r\n\ty")
    root = with_raw_header_field(root, root.key, 0, b"A: \xff\r\n")
    assert bytes(root.octets) == b"A: \xff\nB: x\n\ty\n\nbody\n"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\r\n",
        b"no colon",
        b" B: x",
        b"A: b\r\nC: d",
        b"A: b\r\n\r\nbody",
        b"A: b\r\n \r\n c",
        b"A: \x00",
        b"A: b\rC: d",
    ],
)
def test_typed_octets_that_are_more_or_less_than_a_field_are_refused(octets: bytes) -> None:
    root = parse(OCTETS)
    with pytest.raises(HeaderError):
        with_raw_header_field(root, root.key, 0, octets)


def test_a_field_that_is_not_there_is_refused() -> None:
    root = parse(OCTETS)
    refused: list[Callable[[], object]] = [
        lambda: remove_header_field(root, root.key, 3),
        lambda: insert_header_field(root, root.key, 4, "X", "y"),
        lambda: move_header_field(root, root.key, 0, -1),
    ]
    for edit in refused:
        with pytest.raises(EditError, match="no header field"):
            edit()


BAD = ["a\r\nBcc: evil@e.example", "a\nb", "a\rb", "a\x00b", "a\ud800b"]


@pytest.mark.parametrize("bad", BAD)
def test_no_edit_takes_a_line_end(bad: str, ids: SeededIdentifiers) -> None:
    root = attach(blank_message(), Attachment(Octets.of(b"x"), "x.bin"), ids)
    part = root.children[1].key
    refused: list[Callable[[], object]] = [
        lambda: with_header_field(root, root.key, "Subject", bad),
        lambda: with_header_field(root, root.key, "To", bad),
        lambda: with_header_field(root, root.key, bad, "x"),
        lambda: insert_header_field(root, part, 0, "X-Any", bad),
        lambda: with_file_name(root, part, bad),
        lambda: with_media_type(root, part, bad),
        lambda: with_media_type(root, part, f"a/{bad}"),
        lambda: with_disposition(root, part, bad),
        lambda: with_content_id(root, part, bad),
        lambda: with_description(root, part, bad),
    ]
    for edit in refused:
        with pytest.raises(MessageError):
            edit()


@given(name=NAME)
@settings(max_examples=100, deadline=None)
def test_any_file_name_is_read_back(name: str) -> None:
    root = attach(blank_message(), Attachment(Octets.of(b"x"), "old.bin", "a/b; name=old.bin"), SeededIdentifiers())
    part = root.children[1].key
    root = with_file_name(root, part, name)
    again = parse(root.octets).children[1]
    assert again.file_name == name
    assert again.content_type.get("name") == name
    alone = bytes(again.octets).replace(b"filename=", b"x-ascii=").replace(b" name=", b" x-ascii=")
    read = email.message_from_bytes(alone, policy=email.policy.default)
    found = (read.get_filename(), read["Content-Disposition"].params.get("x-ascii"))
    # The standard library drops blanks of any kind at both ends.
    assert name.strip() in [(value or "").strip() for value in found]


def test_a_part_says_what_it_is_told(ids: SeededIdentifiers) -> None:
    octets = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: y\r\n"
        b"Content-Disposition: attachment;\r\n filename=a.bin; size=3\r\n\r\nabc\r\n--b--\r\n"
    )
    root = parse(octets)
    part = root.children[0].key
    root = with_media_type(root, part, "image/png")
    root = with_disposition(root, part, "inline")
    root = with_content_id(root, part, "<logo@a.example>")
    root = with_description(root, part, "Our logo")
    root = with_file_name(root, part, "b.bin")
    assert bytes(root.octets) == (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: y\r\n"
        b"Content-Disposition: inline;\r\n filename=b.bin; size=3\r\nContent-Type: image/png\r\n"
        b"Content-ID: <logo@a.example>\r\nContent-Description: Our logo\r\n\r\nabc\r\n--b--\r\n"
    )
    for edit in (with_disposition, with_content_id, with_description, with_file_name):
        root = edit(root, part, "")
    assert bytes(root.children[0].octets) == b"X: y\r\nContent-Type: image/png\r\n\r\nabc"
    assert with_file_name(root, part, "n").children[0].disposition == "attachment"


def test_a_typed_content_type_does_not_change_octets(ids: SeededIdentifiers) -> None:
    root = with_text(blank_message(), "Grüße aus Bonn", ids)
    body = bytes(root.body.octets)
    same = with_header_field(root, root.key, "Content-Type", 'Text/Plain; charset="UTF-8"')
    assert isinstance(same.body, Made)
    other = with_header_field(root, root.key, "Content-Type", "text/plain; charset=iso-8859-1")
    assert isinstance(other.body, Given)
    assert bytes(other.body.octets) == body
    assert other.text() == "GrÃ¼Ã\x9fe aus Bonn"


def test_a_typed_boundary_is_read_anew(types: Callable[[Entity], str], ids: SeededIdentifiers) -> None:
    root = compose("a@a", "b@b", "s", text="t", html="<p>", ids=ids).root
    key = root.key
    boundary = root.content_type.get("boundary")
    plain = with_header_field(root, key, "Content-Type", "multipart/mixed; boundary=other")
    assert types(plain) == "mixed"
    assert bytes(plain.body.octets) == bytes(root.body.octets)
    again = with_header_field(plain, key, "Content-Type", f'multipart/mixed; boundary="{boundary}"')
    assert types(again) == "mixed(plain,html)"
    assert again.key == key
    kept = with_media_type(root, key, "multipart/mixed")
    assert kept.children == root.children


def test_a_field_cannot_end_its_part(ids: SeededIdentifiers) -> None:
    root = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n")
    with pytest.raises(EditError, match="delimiter"):
        with_header_field(root, root.children[0].key, "--b", "x")
