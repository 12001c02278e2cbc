"""What a preview shows of a message: its HTML, the parts that HTML may show, and nothing from anywhere else.

Making a `PreviewDocument` costs nothing; its `page` does the work and is meant for a worker.
"""

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from sescomposer.core.entity import Entity
from sescomposer.core.errors import EncodingError
from sescomposer.core.html.cid import Edit, apply_edits
from sescomposer.core.html.color_scheme import color_scheme_edits, has_dark_rules
from sescomposer.core.html.displayed import displayed_parts
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.references import (
    Reference,
    Use,
    content_id_of,
    references,
    remote_host,
)
from sescomposer.core.lazy import lazy

_SHOWN = (Use.IMAGE, Use.MEDIA, Use.STYLE, Use.FONT)
_TEXT_PAGE = (
    "<!DOCTYPE html><style>body{{margin:16px;font:14px/1.5 sans-serif;color:{ink};background:{paper}}}"
    "pre{{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 16px}}img{{max-width:100%}}</style>"
)


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """A part of the message that the HTML may show: lower-case media type, and how to get its decoded octets."""

    media_type: str
    octets: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """An image elsewhere that may be fetched: an absolute http or https address."""

    url: str


@dataclass(frozen=True)
class Page:
    """HTML ready to be shown.

    Attributes:
        html: The HTML; every reference that may be followed leads to `resources`, by `address`.
        resources: What it may ask for, by number.
        dark: Whether it is for a dark window.
        own_dark: Whether the message itself says how it looks dark.
    """

    html: str
    resources: tuple[PreviewPart | RemoteImage, ...] = ()
    dark: bool = False
    own_dark: bool = False


@dataclass(frozen=True, slots=True)
class PreviewContent:
    """What there is to show.

    Attributes:
        html: HTML with LF line ends.
        parts: Parts by Content-ID (without angle brackets) and by Content-Location.
        is_text: Whether `html` was made from plain text.
        is_empty: Whether there is nothing to show.
    """

    html: str
    parts: Mapping[str, PreviewPart] = field(default_factory=dict)
    is_text: bool = False
    is_empty: bool = False


@dataclass(frozen=True, eq=False)
class PreviewDocument:
    """A message as a preview sees it; everything is looked for when first asked for.

    Attributes:
        revision: Number of the edit that it was made from.
        message: Names the message through edits; what is unlocked for one is not for another.
        load: Gives the content; a pure function.

    >>> document = PreviewDocument.of_html('<img src="cid:a">', parts={"a": PreviewPart("image/png", lambda: b"...")})
    >>> document.page(lambda number: f"x:{number}").html
    '<img src="x:0">'
    """

    revision: int
    message: int
    load: Callable[[], PreviewContent]

    @staticmethod
    def of_html(
        text: str, *, revision: int = 0, message: int = 0, parts: Mapping[str, PreviewPart] | None = None
    ) -> "PreviewDocument":
        """Make one of HTML at hand."""
        content = PreviewContent(text, parts or {}, is_empty=not text.strip())
        return PreviewDocument(revision, message, lambda: content)

    @lazy
    def content(self) -> PreviewContent:
        """What there is to show."""
        return self.load()

    @lazy
    def document(self) -> HtmlDocument:
        """The HTML with its tokens."""
        return HtmlDocument.of(self.content.html)

    @lazy
    def references(self) -> tuple[Reference, ...]:
        """Everything the HTML refers to."""
        return references(self.document)

    @lazy
    def remote_image_hosts(self) -> tuple[str, ...]:
        """Hosts that the HTML wants images from, each once, sorted."""
        return tuple(sorted({remote_host(found.url) for found in self.references if _is_remote_image(found)}))

    def page(
        self, address: Callable[[int], str], *, dark: bool = False, unlocked: frozenset[str] = frozenset()
    ) -> Page:
        """Make the HTML that is shown.

        Args:
            address: Gives the address of the resource with that number; ASCII without quotes, blanks or '&'.
            dark: For a dark window.
            unlocked: Hosts from which images may be fetched.
        """
        resources: dict[str, PreviewPart | RemoteImage] = {}
        numbers: dict[str, int] = {}
        edits: list[Edit] = list(color_scheme_edits(self.document, dark=dark))
        for found in self.references:
            resource = resources.get(found.url) or self._resource(found, unlocked)
            if found.use is Use.HINT:
                edits.append(Edit(found.start, found.stop - found.start, "about:invalid"))
            elif resource is not None and found.use in _SHOWN:
                resources[found.url] = resource
                number = numbers.setdefault(found.url, len(numbers))
                edits.append(Edit(found.start, found.stop - found.start, address(number)))
        shown = apply_edits(self.document.text, _without_overlap(edits))
        if self.content.is_text:
            shown = _text_style(dark) + shown
        return Page(shown, tuple(resources.values()), dark, self.content.is_text or has_dark_rules(self.document.text))

    def _resource(self, found: Reference, unlocked: frozenset[str]) -> PreviewPart | RemoteImage | None:
        """Give what a reference may be answered with."""
        part = self.content.parts.get(content_id_of(found.url) or found.url)
        if part is not None:
            return part
        if _is_remote_image(found) and remote_host(found.url) in unlocked:
            url = found.url
            return RemoteImage("https:" + url if url[:2] in ("//", "\\\\", "/\\", "\\/") else url)
        return None


