"""Undo and redo as a list of messages: immutable, merged by word and pause, limited in memory."""

from dataclasses import dataclass, field, replace
from mmap import mmap

from sescomposer.core.entity import Entity, Given, Made, Multipart
from sescomposer.core.limits import UNDO_OCTETS
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.source import Slice
from sescomposer.core.text import Text
from sescomposer.core.virtual import Base64Piece

PAUSE_SECONDS = 1.0
"""A pause that ends a step."""

_ENTITY_OCTETS = 2048
_BLOCK_REFERENCE_OCTETS = 24


@dataclass(frozen=True, slots=True)
class Step:
    """A state of the message and how it came about.

    Attributes:
        message: The state after the step.
        label: What was done, such as "Typing"; names the step in the menu.
        at: Seconds on the caller's steady clock, of the last edit in it.
        octets: Estimate of what this state holds in memory and the one before it does not.
        is_open: Whether further edits may join it.
    """

    message: Message
    label: str
    at: float
    octets: int = 0
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class UndoList:
    """States in order, and which of them is the present one; every change gives a new list.

    >>> from sescomposer.core.structure import blank_message
    >>> first, second = Message(blank_message()), Message(blank_message())
    >>> states = UndoList.of(first).push(second, "Typing", False, 1.0)
    >>> states.undo().message is first, states.undo().redo().message is second, states.undo_label
    (True, True, 'Typing')
    """

    steps: tuple[Step, ...]
    index: int = 0
    limit: int = field(default=UNDO_OCTETS, kw_only=True)
    octets: int = field(default=0, kw_only=True)

    @staticmethod
    def of(message: Message, *, limit: int = UNDO_OCTETS) -> "UndoList":
        """Begin with a message; `limit` is in octets."""
        return UndoList((Step(message, "", 0.0, is_open=False),), limit=limit)

    @property
    def message(self) -> Message:
        """The present state."""
        return self.steps[self.index].message

    @property
    def can_undo(self) -> bool:
        """Whether there is a state before this one."""
        return self.index > 0

    @property
    def can_redo(self) -> bool:
        """Whether something was undone and nothing new done since."""
        return self.index + 1 < len(self.steps)

    @property
    def undo_label(self) -> str:
        """What `undo` takes back, "" if nothing."""
        return self.steps[self.index].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """What `redo` does again, "" if nothing."""
        return self.steps[self.index + 1].label if self.can_redo else ""

    def push(self, message: Message, label: str, mergeable: bool, at: float) -> "UndoList":
        """Add a state; what was undone is forgotten. The same message again changes nothing.

        Args:
            message: The new state.
            label: What was done.
            mergeable: Whether it goes on with the word that is being typed (see `continues_word`). Then it joins the
                present step, if that has the same label and is less than a second old.
            at: Seconds on a steady clock.
        """
        if message is self.message:
            return self
        kept = self.steps[: self.index + 1]
        freed = sum(step.octets for step in self.steps[self.index + 1 :])
        last = kept[-1]
        joins = mergeable and last.is_open and last.label == label and 0 <= at - last.at < PAUSE_SECONDS
        if joins:
            before = kept[-2].message
            freed += last.octets
            kept = kept[:-1]
        else:
            before = last.message
        added = held_octets(before, message)
        steps = (*kept, Step(message, label, at, added))
        return replace(self, steps=steps, index=len(steps) - 1, octets=self.octets - freed + added)._fitted()

    def closed(self) -> "UndoList":
        """Let no further edit join the present step, as when the focus moves."""
        step = self.steps[self.index]
        if not step.is_open:
            return self
        steps = (*self.steps[: self.index], replace(step, is_open=False), *self.steps[self.index + 1 :])
        return replace(self, steps=steps)

    def undo(self) -> "UndoList":
        """Go one state back; the same list if there is none."""
        return replace(self, index=self.index - 1).closed() if self.can_undo else self

    def redo(self) -> "UndoList":
        """Go one state forward; the same list if there is none."""
        return replace(self, index=self.index + 1).closed() if self.can_redo else self

    def _fitted(self) -> "UndoList":
        """Merge the oldest steps until the estimate is within the limit; the first and the present state stay."""
        steps, octets = list(self.steps), self.octets
        while octets > self.limit and len(steps) > 2:
            merged = held_octets(steps[0].message, steps[2].message)
            octets += merged - steps[1].octets - steps[2].octets
            steps[1:3] = [replace(steps[2], octets=merged)]
        return replace(self, steps=tuple(steps), index=len(steps) - 1, octets=octets)


def continues_word(added: str, removed: int) -> bool:
    """Whether an edit goes on with a word: one character that is no blank, or one removed.

    >>> continues_word("a", 0), continues_word(" ", 0), continues_word("", 1), continues_word("pasted", 0)
    (True, False, True, False)
    """
    if not added:
        return removed == 1
    return len(added) == 1 and removed == 0 and not added.isspace()


def held_octets(before: Message, after: Message) -> int:
    """Estimate how many octets of memory `after` holds that `before` does not; no octet is looked at.

    Mapped files count nothing: they lie in the content store.
    """
    known = {id(entity): entity for entity in before.root.walk()}
    by_key = {entity.key: entity for entity in known.values()}
    fresh = [entity for entity in after.root.walk() if id(entity) not in known]
    return sum(_entity_octets(entity, by_key.get(entity.key)) for entity in fresh)


def _entity_octets(entity: Entity, before: Entity | None) -> int:
    """Estimate for one new entity, compared with the one of the same key."""
    octets = _ENTITY_OCTETS
    if before is None or entity.header is not before.header:
        octets += len(entity.header.octets)
    match entity.body, before.body if before else None:
        case Made(content=Text() as text), Made(content=Text() as old):
            return octets + _text_octets(text, old)
        case Made(content=Text() as text), _:
            return octets + _text_octets(text, Text.of(""))
        case Made(content=Octets() as content), Made(content=Octets() as known) if content is known:
            return octets
        case ((Made(content=Octets() as content) | Given(octets=content)), Given(octets=known)) if content is known:
            return octets
        case ((Made(content=Octets() as content) | Given(octets=content)), _):
            return octets + _buffer_octets(content)
        case Multipart(children=children), _:
            return octets + 64 * len(children)
    return octets


def _text_octets(text: Text, before: Text) -> int:
    """Estimate for a text: references to all its blocks, and what the blocks that are new to it hold."""
    known = {id(block) for block in before.blocks}
    fresh = sum(block.length for block in text.blocks if id(block) not in known)
    # Characters, encoded octets, and the positions kept beside them.
    return _BLOCK_REFERENCE_OCTETS * len(text.blocks) + 3 * fresh


def _buffer_octets(octets: Octets) -> int:
    """Octets that lie in memory and not in a mapped file."""
    held = 0
    for piece in octets.pieces():
        match piece:
            case Slice(source=source) if not source.name and not isinstance(source.data, mmap):
                held += piece.length
            case Base64Piece(content=Octets() as content):
                held += _buffer_octets(content)
    return held
