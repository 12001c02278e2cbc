"""What a preview shows of a message, and what its page may ask for."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.html.displayed import displayed_parts
from sescomposer.core.html.preview_document import PreviewDocument, PreviewPart, RemoteImage, preview_document
from sescomposer.core.parse import parse


def entity(head: str, *parts: str, body: str = "") -> str:
    if not parts:
        return f"{head}\r\n\r\n{body}"
    inside = "".join(f"--{len(head)}b\r\n{part}\r\n" for part in parts)
    return f'{head}; boundary="{len(head)}b"\r\n\r\n{inside}--{len(head)}b--\r\n'


TEXT = entity("Content-Type: text/plain", body="text")
HTML = entity("Content-Type: text/html", body="<p>html")
IMAGE = entity("Content-Type: image/png\r\nContent-ID: <i@x>\r\nContent-Location: pic.png", body="PNG")
ATTACHED_HTML = entity("Content-Type: text/html\r\nContent-Disposition: attachment", body="<p>attached")
NAMED_TEXT = entity("Content-Type: text/plain; name=a.txt", body="named")
ALTERNATIVE, MIXED, RELATED = (f"Content-Type: multipart/{name}" for name in ("alternative", "mixed", "related"))


def address(number: int) -> str:
    return f"x:{number}"


@pytest.mark.parametrize(
    "message, expected",
    [
        (TEXT, ["text/plain"]),
        (HTML, ["text/html"]),
        (entity(ALTERNATIVE, TEXT, HTML), ["text/html"]),
        (entity(ALTERNATIVE, TEXT), ["text/plain"]),
        (entity(MIXED, entity(ALTERNATIVE, TEXT, HTML), ATTACHED_HTML), ["text/html"]),
        (entity(MIXED, TEXT, NAMED_TEXT), ["text/plain"]),
        (entity(MIXED, TEXT, HTML), ["text/plain", "text/html"]),
        (entity(RELATED, HTML, IMAGE), ["text/html"]),
        (entity(ALTERNATIVE, TEXT, entity(RELATED, HTML, IMAGE)), ["text/html"]),
        (entity(MIXED, HTML, IMAGE), ["text/html", "image/png"]),
        (entity(ALTERNATIVE, TEXT, entity(MIXED, HTML, IMAGE)), ["text/html", "image/png"]),
        (entity("Content-Type: application/pdf", body="x"), []),
        (entity(MIXED, ATTACHED_HTML), []),
    ],
)
def test_body_is_what_readers_show(message: str, expected: Sequence[str]) -> None:
    assert [part.media_type for part in displayed_parts(parse(message.encode()))] == expected


def test_parts_are_found_by_content_id_and_location() -> None:
    html = entity("Content-Type: text/html", body='<img src="cid:i%40x"><img src="pic.png"><img src="cid:none">')
    page = preview_document(parse(entity(RELATED, html, IMAGE).encode()), 1).page(address)
    assert page.html == '<img src="x:0"><img src="x:1"><img src="cid:none">'
    first, second = page.resources
    assert isinstance(first, PreviewPart)
    assert isinstance(second, PreviewPart)
    assert (first.media_type, first.octets(), second.octets()) == ("image/png", b"PNG", b"PNG")


def test_text_is_shown_as_text() -> None:
    message = entity("Content-Type: text/plain; charset=utf-8", body="a < b & <script>\r\n  é\r\n")
    document = preview_document(parse(message.encode()), 1)
    assert document.content.is_text
    assert "<pre>a &lt; b &amp; &lt;script&gt;\n  é\n</pre>" in document.page(address).html


@pytest.mark.parametrize(
    "message, empty",
    [("", True), (entity("Content-Type: text/html", body=" \r\n"), True), (HTML, False), (IMAGE, False), (TEXT, False)],
)
def test_emptiness_is_seen(message: str, empty: bool) -> None:
    assert preview_document(parse(message.encode()), 1).content.is_empty is empty


@pytest.mark.parametrize(
    "charset, octets, shown",
    [
        ("utf-8", b"\xc3\xa9", "é"),
        ("utf-8", b"\xe9", "é"),
        ("us-ascii", b"\xc3\xa9", "é"),
        ("nonsense", b"\xc3\xa9", "é"),
        ("nonsense", b"\xe9", "é"),
        ("iso-2022-jp", b"\x1b$B\x1b", None),
    ],
)
def test_octets_that_are_no_text_are_shown_as_far_as_possible(charset: str, octets: bytes, shown: str | None) -> None:
    head = f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    text = preview_document(parse(head + octets), 1).content.html
    assert shown is None or text == shown


def test_images_elsewhere_need_their_host_unlocked() -> None:
    html = (
        "<img src=https://a.example/1><img src=//b.example/2><link rel=preconnect href=//a.example><a href=//a.example>"
    )
    document = PreviewDocument.of_html(html)
    assert document.remote_image_hosts == ("a.example", "b.example")
    assert document.page(address).resources == ()
    page = document.page(address, unlocked=frozenset(("b.example",)))
    assert page.resources == (RemoteImage("https://b.example/2"),)
    assert "src=https://a.example/1" in page.html
    assert "src=x:0" in page.html
    assert "rel=preconnect href=about:invalid" in page.html
    assert "<a href=//a.example>" in page.html


def test_links_to_parts_stay_as_they_are() -> None:
    part = PreviewPart("image/png", bytes)
    page = PreviewDocument.of_html("<a href=cid:a><img src=cid:a></a>", parts={"a": part}).page(address)
    assert page.html == "<a href=cid:a><img src=x:0></a>"


def test_dark_page_decides_the_message_s_own_rules() -> None:
    html = "<style>@media (prefers-color-scheme: dark) {p {background: url(cid:a)}}</style>"
    document = PreviewDocument.of_html(html, parts={"a": PreviewPart("image/png", bytes)})
    page = document.page(address, dark=True)
    assert page.own_dark
    assert page.html == "<style>@media (min-width: 0px) {p {background: url(x:0)}}</style>"
    assert not PreviewDocument.of_html("<p>x").page(address, dark=True).own_dark


@given(st.text(alphabet="<>\"'=&; abcsrhefdi:/()@-{}*\n", max_size=120))
def test_any_html_has_a_page(text: str) -> None:
    document = PreviewDocument.of_html(text, parts={"a": PreviewPart("image/png", bytes)})
    for dark in (False, True):
        assert len(document.page(address, dark=dark, unlocked=frozenset(("a",))).html) >= 0