def _is_remote_image(found: Reference) -> bool:
    return found.use is Use.IMAGE and found.url[:4].lower() != "ftp:" and bool(remote_host(found.url))


def _without_overlap(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Give edits in ascending order; of two that overlap, as only hostile HTML can have them, the first."""
    behind = 0
    for edit in sorted(edits):
        if edit.position >= behind:
            yield edit
            behind = edit.position + edit.removed


def _text_style(dark: bool) -> str:
    ink, paper = ("#e6e6e6", "#1e1e1e") if dark else ("#1a1a1a", "#ffffff")
    return _TEXT_PAGE.format(ink=ink, paper=paper)


def preview_document(root: Entity, revision: int) -> PreviewDocument:
    """Make the preview of a message: the body by RFC 8621 section 4.1.4, inline parts by Content-ID and location.

    >>> from sescomposer.core.parse import parse
    >>> preview_document(parse(b"Content-Type: text/html\\r\\n\\r\\n<p>Hi"), 1).page(str).html
    '<p>Hi'
    """
    return PreviewDocument(revision, root.key, lambda: _content_of(root))


def _content_of(root: Entity) -> PreviewContent:
    """Find and decode what a message shows."""
    shown = displayed_parts(root)
    is_text = not any(part.media_type == "text/html" for part in shown)
    single = len(shown) == 1 and not is_text
    text = _text_of(shown[0]) if single else "\n<hr>\n".join(map(_as_html, shown))
    return PreviewContent(text, _parts(root), is_text, _is_blank(shown))


def _is_blank(shown: Iterable[Entity]) -> bool:
    """Tell whether nothing is there to see; a long part is never read for it."""
    return all(part.is_text and len(part.octets) < 10_000 and not _text_of(part).strip() for part in shown)


def _parts(root: Entity) -> dict[str, PreviewPart]:
    """Give the leaves that have a name inside the message."""
    parts: dict[str, PreviewPart] = {}
    for part in root.walk():
        location = part.header.get("Content-Location").strip() if not part.children else ""
        for name in (part.content_id, location):
            if name and not part.children:
                parts.setdefault(name, PreviewPart(part.media_type, _octets_of(part)))
    return parts


def _octets_of(part: Entity) -> Callable[[], bytes]:
    return lambda: bytes(part.content)


def _as_html(part: Entity) -> str:
    """Show one of several parts: HTML as it stands, text as text, images where they stand."""
    match part.media_type.partition("/")[0]:
        case "text" if part.media_type == "text/html":
            return _text_of(part)
        case "text":
            return f"<pre>{html.escape(_text_of(part), quote=False)}</pre>"
        case "image" if part.content_id:
            return f'<p><img src="cid:{quote(part.content_id)}" alt="{html.escape(part.file_name)}"></p>'
        case _:
            return f"<p>[{html.escape(part.file_name or part.media_type)}]</p>"


def _text_of(part: Entity) -> str:
    """Decode a text as far as it goes: a preview shows what a lenient reader shows."""
    try:
        return part.text()
    except EncodingError:
        octets = bytes(part.content)
        text = _decoded(octets, part.charset)
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(octets: bytes, charset: str) -> str:
    """Decode octets that are no text of their charset, or of none that is known."""
    for name in ("utf-8", charset):
        try:
            return octets.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return octets.decode("windows-1252", "replace")
