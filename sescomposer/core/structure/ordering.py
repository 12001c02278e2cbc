"""Another order of the parts of one container: parts trade places, nothing of them changes."""

from collections.abc import Collection

from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import EditError
from sescomposer.core.structure.glue import Slot, slots, with_slots
from sescomposer.core.structure.paths import check_open, editable_path, grafted


def reordered(root: Entity, container: Key, keys: Collection[Key], before: Key | None) -> Entity:
    r"""Move children of a container together to another place among its children; they keep their order.

    Args:
        root: The message.
        container: Key of the multipart.
        keys: Children of it.
        before: The child they are put before; None means behind the last. If it is moved itself, the next one that
            is not stands for it.

    Returns:
        The new root; `root` itself where the order is so already.

    Raises:
        EditError: there is no such container or child, or something there is signed or encrypted.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n")
    >>> one, two = root.children
    >>> [child.text() for child in reordered(root, root.key, [one.key], None).children]
    ['two', 'one']
    """
    path = editable_path(root, container)
    check_open(path[-1])
    now = slots(path[-1])
    here = [child.key for _, child in now]
    for key in {*keys, *([] if before is None else [before])}.difference(here):
        raise EditError("The container has no such part any more.", hint="Select a part again.", value=key)
    at = len(here) if before is None else here.index(before)
    wanted = [*_those(now[:at], keys, False), *_those(now, keys, True), *_those(now[at:], keys, False)]
    if wanted == now:
        return root
    return grafted(path, with_slots(path[-1], wanted, path[0].line_end))


def _those(some: list[Slot], keys: Collection[Key], is_moved: bool) -> list[Slot]:
    return [slot for slot in some if (slot[1].key in keys) is is_moved]
