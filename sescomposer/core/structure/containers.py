"""Containers that come and go: wrapping, unwrapping, and the rule by which one vanishes (RFC 2046 section 5.1)."""

from collections.abc import Sequence
from dataclasses import replace

from sescomposer.core import limits
from sescomposer.core.entity import Entity, Key, Multipart, Nested
from sescomposer.core.errors import EditError
from sescomposer.core.header import HeaderSection
from sescomposer.core.identifiers import Identifiers, is_ours
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure.boundaries import fresh_boundary, searched, without_conflicts
from sescomposer.core.structure.fields import check_token, is_content, multipart_field, with_type_said
from sescomposer.core.structure.glue import Slot, body_of, finished, slots, with_slots
from sescomposer.core.structure.messages import (
    emptied,
    message_around,
    with_content_fields,
    without_content,
)
from sescomposer.core.structure.paths import Path, check_open, editable_path, grafted, is_message, path_to

_VANISHING = frozenset({"multipart/mixed", "multipart/alternative", "multipart/related"})
_DIGEST = "multipart/digest"


def container_of(
    parts: Sequence[Entity], subtype: str, ids: Identifiers, line_end: bytes, *, ours: bool = True
) -> Entity:
    """Make a container that holds these parts in this order."""
    boundary = fresh_boundary((octets for part in parts for octets in searched(part, for_new=True)), ids, ours=ours)
    field = multipart_field(subtype, boundary, line_end)
    dashes = b"--" + boundary
    first, further = dashes + line_end, line_end + dashes + line_end
    delimiters = (first,) + (further,) * (len(parts) - 1)
    children = tuple([finished(part, line_end) for part in parts])
    body = Multipart(boundary, EMPTY, delimiters, children, line_end + dashes + b"--" + line_end, EMPTY)
    return Entity(HeaderSection.of_octets(Octets.of(field.octets), line_end), line_end, body)


def wrapped(path: Path, subtype: str, ids: Identifiers, *, ours: bool) -> Entity:
    """Give the root with the last entity of `path` put into a new container.

    A message keeps its other fields, and its body becomes the part; the part keeps the key, the message gets a new one.

    Raises:
        EditError: the tree would become deeper than is ever opened.
    """
    if len(path) + _depth(path[-1]) >= limits.TREE_DEPTH:
        raise EditError(f"The message would have more than {limits.TREE_DEPTH} levels.", hint="Move the part up first.")
    line_end, new_home = path[0].line_end, f"multipart/{subtype}"
    if is_message(path):
        part = _at_home(without_content(path[-1], line_end), "", new_home, line_end)
        new = message_around(path[-1], container_of((part,), subtype, ids, line_end, ours=ours), line_end)
    else:
        part = _at_home(path[-1], path[-2].media_type, new_home, line_end)
        new = container_of((part,), subtype, ids, line_end, ours=ours)
    root = grafted(path, new)
    return without_conflicts(root, new.key, (new.header.octets,), ids)


def _depth(entity: Entity) -> int:
    """Levels below and with the entity."""
    depth, level = 0, [entity]
    while level:
        depth += 1
        level = [child for parent in level for child in parent.children]
    return depth


def wrap(root: Entity, key: Key, subtype: str, ids: Identifiers) -> Entity:
    """Put a part into a new multipart of that subtype; it stays until somebody removes it.

    Raises:
        EditError: there is no such part, or it cannot be edited.
        HeaderError: `subtype` is no token.
    """
    check_token("subtype", subtype)
    path = editable_path(root, key)
    root = wrapped(path, subtype.lower(), ids, ours=False)
    part = path[-1]
    if part.media_type.startswith("multipart/") and not part.children and not part.octets.endswith(b"\n"):
        # A delimiter that ended with the message, and so was none, ends with a line now: the part has parts.
        return parse(root.octets)
    return root


def unwrap(root: Entity, key: Key, ids: Identifiers) -> Entity:
    """Put the parts of a multipart in its place.

    Raises:
        EditError: it is no multipart, it is signed or encrypted, or it is the whole body and holds several parts.
    """
    path = editable_path(root, key)
    container = path[-1]
    check_open(container)
    children = body_of(container).children
    if len(children) == 1:
        return _replaced(path, children[0], ids)
    if is_message(path):
        raise EditError("A message has one body; this one holds several parts.", hint="Move or remove parts first.")
    parent, line_end = path[-2], root.line_end
    wanted: list[Slot] = []
    for delimiter, child in slots(parent):
        if child is container:
            wanted += [(None, _at_home(part, container.media_type, parent.media_type, line_end)) for part in children]
            wanted[-len(children)] = (delimiter, wanted[-len(children)][1])
        else:
            wanted.append((delimiter, child))
    root = grafted(path[:-1], with_slots(parent, wanted, line_end))
    return _checked(root, children, ids)


