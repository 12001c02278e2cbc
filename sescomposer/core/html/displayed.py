"""Which parts of a message a reader of HTML sees as its body (RFC 8621 section 4.1.4, `htmlBody`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sescomposer.core.body_parts import related_root
from sescomposer.core.entity import Entity

_MEDIA = ("image/", "audio/", "video/")


@dataclass(slots=True)
class _Bodies:
    """The two lists while they grow. Once one is closed, parts of an alternative go to the other alone."""

    html: list[Entity] = field(default_factory=list)
    text: list[Entity] = field(default_factory=list)


def displayed_parts(root: Entity) -> tuple[Entity, ...]:
    """Give the leaves shown as the body, in order: text/html, text/plain where there is no HTML, inline media.

    Follows nested multiparts, not attached messages. Depth is bounded by the parser's own limit.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: multipart/alternative; boundary=b\\r\\n\\r\\n--b\\r\\n\\r\\nHi\\r\\n"
    ...     b"--b\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>Hi\\r\\n--b--\\r\\n")
    >>> [part.media_type for part in displayed_parts(root)]
    ['text/html']
    """
    bodies = _Bodies()
    _sort((root,), (root,), "mixed", bodies, to_html=True, to_text=True, in_alternative=False)
    return tuple(bodies.html)


def _sort(
    parts: Sequence[Entity],
    first: Sequence[Entity],
    container: str,
    bodies: _Bodies,
    *,
    to_html: bool,
    to_text: bool,
    in_alternative: bool,
) -> None:
    """Put the parts of one container where they are shown; `first` is the one that stands for the container."""
    html_before, text_before = len(bodies.html), len(bodies.text)
    for part in parts:
        if part.is_multipart:
            subtype = part.media_type.partition("/")[2]
            inside = in_alternative or subtype == "alternative"
            first_inside = related_root(part) if subtype == "related" else part.children[:1]
            _sort(part.children, first_inside, subtype, bodies, to_html=to_html, to_text=to_text, in_alternative=inside)
        elif not _is_inline(part, part in first, container):
            continue
        elif container == "alternative":
            _sort_alternative(part, bodies, to_html=to_html, to_text=to_text)
        else:
            if in_alternative:
                to_html = to_html and part.media_type != "text/plain"
                to_text = to_text and part.media_type != "text/html"
            bodies.html.extend((part,) if to_html else ())
            bodies.text.extend((part,) if to_text else ())
    if container == "alternative" and to_html and to_text:
        _fill(bodies, html_before, text_before)


def _is_inline(part: Entity, is_first: bool, container: str) -> bool:
    """Tell whether a leaf belongs to the body and is no attachment."""
    media = part.media_type.startswith(_MEDIA)
    if part.disposition == "attachment" or not (media or part.media_type in ("text/plain", "text/html")):
        return False
    return is_first or (container != "related" and (media or not part.file_name))


def _sort_alternative(part: Entity, bodies: _Bodies, *, to_html: bool, to_text: bool) -> None:
    """Put a direct child of multipart/alternative on the list of its own kind."""
    if part.media_type == "text/html" and to_html:
        bodies.html.append(part)
    elif part.media_type == "text/plain" and to_text:
        bodies.text.append(part)


def _fill(bodies: _Bodies, html_before: int, text_before: int) -> None:
    """Let a list that found nothing in an alternative show what the other one found."""
    found_html, found_text = len(bodies.html) > html_before, len(bodies.text) > text_before
    if found_html and not found_text:
        bodies.text.extend(bodies.html[html_before:])
    elif found_text and not found_html:
        bodies.html.extend(bodies.text[text_before:])
