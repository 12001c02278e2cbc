"""Finding an entity in a tree and putting another in its place: the path is copied, everything else is shared."""

from collections.abc import Callable
from dataclasses import replace

from sescomposer.core.entity import Entity, Key, Multipart, Nested
from sescomposer.core.errors import EditError

Path = tuple[Entity, ...]
"""The entities from the root down to one, both included."""

_PROTECTED = {
    "multipart/signed": "It is below a signature, which any change would break.",
    "multipart/encrypted": "It is encrypted content.",
}


def path_to(root: Entity, key: Key) -> Path:
    """Give the path to the entity of that key.

    Raises:
        EditError: the tree has no such entity.
    """
    if root.key == key:
        return (root,)
    path, open_children = [root], [iter(root.children)]
    while open_children:
        child = next(open_children[-1], None)
        if child is None:
            open_children.pop()
            path.pop()
            continue
        if child.key == key:
            return (*path, child)
        if child.children:
            path.append(child)
            open_children.append(iter(child.children))
    raise EditError("The message has no such part any more.", hint="Select a part of the tree.", value=key)


def editable_path(root: Entity, key: Key) -> Path:
    """Give the path to an entity that may be edited.

    Raises:
        EditError: there is none, or it is below a signature or encryption.
    """
    path = path_to(root, key)
    for container in path[:-1]:
        check_open(container)
    return path


def check_open(container: Entity) -> None:
    """Raise `EditError` if nothing inside `container` may be edited."""
    reason = _PROTECTED.get(container.media_type)
    if reason is not None and container.is_multipart:
        raise EditError(
            f"The part cannot be edited. {reason}",
            hint="Lift the content out of its container first.",
            value=container.media_type,
        )


def with_child(parent: Entity, old: Entity, new: Entity) -> Entity:
    """Give the parent with one child replaced; its delimiters stay."""
    match parent.body:
        case Multipart(children=children) as body:
            kept = tuple(new if child is old else child for child in children)
            # Not `dataclasses.replace`, which takes several times as long and is called at every level for each key.
            inside = Multipart(body.boundary, body.preamble, body.delimiters, kept, body.close, body.epilogue)
            return Entity(parent.header, parent.separator, inside, parent.note, parent.key)
        case _:
            return replace(parent, body=Nested(new))


def grafted(path: Path, new: Entity) -> Entity:
    """Give the root with `new` in place of the last entity of `path`; the same root if that is the same object."""
    if new is path[-1]:
        return path[0]
    for index in range(len(path) - 2, -1, -1):
        new = with_child(path[index], path[index + 1], new)
    return new


def edited(root: Entity, key: Key, change: Callable[[Entity], Entity]) -> Entity:
    """Give the root with `change` applied to the entity of that key.

    Raises:
        EditError: see `editable_path`.
    """
    path = editable_path(root, key)
    return grafted(path, change(path[-1]))


def is_message(path: Path) -> bool:
    """Whether the last entity of `path` is a message: the root, or what a message/rfc822 part holds."""
    return len(path) == 1 or isinstance(path[-2].body, Nested)
