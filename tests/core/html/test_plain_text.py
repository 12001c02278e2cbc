"""Text from HTML: expected texts as files, and what holds for any HTML."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.html.plain_text import plain_text

DATA = Path(__file__).parents[2] / "data" / "html" / "plain_text"
VECTORS = sorted(DATA.glob("*.html"))


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 8


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_text_is_the_expected(path: Path) -> None:
    text = plain_text(path.read_text(encoding="utf-8"))
    expected = path.with_suffix(".txt")
    if text != expected.read_text(encoding="utf-8"):
        path.with_suffix(".failed").write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_links_stand_where_asked_for() -> None:
    html = "<p><a href='https://a.example'>x</a> <a href='https://b.example'>y</a> <a href='https://a.example'>z</a>"
    assert plain_text(html, links="none") == "x y z\n"
    assert plain_text(html, links="footnotes") == "x [1] y [2] z [1]\n\n[1] https://a.example\n[2] https://b.example\n"


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<ul>",
                "<li>",
                "</ul>",
                "<table>",
                "<tr>",
                "<td>",
                "</table>",
                "<blockquote>",
                "</blockquote>",
                "<pre>",
                "</pre>",
                "<br>",
                "<a href=x>",
                "</a>",
                "<hr>",
                "word",
                " ",
                "\n",
                "&nbsp;",
                "<div hidden>",
                "</div>",
                "<q>",
                "</q>",
                "<style>",
                "</style>",
                "<img alt='pic'>",
                "世界",
                "שלום",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_any_html_has_tidy_text(html: str) -> None:
    text = plain_text(html)
    assert text == plain_text(html)
    assert not text.startswith("\n")
    # A paragraph with nothing but a no-break space is an empty line that its author wants.
    assert "\n\n\n" not in text or any(wanted in html for wanted in ("<br>", "<pre>", "&nbsp;"))
    assert all(line == line.rstrip() for line in text.split("\n"))
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<blockquote>", "<ul><li>", "<table><tr><td>", "<a href=x>y"])
def test_deep_nesting_ends(tag: str) -> None:
    assert plain_text(tag * 50_000 + "end").endswith("end\n")
