"""Small edits of HTML text: an inline image where the caret is, and cid: addresses that follow a changed Content-ID."""

import html
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.references import cid_references, content_id_of
from sescomposer.core.html.tokens import Kind


class Edit(NamedTuple):
    """An edit as an editor tells it: offset, number of characters taken out there, text put in their place."""

    position: int
    removed: int
    added: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits that count in the text as it is, in ascending order and without overlap.

    >>> apply_edits("abcd", [Edit(1, 1, "X"), Edit(3, 0, "Y")])
    'aXcYd'
    """
    pieces: list[str] = []
    position = 0
    for edit in edits:
        pieces += (text[position : edit.position], edit.added)
        position = edit.position + edit.removed
    return "".join((*pieces, text[position:]))


def cid_url(content_id: str) -> str:
    """Give the cid: address of a Content-ID without angle brackets, safe between quotes in HTML (RFC 2392).

    >>> cid_url("logo 1@b.example")
    'cid:logo%201@b.example'
    """
    return "cid:" + quote(content_id, safe="@!$*+-._~=")


def insert_image(text: str | HtmlDocument, position: int, content_id: str, alt: str) -> Edit:
    """Give the edit that puts an image of this message where the caret is, or behind the tag that the caret is in.

    Args:
        text: The HTML, or its document where that is known.
        position: Offset of the caret.
        content_id: Content-ID of the part, without angle brackets.
        alt: What stands for the image where it is not shown; plain text.

    >>> insert_image("<p></p>", 1, "a@b.example", 'A "cat"')
    Edit(position=3, removed=0, added='<img src="cid:a@b.example" alt="A &quot;cat&quot;">')
    """
    image = f'<img src="{cid_url(content_id)}" alt="{html.escape(alt)}">'
    return Edit(_outside_markup(HtmlDocument.of(text), position), 0, image)


def _outside_markup(document: HtmlDocument, position: int) -> int:
    """Give the nearest offset at or behind `position` where text can stand."""
    inside_raw = False
    for token in document.tokens(max(0, position - 1)):
        if token.kind in (Kind.RAW_TEXT, Kind.RAW_START_TAG):
            inside_raw = True
        elif inside_raw and token.kind is Kind.END_TAG:
            return token.stop
        elif token.kind is Kind.TEXT or position in (token.start, token.stop):
            return max(position, token.start)
        else:
            return token.stop
    return len(document.text)


def change_content_id(document: HtmlDocument, old: str, new: str) -> tuple[Edit, ...]:
    """Give the edits that let every reference to one Content-ID name another; ascending.

    >>> change_content_id(HtmlDocument.of("<img src=cid:a><img src='CID:b'>"), "b", "c@d.example")
    (Edit(position=25, removed=5, added='cid:c@d.example'),)
    """
    return tuple(
        Edit(found.start, found.stop - found.start, cid_url(new))
        for found in cid_references(document)
        if content_id_of(found.url) == old
    )
