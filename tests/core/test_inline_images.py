"""Images put into the HTML: parts, Content-IDs and references agree, as an independent reader sees them."""

import re
from email import message_from_bytes
from email.policy import default

import pytest

from sescomposer.core.body_parts import body_parts
from sescomposer.core.errors import EditError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.inline_images import with_inline_images
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure import Attachment, blank_message, with_html

GIF = Attachment(Octets.of(b"GIF89a"), "Löwe.gif", "image/gif")
PNG = Attachment(Octets.of(b"\x89PNG"), "b.png", "image/png")


def test_references_stand_in_order_where_the_caret_is() -> None:
    ids = SeededIdentifiers(1)
    root = with_html(blank_message(), "<p>one</p><p>two</p>", ids)
    new = with_inline_images(root, [GIF, PNG], 10, ids)
    read = message_from_bytes(bytes(new.octets), policy=default)
    parts = list(read.walk())
    html = parts[1].get_content()
    references = re.findall(r'cid:([^"]+)" alt="([^"]+)"', html)
    assert [alt for _, alt in references] == ["Löwe", "b"]
    assert [part["Content-ID"] for part in parts[2:]] == [f"<{content_id}>" for content_id, _ in references]
    assert html.startswith("<p>one</p><img")
    assert html.rstrip().endswith("<p>two</p>")


def test_html_is_made_where_there_is_none() -> None:
    new = with_inline_images(blank_message(), [GIF], 0, SeededIdentifiers(1))
    assert new.media_type == "multipart/related"
    html = body_parts(new).html
    assert html is not None
    assert html.text().startswith("<img")


def test_no_images_change_nothing() -> None:
    root = with_html(blank_message(), "<p>", SeededIdentifiers(1))
    assert with_inline_images(root, [], 0, SeededIdentifiers(1)) is root


def test_signed_html_is_refused() -> None:
    octets = (
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b\r\n"
        b"Content-Type: application/pkcs7-signature\r\n\r\nAA==\r\n--b--\r\n"
    )
    with pytest.raises(EditError):
        with_inline_images(parse(octets), [GIF], 0, SeededIdentifiers(1))
