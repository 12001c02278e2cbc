"""Edits of texts and of content."""

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import Attachment, Octets, SeededIdentifiers, compose, parse
from sescomposer.core.entity import Entity, Given, Made
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.structure import (
    attach,
    blank_message,
    body_parts,
    is_clean,
    remake,
    replace,
    splice,
    with_charset,
    with_text,
    with_transfer_encoding,
)
from sescomposer.core.transfer_encoding import TransferEncoding

HEADER = (
    b'Subject: s\r\nContent-Type: Text/Plain; CHARSET="iso-8859-1";\r\n format=flowed\r\n'
    b"Content-Transfer-Encoding: 8bit\r\nX: y\r\n\r\n"
)


def test_typing_changes_only_charset_and_transfer_encoding(ids: SeededIdentifiers) -> None:
    root = parse(HEADER + b"Gr\xfc\xdfe aus Bonn\r\n")
    typed = splice(root, root.key, 0, 0, "Viele ", ids)
    assert bytes(typed.octets) == HEADER.replace(b"8bit", b"quoted-printable") + b"Viele Gr=FC=DFe aus Bonn\r\n"
    other = splice(typed, root.key, 0, 5, "日本", ids)
    assert bytes(other.header.octets).startswith(b"Subject: s\r\nContent-Type: Text/Plain; CHARSET=")
    assert other.charset == "utf-8"
    assert other.content_type.get("format") == "flowed"
    assert other.text() == "日本 Grüße aus Bonn\n"
    assert [field.name for field in other.header.fields][-1] == "X"
    assert other.key == root.key


def test_a_plain_message_stays_without_mime_until_it_needs_it(ids: SeededIdentifiers) -> None:
    root = parse(b"Subject: s\n\nplain\n")
    typed = splice(root, root.key, 5, 0, "er", ids)
    assert bytes(typed.octets) == b"Subject: s\n\nplainer\n"
    assert typed.header is root.header
    typed = splice(typed, root.key, 7, 0, " Köln", ids)
    assert bytes(typed.octets) == (
        b"Subject: s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        b"Content-Transfer-Encoding: quoted-printable\n\nplainer K=C3=B6ln\n"
    )


def test_positions_of_qt_count_utf16(ids: SeededIdentifiers) -> None:
    root = with_text(blank_message(), "a😀b", ids)
    key = root.key
    assert splice(root, key, 3, 1, "c", ids, utf16=True).text() == "a😀c"
    assert splice(root, key, 1, 2, "", ids, utf16=True).text() == "ab"
    assert splice(root, key, 1, 1, "", ids).text() == "ab"
    with pytest.raises(EditError, match="no place"):
        splice(root, key, 4, 0, "", ids)


def test_every_other_entity_stays_the_same_object(ids: SeededIdentifiers) -> None:
    file = Attachment(Octets.of(b"x" * 1000), "x.bin")
    root = compose("a@a", "b@b", "s", text="text", html="<p>", attachments=[file], ids=ids).root
    text = body_parts(root).text
    assert text is not None
    typed = splice(root, text.key, 4, 0, "!", ids)
    known = {entity.key: entity for entity in root.walk()}
    changed = [entity.media_type for entity in typed.walk() if known[entity.key] is not entity]
    assert changed == ["multipart/mixed", "multipart/alternative", "text/plain"]
    assert typed.header is root.header
    assert next(typed.walk()).children[0].children[0].header is text.header


@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), st.text("aé\n 世.=", max_size=12)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_octets_follow_from_the_text_and_not_from_the_typing(edits: list[tuple[float, int, str]]) -> None:
    ids = SeededIdentifiers()
    root = parse(b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nstart\r\n")
    wanted = "start\n"
    for place, removed, added in edits:
        position = int(place * len(wanted))
        count = min(removed, len(wanted) - position)
        root = splice(root, root.key, position, count, added, ids)
        wanted = wanted[:position] + added + wanted[position + count :]
    assert root.text() == wanted
    again = parse(bytes(root.octets))
    assert again.text() == wanted
    if isinstance(root.body, Made):
        assert bytes(with_text(blank_message(), wanted, ids).body.octets) == bytes(root.body.octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff",
        b"Content-Type: text/plain; charset=x-unknown\r\n\r\na",
        b"Content-Type: text/plain\r\n\r\n\xe9",
    ],
)
def test_undecodable_texts_are_not_edited(ids: SeededIdentifiers, octets: bytes) -> None:
    root = parse(octets)
    with pytest.raises(EncodingError):
        splice(root, root.key, 0, 0, "x", ids)


