"""Where parts go: the one place that decides the structure of what is written here.

Text and HTML stand in a multipart/alternative, HTML and its inline parts in a multipart/related, attachments behind
all that in a multipart/mixed. Containers that are there already are used; new ones are made only when needed, and
vanish when the last reason for them does (`containers.tidied`).
"""

from collections.abc import Iterable
from dataclasses import replace

from sescomposer.core.body_parts import body_parts, related_root
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import EditError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.sender_domain import sender_domain
from sescomposer.core.structure.attachment import Attachment, part_of
from sescomposer.core.structure.boundaries import searched, without_conflicts
from sescomposer.core.structure.containers import container_of, inserted, taken_out, tidied, wrapped
from sescomposer.core.structure.fields import checked_content_id, with_value
from sescomposer.core.structure.leaf import checked_text, replaced_text
from sescomposer.core.structure.messages import emptied, is_empty_text, text_leaf, with_content_fields
from sescomposer.core.structure.paths import Path, check_open, editable_path, grafted, is_message, path_to


def arranged(
    text: str | None,
    html: str | None,
    inline: Iterable[Attachment],
    attachments: Iterable[Attachment],
    ids: Identifiers,
    line_end: bytes = b"\r\n",
) -> Entity:
    """Make the body of a new message at once, as the edits below would one by one.

    Args:
        text, html: Bodies with any line ends, None for none. An empty text beside HTML counts as none.
        inline: Parts for the HTML; each has its Content-ID.
        attachments: Files, in order.
        ids: Maker of boundaries.
        line_end: For everything.

    Raises:
        EditError: there are inline parts and no HTML.
        HeaderError, EncodingError: see `attach` and `with_text`.
    """
    shown = tuple([part_of(replace(image, disposition=image.disposition and "inline"), line_end) for image in inline])
    body = None if html is None else text_leaf("html", checked_text(html), line_end)
    if shown:
        body = container_of((_needed(body), *shown), "related", ids, line_end)
    if body is None or text:
        leaf = text_leaf("plain", checked_text(text or ""), line_end)
        body = leaf if body is None else container_of((leaf, body), "alternative", ids, line_end)
    files = tuple([part_of(file, line_end) for file in attachments])
    return container_of((body, *files), "mixed", ids, line_end) if files else body


def _needed(html: Entity | None) -> Entity:
    if html is None:
        raise EditError("There is no HTML that could show the image.", hint="Write the HTML first, or attach the file.")
    return html


def with_text(root: Entity, text: str | None, ids: Identifiers) -> Entity:
    """Give the message this text/plain body; None takes it out.

    Args:
        root: The message.
        text: Whole text with any line ends; blocks that do not change stay the same objects.
        ids: Maker of boundaries.

    Raises:
        EditError: the text is signed or encrypted.
        EncodingError: the text holds unpaired surrogates.
    """
    parts = body_parts(root)
    if text is None:
        return root if parts.text is None else remove(root, parts.text.key, ids)
    if parts.text is not None:
        return replaced_text(root, parts.text.key, text, ids)
    leaf = text_leaf("plain", text, root.line_end)
    return _beside(root, parts.html or parts.calendar, leaf, ids)


def with_html(root: Entity, html: str | None, ids: Identifiers) -> Entity:
    """Give the message this text/html body; None takes it out, and its inline parts become attachments.

    An empty text that has no HTML beside it makes room: nobody wants an alternative without a character.
    See `with_text` for the rest.
    """
    parts = body_parts(root)
    if html is None:
        return root if parts.html is None else remove(root, parts.html.key, ids)
    if parts.html is not None:
        return replaced_text(root, parts.html.key, html, ids)
    leaf = text_leaf("html", html, root.line_end)
    if parts.text is not None and is_empty_text(parts.text):
        return _instead(editable_path(root, parts.text.key), leaf, ids)
    return _beside(root, parts.text or parts.calendar, leaf, ids)


def attach(root: Entity, attachment: Attachment, ids: Identifiers) -> Entity:
    """Put a file behind everything else, in a multipart/mixed.

    Raises:
        HeaderError: a value holds CR, LF, NUL or unpaired surrogates, or the media type is none.
    """
    return _behind(root, root.key, part_of(attachment, root.line_end), "", ids)


def embed(root: Entity, attachment: Attachment, ids: Identifiers) -> tuple[Entity, str]:
    """Put an inline part beside the HTML, in a multipart/related (RFC 2387).

    Returns:
        The root, and the Content-ID for a `cid:` address (RFC 2392), without angle brackets.

    Raises:
        EditError: the message has no HTML, or it is signed or encrypted.
        HeaderError: see `attach`.
    """
    html = _needed(body_parts(root).html)
    content_id = checked_content_id(attachment.content_id or ids.content_id(sender_domain(root)))
    wanted = replace(attachment, content_id=content_id, disposition=attachment.disposition and "inline")
    part = part_of(wanted, root.line_end)
    path = editable_path(root, html.key)
    related = _related_around(path)
    if related is None:
        root = wrapped(path, "related", ids, ours=True)
        related = path_to(root, html.key)[:-1]
    return inserted(related, len(related[-1].children), part, "", ids), content_id


