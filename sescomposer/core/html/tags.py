"""Attributes of a tag, with offsets, and character references decoded (WHATWG HTML, section 13.2.5)."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = r"\t\n\f\r "
_TAG_START = re.compile(rf"</?[^{_BLANK}/>]*+")
_ATTRIBUTE = re.compile(
    rf"[{_BLANK}/]*+(?P<name>[^{_BLANK}/>][^{_BLANK}/>=]*+)"
    rf"(?:[{_BLANK}]*+=[{_BLANK}]*+(?:\"(?P<double>[^\"]*+)\"?|'(?P<single>[^']*+)'?|(?P<bare>[^{_BLANK}>\"'][^{_BLANK}>]*+)|(?!))?+|(?!))?+"
)
CHARACTER_REFERENCE = re.compile(r"&(?:#[xX][0-9a-fA-F]+;?|#[0-9]+;?|[a-zA-Z][a-zA-Z0-9]*;?)")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute as it stands.

    Attributes:
        name: Lower-case name.
        start: Offset of the name.
        value_start: Offset of the value inside its quotes; the end of the attribute where it has none.
        value_stop: Offset behind the value.
        raw: The value as written.
        quote: The quote around the value; empty if there is none.
    """

    name: str
    start: int
    value_start: int
    value_stop: int
    raw: str
    quote: str

    @property
    def value(self) -> str:
        """The value with character references decoded."""
        return decode_value(self.raw)


def attributes(text: str, start: int, stop: int) -> Iterator[Attribute]:
    """Give the attributes of the tag that stands from `start` to `stop`, in order, repeated ones too.

    >>> [(a.name, a.value) for a in attributes("<a HREF='?a&amp;b' x>", 0, 21)]
    [('href', '?a&b'), ('x', '')]
    """
    head = _TAG_START.match(text, start)
    position = head.end() if head else stop
    while match := _ATTRIBUTE.match(text, position, stop):
        group = match.lastgroup or "name"
        quote = {"double": '"', "single": "'"}.get(group, "")
        value_start, value_stop = match.span(group) if group != "name" else (match.end(), match.end())
        raw = text[value_start:value_stop]
        yield Attribute(match["name"].lower(), match.start("name"), value_start, value_stop, raw, quote)
        position = match.end()


def attribute_values(text: str, start: int, stop: int) -> dict[str, str]:
    """Give the decoded values by name; of a repeated attribute the first counts.

    >>> attribute_values('<p id=a id=b>', 0, 13)
    {'id': 'a'}
    """
    values: dict[str, str] = {}
    for attribute in attributes(text, start, stop):
        values.setdefault(attribute.name, attribute.value)
    return values


def decode_text(raw: str) -> str:
    """Decode the character references of text between tags.

    >>> decode_text("&eacute; &#x20AC; &copy 1 &nonsense;")
    'é € © 1 &nonsense;'
    """
    return html.unescape(raw) if "&" in raw else raw


def decode_value(raw: str) -> str:
    """Decode the character references of an attribute value, where `?a&copy=1` holds none.

    >>> decode_value("?a&copy=1&amp;b")
    '?a&copy=1&b'
    """
    return "".join(piece for piece, _ in decoded_pieces(raw)) if "&" in raw else raw


def decoded_pieces(raw: str) -> Iterator[tuple[str, int]]:
    """Give an attribute value in pieces, decoded, each with the length it has as written.

    >>> list(decoded_pieces("a&quot;b"))
    [('a', 1), ('"', 6), ('b', 1)]
    """
    position = 0
    for match in CHARACTER_REFERENCE.finditer(raw):
        if match.start() > position:
            yield raw[position : match.start()], match.start() - position
        yield _decoded_reference(match[0], raw[match.end() : match.end() + 1]), len(match[0])
        position = match.end()
    if position < len(raw):
        yield raw[position:], len(raw) - position


def _decoded_reference(reference: str, following: str) -> str:
    """Decode one reference of an attribute value; one without semicolon stays before '=' and letters."""
    if reference.endswith(";") or reference.startswith("&#"):
        return html.unescape(reference)
    whole = html.unescape(reference + ";")
    if following == "=" or whole.endswith(";"):
        return reference
    return html.unescape(reference)