def test_what_is_no_text_is_not_edited(ids: SeededIdentifiers) -> None:
    root = parse(b"Content-Type: image/png\r\n\r\nx")
    with pytest.raises(EditError, match="image/png"):
        splice(root, root.key, 0, 0, "x", ids)


def test_charset_and_encoding_are_chosen_by_hand(ids: SeededIdentifiers) -> None:
    root = with_text(blank_message(), "Grüße aus Bonn", ids)
    latin = with_charset(root, root.key, "ISO-8859-1", ids)
    assert bytes(latin.body.octets) == b"Gr=FC=DFe aus Bonn"
    base64 = with_transfer_encoding(latin, root.key, TransferEncoding.BASE64, ids)
    assert bytes(base64.body.octets) == b"R3L832UgYXVzIEJvbm4=\r\n"
    assert base64.text() == "Grüße aus Bonn"
    with pytest.raises(EncodingError, match="cannot hold"):
        with_charset(with_text(root, "日本", ids), root.key, "iso-8859-1", ids)
    with pytest.raises(EncodingError, match="eighth bit"):
        with_transfer_encoding(root, root.key, TransferEncoding.SEVEN_BIT, ids)
    with pytest.raises(EncodingError, match="not known"):
        with_charset(root, root.key, "x-none", ids)


def test_binary_content_survives_every_encoding(ids: SeededIdentifiers) -> None:
    content = bytes(range(256)) * 3 + b"\r\n.\r\nFrom x\n"
    root = attach(blank_message(), Attachment(Octets.of(content), "x"), ids)
    key = root.children[1].key
    for encoding in (TransferEncoding.QUOTED_PRINTABLE, TransferEncoding.BASE64, TransferEncoding.EIGHT_BIT):
        root = with_transfer_encoding(root, key, encoding, ids)
        assert bytes(parse(root.octets).children[1].content) == content


@pytest.mark.parametrize(
    "octets",
    [
        HEADER + b"Gr\xfc\xdfe " + b"x" * 3000 + b"\rbare\r\n",
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\x00 undecodable\r\n",
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\x89\r\x00\n",
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xc3\xbc\r\n",
    ],
)
def test_a_part_encoded_anew_is_clean(ids: SeededIdentifiers, octets: bytes) -> None:
    root = parse(octets)
    assert not is_clean(root.octets)
    made = remake(root, root.key, ids)
    assert is_clean(made.octets)
    assert is_clean(parse(made.octets).octets)
    before, after = [next(entity for entity in tree.walk() if not entity.children) for tree in (root, made)]
    if before.media_type == "image/png":
        assert bytes(after.content) == bytes(before.content)


def test_content_is_replaced_by_octets(ids: SeededIdentifiers, types: Callable[[Entity], str]) -> None:
    root = compose(
        "a@a", "b@b", "s", text="t", attachments=[Attachment(Octets.of(b"1"), "a.txt", "text/plain")], ids=ids
    ).root
    text, file = root.children
    root = replace(root, file.key, Octets.of(b"\xff\r2"), ids)
    root = replace(root, text.key, Octets.of("Grüße aus Bonn\r\n".encode()), ids)
    assert bytes(root.children[1].content) == b"\xff\r2"
    assert root.children[0].text() == "Grüße aus Bonn\n"
    assert root.children[0].transfer_encoding is TransferEncoding.QUOTED_PRINTABLE
    root = attach(root, Attachment(Octets.of(b"Subject: a\r\n\r\n"), "m.eml", "message/rfc822"), ids)
    root = replace(root, root.children[2].key, Octets.of(b"Content-Type: text/html\r\n\r\n<p>"), ids)
    assert types(root) == "mixed(plain,plain,rfc822(html))"
    with pytest.raises(EditError):
        replace(root, root.key, Octets.of(b""), ids)


def test_octets_in_a_given_leaf_are_kept_until_it_is_edited(ids: SeededIdentifiers) -> None:
    root = parse(b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nR3L8\nw7w=\r\n")
    assert isinstance(attach(root, Attachment(Octets.of(b"x")), ids).children[0].body, Given)