def _related_around(path: Path) -> Path | None:
    """The path to the related that shows the last entity of `path`, directly or as an alternative."""
    for index in range(len(path) - 2, -1, -1):
        container = path[index]
        if container.media_type == "multipart/related" and container.is_multipart:
            return path[: index + 1] if path[index + 1] in related_root(container) else None
        if container.media_type != "multipart/alternative":
            return None
    return None


def _beside(root: Entity, other: Entity | None, leaf: Entity, ids: Identifiers) -> Entity:
    """Put a new text or HTML beside the other one or before the event, or into a message that has none of them."""
    if other is None:
        return _first(root, leaf, ids)
    path = editable_path(root, other.key)
    is_html = leaf.media_type == "text/html"
    if not is_html and not _is_in_alternative(path):
        path = _related_around(path) or path
    if not _is_in_alternative(path):
        target = path[-1].key
        root = wrapped(path, "alternative", ids, ours=True)
        path = path_to(root, target)
    container = path[:-1]
    is_behind = is_html and path[-1].media_type != "text/calendar"
    index = container[-1].children.index(path[-1]) + (1 if is_behind else 0)
    return inserted(container, index, leaf, "", ids)


def _is_in_alternative(path: Path) -> bool:
    return len(path) > 1 and path[-2].is_multipart and path[-2].media_type == "multipart/alternative"


def _first(root: Entity, leaf: Entity, ids: Identifiers) -> Entity:
    """Put a body into a message that has none: at the start of its multipart/mixed."""
    if not _is_mixed(root):
        root = wrapped((root,), "mixed", ids, ours=True)
    return inserted((root,), 0, leaf, "", ids)


def _instead(path: Path, leaf: Entity, ids: Identifiers) -> Entity:
    """Put a leaf in the place of another."""
    old = path[-1]
    if is_message(path):
        header = with_content_fields(old.header, leaf.header.fields, path[0].line_end)
        leaf = replace(leaf, header=header, separator=old.separator or leaf.separator)
    return without_conflicts(grafted(path, leaf), leaf.key, searched(leaf), ids)


def _is_mixed(entity: Entity) -> bool:
    return entity.is_multipart and entity.media_type == "multipart/mixed"


def _behind(root: Entity, message: Key, part: Entity, old_home: str, ids: Identifiers) -> Entity:
    """Put a part at the end of a message's multipart/mixed, which is made if it is missing."""
    path = editable_path(root, message)
    if not _is_mixed(path[-1]):
        known = {entity.key for entity in root.walk()}
        root = wrapped(path, "mixed", ids, ours=True)
        path = path_to(root, next(entity.key for entity in root.walk() if entity.key not in known))
    return inserted(path, len(path[-1].children), part, old_home, ids)


def remove(root: Entity, key: Key, ids: Identifiers) -> Entity:
    """Take a part out. Containers of ours that have no reason left vanish; so does any that is empty.

    Of a multipart/related that loses its HTML the other parts become attachments. What a message/rfc822 part holds
    goes with that part. A message whose body is taken out has an empty text.

    Raises:
        EditError: there is no such part, or it is signed or encrypted.
    """
    path = editable_path(root, key)
    while len(path) > 1 and is_message(path):
        path = path[:-1]
    if len(path) == 1:
        return emptied(root)
    parent = path[-2]
    if _shows(parent, path[-1]) and len(parent.children) > 1:
        return _lifted(path, ids)
    return tidied(taken_out(path), parent.key)


def _shows(parent: Entity, part: Entity) -> bool:
    """Whether `part` is what a multipart/related was made for."""
    is_body = part.media_type == "text/html" or part.media_type == "multipart/alternative"
    return parent.media_type == "multipart/related" and is_body and part in related_root(parent)


def _lifted(path: Path, ids: Identifiers) -> Entity:
    """Take a multipart/related out whose HTML goes, and attach its other parts."""
    related = path[-2]
    message = next(path[: index + 1] for index in range(len(path) - 2, -1, -1) if is_message(path[: index + 1]))
    others = [child for child in related.children if child is not path[-1]]
    if message[-1] is related:
        root = grafted(message, emptied(related))
    else:
        root = remove(path[0], related.key, ids)
    for part in others:
        # The message may have got another key; what holds it has not.
        holder = path_to(root, message[-2].key)[-1].children[0] if len(message) > 1 else root
        root = _behind(root, holder.key, _as_attachment(part), "", ids)
    return root


def _as_attachment(part: Entity) -> Entity:
    if part.disposition != "inline":
        return part
    return replace(part, header=with_value(part.header, "Content-Disposition", "attachment"))


def move(root: Entity, key: Key, container: Key, index: int, ids: Identifiers) -> Entity:
    """Move a part to another place.

    Args:
        root: The message.
        key: The part.
        container: Key of the multipart it goes into.
        index: Its number among the children there once it has moved.
        ids: Maker of boundaries.

    Raises:
        EditError: there is no such place, it lies inside the part itself, or something there is signed or encrypted.
    """
    path = editable_path(root, key)
    if is_message(path):
        raise EditError("The body of a message cannot be moved out of it.", hint="Move its parts one by one.")
    target = editable_path(root, container)
    if path[-1] in target:
        raise EditError("A part cannot be moved into itself.", hint="Choose another container.")
    check_open(target[-1])
    parent = path[-2]
    if parent.key == container and parent.children.index(path[-1]) == index:
        return root
    root = taken_out(path)
    root = inserted(path_to(root, container), index, path[-1], parent.media_type, ids)
    return tidied(root, parent.key)
