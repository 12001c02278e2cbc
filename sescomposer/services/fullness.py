"""How much a message holds, to tell whether another would take its place with less.

Nothing is replaced by something emptier without a kept copy; here is what that means.
"""

from dataclasses import dataclass

from sescomposer.core.body_parts import body_parts
from sescomposer.core.message import Message

WORTH_OCTETS = 16
"""A text of fewer octets is no loss."""

_LINE_END = 2


@dataclass(frozen=True, slots=True)
class Fullness:
    """What a message holds.

    Attributes:
        text: Octets of its text and its HTML, as they stand.
        parts: Number of its attachments and inline parts.

    >>> Fullness(1000, 0).is_lost_in(Fullness(499, 0)), Fullness(1000, 0).is_lost_in(Fullness(500, 3))
    (True, False)
    >>> Fullness(0, 3).is_lost_in(Fullness(0, 1)), Fullness(3, 0).is_lost_in(Fullness(0, 0))
    (True, False)
    """

    text: int = 0
    parts: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing worth a copy."""
        return self.text < WORTH_OCTETS and not self.parts

    def is_lost_in(self, after: "Fullness") -> bool:
        """Whether more than half of the text or of the parts is gone afterwards."""
        return (not self.text < WORTH_OCTETS and after.text * 2 < self.text) or after.parts * 2 < self.parts

    def joined(self, other: "Fullness") -> "Fullness":
        """Give the larger of both in each."""
        return Fullness(max(self.text, other.text), max(self.parts, other.parts))


def fullness(message: Message) -> Fullness:
    """Measure a message; no octet of it is looked at.

    >>> from sescomposer.core.parse import parse
    >>> fullness(Message(parse(b"Subject: x" + b"\\r\\n" * 2 + b"Dear Ann" + b"\\r\\n")))
    Fullness(text=8, parts=0)
    """
    parts = body_parts(message.root)
    texts = (max(0, len(leaf.body.octets) - _LINE_END) for leaf in (parts.text, parts.html) if leaf is not None)
    return Fullness(sum(texts), len(parts.inline) + len(parts.attachments))


def is_emptier(before: Message, after: Message) -> bool:
    """Whether a message would take the place of one that holds clearly more."""
    return fullness(before).is_lost_in(fullness(after))
