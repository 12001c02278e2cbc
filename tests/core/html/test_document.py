"""Tokens tile any text, are those of browsers, and are the same after an edit as when read anew."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.tokens import Kind

CostsAtMost = Callable[[float, Callable[[], object], Callable[[], object]], None]

PIECES = st.sampled_from(
    [
        "<",
        "<p>",
        "</p>",
        "<style>",
        "</style>",
        "<script",
        "</script>",
        "<title>",
        "<!--",
        "-->",
        "<!",
        "<?",
        "</",
        "/>",
        "a",
        " ",
        "\n",
        "=",
        '"',
        "'",
        "&amp;",
        "<a href='x'>",
        "<plaintext>",
        "é",
        "\U0001f389",
        "\0",
    ]
)
MARKUP = st.lists(PIECES, max_size=30).map("".join)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[token.start : token.stop], token.kind.name) for token in HtmlDocument.of(text).tokens()]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a < b", [("a < b", "TEXT")]),
        ("a<b", [("a", "TEXT"), ("<b", "START_TAG")]),
        ("<a href='>'>x", [("<a href='>'>", "START_TAG"), ("x", "TEXT")]),
        ("<a b=c/d>x", [("<a b=c/d>", "START_TAG"), ("x", "TEXT")]),
        ("<a b=>x", [("<a b=>", "START_TAG"), ("x", "TEXT")]),
        ("<a =b>x", [("<a =b>", "START_TAG"), ("x", "TEXT")]),
        ("<!-->x-->", [("<!-->", "COMMENT"), ("x-->", "TEXT")]),
        ("<!-- a --!>x", [("<!-- a --!>", "COMMENT"), ("x", "TEXT")]),
        ("<!-- a", [("<!-- a", "COMMENT")]),
        ("<?php x ?>y", [("<?php x ?>", "COMMENT"), ("y", "TEXT")]),
        ("</>x", [("</>", "COMMENT"), ("x", "TEXT")]),
        ("<![if mso]>x", [("<![if mso]>", "COMMENT"), ("x", "TEXT")]),
        ("<!DOCTYPE html>", [("<!DOCTYPE html>", "DOCTYPE")]),
        ("<STYLE>a<b></style >", [("<STYLE>", "RAW_START_TAG"), ("a<b>", "RAW_TEXT"), ("</style >", "END_TAG")]),
        ("<style></style>", [("<style>", "RAW_START_TAG"), ("</style>", "END_TAG")]),
        ("<style>a</stylex>", [("<style>", "RAW_START_TAG"), ("a</stylex>", "RAW_TEXT")]),
        ("<plaintext></plaintext>", [("<plaintext>", "RAW_START_TAG"), ("</plaintext>", "RAW_TEXT")]),
    ],
)
def test_tokens_are_those_of_a_browser(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@given(st.one_of(MARKUP, st.text(max_size=60)))
def test_tokens_tile_the_text(text: str) -> None:
    position = 0
    for token in HtmlDocument.of(text).tokens():
        assert token.start == position < token.stop
        position = token.stop
    assert position == len(text)


@given(MARKUP, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5), MARKUP), max_size=4))
def test_edited_document_is_the_one_read_anew(text: str, edits: list[tuple[float, int, str]]) -> None:
    document = HtmlDocument.of(text)
    for place, count, added in edits:
        position = int(place * len(document.text))
        removed = min(count, len(document.text) - position)
        after = document.text[:position] + added + document.text[position + removed :]
        document = document.edited(position, removed, added, after)
        assert list(document.tokens()) == list(HtmlDocument.of(after).tokens())


def test_edit_in_a_long_document_keeps_the_blocks_around_it() -> None:
    text = "<p>a<b>c</b>\n" * 5000
    document = HtmlDocument.of(text)
    middle = len(text) // 2
    edited = document.edited(middle, 3, "<i>new", text[:middle] + "<i>new" + text[middle + 3 :])
    assert list(edited.tokens()) == list(HtmlDocument.of(edited.text).tokens())
    shared = set(map(id, document._blocks)) & set(map(id, edited._blocks))
    assert len(shared) >= len(document._blocks) - 3


@given(MARKUP, st.integers(0, 60), st.integers(0, 60))
def test_window_gives_the_tokens_that_touch_it(text: str, start: int, length: int) -> None:
    document = HtmlDocument.of(text)
    start = min(start, len(text))
    found = list(document.tokens(start, start + length))
    expected = [t for t in document.tokens() if t.stop > start and t.start < start + length]
    assert [token for token in found if token.stop > start] == expected


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<", "</", "<!--", "<a b='", "<a ", "<style>", "<b a=1 ", "&", "= ", "<svg/onload=x>"],
)
def test_time_grows_with_the_text_alone(piece: str, costs_at_most: CostsAtMost) -> None:
    small, large = (piece * (size // len(piece)) for size in (60_000, 480_000))
    assert sum(1 for _ in HtmlDocument.of(small).tokens()) >= 1
    costs_at_most(8 * 4, lambda: list(HtmlDocument.of(large).tokens()), lambda: list(HtmlDocument.of(small).tokens()))


def test_token_at_gives_the_token_that_holds_an_offset() -> None:
    document = HtmlDocument.of("<p>a")
    token = document.token_at(1)
    assert token is not None
    assert token.kind is Kind.START_TAG
    assert document.token_at(4) is None
    assert HtmlDocument.of("").token_at(0) is None
