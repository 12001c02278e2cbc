"""References: all of them, for what they are, where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.html.css import css_urls
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.references import (
    Use,
    cid_references,
    references,
    remote_host,
    remote_image_hosts,
    remote_references,
)


@pytest.mark.parametrize(
    "text, url, use",
    [
        ("<img src=http://a.example/x>", "http://a.example/x", Use.IMAGE),
        ("<IMG SRC = 'a&amp;b'>", "a&b", Use.IMAGE),
        ('<img src="&#99;id:a">', "cid:a", Use.IMAGE),
        ("<body background=cid:b>", "cid:b", Use.IMAGE),
        ("<td background='cid:b'>", "cid:b", Use.IMAGE),
        ("<video poster=p.png>", "p.png", Use.IMAGE),
        ("<video src=v.mp4>", "v.mp4", Use.MEDIA),
        ("<input type=image src=i.png>", "i.png", Use.IMAGE),
        ("<a href=https://a.example>", "https://a.example", Use.LINK),
        ("<area href=https://a.example>", "https://a.example", Use.LINK),
        ("<link rel='stylesheet' href=a.css>", "a.css", Use.STYLE),
        ("<link rel=preconnect href=//a.example>", "//a.example", Use.HINT),
        ("<link rel='shortcut icon' href=i.ico>", "i.ico", Use.IMAGE),
        ("<script src=s.js></script>", "s.js", Use.SCRIPT),
        ("<iframe src=f.html></iframe>", "f.html", Use.FRAME),
        ("<object data=o.swf>", "o.swf", Use.OBJECT),
        ("<form action=https://a.example>", "https://a.example", Use.FORM),
        ("<button formaction=https://a.example>", "https://a.example", Use.FORM),
        ("<base href=https://a.example/>", "https://a.example/", Use.BASE),
        ("<svg><image xlink:href=i.svg /></svg>", "i.svg", Use.IMAGE),
        ("<meta http-equiv=refresh content='0; url=https://a.example'>", "https://a.example", Use.REFRESH),
        ("<style>p{background:url(a.png)}</style>", "a.png", Use.IMAGE),
        ("<style>@import 'a.css';</style>", "a.css", Use.STYLE),
        ("<style>@import url(a.css);</style>", "a.css", Use.STYLE),
        ("<style>@font-face{src:url('a.woff')}</style>", "a.woff", Use.FONT),
        ("<p style='background:url(a.png)'>", "a.png", Use.IMAGE),
        ('<p style="background:url(&quot;cid:a&quot;)">', "cid:a", Use.IMAGE),
        (r"<p style='background:url(\68ttp://a.example)'>", "http://a.example", Use.IMAGE),
        ("<p style='background:image-set(\"a.png\" 1x)'>", "a.png", Use.IMAGE),
    ],
)
def test_reference_is_found(text: str, url: str, use: Use) -> None:
    (found,) = references(text)
    assert (found.url, found.use) == (url, use)
    assert 0 < found.start < found.stop < len(text)


@pytest.mark.parametrize(
    "text",
    [
        "<!-- <img src=a> -->",
        "<script>'<img src=a>'</script>",
        "<style>/* url(a) */ p::before{content:'url(a)'}</style>",
        "<p data=x>",
        "<img src=''>",
        "<meta name=x content='0; url=a'>",
        "a < img src=b",
    ],
)
def test_what_is_no_reference_is_not_found(text: str) -> None:
    assert references(text) == ()


def test_srcset_gives_each_candidate() -> None:
    text = '<img srcset="a.png 1x, b,c.png 2x,d.png">'
    found = references(text)
    assert [reference.url for reference in found] == ["a.png", "b,c.png", "d.png"]
    assert [text[reference.start : reference.stop] for reference in found] == ["a.png", "b,c.png", "d.png"]


def test_offsets_count_through_character_references() -> None:
    text = "<p style='font-family:&quot;A&#x20;B&quot;;background:url(cid:a)'>"
    (found,) = references(text)
    assert text[found.start : found.stop] == "cid:a"


@pytest.mark.parametrize(
    "url, host",
    [
        ("HTTPS://Example.ORG/x", "example.org"),
        (" \thttp://a.example", "a.example"),
        ("ht\ntp://a.example", "a.example"),
        ("http:a.example", "a.example"),
        (r"http:\\a.example\x", "a.example"),
        ("http://user:pw@a.example:80/", "a.example"),
        ("//a.example/x", "a.example"),
        (r"\\a.example", "a.example"),
        ("http://[::1]:8/", "[::1]"),
        ("cid:http://a.example", ""),
        ("data:image/png,x", ""),
        ("a/b.png", ""),
        ("file:///etc/passwd", ""),
    ],
)
def test_remote_host_is_what_a_browser_asks(url: str, host: str) -> None:
    assert remote_host(url) == host


def test_kinds_of_references_are_told_apart() -> None:
    text = (
        "<a href=mailto:a@b.example>x</a><a href=https://link.example>y</a><img src=https://pic.example/1>"
        "<img src=cid:a><script src=https://script.example></script>"
    )
    assert [found.url for found in cid_references(text)] == ["cid:a"]
    assert cid_references(text)[0].content_id == "a"
    assert remote_image_hosts(text) == ("pic.example",)
    assert [found.use for found in remote_references(text)] == [Use.IMAGE, Use.SCRIPT]


@given(st.text(alphabet="<>\"'=&; abcsrlu()@:/\\\n*-,{}", max_size=80))
def test_any_text_has_references_in_order(text: str) -> None:
    found = references(HtmlDocument.of("<img src='" + text))
    assert all(0 <= one.start <= one.stop <= len(text) + 10 for one in found)
    assert all(0 <= one.start <= one.stop <= len(text) for one in css_urls(text))
