"""What the tree shows of protection: contents of layers as rows of their own, and marks in words and by a sign."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sescomposer.core.entity import Entity, Key


@dataclass(frozen=True, slots=True)
class RowMark:
    """What is told of one row: words, and a sign beside them.

    Attributes:
        words: Such as "verified"; never empty.
        icon: Name of the sign.
        role: Text role of the theme that it is drawn in; "" for that of text.
    """

    words: str
    icon: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Inside:
    """What a layer holds, in a space of octets of its own.

    Attributes:
        entity: The root of its tree.
        name: What it is, such as "decrypted".
    """

    entity: Entity
    name: str


@dataclass(frozen=True)
class LayerRows:
    """Rows and marks of a message that was read.

    Attributes:
        insides: By the key of the entity that carries it: what it holds; shown as its last child.
        marks: By the key of an entity, in the message or inside of a layer.
    """

    insides: Mapping[Key, Inside] = field(default_factory=dict)
    marks: Mapping[Key, RowMark] = field(default_factory=dict)


NO_LAYERS = LayerRows()