def lift(root: Entity, key: Key, ids: Identifiers) -> Entity:
    """Put the signed content of a multipart/signed in its place; the signature is dropped (RFC 1847 section 2.1).

    Raises:
        EditError: it is no multipart/signed, or it stands in another signature.
    """
    path = editable_path(root, key)
    if path[-1].media_type != "multipart/signed" or not path[-1].is_multipart:
        raise EditError("Only the content of a multipart/signed can be lifted.", hint="Select the signed part.")
    return _replaced(path, path[-1].children[0], ids)


def _checked(root: Entity, parts: tuple[Entity, ...], ids: Identifiers) -> Entity:
    for part in parts:
        root = without_conflicts(root, part.key, searched(part), ids)
    return root


def _replaced(path: Path, part: Entity, ids: Identifiers) -> Entity:
    """Put `part`, which stands inside the last entity of `path`, in that entity's place."""
    root = grafted(path, _in_place_of(path, part))
    return _checked(root, (part,), ids)


def _in_place_of(path: Path, part: Entity) -> Entity:
    container, line_end = path[-1], path[0].line_end
    if not is_message(path):
        return _at_home(part, container.media_type, path[-2].media_type, line_end)
    part = _at_home(part, container.media_type, "", line_end)
    content = tuple(field for field in part.header.fields if is_content(field))
    header = with_content_fields(container.header, content, line_end)
    return replace(part, header=header, separator=part.separator or container.separator or line_end)


def _at_home(part: Entity, old: str, new: str, line_end: bytes) -> Entity:
    """Say the type of a part that moves into or out of a digest, where the default is message/rfc822."""
    if (old == _DIGEST) is (new == _DIGEST):
        return part
    return with_type_said(part, "message/rfc822" if old == _DIGEST else "text/plain", line_end)


def inserted(path: Path, index: int, part: Entity, old_home: str, ids: Identifiers) -> Entity:
    """Give the root with `part` as child number `index` of the container that `path` ends with.

    Args:
        path: The container's path; nothing around it is signed.
        index: Place among the children; behind the last if it is their number.
        part: A new part, or one that was taken out before.
        old_home: Media type of the container it was taken out of, "" for a new one.
        ids: Maker of boundaries.
    """
    container, line_end = path[-1], path[0].line_end
    check_open(container)
    part = _at_home(part, old_home, container.media_type, line_end)
    wanted = slots(container)
    if not 0 <= index <= len(wanted):
        raise EditError(f"The container has no place {index}.", hint=f"Use 0 to {len(wanted)}.", value=index)
    wanted.insert(index, (None, part))
    root = grafted(path, with_slots(container, wanted, line_end))
    return without_conflicts(root, part.key, searched(part), ids)


def taken_out(path: Path) -> Entity:
    """Give the root without the last entity of `path`; its container stays, even with no child left."""
    parent, part = path[-2], path[-1]
    wanted = [slot for slot in slots(parent) if slot[1] is not part]
    return grafted(path[:-1], with_slots(parent, wanted, path[0].line_end))


def tidied(root: Entity, key: Key) -> Entity:
    """Let the container of that key vanish if it is empty, or ours with one part left; then see to those around it."""
    path = path_to(root, key)
    while isinstance(path[-1].body, Multipart):
        children = path[-1].children
        if not children:
            path = _without_last(path)
        elif len(children) == 1 and _may_vanish(path):
            return grafted(path, _in_place_of(path, children[0]))
        else:
            break
    return path[0]


def _without_last(path: Path) -> Path:
    """Take out the last entity, and what holds nothing else; gives the path to the container that lost a child."""
    while len(path) > 1 and isinstance(path[-2].body, Nested):
        path = path[:-1]
    if len(path) == 1:
        return (emptied(path[0]),)
    return path_to(taken_out(path), path[-2].key)


def _may_vanish(path: Path) -> bool:
    """Whether a container with one child was made by an edit of ours and says nothing that would be lost."""
    container = path[-1]
    body = body_of(container)
    if not is_ours(body.boundary) or container.media_type not in _VANISHING:
        return False
    if len(body.preamble) or len(body.epilogue):
        return False
    child_fields = body.children[0].header.fields
    if is_message(path):
        names = [field.name.lower() for field in container.header.fields if is_content(field)]
        return names == ["content-type"] and all(is_content(field) for field in child_fields)
    return [field.name.lower() for field in container.header.fields] == ["content-type"]


__all__ = [
    "container_of",
    "inserted",
    "lift",
    "taken_out",
    "tidied",
    "unwrap",
    "wrap",
    "wrapped",
]
