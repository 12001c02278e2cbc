"""Everything that HTML refers to: where it stands, what it is for, and whether it leads out of the message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from sescomposer.core.html.css import CssUrl, css_urls
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.tags import Attribute, attribute_values, attributes, decoded_pieces
from sescomposer.core.html.tokens import Kind, Token, tag_name


class Use(StrEnum):
    """What a reference is for."""

    IMAGE = "image"
    LINK = "link"
    STYLE = "style sheet"
    FONT = "font"
    SCRIPT = "script"
    MEDIA = "media"
    FRAME = "frame"
    OBJECT = "object"
    FORM = "form"
    BASE = "base"
    REFRESH = "refresh"
    HINT = "hint"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference.

    Attributes:
        start: Offset of the address as written, without quotes.
        stop: Offset behind it.
        url: The address, decoded, without blanks around it.
        element: Lower-case name of the element.
        attribute: Lower-case name of the attribute; empty in the text of a style element.
        use: What it is for.
    """

    start: int
    stop: int
    url: str
    element: str
    attribute: str
    use: Use

    @property
    def content_id(self) -> str:
        """The Content-ID that a cid: address names, "" for other addresses."""
        return content_id_of(self.url)


_ATTRIBUTES = {
    "src": Use.IMAGE,
    "lowsrc": Use.IMAGE,
    "dynsrc": Use.IMAGE,
    "background": Use.IMAGE,
    "poster": Use.IMAGE,
    "href": Use.LINK,
    "xlink:href": Use.IMAGE,
    "action": Use.FORM,
    "formaction": Use.FORM,
    "data": Use.OBJECT,
    "codebase": Use.OBJECT,
    "classid": Use.OBJECT,
    "archive": Use.OBJECT,
    "code": Use.OBJECT,
    "cite": Use.OTHER,
    "longdesc": Use.OTHER,
    "manifest": Use.OTHER,
    "ping": Use.OTHER,
    "icon": Use.OTHER,
}
_ELEMENTS = {
    ("script", "src"): Use.SCRIPT,
    ("iframe", "src"): Use.FRAME,
    ("frame", "src"): Use.FRAME,
    ("embed", "src"): Use.OBJECT,
    ("audio", "src"): Use.MEDIA,
    ("video", "src"): Use.MEDIA,
    ("track", "src"): Use.MEDIA,
    ("bgsound", "src"): Use.MEDIA,
    ("base", "href"): Use.BASE,
    ("image", "href"): Use.IMAGE,
    ("use", "href"): Use.IMAGE,
    ("feimage", "href"): Use.IMAGE,
    ("a", "xlink:href"): Use.LINK,
}
_ONLY = {"data": ("object",), "code": ("applet", "embed"), "archive": ("applet", "object"), "icon": ("menuitem",)}
_RELATIONS = (
    (("stylesheet",), Use.STYLE),
    (("icon", "apple-touch-icon", "mask-icon", "shortcut"), Use.IMAGE),
    (("preconnect", "dns-prefetch", "prefetch", "preload", "modulepreload", "prerender"), Use.HINT),
)
_CSS_USES = {"import": Use.STYLE, "font": Use.FONT, "image": Use.IMAGE}
_SRCSET = re.compile(r"[\s,]*+([^\s]+?)(?:,(?=\s|\Z)|(?=\s)([^,(]|\([^)]*\)|(?!))*+,?|\Z)")
_REFRESH = re.compile(r"[\s\d.]*[;,\s]\s*(?:url\s*=\s*)?[\"']?([^\"']+)", re.IGNORECASE)
# Most tags refer to nothing: looking for a piece of an attribute's name is far cheaper than reading the tag.
_MAY_REFER = re.compile(
    "src|href|background|poster|style|data|action|code|classid|archive|cite|longdesc|manifest|ping|icon|content",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(r"(?:(https?|ftp):[/\\]*|[/\\]{2})(?:[^/\\?#]*@)?(\[[^\]]*\]|[^/\\?#:]*)", re.IGNORECASE)
_UNSEEN = re.compile(r"[\t\n\r]")


def references(source: HtmlDocument | str) -> tuple[Reference, ...]:
    """Give all references in the order of the text.

    >>> found = references('<img src="cid:a"><p style="background:url(https://b.example/c.png)">')
    >>> [(reference.url, reference.use.value) for reference in found]
    [('cid:a', 'image'), ('https://b.example/c.png', 'image')]
    """
    document = HtmlDocument.of(source)
    found: list[Reference] = []
    raw_name = ""
    for token in document.tokens():
        if token.kind in (Kind.START_TAG, Kind.RAW_START_TAG):
            raw_name = tag_name(document.text, token.start)
            found.extend(_of_tag(document.text, token, raw_name))
        elif token.kind is Kind.RAW_TEXT and raw_name == "style":
            css = document.text[token.start : token.stop]
            found.extend(_of_css(url, token.start, "style", "") for url in css_urls(css))
    return tuple(found)


def _of_tag(text: str, token: Token, element: str) -> Iterator[Reference]:
    """Give the references of one start tag."""
    if not _MAY_REFER.search(text, token.start, token.stop):
        return
    for attribute in attributes(text, token.start, token.stop):
        match attribute.name:
            case "style":
                yield from _of_style(attribute, element)
            case "srcset" | "imagesrcset":
                yield from _of_srcset(attribute, element)
            case "content" if element == "meta":
                yield from _of_refresh(text, token, attribute)
            case _ if attribute.name in _ATTRIBUTES and element in _ONLY.get(attribute.name, (element,)):
                yield from _of_value(text, token, attribute, element)


def _of_value(text: str, token: Token, attribute: Attribute, element: str) -> Iterator[Reference]:
    """Give the reference that an attribute holds as its whole value."""
    url = attribute.value.strip()
    if not url:
        return
    use = _ELEMENTS.get((element, attribute.name), _ATTRIBUTES[attribute.name])
    if element == "link" and attribute.name == "href":
        use = _link_use(attribute_values(text, token.start, token.stop).get("rel", ""))
    yield Reference(attribute.value_start, attribute.value_stop, url, element, attribute.name, use)


def _link_use(relations: str) -> Use:
    """Say what a <link> is for by its rel attribute."""
    words = set(relations.lower().split())
    return next((use for names, use in _RELATIONS if words & set(names)), Use.OTHER)


def _of_style(attribute: Attribute, element: str) -> Iterator[Reference]:
    """Give the references of a style attribute, offsets counted through its character references."""
    pieces = list(decoded_pieces(attribute.raw))
    css = "".join(piece for piece, _ in pieces)
    for url in css_urls(css):
        start = attribute.value_start + _raw_offset(pieces, url.start)
        stop = attribute.value_start + _raw_offset(pieces, url.stop)
        yield Reference(start, stop, url.url, element, "style", _CSS_USES[url.use])


def _raw_offset(pieces: list[tuple[str, int]], offset: int) -> int:
    """Turn an offset in a decoded value into one in the value as written."""
    raw = 0
    for piece, length in pieces:
        if offset < len(piece):
            return raw + (offset if len(piece) == length else 0)
        raw, offset = raw + length, offset - len(piece)
    return raw


def _of_srcset(attribute: Attribute, element: str) -> Iterator[Reference]:
    """Give the addresses of a srcset attribute (WHATWG HTML, section 4.8.4.2.1)."""
    pieces = list(decoded_pieces(attribute.raw))
    for match in _SRCSET.finditer("".join(piece for piece, _ in pieces)):
        url = match[1].rstrip(",")
        if url:
            start = attribute.value_start + _raw_offset(pieces, match.start(1))
            stop = attribute.value_start + _raw_offset(pieces, match.start(1) + len(url))
            yield Reference(start, stop, url, element, attribute.name, Use.IMAGE)


def _of_refresh(text: str, token: Token, attribute: Attribute) -> Iterator[Reference]:
    """Give the address that a meta refresh leads to."""
    if attribute_values(text, token.start, token.stop).get("http-equiv", "").strip().lower() != "refresh":
        return
    match = _REFRESH.match(attribute.value)
    if match:
        yield Reference(attribute.value_start, attribute.value_stop, match[1].strip(), "meta", "content", Use.REFRESH)


def _of_css(url: CssUrl, offset: int, element: str, attribute: str) -> Reference:
    return Reference(url.start + offset, url.stop + offset, url.url, element, attribute, _CSS_USES[url.use])


def content_id_of(url: str) -> str:
    """Give the Content-ID that a cid: address names, without angle brackets; "" for other addresses (RFC 2392).

    >>> content_id_of("CID:logo%40b.example")
    'logo@b.example'
    """
    scheme, colon, rest = url.partition(":")
    return unquote(rest) if colon and scheme.strip().lower() == "cid" else ""


def cid_references(source: HtmlDocument | str) -> tuple[Reference, ...]:
    """Give the references to parts of the message by Content-ID, in order."""
    return tuple(reference for reference in references(source) if content_id_of(reference.url))


def remote_host(url: str) -> str:
    """Give the lower-case host that a browser would ask for this address; "" if it asks none.

    >>> [remote_host(url) for url in ("https://u@A.example:8/x", r"http:\\b.example", "//c.example", "cid:x", "e.png")]
    ['a.example', 'b.example', 'c.example', '', '']
    """
    match = _AUTHORITY.match(_UNSEEN.sub("", url).strip("".join(map(chr, range(33)))))
    return match[2].lower() if match else ""


def remote_references(source: HtmlDocument | str) -> tuple[Reference, ...]:
    """Give what a mail program would fetch from elsewhere when it shows the HTML: neither links nor forms."""
    shown = (Use.IMAGE, Use.STYLE, Use.FONT, Use.SCRIPT, Use.MEDIA, Use.FRAME, Use.OBJECT, Use.HINT)
    return tuple(found for found in references(source) if found.use in shown and remote_host(found.url))


def remote_image_hosts(source: HtmlDocument | str) -> tuple[str, ...]:
    """Give the hosts of remote images, each once, sorted.

    >>> remote_image_hosts("<img src=https://b.example/1><img src=//a.example/2><a href=http://c.example>")
    ('a.example', 'b.example')
    """
    return tuple(sorted({remote_host(found.url) for found in remote_references(source) if found.use is Use.IMAGE}))
