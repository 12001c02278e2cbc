"""Inline images, changed Content-IDs, broken lines, drift, highlighting and colour schemes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.html.cid import apply_edits, change_content_id, insert_image
from sescomposer.core.html.color_scheme import color_scheme_edits, has_dark_rules
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.drift import DriftKind, drift, words
from sescomposer.core.html.highlight import Role, highlight
from sescomposer.core.html.line_breaks import break_lines, has_long_line
from sescomposer.core.html.plain_text import plain_text
from sescomposer.core.html.references import cid_references

MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<style>",
            "</style>",
            "<!--",
            "-->",
            "<a href='x y'>",
            "<img src=cid:a>",
            "word",
            " ",
            "\n",
            "&amp;",
            "=",
            '"',
            "<pre>",
            "</pre>",
            "<b>",
            "</b>",
            "<br>",
            "<title>",
            "</title>",
            "<",
        ]
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    "text, position, shown",
    [
        ("<p>ab</p>", 4, '<p>a<img src="cid:i@x" alt="A">b</p>'),
        ("<p>ab</p>", 1, '<p><img src="cid:i@x" alt="A">ab</p>'),
        ("<!-- c -->", 4, '<!-- c --><img src="cid:i@x" alt="A">'),
        ("<style>p</style>", 8, '<style>p</style><img src="cid:i@x" alt="A">'),
        ("", 0, '<img src="cid:i@x" alt="A">'),
    ],
)
def test_image_goes_where_text_can_stand(text: str, position: int, shown: str) -> None:
    assert apply_edits(text, [insert_image(text, position, "i@x", "A")]) == shown


@given(MARKUP, st.floats(0, 1), st.text(max_size=20))
def test_inserted_image_can_be_found_again(text: str, place: float, alt: str) -> None:
    before = len(cid_references(text))
    edit = insert_image(text, int(place * len(text)), "new id/<>&\"'%@x", alt)
    after = cid_references(apply_edits(text, [edit]))
    # Behind markup that never ends nothing can be inserted.
    if len(after) > before:
        assert "new id/<>&\"'%@x" in [found.content_id for found in after]


def test_changed_content_id_is_followed_everywhere() -> None:
    text = "<img src=cid:a><p style='background:url(cid:a)'><img src='cid:b'>"
    changed = apply_edits(text, change_content_id(HtmlDocument.of(text), "a", "n@x"))
    assert [found.content_id for found in cid_references(changed)] == ["n@x", "n@x", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "<p>a <b>b</b> c</p><table><tr><td>x</td><td>y</td></tr></table>" * 50,
        "word " * 500,
        "<b>x</b>" * 300,
        "<a title='a  b' href=x >y</a>" * 100,
        "<pre>a  b</pre>" * 100,
    ],
)
def test_broken_lines_are_short_and_say_the_same(text: str) -> None:
    broken = apply_edits(text, break_lines(text, longest=300))
    assert plain_text(broken) == plain_text(text)
    assert not has_long_line(broken, 320)
    assert broken.replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_lines_that_are_short_stay() -> None:
    assert break_lines("<p>a</p><p>b</p>\n" * 5000) == ()


@given(MARKUP)
def test_breaking_changes_blanks_alone(text: str) -> None:
    broken = apply_edits(text, break_lines(text, longest=10))
    assert "".join(broken.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "html, text, kind",
    [
        ("<p>Hello <b>World</b>", "hello, world!\n", DriftKind.SAME),
        ("<p>Tea at 15:00", "Tea at 16:00\n", DriftKind.DRIFTED),
        ("<p>one two three four five six", "one two three four five sixth\n", DriftKind.REWORDED),
        ("<p>Hello", "  \n", DriftKind.EMPTY),
        ("", "", DriftKind.SAME),
        ("<p>你好世界", "你好世界\n", DriftKind.SAME),
        ("<p>你好世界", "你好\n", DriftKind.DRIFTED),
        ("<p><a href='https://a.example/x'>Our page</a>", "Our page (https://a.example/x)\n", DriftKind.SAME),
        ("<p>caf\u00e9", "cafe\u0301\n", DriftKind.SAME),
    ],
)
def test_drift_is_judged(html: str, text: str, kind: DriftKind) -> None:
    assert drift(html, text).kind is kind


@given(MARKUP)
def test_text_from_html_never_drifts(html: str) -> None:
    assert drift(html, plain_text(html)).kind is DriftKind.SAME


def test_words_fold_width_and_case() -> None:
    assert words("ＦＵＬＬ 1.000,50") == ("full", "1.000,50")


@given(MARKUP, st.integers(0, 40), st.integers(0, 40))
def test_highlighting_tiles_its_window(text: str, start: int, length: int) -> None:
    stop = min(len(text), start + length)
    position = min(start, stop)
    document = HtmlDocument.of(text)
    whole = {
        offset: span.role
        for span in highlight(document, 0, len(text))
        for offset in range(span.start, span.start + span.length)
    }
    for span in highlight(document, position, stop):
        assert span.start == position
        assert all(whole[offset] is span.role for offset in range(span.start, span.start + span.length))
        position += span.length
    assert position == max(position, stop)


def test_roles_of_a_page() -> None:
    text = "<!DOCTYPE html>\n<style>/*c*/p{}</style>\n<p id='a&amp;b'>x&nbsp;y</p><!--d-->"
    found = [(text[s.start : s.start + s.length], s.role) for s in highlight(HtmlDocument.of(text), 0, len(text))]
    assert ("<!DOCTYPE html>", Role.DOCTYPE) in found
    assert ("/*c*/", Role.COMMENT) in found
    assert ("p{}", Role.CSS) in found
    assert ("id", Role.ATTRIBUTE) in found
    assert ("'a", Role.VALUE) in found
    assert ("&amp;", Role.ENTITY) in found
    assert ("x", Role.TEXT) in found
    assert ("</p>", Role.TAG) in found
    assert ("<!--d-->", Role.COMMENT) in found
    assert next(highlight(HtmlDocument.of(text), 16, 20)).start == 16


def test_color_scheme_is_decided_for_both_windows() -> None:
    text = "<style>@media (prefers-color-scheme:dark){a{}} @media (prefers-color-scheme: LIGHT){b{}}</style>"
    document = HtmlDocument.of(text)
    assert has_dark_rules(text)
    dark = apply_edits(text, color_scheme_edits(document, dark=True))
    light = apply_edits(text, color_scheme_edits(document, dark=False))
    assert dark == "<style>@media (min-width: 0px){a{}} @media (max-width: 0px){b{}}</style>"
    assert light == "<style>@media (max-width: 0px){a{}} @media (min-width: 0px){b{}}</style>"
