"""Which parts are the text, which are shown inside it, and which are attachments (RFC 8621 section 4.1.4)."""

from dataclasses import dataclass, field

from sescomposer.core.entity import Entity
from sescomposer.core.lazy import kept

_SHOWN = ("image/", "audio/", "video/")


@dataclass(frozen=True, slots=True)
class BodyParts:
    """The leaves of a message by their use.

    Attributes:
        text: The first text/plain of the body, None where there is none.
        html: The first text/html of the body, None where there is none.
        inline: Parts shown inside the body: those beside the HTML of a multipart/related, and images, audio and
            video between its texts.
        attachments: All other leaves, nested messages among them, in order.
        calendar: The first text/calendar that is not marked as attachment: an alternative of the texts (RFC 6047). It
            is among the attachments too, as every leaf is that is neither text nor shown.
    """

    text: Entity | None = None
    html: Entity | None = None
    inline: tuple[Entity, ...] = ()
    attachments: tuple[Entity, ...] = ()
    calendar: Entity | None = None


@dataclass(slots=True)
class _Sorted:
    """The lists of the standard's algorithm."""

    texts: list[Entity] = field(default_factory=list)
    htmls: list[Entity] = field(default_factory=list)
    inline: list[Entity] = field(default_factory=list)
    attachments: list[Entity] = field(default_factory=list)


def body_parts(root: Entity) -> BodyParts:
    """Tell the parts of a message apart.

    >>> from sescomposer.core.parse import parse
    >>> parts = body_parts(parse(b"Content-Type: text/html\\r\\n\\r\\n<p>Hi"))
    >>> parts.text is None, parts.html is not None
    (True, True)
    """
    # A leaf that kept itself among its parts would live on until garbage is collected.
    return kept(root, _told_apart) if root.is_multipart else _told_apart(root)


def _told_apart(root: Entity) -> BodyParts:
    found = _Sorted()
    # An explicit stack: (entity, media type of its container, whether it is the first there).
    waiting: list[tuple[Entity, str, bool]] = [(root, "", True)]
    while waiting:
        entity, home, is_first = waiting.pop()
        if not entity.is_multipart:
            _sort(entity, home, is_first, found)
            continue
        first = related_root(entity) if entity.media_type == "multipart/related" else entity.children[:1]
        inside = [(child, entity.media_type, child in first) for child in entity.children]
        waiting.extend(reversed(inside))
    text = next(iter(found.texts), None)
    html = next(iter(found.htmls), None)
    calendar = next((leaf for leaf in found.attachments if _is_calendar(leaf)), None)
    return BodyParts(text, html, tuple(found.inline), tuple(found.attachments), calendar)


def _is_calendar(leaf: Entity) -> bool:
    return leaf.media_type == "text/calendar" and leaf.disposition != "attachment" and not leaf.children


def related_root(related: Entity) -> tuple[Entity, ...]:
    """Give the one child that a multipart/related shows: the one its start parameter names, else the first."""
    start = related.content_type.get("start").strip().removeprefix("<").removesuffix(">")
    named = tuple(child for child in related.children if start and child.content_id == start)
    return (named or related.children)[:1]


def is_of_body(leaf: Entity, home: str, is_first: bool) -> bool:
    """Whether a leaf belongs to the body and is no attachment: a text, or an image, audio or video.

    Args:
        leaf: Any entity without parts.
        home: Media type of the container it stands in, "" for the message itself.
        is_first: Whether it is what that container is opened with.
    """
    is_shown = leaf.media_type.startswith(_SHOWN)
    if leaf.disposition == "attachment" or not (is_shown or leaf.media_type in ("text/plain", "text/html")):
        return False
    return not leaf.children and (is_first or (home != "multipart/related" and (is_shown or not leaf.file_name)))


def _sort(entity: Entity, home: str, is_first: bool, found: _Sorted) -> None:
    """Put one leaf where it belongs."""
    media_type = entity.media_type
    is_body = is_of_body(entity, home, is_first)
    is_inline = home == "multipart/related" and not is_first and entity.disposition != "attachment"
    if is_body and media_type == "text/plain":
        found.texts.append(entity)
    elif is_body and media_type == "text/html":
        found.htmls.append(entity)
    elif is_inline or (is_body and home != "multipart/alternative"):
        found.inline.append(entity)
    else:
        found.attachments.append(entity)


__all__ = ["BodyParts", "body_parts", "is_of_body", "related_root"]
