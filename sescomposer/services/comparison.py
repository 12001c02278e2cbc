"""Two messages compared: their octets line by line, and their trees part by part."""

from dataclasses import dataclass
from hashlib import blake2b

from sescomposer.core.entity import Entity
from sescomposer.core.line_difference import Change, DiffLine, octets_difference, text_difference
from sescomposer.core.numbering import numbers
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.plain_text import plain
from sescomposer.core.tree_json import decoded_size

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two messages.

    Attributes:
        octets: The lines around what differs; empty where the octets are equal.
        tree: One line for each part of either tree; empty where the trees are equal, contents included.
    """

    octets: tuple[DiffLine, ...]
    tree: tuple[DiffLine, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs.

        >>> compare(Octets.of(b"a: b"), Octets.of(b"a: b")).is_equal
        True
        """
        return not any(line.change in (Change.ADDED, Change.REMOVED) for line in self.octets)


def compare(one: Octets, other: Octets) -> Comparison:
    """Compare two messages."""
    trees = (tree_lines(parse(octets)) for octets in (one, other))
    before, after = ("\n".join(lines) for lines in trees)
    return Comparison(octets_difference(one, other), text_difference(before, after))


def tree_lines(root: Entity) -> tuple[str, ...]:
    r"""Give a line for each part: its number, what it is, how long its content is and a sign for what it holds.

    >>> tree_lines(parse(b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>"))
    ('1 text/html; charset=utf-8, 7bit, 3 octets, content 8187e699',)
    """
    known = numbers(root)
    lines = []
    open_entities = [(root, 0)]
    while open_entities:
        entity, depth = open_entities.pop()
        lines.append("  " * min(depth, 20) + f"{known[entity.key]} {_words(entity)}".strip())
        open_entities.extend((child, depth + 1) for child in reversed(entity.children))
    return tuple(lines)


def _words(entity: Entity) -> str:
    words = [entity.media_type + (f"; charset={entity.charset}" if entity.is_text and entity.charset else "")]
    if entity.disposition:
        words.append(entity.disposition)
    if entity.file_name:
        words.append(f'"{plain(entity.file_name, _LONGEST)}"')
    if entity.content_id:
        words.append(f"<{plain(entity.content_id, _LONGEST)}>")
    if entity.children:
        count = len(entity.children)
        return ", ".join([*words, f"{count} part{'' if count == 1 else 's'}"])
    sign = blake2b(digest_size=4)
    for chunk in entity.content.chunks():
        sign.update(chunk)
    size = decoded_size(entity)
    return ", ".join([*words, entity.transfer_encoding.value, f"{size:,} octets", f"content {sign.hexdigest()}"])
