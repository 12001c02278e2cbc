"""Which parts of a message a reader of HTML sees as its body (RFC 8621 section 4.1.4, `htmlBody`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sescomposer.core.body_parts import is_of_body, related_root
from sescomposer.core.entity import Entity

_ALTERNATIVE = "multipart/alternative"


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
    _sort((root,), (root,), "", bodies, to_html=True, to_text=True, in_alternative=False)
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
            home = part.media_type
            inside = in_alternative or home == _ALTERNATIVE
            first_inside = related_root(part) if home == "multipart/related" else part.children[:1]
            _sort(part.children, first_inside, home, bodies, to_html=to_html, to_text=to_text, in_alternative=inside)
        elif not is_of_body(part, container, part in first):
            continue
        elif container == _ALTERNATIVE:
            _sort_alternative(part, bodies, to_html=to_html, to_text=to_text)
        else:
            if in_alternative:
                to_html = to_html and part.media_type != "text/plain"
                to_text = to_text and part.media_type != "text/html"
            bodies.html.extend((part,) if to_html else ())
            bodies.text.extend((part,) if to_text else ())
    if container == _ALTERNATIVE and to_html and to_text:
        _fill(bodies, html_before, text_before)


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
