"""Part numbers (RFC 9051 section 6.4.5.1), and paths of child indices.

A part of a multipart has the number of the multipart, a dot, and its place from 1; the parts of a message's own
multipart have just their place. A message that is no multipart has one part, "1"; inside the message/rfc822 part "3"
that is "3.1". The header and body of a message that is a multipart have no number of their own. They are shown as the
number of the part they are in with `MARK` behind it: "+" for the root, "3+" for the message inside part "3".
"""

from sescomposer.core.entity import Entity, Key, Nested
from sescomposer.core.places import climb

MARK = "+"
"""Stands behind a part number to mean the multipart message that is in that part."""


def numbers(root: Entity) -> dict[Key, str]:
    r"""Give the part number of every entity, in one walk.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\n\nHo\n--b--\n")
    >>> list(numbers(root).values())
    ['+', '1', '2']
    """
    found: dict[Key, str] = {}
    open_entities: list[tuple[Entity, str]] = [(root, _of_message(root, ""))]
    while open_entities:
        entity, number = open_entities.pop()
        found[entity.key] = number
        numbered_children = [(child, _of_child(entity, number, index)) for index, child in enumerate(entity.children)]
        open_entities.extend(reversed(numbered_children))
    return found


def part_number(root: Entity, entity: Entity) -> str:
    """Give the part number of one entity of `root`.

    Raises:
        MessageError: the entity is not in this tree.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Hi")
    >>> part_number(root, root)
    '1'
    """
    number = _of_message(root, "")
    for place in reversed(climb(root, entity.key)):
        number = _of_child(place.parent, number, place.position)
    return number


def path(root: Entity, entity: Entity) -> tuple[int, ...]:
    """Give the child indices that lead from `root` to `entity`, from 0; empty for the root.

    Raises:
        MessageError: the entity is not in this tree.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Content-Type: message/rfc822\\n\\nSubject: Hi\\n")
    >>> path(root, root.children[0])
    (0,)
    """
    return tuple(place.position for place in reversed(climb(root, entity.key)))


def numbered(root: Entity, part: str) -> Entity | None:
    """Give the entity with that part number, None if there is none; "" is the root.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"Hi")
    >>> numbered(root, "1") is root, numbered(root, "2")
    (True, None)
    """
    if not part:
        return root
    entity, number = root, _of_message(root, "")
    while number != part:
        step = _step(entity, number, part)
        if step is None or step >= len(entity.children):
            return None
        number = _of_child(entity, number, step)
        entity = entity.children[step]
    return entity


def _step(entity: Entity, number: str, part: str) -> int | None:
    """Give the index of the child that leads to `part`, None if none does."""
    prefix = number.removesuffix(MARK)
    if prefix and not part.startswith((prefix + ".", prefix + MARK)):
        return None
    if isinstance(entity.body, Nested):
        return 0
    rest = part[len(prefix) :].removeprefix("." if prefix else "")
    digits = rest.partition(".")[0].removesuffix(MARK)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 7):
        return None
    return int(digits) - 1 if digits[0] != "0" else None


def _of_message(message: Entity, prefix: str) -> str:
    if message.is_multipart:
        return prefix + MARK
    return f"{prefix}.1" if prefix else "1"


def _of_child(parent: Entity, number: str, index: int) -> str:
    if isinstance(parent.body, Nested):
        return _of_message(parent.body.entity, number)
    prefix = number.removesuffix(MARK)
    return f"{prefix}.{index + 1}" if prefix else str(index + 1)
